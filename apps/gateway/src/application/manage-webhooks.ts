import type {
  PageQueryDto,
  Page,
  PutWebhookDto,
  WebhookAttemptView,
  WebhookReplayView,
  WebhookTest,
  WebhookView,
} from '#contracts';
import type { EventLog, Expected, Rate } from '#platform';
import { GatewayError } from '../domain/errors.js';
import { isTaken } from '../domain/webhook-schedule.js';
import type { WebhookKey } from '../webhooks/signing.js';
import type { TargetFault, WebhookTargets } from '../webhooks/targets.js';
import type { Asking } from './read-events.js';
import type { EventStore } from './ports/event.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import type { CheckWebhook, StoredWebhook, WebhookAttempt, WebhookStore, WebhookTarget } from './ports/webhook.js';
import type { TryWebhook } from './try-webhook.js';

/** Of one authority. */
const MOST = 10;
const OVERLAP_MS = 24 * 3_600_000;
/** Whoever asks for it waits for what comes of it. */
const TIMEOUT_MS = 7_000;
/** Within which a replay begins with another event. */
const REPLAY_MS = 3_000;
const REPLAY_PAGE = 20;
/** A replay goes no further back. */
const REPLAY_SINCE_MS = 30 * 24 * 3_600_000;

/** What an authority's systems do with its webhooks. A test or a replay is one attempt, whatever comes of it, and moves nothing. */
export class ManageWebhooks {
  constructor(
    private readonly store: WebhookStore,
    private readonly events: Pick<EventStore, 'list' | 'find'>,
    private readonly targets: Pick<WebhookTargets, 'faultOf'>,
    private readonly trying: TryWebhook,
    private readonly makeKey: () => WebhookKey,
    private readonly rate: Pick<Rate, 'take'>,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly log: Pick<EventLog, 'info'>,
  ) {}

  /** @throws {GatewayError} WEBHOOK_REFUSED; NOT_FOUND: there is no such event; UNAUTHENTICATED @throws {ProblemError} rate-limited, precondition-failed */
  async put(
    { authority, system, kid }: Asking,
    id: string,
    { url, after }: PutWebhookDto,
    expected?: Expected,
  ): Promise<{ readonly isNew: boolean; readonly webhook: WebhookView }> {
    this.rate.take(authority);
    const fault = this.targets.faultOf(url);
    if (fault !== undefined) throw refused('url', fault);
    const webhook = { id, url: new URL(url).href, system, kid, after };
    const put = await this.store.put(authority, webhook, this.makeKey(), MOST, this.now(), this.check(expected));
    if (put === 'too-many') throw refused('id', put);
    const fields = { authorityId: authority, webhookId: id, system, code: put };
    if (put === 'moved') this.log.info('webhook.moved', fields);
    else this.log.info('webhook.registered', fields);
    return { isNew: put === 'created', webhook: await this.read(authority, id) };
  }

  async list(authority: string): Promise<{ readonly items: readonly WebhookView[] }> {
    return { items: (await this.store.list(authority, this.now())).map((one) => this.viewOf(one)) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<WebhookView> {
    return this.viewOf(await this.found(authority, id));
  }

  /** @throws {GatewayError} NOT_FOUND @throws {ProblemError} precondition-failed */
  async remove({ authority, system }: Asking, id: string, expected?: Expected): Promise<void> {
    if (!(await this.store.remove(authority, id, this.now(), this.check(expected))))
      throw new GatewayError('NOT_FOUND');
    this.log.info('webhook.removed', { authorityId: authority, webhookId: id, system });
  }

  /** Another key signs from now on, and for a day the one before it too, unless they shall not overlap; while two do, nothing changes. @throws {GatewayError} NOT_FOUND @throws {ProblemError} rate-limited */
  async rotate({ authority, system }: Asking, id: string, overlap = true): Promise<WebhookView> {
    this.rate.take(authority);
    const now = this.now();
    const until = overlap ? new Date(now.getTime() + OVERLAP_MS) : undefined;
    await this.store.rotate(authority, id, this.makeKey(), now, until);
    this.log.info('webhook.rotated', { authorityId: authority, webhookId: id, system });
    return this.read(authority, id);
  }

  /** @throws {GatewayError} NOT_FOUND */
  async attempts(authority: string, id: string, query: PageQueryDto): Promise<Page<WebhookAttemptView>> {
    await this.found(authority, id);
    const rows = await this.store.attempts(authority, id, query, this.now());
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items: rows.map(attemptView), ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND @throws {ProblemError} rate-limited */
  async test(authority: string, id: string, gone: AbortSignal): Promise<WebhookAttemptView> {
    this.rate.take(authority);
    const target = await this.target(authority, id);
    const test: WebhookTest = {
      id: this.newId(),
      type: 'webhook.test',
      timestamp: this.now().toISOString(),
      data: { webhookId: id },
    };
    return this.sent(authority, id, target, 'test', test, gone);
  }

  /** @throws {GatewayError} NOT_FOUND, when there is no such event either @throws {ProblemError} rate-limited */
  async replayOne(authority: string, id: string, eventId: string, gone: AbortSignal): Promise<WebhookReplayView> {
    this.rate.take(authority);
    const target = await this.target(authority, id);
    const event = await this.events.find(authority, eventId);
    if (event === undefined) throw new GatewayError('NOT_FOUND');
    return { items: [await this.sent(authority, id, target, 'replay', event, gone)] };
  }

  /** As many as fit into one answer, up to the first that is not taken. @throws {GatewayError} NOT_FOUND, REPLAY_INVALID @throws {ProblemError} rate-limited */
  async replaySince(
    authority: string,
    id: string,
    { since, after }: { readonly since: Date; readonly after?: string | undefined },
    gone: AbortSignal,
  ): Promise<WebhookReplayView> {
    this.rate.take(authority);
    const target = await this.target(authority, id);
    // What is left of one goes on although it has taken its time.
    if (after === undefined && since.getTime() < this.now().getTime() - REPLAY_SINCE_MS)
      throw new GatewayError('REPLAY_INVALID', { faults: [{ path: 'since', code: 'too-long-ago' }] });
    const events = await this.events.list(authority, after, REPLAY_PAGE, since);
    const until = this.now().getTime() + REPLAY_MS;
    const items: WebhookAttemptView[] = [];
    let next = after;
    for (const event of events) {
      const attempt = await this.sent(authority, id, target, 'replay', event, gone);
      items.push(attempt);
      if (!isTaken(attempt)) break;
      next = event.id;
      if (this.now().getTime() >= until) break;
    }
    const isAll = events.length < REPLAY_PAGE && (events.length === 0 || next === events.at(-1)?.id);
    return { items, ...(isAll || next === undefined ? {} : { next }) };
  }

  private async sent(
    authority: string,
    id: string,
    target: WebhookTarget,
    kind: 'test' | 'replay',
    event: Parameters<TryWebhook['execute']>[2],
    gone: AbortSignal,
  ): Promise<WebhookAttemptView> {
    const attempt = await this.trying.execute(target, kind, event, TIMEOUT_MS, gone);
    if (attempt !== undefined) await this.store.note(authority, id, attempt);
    if (attempt === undefined || attempt.code === 'broken-off')
      throw new GatewayError('NOT_FOUND', { reason: 'caller-gone' });
    return attemptView(attempt);
  }

  private async found(authority: string, id: string): Promise<StoredWebhook> {
    const found = await this.store.find(authority, id, this.now());
    if (found === undefined) throw new GatewayError('NOT_FOUND');
    return found;
  }

  private async target(authority: string, id: string): Promise<WebhookTarget> {
    const target = await this.store.target(authority, id, this.now());
    if (target === undefined) throw new GatewayError('NOT_FOUND');
    return target;
  }

  private check(expected: Expected | undefined): CheckWebhook | undefined {
    return expected && ((webhook) => expected(webhook && this.viewOf(webhook)));
  }

  private viewOf(webhook: StoredWebhook): WebhookView {
    return viewOf(webhook, this.targets.faultOf(webhook.url) === undefined);
  }
}

const refused = (path: string, code: TargetFault | 'too-many'): GatewayError =>
  new GatewayError('WEBHOOK_REFUSED', { faults: [{ path, code }] });

const viewOf = (
  { id, url, system, state, registeredAt, cursor, failures, dueAt, keys }: StoredWebhook,
  isListed: boolean,
): WebhookView => {
  const isRetrying = state === 'active' && failures > 0;
  return {
    id,
    url,
    system,
    state: state === 'active' && !isListed ? 'not-listed' : isRetrying ? 'retrying' : state,
    registeredAt: registeredAt.toISOString(),
    ...(cursor === undefined ? {} : { cursor }),
    failures,
    ...(isRetrying ? { nextAttemptAt: dueAt.toISOString() } : {}),
    keys: keys.map(({ publicKey, madeAt, until }) => ({
      publicKey,
      madeAt: madeAt.toISOString(),
      ...(until === undefined ? {} : { until: until.toISOString() }),
    })),
  };
};

const attemptView = (attempt: WebhookAttempt): WebhookAttemptView => {
  const { kind, eventId, at, status, code, milliseconds, bodySha256 } = attempt;
  return {
    kind,
    eventId,
    at: at.toISOString(),
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    milliseconds,
    bodySha256,
  };
};
