import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Random } from '#testing';
import { findPostgres } from '../../tools/machine/postgres.js';
import { LedgerProcesses } from '../support/ledger-processes.js';
import { judgeLog, sound } from '../support/log-judge.js';
import { eventually } from '../support/stack.js';
import { record } from './results.js';

const READY_MS = 60_000;
const run = promisify(execFile);

jest.setTimeout(240_000);

describe('a signer whose memory, or whose database, is not the newest', () => {
  let log: LedgerProcesses;
  const state = (name = 'signer'): string => join(log.dir, name);
  const file = (): string => join(state(), 'disclosure.json');

  beforeAll(async () => {
    log = await LedgerProcesses.deploy('memory', new Random(4));
    for (const service of ['ledger-1', 'signer']) log.start(service);
    for (const service of ['ledger-1', 'signer']) await log.ready(service);
    await grown();
    await log.stop('signer');
    cpSync(state(), state('early'), { recursive: true });
    log.start('signer');
    await grown();
    await log.stop('signer');
    cpSync(state(), state('newest'), { recursive: true });
  });
  afterAll(() => log.end());
  beforeEach(() => {
    rmSync(state(), { recursive: true });
    cpSync(state('newest'), state(), { recursive: true });
  });

  const grown = async (): Promise<void> => {
    for (let nth = 0; nth < 5; nth += 1) await log.handOver();
    await log.settled();
  };
  /** What its readiness says once it has made up its mind. */
  const faults = (service = 'signer'): Promise<Readonly<Record<string, string>>> =>
    eventually('the signer has made up its mind', READY_MS, async () => {
      const response = await log.get(service, '/health/ready');
      if (response === undefined) return undefined;
      const body = (await response.json()) as { readonly faults?: Readonly<Record<string, string>> };
      const found = body.faults ?? {};
      const isOpen = Object.values(found).some((code) => ['not-started', 'unreachable', 'timeout'].includes(code));
      return isOpen ? undefined : found;
    });
  const started = async (variables: Readonly<Record<string, string>> = { GENESIS: 'false' }) => {
    log.start('signer', variables);
    return faults();
  };
  const published = async (): Promise<string> => {
    const signer = await log.databases.connect(log.databases.urls.operator.signer, 'ledger');
    const [row] = await signer.query<{ size: string }[]>(
      `SELECT max(size) AS size FROM ledger.checkpoint WHERE log = 'disclosure'`,
    );
    return row?.size ?? '';
  };

  it('the ledger tells in figures how far the log is behind', async () => {
    const ready = await log.get('ledger-1', '/health/ready');
    const { measures } = JSON.parse((await ready?.text()) ?? '{}') as { readonly measures: object };
    expect(Object.keys(measures).sort()).toEqual([
      'checkpoint-disclosure-ms',
      'checkpoint-keys-ms',
      'pending-disclosure-ms',
      'pending-keys-ms',
      'witness-w-ms',
    ]);
    expect(measures).toMatchObject({ 'pending-disclosure-ms': 0, 'pending-keys-ms': 0 });
  });

  it.each<[string, string, () => void]>([
    ['none', 'STATE_MISSING', () => rmSync(file())],
    ['an empty file', 'STATE_CORRUPT', () => writeFileSync(file(), '')],
    ['half a file', 'STATE_CORRUPT', () => writeFileSync(file(), readFileSync(file()).subarray(0, 200))],
    ["the other log's", 'STATE_CORRUPT', () => copyFileSync(join(state(), 'keys.json'), file())],
    ['an old copy', 'STATE_ROLLED_BACK', () => copyFileSync(join(state('early'), 'disclosure.json'), file())],
  ])('does not sign with %s: %s, and the other log goes on', async (_, code, spoil) => {
    const before = await published();
    spoil();
    // Saying that the log begins does not make it begin again.
    for (const GENESIS of ['false', 'true']) {
      expect(await started({ GENESIS })).toEqual({ disclosure: code });
      await log.stop('signer');
    }
    expect(log.said('signer')).toContain(`"code":"${code}","event":"signer.refused"`);
    expect(await published()).toBe(before);
  });

  it('goes on from the newest checkpoint under quorum when it is given one', async () => {
    rmSync(file());
    const note = await (await log.get('ledger-1', '/log/v1/disclosure/checkpoint'))?.text();
    const from = join(log.dir, 'disclosure.note');
    writeFileSync(from, note ?? '');
    expect(await started({ GENESIS: 'false', DISCLOSURE_CHECKPOINT_FILE: from })).toEqual({});
    expect(log.said('signer')).toContain('"event":"signer.recovered"');
    await grown();
    await log.stop('signer');
    cpSync(state(), state('newest'), { recursive: true });
    expect(judgeLog(await log.evidence())).toEqual(sound);
  });

  it('has one process that goes by it: another stands by, and goes on when the first is killed', async () => {
    expect(await started()).toEqual({});
    log.start('signer-2', { GENESIS: 'false' });
    const inUse = { disclosure: 'state-in-use', keys: 'state-in-use' };
    expect(await faults('signer-2')).toEqual(inUse);
    await grown();
    expect(await faults('signer-2')).toEqual(inUse);
    const before = await published();
    expect(await log.kill('signer', false)).toBe('SIGKILL');
    await log.ready('signer-2');
    await grown();
    await log.stop('signer-2');
    expect(BigInt(await published())).toBeGreaterThan(BigInt(before));
    cpSync(state(), state('newest'), { recursive: true });
    expect(judgeLog(await log.evidence())).toEqual(sound);
    expect(log.witness.forks).toBe(0);
  });

  it('signs nothing over a database that was put back from before, and goes on over the newest', async () => {
    const bin = await findPostgres();
    const admin = new URL(log.databases.admin);
    admin.pathname = `/${log.databases.prefix}_operator`;
    const dump = async (name: string): Promise<void> =>
      void (await run(join(bin, 'pg_dump'), ['-Fc', '-d', admin.toString(), '-f', join(log.dir, name)]));
    const restore = async (name: string): Promise<void> => {
      const server = new URL(admin);
      server.pathname = '/postgres';
      // A superuser's cleaning up, while the services run.
      await log.databases.dropOperator();
      await run(join(bin, 'pg_restore'), ['--create', '-d', server.toString(), join(log.dir, name)]);
    };
    expect(await started()).toEqual({});
    await dump('early.dump');
    await grown();
    await dump('late.dump');
    const [newest, handed, shown] = [await published(), new Map(log.handed), log.witness.shown.length];

    await restore('early.dump');
    const restored = performance.now();
    const refused = await eventually('the signer refuses', READY_MS, async () => {
      const found = await faults();
      return found['disclosure'] === undefined ? undefined : found;
    });
    const refusedMs = Math.round(performance.now() - restored);
    expect(refused).toEqual({ disclosure: 'LOG_TRUNCATED' });
    expect(log.said('signer')).toContain('"code":"LOG_TRUNCATED","event":"signer.refused"');
    expect((await log.get('signer', '/health/ready'))?.status).toBe(503);
    // The ledger goes on taking entries, which nobody signs; it shows nothing that was not signed and cosigned before, not after a restart either.
    await log.handOver();
    const given = async () =>
      BigInt((await (await log.get('ledger-1', '/log/v1/disclosure/checkpoint'))?.text())?.split('\n')[1] ?? '0');
    expect(await given()).toBe(BigInt(newest));
    await log.stop('ledger-1');
    log.start('ledger-1');
    await log.ready('ledger-1');
    expect(await given()).toBeLessThan(BigInt(newest));
    await log.stop('signer');
    expect(await started()).toEqual({ disclosure: 'LOG_TRUNCATED' });
    await log.stop('signer');
    expect(BigInt(await published())).toBeLessThan(BigInt(newest));
    expect(log.witness.shown.slice(shown).every((note) => BigInt(note.split('\n')[1] ?? '0') <= BigInt(newest))).toBe(
      true,
    );

    await restore('late.dump');
    log.handed.clear();
    for (const [id, entry] of handed) log.handed.set(id, entry);
    expect(await started()).toEqual({});
    await grown();
    await log.stop('signer');
    expect(judgeLog(await log.evidence())).toEqual(sound);
    expect(log.witness.forks).toBe(0);
    record('F39', {
      "log's database put back, signer refuses after": `${refusedMs} ms`,
      entries: handed.size,
      forks: log.witness.forks,
    });
  });
});
