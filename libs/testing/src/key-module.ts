import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createDecipheriv, createHash } from 'node:crypto';
import { EnvelopeError } from '#envelope';
import type { KeyUse, Opener, PrivateKey, PublicKey, Signer } from '#envelope';
import type { KeySource, KeyStoreContent, Secret, SecretUse } from '#keystore';
import { FileKeys } from '#keystore';
import type { NoteSigner } from '#tlog/build';
import type { JWK } from 'jose';

/** All that the module does: it takes keys in, signs octets, and agrees on a secret. Nothing it answers holds a key. */
const MODULE = `
const { createPrivateKey, createPublicKey, diffieHellman, sign } = require('node:crypto');
const held = new Map();
process.on('message', ({ id, kid, jwk, input, peer }) => {
  const answer = (octets) => process.send({ id, octets: octets.toString('base64url') });
  try {
    if (jwk !== undefined) { held.set(kid, createPrivateKey({ key: jwk, format: 'jwk' })); answer(Buffer.alloc(0)); }
    else if (input !== undefined)
      answer(sign('sha256', Buffer.from(input, 'base64url'), { key: held.get(kid), dsaEncoding: 'ieee-p1363' }));
    else answer(diffieHellman({ privateKey: held.get(kid), publicKey: createPublicKey({ key: peer, format: 'jwk' }) }));
  } catch { process.send({ id }); }
});`;

type Asked = { readonly kid: string } & ({ readonly jwk: JWK } | { readonly input: string } | { readonly peer: JWK });

/**
 * A source of keys that are in another process, which never gives them out: as a hardware module would be one. What is made of a signature and of an agreed
 * secret, it makes itself, by node:crypto alone.
 */
export class ModuleKeys implements KeySource {
  private readonly answers = new Map<number, (octets: Buffer | undefined) => void>();
  private asked = 0;

  private constructor(
    private readonly child: ChildProcess,
    /** For what a module does not hold: public keys, and secrets of rows. */
    private readonly beside: FileKeys,
  ) {
    child.on('message', ({ id, octets }: { readonly id: number; readonly octets?: string }) => {
      this.answers.get(id)?.(octets === undefined ? undefined : Buffer.from(octets, 'base64url'));
      this.answers.delete(id);
    });
  }

  static async start(content: KeyStoreContent): Promise<ModuleKeys> {
    const child = spawn(process.execPath, ['-e', MODULE], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const keys = new ModuleKeys(child, await FileKeys.of(content));
    for (const { kid, jwk, use } of content.keys) if (use !== 'witness') await keys.ask({ kid, jwk });
    return keys;
  }

  stop(): void {
    this.child.kill();
  }

  holders(): readonly string[] {
    return this.beside.holders();
  }
  holds(kid: string): boolean {
    return this.beside.holds(kid);
  }
  publicKeys(holder: string, use: KeyUse): readonly PublicKey[] {
    return this.beside.publicKeys(holder, use).map((key) => {
      const { privateJwk: _secret, ...open } = key as PrivateKey;
      return open;
    });
  }
  secrets(holder: string, use: SecretUse): readonly Secret[] {
    return this.beside.secrets(holder, use);
  }
  noteSigner(holder: string, use: 'witness' | 'log'): Omit<NoteSigner, 'name'> {
    return this.beside.noteSigner(holder, use);
  }
  noteSigners(holder: string, use: 'witness' | 'log'): readonly Omit<NoteSigner, 'name'>[] {
    return this.beside.noteSigners(holder, use);
  }
  madeAt(kid: string): Date | undefined {
    return this.beside.madeAt(kid);
  }
  reload(): Promise<boolean> {
    return Promise.resolve(false);
  }

  signers(holder: string, use: KeyUse): readonly Signer[] {
    return this.publicKeys(holder, use).map(({ kid }) => ({
      kid,
      sign: async (typ, payload, critical = {}) => {
        const names = Object.keys(critical);
        const header = { alg: 'ES256', kid, typ, ...(names.length > 0 ? { crit: names, ...critical } : {}) };
        const input = `${encoded(JSON.stringify(header))}.${encoded(payload)}`;
        const signature = await this.ask({ kid, input: encoded(input) });
        return `${input}.${encoded(signature)}`;
      },
    }));
  }

  openers(holder: string): readonly Opener[] {
    return this.publicKeys(holder, 'sealing').map(({ kid }) => ({
      kid,
      open: async (jwe) => {
        try {
          const [head = '', , iv = '', ciphertext = '', tag = ''] = jwe.split('.');
          const { epk, apu, apv } = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, string> & {
            epk: JWK;
          };
          const key = concatKdf(await this.ask({ kid, peer: epk }), octets(apu ?? ''), octets(apv ?? ''));
          const decipher = createDecipheriv('aes-256-gcm', key, octets(iv), { authTagLength: 16 })
            .setAAD(Buffer.from(head, 'ascii'))
            .setAuthTag(octets(tag));
          return Buffer.concat([decipher.update(octets(ciphertext)), decipher.final()]);
        } catch (cause) {
          throw new EnvelopeError('NOT_OPENED', undefined, { cause });
        }
      },
    }));
  }

  private ask(what: Asked): Promise<Buffer> {
    const id = (this.asked += 1);
    return new Promise((resolve, reject) => {
      this.answers.set(id, (answer) => (answer === undefined ? reject(new Error('refused')) : resolve(answer)));
      this.child.send({ id, ...what });
    });
  }
}

const octets = (text: string): Buffer => Buffer.from(text, 'base64url');
const encoded = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url');
const sized = (bytes: Uint8Array): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};
/** RFC 7518 section 4.6.2, one round: 256 bits for A256GCM. */
const concatKdf = (agreed: Buffer, apu: Buffer, apv: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(256);
  return createHash('sha256')
    .update(Buffer.from([0, 0, 0, 1]))
    .update(agreed)
    .update(sized(Buffer.from('A256GCM')))
    .update(sized(apu))
    .update(sized(apv))
    .update(length)
    .digest();
};
