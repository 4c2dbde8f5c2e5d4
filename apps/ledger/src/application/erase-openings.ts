import { MOST_OPENINGS, parseErasure, parseErasureDecision, sha256Base64url, signErasure } from '#envelope';
import type { ErasedOpening, Erasure, ErasureDecision } from '#envelope';
import { defaultLimits } from '#json';
import { isStoreFailure } from '#persistence';
import type { EventLog } from '#platform';
import type { Snapshot } from '#snapshot';
import type { EntityManager } from 'typeorm';
import type { Fresh } from '../domain/fresh.js';
import type { HandedStatement } from '../persistence/hand.js';
import type { KeepingStore, StandingVote } from '../persistence/keeping.store.js';
import { unlessBehind } from '../persistence/own-keys.js';
import type { AccessKey, Signing } from './access-key.js';
import { erasable, erasedOpening, isSame } from './erasable.js';
import type { ReadParties } from './read-parties.js';

/** Openings that all who must have decided on, each party by one decision on all of them. */
interface Decided {
  readonly openings: readonly StandingVote[];
  /** Exact characters of the decisions. */
  readonly statements: readonly string[];
}
export interface ErasedPage {
  /** Openings erased. */
  readonly count: number;
  /** Message after which to go on; absent when no more are due. */
  readonly next?: string;
}

/** Before the first message. */
export const FIRST = '00000000-0000-0000-0000-000000000000';
/** Members and marks of a line that holds entry and annex. */
const AROUND_LINE = 512;

/**
 * Erases openings on all their parties' decisions (design.md section 8): the entry that says so, the openings and what the exchange holds of them, in one
 * transaction. A legal hold of a party to the message stops all of it.
 */
export class EraseOpenings {
  constructor(
    private readonly store: KeepingStore,
    private readonly parties: Pick<ReadParties, 'upToNow'>,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /** The next messages that are due; one that fails stops no other. @throws when the store is away */
  async execute(limit: number, after = FIRST): Promise<ErasedPage> {
    await this.parties.upToNow();
    const due = await this.store.due(after, limit);
    let count = 0;
    for (const messageId of due) {
      try {
        count += await this.message(messageId);
      } catch (error) {
        if (isStoreFailure(error)) throw error;
        this.log.failure('eraser.failed', error, { messageId });
      }
    }
    const next = due[limit - 1];
    return { count, ...(next === undefined ? {} : { next }) };
  }

  /** No entry is about two messages: an erasure that a bounded reader sees is about its authority alone. */
  private async message(messageId: string): Promise<number> {
    const signing = await this.access.live();
    if (signing === undefined) return 0;
    const done = await this.store
      .alone(async (tx) => {
        let erased = 0;
        for (const decided of await this.decided(tx, messageId, signing.snapshot)) {
          const isErased = await this.store.erase(tx, await this.erasure(decided, signing));
          if (isErased) erased += decided.openings.length;
        }
        if (erased > 0) this.crash('ledger.erase.before-commit');
        return erased;
      })
      .catch(unlessBehind);
    const count = done ?? 0;
    if (count > 0) this.crash('ledger.erase.after-commit');
    return count;
  }

  private async decided(tx: EntityManager, messageId: string, snapshot: Snapshot): Promise<readonly Decided[]> {
    const votes = await this.store.votes(tx, messageId);
    const { parties, caseIds } = await this.store.about(tx, messageId);
    const about = { parties, caseIds: [...caseIds, ...votes.map(({ caseId }) => caseId)] };
    if (await this.store.isHeld(tx, messageId, about)) return [];
    const statements = await this.store.decisions(tx, [...new Set(votes.map(({ decisionId }) => decisionId))]);
    const live = decisionsUnder(snapshot, statements);
    const agreed = [...Map.groupBy(votes, ({ entryId }) => entryId).values()].filter((all) => isAgreed(all, live));
    // Of each group every opening has the same decisions, one of each party: an annex with no more than these.
    return [...Map.groupBy(agreed, (all) => all.map(({ decisionId }) => decisionId).join())].flatMap(([ids, group]) => {
      const openings = group.flatMap(([first]) => first ?? []);
      const own = ids.split(',').flatMap((id) => statements.get(id) ?? []);
      return chunked(openings).map((some) => ({ openings: some, statements: own }));
    });
  }

  private async erasure({ openings, statements }: Decided, { signer, snapshot }: Signing): Promise<HandedStatement> {
    const annex = statements.join('\n');
    const entryId = this.fresh.id();
    const erasure: Erasure = {
      v: 1,
      kind: 'erasure',
      env: this.environment,
      entryId,
      erased: openings.map(openingOf),
      decisionsSha256: sha256Base64url(annex),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    };
    const entry = await signErasure(signer, erasure);
    // Once logged it stands for good: nothing that a verifier could not read is handed in.
    parseErasure(entry);
    if (entry.length + annex.length + AROUND_LINE > defaultLimits.maxBytes) throw new Error('erasure too long');
    return { entryId, entry, blind: this.fresh.blind(), annex, keysSize: snapshot.size };
  }
}

const openingOf = ({ index, entryId, entry }: StandingVote): ErasedOpening =>
  erasedOpening(index, entryId, erasable(entry) ?? { sender: '' });

/** Whether all parties of an opening have decided on it, for one case and word for word, as whoever reads the erasure will judge. */
const isAgreed = (votes: readonly StandingVote[], live: ReadonlyMap<string, ErasureDecision>): boolean => {
  const [first] = votes;
  if (first === undefined || votes.length !== first.parties.length) return false;
  const opening = openingOf(first);
  return votes.every(
    ({ authority, caseId, decisionId }) =>
      first.parties.includes(authority) &&
      caseId === first.caseId &&
      live.get(decisionId)?.openings.some((one) => isSame(one, opening)) === true,
  );
};

const chunked = (openings: readonly StandingVote[]): readonly (readonly StandingVote[])[] =>
  Array.from({ length: Math.ceil(openings.length / MOST_OPENINGS) }, (_, at) =>
    openings.slice(at * MOST_OPENINGS, (at + 1) * MOST_OPENINGS),
  );

/** By today's keys: a decision under a key that was revoked meanwhile is none. */
const decisionsUnder = (
  snapshot: Snapshot,
  statements: ReadonlyMap<string, string>,
): ReadonlyMap<string, ErasureDecision> =>
  new Map(
    [...statements].flatMap(([id, text]) => {
      const { decision, kid } = parseErasureDecision(text);
      return snapshot.administratorOf(decision.authority, kid) === undefined ? [] : [[id, decision] as const];
    }),
  );
