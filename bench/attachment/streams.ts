import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { decryptChunks, encryptChunks } from '#envelope';

const PIECE = 256 * 1024;
const MIB = 1024 ** 2;
const block = randomBytes(PIECE);

async function* octets(length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += PIECE) yield block.subarray(0, Math.min(PIECE, length - at));
}

/** MiB a second of processor time of this process. */
async function rate(length: number, work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return length / MIB / ((user + system) / 1_000_000);
}

export interface StreamRates {
  /** One AES-256-GCM over all of it, as node:crypto has it: encrypted, and decrypted again, nothing else. */
  readonly plain: number;
  readonly encrypted: number;
  readonly decrypted: number;
  readonly digest: number;
}

/** What the pieces of an attachment's way reach alone, on one core. */
export async function streamRates(length: number): Promise<StreamRates> {
  const [key, nonce, salt, context] = [randomBytes(32), randomBytes(12), randomBytes(24), Buffer.from('bench')];
  const plain = await rate(2 * length, async () => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    for await (const piece of octets(length)) decipher.update(cipher.update(piece));
    cipher.final();
    decipher.setAuthTag(cipher.getAuthTag());
    decipher.final();
  });
  const drained = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    for await (const _ of stream);
  };
  const encrypted = await rate(length, () => drained(encryptChunks(octets(length), { key, salt, context })));
  const both = await rate(length, () =>
    drained(decryptChunks(encryptChunks(octets(length), { key, salt, context }), { key, context })),
  );
  const digest = await rate(length, async () => {
    const hash = createHash('sha256');
    for await (const piece of octets(length)) hash.update(piece);
    hash.digest();
  });
  return { plain, encrypted, decrypted: 1 / (1 / both - 1 / encrypted), digest };
}
