import { EnvelopeError, parseToken, sha256Base64url, signedByKnown, typOf } from '#envelope';
import type { PublicKey, Signer, Typ } from '#envelope';
import { canonicalBytes } from '#json';
import type { Ahead } from './ahead.js';
import { SnapshotError } from './errors.js';
import { Reader, patterns } from './shape.js';
import { json, parseStatement } from './statement.js';
import type { Statement } from './statement.js';

/** One line of an entry: a compact JWS, and the key that it says has signed it. */
export interface Line {
  readonly text: string;
  readonly kid: string;
}
/** An entry of the `keys` log: the principal's statement, proofs of possession by the keys that it brings, countersignatures. */
export interface Entry {
  readonly statement: Statement;
  /** The entry's first line. */
  readonly principal: Line;
  /** Signed by keys that the statement brings. */
  readonly possessions: readonly Line[];
  readonly countersignatures: readonly Line[];
}

const MAX_ENTRY_LENGTH = 60_000;
const MAX_FURTHER_LINES = 10;
const POSSESSION = 'delge-possession+jws' satisfies Typ;
const COUNTERSIGNATURE = 'delge-countersign+jws' satisfies Typ;

/**
 * Reads an entry; verifies no signature. One compact JWS a line, each line ended by a line feed; every line after the first names the SHA-256 of
 * the first (docs/adr/0003, docs/adr/0011).
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
    others.length > MAX_FURTHER_LINES
  ) {
    throw new SnapshotError('MALFORMED_ENTRY');
  }
  const { kid, payload } = token(() => parseToken(first, 'delge-statement+jws'));
  const digest = sha256Base64url(first);
  const [possessions, countersignatures]: [Line[], Line[]] = [[], []];
  for (const line of others) {
    const isPossession = typOf(line) === POSSESSION;
    const read = lineOn(line, isPossession ? POSSESSION : COUNTERSIGNATURE, digest);
    (isPossession ? possessions : countersignatures).push(read);
  }
  return { statement: parseStatement(payload), principal: { text: first, kid }, possessions, countersignatures };
}

function lineOn(text: string, typ: Typ, digest: string): Line {
  const { kid, payload } = token(() => parseToken(text, typ));
  const reader = new Reader(json(payload).value, 'MALFORMED_ENTRY');
  if (reader.count('v') !== 1 || reader.text('statementSha256', patterns.digest) !== digest) {
    throw new SnapshotError('MALFORMED_ENTRY', 'statementSha256');
  }
  reader.end();
  return { text, kid };
}

/**
 * @param line of an entry that was read
 * @param key absent where there is none: it is not signed, and that takes as long to say
 * @param ahead what was verified before; the rest is verified now
 */
export const isSigned = (line: Line, key: PublicKey | undefined, ahead?: Ahead): boolean =>
  (key === undefined || line.kid === key.kid) &&
  ((key !== undefined && ahead?.get(line.text) === key.kid) || signedByKnown(line.text, key));

/** The statement's own line, signed by its principal. @throws {SnapshotError} MALFORMED_STATEMENT */
export function signStatement(statement: Statement, principal: Signer): Promise<string> {
  const payload = canonicalBytes({ v: 1, ...statement });
  parseStatement(payload);
  return principal.sign('delge-statement+jws', payload);
}
const on = (first: string): Uint8Array => canonicalBytes({ v: 1, statementSha256: sha256Base64url(first) });
/** @param first the statement's line */
export const countersign = (first: string, signer: Signer): Promise<string> => signer.sign(COUNTERSIGNATURE, on(first));
/** @param signer by a key that the statement brings */
export const provePossession = (first: string, signer: Signer): Promise<string> => signer.sign(POSSESSION, on(first));
/** The entry's octets. */
export const entryOf = (lines: readonly string[]): Uint8Array =>
  Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');

/**
 * Signs a statement as its principal, has the keys that it brings prove that they are there, and has it countersigned.
 * @param brought every signing key that the statement brings, but the one that is its principal
 * @returns the entry's octets
 */
export async function signEntry(
  statement: Statement,
  principal: Signer,
  countersigners: readonly Signer[],
  brought: readonly Signer[] = [],
): Promise<Uint8Array> {
  const first = await signStatement(statement, principal);
  const possessions = await Promise.all(brought.map((signer) => provePossession(first, signer)));
  const others = await Promise.all(countersigners.map((signer) => countersign(first, signer)));
  return entryOf([first, ...possessions, ...others]);
}

function token<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SnapshotError('MALFORMED_ENTRY', undefined, { cause: error });
    throw error;
  }
}
