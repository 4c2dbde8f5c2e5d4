import {
  EnvelopeError,
  parseErasureDecision,
  parseRefusal,
  sha256Base64url,
  signErasureReport,
  typOf,
  verifyErasureDecision,
} from '#envelope';
import type { Decision, ErasedOpening, ErasureDecision, Notice } from '#envelope';
import type { ErasureView } from '#contracts';
import type { Snapshot } from '#snapshot';
import { parseProof } from '#tlog/verify';
import { GatewayError, RejectedDelivery } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { ErasureStore, ErasureSubject, EvidenceSource, KeepingLog, Now } from './ports.js';
import type { Evidence, VerifyEvidence } from './verify-evidence.js';

interface Proposed {
  readonly opening: ErasedOpening;
  /** Absent where neither entry nor annex names it. */
  readonly caseId?: string;
}

/** Erasure (*gallring*) of one message at this gateway, on the signed decision of its authority's administrator (design.md section 8). */
export class EraseMessage {
  constructor(
    private readonly store: ErasureStore,
    private readonly ledger: KeepingLog,
    private readonly source: Pick<EvidenceSource, 'openings' | 'dated'>,
    private readonly evidence: VerifyEvidence,
    private readonly newest: () => Snapshot | undefined,
    private readonly keys: KeyStore,
    private readonly environment: string,
    private readonly now: Now,
    /** Called when there is something to report. */
    private readonly erased: () => void,
  ) {}

  /**
   * What a decision on this message says: openings as the ledger shows them, each verified by its proof, since its party decides on them word for word.
   * @throws {GatewayError} NOT_FOUND @throws {NotYet}
   */
  async read(authority: string, messageId: string): Promise<ErasureView> {
    const subject = await this.store.subject(authority, messageId);
    const shown = await this.shown(authority, messageId);
    // Of what was refused or rejected its recipient has nothing here; it is party to the entries all the same.
    const caseId = (subject === undefined ? undefined : caseOf(subject)) ?? shown.find((one) => one.caseId)?.caseId;
    if (caseId === undefined) throw new GatewayError('NOT_FOUND');
    return {
      env: this.environment,
      authority,
      messageId,
      caseId,
      openings: shown.map(({ opening }) => opening).sort((a, b) => Number(BigInt(a.index) - BigInt(b.index))),
      ended: subject?.ended ?? true,
      ...(subject?.erasedAt === undefined ? {} : { erasedAt: subject.erasedAt.toISOString() }),
    };
  }

  /**
   * The ledger first: it knows the other party's holds too, and what it has taken is logged whatever happens here. Brought again, the same is done again.
   * @param text compact JWS, typ `delge-erasure-decision+jws`
   * @throws {GatewayError} UNAUTHENTICATED for every failure of the signature; NOT_FOUND, NOT_ENDED, HELD, ERASURE_REFUSED, ID_REUSE @throws {NotYet} the ledger is away: nothing is erased
   */
  async execute(text: string): Promise<{ readonly messageId: string; readonly erasedAt: string }> {
    const decision = await this.verified(text);
    const { authority, decisionId, messageId, caseId } = decision;
    const subject = await this.store.subject(authority, messageId);
    if (subject === undefined && decision.openings.length === 0) throw new GatewayError('NOT_FOUND');
    const own = subject === undefined ? undefined : caseOf(subject);
    if (own !== undefined && own !== caseId)
      throw new GatewayError('ERASURE_REFUSED', { extensions: { code: 'other-message' } });
    if (subject?.ended === false) throw new GatewayError('NOT_ENDED');
    const { held } = await this.ledger.state(text);
    if (held) throw new GatewayError('HELD');
    const at = this.now();
    const { gateway } = this.keys;
    const report = await signErasureReport(this.keys.manifestSigner, {
      v: 1,
      env: this.environment,
      decisionId,
      authority,
      gateway,
      messageId,
      at: at.toISOString(),
    });
    if (!(await this.store.erase(authority, { decisionId, messageId, statement: text, report, at })))
      throw new GatewayError('NOT_ENDED');
    this.erased();
    return { messageId, erasedAt: (subject?.erasedAt ?? at).toISOString() };
  }

  /** Tells the ledger what was erased and not yet told. @returns how many */
  async report(): Promise<number> {
    let count = 0;
    for (const authority of this.keys.authorities)
      for (const { decisionId, report } of await this.store.unreported(authority)) {
        await this.ledger.state(report);
        await this.store.reported(authority, decisionId, this.now());
        count += 1;
      }
    return count;
  }

  private async verified(text: string): Promise<ErasureDecision> {
    try {
      const { decision, kid } = parseErasureDecision(text);
      const { authority, env } = decision;
      const key = this.keys.hosts(authority) ? this.newest()?.administratorOf(authority, kid) : undefined;
      if (key === undefined || env !== this.environment) throw new GatewayError('UNAUTHENTICATED');
      return await verifyErasureDecision(text, key);
    } catch (error) {
      if (error instanceof EnvelopeError) throw new GatewayError('UNAUTHENTICATED', { cause: error });
      throw error;
    }
  }

  private async shown(authority: string, messageId: string): Promise<readonly Proposed[]> {
    const shown = await this.source.openings(authority, messageId);
    const dated = await this.source.dated(shown.map(({ entryId }) => entryId));
    const found: Proposed[] = [];
    for (const { entryId, entry, blind, annex } of shown) {
      const proof = dated.get(entryId)?.proof;
      const said = proof === undefined ? undefined : await this.said({ entry, blind, proof });
      if (proof === undefined || said?.sender === undefined || said.messageId !== messageId) continue;
      const { sender, recipient, number } = said;
      const caseId = 'caseId' in said ? said.caseId : caseOfRefusal(said, annex);
      const index = parseProof(proof).index.toString();
      const opening = {
        index,
        entryId: said.entryId,
        sender,
        ...(recipient === undefined ? {} : { recipient }),
        ...(number === undefined ? {} : { number }),
      };
      found.push({ opening, ...(caseId === undefined ? {} : { caseId }) });
    }
    return found;
  }

  /** @returns undefined for what is no decision or notice, or does not verify: nobody decides on that */
  private async said(shown: Evidence): Promise<Decision | Notice | undefined> {
    try {
      switch (typOf(shown.entry)) {
        case 'delge-decision+jws':
          return (await this.evidence.decision(shown)).decision;
        case 'delge-notice+jws':
          return (await this.evidence.notice(shown)).notice;
        default:
          return undefined;
      }
    } catch (error) {
      if (error instanceof RejectedDelivery) return undefined;
      throw error;
    }
  }
}

/** The annex is the one that the notice took into the log, or none. */
const caseOfRefusal = ({ kind, statementSha256 }: Notice, annex: string | undefined): string | undefined =>
  kind === 'refusal-recorded' && annex !== undefined && sha256Base64url(annex) === statementSha256
    ? parseRefusal(annex).refusal.caseId
    : undefined;

const caseOf = ({ caseId, refusals }: ErasureSubject): string | undefined =>
  caseId ?? refusals.map((text) => parseRefusal(text).refusal.caseId).at(-1);
