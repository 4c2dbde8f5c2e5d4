import type { TestStack } from './stack.js';

/** What became of the referrals that a gateway accepted, as every party recorded it. */
export interface Judged {
  /** Accepted, and in no recorded end. */
  readonly undetermined: readonly string[];
  /** Told to the sender as fetched, and not with its recipient. */
  readonly lost: readonly string[];
  /** More than one delivery, release, permit or technical receipt. */
  readonly twice: readonly string[];
  /** With the recipient, and without a permit decision for that ciphertext whose entry is a leaf. */
  readonly unlogged: readonly string[];
  /** With a recipient to whom it was not addressed. */
  readonly misdirected: readonly string[];
  /** Sender authorities whose decision numbers have a gap. */
  readonly gaps: readonly string[];
}

export interface Party {
  readonly gateway: string;
  readonly authority: string;
}
const ENDED = ['fetched', 'acknowledged', 'refused', 'rejected', 'expired', 'withdrawn', 'discarded'];

/**
 * Judges design.md I1 to I3 over all that one sender's gateway accepted, from the tables of all parties.
 * @param accepted message ids for which the sender's system was told `accepted`
 */
export async function judge(
  delge: TestStack,
  accepted: readonly string[],
  sender: Party,
  recipient: Party,
): Promise<Judged> {
  const states = await delge.sql<{ message_id: string; state: string }>(
    sender.gateway,
    `SELECT message_id, state FROM gateway.message WHERE authority = $1`,
    [sender.authority],
  );
  const stateOf = new Map(states.map((row) => [row.message_id, row.state]));
  const deliveries = await delge.sql<{
    message_id: string;
    authority: string;
    jwe_sha256: string;
    decision_entry_id: string;
  }>(
    recipient.gateway,
    `SELECT message_id, authority, jwe_sha256, decision_entry_id FROM gateway.delivery WHERE sender = $1`,
    [sender.authority],
  );
  const decisions = await delge.sql<{
    message_id: string;
    entry_id: string;
    jwe_sha256: string;
    logged: boolean;
    released: boolean;
  }>(
    'operator',
    `SELECT d.message_id, d.entry_id, m.jwe_sha256, d.released_at IS NOT NULL AS released,
            EXISTS (SELECT FROM ledger.leaf l WHERE l.log = 'disclosure' AND l.entry_id = d.entry_id) AS logged
     FROM exchange.decision d JOIN exchange.message m USING (sender, message_id, attempt)
     WHERE d.sender = $1 AND d.outcome = 'permit' AND d.superseded_at IS NULL`,
    [sender.authority],
  );
  const receipts = await delge.sql<{ message_id: string }>(
    'operator',
    `SELECT message_id FROM exchange.receipt WHERE sender = $1 AND kind = 'technical'`,
    [sender.authority],
  );
  const numbers = await delge.sql<{ sender: string }>(
    'operator',
    `SELECT n.sender FROM exchange.sender_number n WHERE n.sender = $1 AND n.last <>
       (SELECT count(*) FROM exchange.decision d WHERE d.sender = n.sender) +
       (SELECT count(*) FROM exchange.notice x WHERE x.kind = 'refusal-recorded' AND x.gateway = $2)`,
    [sender.authority, sender.gateway],
  );
  const count = (rows: readonly { readonly message_id: string }[], id: string): number =>
    rows.filter((row) => row.message_id === id).length;
  const delivered = new Set(deliveries.map((row) => row.message_id));
  return {
    undetermined: accepted.filter((id) => !ENDED.includes(stateOf.get(id) ?? '')),
    lost: accepted.filter((id) => ['fetched', 'acknowledged'].includes(stateOf.get(id) ?? '') && !delivered.has(id)),
    twice: accepted.filter((id) => [deliveries, decisions, receipts].some((rows) => count(rows, id) > 1)),
    unlogged: deliveries
      .filter(({ message_id: id, jwe_sha256: jwe, decision_entry_id: entry }) => {
        const decision = decisions.find((row) => row.entry_id === entry);
        return decision?.message_id !== id || decision.jwe_sha256 !== jwe || !decision.logged || !decision.released;
      })
      .map(({ message_id: id }) => id),
    misdirected: deliveries
      .filter(({ authority }) => authority !== recipient.authority)
      .map(({ message_id: id }) => id),
    gaps: numbers.map((row) => row.sender),
  };
}

/** Nothing of it happened. */
export const nothing: Judged = { undetermined: [], lost: [], twice: [], unlogged: [], misdirected: [], gaps: [] };
