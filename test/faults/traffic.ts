import { setTimeout as delay } from 'node:timers/promises';
import type { ReferralAccepted, SubmitReferralDto } from '#contracts';
import { eventually, permitted } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Party } from '../support/history.js';
import type { Fault } from './fault.js';

export const SENDER: Party = { gateway: 'kommunerna', authority: 'linkoping/omsorgsnamnden' };
export const RECIPIENT: Party = { gateway: 'myndigheterna', authority: 'fk/forsakringskassan' };

const AGAIN_MS = 100;
/** Not refused, but too many, or too slow: a gateway that stood still finds its requests late when it goes on. */
const AGAIN = [408, 429];
const ANSWER_MS = 20_000;
const TICK_MS = 5;
const PAGE = '200';
/** Between two looks at many. */
const SPARING_MS = 2_000;
const UNDER_WAY_MS = 60_000;
/** States on the way; all others are ends. */
const OPEN = ['accepted', 'checked', 'released', 'awaiting-key', 'quarantined', 'delivery-quarantined'];

/** What happened between two moments. */
export interface Phase {
  readonly name: string;
  /** Answered `202`. */
  readonly acked: number;
  /** Submissions that were answered otherwise, or not, and sent again under the same id. */
  readonly again: number;
  /** Longest time between two `202`, in milliseconds. */
  readonly longestGapMs: number;
}

/** What a system knows of one submission. */
export interface Answered {
  readonly messageId: string;
  readonly at: number;
}

/**
 * Two systems that know only what their gateways answer. The sender's submits at a steady rate, whether the answers come or not, and again under
 * the same id until there is a `202`. Each writes down for itself what it was told: the journals that a history is judged by.
 */
export class Traffic {
  readonly began = new Date();
  /** By referral id, what was answered `202`. */
  readonly answered = new Map<string, Answered>();
  /** What the recipient's system was given, by message id: how many deliveries of it were listed. */
  readonly fetched = new Map<string, number>();
  /** Answers other than `202`, by status. */
  readonly refusals = new Map<number, number>();
  /** How long each try took until its answer, whatever it was, in milliseconds. */
  readonly tries: number[] = [];
  private readonly inHand = new Set<Promise<void>>();
  private over = false;
  private acked = 0;
  private again = 0;
  private lastAt = 0;
  private longestGapMs = 0;
  private after: string | undefined;

  constructor(
    private readonly delge: TestStack,
    readonly sender: Party = SENDER,
    readonly recipient: Party = RECIPIENT,
    private readonly newReferral: () => SubmitReferralDto = () => permitted().referral,
  ) {}

  /** Message ids of everything that was answered `202`. */
  get accepted(): readonly string[] {
    return [...this.answered.values()].map(({ messageId }) => messageId);
  }

  /** @param perSecond referrals that begin in a second @param atOnce in hand at most: over that the system waits, as any would */
  async submit(count: number, perSecond: number, atOnce = 64): Promise<void> {
    const began = performance.now();
    for (let sent = 0; sent < count; sent += 1) {
      const due = began + (sent * 1000) / perSecond;
      if (due > performance.now() + TICK_MS) await delay(due - performance.now());
      while (this.inHand.size >= atOnce) await Promise.race(this.inHand);
      this.begin();
    }
    await Promise.all(this.inHand);
  }

  /** Submits until stopped. @returns stops, and waits until each in hand is accepted */
  flow(perSecond: number, atOnce = 64): () => Promise<void> {
    const state = { stopped: false };
    const running = (async () => {
      for (let due = performance.now(); !state.stopped && !this.over; due += 1000 / perSecond) {
        if (due > performance.now() + TICK_MS) await delay(due - performance.now());
        while (this.inHand.size >= atOnce && !state.stopped) await Promise.race([...this.inHand, delay(AGAIN_MS)]);
        if (!state.stopped) this.begin();
      }
    })();
    return async () => {
      state.stopped = true;
      await running;
      await Promise.all(this.inHand);
    };
  }

  /** For ever, whatever is in hand: a spec that failed leaves nothing that goes on. */
  close(): void {
    this.over = true;
  }

  /** Waits until `more` have been accepted from now on. */
  async untilAccepted(more: number, ms = 120_000): Promise<void> {
    const wanted = this.acked + more;
    await eventually(`${more} accepted`, ms, async () => (this.acked >= wanted ? true : undefined));
  }

  /** Works, and counts what was accepted meanwhile. @throws {Error} when that is fewer than `least`: nothing was proven */
  async phase(name: string, least: number, work: () => Promise<unknown>): Promise<Phase> {
    const before = { acked: this.acked, again: this.again };
    this.lastAt = performance.now();
    this.longestGapMs = 0;
    await work();
    const acked = this.acked - before.acked;
    if (acked < least) throw new Error(`${name}: ${acked} accepted, at least ${least} are needed for a result`);
    return { name, acked, again: this.again - before.again, longestGapMs: Math.round(this.longestGapMs) };
  }

  /** The recipient's system asks for what it has not seen yet, to the last page. */
  async fetch(): Promise<void> {
    const client = this.delge.sandbox.client(this.recipient.authority);
    for (;;) {
      const page = await client.deliveries({ limit: PAGE, ...(this.after === undefined ? {} : { after: this.after }) });
      for (const { id } of page.items) this.fetched.set(id, (this.fetched.get(id) ?? 0) + 1);
      this.after = page.next ?? this.after;
      if (page.items.length === 0) return;
    }
  }

  /** Waits until every accepted message has an end at its sender. @returns how long it took, in milliseconds */
  async settled(ms = 180_000): Promise<number> {
    const began = performance.now();
    try {
      await eventually('all ended', ms, async () => {
        const open = await this.open();
        // To count many costs what they are to be handled with.
        await delay(Math.min(open / 50, SPARING_MS));
        return open === 0 ? true : undefined;
      });
    } catch (error) {
      throw new Error(`open: ${JSON.stringify(await this.states())}`, { cause: error });
    }
    return Math.round(performance.now() - began);
  }

  /** Where those without an end are, and one of each to look for in the logs. */
  private states(): Promise<readonly unknown[]> {
    return this.delge.sql(
      this.sender.gateway,
      `SELECT state, count(*)::int, min(message_id::text) AS one FROM gateway.message
       WHERE authority = $1 AND state = ANY($2) GROUP BY state`,
      [this.sender.authority, OPEN],
    );
  }

  /** How many messages of the sender have no end yet. */
  async open(): Promise<number> {
    const [row] = await this.delge.sql<{ count: string }>(
      this.sender.gateway,
      `SELECT count(*) FROM gateway.message WHERE authority = $1 AND state = ANY($2)`,
      [this.sender.authority, OPEN],
    );
    return Number(row?.count);
  }

  /** The fault, struck while messages are on their way: one that meets nothing proves nothing. */
  atWork<F extends Fault>(fault: F): F {
    const inject = async (): Promise<void> => {
      await eventually('something under way', UNDER_WAY_MS, async () => ((await this.open()) > 0 ? true : undefined));
      await fault.inject();
    };
    return { ...fault, inject };
  }

  private begin(): void {
    const submitting = this.untilAnswered(this.newReferral()).finally(() => this.inHand.delete(submitting));
    this.inHand.add(submitting);
  }

  private async untilAnswered(referral: SubmitReferralDto): Promise<void> {
    while (!this.over) {
      const asked = performance.now();
      const recipients = await this.once(referral);
      this.tries.push(performance.now() - asked);
      const [first] = recipients ?? [];
      if (first !== undefined) {
        const now = performance.now();
        this.longestGapMs = Math.max(this.longestGapMs, now - this.lastAt);
        this.lastAt = now;
        this.acked += 1;
        this.answered.set(referral.id, { messageId: first.messageId, at: Date.now() });
        return;
      }
      this.again += 1;
      await delay(AGAIN_MS);
    }
  }

  /** One try, without those of the client library: what is measured is the gateway. @returns undefined when there was no answer, or none to go by */
  private async once(referral: SubmitReferralDto): Promise<readonly { readonly messageId: string }[] | undefined> {
    try {
      const client = this.delge.sandbox.client(this.sender.authority);
      const response = await fetch(`${this.delge.sandbox.system(this.sender.authority).gateway}/v1/referrals`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await client.accessToken()}`, 'content-type': 'application/json' },
        body: JSON.stringify(referral),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      if (response.status === 202) return (JSON.parse(text) as ReferralAccepted).recipients;
      this.refusals.set(response.status, (this.refusals.get(response.status) ?? 0) + 1);
      if (response.status >= 500 || AGAIN.includes(response.status)) return undefined;
      throw new RefusedError(`a referral was refused: ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      return undefined;
    }
  }
}

/** What its gateway refuses is refused for ever: then the test is wrong, and not the weather. */
class RefusedError extends Error {}
