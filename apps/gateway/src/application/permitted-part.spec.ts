import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AssessmentDto, SubmitReferralDto, SubmitReferralQueryDto, VerdictView } from '#contracts';
import { parseMessageSubmittedV1 } from '#contracts';
import { parseManifest, parseRefusal } from '#envelope';
import { canonicalBytes } from '#json';
import { OUTCOMES, assessmentDigest } from '#legal-basis';
import type { Claims } from '#legal-basis';
import { MemoryRetractionStore, MemoryReferralStore, aGateway, aWorld, anExchange, example, outcomeOf } from '#testing';
import type { Example, TestExchange, TestGateway, World } from '#testing';
import type { GatewayError } from '../domain/errors.js';
import { sha256 } from './law.js';
import type { StoredAssessment, StoredMessage } from './ports/referral.js';
import { ReadReferrals } from './read-referrals.js';
import { SubmitReferral } from './submit-referral.js';

let world: World;
let exchange: TestExchange;
let gateway: TestGateway;
let hosts: readonly TestGateway[];
let store: MemoryReferralStore;
let referrals: SubmitReferral;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  hosts = [await aGateway(world, 'myndigheterna'), await aGateway(world, 'rattsvasendet')];
});
beforeEach(async () => {
  gateway = await aGateway(world, 'kommunerna');
  store = new MemoryReferralStore();
  const { evaluate, sealing } = gateway;
  referrals = new SubmitReferral(store, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined);
});

const PART: SubmitReferralQueryDto = { onDeny: 'send-permitted' };
const submit = ({ system, referral }: Example, asked?: SubmitReferralQueryDto) =>
  referrals.submit(system, referral, asked);
const changed = (given: Example, change: Partial<SubmitReferralDto>): Example => ({
  ...given,
  referral: { ...given.referral, ...change },
});
/** As from the criminal records, whose secrecy the basis does not break. */
const unreached = (given: Example, ...items: string[]): Example => {
  const secrecy = Object.fromEntries(items.map((item) => [item, ['35:3']]));
  return changed(given, { declarations: { ...given.referral.declarations, secrecy } });
};
/** The officers of one recipient let these items go, and stop the others by one of their tests. */
const stopped = (given: Example, recipient: string, test: keyof typeof OUTCOMES, goes: string[], stops: string[]) => {
  const assessments = (given.referral.assessments ?? []).flatMap((one): AssessmentDto[] =>
    one.recipient !== recipient || one.test !== test
      ? [one]
      : [
          { ...one, items: goes },
          { ...one, items: stops, outcome: OUTCOMES[test].stops },
        ],
  );
  return changed(given, { assessments });
};
const messages = async ({ system, referral }: Example): Promise<readonly StoredMessage[]> =>
  (await store.find(system, referral.id))?.messages ?? [];
const refusal = async (given: Example, asked?: SubmitReferralQueryDto) => {
  const error = (await submit(given, asked).catch((thrown: unknown) => thrown)) as GatewayError;
  const recipients = error.details.extensions?.['recipients'] as { verdict: VerdictView; leftOut?: string[] }[];
  return { code: error.code, recipients };
};
const itemsOf = (claims: object): readonly string[] => (claims as Claims).items.map(({ id }) => id);
const delivered = async (at = 0) => {
  const sent = store.outbox.filter(({ type }) => type === 'message.submitted.v1');
  const submitted = parseMessageSubmittedV1(sent[at]?.body ?? new Uint8Array());
  const { recipient, claims } = parseManifest(submitted.manifest).manifest;
  const host = hosts.find(({ keys }) => keys.hosts(recipient)) as TestGateway;
  const { detail } = await host.verify.execute(await exchange.release(submitted));
  return { content: detail.content, outcome: detail.verdict.outcome, claims: JSON.stringify(claims) };
};

describe('a referral of which one item may not go', () => {
  const given = unreached(example('01'), 'provider');
  it('is refused, and told which may go', async () => {
    const { code, recipients } = await refusal(given);
    expect(code).toBe('FORMAL_OBSTACLE');
    expect(recipients[0]?.verdict.permitted).toMatchObject({ leavesOut: ['provider'], outcome: 'permit' });
    expect(recipients[0]?.verdict.permitted?.keeps).toContain('assistants.1');
    expect(recipients[0]?.verdict.permitted?.text.sv).toMatch(/inget formellt hinder/);
    expect(await messages(given)).toEqual([]);
  });

  it('goes without it when its sender asks for that, and its recipient finds what was declared', async () => {
    const answer = await submit(given, PART);
    expect(answer).toMatchObject({ state: 'accepted', recipients: [{ leftOut: ['provider'] }] });
    expect(answer.recipients[0]?.verdict).toMatchObject({ outcome: 'permit' });
    const { provider: _, ...rest } = given.referral.content;
    const { content, outcome, claims } = await delivered();
    expect([content, outcome]).toEqual([rest, 'permit']);
    expect(claims).not.toMatch(/provider|35:3/);
  });

  it('is refused as a whole for the log, once and beside the part that goes', async () => {
    await submit(given, PART);
    expect(store.outbox.map(({ type }) => type)).toEqual(['message.submitted.v1', 'refusal.reported.v1']);
    const { refusal: told } = parseRefusal(store.refusals[0]?.statement ?? '');
    const { manifest } = parseManifest(parseMessageSubmittedV1(store.outbox[0]?.body ?? new Uint8Array()).manifest);
    expect(told).toMatchObject({ outcome: 'deny', messageId: manifest.messageId, recipient: manifest.recipient });
    expect(itemsOf(told.claims)).toEqual(expect.arrayContaining([...itemsOf(manifest.claims), 'provider']));
    const [message] = await messages(given);
    expect(message?.state).toBe('accepted');
    await submit(given, PART);
    expect(store.refusals).toHaveLength(1);
  });

  it('is not refused twice when it was refused before its sender asked', async () => {
    await refusal(given);
    await submit(given, PART);
    expect(store.outbox.map(({ type }) => type)).toEqual(['refusal.reported.v1', 'message.submitted.v1']);
  });

  it('tells no way out that its type does not allow', async () => {
    const { recipients } = await refusal(unreached(example('01'), 'circumstances'));
    const { waysOut } = (recipients[0] as (typeof recipients)[0]).verdict.sv as {
      readonly waysOut: readonly object[];
    };
    expect(waysOut).not.toEqual([]);
    for (const way of waysOut) expect(way).not.toHaveProperty('items');
  });

  it('gets the answer it got, whatever is asked for later', async () => {
    const answer = await submit(given, PART);
    expect(await submit(given)).toEqual(answer);
    expect(await submit(given, { onDeny: 'refuse' })).toEqual(answer);
    expect(store.outbox).toHaveLength(2);
  });

  it('tells its officer what was left out, for as long as it is kept', async () => {
    await submit(given, PART);
    const view = await new ReadReferrals(store, store, new MemoryRetractionStore(), world.clock.now).read(
      given.system,
      given.referral.id,
    );
    expect(view.recipients).toMatchObject([{ leftOut: ['provider'], state: 'accepted' }]);
  });

  it('goes whole when nothing stands in its way, asked or not', async () => {
    const answer = await submit(example('01'), PART);
    expect(answer.recipients[0]).not.toHaveProperty('leftOut');
    expect((await delivered()).content).toEqual(example('01').referral.content);
  });

  it('does not go when the type demands what may not go', async () => {
    const { code, recipients } = await refusal(unreached(example('01'), 'circumstances'), PART);
    expect(code).toBe('FORMAL_OBSTACLE');
    expect(recipients[0]?.verdict.permitted).toMatchObject({ why: 'field-required' });
    expect(recipients[0]?.verdict.permitted).not.toHaveProperty('outcome');
    expect(store.refusals).toHaveLength(1);
    expect(store.outbox.map(({ type }) => type)).toEqual(['refusal.reported.v1']);
  });
});

describe('what officers say of single items', () => {
  const all = ['subject', 'allowance', 'provider', 'assistants.0', 'circumstances~benefit-case'];
  const texts = ['circumstances~care-and-support', 'circumstances~observation'];
  const given = stopped(example('01'), 'fk/forsakringskassan', 'EJ_SARSKILDA', [...all, ...texts], ['assistants.1']);

  it('leaves out what they stopped; what they said of the others stands', async () => {
    expect(await submit(given, PART)).toMatchObject({ recipients: [{ leftOut: ['assistants.1'] }] });
    const { content, claims } = await delivered();
    const { assistants } = given.referral.content as { readonly assistants: readonly object[] };
    expect(content).toEqual({ ...given.referral.content, assistants: [assistants[0]] });
    expect(claims).not.toContain('assistants.1');
    const { assessments } = JSON.parse(claims) as { readonly assessments: readonly { readonly test: string }[] };
    expect(assessments.map(({ test }) => test)).toEqual(['ANLEDNING', 'EJ_SARSKILDA']);
  });

  it('is bound to the items that go: opened, each assessment says what the claims say', async () => {
    await submit(given, PART);
    const { system: sender, referral } = given;
    const kept = (await store.find(sender, referral.id))?.assessments ?? [];
    const { claims } = parseManifest(
      parseMessageSubmittedV1(store.outbox[0]?.body ?? new Uint8Array()).manifest,
    ).manifest;
    const { type, content } = referral;
    const contentDigest = gateway.keys.commitment(sender, canonicalBytes({ sender, type, content }));
    for (const { id, items, digest, commitment } of (claims as Claims).assessments) {
      const { digest: _d, commitment: _c, ...own } = kept.find((one) => one.id === id) as StoredAssessment;
      const opened = { ...own, items };
      const { recipient, basis, test } = own;
      expect(digest).toBe(assessmentDigest({ sender, recipient, basis, test, items, contentDigest }, sha256));
      expect(commitment).toBe(gateway.keys.commitment(sender, canonicalBytes({ sender, ...opened, digest })));
    }
    expect(kept.some(({ items }) => items.includes('assistants.1'))).toBe(true);
  });
});

describe('a referral to two', () => {
  const [ebm, skv] = ['ebm/ekobrottsmyndigheten', 'skv/skattebrottsenheten'];
  const goes = ['concern', 'company', 'information~company-operations', 'information~observation'];
  const given = stopped(example('06'), skv, 'EJ_STAR_KLART', goes, ['place']);

  it('gives each what it may have', async () => {
    const answer = await submit(given, PART);
    expect(answer.recipients.map(({ authority, leftOut }) => [authority, leftOut])).toEqual([
      [ebm, undefined],
      [skv, ['place']],
    ]);
    const { place: _, ...rest } = given.referral.content;
    expect((await delivered(0)).content).toEqual(given.referral.content);
    expect((await delivered(1)).content).toEqual(rest);
  });

  it('goes to neither when one of them can have no part', async () => {
    const none = stopped(given, ebm, 'EJ_STAR_KLART', ['company', 'place'], ['concern', ...goes.slice(2)]);
    const { code, recipients } = await refusal(none, PART);
    expect(code).toBe('FORMAL_OBSTACLE');
    expect(recipients.map(({ verdict, leftOut }) => [verdict.outcome, leftOut])).toEqual([
      ['deny', undefined],
      ['permit', ['place']],
    ]);
    expect(recipients[0]?.verdict.permitted).toMatchObject({ keeps: ['company', 'place'], why: 'field-required' });
    expect(await messages(none)).toEqual([]);
    expect(store.outbox.map(({ type }) => type)).toEqual(['refusal.reported.v1', 'refusal.reported.v1']);
    const refused = store.refusals.map(({ statement }) => parseRefusal(statement).refusal);
    expect(refused.map(({ recipient, outcome }) => `${recipient} ${outcome}`).toSorted()).toEqual([
      `${ebm} deny`,
      `${skv} deny`,
    ]);
  });
});

describe('a part that awaits an assessment', () => {
  const company = { name: 'Exempel Bygg AB' };
  const { content } = example('19').referral;
  const given = unreached(changed(example('19'), { content: { ...content, company } }), 'company');
  const { body } = (example('19').assessments ?? [])[0] as { readonly body: AssessmentDto };
  const assess = (change: Partial<AssessmentDto> = {}) =>
    referrals.assess(given.system, given.referral.id, [{ ...body, ...change }]);

  it('is told as one', async () => {
    const { recipients } = await refusal(given);
    expect(recipients[0]?.verdict.permitted).toMatchObject({ leavesOut: ['company'], outcome: 'officer' });
    expect(await outcomeOf(() => submit(given, { ...PART, onAssess: 'refuse' }))).toBe('ASSESSMENT_MISSING');
  });

  it('waits, and goes as it was kept once it is assessed', async () => {
    const draft = await submit(given, PART);
    expect(draft).toMatchObject({ state: 'awaiting-assessment', recipients: [{ leftOut: ['company'] }] });
    expect(await submit(given)).toEqual(draft);
    expect(store.outbox.map(({ type }) => type)).toEqual(['refusal.reported.v1']);
    const after = await assess();
    expect(after).toMatchObject({ phase: 'accepted', messages: [{ detail: { leftOut: ['company'] } }] });
    expect(after.assessments.at(-1)?.items).not.toContain('company');
    expect((await delivered()).content).toEqual(content);
  });

  it('is not assessed in what it goes without', async () => {
    await submit(given, PART);
    expect(await outcomeOf(() => assess({ items: ['company'] }))).toBe('ASSESSMENT_INVALID');
  });

  it('is never sent whole when it can no longer be left out', async () => {
    const evaluate = (...items: string[]) =>
      gateway.evaluate.execute(given.system, given.referral, {
        now: world.clock.now(),
        added: [...(given.referral.assessments ?? []), body],
        leftOut: new Map([[given.referral.to[0]?.authority ?? '', items]]),
      });
    expect((await evaluate('company')).outcome).toBe('permit');
    expect(await outcomeOf(() => evaluate('circumstances~observation'))).toBe('CONTENT_INVALID');
    expect(await outcomeOf(() => evaluate('known.by.another.release'))).toBe('CONTENT_INVALID');
  });

  it('loses nothing more afterwards: an officer who stops an item ends it', async () => {
    const supplied = changed(given, { content: { ...given.referral.content, otherPersons: [PERSON] } });
    const draft = await submit(supplied, PART);
    expect(draft.recipients[0]?.leftOut).toEqual(['company']);
    const after = await assess({ items: ['otherPersons.0'], outcome: 'secrecy-prevails' });
    expect(after).toMatchObject({
      phase: 'lapsed',
      messages: [{ state: 'refused', detail: { leftOut: ['company'] } }],
    });
  });
});

const PERSON = { name: 'Trettan Modellin', protection: 'none' };
