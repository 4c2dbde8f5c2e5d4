import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  LEGAL_QUESTIONS,
  basisVersionIds,
  check,
  messageTypes,
  parseClaims,
  ruleSets,
  verdictCodes,
} from '#legal-basis';
import type { BasisVersion, Claims, RuleSet } from '#legal-basis';
import { parseManifest } from '#envelope';
import type { Manifest, PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import type { JsonValue } from '#json';
import { aGateway, aWorld, anExchange, anyClaims, anyDate, example, sealed } from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import { digestOf } from '../apps/gateway/src/application/law.js';
import { compareForecast } from '../apps/gateway/src/domain/forecast.js';
import type { Compared } from '../apps/gateway/src/domain/forecast.js';

const RUNS = 1_000;
const newest = ruleSets.at(-1) as RuleSet;
const next: RuleSet = {
  ...newest,
  number: newest.number + 1,
  versions: newest.versions.map((version) => ({
    ...version,
    tests: [...version.tests, { test: 'BETYDELSE', offices: ['jurist'] }],
  })),
};

/** A record is never submitted, and no forecast is made of it. */
const isSent = (type: string): boolean => messageTypes.find(({ id }) => id === type)?.cls !== 'record';

/** The same wording under an id that nobody has adopted. */
const renamed = (version: BasisVersion): BasisVersion => ({ ...version, from: `${version.from.slice(0, 8)}02` });

describe('forecast of the gateway and verdict of the exchange, over random claims', () => {
  let world: World;
  let template: Manifest;
  beforeAll(async () => {
    world = await aWorld();
    const example01 = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
    template = parseManifest(example01.manifest).manifest;
  });

  const anyMessage = () =>
    fc.record({
      sender: fc.constantFrom(...world.directory.authorities.map(({ id }) => id)),
      recipient: fc.constantFrom(...world.directory.authorities.map(({ id }) => id)),
      claims: anyClaims().filter(({ messageType }) => isSent(messageType)),
      on: anyDate(),
    });
  type Message = { readonly sender: string; readonly recipient: string; readonly claims: Claims; readonly on: string };

  const manifestOf = ({ sender, recipient, claims, on }: Message): Manifest => ({
    ...template,
    sender,
    recipient,
    messageType: claims.messageType,
    recipientFunction: world.snapshot.authority(recipient)?.functions[0]?.id ?? '',
    sealingKey: world.snapshot.liveKeys(recipient, 'sealing').at(-1)?.kid ?? '',
    documentKey: world.snapshot.liveKeys(sender, 'document').at(-1)?.kid ?? '',
    issuedAt: `${on}T09:00:00.000Z`,
    expiresAt: `${on}T23:00:00.000Z`,
    claims,
  });
  /** A decision that the world's registry opens, where the claims name one. */
  const opened = (claims: Claims): Claims => {
    const [cooperation] = world.cooperations.keys();
    return claims.cooperationDecision === undefined || cooperation === undefined
      ? claims
      : { ...claims, cooperationDecision: cooperation };
  };
  const compared = async (gateway: TestGateway, exchange: TestExchange, message: Message): Promise<Compared> => {
    const { sender, recipient, on } = message;
    const claims = parseClaims(opened(message.claims) as unknown as JsonValue);
    const { snapshot, ruleSet, ruleSetSha256 } = gateway.law.current();
    const directory = await gateway.law.directory(snapshot, claims);
    const forecast = check({ sender, recipient, claims, ruleSet, directory, on });
    const manifest = manifestOf({ ...message, claims });
    const at = new Date(`${on}T10:00:00.000Z`);
    const judged = await exchange.judge.judge(manifest, manifest.jwe.sha256, exchange.law.newest(), at);
    expect(judged.verdict).not.toHaveProperty('verification');
    return compareForecast(
      verdictCodes(forecast),
      { ruleSet: { number: ruleSet.number, sha256: ruleSetSha256 }, keysSize: snapshot.size.toString(), on },
      judged.verdict,
      { ruleSet: judged.ruleSet, keysSize: judged.snapshot.size.toString(), on },
    );
  };

  it('agree when both have the same snapshot', async () => {
    const gateway = await aGateway(world, 'kommunerna');
    const exchange = await anExchange(world);
    await fc.assert(
      fc.asyncProperty(anyMessage(), async (message) => {
        expect(await compared(gateway, exchange, message)).toMatchObject({ agrees: true });
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  const release = async (ruleSet: RuleSet): Promise<void> => {
    const { number, date, engine = 1 } = ruleSet;
    const sha256 = digestOf(canonicalBytes(ruleSet));
    world.installed.set(sha256, ruleSet);
    const [first, second] = Object.values(world.keys.jurists) as [PrivateKey, PrivateKey];
    await world.state({ kind: 'rule-set-released', number, date, sha256, engineVersion: engine }, first, [second]);
  };
  /** A gateway that does not know yet what an exchange does. */
  const apart = async (change: (world: World) => Promise<void>): Promise<readonly Compared[]> => {
    const gateway = await aGateway(world, 'kommunerna');
    await change(world);
    const exchange = await anExchange(world);
    const all: Compared[] = [];
    await fc.assert(
      fc.asyncProperty(anyMessage(), async (message) => {
        all.push(await compared(gateway, exchange, message));
      }),
      { numRuns: RUNS },
    );
    return all.filter(({ agrees }) => !agrees);
  };
  const differences = (all: readonly Compared[]): readonly (string | undefined)[] => [
    ...new Set(all.map(({ differs }) => differs)),
  ];

  it('differ by the snapshot alone when a legal position is in one of them', async () => {
    const found = await apart(async ({ directory, keys }) => {
      for (const { id: authority } of directory.authorities)
        for (const question of LEGAL_QUESTIONS)
          await world.state(
            { kind: 'legal-position-taken', authority, question, answer: 'prevents', from: '2000-01-01' },
            keys.jurists[authority.split('/')[0] ?? ''] as PrivateKey,
          );
    });
    expect(differences(found)).toEqual(['snapshot']);
  }, 120_000);

  it('differ by the rule set alone when a release is in one of them', async () => {
    const found = await apart(() => release(next));
    expect(differences(found)).toEqual(['rule-set']);
    expect(found[0]?.text.sv).toContain(`regelsamling ${next.number}`);
  }, 120_000);

  it('differ by the snapshot alone when an adoption is in one of them', async () => {
    const dated = { ...newest, number: next.number + 1, versions: newest.versions.map(renamed) };
    await release(dated);
    const found = await apart(async ({ directory, keys }) => {
      for (const { id: authority } of directory.authorities)
        await world.state(
          { kind: 'rules-adopted', authority, ruleSet: dated.number, versions: basisVersionIds(dated) },
          keys.jurists[authority.split('/')[0] ?? ''] as PrivateKey,
        );
    });
    expect(differences(found)).toEqual(['snapshot']);
  }, 120_000);
});
