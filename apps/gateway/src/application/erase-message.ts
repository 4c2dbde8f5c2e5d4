import {
  EnvelopeError,
  MOST_OPENINGS,
  parseErasureDecision,
  parseRecordedDisclosure,
  parseRefusal,
  sha256Base64url,
  signErasureReport,
  signingByKnown,
  typOf,
} from '#envelope';
import type { Decision, ErasedOpening, ErasureDecision, Notice } from '#envelope';
import type { ErasureView } from '#contracts';
import type { Snapshot } from '#snapshot';
import { parseProof } from '#tlog/verify';
import { GatewayError, NotYet, RejectedDelivery } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { ExpireAttachments } from './expire-attachments.js';
import type { ErasureStore, ErasureSubject, KeepingLog, UnreportedErasure } from './ports/erasure.js';
import type { EvidenceSource } from './ports/evidence.js';
import type { Now } from './ports/time-and-ids.js';
import type { Evidence, VerifyEvidence } from './verify-evidence.js';

interface Proposed {
  readonly opening: ErasedOpening;
  /** Whether the message came no further than this, or this says that it may yet arrive; undefined for what says neither. */
  readonly ends: boolean | undefined;
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
    private readonly attachments?: ExpireAttachments,
  ) {}

  /**
   * What a decision on this message says: openings as the ledger shows them, each verified by its proof, since its party decides on them word for word. Without those that
   * a decision of this authority names already: what is left after one came into the log later, or was too much for it.
   * @throws {GatewayError} NOT_FOUND @throws {NotYet}
   */
  async read(authority: string, messageId: string): Promise<ErasureView> {
    const subject = await this.store.subject(authority, messageId);
    const shown = await this.shown(authority, messageId);
    // Of what was refused or rejected its recipient has nothing here; it is party to the entries all the same.
    const caseId = (subject === undefined ? undefined : caseOf(subject)) ?? shown.find((one) => one.caseId)?.caseId;
    if (caseId === undefined) throw new GatewayError('NOT_FOUND');
    const named = this.named(await this.store.decisions(authority, messageId));
    return {
      env: this.environment,
      authority,
      messageId,
      caseId,
      openings: shown
        .map(({ opening }) => opening)
        .filter(({ entryId }) => !named.has(entryId))
        .slice(0, MOST_OPENINGS),
      ended: subject?.ended ?? hasEnded(shown),
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
    const { authority, decisionId, messageId } = decision;
    const subject = await this.store.subject(authority, messageId);
    const before = await this.store.decisions(authority, messageId);
    // Of what is erased by this very decision nothing may be left to judge it by.
    if (!before.includes(text)) await this.judge(decision, subject, before);
    const { held } = await this.ledger.state(text);
    if (held) throw new GatewayError('HELD');
    const at = this.now();
    if (!(await this.store.erase(authority, { decisionId, messageId, statement: text, at })))
      throw new GatewayError('NOT_ENDED');
    await this.attachments?.erased(authority, messageId);
    this.erased();
    return { messageId, erasedAt: (subject?.erasedAt ?? at).toISOString() };
  }

  /** Tells the ledger what was erased and not yet told; what it refuses is left for the next time. @throws {NotYet} the ledger is away */
  async report(): Promise<{ readonly told: number; readonly refused: number }> {
    let [told, refused] = [0, 0];
    for (const authority of this.keys.authorities) {
      let after: string | undefined;
      do {
        const page = await this.store.unreported(authority, after);
        for (const erasure of page) {
          const taken = await this.tell(authority, erasure);
          if (taken) await this.store.reported(authority, erasure.decisionId, this.now());
          if (taken) told += 1;
          else refused += 1;
        }
        after = page.at(-1)?.decisionId;
      } while (after !== undefined);
    }
    return { told, refused };
  }

  /** Signed by the key of today: the one of the day of the erasure may be revoked. @returns false when the ledger refuses it */
  private async tell(authority: string, { decisionId, messageId, at }: UnreportedErasure): Promise<boolean> {
    const { gateway, manifestSigner } = this.keys;
    const said = {
      v: 1,
      env: this.environment,
      decisionId,
      authority,
      gateway,
      messageId,
      at: at.toISOString(),
    } as const;
    try {
      await this.ledger.state(await signErasureReport(manifestSigner, said));
      return true;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // It has a report of this already, whose answer did not come here.
      return error.code === 'ID_REUSE';
    }
  }

  /** Whether this decision may be brought to the ledger. @throws {GatewayError} NOT_FOUND, NOT_ENDED, ERASURE_REFUSED @throws {NotYet} */
  private async judge(
    { authority, messageId, caseId, openings }: ErasureDecision,
    subject: ErasureSubject | undefined,
    before: readonly string[],
  ): Promise<void> {
    const own = subject === undefined ? undefined : caseOf(subject);
    if (own !== undefined && own !== caseId) throw refused('other-message');
    if (subject?.ended === false) throw new GatewayError('NOT_ENDED');
    const shown = await this.shown(authority, messageId);
    if (subject === undefined && shown.length === 0) throw new GatewayError('NOT_FOUND');
    // What may yet arrive would be kept after all.
    if (subject === undefined && !hasEnded(shown)) throw new GatewayError('NOT_ENDED');
    // Whoever is party to what is left out could have a hold that nobody would ask for.
    const named = this.named(before);
    for (const { entryId } of openings) named.add(entryId);
    const asked = new Set(shown.filter(({ opening }) => named.has(opening.entryId)).flatMap(partiesOf));
    if (shown.flatMap(partiesOf).some((party) => party !== authority && !asked.has(party)))
      throw refused('openings-missing');
  }

  /** Entries that decisions name whose keys are live still: others count no more. */
  private named(decisions: readonly string[]): Set<string> {
    const named = new Set<string>();
    for (const text of decisions) {
      const { decision, kid } = parseErasureDecision(text);
      if (this.newest()?.administratorOf(decision.authority, kid) === undefined) continue;
      for (const { entryId } of decision.openings) named.add(entryId);
    }
    return named;
  }

  /** Every failure is the same answer after the same work; why stands in the own log alone. */
  private async verified(text: string): Promise<ErasureDecision> {
    const { decision, kid } = formed(text);
    const { authority, env } = decision;
    if (env !== this.environment) throw unauthenticated('environment');
    const key = this.newest()?.on(this.now()).administratorOf(authority, kid);
    const genuine = await signingByKnown(text, key);
    if (key === undefined) throw unauthenticated('key');
    if (!genuine) throw unauthenticated('signature');
    if (!this.keys.hosts(authority)) throw unauthenticated('not-hosted');
    return decision;
  }

  /**
   * In the order of the log.
   * @throws {NotYet} also when the proof of one is not under quorum yet, or something does not verify: a proposal that leaves it out in silence would leave it for good
   */
  private async shown(authority: string, messageId: string): Promise<readonly Proposed[]> {
    const shown = (await this.source.openings(authority, messageId, 'erasure')).filter(({ entry }) =>
      isErasable(entry),
    );
    const dated = await this.source.dated(shown.map(({ entryId }) => entryId));
    const found: Proposed[] = [];
    for (const { entryId, entry, blind, annex } of shown) {
      const proof = dated.get(entryId)?.proof;
      const said = proof === undefined ? undefined : await this.said({ entry, blind, proof });
      if (proof === undefined || said?.messageId !== messageId) throw new NotYet('ledger');
      if (said.sender === undefined) continue;
      const { sender, number } = said;
      // Whom a refusal was meant for is no party to it, nor to whom a disclosure was made outside Delge.
      const alone = ALONE[said.kind];
      const recipient = alone === undefined ? said.recipient : undefined;
      const caseId = 'caseId' in said ? said.caseId : caseOfAnnex(said, annex);
      const index = parseProof(proof).index.toString();
      const opening: ErasedOpening = {
        ...(alone === undefined ? {} : { kind: alone.kind }),
        index,
        entryId: said.entryId,
        sender,
        ...(recipient === undefined ? {} : { recipient }),
        ...(number === undefined ? {} : { number }),
      };
      found.push({ opening, ends: endOf(said), ...(caseId === undefined ? {} : { caseId }) });
    }
    return found.sort((a, b) => Number(BigInt(a.opening.index) - BigInt(b.opening.index)));
  }

  /** @returns undefined for what does not verify */
  private async said(shown: Evidence): Promise<Decision | Notice | undefined> {
    try {
      return typOf(shown.entry) === 'delge-decision+jws'
        ? (await this.evidence.decision(shown)).decision
        : (await this.evidence.notice(shown)).notice;
    } catch (error) {
      if (error instanceof RejectedDelivery) return undefined;
      throw error;
    }
  }
}

const unauthenticated = (reason: string, cause?: unknown): GatewayError =>
  new GatewayError('UNAUTHENTICATED', { reason, cause });

const formed = (text: string): ReturnType<typeof parseErasureDecision> => {
  try {
    return parseErasureDecision(text);
  } catch (error) {
    if (error instanceof EnvelopeError) throw unauthenticated('malformed', error);
    throw error;
  }
};

const refused = (code: string): GatewayError => new GatewayError('ERASURE_REFUSED', { extensions: { code } });

/** Decisions and notices; nobody decides on what else names the message. */
const isErasable = (entry: string): boolean => {
  const typ = typOf(entry);
  return typ === 'delge-decision+jws' || typ === 'delge-notice+jws';
};

const partiesOf = ({ opening: { sender, recipient } }: Proposed): readonly string[] =>
  recipient === undefined ? [sender] : [sender, recipient];

/** A receipt says that it arrived, or that it was rejected: also where the row of it is lost. */
const ENDS = ['receipt-recorded', 'refusal-recorded', 'disclosure-recorded', 'withdrawn', 'expired', 'discarded'];
const endOf = (said: Decision | Notice): boolean | undefined => {
  if (said.kind === 'decision') return said.outcome !== 'permit';
  return ENDS.includes(said.kind) ? true : undefined;
};
/** An earlier attempt may have ended where a later one goes on. */
const hasEnded = (shown: readonly Proposed[]): boolean =>
  shown.findLast(({ ends }) => ends !== undefined)?.ends === true;

/** The annex is the one that the notice took into the log, or none. */
const caseOfAnnex = ({ kind, statementSha256 }: Notice, annex: string | undefined): string | undefined =>
  annex !== undefined && sha256Base64url(annex) === statementSha256 ? ALONE[kind]?.stated(annex).caseId : undefined;

interface Alone {
  readonly kind: NonNullable<ErasedOpening['kind']>;
  readonly stated: (annex: string) => { readonly caseId: string };
}
/** What is its sender's alone; its annex names the case. */
const ALONE: Readonly<Partial<Record<Notice['kind'] | Decision['kind'], Alone>>> = {
  'refusal-recorded': { kind: 'refusal', stated: (annex) => parseRefusal(annex).refusal },
  'disclosure-recorded': { kind: 'recorded-disclosure', stated: (annex) => parseRecordedDisclosure(annex).recorded },
};

const caseOf = ({ caseId, refusals }: ErasureSubject): string | undefined =>
  caseId ?? refusals.map((text) => parseRefusal(text).refusal.caseId).at(-1);
