import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Hints, dataSourceOptions } from '#persistence';
import { EventLog } from '#platform';
import { nodeNoteSigner, nodeSha256, verifierKey } from '#tlog/build';
import { DataSource } from 'typeorm';
import { Sequence } from '../../apps/ledger/src/application/sequence.js';
import { Sequencer } from '../../apps/ledger/src/application/sequencer.js';
import type { LogName } from '../../apps/ledger/src/domain/log.js';
import { LedgerConfig } from '../../apps/ledger/src/ledger.config.js';
import { CheckpointStore } from '../../apps/ledger/src/persistence/checkpoint.store.js';
import { LogStore } from '../../apps/ledger/src/persistence/log.store.js';
import { SignLog } from '../../apps/signer/src/application/sign-log.js';
import { Signing } from '../../apps/signer/src/application/signing.js';
import { LeafStore } from '../../apps/signer/src/persistence/leaf.store.js';
import { StateFile } from '../../apps/signer/src/state/state-file.js';
import type { Databases } from '../../tools/deploy/databases.js';
import { nextEntries } from './entries.js';

const PRODUCED_AT_ONCE = 50;
const HEARTBEAT_MS = 60_000;

/** When a checkpoint of this size was seen, in milliseconds of the process. */
export interface SeenCheckpoint {
  readonly size: bigint;
  readonly at: number;
}

/** Tells how long each round took that made leaves: the log's tick. */
class TimedSequence extends Sequence {
  readonly ticks: number[] = [];

  override async execute(log: LogName): Promise<number> {
    const begun = performance.now();
    const taken = await super.execute(log);
    if (taken > 0) this.ticks.push(performance.now() - begun);
    return taken;
  }
}

/** Sequencer and signer of the `disclosure` log as the services run them, and a producer in the exchange's place. */
export class BenchLog {
  private readonly seen: SeenCheckpoint[] = [];
  private readonly ending: (() => Promise<unknown>)[] = [];
  private exchange!: DataSource;
  private store!: LogStore;
  private sequence!: TimedSequence;
  private checkpoints!: CheckpointStore;
  private told: (() => void) | undefined;

  static async open(databases: Databases): Promise<BenchLog> {
    const log = new BenchLog();
    await log.connect(databases);
    return log;
  }

  /** Starts both loops. */
  async run(databases: Databases): Promise<void> {
    const { ledger, signer } = databases.operator;
    const events = new EventLog('bench', 'silent');
    const nothing = (): void => undefined;
    const { BATCH: batch } = new LedgerConfig();
    this.sequence = new TimedSequence(this.store, batch, events, nothing);
    const sequencer = new Sequencer(this.sequence, batch, events);

    const signing = new Signing(
      'disclosure',
      await this.signLog(signer),
      true,
      undefined,
      HEARTBEAT_MS,
      events,
      () => new Date(),
    );
    const hints = [
      new Hints(ledger, { ledger_pending: () => sequencer.wake(), ledger_checkpoint: () => void this.look() }),
      new Hints(signer, { ledger_leaf: () => signing.wake() }),
    ];
    for (const one of hints) await one.start();
    sequencer.start();
    signing.start();
    this.ending.push(async () => {
      for (const one of hints) await one.stop();
      await sequencer.stop();
      await signing.stop();
    });
  }

  /** Hands entries over, many in one statement, as one transaction of the exchange does. @returns their ids */
  async produce(count: number): Promise<readonly string[]> {
    const { ids, sql, values } = nextEntries(count);
    await this.exchange.query(`INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) ${sql}`, values);
    return ids;
  }

  async fill(count: number): Promise<void> {
    for (let done = 0; done < count; done += PRODUCED_AT_ONCE)
      await this.produce(Math.min(PRODUCED_AT_ONCE, count - done));
  }

  /** Waits until a signed checkpoint covers `size` leaves. @returns all that were seen */
  async covered(size: bigint): Promise<readonly SeenCheckpoint[]> {
    while ((this.seen.at(-1)?.size ?? 0n) < size) await new Promise<void>((resolve) => (this.told = resolve));
    return this.seen;
  }

  /** Milliseconds of each round that made leaves since this was asked last, in order of length. */
  ticks(): readonly number[] {
    return this.sequence.ticks.splice(0).sort((a, b) => a - b);
  }

  get size(): bigint {
    return this.seen.at(-1)?.size ?? 0n;
  }

  /** Index of each of these entries. */
  async indexes(ids: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const leaves = await this.store.find('disclosure', ids, this.size);
    return new Map(leaves.map(({ entryId, index }) => [entryId, index]));
  }

  async close(): Promise<void> {
    for (const end of this.ending.toReversed()) await end();
  }

  private async connect({ operator }: Databases): Promise<void> {
    this.exchange = await this.source(operator.exchange, 'exchange');
    const ledger = await this.source(operator.ledger, 'ledger');
    [this.store, this.checkpoints] = [new LogStore(ledger), new CheckpointStore(ledger)];
  }

  private async source(url: string, schema: string): Promise<DataSource> {
    const source = await new DataSource(dataSourceOptions({ url, schema })).initialize();
    this.ending.push(() => source.destroy());
    return source;
  }

  private async signLog(url: string): Promise<SignLog> {
    const dir = await mkdtemp(join(process.cwd(), '.bench-signer-'));
    this.ending.push(() => rm(dir, { recursive: true, force: true }));
    const origin = 'log.bench.invalid/disclosure';
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const trust = { origin, keys: [verifierKey(origin, raw, nodeSha256)], policy: '' };
    const leaves = new LeafStore(await this.source(url, 'ledger'), 'disclosure');
    const signer = nodeNoteSigner(origin, privateKey.export({ format: 'jwk' }));
    return new SignLog(
      leaves,
      new StateFile(join(dir, 'disclosure.json'), origin),
      trust,
      signer,
      () => new Date(),
      () => undefined,
    );
  }

  private async look(): Promise<void> {
    const { newest } = await this.checkpoints.heads('disclosure');
    if (newest === undefined || newest.size <= this.size) return;
    this.seen.push({ size: newest.size, at: performance.now() });
    this.told?.();
  }
}
