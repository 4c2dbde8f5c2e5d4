import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import { ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { parseMessageSubmittedV1 } from '#contracts';
import type { ForecastView } from '#contracts';
import { MemoryRetractionStore, MemoryReferralStore, aGateway, aWorld, anExchange, example } from '#testing';
import type { World } from '#testing';
import { digestOf } from './law.js';
import { ReadReferrals } from './read-referrals.js';
import { RecordOutcome } from './record-outcome.js';
import { SubmitReferral } from './submit-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const newest = ruleSets.at(-1) as RuleSet;
const next: RuleSet = {
  ...newest,
  number: newest.number + 1,
  versions: newest.versions.map((version) =>
    version.id === 'LUF-2008-206-3' ? { ...version, points: { '-': ['prevent-incorrect-payment'] } } : version,
  ),
};

describe('what the sender is told of the forecast', () => {
  let world: World;
  beforeEach(async () => {
    world = await aWorld();
  });

  /** Forecast, then `meanwhile`, then decided, and read by the sender. */
  const told = async (meanwhile: () => Promise<unknown>): Promise<ForecastView | undefined> => {
    const gateway = await aGateway(world, 'kommunerna');
    const store = new MemoryReferralStore();
    const { evaluate, sealing, evidence, keys, follower } = gateway;
    const taking = new SubmitReferral(store, evaluate, sealing, 1, world.newId, world.clock.now, () => undefined);
    const { system, referral } = example('01');
    await taking.submit(system, referral);
    await meanwhile();
    const submitted = parseMessageSubmittedV1(store.outbox[0]?.body ?? new Uint8Array());
    const decided = await (await anExchange(world)).decided(submitted);
    await follower.refresh();
    await new RecordOutcome(evidence, store, new MemoryRetractionStore(), keys, world.clock.now).decided(decided);
    const { recipients } = await new ReadReferrals(store, store, new MemoryRetractionStore(), world.clock.now).read(
      system,
      referral.id,
    );
    return recipients[0]?.decision?.forecast;
  };
  const jurists = () => Object.values(world.keys.jurists) as [PrivateKey, PrivateKey];

  it('agrees when both had the same snapshot, and says by what', async () => {
    const { size } = world.snapshot;
    const view = await told(() => Promise.resolve());
    expect(view).toMatchObject({
      agrees: true,
      ruleSet: { number: newest.number },
      keysSize: size.toString(),
      decidedBy: { ruleSet: { number: newest.number }, keysSize: size.toString() },
    });
    expect(view).not.toHaveProperty('differs');
  });

  it('differs by the rule set when one was released in between', async () => {
    const bytes = canonicalBytes(next);
    const sha256 = digestOf(bytes);
    const { number, date, engine = 1 } = next;
    const view = await told(async () => {
      world.installed.set(sha256, next);
      const [first, second] = jurists();
      await world.state({ kind: 'rule-set-released', number, date, sha256, engineVersion: engine }, first, [second]);
    });
    expect(view).toMatchObject({
      agrees: false,
      differs: 'rule-set',
      ruleSet: { number: newest.number },
      decidedBy: { ruleSet: { number, sha256 } },
    });
    expect(view?.text.sv).toContain(`regelsamling ${newest.number} och kontrollen regelsamling ${number}`);
    expect(view?.text.en).toContain(`rule set ${newest.number} and the check rule set ${number}`);
  });

  it('names both snapshots when a legal position was taken in between', async () => {
    const before = world.snapshot.size;
    const view = await told(async () => {
      const jurist = world.keys.jurists['linkoping'] as PrivateKey;
      for (const question of ['text-unconfirmed', 'health-data'])
        await world.state(
          { kind: 'legal-position-taken', authority: SENDER, question, answer: 'prevents', from: '2020-01-01' },
          jurist,
        );
    });
    expect(view?.keysSize).toBe(before.toString());
    expect(view?.decidedBy.keysSize).toBe((before + 2n).toString());
    if (view?.agrees === false) expect(view.differs).toBe('snapshot');
  });

  it('differs by the day when the law of another day was asked', async () => {
    const view = await told(() => {
      world.clock.set('2019-06-03T10:00:00.000Z');
      return Promise.resolve();
    });
    expect(view).toMatchObject({ agrees: false });
    expect(['day', 'verification']).toContain(view?.differs);
  });
});
