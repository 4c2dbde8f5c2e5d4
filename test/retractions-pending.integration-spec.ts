import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MessageSubmittedV1 } from '#contracts';
import type { Retraction } from '#envelope';
import { forged, outcomeOf } from '#testing';
import type { Sealed, World } from '#testing';
import type { IncomingMessage } from '#messaging';
import type { DataSource } from 'typeorm';
import { EarlyStatements } from '../apps/exchange/src/application/early.js';
import type { Releaser } from '../apps/exchange/src/application/releaser.js';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { TakeRetraction } from '../apps/exchange/src/application/take-retraction.js';
import { Unreleased } from '../apps/exchange/src/application/unreleased.js';
import { HandleGatewayMessage } from '../apps/exchange/src/messages/handle-gateway-message.js';
import { earlyStatements } from '../apps/exchange/src/persistence/early.store.js';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { silent } from './support/databases.js';
import { ACCOUNT, ExchangeActs, keyOf } from './support/exchange-acts.js';

jest.setTimeout(60_000);
const EARLY_MS = 60_000;
/** Enough for a machine that is busy; one test waits for it to end. */
const HANDLE_MS = 3_000;
const none = undefined as never;
const SET_ASIDE = 'retraction-quarantined';
class Rounds extends EarlyStatements {
  once(): Promise<number> {
    return this.round();
  }
}

describe('a retraction that is not taken yet', () => {
  let acts: ExchangeActs;
  let db: DataSource;
  let world: World;
  let aside: SetAsideMessages;
  let early: Rounds;
  let handle: HandleGatewayMessage;
  /** Not submitted yet. */
  let message: Sealed;
  beforeAll(async () => {
    acts = await ExchangeActs.deploy('retractions_pending');
    ({ db, world } = acts);
    const { deciding, exchange, recorder } = acts;
    const { now } = world.clock;
    aside = new SetAsideMessages(db, exchange.law, recorder, randomUUID, now);
    early = new Rounds(
      db,
      (came) => handle.attempt(came),
      (came, reason) => handle.setAside(came, reason),
      EARLY_MS,
      silent,
      now,
      HANDLE_MS,
    );
    const taking = new TakeRetraction(db, exchange.senders, recorder, now);
    handle = new HandleGatewayMessage(
      ...([deciding, none, taking, none, none, aside, { wake: () => undefined } as Releaser, () => undefined] as const),
      ...([silent, () => false, early] as const),
    );
    await acts.databases.asAdmin(
      `CREATE FUNCTION exchange.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$`,
    );
  });
  afterAll(() => acts.drop());
  beforeEach(async () => {
    message = await acts.message();
  });
  afterEach(async () => {
    await db.query('DELETE FROM exchange.early');
    await db.query(`UPDATE exchange.quarantine SET state = 'discarded' WHERE state = 'held'`);
    await db.query(`UPDATE exchange.decision SET released_at = now() WHERE released_at IS NULL`);
    await db.query(`UPDATE exchange.notice SET released_at = now() WHERE released_at IS NULL`);
  });

  const key = () => keyOf(message.message);
  const came = (text: string): IncomingMessage => ({
    type: 'retraction.signed.v1',
    body: Buffer.from(JSON.stringify({ retraction: text })),
    userId: ACCOUNT,
    messageId: randomUUID(),
    redelivered: false,
    deliveries: 1,
  });
  const comes = async (change?: Partial<Retraction>): Promise<void> =>
    handle.take(came(await acts.retraction(message, change)));
  const decided = (of: MessageSubmittedV1 = message) => acts.deciding.execute(of, ACCOUNT);
  /** What the releaser would see of this message and another, were it to look at one permit alone. */
  const first = async (): Promise<string | undefined> => (await permits(1))[0];
  const permits = async (limit: number): Promise<readonly string[]> =>
    (await acts.releasing.waiting(limit)).flatMap(({ entryId, is }) => (is === 'decision' ? [entryId] : []));
  const permitOf = async (of: Sealed): Promise<string | undefined> =>
    (await db.transaction((tx) => entries.waitingOn(tx, keyOf(of.message))))?.entryId;
  const waiting = async () => (await db.query<object[]>('SELECT FROM exchange.early')).length;
  const held = () => aside.list({ state: 'held', limit: 200 });
  const round = (afterMs = 61_000): Promise<number> => {
    world.clock.advance(afterMs);
    return early.once();
  };
  /** What becomes of the permit of an attempt, proven. */
  const release = async (attempt = 1): Promise<string> => {
    const decision = await db.transaction((tx) => entries.waitingOn(tx, { ...key(), attempt }));
    if (decision === undefined) return 'nothing waits';
    const one = { entryId: decision.entryId, is: 'decision' } as const;
    const proofs = await acts.proofs([one]);
    if ((await acts.releasing.releaseAll(proofs, [one])).has(one.entryId)) return 'released';
    return outcomeOf(() => acts.releasing.release(one, proofs.get(one.entryId) ?? ''));
  };
  /** Every retraction fails while this goes on, in a way that nobody foresaw. */
  const poisoned = async <T>(work: () => Promise<T>): Promise<T> => {
    await acts.databases.asAdmin(
      `CREATE TRIGGER poison BEFORE INSERT ON exchange.retraction FOR EACH ROW EXECUTE FUNCTION exchange.poison()`,
    );
    try {
      return await work();
    } finally {
      await acts.databases.asAdmin(`DROP TRIGGER poison ON exchange.retraction`);
    }
  };
  const setAside = (): Promise<void> =>
    poisoned(async () => {
      await comes();
      await decided();
      for (let turn = 0; turn < 3; turn += 1) await round(301_000);
    });

  describe('since its message is not here', () => {
    it('waits in no hand, and is taken when its message has come, once', async () => {
      const text = await acts.retraction(message);
      await handle.take(came(text));
      await handle.take(came(text));
      expect([await waiting(), await acts.state(key())]).toEqual([1, undefined]);
      await round(1_000);
      expect(await waiting()).toBe(1);
      await decided();
      await round(1_000);
      expect([await waiting(), await acts.state(key())]).toEqual([0, 'withdrawn']);
      expect(await acts.noticed(key())).toEqual(['withdrawn']);
    });

    it('keeps its message from being released, however late it comes, until it is taken', async () => {
      await comes();
      // As from quarantine: by then it is tried again once a minute.
      await round(40_000);
      await decided();
      expect(await release()).toBe('retraction');
      await round();
      expect([await acts.state(key()), await acts.noticed(key())]).toEqual(['withdrawn', ['withdrawn']]);
      expect(await release()).toBe('nothing waits');
    });

    it('stays in quarantine when somebody retries it and its message is still not here', async () => {
      const text = await acts.retraction(message);
      expect(await outcomeOf(() => handle.again(came(text)))).toBe('retraction-unbound');
    });

    it('is set aside when that has not come in time, and keeps its message from being released all the same', async () => {
      await comes();
      await round();
      const [row] = await held();
      expect([await waiting(), row]).toMatchObject([0, { reason: 'retraction-unbound', userId: ACCOUNT, ...key() }]);
      await decided();
      expect(await release()).toBe('retraction');
      expect(await aside.retry(row?.id ?? '', 'anna', (one) => handle.again(one))).toBe('withdrawn');
      expect([await acts.state(key()), await acts.noticed(key())]).toEqual(['withdrawn', [SET_ASIDE, 'withdrawn']]);
    });
  });

  describe('since handling it fails', () => {
    it('keeps no other waiting', async () => {
      const other = await acts.message();
      await comes();
      await handle.take(came(await acts.retraction(other)));
      await db.query(`UPDATE exchange.early SET body = '' WHERE message_id = $1`, [key().messageId]);
      const attempt = handle.attempt.bind(handle);
      handle.attempt = (one) => (one.body.length === 0 ? Promise.reject(new Error('a defect')) : attempt(one));
      await decided(other);
      await round(1_000);
      await early.once();
      handle.attempt = attempt;
      expect(await acts.state(keyOf(other.message))).toBe('withdrawn');
    });

    it('is not set aside for a fault of a moment, however often it fails then', async () => {
      await poisoned(async () => {
        await comes();
        await decided();
        for (let turn = 0; turn < 20; turn += 1) await round(1_000);
      });
      expect([await waiting(), await held()]).toEqual([1, []]);
      await round(301_000);
      expect(await acts.state(key())).toBe('withdrawn');
    });

    it('waits at once, and stops its message, when its message is here already', async () => {
      await decided();
      await poisoned(comes);
      expect([await waiting(), await release()]).toEqual([1, 'retraction']);
      await round();
      expect(await acts.state(key())).toBe('withdrawn');
    });

    it('is tried no more, and set aside, when whoever begins it stops three times', async () => {
      await comes();
      await decided();
      for (let turn = 0; turn < 3; turn += 1) {
        world.clock.advance(60_000);
        expect(await earlyStatements.begin(db.manager, world.clock.now())).toMatchObject({ begun: turn + 1 });
      }
      const attempt = handle.attempt.bind(handle);
      handle.attempt = () => Promise.reject(new Error('begun once more'));
      await round();
      handle.attempt = attempt;
      expect([await waiting(), await held()]).toMatchObject([0, [{ reason: 'handler-failed', ...key() }]]);
    });

    it('keeps no other waiting when it never ends', async () => {
      const other = await acts.message();
      await comes();
      await handle.take(came(await acts.retraction(other)));
      await decided(other);
      const attempt = handle.attempt.bind(handle);
      const [{ body: first }] = await db.query<[{ body: Buffer }]>(
        'SELECT body FROM exchange.early WHERE message_id = $1',
        [key().messageId],
      );
      handle.attempt = (one) => (first.equals(one.body) ? new Promise(() => undefined) : attempt(one));
      await round(1_000);
      await early.once();
      handle.attempt = attempt;
      expect(await acts.state(keyOf(other.message))).toBe('withdrawn');
      expect(await waiting()).toBe(1);
    });

    it('is set aside the third time, of which its sender’s gateway is told with its message’s id, and the message stays as it is', async () => {
      await setAside();
      expect([await waiting(), await held()]).toMatchObject([
        0,
        [{ reason: 'handler-failed', userId: ACCOUNT, ...key() }],
      ]);
      expect((await aside.depth()).held).toBe(1);
      expect([await acts.state(key()), await acts.noticed(key())]).toEqual(['decided', [SET_ASIDE]]);
    });

    it('is told to have been set aside each time, whatever other one of its message was', async () => {
      const told = async () => (await db.query<object[]>('SELECT FROM exchange.notice')).length;
      const before = await told();
      for (const _ of [1, 2])
        await aside.keep(came(await acts.retraction(message)), 'exchange.in', 'retraction-unbound');
      expect([await told(), (await held()).length]).toEqual([before + 2, 2]);
    });

    it('is not set aside for a database that is away', async () => {
      await comes();
      await decided();
      const attempt = handle.attempt.bind(handle);
      handle.attempt = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
      for (let turn = 0; turn < 5; turn += 1) await round();
      handle.attempt = attempt;
      expect([await waiting(), await held()]).toEqual([1, []]);
      await round();
      expect(await acts.state(key())).toBe('withdrawn');
    });
  });

  describe('in quarantine', () => {
    it('keeps its message from being released until somebody retries it: then it is withdrawn', async () => {
      await setAside();
      expect(await release()).toBe('retraction');
      const [row] = await held();
      await poisoned(async () => {
        await expect(aside.retry(row?.id ?? '', 'anna', (one) => handle.again(one))).rejects.toThrow('poison');
      });
      expect(await release()).toBe('retraction');
      expect(await aside.retry(row?.id ?? '', 'anna', (one) => handle.again(one))).toBe('withdrawn');
      expect([await release(), await acts.noticed(key())]).toEqual(['nothing waits', [SET_ASIDE, 'withdrawn']]);
    });

    it('lets its message be released when somebody discards it, which its sender’s gateway is told, and may retract it anew', async () => {
      await setAside();
      const [row] = await held();
      expect(await aside.discard(row?.id ?? '', 'anna', 'agreed-with-sender')).toBe(true);
      const kinds = [SET_ASIDE, 'retraction-discarded'];
      expect([await release(), await acts.noticed(key())]).toEqual(['released', kinds]);
      await comes();
      expect(await acts.noticed(key())).toEqual([...kinds, 'retraction-recorded']);
    });

    it('is kept with its body, and told, however much its gateway has there', async () => {
      const full = new SetAsideMessages(db, acts.exchange.law, acts.recorder, randomUUID, world.clock.now, {
        count: 0,
        bytes: 0,
      });
      await full.keep(came(await acts.retraction(message)), 'exchange.in', 'retraction-unbound');
      expect([(await held())[0]?.kept, await acts.noticed(key())]).toEqual([true, [SET_ASIDE]]);
    });

    it('lets its message expire when nobody does anything', async () => {
      await setAside();
      world.clock.advance(8 * 24 * 3600 * 1000);
      expect(await acts.releasing.overdue(10)).toMatchObject({ failures: [] });
      expect([await acts.state(key()), await acts.noticed(key())]).toEqual(['expired', [SET_ASIDE, 'expired']]);
    });

    it('stands before no other message in the releaser’s look, nor does what waits early', async () => {
      await decided();
      const later = await acts.message();
      await decided(later);
      expect(await first()).toBe(await permitOf(message));
      await aside.keep(came(await acts.retraction(message)), 'exchange.in', 'retraction-signature');
      expect(await first()).toBe(await permitOf(later));
      await early.keep(came(await acts.retraction(later)));
      expect(await first()).toBeUndefined();
      const [row] = await held();
      await aside.discard(row?.id ?? '', 'anna', 'not-genuine');
      expect(await first()).toBe(await permitOf(message));
    });

    it('of another gateway’s account hides no lag of the log', async () => {
      await decided();
      await aside.keep(
        { ...came(await acts.retraction(message)), userId: 'gw-forsakringskassan' },
        'exchange.in',
        'account-mismatch',
      );
      const unreleased = new Unreleased(db, { lagMs: 1_000, most: 10_000 }, silent, world.clock.now);
      world.clock.advance(2_000);
      await unreleased.look();
      expect(unreleased.fault()).toBe('lagging');
    });

    it('does not make the log seem to lag behind', async () => {
      await setAside();
      await db.query(`UPDATE exchange.notice SET released_at = now()`);
      const unreleased = new Unreleased(db, { lagMs: 1_000, most: 10 }, silent, world.clock.now);
      await unreleased.look();
      expect([unreleased.fault(), unreleased.size()]).toEqual([undefined, 0]);
    });

    it('of another gateway’s account keeps nothing from being released', async () => {
      const { type, body, messageId, ...rest } = came(await acts.retraction(message));
      const stranger = { ...rest, type, body, messageId, userId: 'gw-forsakringskassan' };
      await aside.keep(stranger, 'exchange.in', 'account-mismatch');
      await decided();
      expect(await release()).toBe('released');
    });
  });

  describe('of the first attempt', () => {
    const second = () =>
      forged(world, message, {
        context: (context) => ({ ...context, attempt: 2 }),
        manifest: (manifest) => ({ ...manifest, attempt: 2 }),
      });

    it('keeps a second one from being released that was decided on before', async () => {
      await decided();
      await acts.released(key());
      await decided(await second());
      await aside.keep(came(await acts.retraction(message)), 'exchange.in', 'handler-failed');
      expect(await release(2)).toBe('retraction');
      const [row] = await held();
      expect(await aside.retry(row?.id ?? '', 'anna', (one) => handle.again(one))).toBe('taken');
      expect([await release(2), await acts.state({ ...key(), attempt: 2 })]).toEqual(['retraction', 'decided']);
      world.clock.advance(8 * 24 * 3600 * 1000);
      await acts.releasing.overdue(100);
      expect(await acts.state({ ...key(), attempt: 2 })).toBe('expired');
    });

    it('lets no second one be decided on before it is settled', async () => {
      await decided();
      await acts.released(key());
      await aside.keep(came(await acts.retraction(message)), 'exchange.in', 'handler-failed');
      const next = await second();
      expect(await outcomeOf(() => decided(next))).toBe('attempt-out-of-order');
      const [row] = await held();
      await aside.discard(row?.id ?? '', 'anna', 'not-genuine');
      expect((await decided(next)).outcome).toBe('permit');
    });
  });
});
