import type { Signer } from '#envelope';
import type { Snapshot } from '#snapshot';

/** Who signs an entry of the console's, and the snapshot that the entry names as `keys`. */
export interface Signing {
  readonly signer: Signer;
  readonly snapshot: Snapshot;
}

/** The console's access key. Nothing is signed while the newest witnessed keys log does not have it, and so nothing is shown. */
export class AccessKey {
  constructor(
    /** Newest first: the newest that is live signs. */
    private readonly signers: () => readonly Signer[],
    private readonly snapshot: () => Snapshot | undefined,
    private readonly now: () => Date,
  ) {}

  /** @returns undefined while the key is not live */
  live(): Signing | undefined {
    const snapshot = this.snapshot();
    const then = snapshot?.on(this.now());
    const signer = this.signers().find(({ kid }) => {
      const key = then?.key(kid);
      return key?.use === 'access' && key.holder === 'console';
    });
    return signer === undefined || snapshot === undefined ? undefined : { signer, snapshot };
  }

  /** @returns why people should look: no auditor is shown anything */
  missing(): string | undefined {
    return this.live() === undefined ? 'not-live' : undefined;
  }
}
