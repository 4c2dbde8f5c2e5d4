import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { NotYet, SetAside } from '../apps/exchange/src/domain/errors.js';
import { messages } from '../apps/exchange/src/persistence/message.store.js';
import type { StoredMessage } from '../apps/exchange/src/persistence/message.store.js';
import { quarantine } from '../apps/exchange/src/persistence/quarantine.store.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);
const AT = new Date('2026-11-24T08:00:00.000Z');
const LATER = new Date('2026-12-08T08:00:00.000Z');

describe('what the exchange keeps', () => {
  let databases: OwnDatabases;
  let exchange: DataSource;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('quarantine');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
  });
  afterAll(() => databases.drop());

  const aside = (newId: () => string = randomUUID): SetAsideMessages =>
    new SetAsideMessages(exchange, undefined as never, undefined as never, newId, () => AT);
  const held = async (queue = 'exchange.in', userId = 'gw-kommunerna'): Promise<string> => {
    const id = randomUUID();
    await exchange.transaction((tx) =>
      quarantine.add(tx, {
        id,
        queue,
        type: 'message.submitted.v1',
        userId,
        body: Buffer.from('{}'),
        reason: 'manifest-key',
        messageId: undefined,
        sender: undefined,
        gateway: undefined,
        at: AT,
        state: 'held',
        deliveries: 3,
        kept: true,
      }),
    );
    return id;
  };
  const stateOf = async (id: string): Promise<string | undefined> => {
    const [row] = await exchange.query<{ state: string }[]>('SELECT state FROM exchange.quarantine WHERE id = $1', [
      id,
    ]);
    return row?.state;
  };
  const never = (): Promise<string> => Promise.reject(new Error('not for the exchange to handle'));

  describe('in quarantine', () => {
    it('is listed with its length and without its body, which may be large', async () => {
      const id = await held();
      const listed = (await aside().list({ state: 'held', limit: 200 })).find((one) => one.id === id);
      expect(listed).toMatchObject({ reason: 'manifest-key', state: 'held', bytes: 2 });
      expect(listed).not.toHaveProperty('body');
    });

    it.each<[string, Error]>([
      ['cannot be handled now either', new SetAside('manifest-key')],
      ['fails by a defect', new TypeError('a defect')],
    ])('stays held when a retry %s, and can be retried again', async (_, error) => {
      const id = await held();
      await expect(aside().retry(id, 'anna', () => Promise.reject(error))).rejects.toBe(error);
      expect(await stateOf(id)).toBe('held');
      let handled = 0;
      const well = (): Promise<string> => {
        handled += 1;
        return Promise.resolve('permit');
      };
      expect(await aside().retry(id, 'anna', well)).toBe('permit');
      expect([handled, await stateOf(id)]).toEqual([1, 'retried']);
      expect(await aside().retry(id, 'anna', well)).toBeUndefined();
      expect(handled).toBe(1);
    });

    it('is shown with what was done with it, by whom, and what came of that', async () => {
      const id = await held();
      await expect(aside().retry(id, 'anna', () => Promise.reject(new SetAside('manifest-key')))).rejects.toThrow();
      await expect(aside().retry(id, 'bo', () => Promise.reject(new NotYet('registry')))).rejects.toThrow();
      expect(await aside().discard(id, 'bo', 'not-genuine')).toBe(true);
      const shown = await aside().show(id);
      expect(shown).toMatchObject({ state: 'discarded', bytes: 2, deliveries: 3 });
      // Of {}: one can compare it with what a sender says to have sent.
      expect(shown?.sha256).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
      expect(shown).not.toHaveProperty('body');
      expect(shown?.history).toEqual([
        { at: AT, act: 'retry', by: 'anna', outcome: 'manifest-key' },
        { at: AT, act: 'retry', by: 'bo', outcome: 'registry' },
        { at: AT, act: 'discard', by: 'bo', outcome: 'not-genuine' },
      ]);
    });

    it('is counted while it is held, with the age of the oldest', async () => {
      const before = (await aside().depth()).held;
      await held();
      const later = new SetAsideMessages(exchange, undefined as never, undefined as never, randomUUID, () => LATER);
      const { held: now, oldestMs } = await later.depth();
      expect([now, oldestMs]).toEqual([before + 1, LATER.getTime() - AT.getTime()]);
    });

    it('stays held when the process dies after the work and before the row is settled', async () => {
      const id = await held();
      const died = aside().retry(id, 'anna', () =>
        // The connection of the retry's own transaction is lost, as when the process dies.
        databases
          .asAdmin(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE '%exchange.quarantine%'`,
          )
          .then(() => 'permit'),
      );
      await expect(died).rejects.toThrow();
      expect(await stateOf(id)).toBe('held');
      expect(await aside().retry(id, 'anna', () => Promise.resolve('permit'))).toBe('permit');
    });

    it('is not discarded while a retry has it in hand', async () => {
      const id = await held();
      let discarding: Promise<boolean> | undefined;
      await aside().retry(id, 'anna', async () => {
        discarding = aside().discard(id, 'anna', 'unreadable');
        // Its transaction has begun and waits for the row.
        await Promise.resolve();
        return 'permit';
      });
      expect(await discarding).toBe(false);
      expect(await stateOf(id)).toBe('retried');
    });

    it("is published again with the row's end, when it is a gateway's", async () => {
      const id = await held('gw.kommunerna.in', 'exchange');
      const taken = randomUUID();
      expect(await aside(() => taken).retry(id, 'anna', never)).toBe('published');
      const [row] = await exchange.query<object[]>('SELECT exchange, routing_key FROM exchange.outbox WHERE id = $1', [
        taken,
      ]);
      expect(row).toEqual({ exchange: 'dx.out', routing_key: 'gw.kommunerna' });
      // The outbox refuses: neither of the two happens.
      const other = await held('gw.kommunerna.in', 'exchange');
      await expect(aside(() => taken).retry(other, 'anna', never)).rejects.toThrow();
      expect(await stateOf(other)).toBe('held');
    });

    it.each([
      ["a gateway's queue that the exchange did not publish to", 'gw.kommunerna.in', 'gw-kommunerna'],
      ['a queue that is none of ours', 'unknown', 'exchange'],
    ])('is not sent on from %s', async (_, queue, userId) => {
      const id = await held(queue, userId);
      await expect(aside().retry(id, 'anna', never)).rejects.toMatchObject({ reason: 'account-mismatch' });
      expect(await stateOf(id)).toBe('held');
    });

    it('has no body any more, two weeks after it was settled', async () => {
      const [ended, waiting] = [await held(), await held()];
      await aside().retry(ended, 'anna', () => Promise.resolve('permit'));
      const bytes = (): Promise<readonly { id: string; length: number }[]> =>
        exchange.query('SELECT id, length(body) AS length FROM exchange.quarantine WHERE id = ANY($1::uuid[])', [
          [ended, waiting],
        ]);
      await quarantine.forgetBodies(exchange.manager, AT);
      expect((await bytes()).map(({ length }) => length)).toEqual([2, 2]);
      await quarantine.forgetBodies(exchange.manager, new Date(AT.getTime() + 1));
      expect(await bytes()).toEqual(
        expect.arrayContaining([
          { id: ended, length: 0 },
          { id: waiting, length: 2 },
        ]),
      );
    });
  });

  describe('sealed', () => {
    const stored = async (): Promise<StoredMessage> => {
      const message: StoredMessage = {
        sender: 'linkoping/omsorgsnamnden',
        messageId: randomUUID(),
        attempt: 1,
        recipient: 'fk/forsakringskassan',
        caseId: randomUUID(),
        gateway: 'kommunerna',
        manifest: 'm',
        manifestSha256: 'm',
        jwe: 'sealed',
        jweSha256: 'j',
        receivedAt: AT,
        expiresAt: LATER,
        state: 'decided',
      };
      await exchange.transaction((tx) => messages.add(tx, message));
      return message;
    };
    const isKept = async ({ messageId }: StoredMessage): Promise<boolean> => {
      const [row] = await exchange.query<{ kept: boolean }[]>(
        'SELECT jwe IS NOT NULL AS kept FROM exchange.message WHERE message_id = $1',
        [messageId],
      );
      return row?.kept === true;
    };

    it.each(['fetched', 'rejected', 'refused', 'expired'] as const)(
      'goes when its message has been %s for long enough',
      async (state) => {
        const message = await stored();
        await exchange.transaction((tx) => messages.move(tx, message, state, AT));
        await messages.forgetSealed(exchange.manager, AT);
        expect(await isKept(message)).toBe(true);
        await messages.forgetSealed(exchange.manager, new Date(AT.getTime() + 1));
        expect(await isKept(message)).toBe(false);
      },
    );

    it.each(['decided', 'released'] as const)(
      'stays while its message is %s: it can still be delivered',
      async (state) => {
        const message = await stored();
        await exchange.transaction((tx) => messages.move(tx, message, state, AT));
        await messages.forgetSealed(exchange.manager, LATER);
        expect(await isKept(message)).toBe(true);
      },
    );
  });
});
