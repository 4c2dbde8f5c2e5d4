import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DelgeClient } from '#client';
import type { ClientOptions } from '#client';
import type { EventView, SubmitReferralDto } from '#contracts';
import { CLI, cli } from './support/cli.js';
import { Snippets } from './support/readme.js';
import { TestStack, eventually, example, permitted } from './support/stack.js';

jest.setTimeout(120_000);
const SOON_MS = 60_000;
const NOTICES = 40;
const LACKING = 3;
const HALF_WAY = 15;
const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A program as a process of its own, and the lines that it printed. */
class Running {
  readonly lines: string[] = [];
  private readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  constructor(file: string, ...args: readonly string[]) {
    this.process = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let rest = '';
    this.process.stdout?.on('data', (chunk: Buffer) => {
      const [last = '', ...lines] = (rest + chunk.toString()).split('\n').toReversed();
      rest = last;
      this.lines.push(...lines.toReversed());
    });
    this.ended = new Promise((resolve) => this.process.once('close', resolve));
  }
  /** No time to tidy up. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

describe('the sample systems', () => {
  const [outbox, received] = ['outbox', 'received'].map((name) => mkdtempSync(join(tmpdir(), `delge-${name}-`)));
  const { system, recipient, referral } = permitted();
  const { assessments, ...lacking } = referral;
  const notices = new Map<string, SubmitReferralDto>();
  let delge: TestStack;
  let sandbox: string;
  beforeAll(async () => {
    delge = await TestStack.shared();
    sandbox = join(delge.sandbox.dir, 'sandbox.json');
    // What other specs sent is dealt with.
    for (const authority of [system, recipient]) {
      const client = delge.sandbox.client(authority);
      for (let last: string | undefined = ''; last !== undefined;) {
        last = (await client.events({ limit: '200' })).items.at(-1)?.id;
        if (last !== undefined) await client.acknowledgeEvents(last);
      }
    }
    for (let nth = 0; nth < NOTICES; nth += 1) {
      const one = { ...(nth % 13 === 6 ? lacking : referral), id: randomUUID(), caseId: randomUUID() };
      notices.set(one.id, one);
      writeFileSync(join(outbox ?? '', `${String(nth).padStart(2, '0')}.json`), JSON.stringify(one));
    }
  });
  afterAll(async () => {
    // Of a test that failed.
    for (const one of running) await one.kill();
    for (const folder of [outbox, received]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  const running: Running[] = [];
  const started = (name: string, authority: string, folder = ''): Running => {
    const one = new Running(join(ROOT, 'dist/examples/systems', `${name}.js`), authority, folder, sandbox);
    running.push(one);
    return one;
  };
  const job = (): Running => started('social-services', system, outbox);
  const agency = (): Running => started('agency', recipient, received);
  /** Referral ids by the state that their message is in. */
  const inState = async (...states: readonly string[]): Promise<readonly string[]> => {
    const ids: string[] = [];
    for (const id of notices.keys()) {
      const { recipients } = await delge.sandbox.client(system).referral(id);
      if (recipients.every(({ state }) => states.includes(state))) ids.push(id);
    }
    return ids;
  };

  it('deliver 40 notices of a nightly job that was killed half-way once each, but three that wait for an officer until the morning', async () => {
    let receiving = agency();
    const night = job();
    await eventually('half of them are sent', SOON_MS, async () => night.lines.length >= HALF_WAY || undefined);
    await night.kill();
    const again = job();
    await eventually('some were received', SOON_MS, async () => receiving.lines.length >= HALF_WAY || undefined);
    await receiving.kill();
    receiving = agency();
    expect(await again.ended).toBe(0);
    const answered = again.lines.filter((line) => / (accepted|awaiting-assessment)$/.test(line));
    expect(answered).toHaveLength(NOTICES);

    const delivered = await eventually('all but those that lack something are acknowledged', SOON_MS, async () => {
      const ids = await inState('acknowledged');
      return ids.length === NOTICES - LACKING ? ids : undefined;
    });
    const drafts = await inState('awaiting-assessment');
    expect(new Set([...delivered, ...drafts])).toEqual(new Set(notices.keys()));

    for (const id of drafts) for (const body of assessments ?? []) await delge.sandbox.client(system).assess(id, body);
    await eventually('those are acknowledged too', SOON_MS, async () =>
      (await inState('acknowledged')).length === NOTICES ? true : undefined,
    );
    const kept = readdirSync(received ?? '').filter((name) => name.endsWith('.json'));
    const cases = kept.map(
      (name) => (JSON.parse(readFileSync(join(received ?? '', name), 'utf8')) as { readonly caseId: string }).caseId,
    );
    for (const { caseId } of notices.values()) expect(cases.filter((one) => one === caseId)).toHaveLength(1);
    await receiving.kill();
    // What happened since it ran is told when it runs the next time, and what it has told is not told again. An event may be listed a little later than the state that it tells of is shown.
    const told = new Set([...night.lines, ...again.lines]);
    const acknowledged = (): number => [...told].filter((line) => line.includes('message.acknowledged')).length;
    const before = acknowledged();
    await eventually('all is told', SOON_MS, async () => {
      const morning = job();
      expect(await morning.ended).toBe(0);
      for (const line of morning.lines) told.add(line);
      return acknowledged() === NOTICES ? true : undefined;
    });
    const idle = job();
    expect(await idle.ended).toBe(0);
    expect([acknowledged() > before, idle.lines.length]).toEqual([true, NOTICES]);
  });
});

describe('the README of the client', () => {
  const folder = mkdtempSync(join(ROOT, '.delge/test/readme-'));
  const { system, referral } = example('12-orebro');
  const recipient = referral.to[0]?.authority ?? '';
  const snippets = new Snippets(folder, readFileSync(join(ROOT, 'libs/client/README.md'), 'utf8'));
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
    writeFileSync(join(folder, 'my-referral.json'), JSON.stringify(referral));
    copyFileSync(join(delge.sandbox.dir, 'trust.json'), join(folder, 'trust.json'));
    const init = (authority: string, file: string) =>
      cli('init', authority, '--config', join(folder, file), '--sandbox', join(delge.sandbox.dir, 'sandbox.json'));
    for (const { code, err } of await Promise.all([init(system, 'delge.json'), init(recipient, 'my-agency.json')]))
      expect([code, err]).toEqual([0, '']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has snippets that do what it says: publish, dry run, follow, fetch and take up, attachments and proofs', async () => {
    const [[checked = ''], [published = ''], [attached = '']] = (await Promise.all(
      ['check.ts', 'publish.ts', 'attach.ts'].map((name) => snippets.run(name)),
    )) as [string[], string[], string[]];
    expect(checked).toMatch(/^\d{4}-\d\d-\d\d csn\/csn permit \p{Lu}/u);
    expect(published).toMatch(/^accepted csn\/csn /);
    const sent = published.split(' ')[2] ?? '';
    await eventually('both are there', SOON_MS, async () => {
      const ids = (await delge.sandbox.client(recipient).deliveries({ limit: '200' })).items.map(({ id }) => id);
      return [sent, attached].every((id) => ids.includes(id)) || undefined;
    });
    const [followed, received, verified] = await Promise.all([
      snippets.run('follow.ts', sent),
      snippets.run('receive.ts', sent),
      snippets.run('verify.ts', attached),
    ]);
    expect(followed.at(-1)).toBe(`message.acknowledged ${sent}`);
    expect(received).toEqual([
      `${system} ${referral.type} ${referral.caseId} ${Object.keys(referral.content).sort().join(' ')}`,
      'taken up',
    ]);
    expect(verified).toEqual([
      expect.stringMatching(/^decision \d+ of \d+$/),
      'kontoutdrag.csv 2026-09-01;studiemedel;10 334 kr',
    ]);
    const [message] = (await delge.sandbox.client(system).referral(referral.id)).recipients;
    expect([message?.state, message?.receipts.at(-1)?.diaryNumber]).toEqual(['acknowledged', 'CSN 2026-00001']);
  });

  it('has one that takes what `delge listen` posts, signed', async () => {
    const config = join(folder, 'my-agency.json');
    const asked = new DelgeClient(JSON.parse(readFileSync(config, 'utf8')) as ClientOptions);
    const { items } = await asked.events({ limit: '2' });
    const [first, second] = items as [EventView, EventView];
    const port = String(await freePort());
    const line = (of: Running, nth: number) => eventually(`line ${nth}`, SOON_MS, async () => of.lines[nth]);
    const to = ['--after', first.id, '--forward-to', `http://127.0.0.1:${port}/`];
    const listening = new Running(CLI, '--config', config, 'listen', ...to);
    let receiving: Running | undefined;
    try {
      receiving = new Running(join(folder, 'webhook.ts'), port, (await line(listening, 0)).split(' ')[0] ?? '');
      expect(await line(receiving, 0)).toBe(`${second.type} ${second.id}`);
      expect(await line(listening, 1)).toMatch(`204  ${second.type}  ${second.id}`);
    } finally {
      await Promise.all([listening.kill(), receiving?.kill()]);
    }
  });
});
