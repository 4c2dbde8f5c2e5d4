import { canonicalBytes } from '#json';
import { parseDecision, signRetraction } from '#envelope';
import { OFFICES } from '#legal-basis';
import type { Retraction } from '#envelope';
import type { GivenAnotherWayDto, RetractReferralDto } from '#contracts';
import { MOST_ATTEMPTS } from '../domain/attempts.js';
import { standing } from '../domain/copies.js';
import { GatewayError } from '../domain/errors.js';
import { isDisclosed, mayBeRetracted } from '../domain/message-state.js';
import type { KeyStore } from '../keys/key-store.js';
import type { BackfillStore } from './ports/backfill.js';
import type { Outgoing } from './ports/outgoing.js';
import type { ReferralStore, StoredMessage } from './ports/referral.js';
import type { NewRetraction, RetractionStore, StoredRetraction } from './ports/retraction.js';
import type { NewId, Now } from './ports/time-and-ids.js';
import type { GivenAnotherWay, GivenStore } from './ports/waiting.js';

/** Takes back what was sent: a signed statement in a closed code to everyone who received it, be it as a backfill, or to those named. Nothing is deleted by it, here or there. */
export class RetractReferral {
  constructor(
    private readonly referrals: Pick<ReferralStore, 'find' | 'findMessage' | 'statements'>,
    private readonly backfills: Pick<BackfillStore, 'copies'>,
    private readonly store: RetractionStore,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly others: GivenStore = NOTHING_GIVEN,
  ) {}

  /** @throws {GatewayError} NOT_FOUND, UNKNOWN_RECIPIENT, NOT_RETRACTABLE, RETRACTION_EXISTS */
  async execute(authority: string, id: string, asked: RetractReferralDto): Promise<void> {
    await this.settled(() => this.tried(authority, id, asked));
  }

  /** One message, by its own id. @throws {GatewayError} NOT_FOUND, NOT_RETRACTABLE, RETRACTION_EXISTS */
  async message(authority: string, messageId: string, reason: Retraction['reason']): Promise<void> {
    await this.settled(async () => {
      const message = await this.referrals.findMessage(authority, messageId);
      if (message === undefined) throw new GatewayError('NOT_FOUND');
      if (!mayBeRetracted(message.state) || message.erasedAt !== undefined) throw new GatewayError('NOT_RETRACTABLE');
      return this.retract(authority, [message], reason);
    });
  }

  /**
   * Its item was given another way: what has not left never does, and of what has the exchange is told, which releases it no more. When it was released before that
   * was heard, its recipient is told that it has it twice.
   * @throws {GatewayError} NOT_FOUND, UNKNOWN_RECIPIENT, NOT_RETRACTABLE, TOO_LATE, RETRACTION_EXISTS, CONTENT_INVALID
   */
  async given(authority: string, id: string, { recipient, how, office, at }: GivenAnotherWayDto): Promise<void> {
    const markedAt = this.now();
    const given = { how, office, at: new Date(at), markedAt };
    if (given.at > markedAt) throw invalid('at', 'in-future');
    await this.settled(async () => {
      const referral = await this.referrals.find(authority, id);
      if (referral === undefined) throw new GatewayError('NOT_FOUND');
      const message = referral.messages.find((one) => one.recipient === recipient);
      if (message === undefined) throw new GatewayError('UNKNOWN_RECIPIENT', { faults: [asFault(recipient)] });
      // Said before: that stands.
      if ((await this.others.given(authority, [message.messageId])).size > 0) return true;
      // As in an assessment: an office that nobody has heard of stands behind nothing.
      if (!(OFFICES as readonly string[]).includes(office)) throw invalid('office', 'unknown-code');
      if (isDisclosed(message.state)) throw new GatewayError('TOO_LATE');
      if (!mayBeRetracted(message.state)) throw new GatewayError('NOT_RETRACTABLE');
      return this.retract(authority, [message], 'given-another-way', given);
    });
  }

  /** Once more when a message was sealed again meanwhile: it is then its newest attempt that is taken back. */
  private async settled(attempt: () => Promise<boolean>): Promise<void> {
    for (let tried = 0; tried < MOST_ATTEMPTS; tried += 1) if (await attempt()) return;
    throw new GatewayError('NOT_RETRACTABLE');
  }

  private async tried(authority: string, id: string, { recipients, reason }: RetractReferralDto): Promise<boolean> {
    const referral = await this.referrals.find(authority, id);
    if (referral === undefined) throw new GatewayError('NOT_FOUND');
    const copies = await this.backfills.copies(authority, id);
    const messages = standing([...referral.messages, ...copies]);
    const strangers = (recipients ?? []).filter((one) => messages.every((m) => m.recipient !== one));
    if (strangers.length > 0) throw new GatewayError('UNKNOWN_RECIPIENT', { faults: strangers.map(asFault) });
    const asked = messages.filter((m) => recipients?.includes(m.recipient) ?? mayBeRetracted(m.state));
    // All or nothing: a code that fits one of them and not another is for its system to sort out first.
    // What is withdrawn has been taken back: asked again, that is the same.
    const open = asked.filter((m) => m.state !== 'withdrawn');
    const isNone = asked.length === 0 && messages.every((m) => m.state !== 'withdrawn');
    if (isNone || !open.every((m) => mayBeRetracted(m.state))) throw new GatewayError('NOT_RETRACTABLE');
    if (!(await this.retract(authority, open, reason))) return false;
    // A backfill that saw nothing of it yet may have been taken in beside it.
    const known = new Set(copies.map(({ messageId }) => messageId));
    return (await this.backfills.copies(authority, id)).every(({ messageId }) => known.has(messageId));
  }

  private async retract(
    authority: string,
    messages: readonly StoredMessage[],
    reason: Retraction['reason'],
    given?: GivenAnotherWay,
  ): Promise<boolean> {
    const earlier = await this.store.given(
      authority,
      messages.map(({ messageId }) => messageId),
    );
    if (earlier.some((one) => one.reason !== reason)) throw new GatewayError('RETRACTION_EXISTS');
    const left = messages.filter(({ messageId }) => earlier.every((one) => one.messageId !== messageId));
    const signed = (await Promise.all(left.map((message) => this.signed(authority, message, reason)))).map((one) =>
      given === undefined ? one : { ...one, given },
    );
    const leaving = ({ statement }: Pick<StoredRetraction, 'statement'>): Outgoing => ({
      id: this.newId(),
      type: 'retraction.signed.v1',
      body: canonicalBytes({ retraction: statement }),
    });
    const again = await this.discarded(authority, earlier);
    return this.store.give(authority, signed, signed.map(leaving), again.map(leaving));
  }

  /** Those that people at the exchange discarded, and that it did not take: asked for once more they leave once more. */
  private async discarded(
    authority: string,
    earlier: readonly StoredRetraction[],
  ): Promise<readonly StoredRetraction[]> {
    if (earlier.length === 0) return [];
    const said = await this.referrals.statements(
      authority,
      earlier.map(({ messageId }) => messageId),
    );
    return earlier.filter(({ messageId }) => {
      const kinds = new Set(said.flatMap((one) => (one.messageId === messageId ? [one.kind] : [])));
      return kinds.has('retraction-discarded') && !kinds.has('retraction-recorded') && !kinds.has('withdrawn');
    });
  }

  private async signed(
    sender: string,
    { messageId, attempt, recipient, jweSha256 }: StoredMessage,
    reason: Retraction['reason'],
  ): Promise<NewRetraction> {
    // Never sealed, so never sent.
    if (jweSha256 === undefined) throw new GatewayError('NOT_RETRACTABLE');
    const decision = (await this.referrals.statements(sender, [messageId])).findLast(
      ({ kind, entry }) => kind === 'decision' && parseDecision(entry).decision.attempt === attempt,
    );
    const at = this.now();
    const retractionId = this.newId();
    const statement = await signRetraction(this.keys.manifestSigner, {
      v: 1,
      env: this.environment,
      retractionId,
      messageId,
      attempt,
      sender,
      recipient,
      gateway: this.keys.gateway,
      ...(decision === undefined ? {} : { decisionEntryId: decision.entryId }),
      jweSha256,
      reason,
      at: at.toISOString(),
    });
    return { messageId, attempt, retractionId, reason, statement, at };
  }
}

const NOTHING_GIVEN: GivenStore = { given: () => Promise.resolve(new Map()) };
const invalid = (path: string, code: string): GatewayError =>
  new GatewayError('CONTENT_INVALID', { faults: [{ path, code }] });
const asFault = (authority: string) => ({ path: `recipients.${authority}`, code: 'not-a-recipient' });
