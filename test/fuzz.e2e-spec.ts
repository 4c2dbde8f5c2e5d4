import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { fuzz } from './fuzz/run.js';
import { OPERATIONS } from './fuzz/api.js';
import { SIGNED } from './fuzz/tables.js';
import { Canaries } from './support/canaries.js';
import { Search } from './support/search.js';
import { TestStack, problemOf } from './support/stack.js';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const RUN = {
  requests: number('DELGE_REQUESTS', 1_000),
  seed: number('DELGE_SEED', randomInt(2 ** 30)),
  minutes: number('DELGE_MINUTES', 60),
  connections: 16,
};
/** Requests of a run in which each operation takes something. */
const LONG = 20_000;
jest.setTimeout((RUN.minutes + 5) * 60_000);

describe('requests that chance made of the published description', () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  it('are answered as it says, never by a fault of the service, and what it forbids is never accepted', async () => {
    const canaries = new Canaries();
    const report = await fuzz(delge, canaries, RUN);
    const { sent, forbidden, answers, waits, accepted, acceptedOfStaff, asked, faults, seconds } = report;
    const names = (all: typeof OPERATIONS): readonly string[] => all.map(({ name }) => name);
    const never = names(OPERATIONS.filter(({ name }) => !accepted.has(name)));
    const neverOfStaff = names(OPERATIONS.filter(({ name, isOfStaff }) => isOfStaff && !acceptedOfStaff.has(name)));
    const rate = Math.round(sent / seconds);
    process.stdout.write(
      `fuzz: seed ${RUN.seed}, ${sent} requests (${forbidden} forbidden) in ${Math.round(seconds)} s (${rate}/s), ` +
        `${asked.size} of ${OPERATIONS.length} operations asked, ${accepted.size} accepted something, ${faults.length} faults\n` +
        `nothing accepted of ${never.join(', ')}\nnothing of staff of ${neverOfStaff.join(', ')}\n` +
        `answers ${JSON.stringify(answers)}\ntold to wait ${JSON.stringify(waits)}\n`,
    );
    expect(faults.slice(0, 20)).toEqual([]);
    expect(sent).toBe(RUN.requests);
    // Fewer leave it to chance.
    if (RUN.requests >= LONG) expect([never, neverOfStaff]).toEqual([SIGNED, []]);
    const kept: string[] = [];
    const sender = delge.sandbox.client(canaries.marked().system);
    for (const id of report.refused.slice(-20)) {
      const answer = await problemOf(sender.referral(id));
      if (answer !== 'not-found') kept.push(`${id} ${answer}`);
    }
    expect(kept).toEqual([]);
    const { found } = new Search(canaries.words).files(delge.stack.options.instance.path('log'));
    expect(found).toEqual([]);
  });
});
