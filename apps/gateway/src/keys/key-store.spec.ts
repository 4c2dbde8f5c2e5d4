import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseManifest, parseToken, unsealDocument } from '#envelope';
import type { PrivateKey } from '#envelope';
import { withKey } from '#keystore';
import type { KeyStoreContent } from '#keystore';
import { ModuleKeys, aGateway, aWorld, anExchange, example, keyStore, publicJwk, sealed } from '#testing';
import type { TestGateway, World } from '#testing';
import { NotYet } from '../domain/errors.js';
import { AccessTokens, TOKEN_END_MS } from './access-tokens.js';
import { KeyStore } from './key-store.js';

const SENDER = 'linkoping/omsorgsnamnden';
const GATEWAY = 'kommunerna';

describe('of several keys of its own, a gateway', () => {
  let world: World;
  let content: KeyStoreContent;
  let made: PrivateKey;
  let old: string;
  const store = async (): Promise<KeyStore> => {
    const keys = await keyStore(GATEWAY, content);
    keys.follow(() => world.snapshot.on(world.clock.now()));
    return keys;
  };

  beforeAll(async () => {
    world = await aWorld();
    const file = world.keys.files[GATEWAY]!;
    old = (world.keys.documents[SENDER] as PrivateKey).kid;
    const added = await withKey(file, SENDER, 'document', new Date(0));
    content = added.content;
    made = { ...added.key, privateJwk: added.content.keys.at(-1)!.jwk };
  });

  it('signs with none that is not in the keys log yet, then with the newest, and with none that has ended', async () => {
    const keys = await store();
    expect(keys.documentSigner(SENDER).kid).toBe(old);
    const administrator = world.keys.administrators['linkoping'] as PrivateKey;
    await world.state({ kind: 'key-added', holder: SENDER, use: 'document', key: publicJwk(made) }, administrator);
    expect(keys.documentSigner(SENDER).kid).toBe(made.kid);
    await world.revoke(made.kid, 'linkoping');
    expect(keys.documentSigner(SENDER).kid).toBe(old);
    await world.revoke(old, 'linkoping');
    expect(() => keys.documentSigner(SENDER)).toThrow(NotYet);
  });

  it("signs with the newest before it has read the keys log, and never with another holder's or of another use", async () => {
    const keys = await keyStore(GATEWAY, content);
    expect(keys.documentSigner(SENDER).kid).toBe(made.kid);
    expect(() => keys.documentSigner('fk/forsakringskassan')).toThrow(NotYet);
    expect(keys.requestSigner.kid).toBe((world.keys.manifests[GATEWAY] as PrivateKey).kid);
  });

  it('lets no token in by a token key any more, when all that it signed before another was made have expired', async () => {
    const made = new Date('2026-11-24T08:00:00.000Z');
    const { content: two } = await withKey(world.keys.files[GATEWAY]!, `gateway:${GATEWAY}`, 'token', made);
    const keys = await keyStore(GATEWAY, two);
    const held = (after: number): number => keys.tokens(new Date(made.getTime() + after), TOKEN_END_MS).keys.length;
    expect([held(0), held(TOKEN_END_MS), held(TOKEN_END_MS + 1)]).toEqual([2, 2, 1]);
  });

  it('keeps pseudonyms and commitments of one authority apart from those of another', async () => {
    const keys = await store();
    const other = 'linkoping/socialnamnden';
    const bytes = Buffer.from('bedömning');
    expect(keys.pseudonym(SENDER, 'anna')).toBe((await store()).pseudonym(SENDER, 'anna'));
    expect(keys.pseudonym(SENDER, 'anna')).not.toBe(keys.pseudonym(other, 'anna'));
    expect(keys.commitment(SENDER, bytes)).not.toBe(keys.commitment(other, bytes));
  });

  it('has for a number another token than another authority, than another kind of number, and than its commitment, and the number in none', async () => {
    const keys = await store();
    const number = '195201161857';
    const own = keys.personToken(SENDER, 'person', number);
    expect((await store()).personToken(SENDER, 'person', number).equals(own)).toBe(true);
    const others = [
      keys.personToken('linkoping/socialnamnden', 'person', number),
      keys.personToken(SENDER, 'organisation', number),
      keys.personToken(SENDER, 'person', '198801022388'),
      Buffer.from(keys.commitment(SENDER, Buffer.from(`person\n${number}`)), 'base64url'),
    ];
    for (const other of others) expect(other.equals(own)).toBe(false);
    for (const encoding of ['latin1', 'hex', 'base64'] as const) {
      expect(own.toString(encoding)).not.toContain(number);
      expect(own.toString(encoding)).not.toContain(Buffer.from(number).toString(encoding).slice(0, 12));
    }
  });
});

describe('keys that never leave a module in another process', () => {
  let world: World;
  const modules: ModuleKeys[] = [];
  const withModule = async (gateway: string): Promise<TestGateway> => {
    const source = await ModuleKeys.start(world.keys.files[gateway]!);
    modules.push(source);
    return aGateway(world, gateway, { keys: new KeyStore(gateway, source) });
  };
  beforeAll(async () => {
    world = await aWorld();
  });
  afterAll(() => modules.forEach((one) => one.stop()));

  it('sign documents, manifests and tokens, and open what is sealed, as those of a file do', async () => {
    const [sender, recipient] = [await withModule(GATEWAY), await withModule('myndigheterna')];
    const exchange = await anExchange(world);
    const made = await sealed(world, sender, example('01'));
    const { manifest } = parseManifest(made.manifest);
    const verified = await recipient.verify.execute(await exchange.release(made));
    expect(verified.detail.content).toEqual(made.referral.content);
    expect(verified.detail.document).toBe(made.message.detail.document);
    const fromFile = world.keys.stores['myndigheterna']!.opener(manifest.recipient, manifest.sealingKey)!;
    expect(await unsealDocument(made.jwe, manifest, fromFile)).toBe(verified.detail.document);
    const tokens = new AccessTokens((at) => sender.keys.tokens(at, TOKEN_END_MS), 'https://gateway.example');
    const token = await tokens.issue({ id: 'system-1', kid: 'kid-1' }, 'jti-1', world.clock.now(), []);
    expect(parseToken(token, 'at+jwt').kid).toBe(sender.keys.tokens(world.clock.now(), TOKEN_END_MS).keys[0]?.kid);
    expect(await tokens.verify(token, world.clock.now())).toMatchObject({ system: 'system-1' });
  });

  it('open nothing in which anything was changed', async () => {
    const recipient = await withModule('myndigheterna');
    const made = await sealed(world, await aGateway(world, GATEWAY), example('01'));
    const { manifest } = parseManifest(made.manifest);
    const opener = recipient.keys.opener(manifest.recipient, manifest.sealingKey)!;
    const parts = made.jwe.split('.');
    const changed = parts.with(3, `${parts[3]?.slice(0, -2)}AA`).join('.');
    await expect(opener.open(changed)).rejects.toThrow('NOT_OPENED');
  });
});
