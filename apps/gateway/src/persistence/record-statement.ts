import type { MessageState } from '#contracts';
import { octets } from '#persistence';
import type { EntityManager } from 'typeorm';
import type { Dues } from '../application/ports/due.js';
import type { NewIncident } from '../application/ports/incident.js';
import type { MessageOutline, StoredStatement } from '../application/ports/referral.js';
import { advanceBy, isTerminal } from '../domain/message-state.js';
import type { StorageCipher } from '../keys/storage-cipher.js';
import { dropAnswer, noteDues } from './due.store.js';
import { openIncident } from './incident.store.js';
import { isRetracted } from './retraction.store.js';
import type { MessageRow } from './rows.js';

const NO_DUES: Partial<Dues> = {};

/** What an earlier attempt met or set says nothing of the one that is under way. */
const isOfAttempt = ({ attempt }: StoredStatement, underWay: number, fact: MessageState | undefined): boolean =>
  attempt === undefined || attempt === underWay || fact === 'fetched' || fact === 'acknowledged';

/** Of what was not opened, by the statement that says so: no further attempt is made of what its sender has taken back. */
const endOf = (kind: string): MessageState => (kind === 'decision' ? 'refused' : 'rejected');

/** Keeps a statement, and moves its message by `fact`. */
export const recordStatement = async (
  tx: EntityManager,
  cipher: StorageCipher,
  authority: string,
  statement: StoredStatement,
  fact: MessageState | undefined,
  dues?: Dues,
  incident?: NewIncident,
): Promise<'recorded' | 'unknown'> => {
  const [row] = await tx.query<MessageRow[]>(
    `SELECT state, attempt, erased_at FROM gateway.message WHERE authority = $1 AND message_id = $2 FOR UPDATE`,
    [authority, statement.messageId],
  );
  const refusals = await tx.query<{ erased: boolean }[]>(
    `SELECT statement = '' AS erased FROM gateway.refusal WHERE authority = $1 AND message_id = $2`,
    [authority, statement.messageId],
  );
  if (row === undefined && refusals.length === 0) return 'unknown';
  // What comes late about what is erased is heard, and not kept.
  const erased = row === undefined ? refusals.every((one) => one.erased) : row.erased_at !== null;
  if (!erased)
    await tx.query(
      `INSERT INTO gateway.statement (authority, entry_id, message_id, kind, entry, statement, blind, proof, note, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (authority, entry_id) DO UPDATE SET
           blind = COALESCE(gateway.statement.blind, EXCLUDED.blind), proof = COALESCE(gateway.statement.proof, EXCLUDED.proof)`,
      [
        authority,
        statement.entryId,
        statement.messageId,
        statement.kind,
        statement.entry,
        statement.statement ?? null,
        statement.blind ?? null,
        statement.proof ?? null,
        statement.note === undefined ? null : cipher.seal(statement.note, 'statement', statement.entryId),
        statement.at,
      ],
    );
  if (row !== undefined && !erased && dues !== undefined && isOfAttempt(statement, row.attempt, fact))
    await noteDues(tx, authority, statement.messageId, dues);
  if (row !== undefined && incident !== undefined) await openIncident(tx, authority, incident);
  const end =
    fact === 'awaiting-key' && (await isRetracted(tx, authority, statement.messageId)) ? endOf(statement.kind) : fact;
  const next = row === undefined || end === undefined ? row?.state : advanceBy(row, end, statement.attempt);
  // Nobody answers any more.
  if (next !== undefined && isTerminal(next)) await dropAnswer(tx, authority, statement.messageId);
  if (next !== undefined && next !== row?.state) {
    await tx.query(
      `UPDATE gateway.message SET state = $3, changed_at = clock_timestamp() WHERE authority = $1 AND message_id = $2`,
      [authority, statement.messageId, next],
    );
  }
  return 'recorded';
};

/** For `gateway.record`, which does the same where the message is still as it was read. */
export const recordItem = (
  cipher: StorageCipher,
  authority: string,
  statement: StoredStatement,
  fact: MessageState | undefined,
  dues: Dues | undefined,
  { state, attempt }: MessageOutline,
  next: MessageState,
): object => {
  const { set = [], met = [], at } = isOfAttempt(statement, attempt, fact) ? (dues ?? NO_DUES) : NO_DUES;
  const { entryId, messageId, note } = statement;
  return {
    authority,
    message_id: messageId,
    attempt,
    state,
    next,
    ends: isTerminal(next),
    entry_id: entryId,
    kind: statement.kind,
    entry: statement.entry,
    statement: statement.statement,
    blind: statement.blind,
    proof: statement.proof,
    note: note === undefined ? undefined : octets(cipher.seal(note, 'statement', entryId)),
    at: statement.at,
    ...(set.length === 0 ? {} : { due: set }),
    ...(met.length === 0 ? {} : { met, noted_at: at }),
  };
};
