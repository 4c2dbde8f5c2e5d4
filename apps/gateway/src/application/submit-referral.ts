import { canonicalBytes } from '#json';
import type { AssessmentDto, ReferralAccepted, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import { leftOutOf } from './judge-recipient.js';
import type { EvaluateReferral, Evaluated, Evaluation } from './evaluate-referral.js';
import { digestOf } from './law.js';
import type { ReferralStore, Assurance, StoredMessage, StoredReferral, StoredRefusal } from './ports/referral.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import type { SealReferral } from './seal-referral.js';

const ATTEMPTS = 5;

/** What may refuse a referral before it is judged. */
export interface SubmissionLimits {
  /** Why no more may wait to leave. */
  readonly room?: () => 'full' | 'unseen' | undefined;
  /** Refuses what its sender itself holds from a recipient. @throws {GatewayError} RECIPIENT_HELD, CONTENT_INVALID */
  readonly mayGo?: (sender: string, body: SubmitReferralDto) => Promise<void>;
}

/** Takes a referral in: refused, kept as a draft, or signed, sealed and committed with its outbox (design.md section 4, step 1). */
export class SubmitReferral {
  constructor(
    private readonly store: ReferralStore,
    private readonly evaluate: EvaluateReferral,
    private readonly sealing: SealReferral,
    private readonly draftLifetimeMs: number,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly crash: (point: string) => void,
    private readonly limits: SubmissionLimits = {},
  ) {}

  /**
   * @param asked says what becomes of a body that is new; one that has been taken gets the answer it got
   * @param assurance of the body's assessments; a list, one for each, where they were made before
   * @throws {GatewayError} ID_REUSE, FORMAL_OBSTACLE, ASSESSMENT_MISSING, RECIPIENT_HELD and those of the evaluation
   */
  async submit(
    sender: string,
    body: SubmitReferralDto,
    asked: SubmitReferralQueryDto = {},
    assurance: Assurance | readonly Assurance[] = 'asserted',
  ): Promise<ReferralAccepted> {
    const bodyDigest = digestOf(canonicalBytes(body));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const existing = await this.store.find(sender, body.id);
      if (existing?.partlyErased === true) throw new GatewayError('ERASED');
      if (existing?.phase === 'accepted' && existing.bodyDigest !== bodyDigest) throw new GatewayError('ID_REUSE');
      if (existing?.phase === 'accepted') return answer(existing);
      if (existing?.phase === 'draft' && existing.bodyDigest === bodyDigest) return answer(existing);
      this.refuseWhenFull();
      await this.limits.mayGo?.(sender, body);
      const now = this.now();
      const evaluation = await this.evaluate.execute(sender, body, {
        now,
        // What officers found of this body stands, though its draft has ended: "secrecy prevails" above all.
        kept: existing?.bodyDigest === bodyDigest ? existing.assessments : [],
        added: body.assessments ?? [],
        assurance,
        ...(asked.onDeny === undefined ? {} : { onDeny: asked.onDeny }),
      });
      if (evaluation.outcome === 'deny' || (evaluation.outcome === 'assess' && asked.onAssess === 'refuse')) {
        await this.refuse(sender, body, evaluation, now);
      }
      const stored = await this.keep(sender, body, bodyDigest, evaluation, existing, now);
      // Another request for the same id was first, or a hold was: look at what it left.
      if (stored !== undefined) return answer(stored);
    }
    throw new GatewayError('ID_REUSE');
  }

  /**
   * Adds assessments to a draft; it goes out when every verdict becomes permit, and ends when one becomes deny.
   * @throws {GatewayError} NOT_FOUND, NOT_A_DRAFT, RECIPIENT_HELD and those of the evaluation
   */
  async assess(
    sender: string,
    id: string,
    added: readonly AssessmentDto[],
    assurance: Assurance = 'asserted',
  ): Promise<StoredReferral> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const draft = await this.store.find(sender, id);
      if (draft === undefined) throw new GatewayError('NOT_FOUND');
      if (draft.phase !== 'draft') throw new GatewayError('NOT_A_DRAFT');
      this.refuseWhenFull();
      await this.limits.mayGo?.(sender, draft.body);
      const now = this.now();
      const evaluation = await this.evaluate.execute(sender, draft.body, {
        now,
        kept: draft.assessments,
        added,
        assurance,
        leftOut: new Map(draft.messages.map(({ recipient, detail }) => [recipient, detail.leftOut ?? []])),
      });
      const stored = await this.keep(sender, draft.body, draft.bodyDigest, evaluation, draft, now);
      if (stored !== undefined) return stored;
    }
    throw new GatewayError('ID_REUSE');
  }

  /** Before anything is judged, signed or logged of it. What was taken before gets its answer all the same. */
  private refuseWhenFull(): void {
    const fault = this.limits.room?.();
    if (fault !== undefined) throw new GatewayError(fault === 'full' ? 'OUTBOX_FULL' : 'OUTBOX_UNSEEN');
  }

  /** @param now of the evaluation: facts are of the day on which the manifest is issued, also past midnight */
  private async keep(
    sender: string,
    body: SubmitReferralDto,
    bodyDigest: string,
    evaluation: Evaluation,
    existing: StoredReferral | undefined,
    now: Date,
  ): Promise<StoredReferral | undefined> {
    const base = {
      authority: sender,
      id: body.id,
      caseId: body.caseId,
      type: body.type,
      bodyDigest,
      body,
      assessments: evaluation.assessments,
      version: this.newId(),
      submittedAt: existing?.bodyDigest === bodyDigest ? existing.submittedAt : now,
    };
    const expected = existing?.version;
    if (evaluation.outcome === 'permit') {
      const sealed = await Promise.all(
        evaluation.recipients.map((to) => this.sealing.seal(sender, body, to, evaluation, now)),
      );
      const referral: StoredReferral = { ...base, phase: 'accepted', messages: sealed.map((s) => s.message) };
      this.crash('gateway.submit.before-commit');
      if (
        !(await this.store.put(
          referral,
          expected,
          sealed.map((s) => s.outgoing),
          await this.refusals(sender, body, evaluation, now, deniedWhole(evaluation)),
        ))
      )
        return undefined;
      this.crash('gateway.submit.after-commit');
      return referral;
    }
    const denied = evaluation.outcome === 'deny';
    const state = denied ? ('refused' as const) : ('awaiting-assessment' as const);
    const referral: StoredReferral = {
      ...base,
      phase: denied ? 'lapsed' : 'draft',
      ...(denied ? {} : { lapsesAt: new Date(now.getTime() + this.draftLifetimeMs) }),
      messages: evaluation.recipients.map((to) => pending(to, state, now)),
    };
    const refused = denied ? stopped(evaluation) : deniedWhole(evaluation);
    const refusals = await this.refusals(sender, body, evaluation, now, refused);
    return (await this.store.put(referral, expected, [], refusals)) ? referral : undefined;
  }

  private async refuse(sender: string, body: SubmitReferralDto, evaluation: Evaluation, now: Date): Promise<never> {
    await this.store.refuse(sender, await this.refusals(sender, body, evaluation, now, stopped(evaluation)));
    const code = evaluation.outcome === 'deny' ? 'FORMAL_OBSTACLE' : 'ASSESSMENT_MISSING';
    throw new GatewayError(code, { extensions: { recipients: evaluation.recipients.map(verdictOf) } });
  }

  private refusals(
    sender: string,
    body: SubmitReferralDto,
    evaluation: Evaluation,
    now: Date,
    refused: readonly Evaluated[],
  ): Promise<readonly StoredRefusal[]> {
    return Promise.all(refused.map((to) => this.sealing.refusal(sender, body, to, evaluation, now)));
  }
}

/** A denied whole is reported also when a part of it goes. */
const deniedWhole = ({ recipients }: Evaluation): readonly Evaluated[] =>
  recipients.flatMap((to) => (to.whole === undefined ? [] : [{ ...to, ...to.whole }]));
const stopped = (evaluation: Evaluation): readonly Evaluated[] => [
  ...deniedWhole(evaluation),
  ...evaluation.recipients.filter((to) => to.verdict.outcome === evaluation.outcome),
];

const verdictOf = (to: Evaluated): object => ({
  authority: to.recipient,
  function: to.function,
  messageId: to.messageId,
  verdict: to.view,
  ...leftOutOf(to),
});

const pending = (to: Evaluated, state: 'refused' | 'awaiting-assessment', now: Date): StoredMessage => ({
  messageId: to.messageId,
  recipient: to.recipient,
  function: to.function,
  state,
  attempt: 1,
  changedAt: now,
  detail: { verdict: to.view, ...leftOutOf(to) },
});

/** The answer as it was when the referral was taken, however far its messages have come since: a retry gets the same. */
const answer = (referral: StoredReferral): ReferralAccepted => {
  const state = referral.phase === 'accepted' ? 'accepted' : 'awaiting-assessment';
  return {
    id: referral.id,
    caseId: referral.caseId,
    state,
    recipients: referral.messages.map((message) => ({
      authority: message.recipient,
      function: message.function,
      messageId: message.messageId,
      state,
      verdict: message.detail.verdict,
      ...leftOutOf(message.detail),
    })),
  };
};
