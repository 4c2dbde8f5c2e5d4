import { EnvelopeError } from '#envelope';
import type { PublicKey } from '#envelope';
import type { Snapshot } from '#snapshot';
import { SetAside } from '../domain/errors.js';
import type { QuarantineReason } from '../domain/errors.js';
import type { Law } from './ground.js';

/** What a gateway signed, as far as who signed it matters. */
export interface Signed {
  readonly kid: string;
  readonly env: string;
  readonly gateway: string;
  /** Authority in whose name it is. */
  readonly authority: string;
  /** When it came: the time by which its key may have expired, and that what is recorded of it carries. */
  readonly at: Date;
  /** Whether the log has all that it names, be it ended since; absent: it names nothing else. */
  readonly isKnown?: (at: Snapshot) => boolean;
}
export interface Reasons {
  readonly key: QuarantineReason;
  readonly signature: QuarantineReason;
}

/**
 * Establishes who stands behind a gateway's statement: the account that published it, the live manifest key of that
 * gateway, and that the gateway hosts the authority. Each of the three is another's to give (design.md I6).
 */
export class EstablishSender {
  constructor(
    private readonly law: Law,
    private readonly environment: string,
  ) {}

  /**
   * @param account broker-checked account that published
   * @returns the newest snapshot, by which all this was so
   * @throws {SetAside | NotYet}
   */
  async establish(
    signed: Signed,
    account: string,
    reasons: Reasons,
    verify: (key: PublicKey) => Promise<unknown>,
  ): Promise<Snapshot> {
    if (!publishedBy(signed.gateway, account)) throw new SetAside('account-mismatch');
    if (signed.env !== this.environment) throw new SetAside('environment');
    const holds = (at: Snapshot): boolean => {
      const key = at.on(signed.at).key(signed.kid);
      return key?.use === 'manifest' && key.holder === `gateway:${signed.gateway}`;
    };
    let snapshot = this.law.newest();
    const knows = (at: Snapshot): boolean =>
      holds(at) && at.authority(signed.authority)?.gateway === signed.gateway && (signed.isKnown?.(at) ?? true);
    // Enrolled a moment ago, perhaps: the log is asked once before anything is set aside, or denied for good.
    if (!knows(snapshot)) snapshot = await this.law.refreshed();
    const key = snapshot.key(signed.kid);
    if (!holds(snapshot) || key === undefined) throw new SetAside(reasons.key);
    try {
      await verify(key.public);
    } catch (error) {
      if (error instanceof EnvelopeError) throw new SetAside(reasons.signature);
      throw error;
    }
    if (snapshot.authority(signed.authority)?.gateway !== signed.gateway) throw new SetAside('not-hosted');
    return snapshot;
  }
}

/** Whether the broker-checked account is that of the gateway. */
export const publishedBy = (gateway: string, account: string): boolean => account === `gw-${gateway}`;

/** Reads a signed statement. @throws {SetAside} with this reason when it is not one */
export const readable = <T>(reason: QuarantineReason, parse: () => T): T => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EnvelopeError) throw new SetAside(reason);
    throw error;
  }
};
