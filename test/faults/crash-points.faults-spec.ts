import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { broken, judge, nothing } from '../support/history.js';
import { TestStack } from '../support/stack.js';
import { crashPoints, dieAt, sweepOf } from './crash-points.js';
import type { Swept } from './crash-points.js';
import { undergo } from './fault.js';
import { Leads } from './leads.js';
import { killed } from './process-faults.js';
import { record } from './results.js';
import { QUICK } from './size.js';
import { Publications, repeatsBy } from './support/publications.js';
import type { Death } from './support/publications.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { Verdict } from './verdict.js';

const PER_SECOND = 8;
const LEAST = 20;
/** Bar of F2: what a relay takes in hand at once. */
const BATCH = 200;

jest.setTimeout(1_800_000);

/** In short, those are left out that `killed-ledger` sweeps in the same run. */
const wanted = ({ service, cause }: Swept): boolean =>
  !QUICK || cause !== 'referral' || (service !== 'ledger' && service !== 'signer');
const only = new RegExp(process.env['DELGE_POINT'] ?? '');
const sweep = sweepOf(crashPoints()).filter((one) => wanted(one) && only.test(one.point));

describe(`every service killed at each of its crash points (${sweep.length})`, () => {
  let delge: TestStack;
  let traffic: Traffic;

  beforeAll(async () => {
    delge = await TestStack.own('crash-points', {}, [SENDER.authority, RECIPIENT.authority]);
    traffic = new Traffic(delge);
  });
  afterAll(() => {
    traffic.close();
    return delge.end();
  });

  it('knows of every point in the source in which service it is', () => {
    const points = crashPoints();
    expect(points.length).toBeGreaterThan(30);
    expect(new Set(sweepOf(points).map(({ point }) => point))).toEqual(new Set(points));
    expect(() => sweepOf(['nowhere.look.before-commit'])).toThrow('PLACES does not say');
  });

  it('loses nothing, does nothing twice, and discloses nothing that is not logged', async () => {
    const leads = new Leads(delge);
    await leads.prepare(sweep.filter(({ cause }) => cause === 'erasure').length * 2);
    const died: string[] = [];
    const deaths: Death[] = [];
    const publications = await Publications.of(delge);
    const each = async (points: readonly Swept[]): Promise<void> => {
      for (const one of points) {
        // What runs is killed first, wherever it is.
        if (delge.stack.process(one.service).alive()) deaths.push({ service: one.service, at: Date.now() });
        await dieAt(delge, one, leads.to(one.cause));
        deaths.push({ service: one.service, at: Date.now() });
        died.push(`${one.service} ${one.point}`);
        // What is asked for needs all that it asks; the others go on to the next point at once.
        if (one.cause !== 'referral') await delge.stack.run(one.service);
      }
      for (const service of new Set(points.map(({ service }) => service))) {
        if (!delge.stack.process(service).alive()) await delge.stack.run(service);
      }
    };
    const phase = await traffic.phase('sweep', LEAST, async () => {
      const stop = traffic.flow(PER_SECOND);
      const onTheWay = sweep.filter(({ cause }) => cause === 'referral');
      const services = [...new Set(onTheWay.map(({ service }) => service))];
      await Promise.all(services.map((name) => each(onTheWay.filter(({ service }) => service === name))));
      await each(sweep.filter(({ cause }) => cause !== 'referral'));
      // The others have no crash points, or are swept elsewhere: they are killed wherever they are.
      for (const service of delge.stack.services.filter((one) => !sweep.some((swept) => swept.service === one)))
        await undergo(traffic.atWork(killed(delge, service)), () => traffic.untilAccepted(1));
      await stop();
    });
    expect(died.toSorted()).toEqual(sweep.map(({ service, point }) => `${service} ${point}`).toSorted());
    const settledMs = await traffic.settled();
    const counts = await new Verdict(delge, traffic).nothingBroken();
    const repeats = repeatsBy(deaths, publications.repeats);
    await publications.end();
    // A relay that dies between confirm and mark repeats what it had in hand, and no more.
    expect(publications.all).toBeGreaterThan(traffic.accepted.length);
    if (died.some((one) => one.endsWith(' relay.after-confirm')))
      expect(publications.repeats.length).toBeGreaterThan(0);
    expect(Math.max(...repeats)).toBeLessThanOrEqual(BATCH);
    const wire = { 'repeated on the wire': publications.repeats.length, 'by one crash at most': Math.max(...repeats) };
    const figures = { ...counts, 'longest gap': `${phase.longestGapMs} ms`, 'all ended after': `${settledMs} ms` };
    const rows = {
      F1: /^gateway-.* gateway\./,
      F2: / relay\./,
      F3: / exchange\.| gateway\.receive/,
      F4: /^(ledger|signer) /,
    };
    for (const [row, pattern] of Object.entries(rows)) {
      const points = died.filter((one) => pattern.test(one)).length;
      record(row as keyof typeof rows, { 'crash points': points, ...figures, ...(row === 'F2' ? wire : {}) });
    }
  });

  it('is judged by a history that shows a loss, a second delivery and a missing entry where there is one', async () => {
    const [lost = '', open = '', other = '', early = '', untold = ''] = traffic.accepted;
    await delge.sql(RECIPIENT.gateway, `DELETE FROM gateway.delivery WHERE message_id = $1`, [lost]);
    await delge.sql(SENDER.gateway, `UPDATE gateway.message SET state = 'released' WHERE message_id = $1`, [open]);
    await delge.sql('operator', `UPDATE exchange.message SET jwe_sha256 = 'another' WHERE message_id = $1`, [other]);
    await delge.sql(
      RECIPIENT.gateway,
      `UPDATE gateway.delivery SET received_at = received_at - interval '1 hour' WHERE message_id = $1`,
      [early],
    );
    await delge.sql(SENDER.gateway, `DELETE FROM gateway.statement WHERE message_id = $1`, [untold]);
    const fetched = new Map([[traffic.accepted.at(-1) ?? '', 2]]);
    const judged = await judge(delge, traffic.accepted, SENDER, RECIPIENT, fetched);
    expect(judged).toEqual({
      ...nothing,
      lost: [lost],
      undetermined: [open],
      unlogged: [other],
      early: [early],
      untold: [untold],
      twice: [...fetched.keys()],
    });
    expect(broken(judged)).toEqual(['I1', 'I2', 'I3']);
  });
});
