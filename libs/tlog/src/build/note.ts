import { bytesOf, concat, toBase64 } from '../encoding.js';
import type { Sha256, SignEd25519 } from '../encoding.js';

const LOG_SIGNATURE = 0x01;
const COSIGNATURE = 0x04;

/** The verifier key of a log, `<name>+<hash>+<base64>`. @param publicKey Ed25519, 32 bytes @see c2sp.org/signed-note */
export const verifierKey = (name: string, publicKey: Uint8Array, sha256: Sha256): string =>
  verifierKeyOf(LOG_SIGNATURE, name, publicKey, sha256);

/** The verifier key of a witness, in the same form. @see c2sp.org/tlog-cosignature */
export const witnessKey = (name: string, publicKey: Uint8Array, sha256: Sha256): string =>
  verifierKeyOf(COSIGNATURE, name, publicKey, sha256);

function verifierKeyOf(type: number, name: string, publicKey: Uint8Array, sha256: Sha256): string {
  const material = concat(Uint8Array.of(type), publicKey);
  const hash = Array.from(idOf(name, material, sha256), (octet) => octet.toString(16).padStart(2, '0')).join('');
  return `${name}+${hash}+${toBase64(material)}`;
}

/** What a log signs. @see c2sp.org/tlog-checkpoint */
export const checkpointText = (origin: string, size: bigint, root: Uint8Array): string =>
  `${origin}\n${size}\n${toBase64(root)}\n`;

export interface NoteSigner {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly sign: SignEd25519;
}

/** The signed note over this text. @param text ends with a line feed @see c2sp.org/signed-note */
export function signNote(text: string, signer: NoteSigner, sha256: Sha256): string {
  const material = concat(Uint8Array.of(LOG_SIGNATURE), signer.publicKey);
  const signature = concat(idOf(signer.name, material, sha256), signer.sign(bytesOf(text)));
  return `${text}\n— ${signer.name} ${toBase64(signature)}\n`;
}

/**
 * Signature line by which a witness says that, at this time, this was the largest consistent tree it had seen.
 * @param text of the checkpoint, without signatures
 * @param time POSIX seconds
 * @see c2sp.org/tlog-cosignature
 */
export function cosignatureLine(text: string, witness: NoteSigner, time: bigint, sha256: Sha256): string {
  const timestamp = new Uint8Array(8);
  new DataView(timestamp.buffer).setBigUint64(0, time);
  const id = idOf(witness.name, concat(Uint8Array.of(COSIGNATURE), witness.publicKey), sha256);
  const signature = witness.sign(bytesOf(`cosignature/v1\ntime ${time}\n${text}`));
  return `— ${witness.name} ${toBase64(concat(id, timestamp, signature))}\n`;
}

const idOf = (name: string, material: Uint8Array, sha256: Sha256): Uint8Array =>
  sha256(concat(bytesOf(`${name}\n`), material)).slice(0, 4);
