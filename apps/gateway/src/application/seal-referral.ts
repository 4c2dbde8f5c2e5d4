import { canonicalBytes } from '#json';
import { ENGINE_VERSION, stockholmDate, verdictCodes } from '#legal-basis';
import type { Claims } from '#legal-basis';
import { sealDocument, signManifest, signRefusal } from '#envelope';
import type { Document, Manifest, Refusal } from '#envelope';
import { MAX_SEALED, MAX_STATEMENT } from '#contracts';
import type { SubmitReferralDto } from '#contracts';
import type { ComputedBy } from '../domain/forecast.js';
import { GatewayError } from '../domain/errors.js';
import type { KeyRecord } from '#snapshot';
import type { KeyStore } from '../keys/key-store.js';
import { leftOutOf } from './judge-recipient.js';
import type { Evaluated, Evaluation } from './evaluate-referral.js';
import { digestOf } from './law.js';
import type { Ground } from './law.js';
import type { OutgoingAttachment } from './ports/attachment.js';
import type { Outgoing } from './ports/outgoing.js';
import type { StoredMessage, StoredRefusal } from './ports/referral.js';
import type { NewId } from './ports/time-and-ids.js';
import type { SealAttachments } from './seal-attachments.js';

export interface SealedMessage {
  readonly message: StoredMessage;
  readonly outgoing: Outgoing;
}

/** Signs and seals what goes out, and signs what is reported of what does not. */
export class SealReferral {
  constructor(
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly lifetimeMs: number,
    private readonly newId: NewId,
    private readonly attachments?: SealAttachments,
  ) {}

  /**
   * Document, seal and manifest for one recipient whose verdict is permit.
   * @param again absent: the first attempt, to the newest live key
   */
  async seal(
    sender: string,
    body: SubmitReferralDto,
    to: Evaluated,
    evaluation: Evaluation,
    now: Date,
    again?: { readonly attempt: number; readonly sealingKey: KeyRecord },
  ): Promise<SealedMessage> {
    const { snapshot } = evaluation.ground;
    const sealingKey = again?.sealingKey ?? snapshot.on(now).liveKeys(to.recipient, 'sealing').at(-1);
    if (sealingKey === undefined) {
      throw new GatewayError('UNKNOWN_RECIPIENT', { faults: [{ path: 'to', code: 'recipient-has-no-live-key' }] });
    }
    const attempt = again?.attempt ?? 1;
    const issuedAt = now.toISOString();
    const expiry = new Date(now.getTime() + this.lifetimeMs);
    const documentSigner = this.keys.documentSigner(sender);
    const { inside, outside, outgoing } = await this.attached(sender, body, to);
    const document = canonicalBytes({
      v: 1,
      messageId: to.messageId,
      caseId: body.caseId,
      type: body.type,
      sender,
      recipient: to.recipient,
      recipientFunction: to.function,
      registration: body.registration,
      content: to.content,
      sentAt: issuedAt,
      ...inside,
    });
    const context = {
      v: 1 as const,
      env: this.environment,
      sender,
      recipient: to.recipient,
      messageId: to.messageId,
      attempt,
      issuedAt,
      expiresAt: expiry.toISOString(),
    };
    const sealed = await sealDocument({ document, context, documentSigner, sealingKey: sealingKey.public });
    const manifest: Manifest = {
      v: 1,
      env: this.environment,
      messageId: to.messageId,
      attempt,
      caseId: body.caseId,
      sender,
      recipient: to.recipient,
      recipientFunction: to.function,
      gateway: this.keys.gateway,
      messageType: body.type,
      class: 'document',
      issuedAt,
      expiresAt: expiry.toISOString(),
      claims: to.claims,
      jwe: { sha256: sealed.jweSha256, length: sealed.jwe.length },
      sealingKey: sealingKey.kid,
      documentKey: documentSigner.kid,
      ...outside,
    };
    const signed = await signManifest(this.keys.manifestSigner, manifest);
    carriable(signed, MAX_STATEMENT);
    carriable(sealed.jwe, MAX_SEALED);
    const outboxId = this.newId();
    return {
      message: {
        messageId: to.messageId,
        recipient: to.recipient,
        function: to.function,
        state: 'accepted',
        attempt,
        changedAt: now,
        expiresAt: expiry,
        outboxId,
        manifestSha256: digestOf(signed),
        jweSha256: sealed.jweSha256,
        ...(outgoing.length === 0 ? {} : { attachments: outgoing }),
        detail: {
          verdict: to.view,
          ...leftOutOf(to),
          forecast: computedBy(evaluation.ground, now),
          manifest: signed,
          document: sealed.jws,
        },
      },
      outgoing: {
        id: outboxId,
        type: 'message.submitted.v1',
        body: canonicalBytes({ manifest: signed, jwe: sealed.jwe }),
        ...(outgoing.length === 0 ? {} : { waits: true as const }),
      },
    };
  }

  /** Members of document and manifest; none when nothing is attached. @throws {GatewayError} ATTACHMENT_MISSING */
  private async attached(sender: string, { attachments = [] }: SubmitReferralDto, to: Evaluated): Promise<Attached> {
    if (attachments.length === 0) return { inside: {}, outside: {}, outgoing: [] };
    if (this.attachments === undefined) throw new GatewayError('ATTACHMENT_MISSING');
    const { recipient, messageId } = to;
    const parties = { env: this.environment, sender, recipient, messageId };
    const sealed = await this.attachments.seal(attachments, parties);
    return {
      inside: { attachments: sealed.map((one) => one.inside) },
      outside: { attachments: sealed.map((one) => one.outside) },
      outgoing: sealed.map((one) => one.outgoing),
    };
  }

  /** A refusal for the log: claims and codes, nothing of the content. */
  async refusal(
    sender: string,
    body: SubmitReferralDto,
    to: Evaluated,
    evaluation: Evaluation,
    now: Date,
  ): Promise<StoredRefusal> {
    if (to.verdict.outcome === 'permit') throw new Error('a permit is no refusal');
    const { ground } = evaluation;
    const codes = verdictCodes(to.verdict);
    const refusalId = this.newId();
    const refusal: Refusal = {
      v: 1,
      env: this.environment,
      refusalId,
      messageId: to.messageId,
      caseId: body.caseId,
      sender,
      recipient: to.recipient,
      gateway: this.keys.gateway,
      claims: to.claims,
      verdict: codes,
      outcome: to.verdict.outcome,
      ruleSet: { number: ground.ruleSet.number, sha256: ground.ruleSetSha256 },
      engineVersion: ENGINE_VERSION,
      keys: { size: ground.snapshot.size.toString(), root: ground.snapshot.rootBase64 },
      at: now.toISOString(),
    };
    const statement = await signRefusal(this.keys.manifestSigner, refusal);
    carriable(statement, MAX_STATEMENT);
    return {
      refusalId,
      fingerprint: digestOf(
        canonicalBytes({ messageId: to.messageId, claims: tried(to.claims), codes, keys: refusal.keys }),
      ),
      messageId: to.messageId,
      referralId: body.id,
      recipient: to.recipient,
      statement,
      at: now,
      outgoing: { id: this.newId(), type: 'refusal.reported.v1', body: canonicalBytes({ refusal: statement }) },
    };
  }
}

interface Attached {
  readonly inside: Pick<Document, 'attachments'>;
  readonly outside: Pick<Manifest, 'attachments'>;
  readonly outgoing: readonly OutgoingAttachment[];
}

const computedBy = ({ ruleSet, ruleSetSha256, snapshot }: Ground, now: Date): ComputedBy => ({
  ruleSet: { number: ruleSet.number, sha256: ruleSetSha256 },
  keysSize: snapshot.size.toString(),
  on: stockholmDate(now),
});

/** What no message can carry is told before anything is stored. @throws {GatewayError} TOO_LARGE */
export const carriable = (token: string, max: number): void => {
  if (token.length > max) throw new GatewayError('TOO_LARGE');
};

/** Claims as two tries of one referral have them in common: each try binds its assessments anew, under new ids and at its own time. */
const tried = (claims: Claims): object => ({
  ...claims,
  assessments: claims.assessments.map(({ id: _id, at: _at, commitment: _commitment, ...assessment }) => assessment),
});
