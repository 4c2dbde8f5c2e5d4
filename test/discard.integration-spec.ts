import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { example } from '#testing';
import type { Sealed, World } from '#testing';
import type { IncomingMessage } from '#messaging';
import type { DataSource } from 'typeorm';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import type { QuarantineReason } from '../apps/exchange/src/domain/errors.js';
import { messages } from '../apps/exchange/src/persistence/message.store.js';
import type { ListedSetAside, Quota } from '../apps/exchange/src/persistence/quarantine.store.js';
import { ACCOUNT, ExchangeActs, keyOf } from './support/exchange-acts.js';

jest.setTimeout(60_000);
const { system } = example('01');

describe('a message in quarantine', () => {
  let acts: ExchangeActs;
  let world: World;
  let db: DataSource;
  let message: Sealed;
  beforeAll(async () => {
    acts = await ExchangeActs.deploy('discard');
    ({ world, db } = acts);
  });
  afterAll(() => acts.drop());
  beforeEach(async () => {
    message = await acts.message();
  });
  const decided = () => acts.deciding.execute(message, ACCOUNT);
  const key = () => keyOf(message.message);
  const noticed = () => acts.noticed(key());
  const state = () => acts.state(key());
  const released = async (): Promise<void> => {
    await decided();
    await acts.released(key());
  };
  const asideOf = (quota?: Quota) =>
    new SetAsideMessages(db, acts.exchange.law, acts.recorder, randomUUID, world.clock.now, quota);
  const aside = (): SetAsideMessages => asideOf();
  const copyOf = ({ manifest, jwe }: Sealed): IncomingMessage => ({
    type: 'message.submitted.v1',
    body: Buffer.from(JSON.stringify({ manifest, jwe })),
    userId: ACCOUNT,
    messageId: randomUUID(),
    redelivered: false,
    deliveries: 1,
  });
  const heldOf = async (messageId: string): Promise<readonly ListedSetAside[]> => {
    const held = await aside().list({ state: 'held', limit: 1000 });
    return held.filter((one) => one.messageId === messageId);
  };
  const keep = async (copy: IncomingMessage, queue: string, reason: QuarantineReason): Promise<string> => {
    const before = new Set((await heldOf(key().messageId)).map(({ id }) => id));
    expect(await aside().keep(copy, queue, reason)).toBe(true);
    const added = (await heldOf(key().messageId)).find(({ id }) => !before.has(id));
    return added?.id ?? '';
  };
  const delivery = (): IncomingMessage => ({
    ...copyOf(message),
    type: 'delivery.released.v1',
    userId: 'exchange',
    body: Buffer.from(
      JSON.stringify({
        manifest: message.manifest,
        jwe: message.jwe,
        decision: message.manifest,
        blind: Buffer.alloc(32).toString('base64url'),
        proof: 'c2sp.org/tlog-proof@v1\nindex 0\n\nx\n1\nAAAA\n\n— x AAAA\n',
        deliveryNumber: 1,
      }),
    ),
  });
  const discarded = (id: string, reason = 'agreed-with-sender') =>
    aside()
      .discard(id, 'anna', reason)
      .catch((error: unknown) => (error as { readonly code?: string }).code);

  it('is not discarded when a copy of it was decided on: the row ends alone, and nobody is told', async () => {
    await decided();
    const id = await keep(copyOf(message), 'exchange.in', 'id-reuse');
    expect(await discarded(id)).toBe('decided');
    expect(await discarded(id, 'stands-already')).toBe(true);
    expect([await noticed(), await heldOf(key().messageId)]).toEqual([['quarantined'], []]);
  });

  it('is never decided on after it was discarded, however it comes again', async () => {
    const id = await keep(copyOf(message), 'exchange.in', 'cooperation-not-opened');
    const other = await keep(copyOf(message), 'exchange.in', 'manifest-key');
    expect(await discarded(id, 'stands-already')).toBe('nothing-stands');
    expect(await discarded(id)).toBe(true);
    expect((await decided()).outcome).toBe('known');
    const again = () => decided().then(({ outcome }) => outcome);
    expect(await discarded(other)).toBe('decided');
    expect(await aside().retry(other, 'anna', again)).toBe('known');
    expect(await noticed()).toEqual(['quarantined', 'quarantined', 'discarded']);
    expect(await state()).toBeUndefined();
  });

  it('ends in one way when a handler that hung commits while it is discarded', async () => {
    const id = await keep(copyOf(message), 'exchange.in', 'handler-failed');
    const [outcome, ended] = await Promise.all([decided(), discarded(id)]);
    expect([outcome.outcome, ended]).toEqual(outcome.outcome === 'known' ? ['known', true] : ['permit', 'decided']);
  });

  it('leaves its id to its own gateway when it was another that used it', async () => {
    const forgery = { ...copyOf(message), userId: 'gw-fk' };
    const id = await keep(forgery, 'exchange.in', 'account-mismatch');
    expect(await discarded(id, 'not-genuine')).toBe(true);
    expect((await decided()).outcome).toBe('permit');
  });

  it('as a delivery ends what was released, and is sent to nobody afterwards', async () => {
    await released();
    const [id, other] = [
      await keep(delivery(), 'gw.fk.in', 'refused-by-gateway'),
      await keep(delivery(), 'gw.fk.in', 'delivery-limit'),
    ];
    expect(await discarded(other)).toBe('may-be-received');
    expect(await discarded(id)).toBe(true);
    const [row] = await db.query<{ state: string; ended: boolean }[]>(
      'SELECT state, ended_at IS NOT NULL AS ended FROM exchange.message WHERE message_id = $1',
      [key().messageId],
    );
    expect(row).toEqual({ state: 'discarded', ended: true });
    const retry = aside().retry(other, 'anna', () => Promise.reject(new Error('not handled here')), true);
    await expect(retry).rejects.toMatchObject({ code: 'discarded' });
    expect(await discarded(other, 'stands-already')).toBe(true);
    expect(await noticed()).toEqual(['quarantined', 'quarantined', 'discarded']);
  });

  it('as a delivery is not discarded while a copy is on its way, or when it was fetched', async () => {
    await released();
    const first = await keep(delivery(), 'gw.fk.in', 'refused-by-gateway');
    const second = await keep(delivery(), 'gw.fk.in', 'refused-by-gateway');
    const none = () => Promise.reject(new Error('not handled here'));
    expect(await aside().retry(first, 'anna', none)).toBe('published');
    expect(await discarded(second)).toBe('may-be-received');
    await db.transaction((tx) => messages.move(tx, key(), 'fetched', world.clock.now()));
    expect(await discarded(second)).toBe('decided');
    expect(await discarded(second, 'stands-already')).toBe(true);
  });

  it('is retried by force alone when it may stop whoever handles it, and not for ever', async () => {
    const id = await keep(copyOf(message), 'exchange.in', 'delivery-limit');
    const hangs = (): Promise<string> => new Promise(() => undefined);
    await expect(aside().retry(id, 'anna', hangs)).rejects.toMatchObject({ code: 'needs-force' });
    const short = new SetAsideMessages(
      db,
      acts.exchange.law,
      acts.recorder,
      randomUUID,
      world.clock.now,
      undefined,
      50,
    );
    await expect(short.retry(id, 'anna', hangs, true)).rejects.toMatchObject({ code: 'timed-out' });
    expect(await heldOf(key().messageId)).toHaveLength(1);
  });

  it('is kept up to a quota of its account; over it its digest is, and its sender is told', async () => {
    const small = asideOf({ count: 0, bytes: 1 });
    const junk = { ...copyOf(message), body: Buffer.from('{}'), userId: 'gw-kommunerna' };
    const notices = async () => (await db.query<{ count: string }[]>('SELECT count(*) FROM exchange.notice'))[0]?.count;
    const before = await notices();
    await small.keep(junk, 'exchange.in', 'malformed');
    expect(await notices()).toBe(before);
    await small.keep(copyOf(message), 'exchange.in', 'manifest-key');
    await small.keep(copyOf(message), 'exchange.in', 'manifest-key');
    expect(await noticed()).toEqual(['quarantined']);
    const [held] = await heldOf(key().messageId);
    expect(held).toMatchObject({ kept: false, bytes: copyOf(message).body.length, attempt: 1 });
    const none = () => Promise.reject(new Error('nothing to handle'));
    await expect(aside().retry(held?.id ?? '', 'anna', none)).rejects.toMatchObject({ code: 'not-kept' });
    expect(await discarded(held?.id ?? '')).toBe(true);
    expect((await decided()).outcome).toBe('known');
  });

  it('is listed page by page, by gateway and by sender', async () => {
    for (const _ of [1, 2, 3]) await keep(copyOf(message), 'exchange.in', 'manifest-key');
    const listed = async (which: object): Promise<readonly string[]> =>
      (await aside().list({ state: 'held', limit: 2, ...which })).map(({ id }) => id);
    const all = await aside().list({ state: 'held', limit: 1000, gateway: 'kommunerna', sender: system });
    const found: string[] = [];
    for (let page = await listed({ sender: system }); page.length > 0;) {
      found.push(...page);
      page = await listed({ sender: system, after: page.at(-1) });
    }
    expect(found.length).toBeGreaterThan(2);
    expect(found).toEqual(all.map(({ id }) => id));
    expect(await listed({ gateway: 'nobody' })).toEqual([]);
  });
});
