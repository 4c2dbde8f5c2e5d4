import { beforeAll, expect, it } from '@jest/globals';
import { localSigner, parseManifest, signReceipt, signRefusal, signedDigest } from '#envelope';
import type { PrivateKey, Receipt, Refusal } from '#envelope';
import { aGateway, aWorld, anExchange, example, outcomeOf, sealed } from '#testing';
import type { TestExchange, World } from '#testing';
import type { DataSource } from 'typeorm';
import { DecideMessage } from './decide-message.js';
import type { Recorder } from './recorder.js';
import { TakeReceipt } from './take-receipt.js';
import { TakeRefusal } from './take-refusal.js';

/** A store in which everything that is asked for by its digest was handled before, or nothing was. */
const storeThat = (holds: boolean): DataSource =>
  ({ manager: { query: () => Promise.resolve(holds ? [{}] : []) } }) as unknown as DataSource;
const recorder = {} as Recorder;
const nothing = (): void => undefined;

let world: World;
let exchange: TestExchange;
let again: Record<'message' | 'receipt' | 'refusal', (holds: boolean, account: string) => Promise<string>>;

beforeAll(async () => {
  world = await aWorld();
  const message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  const signer = localSigner(world.keys.manifests['kommunerna'] as PrivateKey);
  const { manifest } = parseManifest(message.manifest);
  const { v, env, messageId, attempt, caseId, sender, recipient, gateway, claims, issuedAt: at } = manifest;
  const { snapshot } = world;
  const refusal: Refusal = {
    ...{ v, env, messageId, caseId, sender, recipient, gateway, claims, at },
    refusalId: world.newId(),
    outcome: 'deny',
    verdict: {},
    ruleSet: { number: 1, sha256: 'A'.repeat(43) },
    engineVersion: 1,
    keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
  };
  const receipt: Receipt = {
    ...{ v, env, messageId, attempt, gateway, at },
    receiptId: world.newId(),
    kind: 'technical',
    by: sender,
    decisionEntryId: world.newId(),
    jweSha256: manifest.jwe.sha256,
  };
  const texts = { refusal: await signRefusal(signer, refusal), receipt: await signReceipt(signer, receipt) };
  // The key that signed all three is revoked after they were taken.
  await world.revoke(signer.kid, 'linkoping');
  exchange = await anExchange(world);
  const { senders, judge } = exchange;
  const { now } = world.clock;
  again = {
    message: async (holds, account) =>
      (await new DecideMessage(storeThat(holds), senders, judge, recorder, now, nothing).execute(message, account))
        .outcome,
    receipt: async (holds, account) =>
      (await new TakeReceipt(storeThat(holds), senders, recorder, now, nothing).execute(texts, account)).outcome,
    refusal: async (holds, account) =>
      (await new TakeRefusal(storeThat(holds), senders, recorder, now).execute(texts, account)).outcome,
  };
});

it.each([
  ['message', 'manifest-key'],
  ['receipt', 'receipt-key'],
  ['refusal', 'refusal-key'],
] as const)(
  'a %s that was taken is known when it comes again, though its key was revoked since',
  async (what, reason) => {
    expect(await again[what](true, 'gw-kommunerna')).toBe('known');
    expect(await outcomeOf(() => again[what](false, 'gw-kommunerna'))).toBe(reason);
    expect(await outcomeOf(() => again[what](true, 'gw-myndigheterna'))).toBe('account-mismatch');
  },
);

/** The other signature that ECDSA allows over the same (r, n - s). */
const twinOf = (token: string): string => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const at = token.lastIndexOf('.') + 1;
  const raw = Buffer.from(token.slice(at), 'base64url').toString('hex');
  const s = (order - BigInt(`0x${raw.slice(64)}`)).toString(16).padStart(64, '0');
  return token.slice(0, at) + Buffer.from(raw.slice(0, 64) + s, 'hex').toString('base64url');
};

it('pitfall 38: a message is known by what was signed, whichever of its signatures it comes with', async () => {
  const own = await aWorld();
  const { senders, judge } = await anExchange(own);
  const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
  const taken = signedDigest(message.manifest);
  const store = {
    manager: {
      query: (_: string, [, , digest]: readonly Buffer[]) => Promise.resolve(digest?.equals(taken) ? [{}] : []),
    },
  } as unknown as DataSource;
  const decide = new DecideMessage(store, senders, judge, recorder, own.clock.now, nothing);
  const twin = { ...message, manifest: twinOf(message.manifest) };
  expect(twin.manifest).not.toBe(message.manifest);
  expect((await decide.execute(twin, 'gw-kommunerna')).outcome).toBe('known');
});
