import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { localSigner, parseNotice, signReleaseHold } from '#envelope';
import type { PrivateKey, ReleaseHold } from '#envelope';
import { EXCHANGE_QUEUE } from '#messaging';
import { outcomeOf } from '#testing';
import type { Sealed, World } from '#testing';
import type { DataSource } from 'typeorm';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { TakeReleaseHold } from '../apps/exchange/src/application/take-release-hold.js';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { releaseHolds } from '../apps/exchange/src/persistence/release-hold.store.js';
import { ACCOUNT, ExchangeActs, keyOf } from './support/exchange-acts.js';

jest.setTimeout(60_000);

describe('a hold at the exchange', () => {
  let acts: ExchangeActs;
  let db: DataSource;
  let world: World;
  let taking: TakeReleaseHold;
  let message: Sealed;
  beforeAll(async () => {
    acts = await ExchangeActs.deploy('release_holds');
    ({ db, world } = acts);
    taking = new TakeReleaseHold(db, acts.exchange.senders, acts.recorder, world.clock.now);
  });
  afterAll(() => acts.drop());
  beforeEach(async () => {
    message = await acts.message();
    await acts.deciding.execute(message, ACCOUNT);
    world.clock.advance(1_000);
  });

  const caseOf = async (of: Sealed): Promise<string> => {
    const [row] = await db.query<{ case_id: string }[]>(`SELECT case_id FROM exchange.message WHERE message_id = $1`, [
      of.message.messageId,
    ]);
    return row?.case_id ?? '';
  };
  const hold = async (number: number, code: ReleaseHold['code'], change: Partial<ReleaseHold> = {}): Promise<string> =>
    signReleaseHold(localSigner(world.keys.manifests['kommunerna'] as PrivateKey), {
      v: 1,
      env: world.environment,
      holdId: randomUUID(),
      caseId: await caseOf(message),
      sender: keyOf(message.message).sender,
      recipient: message.message.recipient,
      gateway: 'kommunerna',
      number,
      code,
      at: world.clock.now().toISOString(),
      ...change,
    });
  const take = async (text: string, account = ACCOUNT) => (await taking.execute({ hold: text }, account)).outcome;
  const waitingOn = (of = message) => db.transaction((tx) => entries.waitingOn(tx, keyOf(of.message)));
  const isListed = async () => {
    const decision = await waitingOn();
    return (await acts.releasing.waiting(1000)).some(({ entryId }) => entryId === decision?.entryId);
  };
  /** What becomes of its permit, proven: released with others, or alone. */
  const released = async (of = message): Promise<string> => {
    const decision = await waitingOn(of);
    if (decision === undefined) return 'nothing waits';
    const one = { entryId: decision.entryId, is: 'decision' } as const;
    const proofs = await acts.proofs([one]);
    if ((await acts.releasing.releaseAll(proofs, [one])).has(one.entryId)) return 'released together';
    let outcome = 'released';
    const failed = await outcomeOf(async () => {
      outcome = await acts.releasing.release(one, proofs.get(one.entryId) ?? '');
    });
    return failed === 'accepted' ? outcome : failed;
  };

  it('stops what was not released, with others or alone, until it is lifted; then it is decided anew and released', async () => {
    expect(await take(await hold(1, 'subscription-suspended'))).toBe('taken');
    expect([await isListed(), await released(), await acts.state(keyOf(message.message))]).toEqual([
      false,
      'hold',
      'decided',
    ]);
    const before = await waitingOn();
    world.clock.advance(1_000);
    await take(await hold(2, 'lifted'));
    world.clock.advance(1_000);
    expect([await isListed(), await released()]).toEqual([true, 'decided-anew']);
    const anew = await waitingOn();
    expect([anew?.outcome, anew?.entryId === before?.entryId]).toEqual(['permit', false]);
    expect(await released()).toBe('released together');
  });

  it('is marked so that what it stops is not walked again, and what its sender says of it takes the mark away', async () => {
    const marked = async (): Promise<readonly boolean[]> => {
      const rows = await db.query<{ held: boolean }[]>(
        `SELECT held FROM exchange.decision WHERE message_id = $1 AND superseded_at IS NULL`,
        [message.message.messageId],
      );
      return rows.map(({ held }) => held);
    };
    await acts.releasing.markHeld(1000);
    expect(await marked()).toEqual([false]);
    await take(await hold(1, 'subscription-suspended'));
    expect([await acts.releasing.markHeld(1000), await marked(), await isListed()]).toEqual([1, [true], false]);
    expect(await acts.releasing.markHeld(1000)).toBe(0);
    expect(await released()).toBe('not-waiting');
    // Another line of the same sender, and another sender of the same line, leave it.
    await take(await hold(1, 'lifted', { caseId: randomUUID() }));
    await take(await hold(1, 'lifted', { recipient: 'ivo/tillsyn' }));
    expect(await marked()).toEqual([true]);
    world.clock.advance(1_000);
    await take(await hold(2, 'lifted'));
    expect([await marked(), await isListed()]).toEqual([[false], true]);
    world.clock.advance(1_000);
    expect([await released(), await released()]).toEqual(['decided-anew', 'released together']);
  });

  it('that comes late and does not stand takes the mark away for a while, and it is marked anew', async () => {
    await take(await hold(3, 'case-closed'));
    await acts.releasing.markHeld(1000);
    await take(await hold(2, 'lifted'));
    expect([await isListed(), await acts.releasing.markHeld(1000), await isListed()]).toEqual([false, 1, false]);
  });

  it('is found by an index of those that are not marked', async () => {
    const [row] = await db.query<{ indexdef: string }[]>(
      `SELECT indexdef FROM pg_indexes WHERE schemaname = 'exchange' AND indexname = 'decision_unheld'`,
    );
    expect(row?.indexdef).toContain('(NOT held)');
  });

  it('stops nothing in another case, to another recipient, or of another sender', async () => {
    await take(await hold(1, 'case-closed', { caseId: randomUUID() }));
    await take(await hold(1, 'case-closed', { recipient: 'ivo/tillsyn' }));
    expect(await released()).toBe('released together');
  });

  it('of what was released moves nothing', async () => {
    await released();
    expect(await take(await hold(1, 'case-closed'))).toBe('taken');
    expect(await acts.state(keyOf(message.message))).toBe('released');
  });

  it('stands by its number, in whatever order they come', async () => {
    await take(await hold(2, 'lifted'));
    await take(await hold(1, 'subscription-ended'));
    world.clock.advance(1_000);
    expect(await released()).toBe('decided-anew');
  });

  it('is taken once, and no other has its number', async () => {
    const text = await hold(1, 'subscription-ended');
    expect([await take(text), await take(text)]).toEqual(['taken', 'known']);
    expect(await outcomeOf(async () => take(await hold(1, 'lifted')))).toBe('hold-conflict');
    expect(await isListed()).toBe(false);
  });

  it('is told to its sender by a notice that names its digest, and no message', async () => {
    const text = await hold(1, 'case-closed');
    await take(text);
    const [row] = await db.query<{ notice: string; statement: string; gateway: string }[]>(
      `SELECT notice, statement, gateway FROM exchange.notice ORDER BY seq DESC LIMIT 1`,
    );
    const { notice } = parseNotice(row?.notice ?? '');
    expect(notice).toMatchObject({ kind: 'hold-recorded', sender: keyOf(message.message).sender });
    expect([row?.statement, row?.gateway, notice.messageId]).toEqual([text, 'kommunerna', undefined]);
  });

  it.each<[string, string, () => Promise<string>, string]>([
    [
      'by a gateway that does not host its sender',
      'not-hosted',
      () => hold(1, 'case-closed', { sender: 'ivo/tillsyn' }),
      ACCOUNT,
    ],
    ['through another account', 'account-mismatch', () => hold(1, 'case-closed'), 'gw-myndigheterna'],
    ['that is no hold', 'hold-unreadable', () => Promise.resolve('a.b.c'), ACCOUNT],
  ])('%s is set aside, and stops nothing', async (_, reason, given, account) => {
    const text = await given();
    expect(await outcomeOf(() => take(text, account))).toBe(reason);
    expect(await released()).toBe('released together');
  });

  it('that is set aside is told of by its sender, and its recipient is not named', async () => {
    const aside = new SetAsideMessages(db, acts.exchange.law, acts.recorder, randomUUID, world.clock.now);
    const body = Buffer.from(JSON.stringify({ hold: await hold(1, 'case-closed') }));
    const wire = { body, type: 'release-hold.signed.v1', messageId: randomUUID(), userId: ACCOUNT };
    await aside.keep({ ...wire, redelivered: false, deliveries: 1 }, EXCHANGE_QUEUE, 'hold-key');
    const [row] = await db.query<{ notice: string }[]>(`SELECT notice FROM exchange.notice ORDER BY seq DESC LIMIT 1`);
    const { notice } = parseNotice(row?.notice ?? '');
    expect(notice).toMatchObject({ kind: 'quarantined', reason: 'hold-key', sender: keyOf(message.message).sender });
    expect([notice.recipient, notice.messageId]).toEqual([undefined, undefined]);
  });

  /** Whether a hold waits for a release. */
  const waits = async (): Promise<boolean> =>
    (
      await db.query<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ExclusiveLock'
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    )[0]?.n === 1;

  it('does not wait for a release of other senders', async () => {
    const text = await hold(1, 'case-closed');
    const { recipient } = message.message;
    const lines = ['ivo/tillsyn', 'fk/forsakringskassan', 'ivo/tillsyn'].map((sender) => ({
      ...{ sender, recipient },
      caseId: randomUUID(),
    }));
    let taken: Promise<string> | undefined;
    const outcome = await db.transaction(async (tx) => {
      await releaseHolds.standing(tx, lines);
      const became: string[] = [];
      taken = take(text).finally(() => became.push('ended'));
      while (became.length === 0) {
        if (await waits()) return 'waits';
        await new Promise((resolve) => setImmediate(resolve));
      }
      return taken;
    });
    await taken;
    expect(outcome).toBe('taken');
  });

  it('waits for a release that has looked before it, and no release after it looks past it', async () => {
    const text = await hold(1, 'case-closed');
    let outcome: string | undefined;
    const { sender } = keyOf(message.message);
    const line = { sender, recipient: message.message.recipient, caseId: await caseOf(message) };
    let taken: Promise<unknown> | undefined;
    await db.transaction(async (tx) => {
      expect((await releaseHolds.standing(tx, [line]))(line)).toBeUndefined();
      taken = take(text).then((is) => (outcome = is));
      while (!(await waits())) await new Promise((resolve) => setImmediate(resolve));
      expect(outcome).toBeUndefined();
    });
    await taken;
    expect([outcome, await released()]).toEqual(['taken', 'hold']);
  });
});
