import { parseReceipt } from '#envelope';
import type {
  AnswerSubscriptionDto,
  HeldItem,
  ListSubscriptionsQueryDto,
  Page,
  PageQueryDto,
  PutStandingOrderDto,
  StandingOrderView,
  SubmitReferralDto,
  SubscriptionAnswer,
  SubscriptionView,
} from '#contracts';
import { HELD_REASON_WORDS } from '#contracts';
import { OFFICES, messageTypes } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import { stateAfter, typeName } from '../domain/subscription.js';
import type { ReferralStore } from './ports/referral.js';
import type {
  SentSubscription,
  StandingOrder,
  StoredAnswer,
  StoredSubscription,
  SubscriptionSigner,
  SubscriptionStore,
} from './ports/subscription.js';
import type { Now } from './ports/time-and-ids.js';
import type { Asking } from './read-events.js';

const RECORDED_WITHIN_MS = 5 * 60_000;
const before = (now: Date): Date => new Date(now.getTime() - RECORDED_WITHIN_MS);

/** Subscriptions as either end sees them; what an owner answers, grants at once, and holds. */
export class ManageSubscriptions {
  constructor(
    private readonly store: SubscriptionStore,
    private readonly referrals: Pick<ReferralStore, 'statements'>,
    private readonly sign: SubscriptionSigner,
    private readonly now: Now,
    /** Whether there is such an authority. @throws {GatewayError} SNAPSHOT_MISSING */
    private readonly isAuthority: (id: string) => boolean,
  ) {}

  async list(authority: string, query: ListSubscriptionsQueryDto): Promise<Page<SubscriptionView>> {
    const { rows, items } =
      query.direction === 'sent' ? await this.sent(authority, query) : await this.received(authority, query);
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** Of this authority's, what others asked it for. @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<SubscriptionView> {
    const found = await this.store.find(authority, id);
    if (found === undefined) throw new GatewayError('NOT_FOUND');
    return receivedView(authority, found, await this.store.answers(authority, [id]));
  }

  /** The same again changes nothing. @throws {GatewayError} NOT_FOUND, SUBSCRIPTION_CONFLICT, CASE_CLOSED, CASE_INVALID, CONTENT_INVALID */
  async answer(
    { authority, system }: Asking,
    id: string,
    { answer, office }: AnswerSubscriptionDto,
  ): Promise<SubscriptionView> {
    knownOffice(office);
    const given = { answer, office, system, at: this.now() };
    const outcome = await this.store.answer(authority, id, given, this.sign);
    if (outcome === 'not-found') throw new GatewayError('NOT_FOUND');
    if (outcome === 'closed') throw new GatewayError('CASE_CLOSED');
    if (outcome === 'not-owned')
      throw new GatewayError('CASE_INVALID', { faults: [{ path: 'answer', code: 'not-owned' }] });
    const view = await this.read(authority, id);
    if (outcome === 'not-now') throw new GatewayError('SUBSCRIPTION_CONFLICT', { extensions: { state: view.state } });
    return view;
  }

  /** Ends the subscriptions to a case that was closed, and holds what is under way. Called again it does what was left. */
  async caseClosed(authority: string, caseId?: string): Promise<void> {
    for (const { messageId, state } of await this.store.ofClosedCases(authority, caseId)) {
      const answer = state === 'asked' ? ('refused-case-closed' as const) : ('ended-case-closed' as const);
      await this.store.answer(authority, messageId, { answer, at: this.now() }, this.sign);
    }
    await this.store.holdOfClosed(authority, caseId, this.sign, this.now());
  }

  /** Ends what its subscriber no longer asks for, and holds what is under way. Called again it does what was left. */
  async retracted(authority: string, messageId?: string): Promise<void> {
    for (const id of await this.store.ofRetracted(authority, messageId))
      await this.store.answer(authority, id, { answer: 'ended-withdrawn', at: this.now() }, this.sign);
  }

  /** Looks after what stands: closings and endings that were broken off, what was submitted while a subscription was suspended, and holds that were not recorded. */
  async look(authority: string): Promise<void> {
    await this.caseClosed(authority);
    await this.retracted(authority);
    const now = this.now();
    await this.store.holdOfSuspended(authority, this.sign, now);
    await this.store.holdAgain(authority, before(now), this.sign, now);
  }

  /** How many holds, or liftings, the exchange has not recorded in five minutes. */
  async unrecorded(authorities: readonly string[]): Promise<number> {
    let count = 0;
    for (const authority of authorities) count += await this.store.unrecorded(authority, before(this.now()));
    return count;
  }

  /**
   * Whether a referral may be submitted at all.
   * @throws {GatewayError} RECIPIENT_HELD: the authority holds the case from a recipient, or has suspended its standing subscription; CONTENT_INVALID: a request for a subscription is no request for information
   */
  async mayGo(sender: string, { caseId, type, to, requestId }: SubmitReferralDto): Promise<void> {
    const held = await this.store.heldFrom(
      sender,
      caseId,
      type,
      to.map(({ authority }) => authority),
    );
    const faults = to.flatMap(({ authority }, at) =>
      held.includes(authority) ? [{ path: `to.${at}.authority`, code: 'held' }] : [],
    );
    if (faults.length > 0) throw new GatewayError('RECIPIENT_HELD', { faults });
    if (requestId !== undefined && (await this.store.find(sender, requestId)) !== undefined)
      throw new GatewayError('CONTENT_INVALID', { faults: [{ path: 'requestId', code: 'no-request' }] });
  }

  async held(authority: string, query: PageQueryDto): Promise<Page<HeldItem>> {
    const rows = await this.store.held(authority, query);
    const items = rows.map(({ recipient, since, cursor: _, ...rest }) => ({
      ...rest,
      authority: recipient,
      reasonText: HELD_REASON_WORDS[rest.reason],
      since: since.toISOString(),
    }));
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} ID_REUSE: another one has the id; SUBSCRIPTION_CONFLICT: it has ended; UNKNOWN_RECIPIENT, CONTENT_INVALID */
  async putOrder({ authority, system }: Asking, id: string, said: PutStandingOrderDto): Promise<StandingOrderView> {
    knownOffice(said.office);
    const { subscriber, scope, office } = said;
    if (!this.isAuthority(subscriber))
      throw new GatewayError('UNKNOWN_RECIPIENT', { faults: [{ path: 'subscriber', code: 'unknown' }] });
    const unknown = said.messageTypes.findIndex(
      (name) => !messageTypes.some(({ id: type }) => typeName(type) === name),
    );
    if (unknown >= 0)
      throw new GatewayError('CONTENT_INVALID', {
        faults: [{ path: `messageTypes.${unknown}`, code: 'unknown-code' }],
      });
    const order = {
      id,
      subscriber,
      scope,
      office,
      messageTypes: [...said.messageTypes].toSorted(),
      madeAt: this.now(),
    };
    const stands = await this.store.putOrder(authority, order, system);
    const same =
      stands.subscriber === subscriber &&
      stands.scope === scope &&
      stands.office === office &&
      stands.messageTypes.join() === order.messageTypes.join();
    if (!same) throw new GatewayError('ID_REUSE');
    if (stands.endedAt !== undefined)
      throw new GatewayError('SUBSCRIPTION_CONFLICT', { extensions: { state: 'ended' } });
    return orderView(stands);
  }

  async orders(authority: string): Promise<{ readonly items: readonly StandingOrderView[] }> {
    return { items: (await this.store.orders(authority)).map(orderView) };
  }

  /** What it granted stays granted. @throws {GatewayError} NOT_FOUND */
  async endOrder({ authority, system }: Asking, id: string): Promise<void> {
    if (!(await this.store.endOrder(authority, id, system, this.now()))) throw new GatewayError('NOT_FOUND');
  }

  private async received(authority: string, query: ListSubscriptionsQueryDto) {
    const rows = await this.store.list(authority, query);
    const answers = await this.store.answers(
      authority,
      rows.map(({ messageId }) => messageId),
    );
    return { rows, items: rows.map((row) => receivedView(authority, row, answers)) };
  }

  private async sent(authority: string, query: ListSubscriptionsQueryDto) {
    const rows = await this.store.sent(authority, query);
    const statements = await this.referrals.statements(
      authority,
      rows.map(({ messageId }) => messageId),
    );
    const receipts = statements.flatMap(({ messageId, kind, statement }) =>
      kind === 'receipt-recorded' && statement !== undefined
        ? [{ messageId, receipt: parseReceipt(statement).receipt }]
        : [],
    );
    const all = rows.map((row) =>
      sentView(
        authority,
        row,
        receipts.flatMap(({ messageId, receipt: { kind, reason, number, at } }) =>
          messageId === row.messageId && kind === 'subscription-answered' && number !== undefined
            ? [{ number, answer: reason as SubscriptionAnswer, at }]
            : [],
        ),
      ),
    );
    return { rows, items: all.filter(({ state }) => query.state === undefined || state === query.state) };
  }
}

const knownOffice = (office: string): void => {
  if (!(OFFICES as readonly string[]).includes(office))
    throw new GatewayError('CONTENT_INVALID', { faults: [{ path: 'office', code: 'unknown-code' }] });
};

const receivedView = (
  owner: string,
  { messageId: id, subscriber, scope, caseId, messageTypes, function: to, state, retractedAt }: StoredSubscription,
  answers: readonly StoredAnswer[],
): SubscriptionView => ({
  id,
  direction: 'received',
  owner,
  subscriber,
  scope,
  ...(scope === 'case' ? { caseId } : {}),
  messageTypes,
  function: to,
  state,
  ...(retractedAt === undefined ? {} : { retractedAt: retractedAt.toISOString() }),
  answers: answers
    .filter(({ messageId }) => messageId === id)
    .map(({ messageId: _, at, ...answer }) => ({ ...answer, at: at.toISOString() })),
});

/** The highest number stands, in whatever order they came. */
const sentView = (
  subscriber: string,
  { messageId: id, owner, scope, caseId, messageTypes, function: to, requestState }: SentSubscription,
  answers: SubscriptionView['answers'],
): SubscriptionView => {
  const inOrder = answers.toSorted((a, b) => a.number - b.number);
  const newest = inOrder.at(-1);
  return {
    id,
    direction: 'sent',
    owner,
    subscriber,
    scope,
    ...(scope === 'case' ? { caseId } : {}),
    messageTypes,
    function: to,
    state: newest === undefined ? 'asked' : stateAfter(newest.answer),
    requestState,
    answers: inOrder,
  };
};

const orderView = ({ messageTypes, madeAt, endedAt, ...order }: StandingOrder): StandingOrderView => ({
  ...order,
  messageTypes: [...messageTypes],
  madeAt: madeAt.toISOString(),
  ...(endedAt === undefined ? {} : { endedAt: endedAt.toISOString() }),
});
