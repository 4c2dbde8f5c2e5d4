import type { DataSource } from 'typeorm';
import { isStoreAway } from '#persistence';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { PublishError } from './errors.js';
import { isHanded, ofKeySql, waitingKeysSql } from './outbox.js';
import type { Handing, OutboxRow } from './outbox.js';
import type { ConfirmPublisher } from './publisher.js';

const BATCH = 200;
const LEASE = '30 seconds';
const RETRY = '1 second';
/** Where the queue itself refuses: doubled with each refusal up to this. */
const REFUSED_MAX_S = 10;
const IDLE_MS = 200;
const PAUSE_MS = 500;
const CLEAN_EVERY_MS = 60_000;
/** What is handed over and not yet published: rows, and octets of their bodies. The rest waits in the table. */
const [MOST_HANDED, MOST_HANDED_OCTETS] = [400, 8 * 1024 * 1024];
/** From the question whether they may be: what is sent later than this may not be confirmed before its lease has ended, and another process has it too. */
const HANDED_MS = 5_000;

export interface RelayOptions {
  readonly schema: string;
  /** Asked before each batch; false: what waits keeps waiting. */
  readonly mayPublish?: () => boolean;
  readonly crash?: (point: string) => void;
}

interface Claimed extends Omit<OutboxRow, 'routingKey'> {
  readonly routing_key: string;
  readonly seq: string;
  readonly attempts: number;
}

/** A row under a lease of this process. Whoever claims it counts: with another number of attempts it is somebody else's. */
interface Leased extends OutboxRow {
  readonly attempts: number;
}
/** When it was asked whether it may be handed over (`performance.now()`). */
interface Handed extends Leased {
  readonly since: number;
}

/** A queue that refuses: until then one row at most is tried. */
interface Parked {
  readonly until: number;
  readonly pauseS: number;
}

/** What became of a row that was not confirmed. */
interface Failure {
  readonly row: Leased;
  readonly error: PublishError;
}

/** What a look has found. */
interface Found {
  /** How many were due when it looked, up to a batch. */
  readonly due: number;
  /** Those of them that are this process's now. */
  readonly rows: readonly Leased[];
}
const NOTHING: Found = { due: 0, rows: [] };

/** Codes by which the broker refuses one message; with the others nothing goes out at all. */
const OF_ONE_QUEUE = ['UNROUTABLE', 'REFUSED'];

/**
 * Carries the outbox to the broker and deletes a row when the broker has confirmed it, never before. Any number of processes may run it:
 * rows are claimed with a lease. A crash between confirm and deletion publishes again, and the inbox at the other end knows it.
 *
 * Rows of this process need not be read back: written with the lease of who has claimed them (`HANDED_LEASE_S`) and handed over once they are committed, they are
 * published from memory, well before the lease ends. Only where everything that this process wrote before to the same queue is known to have been claimed, so that the
 * rows to each leave in the order in which they were written: of a queue that refuses it is not, and what goes to the others does not wait for it. What is lost of them
 * is claimed when the lease has ended, and may come after what was written later, as with any lease.
 */
export class OutboxRelay extends Loop {
  private cleanedAt = 0;
  /** By routing key: one full queue does not take up every batch. */
  private readonly parked = new Map<string, Parked>();
  private handed: Handed[] = [];
  private handedOctets = 0;
  /** How often rows were written that must be found, and up to which of these they have been, of all queues but those that refuse. */
  private written = 0;
  private found = -1;
  private lookedAt = -Infinity;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: ConfirmPublisher,
    private readonly log: EventLog,
    private readonly options: RelayOptions,
  ) {
    super();
  }

  /** There is something to find. */
  override wake(): void {
    this.written += 1;
    super.wake();
  }

  /**
   * Asked before rows are written, and before the transaction in which they are.
   * @returns by what they are written with a lease, and handed over when they are committed; undefined: none of them
   */
  takes(): Handing | undefined {
    const hasRoom = this.handed.length < MOST_HANDED && this.handedOctets < MOST_HANDED_OCTETS;
    const mayLeave = this.options.mayPublish?.() !== false && this.publisher.fault() === undefined;
    const isClear = this.found === this.written && !this.stopping.aborted;
    if (!hasRoom || !mayLeave || !isClear) return undefined;
    return { since: performance.now(), refusing: new Set(this.parked.keys()) };
  }

  /** @param rows committed, those with a lease that are handed over by it @param handing what `takes` said of them */
  hand(rows: readonly OutboxRow[], handing: Handing | undefined): void {
    for (const row of rows) {
      if (handing !== undefined && isHanded(handing, row.routingKey)) {
        this.handed.push({ ...row, attempts: 1, since: handing.since });
        this.handedOctets += row.body.length;
      } else if (!this.parked.has(row.routingKey)) this.written += 1;
    }
    // Meanwhile something went back that was written before, or nothing will be sent any more.
    const all = this.found === -1 || this.stopping.aborted;
    if (all || this.parked.size > 0) void this.giveBack(all).catch(() => undefined);
    super.wake();
  }

  /** Ends after the batch in hand, and one last look at what was written meanwhile. */
  async drain(): Promise<void> {
    await this.stop();
    if (this.publisher.fault() === undefined) await this.batch().catch(() => undefined);
    await this.giveBack().catch(() => undefined);
  }

  protected override async round(): Promise<number> {
    try {
      const { taken, away } = await this.batch();
      if (away) return PAUSE_MS;
      if (taken === BATCH || this.handed.length > 0) return 0;
      await this.clean();
      return IDLE_MS;
    } catch (error) {
      this.log.failure('relay.failed', error);
      return PAUSE_MS;
    }
  }

  /** @returns how many were due, of which another process may have claimed some, and whether the broker was away, for all messages alike */
  private async batch(): Promise<{ readonly taken: number; readonly away: boolean }> {
    if (this.options.mayPublish?.() === false) {
      await this.giveBack();
      return { taken: 0, away: false };
    }
    // What is claimed may leave, and cannot be taken back: while nothing can leave, nothing is claimed.
    if (this.publisher.fault() !== undefined) await this.publisher.connect().catch(() => undefined);
    if (this.publisher.fault() !== undefined) {
      await this.giveBack();
      return { taken: 0, away: true };
    }
    // What is found was written after what has been handed over, and does not leave before it.
    const most = Math.min(this.handed.length, BATCH);
    const { due, rows: claimed } = most < this.handed.length ? NOTHING : await this.lookBeside(most);
    const handed = this.handed.splice(0, most);
    for (const { body } of handed) this.handedOctets -= body.length;
    const late = handed.filter(({ since }) => performance.now() - since > HANDED_MS);
    const rows: readonly Leased[] = [...handed.filter((row) => !late.includes(row)), ...claimed];
    if (late.length > 0) {
      this.found = -1;
      await this.leave(late);
    }
    if (rows.length === 0) return { taken: due, away: false };
    this.crash('relay.before-publish');
    const outcomes = await Promise.all(rows.map((row) => this.publish(row)));
    this.crash('relay.after-confirm');
    const done = rows.filter((_, index) => outcomes[index] === undefined).map(({ id }) => id);
    const failed = rows.flatMap((row, index): readonly Failure[] => {
      const error = outcomes[index];
      return error === undefined ? [] : [{ row, error }];
    });
    const { schema } = this.options;
    if (done.length > 0) {
      // The broker has it: what is erased elsewhere must not live on here, and the inbox at the other end remembers it.
      await this.dataSource.query(`DELETE FROM ${schema}.outbox WHERE id = ANY($1::uuid[])`, [done]);
    }
    const refused = failed.filter(({ error }) => OF_ONE_QUEUE.includes(error.code)).map(({ row }) => row);
    const waiting = failed.filter(({ error }) => !OF_ONE_QUEUE.includes(error.code));
    const written = waiting.filter(({ error }) => error.written).map(({ row }) => row);
    const unwritten = waiting.filter(({ error }) => !error.written).map(({ row }) => row);
    await this.again(written, `claimed_until = now() + $3::interval`, [RETRY]);
    await this.leave(unwritten);
    const pause = `claimed_until = now() + least(power(2, least(o.attempts, 16)), $3::int) * interval '1 second'`;
    await this.again(refused, pause, [REFUSED_MAX_S]);
    this.park(rows, refused);
    if (failed.length > 0) {
      await this.giveBack(waiting.length > 0);
      this.log.warn('relay.not-published', { count: failed.length, code: failed[0]?.error.code ?? '' });
    }
    return { taken: due, away: waiting.length > 0 };
  }

  /** What was handed over and has not left is as if it had never been claimed, and whatever comes is found after it. @param all or that alone which goes to queues that refuse */
  private async giveBack(all = true): Promise<void> {
    const goes = ({ routingKey }: Handed): boolean => all || this.parked.has(routingKey);
    const rows = this.handed.filter(goes);
    this.handed = this.handed.filter((row) => !goes(row));
    for (const { body } of rows) this.handedOctets -= body.length;
    if (all) this.found = -1;
    await this.leave(rows);
  }

  /** As if they had never been claimed: they have certainly not left. */
  private async leave(rows: readonly Leased[]): Promise<void> {
    await this.again(rows, 'claimed_until = NULL, attempts = o.attempts - 1');
  }

  /** Gives rows back, to be claimed again. One that another process has claimed meanwhile is that one's. */
  private async again(rows: readonly Leased[], how: string, values: readonly (string | number)[] = []): Promise<void> {
    if (rows.length === 0) return;
    await this.dataSource.query(
      `UPDATE ${this.options.schema}.outbox o SET ${how}
       FROM unnest($1::uuid[], $2::int[]) AS own (id, attempts) WHERE o.id = own.id AND o.attempts = own.attempts`,
      [rows.map(({ id }) => id), rows.map(({ attempts }) => attempts), ...values],
    );
  }

  private park(rows: readonly OutboxRow[], refused: readonly OutboxRow[]): void {
    const refusing = new Set(refused.map(({ routingKey }) => routingKey));
    for (const { routingKey: key } of rows) {
      // What waits for it is found before anything is handed over to it again.
      if (!refusing.has(key) && this.parked.delete(key)) this.written += 1;
    }
    for (const key of refusing) {
      const pauseS = Math.min((this.parked.get(key)?.pauseS ?? 0.5) * 2, REFUSED_MAX_S);
      this.parked.set(key, { until: performance.now() + pauseS * 1000, pauseS });
    }
  }

  /** While rows are handed over, no more often than where nothing is written: they are found that somebody else's lease has left. */
  private async look(): Promise<Found> {
    const { written } = this;
    if (this.handed.length > 0 && this.found === written && performance.now() - this.lookedAt < IDLE_MS) return NOTHING;
    this.lookedAt = performance.now();
    const { due, rows } = await this.claim();
    this.found = due < BATCH ? written : -1;
    return { due, rows };
  }

  /** What was handed over leaves also when it took too long to find anything; where the database is away it could not be taken away when it has left. */
  private async lookBeside(handed: number): Promise<Found> {
    try {
      return await this.look();
    } catch (error) {
      if (handed === 0 || isStoreAway(error)) throw error;
      this.log.failure('relay.failed', error);
      return NOTHING;
    }
  }

  /** Of a queue that has refused one row when its time has come, to see whether it takes it; of all others what is due. */
  private async claim(): Promise<Found> {
    const { due, rows } = await this.claimOf('<> ALL', [...this.parked.keys()], BATCH);
    const all = [...rows];
    for (const [key, { until }] of this.parked) {
      if (until <= performance.now()) all.push(...(await this.claimOf('= ANY', [key], 1)).rows);
    }
    all.sort((a, b) => Number(seqOf(a) - seqOf(b)));
    return { due, rows: all.map(({ routing_key: routingKey, ...row }) => ({ ...row, routingKey })) };
  }

  private async claimOf(
    which: '<> ALL' | '= ANY',
    keys: readonly string[],
    most: number,
  ): Promise<{ readonly due: number; readonly rows: readonly Claimed[] }> {
    const found = await this.dataSource.query<(Claimed & { readonly due: number })[]>(
      claimSql(this.options.schema, which, most),
      [keys],
    );
    return { due: found[0]?.due ?? 0, rows: found.filter(({ id }) => id !== null) };
  }

  private async publish({ id, exchange, routingKey, type, body }: OutboxRow): Promise<PublishError | undefined> {
    try {
      await this.publisher.publish({ exchange, routingKey, type, messageId: id, body });
      return undefined;
    } catch (error) {
      if (error instanceof PublishError) return error;
      throw error;
    }
  }

  /** Takes away what the inbox remembers for longer than anything can be under way. */
  private async clean(): Promise<void> {
    if (Date.now() - this.cleanedAt < CLEAN_EVERY_MS) return;
    this.cleanedAt = Date.now();
    await this.dataSource.query(`SELECT ${this.options.schema}.prune_inbox()`);
  }

  private crash(point: string): void {
    this.options.crash?.(point);
  }
}

/**
 * Claims the oldest that are due, up to `most`. Walks from queue to queue, and in each no further than that: what waits for one that refuses may be hundreds of thousands
 * of rows, and costs a look nothing. Which are the oldest is seen before any is locked, so that none is locked and not claimed; by
 * place, since a join by id may read the whole table.
 * @returns SQL with the routing keys as its parameter; `due` says how many there were, also where another process had them: then its one row has no other columns
 */
export const claimSql = (schema: string, which: '<> ALL' | '= ANY', most: number): string => `
  WITH RECURSIVE ${waitingKeysSql(schema)},
  oldest AS MATERIALIZED (
    SELECT own.place FROM waiting_key CROSS JOIN LATERAL (
      SELECT ctid AS place, seq FROM ${schema}.outbox o
      WHERE published_at IS NULL AND ${ofKeySql('waiting_key.key')} AND (claimed_until IS NULL OR claimed_until < now())
      ORDER BY routing_key, seq LIMIT ${most}) own
    WHERE waiting_key.key ${which} ($1::text[])
    ORDER BY own.seq LIMIT ${most}),
  due AS MATERIALIZED (
    SELECT ctid AS place FROM ${schema}.outbox WHERE ctid = ANY (ARRAY(SELECT place FROM oldest))
      AND published_at IS NULL AND (claimed_until IS NULL OR claimed_until < now()) FOR UPDATE SKIP LOCKED),
  claimed AS (
    UPDATE ${schema}.outbox o SET claimed_until = now() + '${LEASE}'::interval, attempts = attempts + 1
    WHERE o.ctid = ANY (ARRAY(SELECT place FROM due))
    RETURNING o.id, o.exchange, o.routing_key, o.type, o.body, o.seq, o.attempts)
  SELECT seen.due, claimed.* FROM (SELECT count(*)::int AS due FROM oldest) seen LEFT JOIN claimed ON true`;

const seqOf = ({ seq }: Claimed): bigint => BigInt(seq);
