import { sha256Base64url } from '#envelope';
import type { CooperationView } from '#legal-basis';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import { SnapshotError } from './errors.js';
import { Reader, patterns } from './shape.js';

/** Opening of a cooperation decision; its commitment alone stands in the `keys` log. */
export interface CooperationOpening extends CooperationView {
  /** 32 random octets, base64url. */
  readonly blind: string;
}

/** base64url SHA-256("delge-cooperation/v1\n" || blind || canonical decision). */
export function cooperationCommitment({ id, parties, from, until, blind }: CooperationOpening): string {
  const decision = canonicalBytes({ cooperation: id, parties, from, ...(until === undefined ? {} : { until }) });
  return sha256Base64url(
    Buffer.concat([Buffer.from('delge-cooperation/v1\n'), Buffer.from(blind, 'base64url'), decision]),
  );
}

/** @throws {SnapshotError} MALFORMED_STATEMENT */
export function parseCooperation(bytes: Uint8Array | string): CooperationOpening {
  try {
    const reader = new Reader(parseStrict(bytes), 'MALFORMED_STATEMENT');
    const until = reader.optionalText('until', patterns.date);
    const opening = {
      id: reader.text('cooperation', patterns.uuid),
      parties: reader.texts('parties', patterns.authority),
      from: reader.text('from', patterns.date),
      blind: reader.text('blind', patterns.digest),
      ...(until === undefined ? {} : { until }),
    };
    reader.end();
    return opening;
  } catch (error) {
    if (error instanceof JsonError) throw new SnapshotError('MALFORMED_STATEMENT', undefined, { cause: error });
    throw error;
  }
}
/** As it travels between registry and party. */
export const cooperationJson = ({ id, parties, from, until, blind }: CooperationOpening): object => ({
  cooperation: id,
  parties,
  from,
  ...(until === undefined ? {} : { until }),
  blind,
});
