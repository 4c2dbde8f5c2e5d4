import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ManageWebhooks } from '../apps/gateway/src/application/manage-webhooks.js';
import { GatewayError } from '../apps/gateway/src/domain/errors.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { holding } from './support/webhook-receiver.js';
import { TestWebhooks } from './support/webhooks.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/socialnamnden';

describe('a key of a webhook', () => {
  let webhooks: TestWebhooks;
  let managing: ManageWebhooks;
  let id: string;
  let path: string;
  const here = new AbortController().signal;
  beforeAll(async () => {
    webhooks = await TestWebhooks.start('webhooks_keys');
  });
  beforeEach(async () => {
    managing = webhooks.managing();
    for (const one of (await managing.list(OWNER)).items) await managing.remove(webhooks.asking(OWNER), one.id);
    path = `/${randomUUID()}`;
    ({ id } = await webhooks.register(OWNER, path));
  });
  afterAll(() => webhooks.stop());

  it('is kept with its secret half encrypted, in its own row', async () => {
    const rows = await asAuthority(webhooks.db, OWNER, (tx) =>
      tx.query<{ detail: Buffer; public_key: string }[]>(`SELECT detail, public_key FROM gateway.webhook_key`),
    );
    expect(rows).toHaveLength(1);
    const cipher = webhooks.world.keys.stores['kommunerna']!.cipher(OWNER);
    const { detail, public_key: publicKey } = rows[0]!;
    const secret = cipher.open(detail, 'webhook_key', `${id} ${publicKey}`) as { readonly d: string };
    expect(detail.includes(Buffer.from(secret.d, 'base64url')) || detail.includes(secret.d)).toBe(false);
    expect(() => cipher.open(detail, 'webhook_key', `${randomUUID()} ${publicKey}`)).toThrow();
  });

  it('signs for a day beside the one that comes after it', async () => {
    const [old] = (await managing.read(OWNER, id)).keys;
    const rotated = await managing.rotate(webhooks.asking(OWNER), id);
    // An answer that did not come is asked for again.
    expect(await managing.rotate(webhooks.asking(OWNER), id)).toEqual(rotated);
    const [fresh] = rotated.keys;
    expect(rotated.keys.map(({ publicKey }) => publicKey)).toEqual([fresh!.publicKey, old!.publicKey]);
    expect(rotated.keys.map(({ until }) => until)).toEqual([
      undefined,
      new Date(webhooks.now().getTime() + 24 * 3_600_000).toISOString(),
    ]);
    const signedBy = async (): Promise<readonly number[]> => {
      await managing.test(OWNER, id, here);
      const sent = webhooks.receiver.at(path).at(-1)!;
      return [fresh!, old!].map(({ publicKey }) => holding(sent, publicKey));
    };
    expect(await signedBy()).toEqual([1, 1]);
    webhooks.world.clock.advance(24 * 3_600_000);
    expect(await signedBy()).toEqual([1, 0]);
    const [third] = (await managing.rotate(webhooks.asking(OWNER), id)).keys;
    expect([fresh?.publicKey, old?.publicKey]).not.toContain(third?.publicKey);
  });

  it('signs no more when another is asked for without overlap', async () => {
    await managing.rotate(webhooks.asking(OWNER), id);
    const before = (await managing.read(OWNER, id)).keys.map(({ publicKey }) => publicKey);
    const { keys } = await managing.rotate(webhooks.asking(OWNER), id, false);
    expect([before.length, keys.length, before.includes(keys[0]!.publicKey)]).toEqual([2, 1, false]);
    await managing.test(OWNER, id, here);
    const sent = webhooks.receiver.at(path).at(-1)!;
    expect([keys[0]!.publicKey, ...before].map((key) => holding(sent, key))).toEqual([1, 0, 0]);
  });

  it('is replaced or is gone with its webhook, when both are asked for at once', async () => {
    const codeOf = async (asked: Promise<unknown>): Promise<string> =>
      asked.then(
        () => 'done',
        (error: unknown) => (error instanceof GatewayError && error.code === 'NOT_FOUND' ? 'not-found' : String(error)),
      );
    const ends = new Set<string>();
    for (let times = 0; times < 6; times += 1) {
      managing = webhooks.managing();
      const one = await webhooks.register(OWNER, path);
      const asking = webhooks.asking(OWNER);
      const all = [
        managing.rotate(asking, one.id, false),
        managing.rotate(asking, one.id, false),
        managing.remove(asking, one.id),
        managing.rotate(asking, one.id, false),
      ];
      for (const end of await Promise.all(all.map(codeOf))) ends.add(end);
    }
    expect([...ends].sort()).toEqual(['done', 'not-found']);
  });
});
