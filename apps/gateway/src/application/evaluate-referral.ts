import { canonicalBytes, canonicalize } from '#json';
import {
  ClassificationError,
  OFFICES,
  OUTCOMES,
  TESTS,
  assessmentDigest,
  buildClaims,
  classify,
  messageTypes,
  resolveAssessment,
  validateContent,
  stockholmDate,
  unknownCodes,
} from '#legal-basis';
import type { CheckInput, Claims, ClaimAssessment, ClaimItem, ReferralBody, RuleSet } from '#legal-basis';
import type { AssessmentDto, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import { messageIdOf } from '#envelope';
import { holdsFreeText } from '#replay';
import type { JsonValue } from '#json';
import type { KeyStore } from '../keys/key-store.js';
import { GatewayError } from '../domain/errors.js';
import type { Fault } from '../domain/errors.js';
import { isDecision, isDemand, namedBy } from '../domain/request.js';
import { judged } from './judge-recipient.js';
import type { Judged } from './judge-recipient.js';
import { sha256 } from './law.js';
import type { Ground, Law } from './law.js';
import type { AttachmentStore } from './ports/attachment.js';
import type { Assurance, StoredAssessment } from './ports/referral.js';
import type { RequestStore } from './ports/request.js';
import type { NewId } from './ports/time-and-ids.js';

/** Canonical content larger than this does not fit sealed into one message. */
export const MAX_CONTENT_BYTES = 256 * 1024;

export interface Evaluated extends Judged {
  readonly recipient: string;
  readonly function: string;
  readonly messageId: string;
}
export interface Evaluation {
  readonly ground: Ground;
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly assessments: readonly StoredAssessment[];
  readonly recipients: readonly Evaluated[];
}

export interface EvaluationOptions {
  readonly now: Date;
  /** Day of disclosure, Europe/Stockholm; absent: that of `now`. A dry run alone asks about another. */
  readonly on?: string;
  /** Assessments that an earlier evaluation of the same body bound. */
  readonly kept?: readonly StoredAssessment[];
  /** Assessments given now. */
  readonly added?: readonly AssessmentDto[];
  readonly onDeny?: SubmitReferralQueryDto['onDeny'];
  /** Of its message type; absent: a document, which is sent to a function of each recipient. A record is sent to nobody. */
  readonly cls?: 'document' | 'record';
  /** How it is known who made what was added: `asserted`, a system says so, when absent. A list, one for each: it was found so when they were made, and stands. */
  readonly assurance?: Assurance | readonly Assurance[];
  /** Of a draft: recipient → items that were left out when it was kept. They stay left out, and no others are. */
  readonly leftOut?: ReadonlyMap<string, readonly string[]>;
}

/** Validates content, classifies it, derives facts, binds assessments and runs the check per recipient: a forecast. */
export class EvaluateReferral {
  constructor(
    private readonly law: Law,
    private readonly keys: KeyStore,
    private readonly newId: NewId,
    /** Absent where nothing is attached. */
    private readonly uploads?: Pick<AttachmentStore, 'upload'>,
    /** Absent where nobody has asked for anything. */
    private readonly requests?: Pick<RequestStore, 'asker' | 'find'>,
  ) {}

  /** @throws {GatewayError} when the body is not one that could be sent to anybody */
  async execute(sender: string, body: SubmitReferralDto, options: EvaluationOptions): Promise<Evaluation> {
    const { now, on = stockholmDate(now), kept = [], added = [], onDeny, leftOut, cls = 'document' } = options;
    const { assurance = 'asserted' } = options;
    const ground = this.law.current();
    const from = ground.snapshot.authority(sender);
    if (from === undefined) throw new GatewayError('SNAPSHOT_MISSING');
    const content = body.content as JsonValue;
    checkCodes(body, ground.ruleSet);
    checkContent(body.type, content, cls);
    checkRecipients(body, ground, cls);
    for (const { authority } of body.to) await this.checkNamed(sender, body, authority, cls);
    const items = classified(body, from.kind);
    const contentDigest = this.keys.commitment(
      sender,
      canonicalBytes({ sender, type: body.type, content, ...(await this.attached(sender, body)) }),
    );
    const about = (recipient: string): readonly ClaimItem[] =>
      items.filter(({ id }) => leftOut?.get(recipient)?.includes(id) !== true);
    const isSaidNow = typeof assurance === 'string';
    const bind = (id: string, assessment: AssessmentDto, known: Assurance): StoredAssessment =>
      this.bind(sender, body, assessment, {
        ...{ id, about, ground, on, now, contentDigest },
        ...{ assurance: known, isSaidNow },
      });
    const still = kept.filter((a) => a.digest === bound(sender, a, contentDigest));
    const known = new Set(still.map(said));
    const given = added.map((assessment, at) =>
      bind(this.newId(), assessment, isSaidNow ? assurance : (assurance[at] ?? 'asserted')),
    );
    const assessments = [...still, ...given.filter((assessment) => !known.has(said(assessment)))];
    const recipients: Evaluated[] = [];
    const referral: ReferralBody = { ...body, content, registration: { ...body.registration } };
    for (const to of body.to) {
      const claims = buildClaims(referral, {
        senderKind: from.kind,
        recipient: to.authority,
        on,
        assessments: assessments.filter((a) => a.recipient === to.authority).map((a) => this.claimOf(sender, a)),
      });
      const directory = await this.law.directory(ground.snapshot, claims);
      const input: CheckInput = { sender, recipient: to.authority, claims, ruleSet: ground.ruleSet, directory, on };
      const one = judged(referral, input, onDeny, leftOut?.get(to.authority) ?? []);
      recipients.push({
        recipient: to.authority,
        function: to.function,
        messageId: messageIdOf(sender, body.id, to.authority),
        ...one,
        claims: one.leftOut.length === 0 ? one.claims : this.rebound(sender, one.claims, assessments, contentDigest),
      });
    }
    checkAttached(body, recipients);
    return { ground, assessments, recipients, outcome: worst(recipients) };
  }

  /**
   * What is answered was asked for, by whoever gets the answer (OSL 6:5).
   * @param isMade the disclosure was made already, and the request may have been taken back since
   * @throws {GatewayError} REQUEST_UNKNOWN
   */
  async checkRequest(
    sender: string,
    requestId: string | undefined,
    recipient: string,
    path = 'requestId',
    isMade = false,
  ): Promise<void> {
    if (requestId === undefined) return;
    const asker = await this.requests?.asker(sender, requestId);
    if (asker?.authority !== recipient) throw requestUnknown(path, 'request-unknown');
    if (asker.isRetracted && !isMade) throw requestUnknown(path, 'request-retracted');
  }

  /** Decided is what was asked for, and demanded a decision on what one asked for oneself. @throws {GatewayError} REQUEST_UNKNOWN */
  private async checkNamed(
    sender: string,
    { type, requestId, content }: SubmitReferralDto,
    recipient: string,
    cls: EvaluationOptions['cls'],
  ): Promise<void> {
    await this.checkRequest(sender, requestId, recipient, 'requestId', cls === 'record');
    const named = namedBy(type, undefined, content);
    if (isDecision(type)) await this.checkRequest(sender, named, recipient, 'content.answers');
    if (isDecision(type) && requestId !== undefined && requestId !== named)
      throw requestUnknown('content.answers', 'another-request');
    if (!isDemand(type) || named === undefined) return;
    const own = await this.requests?.find(sender, named);
    if (own?.direction !== 'sent' || own.to !== recipient) throw requestUnknown('content.request', 'request-unknown');
  }

  /** What an officer saw of each file. Its id alone does not say: one that has lapsed can be had again by another. */
  private async attached(
    sender: string,
    { attachments }: SubmitReferralDto,
  ): Promise<{ readonly attachments?: JsonValue }> {
    if (attachments === undefined) return {};
    const seen = attachments.map(async ({ id, items }) => {
      const upload = await this.uploads?.upload(sender, id);
      if (upload === undefined || upload.received !== upload.length) return { id, items, file: null };
      const { name, mediaType, sha256: digest = null } = upload.detail;
      return { id, items, file: { name, mediaType, length: upload.length, sha256: digest } };
    });
    return { attachments: await Promise.all(seen) };
  }

  private bind(
    sender: string,
    body: SubmitReferralDto,
    given: AssessmentDto,
    at: {
      id: string;
      about: (recipient: string) => readonly ClaimItem[];
      ground: Ground;
      on: string;
      now: Date;
      contentDigest: string;
      assurance: Assurance;
      isSaidNow: boolean;
    },
  ): StoredAssessment {
    const recipient = given.recipient ?? (body.to.length === 1 ? body.to[0]?.authority : undefined);
    if (recipient === undefined || !body.to.some((to) => to.authority === recipient))
      throw invalid('recipient', 'not-a-recipient');
    const outcomes = OUTCOMES[given.test as keyof typeof OUTCOMES];
    if (!(TESTS as readonly string[]).includes(given.test)) throw invalid('test', 'unknown-code');
    if (given.outcome !== outcomes.passes && given.outcome !== outcomes.stops) throw invalid('outcome', 'unknown-code');
    if (!(OFFICES as readonly string[]).includes(given.office)) throw invalid('office', 'unknown-code');
    // Who has logged in says it now.
    if (at.isSaidNow && at.assurance === 'authenticated' && given.at !== undefined) throw invalid('at', 'invalid-time');
    const when = given.at === undefined ? at.now : new Date(given.at);
    if (Number.isNaN(when.getTime()) || when.getTime() > at.now.getTime() + 60_000) throw invalid('at', 'invalid-time');
    const { basis, items } = resolved(given, at.about(recipient), at.ground, at.on);
    const unsigned = {
      id: at.id,
      recipient,
      basis,
      test: given.test,
      outcome: given.outcome,
      items,
      office: given.office,
      officer: given.officer,
      mandate: given.mandate,
      reasons: given.reasons,
      at: when.toISOString(),
      assurance: at.assurance,
    };
    return this.committed(sender, unsigned, at.contentDigest);
  }

  private committed(sender: string, given: Unbound, contentDigest: string): StoredAssessment {
    const digest = bound(sender, given, contentDigest);
    return { ...given, digest, commitment: this.keys.commitment(sender, canonicalBytes({ sender, ...given, digest })) };
  }

  /** Claims of a part name fewer items than officers did: bound to these, an assessment says the same when it is opened as they say. */
  private rebound(
    sender: string,
    claims: Claims,
    assessments: readonly StoredAssessment[],
    contentDigest: string,
  ): Claims {
    const about = new Map(claims.assessments.map(({ id, items }) => [id, items]));
    const bound = assessments.flatMap(({ digest: _digest, commitment: _commitment, ...given }) => {
      const items = about.get(given.id);
      return items === undefined
        ? []
        : [this.claimOf(sender, this.committed(sender, { ...given, items }, contentDigest))];
    });
    return { ...claims, assessments: bound };
  }

  private claimOf(sender: string, a: StoredAssessment): ClaimAssessment {
    return {
      id: a.id,
      test: a.test,
      outcome: a.outcome,
      basis: a.basis,
      items: a.items,
      office: a.office,
      officer: this.keys.pseudonym(sender, a.officer),
      mandate: a.mandate,
      at: a.at,
      assurance: a.assurance,
      commitment: a.commitment,
      digest: a.digest,
    };
  }
}

type Unbound = Omit<StoredAssessment, 'digest' | 'commitment'>;

/** What an officer says; said again, it is the same assessment. */
const said = ({ id: _id, at: _at, commitment: _commitment, ...rest }: StoredAssessment): string => canonicalize(rest);

const invalid = (member: string, code: string): GatewayError =>
  new GatewayError('ASSESSMENT_INVALID', { faults: [{ path: `assessments.${member}`, code }] });

const requestUnknown = (path: string, code: string): GatewayError =>
  new GatewayError('REQUEST_UNKNOWN', { faults: [{ path, code }] });

/** An assessment is void when sender, recipient, basis version, items, test or content is another. */
const bound = (
  sender: string,
  a: Pick<StoredAssessment, 'recipient' | 'basis' | 'items' | 'test'>,
  contentDigest: string,
): string =>
  assessmentDigest(
    { sender, recipient: a.recipient, basis: a.basis, items: a.items, test: a.test, contentDigest },
    sha256,
  );

const worst = (recipients: readonly Evaluated[]): Evaluation['outcome'] =>
  recipients.some((r) => r.verdict.outcome === 'deny')
    ? 'deny'
    : recipients.some((r) => r.verdict.outcome === 'assess')
      ? 'assess'
      : 'permit';

/** @throws {GatewayError} UNKNOWN_CODE */
export const checkCodes = (body: Parameters<typeof unknownCodes>[0], ruleSet: RuleSet): void => {
  const paths = unknownCodes(body, ruleSet);
  if (paths.length === 0) return;
  throw new GatewayError('UNKNOWN_CODE', { faults: paths.map((path) => ({ path, code: 'unknown-code' })) });
};

const checkContent = (type: string, content: JsonValue, cls: EvaluationOptions['cls']): void => {
  const known = messageTypes.find((t) => t.id === type);
  if (known === undefined || known.cls !== cls) {
    throw new GatewayError('UNKNOWN_MESSAGE_TYPE', { faults: [{ path: 'type', code: 'unknown-message-type' }] });
  }
  if (canonicalBytes(content).length > MAX_CONTENT_BYTES) throw new GatewayError('TOO_LARGE');
  const violations = validateContent(type, content);
  if (violations.length > 0) throw contentInvalid(violations);
};

const contentInvalid = (faults: readonly Fault[]): GatewayError =>
  new GatewayError('CONTENT_INVALID', { faults: faults.map(({ path, code }) => ({ path: `content${path}`, code })) });

/** What the law says of an attachment is what it says of the items that it holds: of each, to each recipient. */
const checkAttached = ({ attachments = [] }: SubmitReferralDto, recipients: readonly Evaluated[]): void => {
  const carried = recipients.map(({ claims }) => new Map(claims.items.map((item) => [item.id, item])));
  const faults = attachments.flatMap(({ items }, at) => {
    const path = `attachments.${at}.items`;
    if (!carried.every((known) => items.every((id) => known.has(id)))) return [{ path, code: 'item-not-carried' }];
    return carried.every((known) => holdsFreeText(items, known)) ? [] : [{ path, code: 'no-free-text' }];
  });
  if (faults.length > 0) throw new GatewayError('ATTACHMENT_NOT_CARRIED', { faults });
};

const checkRecipients = (body: SubmitReferralDto, ground: Ground, cls: EvaluationOptions['cls']): void => {
  body.to.forEach((to, i) => {
    const recipient = ground.snapshot.authority(to.authority);
    if (recipient === undefined) {
      throw new GatewayError('UNKNOWN_RECIPIENT', {
        faults: [{ path: cls === 'record' ? 'recipient' : `to.${i}.authority`, code: 'unknown-recipient' }],
      });
    }
    if (cls !== 'record' && !recipient.functions.some((f) => f.id === to.function)) {
      throw new GatewayError('UNKNOWN_FUNCTION', { faults: [{ path: `to.${i}.function`, code: 'unknown-function' }] });
    }
  });
};

const classified = (body: SubmitReferralDto, kind: Parameters<typeof classify>[2]): readonly ClaimItem[] => {
  try {
    return classify(body.type, body.content as JsonValue, kind, body.declarations ?? {});
  } catch (error) {
    if (error instanceof ClassificationError) {
      throw new GatewayError('CONTENT_INVALID', { faults: [{ path: error.path, code: error.code }], cause: error });
    }
    throw error;
  }
};

const resolved = (
  given: AssessmentDto,
  items: readonly ClaimItem[],
  ground: Ground,
  on: string,
): { readonly basis: string; readonly items: readonly string[] } => {
  try {
    return resolveAssessment(given, items, ground.ruleSet, on);
  } catch (error) {
    if (error instanceof ClassificationError) {
      throw new GatewayError('ASSESSMENT_INVALID', {
        faults: [{ path: `assessments.${error.path}`, code: error.code }],
        cause: error,
      });
    }
    throw error;
  }
};
