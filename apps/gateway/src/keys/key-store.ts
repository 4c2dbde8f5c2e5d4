import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { importPrivate, localOpener, localSigner } from '#envelope';
import type { Opener, Signer } from '#envelope';
import { parseStrict } from '#json';
import { nodeNoteSigner } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import type { JWK } from 'jose';
import { StorageCipher } from './storage-cipher.js';

/** The key store's file: private keys as JWK with `kid`, secrets as base64 of 32 bytes. Mode 0600. */
export interface KeyStoreFile {
  readonly manifest: JWK;
  readonly witness: JWK;
  readonly token: JWK;
  readonly pseudonymKey: string;
  readonly commitmentKey: string;
  readonly authorities: {
    readonly [authority: string]: { readonly document: JWK; readonly sealing: JWK; readonly storage: string };
  };
}

interface Hosted {
  readonly documentSigner: Signer;
  readonly openers: ReadonlyMap<string, Opener>;
  readonly cipher: StorageCipher;
}

const secret = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 32) throw new Error('a secret in the key store does not have 32 bytes');
  return bytes;
};

/** Every key this gateway holds, behind what may be done with it. */
export class KeyStore {
  private constructor(
    readonly gateway: string,
    readonly manifestSigner: Signer,
    readonly tokenKey: JWK,
    /** Cosigns checkpoints; its name there is the witness policy's to give. */
    readonly witness: Omit<NoteSigner, 'name'>,
    private readonly pseudonymKey: Buffer,
    private readonly commitmentKey: Buffer,
    private readonly hosted: ReadonlyMap<string, Hosted>,
    private readonly kids: ReadonlySet<string>,
  ) {}

  static async read(gateway: string, file: string): Promise<KeyStore> {
    return KeyStore.create(gateway, parseStrict(await readFile(file)) as unknown as KeyStoreFile);
  }

  static async create(gateway: string, file: KeyStoreFile): Promise<KeyStore> {
    const hosted = new Map<string, Hosted>();
    const kids = new Set<string>();
    for (const [authority, keys] of Object.entries(file.authorities)) {
      const sealing = localOpener(await importPrivate(keys.sealing, 'sealing'));
      const documentSigner = localSigner(await importPrivate(keys.document, 'document'));
      for (const { kid } of [sealing, documentSigner]) kids.add(kid);
      hosted.set(authority, {
        documentSigner,
        openers: new Map([[sealing.kid, sealing]]),
        cipher: new StorageCipher(secret(keys.storage)),
      });
    }
    const manifestSigner = localSigner(await importPrivate(file.manifest, 'manifest'));
    const [pseudonymKey, commitmentKey] = [secret(file.pseudonymKey), secret(file.commitmentKey)];
    const { privateJwk, kid } = await importPrivate(file.witness, 'witness');
    const witness = nodeNoteSigner(gateway, privateJwk);
    kids.add(manifestSigner.kid).add(kid);
    return new KeyStore(gateway, manifestSigner, file.token, witness, pseudonymKey, commitmentKey, hosted, kids);
  }

  get authorities(): readonly string[] {
    return [...this.hosted.keys()];
  }

  /** Whether it has the private half of the key with this id that stands in the keys log. */
  holds(kid: string): boolean {
    return this.kids.has(kid);
  }

  hosts(authority: string): boolean {
    return this.hosted.has(authority);
  }

  documentSigner(authority: string): Signer {
    return this.of(authority).documentSigner;
  }

  opener(authority: string, kid: string): Opener | undefined {
    return this.hosted.get(authority)?.openers.get(kid);
  }

  openers(authority: string): readonly Opener[] {
    return [...(this.hosted.get(authority)?.openers.values() ?? [])];
  }

  cipher(authority: string): StorageCipher {
    return this.of(authority).cipher;
  }

  /** Keyed, so that nobody outside can try officers' ids against it; base64url. */
  pseudonym(authority: string, officer: string): string {
    return createHmac('sha256', this.pseudonymKey).update(`${authority}\n${officer}`).digest('base64url');
  }

  /** Keyed commitment to bytes that stay here; base64url. */
  commitment(bytes: Uint8Array): string {
    return createHmac('sha256', this.commitmentKey).update(bytes).digest('base64url');
  }

  private of(authority: string): Hosted {
    const found = this.hosted.get(authority);
    if (found === undefined) throw new Error(`authority ${authority} is not hosted here`);
    return found;
  }
}
