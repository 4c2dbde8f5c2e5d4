import { parseErasureDecision, sha256Base64url, signErasure } from '#envelope';
import type { Erasure } from '#envelope';
import type { Snapshot } from '#snapshot';
import type { EntityManager } from 'typeorm';
import type { Handed, KeepingStore, StandingVote } from '../persistence/keeping.store.js';
import type { AccessKey, Signing } from './access-key.js';
import { erasable, erasedOpening } from './erasable.js';
import type { FreshEntry } from './take-keeping.js';

/** An opening that everybody has decided on who must. */
interface Decided {
  readonly index: bigint;
  readonly entryId: string;
  readonly entry: string;
  readonly votes: readonly StandingVote[];
}

/**
 * Erases openings on all their parties' decisions (design.md section 8): the entry that says so, the openings and what the exchange holds of them, in one
 * transaction. A legal hold of a party stops it.
 */
export class EraseOpenings {
  constructor(
    private readonly store: KeepingStore,
    private readonly access: Pick<AccessKey, 'live'>,
    private readonly environment: string,
    private readonly fresh: FreshEntry,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /** @returns openings erased of messages that were due */
  async execute(limit: number): Promise<number> {
    let erased = 0;
    for (const messageId of await this.store.due(limit)) erased += await this.message(messageId);
    return erased;
  }

  /** One entry for each message: an erasure that a bounded reader sees is about its authority alone. */
  private async message(messageId: string): Promise<number> {
    const signing = await this.access.live();
    if (signing === undefined) return 0;
    const count = await this.store.alone(async (tx) => {
      const decided = await this.decided(tx, messageId, signing.snapshot);
      if (decided.length === 0) return 0;
      const done = await this.store.erase(tx, await this.erasure(decided, signing));
      this.crash('ledger.erase.before-commit');
      return done ? decided.length : 0;
    });
    if (count > 0) this.crash('ledger.erase.after-commit');
    return count;
  }

  private async decided(tx: EntityManager, messageId: string, snapshot: Snapshot): Promise<readonly Decided[]> {
    const byEntry = Map.groupBy(await this.store.votes(tx, messageId), ({ entryId }) => entryId);
    const all: Decided[] = [];
    for (const [entryId, votes] of byEntry) {
      const [{ index, entry, parties }] = votes as [StandingVote];
      // By today's keys, as whoever reads the entry will judge: a decision under a key that was revoked meanwhile is none.
      const standing = votes.filter((vote) => isLive(vote, snapshot));
      const agreed = [...Map.groupBy(standing, ({ caseId }) => caseId)].find(([, same]) =>
        parties.every((party) => same.some(({ authority }) => authority === party)),
      );
      if (agreed === undefined) continue;
      const [caseId, own] = agreed;
      if (!(await this.store.isHeld(tx, parties, messageId, caseId))) all.push({ index, entryId, entry, votes: own });
    }
    return all;
  }

  private async erasure(decided: readonly Decided[], { signer, snapshot }: Signing): Promise<Handed> {
    const statements = new Set(decided.flatMap(({ votes }) => votes.map(({ statement }) => statement)));
    const annex = [...statements].join('\n');
    const entryId = this.fresh.id();
    const erasure: Erasure = {
      v: 1,
      kind: 'erasure',
      env: this.environment,
      entryId,
      erased: decided.map(({ index, entryId: erased, entry }) =>
        erasedOpening(index, erased, erasable(entry) ?? { sender: '' }),
      ),
      decisionsSha256: sha256Base64url(annex),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.now().toISOString(),
    };
    return { entryId, entry: await signErasure(signer, erasure), blind: this.fresh.blind(), annex };
  }
}

const isLive = ({ authority, statement }: StandingVote, snapshot: Snapshot): boolean =>
  snapshot.administratorOf(authority, parseErasureDecision(statement).kid) !== undefined;
