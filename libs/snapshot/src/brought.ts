import { EnvelopeError, admittedKey } from '#envelope';
import type { KeyUse, PublicKey } from '#envelope';
import { SnapshotError } from './errors.js';
import type { Jwk } from './shape.js';
import type { StatementBody } from './statement.js';

/** A key that a statement brings into the log, and for whom. */
export interface BroughtKey {
  readonly key: PublicKey;
  readonly holder: string;
  /** The day, Europe/Stockholm, from whose beginning on it does nothing new. */
  readonly expiresOn?: string;
}

/** Every key that the statement brings. @throws {SnapshotError} MALFORMED_STATEMENT for one that is none of its use */
export function broughtKeys(statement: StatementBody): readonly BroughtKey[] {
  switch (statement.kind) {
    case 'participant-enrolled':
      return keysOf(statement, `participant:${statement.participant.slug}`, [
        ['administrator', statement.administratorKey],
      ]);
    case 'gateway-enrolled':
      return keysOf(statement, `gateway:${statement.gateway}`, [
        ['manifest', statement.manifestKey],
        ['witness', statement.witnessKey],
      ]);
    case 'authority-enrolled':
      return keysOf(statement, statement.authority.id, [
        ['document', statement.documentKey],
        ['sealing', statement.sealingKey],
      ]);
    case 'key-added':
      return keysOf(statement, statement.holder, [[statement.use, statement.key]]);
    case 'key-revoked':
    case 'rule-set-released':
    case 'rules-adopted':
    case 'adoption-withdrawn':
    case 'legal-position-taken':
    case 'cooperation-decided':
      return [];
  }
}

/** Of those that a statement brings, the ones that must sign a proof of possession. The principal's own signature is its proof. */
export const possessorsOf = (brought: readonly BroughtKey[], principal: string): readonly PublicKey[] =>
  brought.map(({ key }) => key).filter(({ use, kid }) => use !== 'sealing' && kid !== principal);

const keysOf = (
  { expiresOn }: { readonly expiresOn?: string },
  holder: string,
  keys: readonly (readonly [KeyUse, Jwk])[],
): readonly BroughtKey[] =>
  keys.map(([use, jwk]) => ({ key: admitted(jwk, use), holder, ...(expiresOn === undefined ? {} : { expiresOn }) }));

function admitted(jwk: Jwk, use: KeyUse): PublicKey {
  try {
    return admittedKey(jwk, use);
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SnapshotError('MALFORMED_STATEMENT', 'key', { cause: error });
    throw error;
  }
}
