import { bytesOf, concat, equal, fromBase64 } from '../encoding.js';
import type { Sha256, VerifyEd25519 } from '../encoding.js';
import { TlogError } from '../errors.js';

export const LOG_SIGNATURE = 0x01;
export const COSIGNATURE = 0x04;
const MAX_SIGNATURES = 100;
const MAX_NOTE_LENGTH = 1_000_000;

/** A verifier key of a signed note, `<name>+<hash>+<base64>`. @see c2sp.org/signed-note */
export interface VerifierKey {
  readonly name: string;
  /** First four bytes of SHA-256(name || "\n" || type || public key). */
  readonly id: Uint8Array;
  readonly type: number;
  readonly publicKey: Uint8Array;
}
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}
export interface Note {
  /** The signed text, its last line feed included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}
export interface Verification {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
}

const namePattern = /^[^\s+\p{Cc}]+$/u;

/** @throws {TlogError} MALFORMED_KEY */
export function parseVerifierKey(text: string, sha256: Sha256): VerifierKey {
  const [name, hash, ...rest] = text.split('+');
  const encoded = rest.join('+');
  if (name === undefined || !namePattern.test(name) || hash === undefined || !/^[0-9a-f]{8}$/.test(hash)) {
    throw new TlogError('MALFORMED_KEY');
  }
  const material = fromBase64(encoded, 'MALFORMED_KEY');
  const type = material[0];
  if (type === undefined || material.length !== 33) throw new TlogError('MALFORMED_KEY');
  const id = keyId(name, material, sha256);
  if (Array.from(id, (octet) => octet.toString(16).padStart(2, '0')).join('') !== hash)
    throw new TlogError('MALFORMED_KEY');
  return { name, id, type, publicKey: material.slice(1) };
}

/** @param material the type octet and the public key */
export const keyId = (name: string, material: Uint8Array, sha256: Sha256): Uint8Array =>
  sha256(concat(bytesOf(`${name}\n`), material)).slice(0, 4);

/** Splits a signed note into its text and its signature lines; verifies nothing. @throws {TlogError} MALFORMED_NOTE */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_LENGTH || !note.isWellFormed()) throw new TlogError('MALFORMED_NOTE');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new TlogError('MALFORMED_NOTE');
  const split = note.lastIndexOf('\n\n');
  if (split < 1 || !note.endsWith('\n')) throw new TlogError('MALFORMED_NOTE');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new TlogError('MALFORMED_NOTE');
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(' ');
  if (dash !== '—' || name === undefined || encoded === undefined || rest.length > 0 || !namePattern.test(name)) {
    throw new TlogError('MALFORMED_NOTE');
  }
  const bytes = fromBase64(encoded, 'MALFORMED_NOTE');
  if (bytes.length < 5) throw new TlogError('MALFORMED_NOTE');
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
}

/** Signatures on the note by this key; a signature that names the key and does not verify fails the note. */
export function verifiedBy(note: Note, key: VerifierKey, { verifyEd25519 }: Verification): readonly NoteSignature[] {
  const named = note.signatures.filter(({ name, keyId: id }) => name === key.name && equal(id, key.id));
  for (const { signature } of named) {
    if (!verifyNoteSignature(note.text, signature, key, verifyEd25519)) throw new TlogError('BAD_SIGNATURE');
  }
  return named;
}

function verifyNoteSignature(
  text: string,
  signature: Uint8Array,
  key: VerifierKey,
  verifyEd25519: VerifyEd25519,
): boolean {
  if (key.type === LOG_SIGNATURE) {
    return signature.length === 64 && verifyEd25519(key.publicKey, bytesOf(text), signature);
  }
  if (key.type === COSIGNATURE) {
    if (signature.length !== 72) return false;
    const message = bytesOf(`cosignature/v1\ntime ${cosignedAt(signature)}\n${text}`);
    return verifyEd25519(key.publicKey, message, signature.slice(8));
  }
  return false;
}

/** POSIX time of a cosignature, seconds. @see c2sp.org/tlog-cosignature */
export const cosignedAt = (signature: Uint8Array): bigint =>
  new DataView(signature.buffer, signature.byteOffset, signature.byteLength).getBigUint64(0);
