import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from './support/cli.js';
import { TestStack, permitted } from './support/stack.js';

jest.setTimeout(60_000);
const folder = mkdtempSync(join(tmpdir(), 'delge-watch-'));
const at = (name: string): string => join(folder, name);

interface State {
  readonly logs: Readonly<Record<'disclosure' | 'keys', { size: string; root: string; note: string }>>;
}
const stateOf = (file: string): State => JSON.parse(readFileSync(file, 'utf8')) as State;

describe('delge watch, without an account', () => {
  let delge: TestStack;
  let ledger: string;
  const watch = (state: string, ...more: readonly string[]) =>
    cli(
      'watch',
      '--once',
      '--ledger',
      ledger,
      '--trust',
      join(delge.sandbox.dir, 'trust.json'),
      '--state',
      state,
      ...more,
    );

  beforeAll(async () => {
    delge = await TestStack.shared();
    ledger = delge.stack.url('ledger');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps what it has seen, goes on from there, and has nothing to say of a log that only grows', async () => {
    expect(await watch(at('state.json'), '--metrics', at('delge.prom'))).toEqual({ code: 0, out: '', err: '' });
    const before = stateOf(at('state.json'));
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    await delge.settled(system, referral.id, ['fetched']);
    expect(await watch(at('state.json'))).toEqual({ code: 0, out: '', err: '' });
    const after = stateOf(at('state.json'));
    expect(BigInt(after.logs.disclosure.size)).toBeGreaterThan(BigInt(before.logs.disclosure.size));
    expect(readFileSync(at('delge.prom'), 'utf8')).toContain(
      `delge_watch_size{log="disclosure"} ${before.logs.disclosure.size}\n`,
    );
  });

  it('begins from a checkpoint that was got elsewhere', async () => {
    writeFileSync(at('elsewhere'), stateOf(at('state.json')).logs.disclosure.note);
    expect(await watch(at('from.json'), '--from', at('elsewhere'))).toEqual({ code: 0, out: '', err: '' });
    writeFileSync(at('forged'), readFileSync(at('elsewhere'), 'utf8').replace(/\n[0-9]+\n/, '\n1\n'));
    expect(await watch(at('none.json'), '--from', at('forged'))).toMatchObject({ code: 1, out: '' });
    expect(existsSync(at('none.json'))).toBe(false);
  });

  it('alarms when what it is shown does not extend what it saw, and keeps both notes', async () => {
    const { logs, ...state } = stateOf(at('state.json'));
    const other = Buffer.alloc(32, 7).toString('base64');
    const disclosure = { ...logs.disclosure, root: other };
    writeFileSync(at('other.json'), JSON.stringify({ ...state, logs: { ...logs, disclosure } }));
    const { code, out } = await watch(at('other.json'), '--en');
    expect(code).toBe(2);
    const alarm = JSON.parse(out) as Record<string, string>;
    expect(alarm).toMatchObject({ is: 'raised', class: 'fork', log: 'disclosure' });
    expect(['FORKED', 'INCONSISTENT']).toContain(alarm['code']);
    const kept = JSON.parse(readFileSync(alarm['evidence'] ?? '', 'utf8')) as Record<string, string>;
    expect(kept['held']).toBe(logs.disclosure.note);
    expect(kept['shown']).toContain(delge.sandbox.trust.logs.disclosure.origin);
    expect(stateOf(at('other.json')).logs.disclosure.root).toBe(other);
  });

  it('says by its exit code that it could see nothing', async () => {
    ledger = 'http://127.0.0.1:9';
    expect(await watch(at('state.json'))).toEqual({ code: 1, out: '', err: 'the ledger does not answer\n' });
    ledger = delge.stack.url('ledger');
  });
});
