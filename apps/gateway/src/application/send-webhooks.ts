import { Loop, Turns } from '#platform';
import type { EventLog } from '#platform';
import { isGone, isTaken, nextAttemptMs } from '../domain/webhook-schedule.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import type { WebhookLease, WebhookOutcome, WebhookSending } from './ports/webhook.js';
import type { TriedWebhook, TryWebhook } from './try-webhook.js';

const TIMEOUT_MS = 20_000;
/** Longer than an attempt and what is written of it: whoever comes back after it finds that another has gone on. */
const LEASE_MS = 60_000;
const AGAIN_MS = 2_000;
/** In hand of a process at once: in all, and of one authority, which slow receivers of another keep from nothing. One that is waited for longer takes no place from others of its authority. */
const MOST = 100;
const MOST_OF_AUTHORITY = 5;
const SILENT_MS = 2_000;
/** At the database at once: what systems send and receive needs its connections too. */
const AT_DATABASE = 3;
/** After so many events, or so long, others have their turn: also beside more slow ones than are in hand at once. */
const RUN = 100;
const RUN_MS = 1_000;

interface Serving {
  over: Promise<void>;
  /** Its attempt began, in milliseconds. */
  since: number;
}

/** Sends each webhook its events in order, one at a time, and each beside the others: one that is slow or dead keeps none waiting. */
export class SendWebhooks extends Loop {
  /** By authority and id. */
  private readonly inHand = new Map<string, Map<string, Serving>>();
  private readonly database = new Turns(AT_DATABASE);

  /** @param chance from 0 to 1 */
  constructor(
    private readonly store: WebhookSending,
    private readonly trying: TryWebhook,
    private readonly authorities: () => readonly string[],
    private readonly everyMs: number,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly chance: () => number,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** What is being sent is broken off: it may have come, and comes again under the same id. */
  override async stop(): Promise<void> {
    await super.stop();
    await Promise.all(
      [...this.inHand.values()].flatMap((ofAuthority) => [...ofAuthority.values()].map(({ over }) => over)),
    );
  }

  protected override async round(): Promise<number> {
    try {
      const authorities = this.authorities().filter((one) => !this.isFull(one));
      if (authorities.length > 0)
        for (const { authority, id } of await this.store.due(authorities, this.now(), MOST)) this.begin(authority, id);
    } catch (error) {
      this.log.failure('webhooks.not-looked-for', error);
      return AGAIN_MS;
    }
    return this.everyMs;
  }

  private begin(authority: string, id: string): void {
    if (this.isFull(authority) || this.inHand.get(authority)?.has(id) === true) return;
    const ofAuthority = this.inHand.get(authority) ?? new Map<string, Serving>();
    this.inHand.set(authority, ofAuthority);
    const serving: Serving = { over: Promise.resolve(), since: this.now().getTime() };
    ofAuthority.set(id, serving);
    serving.over = this.serve({ authority, id, lease: this.newId() }, serving).finally(() => {
      ofAuthority.delete(id);
      if (ofAuthority.size === 0) this.inHand.delete(authority);
    });
  }

  /** @param silentMs so long an attempt lasts before it holds no place */
  private isFull(authority: string, silentMs = SILENT_MS): boolean {
    let inAll = 0;
    for (const ofAuthority of this.inHand.values()) inAll += ofAuthority.size;
    const silent = this.now().getTime() - silentMs;
    const answering = [...(this.inHand.get(authority)?.values() ?? [])].filter(({ since }) => since > silent);
    return inAll >= MOST || answering.length >= MOST_OF_AUTHORITY;
  }

  /** Until no event waits or one was not taken, or others wait. */
  private async serve(lease: WebhookLease, serving: Serving): Promise<void> {
    try {
      const until = this.now().getTime() + RUN_MS;
      let held = await this.database.take(() => this.store.take(lease, this.now(), this.leased()));
      for (let nth = 1; held !== undefined; nth += 1) {
        serving.since = this.now().getTime();
        const tried = await this.trying.execute(held, 'delivery', held.event, TIMEOUT_MS, this.stopping);
        if (tried === undefined) break;
        const outcome = this.outcome(tried, held.failures + 1);
        const { isOurs, next } = await this.database.take(() =>
          this.store.settle(lease, tried, outcome, this.now(), this.leased()),
        );
        held = next;
        if (isOurs && (outcome.is === 'failed' || outcome.is === 'gone'))
          this.log.warn('webhook.ended', { authorityId: lease.authority, webhookId: lease.id, code: outcome.is });
        const isOver = nth >= RUN || this.now().getTime() >= until;
        if (isOver && this.isFull(lease.authority, Infinity)) break;
      }
      if (held !== undefined) await this.database.take(() => this.store.release(lease));
    } catch (error) {
      // It is taken up again when its lease has ended.
      this.log.failure('webhook.not-served', error, { authorityId: lease.authority, webhookId: lease.id });
    }
  }

  private outcome(tried: TriedWebhook, failures: number): WebhookOutcome {
    if (tried.code === 'broken-off') return { is: 'broken-off' };
    if (isTaken(tried)) return { is: 'taken' };
    if (isGone(tried)) return { is: 'gone' };
    const ms = nextAttemptMs(failures, tried.retryAfterMs ?? 0, this.chance());
    return ms === undefined ? { is: 'failed' } : { is: 'again', dueAt: new Date(this.now().getTime() + ms) };
  }

  private leased(): Date {
    return new Date(this.now().getTime() + LEASE_MS);
  }
}
