import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DisclosureCheckDto, MessageSummary, ReferralCheckView, SubmitReferralDto, VerdictView } from '#contracts';
import { stockholmDate } from '#legal-basis';
import { MemoryReferralStore, aGateway, aWorld, example, outcomeOf } from '#testing';
import type { Example, TestGateway, World } from '#testing';
import { GatewayError } from '../domain/errors.js';
import { CheckDisclosure } from './check-disclosure.js';
import { SubmitReferral } from './submit-referral.js';

let world: World;
let gateway: TestGateway;
let checks: CheckDisclosure;
let store: MemoryReferralStore;
let referrals: SubmitReferral;
beforeAll(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
  checks = new CheckDisclosure(gateway.law, gateway.evaluate, world.newId, world.clock.now);
});
beforeEach(() => {
  store = new MemoryReferralStore();
  const { evaluate, sealing } = gateway;
  referrals = new SubmitReferral(store, evaluate, sealing, 60_000, world.newId, world.clock.now, () => undefined);
});

const check = ({ system, referral }: Example, on?: string): Promise<ReferralCheckView> =>
  checks.ofReferral(system, { referral, ...(on === undefined ? {} : { on }) });
const changed = (given: Example, change: Partial<SubmitReferralDto>): Example => ({
  ...given,
  referral: { ...given.referral, ...change },
});
/** Verdict for each recipient, as the submission's own answer has it. */
const submitted = async ({
  system,
  referral,
}: Example): Promise<readonly Pick<MessageSummary, 'authority' | 'verdict'>[]> => {
  try {
    return (await referrals.submit(system, referral)).recipients;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'FORMAL_OBSTACLE') throw error;
    return error.details.extensions?.['recipients'] as MessageSummary[];
  }
};
const verdicts = (of: readonly { readonly authority: string; readonly verdict: VerdictView }[]): unknown =>
  of.map(({ authority, verdict }) => [authority, verdict]);

describe('a referral that is checked', () => {
  it.each([
    ['01', 'permit'],
    ['06', 'permit'],
    ['03', 'deny'],
    ['19', 'assess'],
  ])('%s gets the verdict that its submission gets: %s', async (name, outcome) => {
    const checked = await check(example(name));
    expect(store.outbox).toEqual([]);
    expect(store.refusals).toEqual([]);
    expect(verdicts(checked.recipients)).toEqual(verdicts(await submitted(example(name))));
    expect(checked.outcome).toBe(outcome);
    expect(checked.on).toBe(stockholmDate(world.clock.now()));
    for (const one of checked.recipients) expect(Object.keys(one).sort()).toEqual(['authority', 'function', 'verdict']);
  });

  it.each<[string, string, Partial<SubmitReferralDto>]>([
    ['a recipient that is none', 'UNKNOWN_RECIPIENT', { to: [{ authority: 'nobody/here', function: 'kontroll' }] }],
    ['a function that is none', 'UNKNOWN_FUNCTION', { to: [{ authority: 'fk/forsakringskassan', function: 'x' }] }],
    ['a type that is none', 'UNKNOWN_MESSAGE_TYPE', { type: 'rumour/1' }],
    ['a type that is never sent', 'UNKNOWN_MESSAGE_TYPE', { type: 'recorded-disclosure/1' }],
    ['a code that is none', 'UNKNOWN_CODE', { purpose: 'to-know' }],
    ['content of another form', 'CONTENT_INVALID', { content: { text: 'x' } }],
    ['more content than is taken', 'TOO_LARGE', { content: { text: 'x'.repeat(256 * 1024) } }],
  ])('ends as its submission ends with %s', async (_, code, change) => {
    const one = changed(example('01'), change);
    expect(await outcomeOf(() => check(one))).toBe(code);
    expect(await outcomeOf(() => submitted(one))).toBe(code);
  });

  it('ends as its submission ends with an assessment of what is not there', async () => {
    const assessments = (example('01').referral.assessments ?? []).map((one) => ({ ...one, items: ['nothing'] }));
    expect(await outcomeOf(() => check(changed(example('01'), { assessments })))).toBe('ASSESSMENT_INVALID');
  });

  it('is asked about for the law of another day', async () => {
    const { lawFlip } = example('19');
    const [before, day] = [await check(example('19'), lawFlip?.dayBefore), await check(example('19'), lawFlip?.day)];
    expect([before.on, before.outcome]).toEqual([lawFlip?.dayBefore, lawFlip?.before]);
    expect([day.on, day.outcome]).toEqual([lawFlip?.day, lawFlip?.on]);
    expect(lawFlip?.before).not.toBe(lawFlip?.on);
  });

  it('is not answered for a day that is none', async () => {
    await expect(check(example('01'), '2026-02-31')).rejects.toMatchObject({ code: 'DATE_INVALID' });
  });

  it('does not use up its id', async () => {
    await check(example('01'));
    await check(changed(example('01'), { purpose: 'prevent-crime' }));
    expect(await store.find(example('01').system, example('01').referral.id)).toBeUndefined();
  });
});

describe('a referral that claims no basis', () => {
  const without = (name: string): Example => changed(example(name), { bases: [] });

  it.each(['01', '06', '19'])('%s is told the bases that carry it, and those do', async (name) => {
    const { outcome, recipients } = await check(without(name));
    expect(outcome).toBe('deny');
    for (const { verdict, grounds = [] } of recipients) {
      expect(verdict.codes).toMatchObject({ codes: ['NO_BASIS - - -'] });
      expect(grounds.map(({ bases }) => bases)).toContainEqual(example(name).referral.bases.map(({ id }) => id));
    }
    const [first] = recipients;
    for (const { bases, outcome: told, force } of first?.grounds ?? []) {
      const again = await check(changed(without(name), { bases: bases.map((id) => ({ id })) }));
      const [verdict] = again.recipients.map((one) => one.verdict);
      expect(verdict?.outcome).toBe(told);
      if (told === 'permit') expect(verdict?.codes).toMatchObject({ force });
      expect(again.recipients[0]).not.toHaveProperty('grounds');
    }
  });

  it('can be checked and never be sent', async () => {
    const stopped = await submitted(without('01'));
    expect(stopped.map(({ verdict }) => verdict.outcome)).toEqual(['deny']);
    expect(store.outbox.map(({ type }) => type)).toEqual(['refusal.reported.v1']);
  });
});

describe('claims alone', () => {
  const claims: DisclosureCheckDto = {
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
  };
  const ids = async (change: Partial<DisclosureCheckDto> = {}): Promise<readonly string[]> => {
    const { grounds = [] } = await checks.ofClaims('linkoping/omsorgsnamnden', { ...claims, ...change });
    return grounds.map(({ bases }) => bases.join(' '));
  };

  it('are told the grounds of the day, the duty first', async () => {
    const { grounds = [] } = await checks.ofClaims('linkoping/omsorgsnamnden', claims);
    const forces = grounds.map(({ force }) => force);
    expect(forces.lastIndexOf('duty')).toBeLessThan(forces.indexOf('permission'));
    expect(await ids()).toEqual(expect.arrayContaining(['LUF-2008-206-3', 'OSL-10-15a']));
    expect(await ids({ on: '2020-01-01' })).not.toContain('OSL-10-15a');
  });

  it('are told none when a basis is claimed', async () => {
    const answer = await checks.ofClaims('linkoping/omsorgsnamnden', { ...claims, bases: [{ id: 'LUF-2008-206-3' }] });
    expect(answer).not.toHaveProperty('grounds');
    expect(answer.verdict.outcome).toBe('assess');
  });

  it('may not lack a code for want of a basis', async () => {
    expect(await outcomeOf(() => ids({ purpose: 'to-know' }))).toBe('UNKNOWN_CODE');
  });
});
