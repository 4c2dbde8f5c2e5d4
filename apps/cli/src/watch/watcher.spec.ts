import { beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey } from '#envelope';
import { parseTrust } from '#snapshot';
import type { Trust } from '#snapshot';
import { DisclosureLog, aWorld, noteSigner, publicJwk, trustText } from '#testing';
import type { World } from '#testing';
import { nodeSha256, nodeVerifyEd25519, witnessKey } from '#tlog/build';
import { parseOffer } from '#tlog/verify';
import { Unreachable } from './alarm.js';
import type { LogName } from './alarm.js';
import { exitCodeOf, metricsOf, textOf } from './tell.js';
import { Watcher } from './watcher.js';
import type { Looked, PinnedLogs } from './watcher.js';
import type { LedgerSource } from './watched-log.js';

const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
const MINUTE = 60_000;
const witness = noteSigner('witness.example/w');

/** A ledger that shows two logs in memory, each through a hole that a test can widen. */
class ShownLedger implements LedgerSource {
  away = false;
  unproven = false;
  readonly notes: Partial<Record<LogName, string>> = {};
  constructor(
    readonly logs: Record<LogName, DisclosureLog>,
    public statements: readonly Uint8Array[],
  ) {}

  checkpoint(log: LogName): Promise<string> {
    if (this.away) return Promise.reject(new Unreachable());
    return Promise.resolve(this.notes[log] ?? this.logs[log].checkpoint());
  }
  async consistency(log: LogName, from: bigint): Promise<readonly Uint8Array[] | undefined> {
    return this.unproven ? undefined : parseOffer(await this.logs[log].offer(from)).hashes;
  }
  entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.statements.slice(Number(from), Math.min(Number(to), Number(from) + 7)));
  }
}

describe('a watcher of both logs', () => {
  let world: World;
  let trust: Trust;
  let ledger: ShownLedger;
  let keys: DisclosureLog;
  let disclosure: DisclosureLog;

  beforeEach(async () => {
    world = await aWorld();
    const { logs } = world.keys;
    trust = await parseTrust(trustText(world.environment, world.keys));
    const policy = `witness w ${witnessKey(witness.name, witness.publicKey, nodeSha256)}\nquorum w\n`;
    trust = {
      ...trust,
      logs: { disclosure: { ...trust.logs.disclosure, policy }, keys: { ...trust.logs.keys, policy } },
    };
    disclosure = new DisclosureLog(logs.disclosure, [witness]);
    await disclosure.fill(5);
    keys = new DisclosureLog(logs.keys, [witness]);
    for (const entry of world.entries) await keys.take(entry);
    ledger = new ShownLedger({ disclosure, keys }, world.entries);
  });

  const aWatcher = (pinned: PinnedLogs = {}): Watcher =>
    new Watcher(trust, ledger, verification, pinned, 15 * MINUTE, new Date());
  const after = (minutes: number): Date => new Date(Date.now() + minutes * MINUTE);
  const found = ({ alarms }: Looked): readonly string[] => alarms.map(({ message }) => message);
  const looked = async (watcher: Watcher, now = new Date()): Promise<readonly string[]> =>
    found(await watcher.look(now));
  /** A statement that the log's signer takes, since it signs whatever stands there. */
  const more = async (entry: Uint8Array): Promise<void> => {
    ledger.statements = [...ledger.statements, entry];
    await keys.take(entry);
  };

  it('follows what grows, and goes on from what it had seen', async () => {
    const watcher = aWatcher();
    expect(await looked(watcher)).toEqual([]);
    await disclosure.fill(300);
    await world.state(
      { kind: 'key-added', holder: 'exchange', use: 'decision', key: publicJwk(await generateKey('decision')) },
      world.keys.operators[0],
    );
    await more(world.entries.at(-1) ?? Buffer.alloc(0));
    expect(await looked(watcher)).toEqual([]);
    expect(watcher.pinned.disclosure?.size).toBe(305n);
    expect(watcher.pinned.keys?.size).toBe(world.snapshot.size);
    const { pinned } = watcher;
    await disclosure.fill(1);
    const later = aWatcher(pinned);
    expect(await looked(later)).toEqual([]);
    expect(later.pinned.disclosure?.size).toBe(306n);
  });

  it('alarms on two trees of one size and on one that does not extend what it saw, keeps both notes, and moves nowhere', async () => {
    const watcher = aWatcher();
    await watcher.look(new Date());
    const { pinned } = watcher;
    const fork = new DisclosureLog(world.keys.logs.disclosure, [witness]);
    await fork.fill(5);
    ledger.logs.disclosure = fork;
    const { alarms, unreachable } = await watcher.look(new Date());
    expect([found({ alarms, unreachable }), exitCodeOf({ alarms, unreachable })]).toEqual([
      ['fork disclosure FORKED'],
      2,
    ]);
    expect([alarms[0]?.evidence?.held, alarms[0]?.evidence?.shown]).toEqual([
      pinned.disclosure?.note,
      fork.checkpoint(),
    ]);
    await fork.fill(2);
    const [inconsistent] = (await watcher.look(new Date())).alarms;
    expect(inconsistent?.message).toBe('fork disclosure INCONSISTENT');
    expect(inconsistent?.evidence?.proof?.length).toBeGreaterThan(0);
    expect(watcher.pinned).toEqual(pinned);
    ledger.logs.disclosure = disclosure;
    expect(await looked(watcher)).toEqual([]);
  });

  it('alarms when a log goes back, is not proven, or shows other statements than its root', async () => {
    const watcher = aWatcher();
    await watcher.look(new Date());
    const older = new DisclosureLog(world.keys.logs.disclosure, [witness]);
    await older.fill(2);
    ledger.logs.disclosure = older;
    expect(await looked(watcher)).toEqual(['gap disclosure WENT_BACK']);
    ledger.logs.disclosure = disclosure;
    await disclosure.fill(1);
    ledger.unproven = true;
    expect(await looked(watcher)).toEqual(['gap disclosure NOT_PROVEN']);
    ledger.unproven = false;
    expect(await looked(watcher)).toEqual([]);
    const all = ledger.statements;
    ledger.statements = all.slice(0, -1);
    expect(await looked(aWatcher())).toEqual(['gap keys ENTRIES_MISSING']);
    ledger.statements = [...all.slice(1), all[0] ?? Buffer.alloc(0)];
    expect(await looked(aWatcher())).toEqual(['gap keys OTHER_ENTRIES']);
  });

  it('alarms on a statement that nobody had the right to make, although the log proves it', async () => {
    const watcher = aWatcher();
    await watcher.look(new Date());
    await more(Buffer.from('not a statement\n'));
    expect(await looked(watcher)).toEqual(['gap keys MALFORMED_ENTRY']);
    expect(await looked(watcher)).toEqual(['gap keys MALFORMED_ENTRY']);
  });

  it('alarms on what the log or its witnesses did not sign', async () => {
    const watcher = aWatcher();
    ledger.notes.disclosure = new DisclosureLog(world.keys.logs.disclosure).checkpoint();
    ledger.notes.keys = keys.checkpoint(keys.size, keys.root, noteSigner(world.keys.logs.keys.name));
    expect(await looked(watcher)).toEqual(['gap disclosure QUORUM_NOT_MET', 'gap keys NO_LOG_SIGNATURE']);
    expect(watcher.pinned).toEqual({});
  });

  it('alarms when the witnesses have not cosigned for long, and when there is no answer for as long', async () => {
    const watcher = aWatcher();
    expect(await looked(watcher, after(14))).toEqual([]);
    const frozen = await watcher.look(after(16));
    expect([found(frozen), exitCodeOf(frozen)]).toEqual([['freeze disclosure STALE', 'freeze keys STALE'], 3]);
    ledger.away = true;
    const away = await aWatcher().look(after(14));
    expect([away.alarms, away.unreachable, exitCodeOf(away)]).toEqual([[], ['disclosure', 'keys'], 1]);
    expect(await looked(aWatcher(), after(16))).toEqual(['freeze disclosure STALE', 'freeze keys STALE']);
  });

  it('tells the worst first, in two languages and as metrics', async () => {
    const watcher = aWatcher();
    await watcher.look(new Date());
    const fork = new DisclosureLog(world.keys.logs.disclosure, [witness]);
    await fork.fill(5);
    ledger.logs.disclosure = fork;
    const both = await watcher.look(after(20));
    expect(exitCodeOf(both)).toBe(2);
    expect(textOf({ kind: 'fork', log: 'disclosure' }, 'sv')).toMatch(/^Utlämnandeloggen visar två träd/);
    expect(textOf({ kind: 'gap', log: 'keys' }, 'en')).toMatch(/^The keys log is not whole/);
    const metrics = metricsOf(watcher, both, after(20));
    expect(metrics).toContain('# TYPE delge_watch_alarm gauge\ndelge_watch_alarm{log="disclosure",class="fork"} 1\n');
    expect(metrics).toContain('delge_watch_alarm{log="keys",class="freeze"} 1\n');
    expect(metrics).toContain(`delge_watch_size{log="keys"} ${keys.size}\n`);
    expect(
      metrics
        .split('\n')
        .filter((line) => line !== '' && !/^(# (HELP|TYPE) |[a-z_]+(\{[a-z="_,]+\})? [0-9]+$)/.test(line)),
    ).toEqual([]);
  });
});
