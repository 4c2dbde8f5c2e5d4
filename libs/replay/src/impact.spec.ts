import { beforeAll, expect, it } from '@jest/globals';
import { ruleSets } from '#legal-basis';
import type { BasisVersion, RuleSet } from '#legal-basis';
import type { KeysLog } from '#snapshot';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import { impact } from './impact.js';
import { codesOf } from './compute.js';
import type { By } from './compute.js';
import { groundsOf } from './grounds.js';
import type { Recorded } from './grounds.js';

const newest = ruleSets.at(-1) as RuleSet;
const USED = 'LUF-2008-206-3';
const altered = (change: (version: BasisVersion) => BasisVersion): RuleSet => ({
  ...newest,
  versions: newest.versions.map((version) => (version.id === USED ? change(version) : version)),
});
const narrower = altered((version) => ({ ...version, points: { '-': ['correct-taxation'] } }));
const amended = altered((version) => (version.until === undefined ? { ...version, from: '2026-11-01' } : version));

let recorded: Recorded;
let stopped: Recorded;
let keys: Pick<KeysLog, 'at'>;

beforeAll(async () => {
  const world = await aWorld();
  const exchange = await anExchange(world);
  const message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  const { entry } = await exchange.decide(message);
  recorded = { entryId: 'one', decision: entry, manifest: message.manifest };
  const other = { ...message, jwe: `${message.jwe}x` };
  stopped = { ...recorded, entryId: 'two', decision: (await exchange.decide(other)).entry };
  keys = world;
});

const falls = (a: By, b: By, of = recorded) => impact(of, keys, [a, b], () => newest);

it('says what falls out differently, before and after', async () => {
  expect(await falls({}, { ruleSet: narrower })).toMatchObject({
    outcome: 'changed',
    sender: 'linkoping/omsorgsnamnden',
    messageType: 'misuse-of-assistance-allowance/1',
    before: { outcome: 'permit' },
    after: { outcome: 'deny', codes: expect.arrayContaining([expect.stringMatching(/^PURPOSE_NOT_COVERED/)]) },
  });
});

it('finds no difference where there is none, whichever way the rule set is named', async () => {
  expect(await falls({}, { ruleSet: newest })).toEqual({ entryId: 'one', outcome: 'unchanged' });
  expect(await falls({ ruleSet: narrower }, { ruleSet: narrower })).toMatchObject({ outcome: 'unchanged' });
});

it('asks the law of another day', async () => {
  expect(await falls({}, { on: '2008-01-01' })).toMatchObject({
    before: { outcome: 'permit' },
    after: { outcome: 'deny', codes: expect.arrayContaining([expect.stringMatching(/^BASIS_NOT_IN_FORCE/)]) },
  });
});

it('counts a version as adopted when it was, or when that is asked for', async () => {
  const adopted = { ruleSet: amended };
  const open = { outcome: 'assess', codes: expect.arrayContaining([expect.stringMatching(/^BASIS_NOT_ADOPTED/)]) };
  expect(await falls({}, adopted)).toMatchObject({ after: open });
  const after = await falls({}, { ...adopted, allAdopted: true });
  expect(JSON.stringify(after)).not.toContain('BASIS_NOT_ADOPTED');
});

it('says the same whatever the rules, when the message was stopped before the law was asked', async () => {
  expect(await falls({}, { ruleSet: narrower }, stopped)).toEqual({ entryId: 'two', outcome: 'unchanged' });
});

it('says what it cannot compute', async () => {
  const { manifest: _, ...unopened } = recorded;
  expect(await falls({}, { ruleSet: narrower }, unopened)).toMatchObject({ code: 'opening-missing' });
  expect(await impact(recorded, keys, [{}, { ruleSet: newest }], () => undefined)).toMatchObject({
    outcome: 'not-computed',
    code: 'rule-set-unknown',
  });
});

it('goes on after a decision by an engine that its rule set does not take', async () => {
  const grounds = await groundsOf(recorded, keys);
  if (typeof grounds === 'string') throw new Error(grounds);
  const by = (engineVersion: number) =>
    codesOf({ ...grounds, decision: { ...grounds.decision, engineVersion } }, {}, () => newest);
  expect([by(0), by(1), by(99)]).toEqual(['engine-unknown', 'engine-too-old', 'engine-unknown']);
});
