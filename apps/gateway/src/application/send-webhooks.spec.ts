import { expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import type { HeldWebhook, WebhookLease, WebhookSending } from './ports/webhook.js';
import { SendWebhooks } from './send-webhooks.js';
import type { TriedWebhook, TryWebhook } from './try-webhook.js';

const NOW = new Date('2026-11-24T08:00:00.000Z');
const held: HeldWebhook = {
  url: 'https://hooks.example.se/',
  secrets: [],
  failures: 0,
  event: { id: 'e', type: 'delivery.received', timestamp: NOW.toISOString(), data: { messageId: 'm' } } as never,
};

/** How many are at work at once, at most. */
class Gauge {
  private now = 0;
  most = 0;
  async of<T>(work: () => Promise<T>): Promise<T> {
    this.now += 1;
    this.most = Math.max(this.most, this.now);
    try {
      return await work();
    } finally {
      this.now -= 1;
    }
  }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('takes few webhooks in hand at once, fewer of one authority, and fewest at the database, and comes to all', async () => {
  const authorities = Array.from({ length: 30 }, (_, nth) => `a/${nth}`);
  const waiting = new Map(authorities.map((one) => [one, new Set(Array.from({ length: 10 }, (_, nth) => `${nth}`))]));
  const [database, sending] = [new Gauge(), new Gauge()];
  const ofAuthority = new Map(authorities.map((one) => [one, new Gauge()]));
  let settled = 0;
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const asked: number[] = [];
  const store = {
    due: (from: readonly string[], _at: Date, most: number) => {
      asked.push(most);
      const found = from.flatMap((authority) => [...(waiting.get(authority) ?? [])].map((id) => ({ authority, id })));
      return Promise.resolve(found.slice(0, most));
    },
    take: ({ authority, id }: WebhookLease) =>
      database.of(async () => {
        await turn();
        if (waiting.get(authority)?.delete(id) !== true) return undefined;
        return { ...held, url: authority };
      }),
    settle: () =>
      database.of(async () => {
        await turn();
        settled += 1;
        if (settled === 300) done();
        return { isOurs: true };
      }),
  };
  const trying = {
    execute: ({ url }: HeldWebhook): Promise<TriedWebhook> =>
      sending.of(() =>
        (ofAuthority.get(url) ?? new Gauge()).of(async () => {
          for (let nth = 0; nth < 20; nth += 1) await turn();
          return { kind: 'delivery', eventId: 'e', at: NOW, status: 204, milliseconds: 1, bodySha256: 'x' };
        }),
      ),
  };
  const loop = new SendWebhooks(
    store as unknown as WebhookSending,
    trying as unknown as TryWebhook,
    () => authorities,
    1,
    () => 'lease',
    () => NOW,
    () => 0,
    new EventLog('test', 'silent'),
  );
  loop.start();
  await all;
  await loop.stop();
  expect(database.most).toBe(3);
  expect(sending.most).toBeLessThanOrEqual(100);
  expect(Math.max(...[...ofAuthority.values()].map(({ most }) => most))).toBeLessThanOrEqual(5);
  expect(new Set(asked)).toEqual(new Set([100]));
});

it('tells of one that ended also when others wait for its place', async () => {
  const [webhooks, run] = [5, 100];
  const waiting = new Set(Array.from({ length: webhooks }, (_, nth) => `${nth}`));
  const sent = new Map<string, number>();
  let gone = 0;
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const store = {
    due: () => Promise.resolve([...waiting].map((id) => ({ authority: 'a', id }))),
    take: ({ id }: WebhookLease) => Promise.resolve(waiting.delete(id) ? { ...held, url: id } : undefined),
    settle: ({ id }: WebhookLease, { status }: TriedWebhook) => {
      if (status !== 410) return Promise.resolve({ isOurs: true, next: { ...held, url: id } });
      gone += 1;
      if (gone === webhooks) done();
      return Promise.resolve({ isOurs: true });
    },
  };
  const trying = {
    execute: async ({ url }: HeldWebhook) => {
      await turn();
      const nth = (sent.get(url) ?? 0) + 1;
      sent.set(url, nth);
      return { status: nth < run ? 204 : 410 };
    },
  };
  const ended: string[] = [];
  const log = {
    warn: (event: string, { webhookId = '' }: { readonly webhookId?: string }) => {
      if (event === 'webhook.ended') ended.push(webhookId);
    },
  };
  const loop = new SendWebhooks(
    store as unknown as WebhookSending,
    trying as unknown as TryWebhook,
    () => ['a'],
    1,
    () => 'lease',
    () => NOW,
    () => 0,
    log as unknown as EventLog,
  );
  loop.start();
  await all;
  await loop.stop();
  expect(ended.toSorted((a, b) => Number(a) - Number(b))).toEqual(['0', '1', '2', '3', '4']);
});

it('lets one that is quick have its turn beside more slow ones of its authority than are in hand at once', async () => {
  const SLOW_MS = 2_000;
  const ids = ['slow-1', 'slow-2', 'slow-3', 'slow-4', 'slow-5', 'quick'];
  /** Longest due first. */
  let due = [...ids];
  const sent = new Map<string, number>();
  let ms = NOW.getTime();
  let done = (): void => undefined;
  const told = new Promise<void>((resolve) => (done = resolve));
  const store = {
    due: () => Promise.resolve(due.map((id) => ({ authority: 'a', id }))),
    take: ({ id }: WebhookLease) => {
      const isDue = due.includes(id);
      due = due.filter((one) => one !== id);
      return Promise.resolve(isDue ? { ...held, url: id } : undefined);
    },
    settle: ({ id }: WebhookLease) => Promise.resolve({ isOurs: true, next: { ...held, url: id } }),
    release: ({ id }: WebhookLease) => {
      due.push(id);
      return Promise.resolve();
    },
  };
  /** A slow event takes a round of the loop, however long a round is. */
  let round = (): void => undefined;
  let rounds = new Promise<void>((resolve) => (round = resolve));
  const trying = {
    execute: async ({ url }: HeldWebhook, _kind: string, _event: object, _ms: number, stop: AbortSignal) => {
      if (url !== 'quick' && !stop.aborted) {
        const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
        await Promise.race([rounds, stopped]);
        ms += SLOW_MS;
      }
      if (stop.aborted) return undefined;
      sent.set(url, (sent.get(url) ?? 0) + 1);
      if (url === 'quick') done();
      return { status: 204 };
    },
  };
  const loop = new SendWebhooks(
    store as unknown as WebhookSending,
    trying as unknown as TryWebhook,
    () => {
      round();
      rounds = new Promise<void>((resolve) => (round = resolve));
      return ['a'];
    },
    1,
    () => 'lease',
    () => new Date(ms),
    () => 0,
    new EventLog('test', 'silent'),
  );
  loop.start();
  await told;
  await loop.stop();
  for (const id of ids.slice(0, 5)) expect(sent.get(id) ?? 0).toBeLessThan(10);
});

it('lets others of its authority have their turn beside more that are silent than it has places', async () => {
  const due = new Set(['silent-1', 'silent-2', 'silent-3', 'silent-4', 'silent-5', 'silent-6', 'quick']);
  let ms = NOW.getTime();
  let inHand = 0;
  let most = 0;
  let done = (): void => undefined;
  const told = new Promise<void>((resolve) => (done = resolve));
  const store = {
    due: () => Promise.resolve([...due].map((id) => ({ authority: 'a', id }))),
    take: ({ id }: WebhookLease) => Promise.resolve(due.delete(id) ? { ...held, url: id } : undefined),
    settle: () => Promise.resolve({ isOurs: true }),
  };
  const trying = {
    execute: async ({ url }: HeldWebhook, _kind: string, _event: object, _ms: number, stop: AbortSignal) => {
      inHand += 1;
      most = Math.max(most, inHand);
      if (url === 'quick') done();
      else if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
      return { status: 204 };
    },
  };
  let rounds = 0;
  let before = 0;
  const loop = new SendWebhooks(
    store as unknown as WebhookSending,
    trying as unknown as TryWebhook,
    () => {
      // Five are waited for: the time passes after which they hold no place.
      if (inHand === 5 && (rounds += 1) === 3) {
        before = most;
        ms += 2_000;
      }
      return ['a'];
    },
    1,
    () => 'lease',
    () => new Date(ms),
    () => 0,
    new EventLog('test', 'silent'),
  );
  loop.start();
  await told;
  await loop.stop();
  expect([before, most]).toEqual([5, 7]);
});
