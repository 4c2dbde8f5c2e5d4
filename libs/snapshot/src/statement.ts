import { AUTHORITY_KINDS } from '#legal-basis';
import type { AuthorityKind } from '#legal-basis';
import { EnvelopeError, parseToken, sha256Base64url, signedBy } from '#envelope';
import type { KeyUse, PublicKey, Signer } from '#envelope';
import { JsonError, canonicalBytes, parseCanonical } from '#json';
import type { Ahead } from './ahead.js';
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

/** What a statement in the `keys` log says, by its kind. */
export type StatementBody =
  | { readonly kind: 'participant-enrolled'; readonly participant: ParticipantView; readonly administratorKey: Jwk }
  | {
      readonly kind: 'gateway-enrolled';
      readonly gateway: string;
      readonly operatedBy: string;
      readonly manifestKey: Jwk;
      readonly witnessKey: Jwk;
    }
  | {
      readonly kind: 'authority-enrolled';
      readonly authority: EnrolledAuthority;
      readonly functions: readonly FunctionView[];
      readonly gateway: string;
      readonly documentKey: Jwk;
      readonly sealingKey: Jwk;
    }
  | { readonly kind: 'key-added'; readonly holder: string; readonly use: (typeof addedUses)[number]; readonly key: Jwk }
  | { readonly kind: 'key-revoked'; readonly kid: string; readonly reason: string }
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
  | {
      readonly kind: 'legal-position-taken';
      readonly authority: string;
      readonly question: string;
      readonly answer: 'allows' | 'prevents';
      readonly from: string;
    }
  | { readonly kind: 'cooperation-decided'; readonly cooperation: string; readonly commitment: string };

export type Statement = StatementBody & { readonly env: string; readonly id: string; readonly issuedAt: string };

/** An entry of the `keys` log: the principal's statement, then the countersignatures on it. */
export interface Entry {
  readonly statement: Statement;
  /** Compact JWS, the entry's first line. */
  readonly principal: { readonly text: string; readonly kid: string };
  readonly countersignatures: readonly { readonly text: string; readonly kid: string }[];
}

const MAX_ENTRY_LENGTH = 60_000;
const MAX_COUNTERSIGNATURES = 8;

/**
 * Reads an entry; verifies no signature. One compact JWS a line, each line ended by a line feed; a countersignature names the SHA-256 of
 * the first line (docs/adr/0003).
 * @throws {SnapshotError} MALFORMED_ENTRY, MALFORMED_STATEMENT
 */
export function parseEntry(bytes: Uint8Array): Entry {
  const text = Buffer.from(bytes).toString('latin1');
  const lines = text.split('\n');
  const [first, ...others] = lines.slice(0, -1);
  if (
    bytes.length > MAX_ENTRY_LENGTH ||
    lines.at(-1) !== '' ||
    first === undefined ||
    others.length > MAX_COUNTERSIGNATURES
  ) {
    throw new SnapshotError('MALFORMED_ENTRY');
  }
  const { kid, payload } = token(() => parseToken(first, 'delge-statement+jws'));
  const digest = sha256Base64url(first);
  const countersignatures = others.map((line) => {
    const countersignature = token(() => parseToken(line, 'delge-countersign+jws'));
    const reader = new Reader(json(countersignature.payload).value, 'MALFORMED_ENTRY');
    if (reader.count('v') !== 1 || reader.text('statementSha256', patterns.digest) !== digest) {
      throw new SnapshotError('MALFORMED_ENTRY', 'statementSha256');
    }
    reader.end();
    return { text: line, kid: countersignature.kid };
  });
  return { statement: parseStatement(payload), principal: { text: first, kid }, countersignatures };
}

/**
 * @param line of an entry that was read
 * @param ahead what was verified before; the rest is verified now
 * @throws {SnapshotError} BAD_SIGNATURE
 */
export function verifyLine(line: Entry['principal'], key: PublicKey, ahead?: Ahead): void {
  const verified = line.kid === key.kid && (ahead?.get(line.text) === key.kid || signedBy(line.text, key));
  if (!verified) throw new SnapshotError('BAD_SIGNATURE');
}

/** Signs a statement as its principal and has it countersigned. @returns the entry's octets */
export async function signEntry(
  statement: Statement,
  principal: Signer,
  countersigners: readonly Signer[],
): Promise<Uint8Array> {
  const payload = canonicalBytes({ v: 1, ...statement });
  parseStatement(payload);
  const first = await principal.sign('delge-statement+jws', payload);
  const countersigned = canonicalBytes({ v: 1, statementSha256: sha256Base64url(first) });
  const others = await Promise.all(countersigners.map((signer) => signer.sign('delge-countersign+jws', countersigned)));
  return Buffer.from([first, ...others].map((line) => `${line}\n`).join(''), 'latin1');
}

function parseStatement(payload: Uint8Array): Statement {
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
      };
    case 'gateway-enrolled':
      return {
        kind,
        gateway: reader.text('gateway', patterns.slug),
        operatedBy: reader.text('operatedBy', patterns.slug),
        manifestKey: reader.jwk('manifestKey'),
        witnessKey: reader.jwk('witnessKey'),
      };
    case 'authority-enrolled':
      return {
        kind,
        authority: authorityOf(reader.object('authority')),
        functions: reader.list('functions').map(functionOf),
        gateway: reader.text('gateway', patterns.slug),
        documentKey: reader.jwk('documentKey'),
        sealingKey: reader.jwk('sealingKey'),
      };
    case 'key-added':
      return {
        kind,
        holder: reader.text('holder', patterns.holder),
        use: reader.oneOf('use', addedUses),
        key: reader.jwk('key'),
      };
    case 'key-revoked':
      return { kind, kid: reader.text('kid', patterns.digest), reason: reader.text('reason', patterns.code) };
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

function json(bytes: Uint8Array): ReturnType<typeof parseCanonical> {
  try {
    return parseCanonical(bytes);
  } catch (error) {
    if (error instanceof JsonError) throw new SnapshotError('MALFORMED_STATEMENT', undefined, { cause: error });
    throw error;
  }
}
function token<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SnapshotError('MALFORMED_ENTRY', undefined, { cause: error });
    throw error;
  }
}
