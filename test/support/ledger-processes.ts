import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '#testing';
import type { LogTrust } from '#tlog/verify';
import type { DataSource } from 'typeorm';
import { Checkpoints } from '../../apps/ledger/src/application/checkpoints.js';
import { Quorum } from '../../apps/ledger/src/application/quorum.js';
import { ReadLog } from '../../apps/ledger/src/application/read-log.js';
import { CheckpointStore } from '../../apps/ledger/src/persistence/checkpoint.store.js';
import { LogStore } from '../../apps/ledger/src/persistence/log.store.js';
import { Processes, until } from '../../tools/machine/processes.js';
import type { Running } from '../../tools/machine/processes.js';
import { keyFiles, makeKeys, storePlace } from '../../tools/sandbox/keys.js';
import { OwnDatabases, silent } from './databases.js';
import type { LogEvidence } from './log-judge.js';
import { AskedWitness } from './asked-witness.js';

export const LEDGERS = ['ledger-1', 'ledger-2', 'ledger-3', 'ledger-4'] as const;
const READY_MS = 120_000;
const SETTLED_MS = 120_000;
const BATCH = 16;
const PROVEN = 200;

/** How a process ended, and the crash point that it told. */
export interface Death {
  readonly ended: string;
  readonly at: string | undefined;
}

/** Steps that somebody must ask for over HTTP: tried where they are asked for, in the integration specs of each and under crash-points. */
const ASKED = /^ledger\.(assignment|erase|keeping|look|review)\./;

/** Every crash point in the source of these services, those aside that wait to be asked: one that is added is tried too. */
export const crashPoints = (app: 'ledger' | 'signer', root = process.env['DELGE_ROOT'] ?? process.cwd()) => {
  const folder = join(root, 'apps', app, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!spec)\.ts$/.test(name),
  );
  const points = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/crash\('([a-z.-]+)'\)/g)].map(([, point]) => point ?? ''),
  );
  return points.filter((point) => !ASKED.test(point)).sort((a, b) => a.localeCompare(b));
};

/** Four ledgers on one database, one signer, one witness: each a process that may be killed, and is then started again. */
export class LedgerProcesses {
  readonly handed = new Map<string, { readonly entry: Buffer; readonly blind: Buffer }>();
  readonly witness = new AskedWitness();
  private readonly processes: Processes;
  private ports: Readonly<Record<string, number>> = {};
  private exchange!: DataSource;
  private producing: Promise<void> = Promise.resolve();
  private stopped = false;

  private constructor(
    readonly databases: OwnDatabases,
    private readonly name: string,
    private readonly random: Random,
  ) {
    this.processes = new Processes(databases.instance, name);
  }

  static async deploy(name: string, random: Random): Promise<LedgerProcesses> {
    const own = new LedgerProcesses(await OwnDatabases.deploy(name), name, random);
    await own.prepare();
    return own;
  }

  get trust(): LogTrust {
    const { logs } = JSON.parse(readFileSync(keyFiles(this.dir).trust, 'utf8')) as { logs: { disclosure: LogTrust } };
    return logs.disclosure;
  }

  get services(): readonly string[] {
    return [...LEDGERS, 'signer'];
  }

  /** Starts one, without waiting until it is ready. @param variables beside its usual ones */
  start(service: string, variables: Readonly<Record<string, string>> = {}): Running {
    const app = service.replace(/-.*$/, '');
    return this.processes.start({
      name: this.processName(service),
      command: process.execPath,
      args: [join(this.databases.instance.root, 'dist/apps', app, 'src/main.js')],
      env: { ...this.environment(app), PORT: String(this.ports[this.processName(service)]), ...variables },
    });
  }

  async ready(service: string): Promise<void> {
    const running = this.processes.find(this.processName(service));
    const ask = async (): Promise<boolean> => (await this.get(service, '/health/ready'))?.ok === true;
    await until(service, READY_MS, ask, running);
  }

  /** @returns undefined while it does not answer */
  get(service: string, path: string): Promise<Response | undefined> {
    const url = `http://127.0.0.1:${this.ports[this.processName(service)]}${path}`;
    return fetch(url, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined);
  }

  /** What its log file says since the beginning. */
  said(service: string): string {
    return readFileSync(this.databases.instance.path('log', `${this.processName(service)}.log`), 'utf8');
  }

  /** Starts it so that it dies at this point, and waits until it has. @returns how it ended, and the point that it told */
  async dieAt(service: string, point: string): Promise<Death> {
    const log = this.databases.instance.path('log', `${this.processName(service)}.log`);
    const before = existsSync(log) ? statSync(log).size : 0;
    const ended = await this.start(service, { CRASH_AT: point }).ended;
    const said = readFileSync(log).subarray(before).toString('utf8');
    return { ended, at: /^crash point (.+)$/m.exec(said)?.[1] };
  }

  async stop(service: string): Promise<void> {
    await this.processes.stop([this.processName(service)]);
  }

  /** Kills it where it happens to be, and starts it again unless told not to. @returns how it ended */
  async kill(service: string, again = true): Promise<string> {
    const running = this.processes.find(this.processName(service));
    running?.kill('SIGKILL');
    const ended = (await running?.ended) ?? 'not running';
    if (again) this.start(service);
    return ended;
  }

  /** Entries come in all the while: some transactions are rolled back, some entries are handed over twice. */
  produce(): void {
    this.producing = (async () => {
      while (!this.stopped) await this.handOver();
    })();
  }

  async stopProducing(): Promise<void> {
    this.stopped = true;
    await this.producing;
  }

  /** Waits until everything handed over is under a checkpoint with its quorum. */
  async settled(): Promise<Checkpoints> {
    const ledger = await this.databases.connect(this.databases.urls.operator.ledger, 'ledger');
    const quorum = new Quorum(this.trust);
    const checkpoints = new Checkpoints(
      new CheckpointStore(ledger),
      { disclosure: quorum, keys: quorum },
      silent,
      () => new Date(),
    );
    await until('all under a witnessed checkpoint', SETTLED_MS, async () => {
      await checkpoints.look();
      const [row] = await ledger.query<{ size: string; waiting: boolean }[]>(
        `SELECT size, EXISTS (SELECT FROM ledger.pending) AS waiting FROM ledger.log WHERE log = 'disclosure'`,
      );
      return row?.waiting === false && checkpoints.newest('disclosure')?.size === BigInt(row.size);
    });
    return checkpoints;
  }

  /** What the log shows once everything is under a checkpoint with its quorum. */
  async evidence(): Promise<LogEvidence> {
    const checkpoints = await this.settled();
    const [ledger, signer] = [
      await this.databases.connect(this.databases.urls.operator.ledger, 'ledger'),
      await this.databases.connect(this.databases.urls.operator.signer, 'ledger'),
    ];
    const store = new LogStore(ledger);
    checkpoints.stop();
    const reading = new ReadLog(store, checkpoints);
    const leaves = await store.leaves('disclosure', 0n, 1n << 40n);
    const openings = await ledger.query<{ index: string; entry: Buffer; blind: Buffer }[]>(
      'SELECT index, entry, blind FROM ledger.opening',
    );
    const notes = await signer.query<{ note: string }[]>(`SELECT note FROM ledger.checkpoint WHERE log = 'disclosure'`);
    const seen = this.witness.shown.filter((note) => note.startsWith(`${this.trust.origin}\n`));
    const sample = Array.from({ length: PROVEN }, () => this.random.pick(leaves).entryId);
    return {
      trust: this.trust,
      handed: this.handed,
      leaves,
      openings: openings.map(({ index, entry, blind }) => ({ index: BigInt(index), entry, blind })),
      checkpoints: [...new Set([...notes.map(({ note }) => note), ...seen])],
      tiles: await this.tiles(reading, leaves.length),
      proofs: (await reading.proofs(sample)).proofs,
    };
  }

  async end(): Promise<void> {
    await this.stopProducing();
    await this.processes.stopAll();
    this.witness.close();
    await this.databases.drop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Tiles as they are given out. */
  private async tiles(reading: ReadLog, size: number): Promise<Map<string, Uint8Array>> {
    const tiles = new Map<string, Uint8Array>();
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / 256)) {
      for (let n = 0; n * 256 < count; n += 1) {
        const width = Math.min(256, count - n * 256);
        const groups =
          n
            .toString()
            .padStart(Math.ceil(n.toString().length / 3) * 3, '0')
            .match(/.{3}/g) ?? [];
        const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
        const tile = await reading.tile('disclosure', `${level}/${path}${width < 256 ? `.p/${width}` : ''}`);
        if (tile !== undefined) tiles.set(`${level}/${n}`, tile.bytes);
      }
    }
    return tiles;
  }

  /** Hands a few entries over, as one transaction of the exchange does. */
  async handOver(): Promise<void> {
    const entries = Array.from({ length: 1 + this.random.below(12) }, () => ({
      entryId: randomUUID(),
      entry: randomBytes(200),
      blind: randomBytes(32),
    }));
    const kind = this.random.below(10);
    const again =
      kind === 0 && this.handed.size > 0 ? this.random.pick([...this.handed.keys()].slice(-500)) : undefined;
    const runner = this.exchange.createQueryRunner();
    await runner.connect();
    await runner.startTransaction();
    const insert = (entryId: string, entry: Buffer, blind: Buffer, end = ''): Promise<unknown> =>
      runner.query(
        `INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', $1, $2, $3) ${end}`,
        [entryId, entry, blind],
      );
    for (const { entryId, entry, blind } of entries) await insert(entryId, entry, blind);
    const known = again === undefined ? undefined : this.handed.get(again);
    // Under an id that the log may hold by now: the same, or another entry.
    if (again !== undefined && known !== undefined) {
      const entry = this.random.below(2) === 0 ? known.entry : randomBytes(200);
      await insert(again, entry, known.blind, 'ON CONFLICT DO NOTHING');
    }
    if (kind === 1) await runner.rollbackTransaction();
    else {
      await runner.commitTransaction();
      for (const { entryId, entry, blind } of entries) this.handed.set(entryId, { entry, blind });
    }
    await runner.release();
  }

  private async prepare(): Promise<void> {
    rmSync(this.dir, { recursive: true, force: true });
    await this.witness.listen();
    await makeKeys(this.dir, {
      environment: 'test',
      gateways: [],
      witnesses: { quorum: 1, gateways: [] },
      participants: [],
      authorities: [],
      cooperations: [],
    });
    const file = keyFiles(this.dir).trust;
    const trust = JSON.parse(readFileSync(file, 'utf8')) as { logs: Record<string, LogTrust> };
    for (const [log, own] of Object.entries(trust.logs)) {
      trust.logs[log] = { ...own, policy: this.witness.policy };
      await this.witness.watch(trust.logs[log]);
    }
    writeFileSync(file, JSON.stringify(trust));
    this.ports = await this.databases.instance.ports(
      [...this.services, 'signer-2'].map((service) => this.processName(service)),
    );
    this.exchange = await this.databases.connect(this.databases.urls.operator.exchange, 'exchange');
  }

  private environment(app: string): Record<string, string> {
    const [files, state, { operator }] = [keyFiles(this.dir), join(this.dir, 'signer'), this.databases.urls];
    const common = { NODE_ENV: 'production', DELGE_ENVIRONMENT: 'test', TRUST_FILE: files.trust };
    const { file: KEYSTORE_FILE, secretFile: KEYSTORE_SECRET_FILE } = storePlace(this.dir, app);
    const keys = { KEYSTORE_FILE, KEYSTORE_SECRET_FILE };
    if (app === 'ledger') {
      return {
        ...common,
        DATABASE_URL: operator.ledger,
        ...keys,
        BATCH: String(BATCH),
        DATABASE_POOL: '4',
      };
    }
    return {
      ...common,
      DATABASE_URL: operator.signer,
      STATE_DIR: state,
      ...keys,
      GENESIS: String(!['disclosure.json', 'keys.json'].every((one) => existsSync(join(state, one)))),
      HEARTBEAT_MS: '1000',
    };
  }

  get dir(): string {
    return this.databases.instance.path(this.name);
  }
  private processName(service: string): string {
    return `${this.name}-${service}`;
  }
}
