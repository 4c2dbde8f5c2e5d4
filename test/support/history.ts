import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { LedgerKeys, OperatorClient } from '#operator';
import { replay } from '#replay';
import type { Recorded } from '#replay';
import { KeysFeed } from '#snapshot';
import type { KeysLog } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { verifyBundle } from '#verifier';
import { exportBundle } from '../../apps/cli/src/export/export-bundle.js';
import { folderSource } from '../../apps/cli/src/verify/folder.js';
import { Parties } from './parties.js';
import type { TestStack } from './stack.js';

/** What became of the referrals that a gateway accepted, as every party recorded it: message ids, each once. */
export interface Judged {
  /** Accepted, and in no recorded end. */
  readonly undetermined: readonly string[];
  /** Told to the sender as fetched, and not with its recipient. */
  readonly lost: readonly string[];
  /** In an end of which the sender holds no statement with its proof. */
  readonly untold: readonly string[];
  /** More than one delivery, release, permit or technical receipt, or given to the recipient's system more than once. */
  readonly twice: readonly string[];
  /** With the recipient, and without a permit decision for that ciphertext whose entry is a leaf. */
  readonly unlogged: readonly string[];
  /** With the recipient before the log had signed a checkpoint over the entry of its permit. */
  readonly early: readonly string[];
  /** With a recipient to whom it was not addressed. */
  readonly misdirected: readonly string[];
  /** Sender authorities whose decision numbers have a gap. */
  readonly gaps: readonly string[];
}
/** Nothing of it happened. */
export const nothing: Judged = {
  undetermined: [],
  lost: [],
  untold: [],
  twice: [],
  unlogged: [],
  early: [],
  misdirected: [],
  gaps: [],
};

export interface Party {
  readonly gateway: string;
  readonly authority: string;
}

/** The invariant of docs/architecture.md that each of these breaks. */
const PROMISE = {
  undetermined: 'I1',
  lost: 'I1',
  untold: 'I1',
  twice: 'I2',
  unlogged: 'I3',
  early: 'I3',
  misdirected: 'I6',
  gaps: 'I4',
} as const satisfies Record<keyof Judged, string>;

/** Which promises were broken, in order, e.g. `['I1']`; none: `[]`. */
export const broken = (judged: Judged): readonly string[] => {
  const kinds = Object.keys(PROMISE) as (keyof Judged)[];
  return [...new Set(kinds.filter((kind) => judged[kind].length > 0).map((kind) => PROMISE[kind]))].sort();
};

const ENDED = ['fetched', 'acknowledged', 'refused', 'rejected', 'expired', 'withdrawn', 'discarded'];
const DELIVERED = ['fetched', 'acknowledged'];
/** Ends that come of somebody's statement; a draft expires, and is withdrawn, at its own gateway. */
const STATED = ['fetched', 'acknowledged', 'refused', 'rejected', 'discarded'];
const CHUNK = 5_000;

/**
 * Judges design.md I1 to I3 and I6 over all that one sender's gateway accepted, from the tables of all parties, a few thousand messages at a time.
 * @param accepted message ids for which the sender's system was told `accepted`
 * @param fetched what the recipient's system was given, by message id: how often
 * @param since when the first of the deliveries came that are looked at
 */
export async function judge(
  delge: TestStack,
  accepted: readonly string[],
  sender: Party,
  recipient: Party,
  fetched?: ReadonlyMap<string, number>,
  since = new Date(0),
): Promise<Judged> {
  const judging = new Judging(delge, sender, recipient);
  for (let from = 0; from < accepted.length; from += CHUNK) await judging.ends(accepted.slice(from, from + CHUNK));
  await judging.deliveries(since);
  await judging.numbers();
  const again = [...(fetched ?? [])].filter(([, times]) => times > 1).map(([id]) => id);
  return judging.judged(again);
}

class Judging {
  private readonly found: Record<keyof Judged, Set<string>> = {
    undetermined: new Set(),
    lost: new Set(),
    untold: new Set(),
    twice: new Set(),
    unlogged: new Set(),
    early: new Set(),
    misdirected: new Set(),
    gaps: new Set(),
  };

  constructor(
    private readonly delge: TestStack,
    private readonly sender: Party,
    private readonly recipient: Party,
  ) {}

  judged(again: readonly string[]): Judged {
    for (const id of again) this.found.twice.add(id);
    return Object.fromEntries(Object.entries(this.found).map(([kind, ids]) => [kind, [...ids]])) as unknown as Judged;
  }

  /** What became of these, and whether it became of them once. */
  async ends(ids: readonly string[]): Promise<void> {
    const { sender, recipient, found } = this;
    const rows = await this.delge.sql<{ message_id: string; state: string; told: boolean }>(
      sender.gateway,
      `SELECT message_id, state, EXISTS (SELECT FROM gateway.statement s WHERE s.authority = m.authority
           AND s.message_id = m.message_id AND s.proof IS NOT NULL) AS told
       FROM gateway.message m WHERE authority = $1 AND message_id = ANY($2::uuid[])`,
      [sender.authority, ids],
    );
    const ends = new Map(rows.map((row) => [row.message_id, row]));
    const delivered = await this.counts(
      recipient.gateway,
      `SELECT message_id, count(*) AS times FROM gateway.delivery WHERE sender = $1 AND message_id = ANY($2::uuid[]) GROUP BY 1`,
      ids,
    );
    const once = await Promise.all(
      [
        // Of one attempt: a message that its recipient could not open is permitted again as its next.
        `SELECT message_id, max(times) AS times FROM (
           SELECT message_id, attempt, count(*) AS times FROM exchange.decision
           WHERE sender = $1 AND message_id = ANY($2::uuid[]) AND outcome = 'permit' AND superseded_at IS NULL GROUP BY 1, 2) t
         GROUP BY 1`,
        `SELECT message_id, count(*) AS times FROM exchange.receipt
         WHERE sender = $1 AND message_id = ANY($2::uuid[]) AND kind = 'technical' GROUP BY 1`,
      ].map((text) => this.counts('operator', text, ids)),
    );
    for (const id of ids) {
      const { state = '', told = false } = ends.get(id) ?? {};
      if (!ENDED.includes(state)) found.undetermined.add(id);
      if (DELIVERED.includes(state) && !delivered.has(id)) found.lost.add(id);
      if (STATED.includes(state) && !told) found.untold.add(id);
      if ([delivered, ...once].some((times) => (times.get(id) ?? 0) > 1)) found.twice.add(id);
    }
  }

  /** Whether everything with the recipient might be there. */
  async deliveries(since: Date): Promise<void> {
    const checkpoints = await this.delge.sql<{ size: string; at: Date }>(
      'operator',
      `SELECT size, min(signed_at) AS at FROM ledger.checkpoint WHERE log = 'disclosure' GROUP BY size ORDER BY size`,
    );
    const signed = checkpoints.map(({ size, at }) => ({ size: Number(size), at: at.getTime() }));
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await this.delge.sql<DeliveryRow>(
        this.recipient.gateway,
        `SELECT message_id, authority, jwe_sha256, decision_entry_id, received_at FROM gateway.delivery
         WHERE sender = $1 AND message_id > $2 AND received_at >= $3 ORDER BY message_id LIMIT ${CHUNK}`,
        [this.sender.authority, after, since],
      );
      await this.permitted(rows, signed);
      if (rows.length < CHUNK) return;
      after = rows.at(-1)?.message_id ?? '';
    }
  }

  async numbers(): Promise<void> {
    const { sender } = this;
    const rows = await this.delge.sql<{ sender: string }>(
      'operator',
      `SELECT n.sender FROM exchange.sender_number n WHERE n.sender = $1 AND n.last <>
         (SELECT count(*) FROM exchange.decision d WHERE d.sender = n.sender) +
         (SELECT count(*) FROM exchange.notice x WHERE x.kind IN ('refusal-recorded', 'disclosure-recorded') AND x.gateway = $2)`,
      [sender.authority, sender.gateway],
    );
    for (const { sender: authority } of rows) this.found.gaps.add(authority);
  }

  private async permitted(
    rows: readonly DeliveryRow[],
    signed: readonly { readonly size: number; readonly at: number }[],
  ): Promise<void> {
    const permits = await this.delge.sql<PermitRow>(
      'operator',
      `SELECT d.entry_id, d.message_id, m.jwe_sha256, l.index, d.released_at IS NOT NULL AS released
       FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
         LEFT JOIN ledger.leaf l ON l.log = 'disclosure' AND l.entry_id = d.entry_id
       WHERE d.entry_id = ANY($1::uuid[]) AND d.outcome = 'permit' AND d.superseded_at IS NULL`,
      [rows.map((row) => row.decision_entry_id)],
    );
    const byEntry = new Map(permits.map((row) => [row.entry_id, row]));
    for (const { message_id: id, authority, jwe_sha256: jwe, decision_entry_id: entry, received_at: at } of rows) {
      const permit = byEntry.get(entry);
      const stands = permit?.message_id === id && permit.jwe_sha256 === jwe && permit.released;
      if (!stands || permit.index === null) this.found.unlogged.add(id);
      if (stands && (coveredAt(signed, permit.index) ?? Infinity) > at.getTime()) this.found.early.add(id);
      if (authority !== this.recipient.authority) this.found.misdirected.add(id);
    }
  }

  private async counts(database: string, text: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.delge.sql<{ message_id: string; times: string }>(database, text, [
      this.sender.authority,
      ids,
    ]);
    return new Map(rows.map((row) => [row.message_id, Number(row.times)]));
  }
}

interface DeliveryRow {
  readonly message_id: string;
  readonly authority: string;
  readonly jwe_sha256: string;
  readonly decision_entry_id: string;
  readonly received_at: Date;
}
interface PermitRow {
  readonly entry_id: string;
  readonly message_id: string;
  readonly jwe_sha256: string;
  readonly index: string | null;
  readonly released: boolean;
}

/** When the first checkpoint over this leaf was signed, in milliseconds; undefined: none was. */
const coveredAt = (
  signed: readonly { readonly size: number; readonly at: number }[],
  index: string | null,
): number | undefined => {
  if (index === null) return undefined;
  let [low, high] = [0, signed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((signed[middle]?.size ?? 0) > Number(index)) high = middle;
    else low = middle + 1;
  }
  return signed[low]?.at;
};

/** What the log and its decisions say to somebody who believes no party: what does not hold, a line each, with the invariant that it breaks. */
export class OfflineJudge {
  private from = 0n;
  private after = 0;

  /** @param authority whose entries are opened; the tree is verified whole */
  constructor(
    private readonly delge: TestStack,
    private readonly authority: string,
  ) {}

  /** Everything since it was asked the last time. @returns `[]` when all holds, and how much there was */
  async judge(): Promise<{ readonly faults: readonly string[]; readonly entries: number; readonly decisions: number }> {
    const log = await this.log();
    const decided = await this.decisions();
    return { faults: [...log.faults, ...decided.faults], entries: log.entries, decisions: decided.count };
  }

  /** What `delge export` and `delge verify` do (I4), in this process. */
  private async log(): Promise<{ readonly faults: readonly string[]; readonly entries: number }> {
    const client = this.delge.sandbox.client(this.authority);
    const [, size = '0'] = (await client.checkpoint('disclosure')).split('\n');
    const folder = join(this.delge.stack.options.dir, `bundle-${randomUUID()}`);
    const entries = Number(BigInt(size) - this.from);
    try {
      await exportBundle(client, folder, { from: this.from.toString(), to: size });
      const { trust } = this.delge.sandbox;
      const { findings, exitCode } = await verifyBundle(folderSource(folder), trust, { now: new Date() });
      this.from = BigInt(size);
      return { faults: exitCode === 0 ? [] : [`I4: ${JSON.stringify(findings.slice(0, 5))}`], entries };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Each decision computed again (I7); one that the exchange's key did not sign is nobody's (I6). */
  private async decisions(): Promise<{ readonly faults: readonly string[]; readonly count: number }> {
    const keys = await keysLogOf(this.delge);
    const faults: string[] = [];
    for (let count = 0; ;) {
      const path = `/v1/decisions?after=${this.after}&limit=${DECISIONS}`;
      // A connection that was kept may lead to a process that is no more.
      const { body } = await this.delge.operator('GET', path).catch(() => this.delge.operator('GET', path));
      const { items } = body as { readonly items: readonly (Recorded & { readonly seq: number })[] };
      for (const one of items) {
        // Else nothing else in this process has its turn for seconds: no answer is read, and what is waited for with a limit is late.
        await setImmediate();
        const replayed = await replay(one, keys);
        if (replayed.outcome === 'same') continue;
        const code = 'code' in replayed ? String(replayed.code) : replayed.outcome;
        faults.push(`${code.startsWith('decision-') ? 'I6' : 'I7'}: ${one.entryId} ${code}`);
      }
      count += items.length;
      this.after = items.at(-1)?.seq ?? this.after;
      if (items.length < DECISIONS) return { faults, count };
    }
  }
}
const DECISIONS = 200;

/** The keys log as anybody admitted reads and verifies it. */
const keysLogOf = async (delge: TestStack): Promise<KeysLog> => {
  const signer = await new Parties(delge).exchange();
  const client = new OperatorClient('ledger', delge.stack.url('ledger'), 'exchange', signer);
  const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
  const feed = new KeysFeed(new LedgerKeys(client), delge.sandbox.trust, verification, () => new Date());
  // A connection that was kept may have been closed meanwhile.
  await feed.refresh().catch(() => feed.refresh());
  const newest = feed.newest();
  if (newest === undefined) throw new Error('the keys log has no checkpoint');
  return newest.log;
};
