import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DisclosureCheckView, ReferralCheckView, VerdictView } from '#contracts';
import type { Example } from '../tools/demo/examples.js';
import { cli } from './support/cli.js';
import { bearer, call, json } from './support/http.js';
import { Search } from './support/search.js';
import { TestStack, eventually, example, examples, permitted, problemOf, refusalOf } from './support/stack.js';

jest.setTimeout(240_000);
const QUIET_MS = 60_000;
const ROUTE = '/v1/disclosure-checks';

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});

const check = ({ system, referral }: Example, on?: string): Promise<ReferralCheckView> =>
  delge.sandbox.client(system).checkReferral({ referral, ...(on === undefined ? {} : { on }) });
/** What the submission itself is answered with, taken or refused. */
const submitted = async ({ system, referral, expect: { outcome } }: Example) => {
  const answer = delge.sandbox.client(system).submit(referral);
  return outcome === 'deny' ? (await refusalOf(answer)).recipients : (await answer).recipients;
};
const verdictsOf = (
  recipients: readonly { readonly authority: string; readonly function: string; readonly verdict: VerdictView }[],
): unknown => recipients.map(({ authority, function: to, verdict }) => ({ authority, function: to, verdict }));

/** Rows of every table that an act of a system or of the exchange adds to; tokens, checkpoints, days to answer by and how far a gateway has caught up come by themselves. */
const rows = async (): Promise<Readonly<Record<string, string>>> => {
  const counted: Record<string, string> = {};
  for (const database of ['operator', ...delge.directory.gateways.map(({ id }) => id)]) {
    const tables = await delge.sql<{ readonly name: string }>(
      database,
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
       WHERE table_schema IN ('gateway', 'exchange', 'ledger', 'registry') AND table_name NOT IN ('token_use', 'keys_seen', 'checkpoint', 'caught_up', 'request_deadline')`,
    );
    const counts = tables.map(({ name }) => `SELECT '${name}' AS name, count(*) FROM ${name}`);
    const each = await delge.sql<{ readonly name: string; readonly count: string }>(
      database,
      counts.join(' UNION ALL '),
    );
    for (const { name, count } of each) counted[`${database} ${name}`] = count;
  }
  return counted;
};
/** What earlier specs sent is on its way for a while. */
const settledRows = async (): Promise<Readonly<Record<string, string>>> => {
  let last = await rows();
  return eventually('nothing is under way', QUIET_MS, async () => {
    await new Promise((later) => setTimeout(later, 1000));
    const now = await rows();
    const same = JSON.stringify(now) === JSON.stringify(last);
    last = now;
    return same ? now : undefined;
  });
};

describe('a referral that is checked before it is sent', () => {
  const all = examples();
  // What is answered was asked for.
  const asking = all.filter(({ referral: { type } }) => /^(request|permit-consultation)\//.test(type));
  beforeAll(() => delge.sendAll(asking));

  it('leaves no row, no entry in the log and no word of it behind', async () => {
    const canary = `Kanarie${randomBytes(6).toString('hex')}`;
    const { system, referral } = permitted();
    const circumstances = `Vid hembesök: ${canary}.`;
    // A case is noted when somebody asks for it, or by and by.
    for (const one of new Set(all.map((example) => example.system))) await delge.sandbox.client(one).cases.list();
    const before = await settledRows();
    expect(Number(before['operator ledger.leaf'])).toBeGreaterThan(0);
    for (const one of all) await check(one);
    await delge.sandbox
      .client(system)
      .checkReferral({ referral: { ...referral, content: { ...referral.content, circumstances } } });
    for (const one of all.filter((example) => !asking.includes(example)))
      expect(await problemOf(delge.sandbox.client(one.system).referral(one.referral.id))).toBe('not-found');
    expect(await settledRows()).toEqual(before);
    const { read, found } = new Search({ circumstances: canary }).files(delge.stack.options.instance.path('log'));
    expect(read).toBeGreaterThan(0);
    expect(found).toEqual([]);
  });

  it.each(all.map((one): [string, string, Example] => [one.name, one.expect.outcome, one]))(
    '%s gets the verdict of its submission, code for code and word for word: %s',
    async (_, outcome, one) => {
      const checked = await check(one);
      expect(checked.outcome).toBe(outcome);
      expect(verdictsOf(checked.recipients)).toEqual(verdictsOf(await submitted(one)));
    },
  );

  it('is asked about for another day', async () => {
    const { dayBefore = '', day = '', before, on } = example('19-uppsala').lawFlip ?? {};
    expect((await check(example('19-uppsala'), dayBefore)).outcome).toBe(before);
    expect(await check(example('19-uppsala'), day)).toMatchObject({ on: day, outcome: on });
  });
});

describe('a referral that claims no basis', () => {
  it.each(['01-linkoping', '12-orebro', '19-uppsala'])(
    '%s is told the one that its submission goes on',
    async (name) => {
      const one = example(name);
      const { recipients } = await check({ ...one, referral: { ...one.referral, bases: [] } });
      const claimed = one.referral.bases.map(({ id }) => id);
      const [told] = (recipients[0]?.grounds ?? []).filter(({ bases }) => bases.join() === claimed.join());
      expect(told?.versions[0]).toMatch(new RegExp(`^${claimed[0]}@\\d{4}-\\d{2}-\\d{2}$`));
      const [message] = await submitted(one);
      expect(message?.verdict.outcome).toBe(told?.outcome);
      if (told?.outcome === 'permit')
        expect(message?.verdict.codes).toMatchObject({ force: told.force, clock: told.clock });
    },
  );

  it('cannot be sent', async () => {
    const { system, referral } = permitted();
    expect(await problemOf(delge.sandbox.client(system).submit({ ...referral, bases: [] }))).toBe('invalid-request');
  });

  it('is told the same grounds as its claims are', async () => {
    const { system } = permitted();
    const { verdict, grounds = [] }: DisclosureCheckView = await delge.sandbox.client(system).check({
      recipient: 'fk/forsakringskassan',
      type: 'notice-of-incorrect-payment/1',
      initiative: 'own',
      purpose: 'control-incorrect-payment',
      items: [{ id: 'payment', dataCategory: 'benefit-case', about: 'subject', known: 'own-case', secrecy: ['26:1'] }],
      derived: {
        ageBand: '21-plus',
        protectedIdentity: 'none',
        benefit: 'assistansersattning',
        circumstancesStated: true,
      },
    });
    expect(verdict.outcome).toBe('deny');
    expect(grounds.map(({ bases }) => bases)).toContainEqual(['LUF-2008-206-3']);
    expect(grounds[0]?.force).toBe('duty');
  });
});

describe('a check', () => {
  it('is for whom a submission is for, and no larger', async () => {
    const { system, referral } = permitted();
    const { gateway } = delge.sandbox.system(system);
    const token = await delge.sandbox.client(system).accessToken();
    const large = { ...referral, content: { ...referral.content, circumstances: 'x'.repeat(300 * 1024) } };
    const huge = { ...referral, content: { ...referral.content, circumstances: 'x'.repeat(600 * 1024) } };
    const slugs = async (one: object, as?: string): Promise<readonly string[]> => [
      (await call(`${gateway}${ROUTE}`, json({ referral: one }, as))).slug,
      (await call(`${gateway}/v1/referrals`, json(one, as))).slug,
    ];
    expect(await slugs(referral)).toEqual(['unauthenticated', 'unauthenticated']);
    expect(await slugs(referral, 'x')).toEqual(['unauthenticated', 'unauthenticated']);
    expect(await slugs(large, token)).toEqual(['too-large', 'too-large']);
    expect(await slugs(huge, token)).toEqual(['too-large', 'too-large']);
    expect((await call(`${gateway}${ROUTE}`, { headers: bearer(token) })).status).toBe(404);
  });

  it.each<[string, object, string]>([
    ['neither claims nor a referral', {}, 'referralOrClaims'],
    ['both', { referral: {}, recipient: 'a/b' }, 'referralOrClaimsNotBoth'],
  ])('of %s is refused and says so', async (_, body, code) => {
    const { system } = permitted();
    const token = await delge.sandbox.client(system).accessToken();
    const { status, text } = await call(`${delge.sandbox.system(system).gateway}${ROUTE}`, json(body, token));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      type: '/problems/invalid-request',
      violations: [{ path: '/referral', code }],
    });
  });

  it('on the command line says its verdict by its exit code', async () => {
    const sandbox = ['--sandbox', join(delge.stack.options.dir, 'sandbox.json')];
    const file = (name: string): string => join('examples/referrals', `${example(name).name}.json`);
    const run = (...args: readonly string[]) => cli(...sandbox, 'check', ...args);
    expect((await run(file('01-linkoping'))).code).toBe(0);
    expect((await run(file('03-linkoping'))).code).toBe(1);
    expect(await run(file('19-uppsala'))).toMatchObject({ code: 2, out: expect.stringContaining('bedömning saknas') });
    const { code, out } = await run(file('01-linkoping'), '--grounds', '--lang', 'en');
    expect(code).toBe(1);
    expect(out).toMatch(/Grounds that would carry it\n.*LUF-2008-206-3 +permit +duty/s);
    const { out: told } = await run(file('01-linkoping'), '--json');
    expect(JSON.parse(told)).toMatchObject({ outcome: 'permit', recipients: [{ authority: 'fk/forsakringskassan' }] });
    const folder = mkdtempSync(join(tmpdir(), 'delge-check-'));
    try {
      writeFileSync(join(folder, 'bad.json'), '{');
      expect(await run(join(folder, 'bad.json'))).toMatchObject({ code: 3, out: '' });
      expect(await run(file('01-linkoping'), '--on', '2026-02-31')).toMatchObject({ code: 3, out: '' });
      expect(await run(file('01-linkoping'), '--what')).toMatchObject({ code: 3, out: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
