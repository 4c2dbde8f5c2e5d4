import { createHmac, hkdfSync } from 'node:crypto';
import type { KeyUse, Opener, PublicKey, Signer } from '#envelope';
import type { KeySource, SecretUse } from '#keystore';
import { liveSigner, newestLive } from '#keystore';
import type { Snapshot } from '#snapshot';
import type { NoteSigner } from '#tlog/build';
import { NotYet } from '../domain/errors.js';
import { secretKey } from './secret-key.js';
import { StorageCipher } from './storage-cipher.js';

/** By the secret that each is made of. */
const indexKeys = new WeakMap<Uint8Array, Buffer>();

/**
 * Every key this gateway holds, behind what may be done with it. Of several keys for one use the newest that is live in the gateway's snapshot
 * signs: one that was made and is not enrolled yet is not used, nor is one that was revoked. Every sealing key that is held opens.
 */
export class KeyStore {
  private snapshot: () => Snapshot | undefined = () => undefined;
  private readonly holder: string;

  constructor(
    readonly gateway: string,
    private readonly source: KeySource,
  ) {
    this.holder = `gateway:${gateway}`;
  }

  /** @param newest the snapshot by which keys are live; while there is none the newest key signs */
  follow(newest: () => Snapshot | undefined): void {
    this.snapshot = newest;
  }

  /** Looks for keys that came or went. @returns whether there was anything new */
  reload(): Promise<boolean> {
    return this.source.reload();
  }

  get authorities(): readonly string[] {
    return this.source.holders().filter((holder) => !holder.startsWith('gateway:'));
  }

  /** Whether it has the private half of the key with this id that stands in the keys log. */
  holds(kid: string): boolean {
    return this.source.holds(kid);
  }

  hosts(authority: string): boolean {
    return this.authorities.includes(authority);
  }

  /** @throws {NotYet} while none is live */
  get manifestSigner(): Signer {
    return this.live(this.holder, 'manifest');
  }

  /** @throws {NotYet} while none is live */
  documentSigner(authority: string): Signer {
    return this.live(authority, 'document');
  }

  /** For requests to the operator's services: also before there is a snapshot, and when no key is live they are refused there. */
  get requestSigner(): Signer {
    return liveSigner(
      () => this.source.signers(this.holder, 'manifest'),
      (kid) => this.isLive(kid, this.holder, 'manifest'),
    );
  }

  /** Cosign checkpoints, newest first; which of them does, and its name there, are the witness policy's to say. */
  get witnesses(): readonly Omit<NoteSigner, 'name'>[] {
    return this.source.noteSigners(this.holder, 'witness');
  }

  /**
   * Signs access tokens; the newest does, and tokens of another are good until the last that it may have signed has expired: a key that was stolen ends when another is made.
   * @param lifetimeMs how long a token is good
   */
  tokens(now: Date, lifetimeMs: number): { readonly signers: readonly Signer[]; readonly keys: readonly PublicKey[] } {
    const held = this.source.publicKeys(this.holder, 'token');
    const keys = held.filter((_, at) => {
      const successor = held[at - 1];
      const since = successor === undefined ? undefined : this.source.madeAt(successor.kid);
      return since === undefined || now.getTime() <= since.getTime() + lifetimeMs;
    });
    return { signers: this.source.signers(this.holder, 'token'), keys };
  }

  opener(authority: string, kid: string): Opener | undefined {
    return this.openers(authority).find((opener) => opener.kid === kid);
  }

  openers(authority: string): readonly Opener[] {
    return this.source.openers(authority);
  }

  cipher(authority: string): StorageCipher {
    return new StorageCipher(this.source.secrets(authority, 'storage'));
  }

  /** Keyed, so that nobody outside can try officers' ids against it; base64url. */
  pseudonym(authority: string, officer: string): string {
    return this.keyed(authority, 'pseudonym', Buffer.from(officer, 'utf8'));
  }

  /** Keyed commitment of this authority to octets that stay here; base64url. */
  commitment(authority: string, bytes: Uint8Array): string {
    return this.keyed(authority, 'commitment', bytes);
  }

  /**
   * What stands for a number in the person index: without this authority's secret nobody can try numbers against it, and what another authority has of the same number is
   * another. Under a key of its own, made of the commitments' (HKDF, RFC 5869): it commits to nothing, and shows nothing of what does.
   * @param kind `person` or `organisation`, whose numbers must not meet @returns 32 octets
   */
  personToken(authority: string, kind: string, number: string): Buffer {
    const { octets } = this.first(authority, 'commitment');
    const key = indexKeys.get(octets) ?? Buffer.from(hkdfSync('sha256', octets, '', 'delge person index', 32));
    indexKeys.set(octets, key);
    return createHmac('sha256', secretKey(key)).update(`${authority}\n${kind}\n${number}`).digest();
  }

  /** Under the first secret and no newer one: officers keep their pseudonyms, and drafts their assessments. */
  private keyed(authority: string, use: SecretUse, bytes: Uint8Array): string {
    return createHmac('sha256', secretKey(this.first(authority, use).octets))
      .update(`${authority}\n`)
      .update(bytes)
      .digest('base64url');
  }

  private first(authority: string, use: SecretUse): { readonly octets: Uint8Array } {
    const first = this.source.secrets(authority, use).at(-1);
    if (first === undefined) throw new Error(`authority ${authority} is not hosted here`);
    return first;
  }

  private live(holder: string, use: KeyUse): Signer {
    const found = newestLive(this.source.signers(holder, use), (kid) => this.isLive(kid, holder, use));
    if (found === undefined) throw new NotYet('live-key');
    return found;
  }

  private isLive(kid: string, holder: string, use: KeyUse): boolean | undefined {
    const snapshot = this.snapshot();
    const key = snapshot?.key(kid);
    return snapshot === undefined ? undefined : key?.holder === holder && key.use === use;
  }
}
