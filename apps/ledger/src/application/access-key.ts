import type { Signer } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { Checkpoints } from './checkpoints.js';
import type { OwnKeys } from './own-keys.js';

/** Who signs an entry of the ledger's own, and the snapshot that the entry names as `keys`. */
export interface Signing {
  readonly signer: Signer;
  readonly snapshot: Snapshot;
}

/**
 * The ledger's access key. A process that serves the keys log cannot ask it before it starts; so the key is asked for each time,
 * and nothing is signed while the newest witnessed keys log does not have it.
 */
export class AccessKey {
  constructor(
    /** Newest first: the newest that is live signs. */
    private readonly signers: () => readonly Signer[],
    private readonly keys: OwnKeys,
    private readonly checkpoints: Pick<Checkpoints, 'newest'>,
    private readonly now: () => Date,
  ) {}

  /** @returns undefined while the key is not live */
  async live(): Promise<Signing | undefined> {
    const newest = this.checkpoints.newest('keys');
    if (newest === undefined) return undefined;
    const snapshot = await this.keys.at(newest.size);
    const then = snapshot.on(this.now());
    const signer = this.signers().find(({ kid }) => {
      const key = then.key(kid);
      return key?.use === 'access' && key.holder === 'ledger';
    });
    return signer === undefined ? undefined : { signer, snapshot };
  }

  /** @returns why people should look: what needs an entry of the ledger's own waits */
  async missing(): Promise<string | undefined> {
    return (await this.live()) === undefined ? 'not-live' : undefined;
  }
}
