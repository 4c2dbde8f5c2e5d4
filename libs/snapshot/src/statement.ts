import { AUTHORITY_KINDS, isLocalDate } from '#legal-basis';
import type { AuthorityKind } from '#legal-basis';
import type { KeyUse } from '#envelope';
import { JsonError, parseCanonical } from '#json';
import { SnapshotError } from './errors.js';
import { Reader, patterns } from './shape.js';
import type { Jwk } from './shape.js';

/** Uses of keys that are added by a statement of their own; the others come with an enrolment. */
export const addedUses = [
  'document',
  'sealing',
  'manifest',
  'witness',
  'decision',
  'access',
  'jurist',
  'administrator',
] as const satisfies readonly KeyUse[];

/** Why a key ends. `superseded` says that another of its use stands in its place; with the others there may be none. */
export const REVOCATION_REASONS = ['superseded', 'compromised', 'lost', 'ended'] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export interface ParticipantView {
  readonly slug: string;
  /** Ten digits. */
  readonly organisationNumber: string;
  readonly nameSv: string;
  readonly nameEn: string;
}
export interface FunctionView {
  readonly id: string;
  readonly nameSv: string;
  readonly nameEn: string;
}
export interface EnrolledAuthority {
  readonly id: string;
  readonly kind: AuthorityKind;
  readonly branches: readonly string[];
  readonly agency?: string;
  readonly nameSv: string;
  readonly nameEn: string;
  readonly municipalityCode?: string;
}

/** What a statement in the `keys` log says, by its kind. `expiresOn`: the day, Europe/Stockholm, from whose beginning on the keys that it brings do nothing new. */
export type StatementBody =
  | {
      readonly kind: 'participant-enrolled';
      readonly participant: ParticipantView;
      readonly administratorKey: Jwk;
      readonly expiresOn?: string;
    }
  | {
      readonly kind: 'gateway-enrolled';
      readonly gateway: string;
      readonly operatedBy: string;
      readonly manifestKey: Jwk;
      readonly witnessKey: Jwk;
      readonly expiresOn?: string;
    }
  | {
      readonly kind: 'authority-enrolled';
      readonly authority: EnrolledAuthority;
      readonly functions: readonly FunctionView[];
      readonly gateway: string;
      readonly documentKey: Jwk;
      readonly sealingKey: Jwk;
      readonly expiresOn?: string;
    }
  | {
      readonly kind: 'key-added';
      readonly holder: string;
      readonly use: (typeof addedUses)[number];
      readonly key: Jwk;
      readonly expiresOn?: string;
    }
  | { readonly kind: 'key-revoked'; readonly kid: string; readonly reason: RevocationReason }
  | {
      readonly kind: 'rule-set-released';
      readonly number: number;
      readonly date: string;
      readonly sha256: string;
      readonly engineVersion: number;
    }
  | {
      readonly kind: 'rules-adopted';
      readonly authority: string;
      readonly ruleSet: number;
      readonly versions: readonly string[];
    }
  | { readonly kind: 'adoption-withdrawn'; readonly authority: string; readonly versions: readonly string[] }
  | {
      readonly kind: 'legal-position-taken';
      readonly authority: string;
      readonly question: string;
      readonly answer: 'allows' | 'prevents';
      readonly from: string;
    }
  | { readonly kind: 'cooperation-decided'; readonly cooperation: string; readonly commitment: string };

export type Statement = StatementBody & { readonly env: string; readonly id: string; readonly issuedAt: string };

/** @throws {SnapshotError} MALFORMED_STATEMENT */
export function parseStatement(payload: Uint8Array): Statement {
  const { value, canonical } = json(payload);
  const reader = new Reader(value, 'MALFORMED_STATEMENT');
  if (reader.count('v') !== 1 || !canonical) throw new SnapshotError('MALFORMED_STATEMENT', 'v');
  const common = {
    env: reader.text('env', patterns.environment),
    id: reader.text('id', patterns.uuid),
    issuedAt: reader.text('issuedAt', patterns.instant),
  };
  const statement = { ...common, ...bodyOf(reader) };
  reader.end();
  return statement;
}

const kinds = [
  'participant-enrolled',
  'gateway-enrolled',
  'authority-enrolled',
  'key-added',
  'key-revoked',
  'rule-set-released',
  'rules-adopted',
  'adoption-withdrawn',
  'legal-position-taken',
  'cooperation-decided',
] as const;

function bodyOf(reader: Reader): StatementBody {
  const kind = reader.oneOf('kind', kinds);
  switch (kind) {
    case 'participant-enrolled':
      return {
        kind,
        participant: participantOf(reader.object('participant')),
        administratorKey: reader.jwk('administratorKey'),
        ...expiryOf(reader),
      };
    case 'gateway-enrolled':
      return {
        kind,
        gateway: reader.text('gateway', patterns.slug),
        operatedBy: reader.text('operatedBy', patterns.slug),
        manifestKey: reader.jwk('manifestKey'),
        witnessKey: reader.jwk('witnessKey'),
        ...expiryOf(reader),
      };
    case 'authority-enrolled':
      return {
        kind,
        authority: authorityOf(reader.object('authority')),
        functions: reader.list('functions').map(functionOf),
        gateway: reader.text('gateway', patterns.slug),
        documentKey: reader.jwk('documentKey'),
        sealingKey: reader.jwk('sealingKey'),
        ...expiryOf(reader),
      };
    case 'key-added':
      return {
        kind,
        holder: reader.text('holder', patterns.holder),
        use: reader.oneOf('use', addedUses),
        key: reader.jwk('key'),
        ...expiryOf(reader),
      };
    case 'key-revoked':
      return { kind, kid: reader.text('kid', patterns.digest), reason: reader.oneOf('reason', REVOCATION_REASONS) };
    case 'rule-set-released':
      return {
        kind,
        number: reader.count('number'),
        date: reader.text('date', patterns.date),
        sha256: reader.text('sha256', patterns.digest),
        engineVersion: reader.count('engineVersion'),
      };
    case 'rules-adopted':
      return {
        kind,
        authority: reader.text('authority', patterns.authority),
        ruleSet: reader.count('ruleSet'),
        versions: reader.texts('versions', patterns.code),
      };
    case 'adoption-withdrawn':
      return {
        kind,
        authority: reader.text('authority', patterns.authority),
        versions: reader.texts('versions', patterns.code),
      };
    case 'legal-position-taken':
      return {
        kind,
        authority: reader.text('authority', patterns.authority),
        question: reader.text('question', patterns.code),
        answer: reader.oneOf('answer', ['allows', 'prevents']),
        from: reader.text('from', patterns.date),
      };
    case 'cooperation-decided':
      return {
        kind,
        cooperation: reader.text('cooperation', patterns.uuid),
        commitment: reader.text('commitment', patterns.digest),
      };
  }
}

function expiryOf(reader: Reader): { readonly expiresOn?: string } {
  const expiresOn = reader.optionalText('expiresOn', patterns.date);
  if (expiresOn !== undefined && !isLocalDate(expiresOn)) throw new SnapshotError('MALFORMED_STATEMENT', 'expiresOn');
  return expiresOn === undefined ? {} : { expiresOn };
}
function participantOf(reader: Reader): ParticipantView {
  const participant = {
    slug: reader.text('slug', patterns.slug),
    organisationNumber: reader.text('organisationNumber', patterns.organisationNumber),
    nameSv: reader.text('nameSv', patterns.name),
    nameEn: reader.text('nameEn', patterns.name),
  };
  reader.end();
  return participant;
}
function functionOf(reader: Reader): FunctionView {
  const view = {
    id: reader.text('id', patterns.slug),
    nameSv: reader.text('nameSv', patterns.name),
    nameEn: reader.text('nameEn', patterns.name),
  };
  reader.end();
  return view;
}
function authorityOf(reader: Reader): EnrolledAuthority {
  const agency = reader.optionalText('agency', patterns.slug);
  const municipalityCode = reader.optionalText('municipalityCode', patterns.municipalityCode);
  const authority = {
    id: reader.text('id', patterns.authority),
    kind: reader.oneOf('kind', AUTHORITY_KINDS),
    branches: reader.texts('branches', patterns.slug),
    nameSv: reader.text('nameSv', patterns.name),
    nameEn: reader.text('nameEn', patterns.name),
    ...(agency === undefined ? {} : { agency }),
    ...(municipalityCode === undefined ? {} : { municipalityCode }),
  };
  reader.end();
  return authority;
}

export function json(bytes: Uint8Array): ReturnType<typeof parseCanonical> {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw new SnapshotError('MALFORMED_STATEMENT', undefined, { cause: error });
    throw error;
  }
}
