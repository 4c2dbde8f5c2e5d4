import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, localSigner, parseDecision, parseManifest, sha256Base64url, signManifest } from '#envelope';
import type { Context, Decision, Manifest, PrivateKey, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { FileKeys, KeyStoreError } from '#keystore';
import type { KeySource, KeyStoreContent } from '#keystore';
import {
  aGateway,
  aWorld,
  anExchange,
  documentOf,
  example,
  forged,
  keyStore,
  outcomeOf,
  sealAround,
  sealed,
} from '#testing';
import type { Forgery, Sealed, TestExchange, TestGateway, World } from '#testing';
import { KeyStore } from '../keys/key-store.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';

let world: World;
let exchange: TestExchange;
let sender: TestGateway;
let recipient: TestGateway;
let genuine: Sealed;
let stranger: PrivateKey;
let verdict: object;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  sender = await aGateway(world, 'kommunerna');
  recipient = await aGateway(world, 'myndigheterna');
  genuine = await sealed(world, sender, example('01'));
  stranger = await generateKey('document');
  verdict = parseDecision((await exchange.decide(genuine)).entry).decision.verdict;
});

/** What becomes of a forged message on which the exchange decides as it should; `change`: as it should not. */
const outcome = async (forgery: Forgery, change?: (decision: Decision) => Decision): Promise<string> => {
  const submitted = await forged(world, genuine, forgery);
  const delivery = await exchange.release(submitted, change === undefined ? {} : { change });
  return outcomeOf(() => recipient.verify.execute(delivery));
};
/** The exchange permits whatever it is. */
const permit = (decision: Decision): Decision => ({ ...decision, outcome: 'permit', verdict });
const decided = (change: (decision: Decision) => Decision): Promise<string> => outcome({}, change);
const posing = (key: PrivateKey, as: PrivateKey): Signer => localSigner({ ...key, kid: as.kid });
const manifestKey = (gateway: string): PrivateKey => world.keys.manifests[gateway] as PrivateKey;
const elsewhere = '01890000-0000-7000-8000-0000000000ff';
const digest = 'A'.repeat(43);

describe('a genuine delivery', () => {
  it('is not taken on a decision whose key was revoked since, whatever size it names', async () => {
    const own = await aWorld();
    const ownExchange = await anExchange(own);
    const ownRecipient = await aGateway(own, 'myndigheterna');
    const delivery = await ownExchange.release(await sealed(own, await aGateway(own, 'kommunerna'), example('01')));
    await own.state({ kind: 'key-revoked', kid: own.keys.decision.kid, reason: 'compromised' }, own.keys.operators[0]);
    await ownRecipient.follower.refresh();
    expect(await outcomeOf(() => ownRecipient.verify.execute(delivery))).toBe('decision-key');
  });

  it('is accepted, with everything that was verified', async () => {
    const delivery = await exchange.release(genuine);
    const { manifest, decision, detail } = await recipient.verify.execute(delivery);
    expect(manifest).toMatchObject({ sender: SENDER, recipient: RECIPIENT, attempt: 1 });
    expect(decision.outcome).toBe('permit');
    expect(detail).toMatchObject({
      content: genuine.referral.content,
      registration: genuine.referral.registration,
      document: genuine.message.detail.document,
      proof: delivery.proof,
      blind: delivery.blind,
    });
    expect(detail.verdict.codes).toEqual(decision.verdict);
  });

  it('is accepted when every layer was made again by those who may', async () => {
    expect(await outcome({})).toBe('accepted');
  });

  it('is accepted under the keys of the size that was decided at, whatever was revoked since', async () => {
    const own = await aWorld();
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const delivery = await (await anExchange(own)).release(message);
    await own.revoke(manifestOf(own, 'kommunerna').kid, 'linkoping');
    const late = await aGateway(own, 'myndigheterna');
    expect(await outcomeOf(() => late.verify.execute(delivery))).toBe('accepted');
    const again = await (await anExchange(own)).release(message);
    expect(await outcomeOf(() => late.verify.execute(again))).toBe('manifest-key');
  });
});

describe('a sealing key that came into the store after it was read', () => {
  it('opens at once, and is waited for while the store cannot be read', async () => {
    const own = await aWorld();
    const content = own.keys.files['myndigheterna'] as KeyStoreContent;
    const without = content.keys.filter(({ holder, use }) => holder !== 'fk/forsakringskassan' || use !== 'sealing');
    const [before, after] = [await FileKeys.of({ ...content, keys: without }), await FileKeys.of(content)];
    let read: 'fails' | 'done' = 'fails';
    let reading = 0;
    const source: KeySource = Object.create(before, {
      openers: { value: (holder: string) => (reading > 0 ? after : before).openers(holder) },
      reload: {
        value: () => {
          if (read === 'fails') return Promise.reject(new KeyStoreError('NOT_FOUND'));
          reading += 1;
          return Promise.resolve(true);
        },
      },
    }) as KeySource;
    const keys = new KeyStore('myndigheterna', source);
    const { verify } = await aGateway(own, 'myndigheterna', { keys });
    const delivery = await (
      await anExchange(own)
    ).release(await sealed(own, await aGateway(own, 'kommunerna'), example('01')));
    expect(await outcomeOf(() => verify.execute(delivery))).toBe('key-store');
    read = 'done';
    expect(await outcomeOf(() => verify.execute(delivery))).toBe('accepted');
  });
});

describe('the decision is about exactly this message', () => {
  it.each<[string, (decision: Decision) => Decision]>([
    ['manifest', (decision) => ({ ...decision, manifestSha256: digest })],
    ['message id', (decision) => ({ ...decision, messageId: elsewhere })],
    ['attempt', (decision) => ({ ...decision, attempt: 2 })],
    ['case', (decision) => ({ ...decision, caseId: elsewhere })],
    ['sender', (decision) => ({ ...decision, sender: 'linkoping/socialnamnden' })],
    ['recipient', (decision) => ({ ...decision, recipient: 'skv/skatteverket' })],
    ['claims', (decision) => ({ ...decision, claimsSha256: digest })],
  ])('not about another %s', async (_, change) => {
    expect(await decided(change)).toBe('decision-binding');
  });

  it('not the proven permit of another message', async () => {
    const other = await sealed(world, sender, { ...example('02') });
    const { decision, blind, proof } = await exchange.release(other);
    const delivery = { ...(await exchange.release(genuine)), decision, blind, proof };
    expect(await outcomeOf(() => recipient.verify.execute(delivery))).toBe('decision-binding');
  });

  it('not about another ciphertext', async () => {
    const again = await forged(world, genuine, {});
    const delivery = { ...(await exchange.release(genuine)), jwe: again.jwe };
    expect(await outcomeOf(() => recipient.verify.execute(delivery))).toBe('ciphertext-digest');
    expect(await decided((decision) => ({ ...decision, jweSha256: digest }))).toBe('ciphertext-digest');
  });

  it('not about a ciphertext of another length than the manifest says', async () => {
    const manifest = (m: Manifest): Manifest => ({ ...m, jwe: { ...m.jwe, length: m.jwe.length + 1 } });
    expect(await outcome({ manifest })).toBe('ciphertext-digest');
  });

  it('not made after the message had expired', async () => {
    expect(await decided((decision) => ({ ...decision, decidedAt: '2026-12-24T08:00:00.000Z' }))).toBe('expired');
  });
});

describe('the verdict', () => {
  const unassessed = (m: Manifest): Manifest => ({ ...m, claims: { ...m.claims, assessments: [] } });

  it.each<[string, Forgery]>([
    ['assess', { manifest: unassessed }],
    ['deny', { manifest: (m) => ({ ...m, recipientFunction: 'finns-inte' }) }],
  ])('%s is not delivered', async (_, forgery) => {
    expect(await outcome(forgery)).toBe('not-permitted');
  });

  it('permit is not taken when the law says otherwise here', async () => {
    expect(await outcome({ manifest: unassessed }, permit)).toBe('verdict-mismatch');
  });

  it('permit is not taken where something stood against the message before the law was asked', async () => {
    const issued = Date.parse(parseManifest(genuine.manifest).manifest.issuedAt);
    const expiresAt = new Date(issued + 30 * 24 * 3600 * 1000).toISOString();
    const longLived = <T extends object>(of: T): T => ({ ...of, expiresAt });
    expect(await outcome({ context: longLived, manifest: longLived }, permit)).toBe('verdict-mismatch');
  });

  it('permit is not taken with other codes', async () => {
    expect(await decided((decision) => ({ ...decision, verdict: { outcome: 'permit' } }))).toBe('verdict-mismatch');
  });

  it('permit is not taken for the law of another day', async () => {
    const own = await outcome({}, (decision) => ({ ...decision, decidedAt: '2019-12-30T08:00:00.000Z' }));
    expect(own).toBe('verdict-mismatch');
  });

  it('is computed under the rule set that was released, and no other', async () => {
    const number = (decision: Decision): Decision => ({ ...decision, ruleSet: { ...decision.ruleSet, number: 99 } });
    const sha256 = (decision: Decision): Decision => ({
      ...decision,
      ruleSet: { ...decision.ruleSet, sha256: digest },
    });
    expect(await decided(number)).toBe('rule-set-mismatch');
    expect(await decided(sha256)).toBe('rule-set-mismatch');
    expect(await decided((decision) => ({ ...decision, engineVersion: 1 }))).toBe('rule-set-mismatch');
  });

  it('waits for a rule set or an engine that is not installed here', async () => {
    expect(await decided((decision) => ({ ...decision, engineVersion: 99 }))).toBe('engine-version');
    const own = await aWorld();
    const ownExchange = await anExchange(own);
    const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
    const [first, second] = [own.keys.jurists['linkoping'], own.keys.jurists['fk']] as [PrivateKey, PrivateKey];
    const release = { kind: 'rule-set-released', number: 99, date: '2026-11-20', sha256: digest, engineVersion: 1 };
    await own.state(release as Parameters<World['state']>[0], first, [second]);
    const { size, rootBase64: root } = own.snapshot;
    const change = (decision: Decision): Decision => ({
      ...decision,
      ruleSet: { number: 99, sha256: digest },
      keys: { size: size.toString(), root },
    });
    const delivery = await ownExchange.release(message, { change });
    const ownRecipient = await aGateway(own, 'myndigheterna');
    expect(await outcomeOf(() => ownRecipient.verify.execute(delivery))).toBe('rule-set');
  });

  it('does not rest on a cooperation decision other than the one committed to', async () => {
    const message = await sealed(world, recipient, example('22'));
    const delivery = await exchange.release(message);
    const open = await aGateway(world, 'rattsvasendet');
    expect(await outcomeOf(() => open.verify.execute(delivery))).toBe('accepted');
    for (const given of [undefined, 'forged'] as const) {
      const [opening] = [...world.cooperations.values()];
      const answer = given === undefined || opening === undefined ? undefined : { ...opening, from: '2026-01-14' };
      const deceived = await aGateway(world, 'rattsvasendet', {
        cooperations: { find: () => Promise.resolve(answer) },
      });
      expect(await outcomeOf(() => deceived.verify.execute(delivery))).toBe('cooperation-mismatch');
    }
  });
});

describe("the manifest is its sender's gateway's", () => {
  it.each<[string, string, () => Promise<Forgery> | Forgery]>([
    ["a foreign gateway's key", 'manifest-key', () => ({ manifestSigner: localSigner(manifestKey('rattsvasendet')) })],
    [
      'a foreign gateway that says so',
      'manifest-key',
      () => ({
        manifestSigner: localSigner(manifestKey('rattsvasendet')),
        manifest: (m) => ({ ...m, gateway: 'rattsvasendet' }),
      }),
    ],
    ['a key that nobody knows', 'manifest-key', async () => ({ manifestSigner: localSigner(stranger) })],
    [
      "the authority's document key",
      'manifest-key',
      () => ({ manifestSigner: localSigner(world.keys.documents[SENDER] as PrivateKey) }),
    ],
    [
      "a key that says it is the gateway's witness key",
      'manifest-key',
      () => ({ manifestSigner: posing(stranger, world.keys.witnesses['kommunerna'] as PrivateKey) }),
    ],
    [
      "a key that says it is the gateway's",
      'manifest-signature',
      () => ({ manifestSigner: posing(stranger, manifestKey('kommunerna')) }),
    ],
  ])('not under %s: %s', async (_, reason, make) => {
    expect(await outcome(await make(), permit)).toBe(reason);
  });

  it('not for a function that the recipient does not have', async () => {
    expect(await outcome({ manifest: (m) => ({ ...m, recipientFunction: 'finns-inte' }) }, permit)).toBe(
      'manifest-binding',
    );
  });

  it('not with claims of another message type, or with what are no claims', async () => {
    const type = (m: Manifest): Manifest => ({ ...m, claims: { ...m.claims, messageType: 'answer/1' } });
    const none = (m: Manifest): Manifest => ({ ...m, claims: { ...m.claims, name: 'x' } });
    expect(await outcome({ manifest: type }, permit)).toBe('manifest-binding');
    expect(await outcome({ manifest: none }, permit)).toBe('claims-invalid');
  });
});

describe('the recipient', () => {
  it('is hosted here', async () => {
    const delivery = await exchange.release(await sealed(world, recipient, example('24')));
    expect(await outcomeOf(() => recipient.verify.execute(delivery))).toBe('not-hosted');
  });

  it('is hosted here by what the key store holds, whatever the keys log says', async () => {
    const { keys: all, secrets, v } = world.keys.files['myndigheterna']!;
    const ofOthers = ({ holder }: { readonly holder: string }): boolean => holder !== RECIPIENT;
    const keys = await keyStore('myndigheterna', { v, keys: all.filter(ofOthers), secrets: secrets.filter(ofOthers) });
    const delivery = await exchange.release(genuine);
    const without = await aGateway(world, 'myndigheterna', { keys });
    expect(await outcomeOf(() => without.verify.execute(delivery))).toBe('not-hosted');
  });

  it('is hosted here by what the keys log says, not by what the key store holds', async () => {
    const keys = await keyStore('rattsvasendet', world.keys.files['myndigheterna']!);
    const moved = await aGateway(world, 'rattsvasendet', { keys });
    const delivery = await exchange.release(genuine);
    expect(await outcomeOf(() => moved.verify.execute(delivery))).toBe('not-hosted');
  });
});

describe('contexts of manifest, seal and document', () => {
  const changes: readonly Partial<Context>[] = [
    { env: 'production' },
    { sender: 'linkoping/socialnamnden' },
    { recipient: 'skv/skatteverket' },
    { messageId: elsewhere },
    { attempt: 2 },
    { issuedAt: '2026-11-24T07:59:59.000Z' },
    { expiresAt: '2026-11-30T08:00:00.000Z' },
  ];

  it.each(changes)('may not disagree: %j', async (change) => {
    const changed = (context: Context): Context => ({ ...context, ...change });
    expect(await outcome({ context: changed })).toBe('context-mismatch');
    expect(await outcome({ sealContext: changed })).toBe('context-mismatch');
    // Surreptitious forwarding and its like: the seal is right, and what lies in it was signed for something else.
    expect(await outcome({ context: changed, sealContext: () => contextOf(genuine) })).toBe('context-mismatch');
  });

  it.each<[string, (m: Manifest) => Manifest]>([
    ['message id', (m) => ({ ...m, messageId: elsewhere })],
    ['attempt', (m) => ({ ...m, attempt: 2 })],
    ['issued at', (m) => ({ ...m, issuedAt: '2026-11-24T08:00:01.000Z' })],
    ['expires at', (m) => ({ ...m, expiresAt: '2026-11-30T08:00:00.000Z' })],
  ])('may not disagree with the manifest: %s', async (_, manifest) => {
    expect(await outcome({ manifest })).toBe('context-mismatch');
  });

  it('bind a document to its recipient: one that was sealed on to another is not opened there', async () => {
    const tax = world.keys.sealings['skv/skatteverket'] as PrivateKey;
    const onward: Forgery = {
      sealingKey: tax,
      sealContext: (context) => ({ ...context, recipient: 'skv/skatteverket' }),
      manifest: (m) => ({ ...m, recipient: 'skv/skatteverket', sealingKey: tax.kid }),
    };
    expect(await outcome(onward, permit)).toBe('context-mismatch');
  });
});

/** What a gateway with good keys makes of a message that was never its own, and a careless exchange permits. */
const stolen = async (
  manifest: (own: Manifest) => Manifest,
  jwe: string,
  gateway: string,
  to: TestGateway,
): Promise<string> => {
  const own = parseManifest(genuine.manifest).manifest;
  const again = manifest({ ...own, jwe: { sha256: sha256Base64url(jwe), length: jwe.length } });
  const text = await signManifest(localSigner(manifestKey(gateway)), { ...again, gateway });
  const delivery = await exchange.release({ manifest: text, jwe }, { change: permit });
  return outcomeOf(() => to.verify.execute(delivery));
};

describe('pitfall 11: a recipient that seals what it received on to another', () => {
  const TAX = 'skv/skatteverket';
  const sealing = (): PrivateKey => world.keys.sealings[TAX] as PrivateKey;
  const onward = async (context: Partial<Context>): Promise<string> => {
    const all = { ...contextOf(genuine), recipient: TAX, ...context };
    return sealAround(genuine.message.detail.document ?? '', all, sealing());
  };

  it('does not pass for the sender, whose manifest it cannot sign', async () => {
    const named = (m: Manifest): Manifest => ({ ...m, recipient: TAX, sealingKey: sealing().kid });
    const jwe = await onward({});
    expect(await stolen(named, jwe, 'myndigheterna', recipient)).toBe('manifest-key');
  });

  it('does not pass as sender itself of a document that another signed', async () => {
    const own = { sender: RECIPIENT, recipient: TAX };
    const jwe = await onward(own);
    const ownKey = world.keys.documents[RECIPIENT] as PrivateKey;
    const named = (m: Manifest): Manifest => ({ ...m, ...own, sealingKey: sealing().kid });
    expect(await stolen(named, jwe, 'myndigheterna', recipient)).toBe('document-key');
    const claimed = (m: Manifest): Manifest => ({ ...named(m), documentKey: ownKey.kid });
    expect(await stolen(claimed, jwe, 'myndigheterna', recipient)).toBe('document-signature');
  });
});

describe('pitfall 12: a gateway that signs a manifest of its own around what another sealed', () => {
  it('is refused: the seal names its sender', async () => {
    const thief = 'polis/polismyndigheten';
    const key = world.keys.documents[thief] as PrivateKey;
    const own = (m: Manifest): Manifest => ({ ...m, sender: thief, documentKey: key.kid });
    expect(await stolen(own, genuine.jwe, 'rattsvasendet', recipient)).toBe('context-mismatch');
    const posed = (m: Manifest): Manifest => ({ ...m, sender: thief });
    expect(await stolen(posed, genuine.jwe, 'rattsvasendet', recipient)).toBe('document-key');
  });

  it('is refused under another message id, case or time of the same sender', async () => {
    for (const change of [{ messageId: elsewhere }, { attempt: 2 }, { issuedAt: '2026-11-24T08:00:01.000Z' }])
      expect(await stolen((m) => ({ ...m, ...change }), genuine.jwe, 'kommunerna', recipient)).toBe('context-mismatch');
    expect(await stolen((m) => ({ ...m, caseId: elsewhere }), genuine.jwe, 'kommunerna', recipient)).toBe(
      'document-binding',
    );
  });
});

describe('keys of document and seal', () => {
  it("are the sender's own, live, and no other authority's", async () => {
    const other = world.keys.documents['linkoping/socialnamnden'] as PrivateKey;
    const forgery: Forgery = {
      documentSigner: localSigner(other),
      manifest: (m) => ({ ...m, documentKey: other.kid }),
    };
    expect(await outcome(forgery)).toBe('not-permitted');
    expect(await outcome(forgery, permit)).toBe('document-key');
    expect(await outcome({ manifest: (m) => ({ ...m, documentKey: stranger.kid }) }, permit)).toBe('document-key');
    const seal = world.keys.sealings[SENDER]?.kid ?? '';
    expect(await outcome({ manifest: (m) => ({ ...m, documentKey: seal }) }, permit)).toBe('document-key');
  });

  it('are those that the manifest names', async () => {
    const other = world.keys.documents['linkoping/socialnamnden'] as PrivateKey;
    const own = world.keys.documents[SENDER] as PrivateKey;
    expect(await outcome({ documentSigner: localSigner(other) })).toBe('document-signature');
    expect(await outcome({ documentSigner: posing(stranger, own) })).toBe('document-signature');
  });

  it('are those that the recipient can open with', async () => {
    const tax = world.keys.sealings['skv/skatteverket'] as PrivateKey;
    const named: Forgery = { sealingKey: tax, manifest: (m) => ({ ...m, sealingKey: tax.kid }) };
    expect(await outcome(named)).toBe('not-permitted');
    expect(await outcome(named, permit)).toBe('seal-not-openable');
    expect(await outcome({ sealingKey: tax })).toBe('seal-not-openable');
  });
});

describe('the document says of itself what the manifest says of it', () => {
  it.each<[string, object]>([
    ['version', { v: 2 }],
    ['message id', { messageId: elsewhere }],
    ['case', { caseId: elsewhere }],
    ['type', { type: 'answer/1' }],
    ['sender', { sender: 'linkoping/socialnamnden' }],
    ['recipient', { recipient: 'skv/skatteverket' }],
    ['function', { recipientFunction: 'registrator' }],
    ['time', { sentAt: '2026-11-24T07:59:59.000Z' }],
    ['content that is none', { content: null }],
    ['registration that is none', { registration: 'ON 2026-00417' }],
    ['a member too many', { extra: 1 }],
  ])('%s', async (_, change) => {
    expect(await outcome({ document: (document) => ({ ...document, ...change }) })).toBe('document-binding');
  });

  it.each<[string, () => Uint8Array]>([
    ['no JSON', () => Buffer.from('Hej')],
    ['a list', () => canonicalBytes([])],
    ['nothing', () => canonicalBytes(null)],
    ['another spelling of the same', () => Buffer.from(JSON.stringify(documentOf(genuine), undefined, 1))],
  ])('not %s', async (_, octets) => {
    expect(await outcome({ octets: octets() })).toBe('document-binding');
  });
});

describe('content and claims', () => {
  type Content = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const content = (change: (content: Content) => object): Forgery => ({
    document: (document) => ({ ...document, content: change(document['content'] as Content) }),
  });
  const claims = (change: (claims: Readonly<Record<string, unknown>>) => object): Forgery => ({
    manifest: (m) => ({ ...m, claims: change(m.claims as Readonly<Record<string, unknown>>) }),
  });

  it('content that is not of its type is refused', async () => {
    expect(await outcome(content(({ subject: _, ...rest }) => rest))).toBe('content-invalid');
    expect(await outcome(content((all) => ({ ...all, undeclared: 'x' })))).toBe('content-invalid');
  });

  it('a field that the claims do not declare is refused, and a declared one that is not there', async () => {
    expect(await outcome(content(({ provider: _, ...rest }) => rest))).toBe('claims-mismatch');
    const fewer = claims((all) => ({ ...all, items: (all['items'] as object[]).slice(1) }));
    expect(await outcome(fewer, permit)).toBe('claims-mismatch');
  });

  it('a field that is declared as something harmless is refused', async () => {
    const harmless = claims((all) => ({
      ...all,
      items: (all['items'] as object[]).map((item) => ({ ...item, secrecy: [] })),
    }));
    expect(await outcome(harmless, permit)).toBe('claims-mismatch');
  });

  it('a fact that content determines is not for the sender to say', async () => {
    expect(
      await outcome(
        claims((all) => ({ ...all, derived: {} })),
        permit,
      ),
    ).toBe('claims-mismatch');
    const hidden = content((all) => ({ ...all, subject: { ...all['subject'], protection: 'secrecy-marking' } }));
    expect(await outcome(hidden)).toBe('claims-mismatch');
  });
});

it('is refused in another environment', async () => {
  expect(await decided((decision) => ({ ...decision, env: 'production' }))).toBe('decision-binding');
  expect(await outcome({ manifest: (m) => ({ ...m, env: 'production' }) }, (d) => ({ ...d, env: 'sandbox' }))).toBe(
    'decision-binding',
  );
});

const manifestOf = (of: World, gateway: string): PrivateKey => of.keys.manifests[gateway] as PrivateKey;
const contextOf = (message: Sealed): Context => {
  const {
    v,
    env,
    sender: from,
    recipient: to,
    messageId,
    attempt,
    issuedAt,
    expiresAt,
  } = parseManifest(message.manifest).manifest;
  return { v, env, sender: from, recipient: to, messageId, attempt, issuedAt, expiresAt };
};
