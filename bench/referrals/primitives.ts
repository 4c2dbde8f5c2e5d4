import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { CompactEncrypt, CompactSign, compactDecrypt, compactVerify, generateKeyPair } from 'jose';

/** The operations of one referral that are cryptography, without all that decides whether to trust what comes out. */
export interface Primitives {
  readonly name: string;
  /** ES256 over so many octets. @returns what `verify` takes */
  readonly sign: (payload: Uint8Array) => Promise<unknown>;
  readonly verify: (signed: unknown) => Promise<void>;
  /** ECDH-ES on X25519 with A256GCM. @returns what `open` takes */
  readonly seal: (payload: Uint8Array) => Promise<unknown>;
  readonly open: (sealed: unknown) => Promise<void>;
}

/** By jose, which is what design.md section 12 measures against. */
export async function byJose(): Promise<Primitives> {
  const signing = await generateKeyPair('ES256');
  const sealing = await generateKeyPair('ECDH-ES', { crv: 'X25519' });
  return {
    name: 'jose',
    sign: (payload) => new CompactSign(payload).setProtectedHeader({ alg: 'ES256' }).sign(signing.privateKey),
    verify: async (signed) => void (await compactVerify(signed as string, signing.publicKey)),
    seal: (payload) =>
      new CompactEncrypt(payload).setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' }).encrypt(sealing.publicKey),
    open: async (sealed) => void (await compactDecrypt(sealed as string, sealing.privateKey)),
  };
}

interface Signed {
  readonly payload: Uint8Array;
  readonly signature: Buffer;
}
interface Sealed {
  readonly ephemeral: Buffer;
  readonly nonce: Buffer;
  readonly body: Buffer;
  readonly tag: Buffer;
}

/** By node:crypto, on this thread: the least that these operations can cost here. */
export function byNode(): Primitives {
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sealing = generateKeyPairSync('x25519');
  const keyOf = (secret: Buffer): Buffer =>
    createHash('sha256')
      .update(Buffer.of(0, 0, 0, 1))
      .update(secret)
      .update('A256GCM')
      .digest();
  return {
    name: 'node:crypto',
    sign: (payload) => Promise.resolve({ payload, signature: sign('sha256', payload, signing.privateKey) }),
    verify: (signed) => {
      const { payload, signature } = signed as Signed;
      if (!verify('sha256', payload, signing.publicKey, signature)) throw new Error('a signature that does not verify');
      return Promise.resolve();
    },
    seal: (payload) => {
      const own = generateKeyPairSync('x25519');
      const nonce = randomBytes(12);
      const key = keyOf(diffieHellman({ privateKey: own.privateKey, publicKey: sealing.publicKey }));
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(payload), cipher.final()]);
      const ephemeral = own.publicKey.export({ type: 'spki', format: 'der' });
      return Promise.resolve({ ephemeral, nonce, body, tag: cipher.getAuthTag() });
    },
    open: (sealed) => {
      const { ephemeral, nonce, body, tag } = sealed as Sealed;
      const publicKey = createPublicKey({ key: ephemeral, type: 'spki', format: 'der' });
      const key = keyOf(diffieHellman({ privateKey: sealing.privateKey, publicKey }));
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(tag);
      Buffer.concat([decipher.update(body), decipher.final()]);
      return Promise.resolve();
    },
  };
}

/** Ed25519, for checkpoints and their cosignatures. */
export function checkpointSigner(): { readonly sign: () => Buffer; readonly verify: (signature: Buffer) => void } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const note = randomBytes(120);
  return {
    sign: () => sign(null, note, privateKey),
    verify: (signature) => {
      if (!verify(null, note, publicKey, signature)) throw new Error('a checkpoint that does not verify');
    },
  };
}

/** Operations per second of processor time. */
export async function rateOf(seconds: number, operation: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  const until = performance.now() + seconds * 1000;
  let done = 0;
  for (; performance.now() < until; done += 1) await operation();
  const { user, system } = process.cpuUsage(before);
  return done / ((user + system) / 1_000_000);
}
