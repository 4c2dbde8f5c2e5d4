import type { EvidenceEntryView, EvidenceView } from '#contracts';
import { parseDecision, parseNotice, sha256Base64url, typOf } from '#envelope';
import type { Trust } from '#snapshot';
import { parseProof } from '#tlog/verify';
import { GatewayError, erasedAt } from '../domain/errors.js';
import { isDecision } from './entry-needs.js';
import type { EntryNeeds } from './entry-needs.js';
import type { DeliveryStore } from './ports/delivery.js';
import type { Dated, EvidenceSource, ShownOpening } from './ports/evidence.js';
import type { ReferralStore } from './ports/referral.js';

/** What there is of a message for one of its parties. */
interface Kept {
  readonly entries: readonly ShownOpening[];
  readonly document?: string;
}

export interface Asked {
  readonly content: boolean;
  /** Size of a checkpoint that the reader has seen. */
  readonly since?: bigint;
}

/** Puts together what proves one message, for one of its two parties: what was kept here, what else the ledger holds for it, and its places in the logs. */
export class GatherEvidence {
  constructor(
    private readonly referrals: ReferralStore,
    private readonly deliveries: DeliveryStore,
    private readonly source: EvidenceSource,
    private readonly needs: EntryNeeds,
    private readonly trust: Trust,
  ) {}

  /** @param authority that asks @throws {GatewayError} NOT_FOUND to anybody but sender and recipient; NOTHING_LOGGED @throws {NotYet} */
  async execute(authority: string, messageId: string, { content, since }: Asked): Promise<EvidenceView> {
    const kept = (await this.sent(authority, messageId)) ?? (await this.received(authority, messageId));
    if (kept === undefined) throw new GatewayError('NOT_FOUND');
    const { disclosure, keys } = this.trust.logs;
    const dated = await this.source.dated(kept.entries.map(({ entryId }) => entryId));
    const entries = kept.entries.flatMap((held) => provenEntry(held, dated.get(held.entryId)));
    if (entries.length === 0) throw new GatewayError('NOTHING_LOGGED');
    const ruleSets = await this.needs.ruleSets(entries);
    const cooperations = await this.needs.opened(entries);
    return {
      format: 'delge-evidence/1',
      origins: { disclosure: disclosure.origin, keys: keys.origin },
      messageId,
      entries: entries.toSorted((a, b) => (indexOf(a) < indexOf(b) ? -1 : 1)),
      // After the entries, so that it reaches as far as each of them.
      keys: await this.source.keys(),
      ...(ruleSets.length === 0 ? {} : { ruleSets }),
      ...(cooperations.length === 0 ? {} : { cooperations }),
      ...(since === undefined ? {} : { consistency: await this.source.consistency([since, ...sizesOf(entries)]) }),
      ...(content && kept.document !== undefined ? { document: kept.document } : {}),
    };
  }

  private async sent(authority: string, messageId: string): Promise<Kept | undefined> {
    const message = await this.referrals.findMessage(authority, messageId);
    const refusals = await this.referrals.refusalsOf(authority, messageId);
    if (message === undefined && refusals.length === 0) return undefined;
    if (message?.erasedAt !== undefined) throw erasedAt(message.erasedAt);
    const { manifest, document } = message?.detail ?? {};
    const statements = await this.referrals.statements(authority, [messageId]);
    const annexes = byDigest([
      ...(manifest === undefined ? [] : [manifest]),
      ...refusals,
      ...statements.flatMap(({ statement }) => statement ?? []),
    ]);
    const entries = statements.flatMap(({ entryId, entry, blind }) => {
      const digest = annexDigest(entry);
      const annex = digest === undefined ? undefined : annexes.get(digest);
      // Without what it records an entry says nothing that can be checked.
      if (blind === undefined || (digest !== undefined && annex === undefined)) return [];
      return [{ entryId, entry, blind, ...(annex === undefined ? {} : { annex }) }];
    });
    return { entries, ...(document === undefined ? {} : { document }) };
  }

  private async received(authority: string, messageId: string): Promise<Kept | undefined> {
    const delivery = await this.deliveries.find(authority, messageId);
    // Receipts are told to the sender, and what was refused is delivered to nobody: the rest lies at the ledger.
    const shown = (await this.source.openings(authority, messageId, 'evidence')).filter(({ entry }) =>
      isOfMessage(entry),
    );
    if (delivery === undefined) return shown.length === 0 ? undefined : { entries: shown };
    const { decision: entry, blind, manifest: annex, document } = delivery.detail;
    const own = { entryId: delivery.decisionEntryId, entry, blind, annex };
    return { entries: [own, ...shown.filter(({ entryId }) => entryId !== own.entryId)], document };
  }
}

const provenEntry = ({ entry, blind, annex }: ShownOpening, dated: Dated | undefined): readonly EvidenceEntryView[] =>
  dated === undefined ? [] : [{ entry, blind, ...(annex === undefined ? {} : { annex }), ...dated }];

const byDigest = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(texts.map((text) => [sha256Base64url(text), text]));

/** Digest of the statement that an entry takes into the log. Entries here were verified when they came. */
const annexDigest = (entry: string): string | undefined =>
  isDecision(entry) ? parseDecision(entry).decision.manifestSha256 : parseNotice(entry).notice.statementSha256;

const isOfMessage = (entry: string): boolean => isDecision(entry) || typOf(entry) === 'delge-notice+jws';

const indexOf = ({ proof }: EvidenceEntryView): bigint => parseProof(proof).index;
/** Of every checkpoint in the file: one that hangs on nothing may be of another log. */
const sizesOf = (entries: readonly EvidenceEntryView[]): readonly bigint[] =>
  entries
    .flatMap(({ proof, before }) => [parseProof(proof).checkpoint, ...(before === undefined ? [] : [before])])
    .map((note) => BigInt(note.split('\n')[1] ?? 0));
