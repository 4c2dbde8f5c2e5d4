import type {
  AssessmentDto,
  BackfillDto,
  BackfillView,
  RetractionReason,
  SheetDto,
  SheetRow,
  SubmitReferralDto,
  VerdictView,
} from '#contracts';
import { messageIdOf } from '#envelope';
import { isCorrection } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import { isTerminal } from '../domain/message-state.js';
import { typeName } from '../domain/subscription.js';
import type { CheckDisclosure } from './check-disclosure.js';
import type { BackfillStore, NewBackfill } from './ports/backfill.js';
import type { CaseStore } from './ports/case.js';
import type { CorrectionStore } from './ports/correction.js';
import type { Assurance, ReferralStore, StoredMessage, StoredReferral } from './ports/referral.js';
import type { RetractionStore } from './ports/retraction.js';
import type { StoredSubscription, SubscriptionStore } from './ports/subscription.js';
import type { Now } from './ports/time-and-ids.js';
import type { GivenStore } from './ports/waiting.js';
import type { RetractReferral } from './retract-referral.js';
import type { SubmitReferral } from './submit-referral.js';

/** Subscriptions that are looked at at once. */
const PAGE = 200;
/** Of the gateway, and not of what is asked for. */
const PASSING: ReadonlySet<string> = new Set(['OUTBOX_FULL', 'OUTBOX_UNSEEN', 'SNAPSHOT_MISSING']);

/** Each later message of a case is a fresh disclosure per subscriber: its own verdict, its own seal. Nothing is sent here that nobody named. */
export class DiscloseToSubscribers {
  constructor(
    private readonly store: Pick<SubscriptionStore, 'find' | 'list' | 'heldFrom'>,
    private readonly cases: Pick<CaseStore, 'find'>,
    private readonly referrals: Pick<ReferralStore, 'find'>,
    private readonly backfills: Pick<BackfillStore, 'unsettled' | 'begin' | 'settle' | 'related'>,
    private readonly retractions: Pick<RetractionStore, 'given'>,
    private readonly corrections: Pick<CorrectionStore, 'of'>,
    private readonly others: GivenStore,
    private readonly checking: Pick<CheckDisclosure, 'ofReferral'>,
    private readonly submitting: Pick<SubmitReferral, 'submit'>,
    private readonly retracting: Pick<RetractReferral, 'message'>,
    /** Whether the subscriber has the function. @throws {GatewayError} SNAPSHOT_MISSING */
    private readonly hasFunction: (authority: string, id: string) => boolean,
    private readonly now: Now,
  ) {}

  /**
   * One sheet for an officer: a row for each subscriber to whom a referral of the case would go, with its own forecast. Nothing is stored, sent or logged.
   * @throws {GatewayError} NOT_FOUND: it has no such case; those of an evaluation
   */
  async sheet(
    authority: string,
    caseId: string,
    { referral }: SheetDto,
  ): Promise<{ readonly items: readonly SheetRow[] }> {
    if ((await this.cases.find(authority, caseId)) === undefined) throw new GatewayError('NOT_FOUND');
    const rows = (await this.covering(authority, caseId)).filter(({ messageTypes }) =>
      messageTypes.includes(typeName(referral.type)),
    );
    const held = await this.store.heldFrom(
      authority,
      caseId,
      referral.type,
      rows.map(({ subscriber }) => subscriber),
    );
    const open = rows.filter(
      (row, at) =>
        isGranted(row) &&
        !held.includes(row.subscriber) &&
        this.hasFunction(row.subscriber, row.function) &&
        rows.findIndex((other) => other.subscriber === row.subscriber && isGranted(other)) === at,
    );
    const verdicts = new Map<string, SheetRow['verdict']>();
    for (const row of open) {
      const to = [{ authority: row.subscriber, function: row.function }];
      const assessments = referral.assessments?.filter(
        ({ recipient }) => (recipient ?? row.subscriber) === row.subscriber,
      );
      const asked = { ...referral, id: messageIdOf(authority, caseId, row.subscriber), caseId, to };
      const { recipients } = await this.checking.ofReferral(authority, {
        referral: { ...asked, ...(assessments === undefined ? {} : { assessments }) },
      });
      verdicts.set(row.messageId, recipients[0]?.verdict);
    }
    return {
      items: rows.map(({ messageId: subscription, subscriber, function: to, state }) => {
        const verdict = verdicts.get(subscription);
        const row = { subscription, authority: subscriber, function: to, state };
        return verdict === undefined ? row : { ...row, verdict };
      }),
    };
  }

  /**
   * Own referrals, each disclosed anew to a subscriber, on its verdict of today. Asked again it gets the same answer.
   * @param assurance of the assessments that are given now
   * @throws {GatewayError} NOT_FOUND, SUBSCRIPTION_CONFLICT, ASSESSMENT_INVALID, OUTBOX_FULL, OUTBOX_UNSEEN, SNAPSHOT_MISSING
   */
  async backfill(
    authority: string,
    id: string,
    { referralIds, assessments = [] }: BackfillDto,
    assurance: Assurance = 'asserted',
  ): Promise<BackfillView> {
    // An officer answers for one referral at a time (design.md section 10).
    if (assessments.length > 0 && referralIds.length > 1) throw invalid('assessments', 'several-referrals');
    // Who has logged in says it now.
    if (assurance === 'authenticated' && assessments.some(({ at }) => at !== undefined))
      throw invalid('assessments.at', 'invalid-time');
    const subscription = await this.store.find(authority, id);
    if (subscription === undefined) throw new GatewayError('NOT_FOUND');
    if (!isGranted(subscription))
      throw new GatewayError('SUBSCRIPTION_CONFLICT', { extensions: { state: subscription.state } });
    const items: BackfillView['items'][number][] = [];
    const given = assessments.map((assessment) => ({ assessment, assurance }));
    for (const referralId of referralIds) items.push(await this.again(authority, subscription, referralId, given));
    return { items };
  }

  private async again(
    authority: string,
    subscription: StoredSubscription,
    referralId: string,
    given: readonly Given[],
  ): Promise<BackfillView['items'][number]> {
    const { subscriber } = subscription;
    const begun = await this.backfills.unsettled(authority, referralId, subscriber);
    if (begun !== undefined && (await this.own(authority, begun)) !== undefined)
      if (!(await this.stands(authority, { referralId, subscriber, newReferralId: begun })))
        return { referralId, outcome: 'not-sendable' };
    const referral = await this.own(authority, referralId);
    if (referral === undefined || !covers(subscription, referral)) return { referralId, outcome: 'not-found' };
    const related = await this.backfills.related(authority, referralId);
    const { body, assurance } = anew(authority, referral, subscription, given);
    // What came of this very backfill is answered as it was.
    const others = related.filter(({ messageId }) => messageId !== messageIdOf(authority, body.id, subscriber));
    if (others.some(({ recipient, state }) => recipient === subscriber && !isTerminal(state)))
      return { referralId, outcome: 'already-sent' };
    if (!(await this.maySend(authority, referral, related, subscriber))) return { referralId, outcome: 'not-sendable' };
    const backfill = { referralId, subscriber, newReferralId: body.id };
    // Before it is taken in: a copy that nobody knows of could not be taken back.
    const newReferralId = await this.backfills.begin(authority, backfill, this.now());
    const taken = await this.own(authority, newReferralId);
    if (taken?.phase === 'accepted') {
      // Of another subscription: what ended goes no more under its id, and may be disclosed anew itself.
      const isOver = newReferralId !== body.id && taken.messages.every(({ state }) => isTerminal(state));
      return { referralId, newReferralId, outcome: isOver ? 'not-sendable' : 'accepted' };
    }
    try {
      // Nothing waits for an officer here: what lacks an assessment is told, and asked for again when it is there.
      await this.submitting.submit(authority, { ...body, id: newReferralId }, { onAssess: 'refuse' }, assurance);
      return (await this.stands(authority, { ...backfill, newReferralId }))
        ? { referralId, newReferralId, outcome: 'accepted' }
        : { referralId, outcome: 'not-sendable' };
    } catch (error) {
      // Nothing is wrong with the referral: the whole is asked for again.
      if (!(error instanceof GatewayError) || PASSING.has(error.code)) throw error;
      if (error.code === 'ASSESSMENT_INVALID' && given.length > 0) throw error;
      const verdict = verdictIn(error);
      return verdict === undefined
        ? { referralId, outcome: 'not-sendable' }
        : { referralId, outcome: 'refused', verdict };
    }
  }

  /**
   * Looks once at what was taken in: whoever took the rest back, put it right or erased it meanwhile saw nothing of this one. What is done to the rest afterwards is
   * done by who can see this one too.
   * @returns false when it is taken back, or has ended
   */
  private async stands(authority: string, backfill: NewBackfill): Promise<boolean> {
    const messageId = messageIdOf(authority, backfill.newReferralId, backfill.subscriber);
    const reason = await this.wrongBeside(authority, backfill.referralId, messageId);
    try {
      if (reason !== undefined) await this.retracting.message(authority, messageId, reason);
    } catch (error) {
      if (error instanceof GatewayError) return false;
      throw error;
    }
    await this.backfills.settle(authority, backfill);
    return reason === undefined;
  }

  /** Why a copy cannot stand beside what became of the rest. That an item was given another way says nothing of it. */
  private async wrongBeside(
    authority: string,
    referralId: string,
    messageId: string,
  ): Promise<RetractionReason | undefined> {
    const rest = (await this.backfills.related(authority, referralId)).filter((one) => one.messageId !== messageId);
    const retractions = await this.retractions.given(authority, idsOf(rest));
    const retracted = retractions.find(({ reason }) => reason !== 'given-another-way');
    if (retracted !== undefined) return retracted.reason;
    const given = await this.others.given(authority, idsOf(rest));
    const isWithdrawn = rest.some((one) => one.state === 'withdrawn' && !given.has(one.messageId));
    const corrections = await this.corrections.of(authority, [...idsOf(rest), messageId]);
    const isRight = corrections.some((one) => one.messageId === messageId && one.stopped === undefined);
    const isWrong = isWithdrawn || (corrections.length > 0 && !isRight) || (await this.isErased(authority, referralId));
    return isWrong ? 'wrong-information' : undefined;
  }

  private async isErased(authority: string, id: string): Promise<boolean> {
    try {
      return (await this.referrals.find(authority, id))?.partlyErased === true;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'ERASED') return true;
      throw error;
    }
  }

  private async maySend(
    authority: string,
    { type, phase, messages, partlyErased }: StoredReferral,
    related: readonly StoredMessage[],
    subscriber: string,
  ): Promise<boolean> {
    // It goes to who received what it puts right.
    if (isCorrection(type) || partlyErased === true) return false;
    // What was stopped as a whole was refused to others; on whose account it would go now nobody has said.
    if (phase === 'lapsed' && messages.every(({ recipient }) => recipient !== subscriber)) return false;
    // What was taken back from anybody, or put right, is not disclosed under another id either.
    if (related.some(({ state }) => state === 'withdrawn')) return false;
    if ((await this.retractions.given(authority, idsOf(related))).length > 0) return false;
    return (await this.corrections.of(authority, idsOf(related))).length === 0;
  }

  /** What is erased is not there. */
  private async own(authority: string, id: string): Promise<StoredReferral | undefined> {
    try {
      const found = await this.referrals.find(authority, id);
      return found?.phase === 'accepted' || found?.phase === 'lapsed' ? found : undefined;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'ERASED') return undefined;
      throw error;
    }
  }

  /** Those to the case, and the standing ones. */
  private async covering(authority: string, caseId: string): Promise<readonly StoredSubscription[]> {
    const standing = (await this.all(authority)).filter(({ scope }) => scope === 'standing');
    return [...(await this.all(authority, { caseId })), ...standing].filter(
      ({ state }) => state !== 'asked' && state !== 'refused',
    );
  }

  private async all(authority: string, of: { readonly caseId?: string } = {}): Promise<readonly StoredSubscription[]> {
    const found: StoredSubscription[] = [];
    for (let after: string | undefined; ;) {
      const page = await this.store.list(authority, { ...of, limit: PAGE, ...(after === undefined ? {} : { after }) });
      found.push(...page);
      if (page.length < PAGE) return found;
      after = page.at(-1)?.cursor;
    }
  }
}

/** What its subscriber took back is about to end. */
const isGranted = ({ state, retractedAt }: StoredSubscription): boolean =>
  state === 'granted' && retractedAt === undefined;

interface Given {
  readonly assessment: AssessmentDto;
  readonly assurance: Assurance;
}

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('ASSESSMENT_INVALID', { faults: [{ path, code }] });

/** Of a submission to one recipient. */
const verdictIn = ({ details: { extensions } }: GatewayError): VerdictView | undefined => {
  const recipients = extensions?.['recipients'] as readonly { readonly verdict: VerdictView }[] | undefined;
  return recipients?.[0]?.verdict;
};

const idsOf = (messages: readonly StoredMessage[]): readonly string[] => messages.map(({ messageId }) => messageId);

const covers = ({ scope, caseId, messageTypes }: StoredSubscription, referral: StoredReferral): boolean =>
  messageTypes.includes(typeName(referral.type)) && (scope === 'standing' || referral.caseId === caseId);

/** The same content, to the subscriber alone, under an id that is the same whenever it is asked for. What officers said of this recipient goes along, and is bound anew, as known as it was; and what is said of it now. */
const anew = (
  authority: string,
  { id, body, assessments }: StoredReferral,
  { messageId, subscriber, function: to }: StoredSubscription,
  given: readonly Given[],
): { readonly body: SubmitReferralDto; readonly assurance: readonly Assurance[] } => {
  const stored = assessments
    .filter(({ recipient }) => recipient === subscriber)
    .map(({ id: _, commitment: _commitment, digest: _digest, assurance, ...said }): Given => {
      const mandate = said.mandate as AssessmentDto['mandate'];
      return { assessment: { ...said, items: [...said.items], mandate }, assurance };
    });
  const all = [...stored, ...given];
  const { assessments: _before, ...rest } = body;
  const again = {
    ...rest,
    id: messageIdOf(authority, `${messageId} ${id}`, subscriber),
    to: [{ authority: subscriber, function: to }],
    ...(all.length === 0 ? {} : { assessments: all.map(({ assessment }) => assessment) }),
  };
  return { body: again, assurance: all.map(({ assurance }) => assurance) };
};
