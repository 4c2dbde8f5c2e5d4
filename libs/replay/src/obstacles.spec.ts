import { beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { generateKey, parseManifest } from '#envelope';
import type { Manifest, PrivateKey } from '#envelope';
import type { Claims } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import { aGateway, aWorld, example, publicJwk, sealed } from '#testing';
import type { World } from '#testing';
import { OBSTACLES, obstaclesOf } from './obstacles.js';

let world: World;
let manifest: Manifest;
let snapshot: Snapshot;

beforeAll(async () => {
  world = await aWorld();
  manifest = parseManifest((await sealed(world, await aGateway(world, 'kommunerna'), example('01'))).manifest).manifest;
  snapshot = world.snapshot;
});

const plus = (ms: number): string => new Date(Date.parse(manifest.issuedAt) + ms).toISOString();
const DAYS = 24 * 3600 * 1000;
const obstacles = (change: Partial<Manifest>, digest = manifest.jwe.sha256): readonly string[] =>
  obstaclesOf({ ...manifest, ...change }, digest, snapshot, world.clock.now());

it('finds nothing against a genuine message', () => {
  expect(obstacles({})).toEqual([]);
});

it.each<[string, () => Partial<Manifest>]>([
  ['DOCUMENT_KEY_NOT_LIVE', () => ({ documentKey: 'A'.repeat(43) })],
  ['DOCUMENT_KEY_NOT_LIVE', () => ({ documentKey: world.keys.documents['linkoping/socialnamnden']?.kid ?? '' })],
  ['DOCUMENT_KEY_NOT_LIVE', () => ({ documentKey: world.keys.sealings[manifest.sender]?.kid ?? '' })],
  ['SEALING_KEY_NOT_LIVE', () => ({ sealingKey: 'A'.repeat(43) })],
  ['SEALING_KEY_NOT_LIVE', () => ({ sealingKey: world.keys.sealings['skv/skatteverket']?.kid ?? '' })],
  ['SEALING_KEY_NOT_LIVE', () => ({ sealingKey: world.keys.documents[manifest.recipient]?.kid ?? '' })],
  ['TYPE_NOT_SENT', () => ({ messageType: 'recorded-disclosure/1' })],
  ['FUNCTION_UNKNOWN', () => ({ recipientFunction: 'finns-inte' })],
  ['ISSUED_IN_FUTURE', () => ({ issuedAt: plus(60_001), expiresAt: plus(DAYS) })],
  ['LIFETIME_TOO_LONG', () => ({ expiresAt: plus(7 * DAYS + 1) })],
])('finds %s', (obstacle, change) => {
  expect(obstacles(change())).toEqual([obstacle]);
});

it.each<[string, readonly string[], readonly string[]]>([
  ['a declared part of a free text', ['circumstances~benefit-case', 'allowance'], []],
  ['an item that the claims do not have', ['circumstances~benefit-case', 'another'], ['ATTACHMENT_ITEM_UNKNOWN']],
  ['a structured item alone, of which words say nothing', ['allowance'], ['ATTACHMENT_ITEM_UNKNOWN']],
  ['a part that says it is open', ['circumstances~message-context'], ['ATTACHMENT_ITEM_UNKNOWN']],
  ['nothing at all', [], ['ATTACHMENT_ITEM_UNKNOWN']],
])('of an attachment that holds %s', (_, items, found) => {
  const claims = manifest.claims as unknown as Claims;
  const claimed = [
    ...claims.items,
    { ...claims.items[0], id: 'circumstances~message-context', dataCategory: 'message-context' },
  ];
  const attachment = {
    ...{ id: randomUUID(), sha256: 'A'.repeat(43), length: 90, suite: 'cobblestone-256' as const },
    ...{ items, malware: 'clean' as const },
  };
  const change = { attachments: [attachment], claims: { ...claims, items: claimed } } as unknown as Partial<Manifest>;
  expect(obstacles(change)).toEqual(found);
});

it('finds CIPHERTEXT_DIGEST when another ciphertext came', () => {
  expect(obstacles({}, 'A'.repeat(43))).toEqual(['CIPHERTEXT_DIGEST']);
});

it('finds RECIPIENT_UNKNOWN, and that its key is not live, when nobody of that name is enrolled', () => {
  expect(obstacles({ recipient: 'csn/csn' })).toEqual(['RECIPIENT_UNKNOWN', 'SEALING_KEY_NOT_LIVE']);
});

it('lets a minute of skew and a whole week of life through', () => {
  expect(obstacles({ issuedAt: plus(60_000), expiresAt: plus(7 * DAYS + 60_000) })).toEqual([]);
});

it('finds that a key had expired on the day of the decision, and not the day before', async () => {
  const own = await aWorld();
  const { sender, recipient } = manifest;
  const added = async (holder: string, use: 'document' | 'sealing', expiresOn: string): Promise<string> => {
    const key = await generateKey(use);
    const administrator = own.keys.administrators[holder.split('/')[0] ?? ''] as PrivateKey;
    await own.state({ kind: 'key-added', holder, use, key: publicJwk(key), expiresOn }, administrator);
    return key.kid;
  };
  const documentKey = await added(sender, 'document', '2027-07-02');
  const sealingKey = await added(recipient, 'sealing', '2027-07-03');
  const at = (time: string) => {
    const decidedAt = new Date(time);
    const [issuedAt, expiresAt] = [time, new Date(decidedAt.getTime() + DAYS).toISOString()];
    const changed = { ...manifest, documentKey, sealingKey, issuedAt, expiresAt };
    return obstaclesOf(changed, manifest.jwe.sha256, own.snapshot, decidedAt);
  };
  expect(at('2027-07-01T21:59:59.999Z')).toEqual([]);
  expect(at('2027-07-01T22:00:00.000Z')).toEqual(['DOCUMENT_KEY_NOT_LIVE']);
  expect(at('2027-07-02T22:00:00.000Z')).toEqual(['DOCUMENT_KEY_NOT_LIVE', 'SEALING_KEY_NOT_LIVE']);
});

it('finds everything there is, sorted, by codes of the list', () => {
  const all = obstacles(
    { recipient: 'csn/csn', documentKey: 'A'.repeat(43), issuedAt: plus(DAYS), expiresAt: plus(30 * DAYS) },
    'A'.repeat(43),
  );
  expect(all).toEqual(all.toSorted());
  expect(all).toHaveLength(6);
  for (const obstacle of all) expect(OBSTACLES).toContain(obstacle);
});

it('judges keys by the size it is given: a key revoked later was live', async () => {
  const own = await aWorld();
  const message = await sealed(own, await aGateway(own, 'kommunerna'), example('01'));
  const made = parseManifest(message.manifest).manifest;
  const before = own.snapshot;
  await own.revoke(made.documentKey, 'linkoping');
  await own.revoke(made.sealingKey, 'fk');
  const found = (at: Snapshot) => obstaclesOf(made, made.jwe.sha256, at, own.clock.now());
  expect(found(before)).toEqual([]);
  expect(found(own.snapshot)).toEqual(['DOCUMENT_KEY_NOT_LIVE', 'SEALING_KEY_NOT_LIVE']);
});
