import { canonicalBytes } from '#json';
import { MAX_STATEMENT } from '#contracts';
import type { RecordDisclosureDto, RecordedDisclosureAccepted, SubmitReferralDto } from '#contracts';
import { recordedDisclosureIdOf, signRecordedDisclosure } from '#envelope';
import type { RecordedDisclosure } from '#envelope';
import { ENGINE_VERSION, OFFICES, stockholmDate, verdictCodes } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import { RECORDED_TYPE } from '../domain/recorded-disclosure.js';
import type { KeyStore } from '../keys/key-store.js';
import type { EvaluateReferral, Evaluation } from './evaluate-referral.js';
import { digestOf } from './law.js';
import type { RecordStore, StoredRecord } from './ports/record.js';
import type { Assurance } from './ports/referral.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import { carriable } from './seal-referral.js';

interface Times {
  readonly disclosedAt: Date;
  readonly recordedAt: Date;
}

/**
 * Records a disclosure that was made by telephone, in a meeting, on paper or in an emergency: checked for the day on which it was made, marked with its verdict, never
 * stopped, and reported for the log. Nothing is sealed or delivered (design.md section 6).
 */
export class RecordDisclosure {
  constructor(
    private readonly store: RecordStore,
    private readonly evaluate: Pick<EvaluateReferral, 'execute'>,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly crash: (point: string) => void,
    /** Why no more may wait to leave. */
    private readonly room: () => 'full' | 'unseen' | undefined = () => undefined,
  ) {}

  /**
   * @param assurance of the body's assessments
   * @throws {GatewayError} ID_REUSE, ERASED, CONTENT_INVALID, OUTBOX_FULL, OUTBOX_UNSEEN and those of the evaluation; none for its verdict
   */
  async execute(
    sender: string,
    body: RecordDisclosureDto,
    assurance: Assurance = 'asserted',
  ): Promise<RecordedDisclosureAccepted> {
    const bodyDigest = digestOf(canonicalBytes(body));
    const existing = await this.store.find(sender, body.id);
    if (existing !== undefined) return answer(existing, bodyDigest);
    const fault = this.room();
    if (fault !== undefined) throw new GatewayError(fault === 'full' ? 'OUTBOX_FULL' : 'OUTBOX_UNSEEN');
    const recordedAt = this.now();
    const times = { recordedAt, disclosedAt: madeAt(body, recordedAt) };
    const evaluation = await this.evaluate.execute(sender, referralOf(body), {
      now: recordedAt,
      on: stockholmDate(times.disclosedAt),
      added: body.assessments ?? [],
      cls: 'record',
      assurance,
    });
    const record = await this.record(sender, body, bodyDigest, evaluation, times);
    this.crash('gateway.record.before-commit');
    const wire = canonicalBytes({ recorded: record.detail.statement });
    const added = await this.store.add(record, { id: this.newId(), type: 'disclosure.recorded.v1', body: wire });
    this.crash('gateway.record.after-commit');
    // Another request under the same id was first.
    const first = added ? record : await this.store.find(sender, body.id);
    if (first === undefined) throw new GatewayError('ID_REUSE');
    return answer(first, bodyDigest);
  }

  private async record(
    sender: string,
    body: RecordDisclosureDto,
    bodyDigest: string,
    { ground, recipients: [to], assessments }: Evaluation,
    { disclosedAt, recordedAt }: Times,
  ): Promise<StoredRecord> {
    if (to === undefined) throw new Error('a disclosure to nobody');
    const { id, caseId, recipient, identityCheck, office } = body;
    const messageId = recordedDisclosureIdOf(sender, id);
    const { outcome } = to.verdict;
    const statement = await signRecordedDisclosure(this.keys.manifestSigner, {
      v: 1,
      env: this.environment,
      messageId,
      caseId,
      sender,
      recipient,
      gateway: this.keys.gateway,
      claims: to.claims,
      outcome,
      verdict: verdictCodes(to.verdict),
      channel: channelOf(body),
      identityCheck,
      office,
      officer: this.keys.pseudonym(sender, body.officer),
      disclosedAt: disclosedAt.toISOString(),
      ruleSet: { number: ground.ruleSet.number, sha256: ground.ruleSetSha256 },
      engineVersion: ENGINE_VERSION,
      keys: { size: ground.snapshot.size.toString(), root: ground.snapshot.rootBase64 },
      at: recordedAt.toISOString(),
    });
    carriable(statement, MAX_STATEMENT);
    // Nothing is left to choose: what of it could be sent is no answer.
    const { permitted: _, ...verdict } = to.view;
    return {
      ...{ authority: sender, id, messageId, caseId, recipient, bodyDigest, outcome, state: 'accepted' },
      ...{ disclosedAt, recordedAt, changedAt: recordedAt },
      detail: { body, assessments, verdict, statement },
    };
  }
}

/** When it was made, as far as the body agrees with itself. @throws {GatewayError} CONTENT_INVALID */
const madeAt = ({ at, office, content }: RecordDisclosureDto, now: Date): Date => {
  const disclosedAt = new Date(at);
  if (disclosedAt > now) throw invalid('at', 'in-future');
  if (!(OFFICES as readonly string[]).includes(office)) throw invalid('office', 'unknown-code');
  const { disclosedOn } = content;
  if (typeof disclosedOn === 'string' && disclosedOn !== stockholmDate(disclosedAt))
    throw invalid('content.disclosedOn', 'another-day');
  return disclosedAt;
};

const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('CONTENT_INVALID', { faults: [{ path, code }] });

/** As the evaluation takes it. No function: nothing is sent to one. */
const referralOf = ({ recipient, ...body }: RecordDisclosureDto): SubmitReferralDto => {
  const { askedBy: _asked, identityCheck: _check, office: _office, officer: _officer, at: _at, ...rest } = body;
  return { ...rest, type: RECORDED_TYPE, to: [{ authority: recipient, function: '' }] };
};

/** The content was checked against its type. */
const channelOf = ({ content }: RecordDisclosureDto): RecordedDisclosure['channel'] =>
  content['channel'] as RecordedDisclosure['channel'];

/** As it was when the record was taken, however far it has come since. */
const answer = (record: StoredRecord, bodyDigest: string): RecordedDisclosureAccepted => {
  if (record.bodyDigest !== bodyDigest) throw new GatewayError('ID_REUSE');
  const { id, messageId, caseId, recipient } = record;
  return { id, messageId, caseId, recipient, state: 'accepted', verdict: record.detail.verdict };
};
