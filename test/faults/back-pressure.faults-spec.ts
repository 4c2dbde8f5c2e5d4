import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { Client } from 'pg';
import { TestStack, eventually, permitted, problemOf } from '../support/stack.js';
import { barOf } from './size.js';

jest.setTimeout(240_000);
const SETTLED_MS = 90_000;
const GATEWAY = 'gateway-kommunerna';
const LIMITS = { OUTBOX_MAX_MESSAGES: '3', DATABASE_POOL: '4', CATCH_UP_INTERVAL_MS: '3600000' };

interface Ready {
  readonly status: number;
  readonly faults: Readonly<Record<string, string>>;
  readonly warnings: Readonly<Record<string, string>>;
}

/** F9, and a log that is behind: what cannot be kept is refused at once, what can waits, and each goes on by itself. */
describe('under pressure', () => {
  let delge: TestStack;
  const { system, referral } = permitted();
  const another = (): SubmitReferralDto => ({ ...referral, id: randomUUID(), caseId: randomUUID() });

  beforeAll(async () => {
    delge = await TestStack.own('pressed', {
      [GATEWAY]: LIMITS,
      exchange: { LOG_LAG_MS: '2000', UNRELEASED_MAX: '2' },
    });
  });
  afterAll(() => delge.end());

  const ready = async (service: string): Promise<Ready> => {
    const response = await fetch(`${delge.stack.url(service)}/health/ready`);
    const { faults = {}, warnings } = (await response.json()) as Ready;
    return { status: response.status, faults, warnings };
  };
  const until = (what: string, service: string, is: (now: Ready) => boolean) =>
    eventually(what, SETTLED_MS, async () => {
      const now = await ready(service);
      return is(now) ? now : undefined;
    });
  /** As a system sees it: status, slug, when to come again, and how long it took. */
  const answer = async (one: SubmitReferralDto) => {
    const token = await delge.sandbox.client(system).accessToken();
    const began = Date.now();
    const response = await fetch(`${delge.stack.url(GATEWAY)}/v1/referrals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(one),
    });
    const { type = '' } = (await response.json()) as { readonly type?: string };
    const again = response.headers.get('retry-after');
    return { status: response.status, slug: type.replace('/problems/', ''), again, ms: Date.now() - began };
  };

  it('of a broker that is away a gateway accepts until its outbox is full, says so, and sends all when it is back', async () => {
    await delge.stack.stop(GATEWAY);
    await delge.stack.run(GATEWAY, { AMQP_URL: 'amqp://nobody:nothing@127.0.0.1:1/' });
    const accepted = [another(), another(), another()];
    for (const one of accepted) expect((await answer(one)).status).toBe(202);
    const full = await until('red', GATEWAY, ({ faults }) => faults['outbox'] === 'full');
    expect([full.status, full.warnings['broker']]).toEqual([503, 'disconnected']);
    expect(await answer(another())).toMatchObject({ status: 503, slug: 'outbox-full', again: '5' });
    // The same again is no more than what is kept already.
    expect((await answer(accepted[0] as SubmitReferralDto)).status).toBe(202);
    await delge.stack.stop(GATEWAY);
    await delge.stack.run(GATEWAY);
    await until('green', GATEWAY, ({ status }) => status === 200);
    for (const one of accepted) await delge.settled(system, one.id, ['fetched'], SETTLED_MS);
    expect((await answer(another())).status).toBe(202);
  });

  it('of a table that nobody can read each is answered in time, and afterwards all goes on', async () => {
    await delge.sandbox.client(system).accessToken();
    const { name, servers } = delge.stack.options;
    const url = new URL(servers.postgres);
    url.pathname = `/delge_${name}_gw_kommunerna`;
    const holding = new Client({ connectionString: url.href });
    await holding.connect();
    try {
      await holding.query('BEGIN; LOCK TABLE gateway.system IN ACCESS EXCLUSIVE MODE');
      const answers = await Promise.all(Array.from({ length: 40 }, () => answer(another())));
      // What is asked together waits for what was asked before it, two seconds at a time, and no longer than twelve.
      for (const { status, slug } of answers) expect(['503 not-ready', '503 timeout']).toContain(`${status} ${slug}`);
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(barOf(13_000));
    } finally {
      await holding.end();
    }
    // Some that were given up are taken all the same, and fill the outbox of three until they have left.
    await eventually('it takes more', SETTLED_MS, async () =>
      (await answer(another())).status === 202 ? true : undefined,
    );
  });

  it('of a log that is behind the exchange is red, takes no more than it may, and releases all when the log is back', async () => {
    await delge.stack.stop('signer');
    const sent = Array.from({ length: 3 }, another);
    for (const one of sent) expect(await problemOf(delge.sandbox.client(system).submit(one))).toBe('none');
    const red = await until('red', 'exchange', ({ faults }) => faults['log'] === 'too-many');
    expect(red.status).toBe(503);
    await until(
      'holding',
      'exchange',
      ({ faults }) => faults['consumer'] === 'holding' || faults['log'] === 'too-many',
    );
    await delge.stack.run('signer');
    for (const one of sent) await delge.settled(system, one.id, ['fetched'], SETTLED_MS);
    await until('green', 'exchange', ({ status }) => status === 200);
  });
});
