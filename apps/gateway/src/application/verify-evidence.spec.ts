import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, localSigner, parseDecision } from '#envelope';
import type { Decision, PrivateKey, Signer } from '#envelope';
import {
  DisclosureLog,
  aGateway,
  aWorld,
  anExchange,
  example,
  noteSigner,
  outcomeOf,
  publicJwk,
  sealed,
} from '#testing';
import type { LoggedEntry, Sealed, TestExchange, TestGateway, World } from '#testing';

let world: World;
let exchange: TestExchange;
let recipient: TestGateway;
let genuine: Sealed;
let logged: LoggedEntry;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  recipient = await aGateway(world, 'myndigheterna');
  genuine = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  logged = await exchange.decide(genuine);
});

const outcome = (evidence: LoggedEntry): Promise<string> => outcomeOf(() => recipient.evidence.decision(evidence));
const decided = async (change: (decision: Decision) => Decision, signer?: Signer): Promise<string> =>
  outcome(await exchange.decide(genuine, { change, ...(signer === undefined ? {} : { signer }) }));
const same = (decision: Decision): Decision => decision;
/** Signs with this key and says it was another. */
const posing = (key: PrivateKey, as: PrivateKey): Signer => localSigner({ ...key, kid: as.kid });

it('takes a decision of the exchange that is proven to be in the log', async () => {
  const { decision, snapshot } = await recipient.evidence.decision(logged);
  expect(decision).toMatchObject({ kind: 'decision', outcome: 'permit', messageId: genuine.message.messageId });
  expect(snapshot.size).toBe(world.snapshot.size);
});

describe('without proof nothing is taken', () => {
  it.each<[string, string, () => Promise<LoggedEntry> | LoggedEntry]>([
    ['no proof', 'proof-missing', () => ({ ...logged, proof: '' })],
    ['no blind', 'proof-missing', () => ({ ...logged, blind: '' })],
    [
      'the proof of another entry',
      'proof-invalid',
      async () => ({ ...logged, proof: (await exchange.decide(genuine)).proof }),
    ],
    [
      'the place of another leaf',
      'proof-invalid',
      async () => ({ ...logged, proof: await world.disclosure.prove(1n) }),
    ],
    [
      'a proof under the key of another log of the same name',
      'proof-invalid',
      async () => new DisclosureLog(noteSigner(world.keys.logs.disclosure.name)).append(logged.entry),
    ],
    [
      'a proof under the log key of another log',
      'proof-invalid',
      async () => new DisclosureLog(world.keys.logs.keys).append(logged.entry),
    ],
    [
      'a checkpoint whose root was altered',
      'proof-invalid',
      () => withCheckpoint((lines) => (lines[2] = rootOfNothing)),
    ],
    ['a checkpoint whose size was altered', 'proof-invalid', () => withCheckpoint((lines) => (lines[1] = '1000'))],
    [
      'a checkpoint that the log itself signed over another root',
      'proof-invalid',
      async () => {
        const size = world.disclosure.size;
        const note = world.disclosure.checkpoint(size, Buffer.from(rootOfNothing, 'base64'));
        return { ...logged, proof: await world.disclosure.prove(size - 1n, note) };
      },
    ],
    ['another blind', 'proof-invalid', () => ({ ...logged, blind: Buffer.alloc(32, 1).toString('base64url') })],
    [
      'a leaf of the log that was blinded with 31 octets',
      'proof-invalid',
      () => world.disclosure.append(logged.entry, Buffer.alloc(31, 1)),
    ],
    ['a blind in another spelling', 'proof-invalid', () => ({ ...logged, blind: respelled(logged.blind) })],
    [
      'the same decision signed once more',
      'proof-invalid',
      async () => ({ ...logged, entry: (await exchange.decide(genuine)).entry }),
    ],
    ['a proof that is none', 'proof-invalid', () => ({ ...logged, proof: 'proof' })],
  ])('%s: %s', async (_, reason, make) => {
    expect(await outcome(await make())).toBe(reason);
  });
});

describe('the signature is that of a decision key of the exchange at the size that the decision names', () => {
  it('not of a key that says it is the decision key', async () => {
    expect(await decided(same, posing(await generateKey('decision'), world.keys.decision))).toBe('decision-signature');
  });

  it('not of a key that is not in the log', async () => {
    expect(await decided(same, localSigner(await generateKey('decision')))).toBe('decision-key');
  });

  it.each<[string, () => PrivateKey | undefined]>([
    ["a gateway's manifest key", () => world.keys.manifests['kommunerna']],
    ["an authority's document key", () => world.keys.documents['linkoping/omsorgsnamnden']],
    ["an administrator's key", () => world.keys.administrators['linkoping']],
  ])('not of %s', async (_, key) => {
    expect(await decided(same, localSigner(key() as PrivateKey))).toBe('decision-key');
  });

  it('not of one that was revoked before, and not of one that came after', async () => {
    const own = await aWorld();
    const ownExchange = await anExchange(own);
    const ownRecipient = await aGateway(own, 'myndigheterna');
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const before = await ownExchange.decide(message);
    const early = await generateKey('decision');
    const tooEarly = await ownExchange.decide(message, { signer: localSigner(early) });
    await own.state(
      { kind: 'key-added', holder: 'exchange', use: 'decision', key: publicJwk(early) },
      own.keys.operators[0],
    );
    await own.state({ kind: 'key-revoked', kid: own.keys.decision.kid, reason: 'compromised' }, own.keys.operators[0]);
    await ownExchange.follower.refresh();
    const after = await ownExchange.decide(message);
    const now = await ownExchange.decide(message, { signer: localSigner(early) });
    const read = (entry: LoggedEntry): Promise<string> => outcomeOf(() => ownRecipient.evidence.decision(entry));
    expect(await read(before)).toBe('accepted');
    expect(await read(tooEarly)).toBe('decision-key');
    expect(await read(after)).toBe('decision-key');
    expect(await read(now)).toBe('accepted');
    // Once the revocation is known here, what was signed while the key was live still holds.
    expect(await read(before)).toBe('accepted');
    const whileLive = (decision: Decision): Decision => ({ ...decision, keys: headOf(before.entry) });
    const signer = posing(await generateKey('decision'), own.keys.decision);
    expect(await read(await ownExchange.decide(message, { change: whileLive, signer }))).toBe('decision-signature');
  });
});

describe('what the decision says of the world it was made in', () => {
  it('is refused for another environment', async () => {
    expect(await decided((decision) => ({ ...decision, env: 'production' }))).toBe('decision-binding');
  });

  it('is refused for another root of the keys log', async () => {
    const change = (decision: Decision): Decision => ({ ...decision, keys: { ...decision.keys, root: rootOfNothing } });
    expect(await decided(change)).toBe('decision-binding');
  });

  it('waits when the keys log here is shorter, and is taken once it has grown', async () => {
    const own = await aWorld();
    const ownRecipient = await aGateway(own, 'myndigheterna');
    const known = own.snapshot.size;
    await own.revoke(own.keys.witnesses['myndigheterna']?.kid ?? '', 'fk');
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const entry = await (await anExchange(own)).decide(message);
    own.holdKeysAt(known);
    expect(await outcomeOf(() => ownRecipient.evidence.decision(entry))).toBe('snapshot');
    own.holdKeysAt(undefined);
    expect(await outcomeOf(() => ownRecipient.evidence.decision(entry))).toBe('accepted');
  });

  it('does not wait for a forger who names a size that will never come', async () => {
    const change = (decision: Decision): Decision => ({ ...decision, keys: { ...decision.keys, size: '9000000' } });
    const signer = posing(await generateKey('decision'), world.keys.decision);
    expect(await decided(change, signer)).toBe('decision-signature');
  });

  it('does not wait for a forger of a key that will never come either', async () => {
    const change = (decision: Decision): Decision => ({ ...decision, keys: { ...decision.keys, size: '9000000' } });
    const { entry } = await exchange.decide(genuine, { change, signer: localSigner(await generateKey('decision')) });
    expect(await outcome({ ...logged, entry })).toBe('proof-invalid');
  });
});

it.each<[string, () => string]>([
  ['no token', () => 'a.b.c'],
  ['a manifest in its place', () => genuine.manifest],
  ['a decision with a member too many', () => withPayload(logged.entry, (text) => text.replace('{', '{"extra":1,'))],
  ['a decision with white space', () => withPayload(logged.entry, (text) => `${text} `)],
])('is malformed: %s', async (_, entry) => {
  expect(await outcome({ ...logged, entry: entry() })).toBe('malformed');
});

describe('a notice', () => {
  const body = { kind: 'quarantined', sender: 'linkoping/omsorgsnamnden', reason: 'malformed' } as const;

  it('is taken with its proof', async () => {
    const { entry, blind, proof } = await exchange.notice(body);
    expect((await recipient.evidence.notice({ entry, blind, proof })).notice).toMatchObject(body);
  });

  it('is refused without proof, or with one that does not hold', async () => {
    const { entry, blind, proof } = await exchange.notice(body);
    const told = (evidence: { blind: string; proof: string }) =>
      outcomeOf(() => recipient.evidence.notice({ entry, ...evidence }));
    expect(await told({ blind, proof: '' })).toBe('proof-missing');
    expect(await told({ blind: '', proof })).toBe('proof-missing');
    expect(await told({ blind: '', proof: '' })).toBe('proof-missing');
    expect(await told({ blind, proof: logged.proof })).toBe('proof-invalid');
  });

  it('is refused under any other key', async () => {
    const signer = localSigner(world.keys.manifests['kommunerna'] as PrivateKey);
    const { entry, blind, proof } = await exchange.notice(body, { signer });
    expect(await outcomeOf(() => recipient.evidence.notice({ entry, blind, proof }))).toBe('decision-key');
  });
});

const headOf = (entry: string): Decision['keys'] => parseDecision(entry).decision.keys;
const rootOfNothing = Buffer.alloc(32, 7).toString('base64');

/** @param change lines of the checkpoint, from its origin on */
const withCheckpoint = (change: (lines: string[]) => void): LoggedEntry => {
  const split = logged.proof.indexOf('\n\n') + 2;
  const lines = logged.proof.slice(split).split('\n');
  change(lines);
  return { ...logged, proof: logged.proof.slice(0, split) + lines.join('\n') };
};

/** The same octets with other unused bits in the last character. */
const respelled = (text: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1] ?? '';
  return text.slice(0, -1) + last;
};

const withPayload = (token: string, change: (text: string) => string): string => {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const text = change(Buffer.from(payload, 'base64url').toString('utf8'));
  return [header, Buffer.from(text).toString('base64url'), signature].join('.');
};
