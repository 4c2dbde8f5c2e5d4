import { unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';
import { importPrivate, localOpener, localSigner } from '#envelope';
import type { KeyUse, Opener, PrivateKey, PublicKey, Signer } from '#envelope';
import { nodeNoteSigner } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import type { KeyStoreContent, SecretUse } from './content.js';
import { KeyStoreError } from './errors.js';
import type { KeySource, Secret } from './key-source.js';
import { readKeyStore } from './store-file.js';
import type { KeyStorePlace } from './store-file.js';

interface Held {
  readonly made: ReadonlyMap<string, Date>;
  /** By holder and use, newest first. */
  readonly keys: ReadonlyMap<string, readonly PrivateKey[]>;
  readonly signers: ReadonlyMap<string, readonly Signer[]>;
  readonly openers: ReadonlyMap<string, readonly Opener[]>;
  readonly secrets: ReadonlyMap<string, readonly Secret[]>;
  readonly holders: readonly string[];
}

const LOOK_MS = 2_000;
const SIGNING: ReadonlySet<KeyUse> = new Set(['document', 'manifest', 'decision', 'access', 'token']);

/** Keys from a key store's file, which is read again when it changes. */
export class FileKeys implements KeySource {
  private failure: string | undefined;
  private stamp = '';
  private reading: Promise<boolean> | undefined;
  private next: Promise<boolean> | undefined;

  private constructor(
    private readonly place: KeyStorePlace | undefined,
    private held: Held,
  ) {}

  /** @throws {KeyStoreError} */
  static async open(place: KeyStorePlace): Promise<FileKeys> {
    const keys = new FileKeys(place, await heldOf({ v: 1, keys: [], secrets: [] }));
    await keys.reload();
    return keys;
  }

  /** Of a store that is in memory. */
  static async of(content: KeyStoreContent): Promise<FileKeys> {
    return new FileKeys(undefined, await heldOf(content));
  }

  holders(): readonly string[] {
    return this.held.holders;
  }
  holds(kid: string): boolean {
    return this.held.made.has(kid);
  }
  signers(holder: string, use: KeyUse): readonly Signer[] {
    return this.held.signers.get(nameOf(holder, use)) ?? [];
  }
  openers(holder: string): readonly Opener[] {
    return this.held.openers.get(nameOf(holder, 'sealing')) ?? [];
  }
  publicKeys(holder: string, use: KeyUse): readonly PublicKey[] {
    return this.held.keys.get(nameOf(holder, use)) ?? [];
  }
  madeAt(kid: string): Date | undefined {
    return this.held.made.get(kid);
  }
  secrets(holder: string, use: SecretUse): readonly Secret[] {
    return this.held.secrets.get(nameOf(holder, use)) ?? [];
  }
  noteSigner(holder: string, use: 'witness' | 'log'): Omit<NoteSigner, 'name'> {
    const [newest] = this.noteSigners(holder, use);
    if (newest === undefined) throw new KeyStoreError('NO_KEY', `${holder} ${use}`);
    return newest;
  }
  noteSigners(holder: string, use: 'witness' | 'log'): readonly Omit<NoteSigner, 'name'>[] {
    return (this.held.keys.get(nameOf(holder, use)) ?? []).map(({ privateJwk }) => nodeNoteSigner('', privateJwk));
  }

  /**
   * Afterwards all that was in the file at the time of the call is held: no call shares a reading that began before it, which may have seen the file
   * as it was. Those that wait share the next. A file that has not changed is not read.
   */
  reload(): Promise<boolean> {
    if (this.reading === undefined) return this.begin();
    this.next ??= this.reading
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.reading ?? this.begin();
      });
    return this.next;
  }

  private begin(): Promise<boolean> {
    this.reading = this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /**
   * Looks at the file every two seconds and reads it when it changed. One that cannot be read changes nothing: the keys read before stay.
   * @param read called with the number of keys held
   * @param failed called with the code of what cannot be read
   */
  watch(read: (count: number) => void, failed: (code: string) => void): void {
    if (this.place === undefined) return;
    watchFile(this.place.file, { interval: LOOK_MS, persistent: false }, () => {
      this.reload().then(
        () => {
          this.failure = undefined;
          read(this.held.made.size);
        },
        (error: unknown) => {
          this.failure = error instanceof KeyStoreError ? error.code : 'NOT_READ';
          failed(this.failure);
        },
      );
    });
  }
  unwatch(): void {
    if (this.place !== undefined) unwatchFile(this.place.file);
  }
  /** @returns why people should look: the store changed and cannot be read */
  fault(): string | undefined {
    return this.failure;
  }

  private async read(): Promise<boolean> {
    if (this.place === undefined) return false;
    const { ino, mtimeNs, size } = await stat(this.place.file, { bigint: true }).catch((cause: unknown) => {
      throw new KeyStoreError('NOT_FOUND', this.place?.file, { cause });
    });
    const stamp = [ino, mtimeNs, size].join();
    if (stamp === this.stamp) return false;
    this.held = await heldOf(await readKeyStore(this.place));
    this.stamp = stamp;
    return true;
  }
}

const nameOf = (holder: string, use: string): string => `${holder} ${use}`;

async function heldOf(content: KeyStoreContent): Promise<Held> {
  const keys = new Map<string, PrivateKey[]>();
  const secrets = new Map<string, Secret[]>();
  for (const { holder, use, jwk, kid } of content.keys) {
    const key = await importPrivate(jwk, use);
    if (key.kid !== kid) throw new KeyStoreError('NOT_A_KEY_STORE');
    keys.set(nameOf(holder, use), [key, ...(keys.get(nameOf(holder, use)) ?? [])]);
  }
  for (const { holder, use, id, secret } of content.secrets) {
    const one = { id, octets: Buffer.from(secret, 'base64url') };
    secrets.set(nameOf(holder, use), [one, ...(secrets.get(nameOf(holder, use)) ?? [])]);
  }
  const made = <T>(make: (key: PrivateKey) => T, isOne: (use: KeyUse) => boolean): Map<string, readonly T[]> =>
    new Map(
      [...keys].filter(([, [key]]) => key !== undefined && isOne(key.use)).map(([name, all]) => [name, all.map(make)]),
    );
  return {
    made: new Map(content.keys.map(({ kid, madeAt }) => [kid, new Date(madeAt)])),
    keys,
    signers: made(localSigner, (use) => SIGNING.has(use)),
    openers: made(localOpener, (use) => use === 'sealing'),
    secrets,
    holders: [...new Set([...content.keys, ...content.secrets].map(({ holder }) => holder))],
  };
}
