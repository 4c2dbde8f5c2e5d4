import { bytesOf, concat, toBase64 } from '../encoding.js';
import type { Sha256, SignEd25519 } from '../encoding.js';

const LOG_SIGNATURE = 0x01;

/** The verifier key of a log, `<name>+<hash>+<base64>`. @param publicKey Ed25519, 32 bytes @see c2sp.org/signed-note */
export function verifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): string {
  const material = concat(Uint8Array.of(LOG_SIGNATURE), publicKey);
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

const idOf = (name: string, material: Uint8Array, sha256: Sha256): Uint8Array =>
  sha256(concat(bytesOf(`${name}\n`), material)).slice(0, 4);
