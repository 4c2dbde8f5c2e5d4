import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseManifest } from '#envelope';
import type { Manifest } from '#envelope';
import { ENGINE_VERSION, claimsDigest, parseClaims } from '#legal-basis';
import type { JsonValue } from '#json';
import { aGateway, aWorld, anExchange, example, outcomeOf, sealed } from '#testing';
import type { TestExchange, World } from '#testing';
import { sha256 } from './ground.js';
import type { Judgement } from './judge.js';

type Claims = Readonly<Record<string, unknown>>;

let world: World;
let exchange: TestExchange;
let manifest: Manifest;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  manifest = parseManifest((await sealed(world, await aGateway(world, 'kommunerna'), example('01'))).manifest).manifest;
});

const judge = (change: Partial<Manifest> = {}, by = exchange, at = world.clock.now()): Promise<Judgement> => {
  const changed = { ...manifest, ...change };
  return by.judge.judge(changed, changed.jwe.sha256, by.law.newest(), at);
};
const withClaims = (change: object): Partial<Manifest> => ({ claims: { ...manifest.claims, ...change } });
const items = (): readonly Claims[] => (manifest.claims as { readonly items: readonly Claims[] }).items;

describe('a genuine message', () => {
  it('is permitted, and the judgement names everything it rests on', async () => {
    const judgement = await judge();
    expect(judgement).toMatchObject({ outcome: 'permit', engineVersion: ENGINE_VERSION });
    expect(judgement.ruleSet).toEqual({ number: 2, sha256: world.snapshot.ruleSet()?.sha256 });
    expect(judgement.claimsSha256).toBe(claimsDigest(parseClaims(manifest.claims as JsonValue), sha256));
    expect(judgement.snapshot.size).toBe(world.snapshot.size);
  });

  it('gets the same judgement again, code for code', async () => {
    expect((await judge()).verdict).toEqual((await judge()).verdict);
  });

  it('is judged for the day of the decision', async () => {
    const sent = { issuedAt: '2019-12-31T11:00:00.000Z', expiresAt: '2020-01-02T11:00:00.000Z' };
    const before = await judge(sent, exchange, new Date('2019-12-31T12:00:00.000Z'));
    expect(before.outcome).not.toBe('permit');
    expect(before.verdict).not.toHaveProperty('verification');
  });
});

describe('verification comes before the law', () => {
  it.each<[string, () => Partial<Manifest>]>([
    ['SEALING_KEY_NOT_LIVE', () => ({ sealingKey: 'A'.repeat(43) })],
    ['FUNCTION_UNKNOWN', () => ({ recipientFunction: 'finns-inte' })],
    ['CLAIMS_TYPE', () => ({ messageType: 'answer/1' })],
    ['CLAIMS_MALFORMED', () => ({ claims: {} })],
    ['CLAIMS_MALFORMED', () => withClaims({ name: 'x' })],
    ['CLAIMS_MALFORMED', () => withClaims({ items: 'all' })],
    ['CLAIMS_MALFORMED', () => withClaims({ v: 2 })],
  ])('%s denies', async (obstacle, change) => {
    const { outcome, verdict } = await judge(change());
    expect(outcome).toBe('deny');
    expect(verdict).toEqual({ outcome: 'deny', verification: [obstacle] });
  });

  it('of an unknown recipient too', async () => {
    const { outcome, verdict } = await judge({ recipient: 'csn/csn' });
    expect([outcome, verdict]).toEqual([
      'deny',
      { outcome: 'deny', verification: ['RECIPIENT_UNKNOWN', 'SEALING_KEY_NOT_LIVE'] },
    ]);
  });
});

describe('unknown never permits', () => {
  it.each<[string, () => object]>([
    ['basis', () => ({ bases: [{ id: 'OSL-99-1' }] })],
    ['purpose', () => ({ purpose: 'curiosity' })],
    ['data category', () => ({ items: items().map((item) => ({ ...item, dataCategory: 'gossip' })) })],
    ['secrecy provision', () => ({ items: items().map((item) => ({ ...item, secrecy: ['99:1'] })) })],
    ['way of knowing', () => ({ items: items().map((item) => ({ ...item, known: 'dreamt' })) })],
    ['subject', () => ({ items: items().map((item) => ({ ...item, about: 'neighbour' })) })],
    ['fact', () => ({ facts: { 'it-is-fine': true } })],
    ['derived fact', () => ({ derived: { 'it-is-fine': true } })],
    ['protection status', () => ({ derived: { protectedIdentity: 'unknown' } })],
    [
      'cooperation decision',
      () => ({ cooperationDecision: '01890000-0000-7000-8000-0000000000ff', bases: [{ id: 'LUS-2016-774-2' }] }),
    ],
    ['test', () => ({ assessments: assessments((a) => ({ ...a, test: 'TYCKANDE' })) })],
    ['outcome', () => ({ assessments: assessments((a) => ({ ...a, outcome: 'perhaps' })) })],
    ['office', () => ({ assessments: assessments((a) => ({ ...a, office: 'nagon' })) })],
    ['basis version', () => ({ assessments: assessments((a) => ({ ...a, basis: 'LUF-2008-206-3@1999-01-01' })) })],
    ['item of an assessment', () => ({ assessments: assessments((a) => ({ ...a, items: ['finns.inte'] })) })],
  ])('%s', async (_, change) => {
    expect((await judge(withClaims(change()))).outcome).not.toBe('permit');
  });

  it('sender', async () => {
    expect((await judge({ sender: 'linkoping/finns-inte' })).outcome).toBe('deny');
  });

  it('any code in the claims that becomes another', async () => {
    const places = textPlaces(manifest.claims as JsonValue).filter(([path]) => RELEVANT.has(String(path[0])));
    const anyPlace = fc.constantFrom(...places);
    await fc.assert(
      fc.asyncProperty(anyPlace, fc.stringMatching(/^[a-z]{3,9}-[a-z]{3,9}$/), async ([path], text) => {
        const claims = replaced(manifest.claims as JsonValue, path, text) as object;
        expect((await judge({ claims })).outcome).not.toBe('permit');
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  const assessments = (change: (assessment: Claims) => object): readonly object[] =>
    (manifest.claims as { readonly assessments: readonly Claims[] }).assessments.map(change);
});

describe('what the exchange does not have, it waits for', () => {
  it('a rule set that is not in this build', async () => {
    const own = await aWorld();
    const [first, second] = Object.values(own.keys.jurists);
    const body = { kind: 'rule-set-released', number: 99, date: '2026-11-20', engineVersion: 1 } as const;
    if (first === undefined || second === undefined) throw new Error('no jurists');
    await own.state({ ...body, sha256: 'A'.repeat(43) }, first, [second]);
    const later = await anExchange(own);
    expect(await outcomeOf(() => judge({}, later))).toBe('rule-set');
  });

  it('a cooperation decision that the registry does not open sets aside', async () => {
    const own = await aWorld();
    const gateway = await aGateway(own, 'myndigheterna');
    const message = parseManifest((await sealed(own, gateway, example('22'))).manifest).manifest;
    const ownExchange = await anExchange(own);
    const ask = (by: TestExchange) => by.judge.judge(message, message.jwe.sha256, by.law.newest(), own.clock.now());
    expect((await ask(ownExchange)).outcome).toBe('permit');
    const [id, opening] = [...own.cooperations][0] ?? [];
    if (id === undefined || opening === undefined) throw new Error('no cooperation');
    own.cooperations.set(id, { ...opening, from: '2020-01-01' });
    expect((await ask(await anExchange(own))).outcome).not.toBe('permit');
    own.cooperations.clear();
    expect(await outcomeOf(async () => ask(await anExchange(own)))).toBe('cooperation-not-opened');
  });
});

/** Members that the verdict depends on; commitments, times and pseudonyms are for others to verify. */
const RELEVANT = new Set(['bases', 'items', 'messageType', 'purpose', 'initiative']);
type Path = readonly (string | number)[];
const textPlaces = (value: JsonValue, path: Path = []): readonly (readonly [Path])[] => {
  if (typeof value === 'string') return [[path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => textPlaces(member, [...path, name]));
};
const replaced = (value: JsonValue, [name, ...rest]: Path, text: string): JsonValue => {
  if (name === undefined) return text;
  const copy = (Array.isArray(value) ? [...(value as JsonValue[])] : { ...(value as object) }) as Record<
    string,
    JsonValue
  >;
  copy[name] = replaced(copy[name] ?? null, rest, text);
  return copy as JsonValue;
};
