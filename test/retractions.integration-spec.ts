import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { parseNotice } from '#envelope';
import type { Retraction } from '#envelope';
import { forged, outcomeOf } from '#testing';
import type { Sealed, World } from '#testing';
import { Suspects } from '#messaging';
import type { DataSource } from 'typeorm';
import { GiveAgain } from '../apps/exchange/src/application/give-again.js';
import type { Releaser } from '../apps/exchange/src/application/releaser.js';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { TakeRetraction } from '../apps/exchange/src/application/take-retraction.js';
import { TellAgain } from '../apps/exchange/src/application/tell-again.js';
import { DeadLetters } from '../apps/exchange/src/messages/dead-letters.js';
import { HandleGatewayMessage } from '../apps/exchange/src/messages/handle-gateway-message.js';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { messages } from '../apps/exchange/src/persistence/message.store.js';
import { silent } from './support/databases.js';
import { ACCOUNT, ExchangeActs, keyOf } from './support/exchange-acts.js';

jest.setTimeout(60_000);

describe('a retraction at the exchange', () => {
  let acts: ExchangeActs;
  let db: DataSource;
  let world: World;
  let taking: TakeRetraction;
  let message: Sealed;
  beforeAll(async () => {
    acts = await ExchangeActs.deploy('retractions');
    ({ db, world } = acts);
    taking = new TakeRetraction(db, acts.exchange.senders, acts.recorder, world.clock.now);
  });
  afterAll(() => acts.drop());
  beforeEach(async () => {
    message = await acts.message();
    await acts.deciding.execute(message, ACCOUNT);
  });

  const key = () => keyOf(message.message);
  const retraction = (change?: Partial<Retraction>) => acts.retraction(message, change);
  const take = async (text: string) => (await taking.execute({ retraction: text }, ACCOUNT)).outcome;
  const noticed = () => acts.noticed(key());
  const state = () => acts.state(key());
  const released = () => acts.released(key());
  const aside = () => new SetAsideMessages(db, acts.exchange.law, acts.recorder, randomUUID, world.clock.now);
  const held = async () => (await aside().list({ state: 'held', limit: 200 })).map(({ reason }) => reason).toSorted();

  it('of what was not released ends it: its permit is released no more', async () => {
    const text = await retraction();
    expect(await take(text)).toBe('withdrawn');
    expect([await state(), await noticed()]).toEqual(['withdrawn', ['withdrawn']]);
    expect(await db.transaction((tx) => entries.waitingOn(tx, key()))).toBeUndefined();
    expect(await take(text)).toBe('known');
    expect(await noticed()).toEqual(['withdrawn']);
  });

  it('of what was released is recorded, and moves nothing', async () => {
    const decisionEntryId = await released();
    expect(await take(await retraction({ decisionEntryId }))).toBe('taken');
    expect([await state(), await noticed()]).toEqual(['released', ['retraction-recorded']]);
  });

  /** What of the notices that are recorded now is told again. */
  const tellingAgain = async () => {
    const after = { at: world.clock.now(), entryId: '00000000-0000-0000-0000-000000000000' };
    await db.transaction(async (tx) => {
      const waiting = (await entries.waiting(tx, 1000)).filter(({ is }) => is === 'notice');
      for (const { entryId } of waiting) await entries.released(tx, 'notice', entryId, world.clock.now());
    });
    world.clock.advance(60_000);
    const proofs = { find: (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, 'a proof']))) };
    const telling = new TellAgain(db, acts.exchange.law, proofs, world.clock.now);
    const toldTo = async (gateway: string) =>
      (await telling.list(gateway, after, 500)).filter(({ is }) => is === 'notice');
    return { telling, toldTo };
  };
  const gatewayOf = (authority: string) => world.snapshot.authority(authority)?.gateway ?? '';

  it('of what never went to its recipient is told again to its sender’s gateway alone', async () => {
    // As a refusal that was told leaves it.
    await db.transaction(async (tx) => {
      const found = await messages.find(tx, key());
      const waiting = await entries.waitingOn(tx, key());
      if (found === undefined || waiting === undefined) throw new Error('nothing waits');
      await messages.move(tx, found, 'refused', world.clock.now());
      await entries.released(tx, 'decision', waiting.entryId, world.clock.now());
    });
    expect(await take(await retraction())).toBe('taken');
    const { telling, toldTo } = await tellingAgain();
    const there = gatewayOf(message.message.recipient);
    const kept = await db.query<{ entry_id: string; notice: string }[]>(`SELECT entry_id, notice FROM exchange.notice`);
    const own = kept.find(({ notice }) => parseNotice(notice).notice.messageId === key().messageId)?.entry_id ?? '';
    expect((await toldTo('kommunerna')).map(({ entryId }) => entryId)).toContain(own);
    expect((await toldTo(there)).map(({ entryId }) => entryId)).not.toContain(own);
    expect(await telling.bodies('kommunerna', [{ entryId: own, is: 'notice' }])).toHaveLength(1);
    expect(await telling.bodies(there, [{ entryId: own, is: 'notice' }])).toEqual([]);
  });

  it('is told again to its sender’s and its recipient’s gateway, when they ask, and to no other', async () => {
    await released();
    expect(await take(await retraction())).toBe('taken');
    const { telling, toldTo } = await tellingAgain();
    const there = gatewayOf(message.message.recipient);
    const own = (await toldTo(there)).find(({ messageId }) => messageId === key().messageId);
    expect(own?.authority).toBe(message.message.recipient);
    expect((await toldTo('kommunerna')).map(({ entryId }) => entryId)).toContain(own?.entryId);
    const others = new Set(world.snapshot.authorities().map(({ gateway }) => gateway));
    for (const gateway of others) {
      if (gateway === there || gateway === 'kommunerna') continue;
      expect(await toldTo(gateway)).toEqual([]);
      expect(await telling.bodies(gateway, [{ entryId: own?.entryId ?? '', is: 'notice' }])).toEqual([]);
    }
    expect(await telling.bodies(there, [{ entryId: own?.entryId ?? '', is: 'notice' }])).toHaveLength(1);
  });

  it('is one of each message', async () => {
    await released();
    await take(await retraction());
    expect(await outcomeOf(async () => take(await retraction({ reason: 'no-ground' })))).toBe('retraction-conflict');
    expect(await noticed()).toEqual(['retraction-recorded']);
  });

  it('and the release of one message are one after the other, whichever comes first', async () => {
    const [outcome] = await Promise.all([take(await retraction()), released().catch(() => undefined)]);
    expect([outcome, await state()]).toEqual(outcome === 'taken' ? ['taken', 'released'] : ['withdrawn', 'withdrawn']);
  });

  it('lets no further attempt be taken', async () => {
    await released();
    const next = await forged(world, message, {
      context: (context) => ({ ...context, attempt: 2 }),
      manifest: (manifest) => ({ ...manifest, attempt: 2 }),
    });
    await take(await retraction());
    expect(await outcomeOf(() => acts.deciding.execute(next, ACCOUNT))).toBe('attempt-out-of-order');
  });

  it('whose delivery was counted down while it waited is taken; one that killed its readers is set aside', async () => {
    const suspects = new Suspects(db, 'exchange');
    const none = undefined as never;
    const releaser = { wake: () => undefined } as Releaser;
    const handle = new HandleGatewayMessage(
      acts.deciding,
      none,
      taking,
      none,
      none,
      aside(),
      releaser,
      () => undefined,
      silent,
    );
    const giving = new GiveAgain(db, randomUUID, world.clock.now);
    const dead = new DeadLetters(aside(), suspects, handle, giving, releaser, silent);
    const letter = async (reason: string) => ({
      type: 'retraction.signed.v1',
      body: Buffer.from(JSON.stringify({ retraction: await retraction() })),
      userId: ACCOUNT,
      messageId: randomUUID(),
      redelivered: false,
      deliveries: 1,
      death: { queue: 'exchange.in', reason },
    });
    const before = await held();
    await dead.deadLetter(await letter('delivery_limit'));
    expect([await state(), await held()]).toEqual(['withdrawn', before]);
    const killer = await letter('rejected');
    for (const _ of [1, 2, 3]) await new Suspects(db, 'exchange', randomUUID()).begin('exchange.in', killer);
    await dead.deadLetter(killer);
    expect(await held()).toEqual([...before, 'delivery-limit'].toSorted());
    // Its handler fails again and again: it is kept as it is, whatever it is.
    await dead.deadLetter({ ...(await letter('rejected')), body: Buffer.from('{'), failures: 3 });
    expect(await held()).toEqual([...before, 'delivery-limit', 'handler-failed'].toSorted());
  });

  it('to a gateway, counted down while it waited there, is given again as often as may be; then it is set aside', async () => {
    const none = undefined as never;
    const releaser = { wake: () => undefined } as Releaser;
    const giving = new GiveAgain(db, randomUUID, world.clock.now);
    const dead = new DeadLetters(aside(), new Suspects(db, 'exchange'), none, giving, releaser, silent);
    const letter = (reason: string, userId = 'exchange') => ({
      type: 'notice.issued.v1',
      body: Buffer.from('{"nth":1}'),
      userId,
      messageId: randomUUID(),
      redelivered: false,
      deliveries: 1,
      death: { queue: 'gw.kommunerna.in', reason },
    });
    const given = () =>
      db.query<object[]>(`SELECT FROM exchange.outbox WHERE routing_key = 'gw.kommunerna' AND body = '{"nth":1}'`);
    const before = await held();
    // What the gateway has set aside itself, and what was never ours, is not.
    await dead.deadLetter(letter('rejected'));
    await dead.deadLetter(letter('delivery_limit', 'gw-kommunerna'));
    expect([(await given()).length, await held()]).toEqual([
      0,
      [...before, 'refused-by-gateway', 'delivery-limit'].toSorted(),
    ]);
    for (let time = 0; time < 5; time += 1) await dead.deadLetter(letter('delivery_limit'));
    expect([(await given()).length, (await held()).length]).toEqual([5, before.length + 2]);
    await dead.deadLetter(letter('delivery_limit'));
    expect([(await given()).length, (await held()).length]).toEqual([5, before.length + 3]);
  });
});
