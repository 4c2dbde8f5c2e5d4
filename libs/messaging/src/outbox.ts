import type { EntityManager } from 'typeorm';

export interface OutboxRow {
  /** UUID; becomes the AMQP `message-id`. */
  readonly id: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/**
 * Seconds of the lease with which a row is written that is handed to the relay (`OutboxRelay.takes`), and counted as its first attempt: those that it may lie in
 * memory, those that a confirm may take, and some to spare. It cannot be taken back, like any that was claimed.
 */
export const HANDED_LEASE_S = 20;

/** What may be handed to the relay of what is about to be written (`OutboxRelay.takes`). */
export interface Handing {
  /** When it was asked (`performance.now()`). */
  readonly since: number;
  /** Routing keys of the queues that refuse: what goes there is written as ever. */
  readonly refusing: ReadonlySet<string>;
}
/** Whether a row to there is written with a lease, and handed over. */
export const isHanded = (handing: Handing | undefined, routingKey: string): boolean =>
  handing !== undefined && !handing.refusing.has(routingKey);

/** Tables that a service's own migration makes in its own schema. */
export const messagingTablesSql = (schema: string): string => `
  CREATE TABLE ${schema}.outbox (
    id uuid PRIMARY KEY, seq bigint GENERATED ALWAYS AS IDENTITY, exchange text NOT NULL, routing_key text NOT NULL,
    type text NOT NULL, body bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
    -- A claim is a lease: a relay that died with rows in hand gives them back by time alone.
    claimed_until timestamptz, attempts int NOT NULL DEFAULT 0, published_at timestamptz);
  CREATE INDEX outbox_waiting ON ${schema}.outbox (seq) WHERE published_at IS NULL;
  CREATE INDEX outbox_published ON ${schema}.outbox (published_at) WHERE published_at IS NOT NULL;
  CREATE TABLE ${schema}.inbox (
    consumer text NOT NULL, message_id text NOT NULL, digest bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, message_id));
`;

/** An inbox row is kept for longer than any message can be under way: 7 days to be published, 24 h to be released, clocks apart, and weeks to spare. */
const INBOX_KEPT = '35 days';
const PRUNED_AT_ONCE = 20_000;

/**
 * For boxes that are there: the outbox is a queue, whose rows go when they are published; the inbox is pruned by its owner's function, which takes no
 * argument, so that a service that may not delete there can have old rows taken away and nothing else.
 * @param consumer of the rows that may go, since their effect has a key of its own that nobody can take twice
 * @param role that may prune; absent where the deploy step grants it
 */
export const shortBoxesSql = (schema: string, consumer: string, role?: string): string => `
  DELETE FROM ${schema}.outbox WHERE published_at IS NOT NULL;
  DROP INDEX ${schema}.outbox_published;
  -- Room on each page for the row as it is after it was claimed, and dead rows taken away by number and not by share: it is empty again and again.
  ALTER TABLE ${schema}.outbox SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
  CREATE INDEX inbox_received ON ${schema}.inbox USING brin (received_at) WITH (pages_per_range = 32);
  CREATE FUNCTION ${schema}.prune_inbox() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
      DELETE FROM ${schema}.inbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${schema}.inbox
        WHERE received_at < now() - interval '${INBOX_KEPT}' AND consumer = '${consumer}' LIMIT ${PRUNED_AT_ONCE}))
      RETURNING 1)
    SELECT count(*)::int FROM gone $$;
  REVOKE ALL ON FUNCTION ${schema}.prune_inbox FROM PUBLIC;
  ${role === undefined ? '' : `GRANT EXECUTE ON FUNCTION ${schema}.prune_inbox TO ${role};`}
`;

/** For outboxes that are there, not in a transaction: what waits, by queue. Begun anew when it could not be finished, which leaves an index that nothing uses. */
export const waitingByKeySql = (schema: string): readonly string[] => [
  `DROP INDEX CONCURRENTLY IF EXISTS ${schema}.outbox_waiting_by_key`,
  `CREATE INDEX CONCURRENTLY outbox_waiting_by_key ON ${schema}.outbox (routing_key, seq) WHERE published_at IS NULL`,
];

/** Member of a recursive WITH: the routing keys (`key`) for which something waits, each found by one step in the index however much waits; the last is NULL. */
export const waitingKeysSql = (schema: string): string => `
  waiting_key (key) AS (
    (SELECT routing_key FROM ${schema}.outbox WHERE published_at IS NULL ORDER BY routing_key LIMIT 1)
    UNION ALL
    SELECT (SELECT routing_key FROM ${schema}.outbox WHERE published_at IS NULL AND routing_key > key ORDER BY routing_key LIMIT 1)
    FROM waiting_key WHERE key IS NOT NULL)`;

/** With ORDER BY routing_key, seq. Two comparisons, since with one the planner thinks the order by seq alone as good, and walks through what waits for all others. */
export const ofKeySql = (key: string): string => `routing_key >= ${key} AND routing_key <= ${key}`;

/** Puts a message in the outbox, in the transaction of the act it tells of. */
export const enqueue = async (tx: EntityManager, schema: string, row: OutboxRow): Promise<void> => {
  await tx.query(`INSERT INTO ${schema}.outbox (id, exchange, routing_key, type, body) VALUES ($1, $2, $3, $4, $5)`, [
    row.id,
    row.exchange,
    row.routingKey,
    row.type,
    Buffer.from(row.body),
  ]);
};

/** As `enqueue`, several in one statement; they are published in this order. @param handing by which they are handed over when this is committed */
export const enqueueAll = async (
  tx: EntityManager,
  schema: string,
  rows: readonly OutboxRow[],
  handing?: Handing,
): Promise<void> => {
  if (rows.length === 0) return;
  let end = 1;
  // One parameter of octets, and where each body begins in it: an array of octets would travel as text, twice as long.
  const from = rows.map(({ body }) => (end += body.length) - body.length);
  await tx.query(
    `INSERT INTO ${schema}.outbox (id, exchange, routing_key, type, body, claimed_until, attempts)
       SELECT id, exchange, routing_key, type, substring($7::bytea FROM start FOR length),
         CASE WHEN leased THEN now() + interval '${HANDED_LEASE_S} seconds' END, leased::int
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $8::boolean[])
         WITH ORDINALITY AS t (id, exchange, routing_key, type, start, length, leased, nth) ORDER BY nth`,
    [
      rows.map(({ id }) => id),
      rows.map(({ exchange }) => exchange),
      rows.map(({ routingKey }) => routingKey),
      rows.map(({ type }) => type),
      from,
      rows.map(({ body }) => body.length),
      Buffer.concat(rows.map(({ body }) => body)),
      rows.map(({ routingKey }) => isHanded(handing, routingKey)),
    ],
  );
};
