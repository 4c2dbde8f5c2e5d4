import { randomBytes } from 'node:crypto';
import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { Client } from 'pg';
import { checkpointSigner } from './primitives.js';
import type { Primitives } from './primitives.js';
import { bodiesOf } from './sizes.js';
import type { Sizes } from './sizes.js';

/** Operations of one referral, as bench/limit.md lists them with where each stands. */
export const OPERATIONS = { sign: 5, verify: 9, seal: 1, open: 1, hops: 5, commits: 9, checkpoints: 1 } as const;
/** Referrals that share a commit of each kind and a checkpoint. */
const BATCH = 50;
const AT_ONCE = 2;
const WITNESSES = 4;
/** Checkpoints are verified by each witness; then, with the log's and three cosignatures, by exchange, sender and recipient. */
const CHECKPOINT_VERIFICATIONS = WITNESSES + 3 * 4;
const QUEUE = 'bench.limit';
const checkpoint = checkpointSigner();

interface Lane {
  readonly db: Client;
  readonly channel: ConfirmChannel;
}

/**
 * The limit: what one referral cannot do without, and nothing that decides, checks, looks up or tells. The same signatures, verifications, seals, hops
 * over a quorum queue with confirms and rows of the same sizes, on the servers that the stack uses.
 */
export class Limit {
  private constructor(
    private readonly connection: ChannelModel,
    private readonly lanes: readonly Lane[],
    private readonly bodies: readonly Buffer[],
    private readonly rows: readonly Buffer[],
    private readonly sizes: Sizes,
    private readonly arrived: { count: number; wake: () => void },
  ) {}

  /** @param database URL in which tables may be made @param broker URL of an administrator, with the virtual host */
  static async open(database: string, broker: string, sizes: Sizes): Promise<Limit> {
    const connection = await connect(broker);
    // Servers are stopped when something else has failed: that is what must be told, and not that these connections ended.
    connection.on('error', () => undefined);
    const arrived = { count: 0, wake: (): void => undefined };
    const consumer = await connection.createChannel();
    await consumer.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await consumer.prefetch(BATCH * AT_ONCE * OPERATIONS.hops);
    await consumer.consume(QUEUE, (message) => {
      if (message === null) return;
      consumer.ack(message);
      arrived.count += 1;
      arrived.wake();
    });
    const lanes: Lane[] = [];
    for (let lane = 0; lane < AT_ONCE; lane += 1) {
      const db = new Client({ connectionString: database });
      db.on('error', () => undefined);
      await db.connect();
      lanes.push({ db, channel: await connection.createConfirmChannel() });
    }
    const rows = rowsOf(sizes).map((length) => randomBytes(Math.max(length, 1)));
    for (const table of rows.keys()) {
      await lanes[0]?.db.query(
        `CREATE TABLE IF NOT EXISTS public.bench_limit_${table} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body bytea NOT NULL)`,
      );
    }
    const bodies = Object.values(bodiesOf(sizes)).map((length) => randomBytes(length));
    return new Limit(connection, lanes, bodies, rows, sizes, arrived);
  }

  /** @returns referrals done, and the seconds they took on the clock and of this process */
  async run(
    by: Primitives,
    seconds: number,
  ): Promise<{ readonly referrals: number; readonly wall: number; readonly own: number }> {
    const before = process.cpuUsage();
    const begun = performance.now();
    const until = begun + seconds * 1000;
    const expected = this.arrived.count;
    const counts = await Promise.all(
      this.lanes.map(async (lane) => {
        let done = 0;
        for (; performance.now() < until; done += BATCH) await this.batch(lane, by);
        return done;
      }),
    );
    const referrals = counts.reduce((total, count) => total + count, 0);
    while (this.arrived.count < expected + referrals * OPERATIONS.hops) {
      await new Promise<void>((resolve) => (this.arrived.wake = resolve));
    }
    const { user, system } = process.cpuUsage(before);
    return { referrals, wall: (performance.now() - begun) / 1000, own: (user + system) / 1_000_000 };
  }

  async close(): Promise<void> {
    for (const table of this.rows.keys()) await this.lanes[0]?.db.query(`DROP TABLE public.bench_limit_${table}`);
    for (const { db } of this.lanes) await db.end();
    await this.connection.close();
  }

  /** Confirmed hops alone, a batch at a time. */
  hops = async (): Promise<void> => {
    const [lane] = this.lanes;
    if (lane !== undefined) await this.publish(lane, Buffer.alloc(2_000));
  };
  /** One commit of a batch of rows. */
  commit = async (): Promise<void> => {
    const [lane] = this.lanes;
    if (lane !== undefined) await this.insert(lane, 0);
  };
  static readonly batch = BATCH;

  private async batch(lane: Lane, by: Primitives): Promise<void> {
    const { manifest, jwe, decision, notice, receipt } = this.sizes;
    // Payload octets from the characters of a compact token: what is signed is three quarters of it, header and signature aside.
    const octets = [jwe, manifest, decision, receipt, notice].map((length) => Buffer.alloc(Math.round(length * 0.7)));
    const [document = Buffer.alloc(1)] = octets;
    await Promise.all(
      Array.from({ length: BATCH }, async () => {
        const signed: unknown[] = [];
        for (const payload of octets) signed.push(await by.sign(payload));
        const sealed = await by.seal(document);
        await by.open(sealed);
        // Document, manifest twice, decision twice, receipt twice, notice, and the caller's token.
        for (const at of [0, 1, 1, 2, 2, 3, 3, 4, 4]) await by.verify(signed[at]);
      }),
    );
    const signature = checkpoint.sign();
    for (let witness = 0; witness < WITNESSES; witness += 1) checkpoint.sign();
    for (let one = 0; one < CHECKPOINT_VERIFICATIONS; one += 1) checkpoint.verify(signature);
    for (const body of this.bodies) await this.publish(lane, body);
    for (const table of this.rows.keys()) await this.insert(lane, table);
  }

  private async publish({ channel }: Lane, body: Buffer): Promise<void> {
    for (let one = 0; one < BATCH; one += 1) channel.sendToQueue(QUEUE, body, { persistent: true, mandatory: true });
    await channel.waitForConfirms();
  }

  private async insert({ db }: Lane, table: number): Promise<void> {
    const bodies = Array.from({ length: BATCH }, () => this.rows[table]);
    await db.query(`INSERT INTO public.bench_limit_${table} (body) SELECT unnest($1::bytea[])`, [bodies]);
  }
}

/** Octets of what each of the nine commits stores, everything in one row: what must be kept, without what finds it again. */
const rowsOf = (s: Sizes): readonly number[] => {
  const bodies = Object.values(bodiesOf(s));
  const [submitted = 0, released = 0, decided = 0, signed = 0, recorded = 0] = bodies;
  return [
    s.referral + s.message + submitted, // the sender's gateway takes it
    s.manifest + s.jwe + s.decision + (s.decision + s.manifest), // the exchange decides, and hands the entry to the log
    s.decision + s.manifest + s.notice + s.receipt + 2 * 65, // the log: leaf and opening of both entries
    released + decided, // the exchange releases
    s.delivery + s.receipt + signed, // the recipient's gateway receives
    s.decision + s.proof, // the sender's gateway records the decision
    s.notice + s.receipt + (s.notice + s.receipt), // the exchange takes the receipt, and hands its notice to the log
    recorded, // the exchange releases the notice
    s.notice + s.receipt + s.proof, // the sender's gateway records the receipt
  ];
};
