import { parseManifest } from '#envelope';
import type { KeyRecord } from '#snapshot';
import { isStoreFailure } from '#persistence';
import { GatewayError, NotYet } from '../domain/errors.js';
import type { EvaluateReferral } from './evaluate-referral.js';
import { leftOutOf } from './judge-recipient.js';
import type { Law } from './law.js';
import type { ReferralStore, StoredMessage } from './ports/referral.js';
import type { Now } from './ports/time-and-ids.js';
import type { SealReferral } from './seal-referral.js';

export interface SealedAgain {
  readonly authority: string;
  readonly messageId: string;
  /** The new one; of what waits nothing is made. */
  readonly attempt?: number;
  readonly outcome: 'sealed' | 'refused' | 'waits';
  /** Why it waits. */
  readonly code?: string;
}

/**
 * Seals messages that their recipients could not open for a lost or ended key once more, as the next attempt of the same message id, to another key that is live
 * (design.md section 7). Each is judged anew, since it would be disclosed today.
 */
export class SealAgain {
  constructor(
    private readonly store: ReferralStore,
    private readonly law: Law,
    private readonly evaluate: EvaluateReferral,
    private readonly sealing: SealReferral,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
    private readonly crash: (point: string) => void,
  ) {}

  /** What stops one message stops no other, of any authority. @throws what was no failure of a message, after all the others have had their turn; a store's at once */
  async execute(): Promise<readonly SealedAgain[]> {
    const done: SealedAgain[] = [];
    const failures: unknown[] = [];
    for (const authority of this.authorities()) {
      for (const { referralId, messageId } of await this.store.awaitingKey(authority)) {
        try {
          const one = await this.one(authority, referralId, messageId);
          if (one !== undefined) done.push(one);
        } catch (error) {
          if (isStoreFailure(error)) throw error;
          if (error instanceof GatewayError || error instanceof NotYet)
            done.push({ authority, messageId, outcome: 'waits', code: error.code });
          else failures.push(error);
        }
      }
    }
    if (failures.length > 0) throw failures[0];
    return done;
  }

  /** @returns undefined while there is no other key, and when it waits no longer */
  private async one(authority: string, referralId: string, messageId: string): Promise<SealedAgain | undefined> {
    const referral = await this.store.find(authority, referralId);
    const message = referral?.messages.find((one) => one.messageId === messageId);
    if (referral === undefined || message?.state !== 'awaiting-key') return undefined;
    const used = keysUsed(message);
    // Asked before the law is, which costs more.
    if (this.keyFor(message.recipient, used) === undefined) return undefined;
    const now = this.now();
    const { leftOut } = message.detail;
    // Alone: nothing about the other recipients is asked again.
    const body = { ...referral.body, to: referral.body.to.filter((one) => one.authority === message.recipient) };
    const evaluation = await this.evaluate
      .execute(authority, body, {
        now,
        kept: referral.assessments,
        ...(leftOut === undefined ? {} : { leftOut: new Map([[message.recipient, leftOut]]) }),
      })
      .catch((error: unknown) => {
        // A function or a type that is gone: it waits, and expires.
        if (error instanceof GatewayError) return undefined;
        throw error;
      });
    const to = evaluation?.recipients.find(({ recipient }) => recipient === message.recipient);
    const sealingKey = this.keyFor(message.recipient, used);
    if (evaluation === undefined || to === undefined || sealingKey === undefined) return undefined;
    const attempt = message.attempt + 1;
    const told = { authority, messageId, attempt };
    if (to.verdict.outcome !== 'permit') {
      const refusal = await this.sealing.refusal(authority, body, to, evaluation, now);
      const detail = { ...message.detail, verdict: to.view, ...leftOutOf(to) };
      const ended = await this.store.refusedAgain(authority, { ...message, changedAt: now, detail }, refusal);
      return ended ? { ...told, outcome: 'refused' } : undefined;
    }
    const sealed = await this.sealing.seal(authority, body, to, evaluation, now, { attempt, sealingKey });
    this.crash('gateway.seal-again.before-commit');
    const replaced = await this.store.sealedAgain(authority, sealed.message, sealed.outgoing);
    this.crash('gateway.seal-again.after-commit');
    return replaced ? { ...told, outcome: 'sealed' } : undefined;
  }

  /** The newest live key, if it came after every one that an attempt has been sealed to: back to an older one, that a thief may have, leads nothing. */
  private keyFor(recipient: string, used: ReadonlySet<string>): KeyRecord | undefined {
    const snapshot = this.law.newest()?.on(this.now());
    const ever = snapshot?.keysEver(recipient).filter(({ key }) => key.use === 'sealing') ?? [];
    const lastUsed = ever.findLastIndex(({ key }) => used.has(key.kid));
    return ever.slice(lastUsed + 1).findLast(({ isLive }) => isLive)?.key;
  }
}

const keysUsed = ({ detail, earlier = [] }: StoredMessage): ReadonlySet<string> =>
  new Set(
    [detail, ...earlier.map((one) => one.detail)].flatMap(({ manifest }) =>
      manifest === undefined ? [] : [parseManifest(manifest).manifest.sealingKey],
    ),
  );
