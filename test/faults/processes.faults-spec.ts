import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { importJWK, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CLIENT_ASSERTION_TYPE } from '#contracts';
import { Random } from '#testing';
import { Instance } from '../../tools/machine/instance.js';
import { readKey } from '../../tools/sandbox/keys.js';
import { statusAlone } from '../support/http.js';
import { TestStack, permitted } from '../support/stack.js';
import { clockJumps, withClock } from './clock-faults.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { ended, paused } from './process-faults.js';
import { TELLABLE, blocked, outOfMemory, withoutDescriptors } from './process-limits.js';
import { record } from './results.js';
import type { Row } from './rows.js';
import { QUICK, SEED, barOf, sized } from './size.js';
import { Deliveries } from './support/deliveries.js';
import { withoutDisk } from './support/disk.js';
import { LogDisk, linesLost } from './support/log-disk.js';
import { Shuffler } from './support/shuffle.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import type { Phase } from './traffic.js';
import { Verdict } from './verdict.js';

/** In full longer than the broker's heartbeat allows: it takes back what the process had in hand. */
const PAUSED_MS = QUICK ? 3_000 : 60_000;
const PER_SECOND = QUICK ? 15 : 50;
const LEAST = 10;
/** What comes to a queue within it is passed on in another order. */
const HELD_MS = 400;
const EXIT_MS = 30_000;
const BACK_MS = 10_000;
const NAME = 'processes';
const MINUTE_MS = 60_000;
const JUMPS = [10 * MINUTE_MS, -10 * MINUTE_MS, 24 * 60 * MINUTE_MS];
/** Bar of the row: two seconds off are told within as many as its readiness is asked in. */
const TOLD_MS = barOf(5_000);
const [SENDERS, RECIPIENTS] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];
const SERVICES = [SENDERS, RECIPIENTS, 'exchange', 'registry', 'ledger', 'signer'];

const noDisk = withoutDisk();
if (noDisk !== undefined) process.stderr.write(`\nSKIPPED: a full disk of logs is not tested: ${noDisk}\n\n`);
const itWithDisk = noDisk === undefined ? it : it.skip;

jest.setTimeout(1_200_000);

describe(`processes that are stopped, blocked, ended and short of what they need (DELGE_SEED=${SEED})`, () => {
  let delge: TestStack;
  let traffic: Traffic;
  let verdict: Verdict;
  let logDisk: LogDisk | undefined;
  const inTurn = QUICK ? ['exchange', RECIPIENTS] : ['exchange', SENDERS, RECIPIENTS];

  beforeAll(async () => {
    const variables = Object.fromEntries(
      SERVICES.map((service) => [service, withClock(NAME, service, inTurn.includes(service) ? TELLABLE : '')]),
    );
    const written = SERVICES.map((service) =>
      Instance.open('test', process.env['DELGE_ROOT'] ?? process.cwd()).path('log', `${NAME}-${service}.log`),
    );
    if (noDisk === undefined) logDisk = await LogDisk.under('logs', written);
    delge = await TestStack.own(NAME, variables, [SENDER.authority, RECIPIENT.authority]);
  });
  beforeEach(() => {
    traffic = new Traffic(delge);
    verdict = new Verdict(delge, traffic);
  });
  // What a test that failed left behind is not the next one's.
  afterEach(() => traffic.close());
  afterAll(async () => {
    // A start that failed has made only some of them.
    await (delge as TestStack | undefined)?.end();
    await logDisk?.end();
  });

  /** Asks the sender's gateway for a token, by an assertion of that time. @returns the status of the answer */
  const tokenDated = async (ms: number): Promise<number> => {
    const { gateway, system, keyFile } = delge.sandbox.system(SENDER.authority);
    const key = readKey(keyFile);
    const iat = Math.floor((Date.now() + ms) / 1000);
    const client_assertion = await new SignJWT({
      iss: system,
      sub: system,
      aud: `${gateway}/oauth2/token`,
      jti: randomUUID(),
      iat,
      exp: iat + 120,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .sign(await importJWK({ ...key }, 'ES256'));
    const form = { grant_type: 'client_credentials', client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion };
    const body = new URLSearchParams(form);
    return (await fetch(`${gateway}/oauth2/token`, { method: 'POST', body })).status;
  };

  /** Under load: some before it, some while it lasts. */
  const under = (fault: Fault, holdMs: number): Promise<Phase> =>
    traffic.phase(fault.name, LEAST, async () => {
      const stop = traffic.flow(PER_SECOND);
      await traffic.untilAccepted(LEAST);
      await undergo(traffic.atWork(fault), () => delay(holdMs));
      await stop();
    });
  const told = async (row: Row['id'], { name, acked, longestGapMs }: Phase, more: object = {}): Promise<void> => {
    const settledMs = await traffic.settled();
    const figures = { fault: name, acked, 'longest gap': `${longestGapMs} ms`, 'all ended after': `${settledMs} ms` };
    record(row, { ...figures, ...more });
  };
  /** All of the faults before it. */
  const judged = async (row: Row['id']): Promise<void> => record(row, await verdict.nothingBroken());

  it('F32: end within 30 s at load when they are asked to, and nothing is delivered again', async () => {
    const deliveries = await Deliveries.of(delge);
    for (const service of inTurn) {
      const fault = ended(delge, service, EXIT_MS);
      const phase = await under(fault, 0);
      await told('F32', phase, { 'exit after': `${fault.tookMs()} ms` });
    }
    await judged('F32');
    const { all, again } = deliveries.counts;
    record('F32', { delivered: all, 'delivered again': again });
    // Each went through two queues at least.
    expect(all).toBeGreaterThanOrEqual(2 * traffic.accepted.length);
    expect(again).toBe(0);
    await deliveries.end();
  });

  it(`F31: do nothing twice when they are stopped for ${PAUSED_MS / 1000} s and go on`, async () => {
    for (const service of inTurn) await told('F31', await under(paused(delge, service), PAUSED_MS));
    await judged('F31');
  });

  it('F31: go on after their event loop was blocked for five seconds, and do not answer meanwhile', async () => {
    for (const service of inTurn) await told('F31', await under(blocked(delge, service), 0));
    await judged('F31');
  });

  it('F30: are back within 10 s after they ran out of memory, and have lost nothing', async () => {
    for (const service of inTurn) {
      const fault = outOfMemory(delge, service);
      const phase = await under(fault, 0);
      await told('F30', phase, { 'ready again after': `${fault.backMs()} ms` });
      if (!QUICK) expect(fault.backMs()).toBeLessThan(BACK_MS);
    }
    await judged('F30');
  });

  it('F37: answer 503 where they can answer, and go on within 10 s after they could open no file and no connection', async () => {
    for (const service of inTurn) {
      const fault = withoutDescriptors(delge, service);
      const phase = await under(fault, 2_000);
      await told('F37', phase, { 'ready again after': `${fault.backMs()} ms` });
      expect(fault.backMs()).toBeLessThan(barOf(BACK_MS));
    }
    // Who had a connection open was told. In short, whether anybody had one at that moment is left to chance.
    if (!QUICK) expect(traffic.refusals.get(503) ?? 0).toBeGreaterThan(0);
    record('F37', { 'answers of 503': traffic.refusals.get(503) ?? 0 });
    await judged('F37');
  });

  itWithDisk(
    'F14: fail no request while the disk of their logs is full, and say afterwards what was lost',
    async () => {
      // They tell of each message, and the sender's gateway of each caller whom it does not know.
      const telling = ['exchange', RECIPIENTS, SENDERS].map((service) => delge.stack.log(service));
      const full = logDisk?.full(telling);
      if (full === undefined) throw new Error('there is no such disk');
      const services = delge.stack.services.map((service) => delge.stack.process(service).pid);
      const phase = await traffic.phase(full.name, LEAST, async () => {
        const stop = traffic.flow(PER_SECOND);
        await traffic.untilAccepted(LEAST);
        const strangers = callingWithout(delge.stack.url(SENDERS));
        let answers: readonly (number | undefined)[];
        try {
          await undergo(full, () => traffic.untilAccepted(sized(1_000, 45)));
        } finally {
          answers = await strangers();
        }
        expect(answers).toEqual([401]);
        await stop();
      });
      expect(phase.again).toBe(0);
      expect(delge.stack.services.map((service) => delge.stack.process(service).pid)).toEqual(services);
      expect(delge.stack.services.every((service) => delge.stack.process(service).alive())).toBe(true);
      const lost = telling.map(linesLost).reduce((sum, count) => sum + count);
      await told('F14', phase, { 'requests failed': phase.again, 'lines lost': lost });
      await judged('F14');
    },
  );

  it('F16: go by the right time when the clock of their machine jumps: take nothing wrongly, refuse nothing, and say so', async () => {
    // In short each service but one of two gateways, and each jump.
    const jumps = QUICK
      ? [SENDERS, 'exchange', 'ledger'].map((service, nth) => [service, JUMPS[nth] ?? 0] as const)
      : SERVICES.flatMap((service) => JUMPS.map((ms) => [service, ms] as const));
    for (const [service, ms] of jumps) {
      const fault = clockJumps(delge, service, ms);
      const phase = await traffic.phase(fault.name, LEAST, async () => {
        const stop = traffic.flow(PER_SECOND);
        await undergo(fault, async () => {
          await traffic.untilAccepted(2 * LEAST);
          // What is right by the wrong clock alone opens nothing, and what is right does.
          if (service === SENDERS) expect([await tokenDated(ms), await tokenDated(0)]).toEqual([401, 200]);
        });
        await stop();
      });
      expect(phase.again).toBe(0);
      expect(fault.toldAfterMs()).toBeLessThan(TOLD_MS);
      await told('F16', phase, { 'told after': `${fault.toldAfterMs()} ms` });
    }
    await judged('F16');
    const states = `SELECT DISTINCT state FROM gateway.message WHERE message_id = ANY($1) ORDER BY state`;
    const ends = await delge.sql<{ state: string }>(SENDER.gateway, states, [traffic.accepted]);
    expect(ends.filter(({ state }) => state !== 'fetched' && state !== 'acknowledged')).toEqual([]);
    const until = new Date();
    for (const [database, column] of [
      ['operator', 'exchange.decision.decided_at'],
      [RECIPIENT.gateway, 'gateway.delivery.received_at'],
    ] as const) {
      const [schema = '', table = '', name = ''] = column.split('.');
      const sql = `SELECT ${name} AS at FROM ${schema}.${table} WHERE message_id = ANY($1::uuid[]) AND NOT ${name} BETWEEN $2 AND $3`;
      expect([column, await delge.sql(database, sql, [traffic.accepted, traffic.began, until])]).toEqual([column, []]);
    }
  });

  it('F18: end what they are given in another order at every queue the same way, and number a case as it is released', async () => {
    const caseId = randomUUID();
    traffic = new Traffic(delge, SENDER, RECIPIENT, () => ({ ...permitted().referral, caseId }));
    verdict = new Verdict(delge, traffic);
    const shuffler = await Shuffler.between(delge, new Random(SEED));
    const over = new AbortController();
    let moved = 0;
    const shuffling = (async () => {
      for (; !over.signal.aborted; await delay(HELD_MS)) moved += await shuffler.pass();
      await shuffler.end();
    })();
    try {
      await traffic.submit(sized(300, 40), PER_SECOND);
      await traffic.settled();
    } finally {
      over.abort();
      await shuffling;
    }
    // They went through three queues.
    expect(moved).toBeGreaterThan(traffic.accepted.length);
    const counts = await verdict.nothingBroken();
    const rows = await delge.sql<{ number: string }>(
      RECIPIENT.gateway,
      `SELECT delivery_number AS number FROM gateway.delivery WHERE case_id = $1 ORDER BY txid, seq`,
      [caseId],
    );
    const numbers = rows.map(({ number }) => Number(number));
    const released = traffic.accepted.map((_, at) => at + 1);
    // They came in another order than they were released in, and say in which.
    expect(numbers).not.toEqual(released);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(released);
    record('F18', { seed: SEED, 'out of place': moved, ...counts });
  });
});

/** Calls it again and again with a token that it did not give. @returns ends it, and tells what was answered, each status once; undefined: nothing */
const callingWithout = (gateway: string): (() => Promise<readonly (number | undefined)[]>) => {
  const answers = new Set<number | undefined>();
  const headers = { authorization: 'Bearer of-nobody' };
  const over = new AbortController();
  const calls = (async () => {
    for (; !over.signal.aborted; await delay(HELD_MS))
      answers.add(await statusAlone(`${gateway}/v1/referrals`, { headers }));
  })();
  return async () => {
    over.abort();
    await calls;
    return [...answers];
  };
};
