import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { messageIdOf } from '#envelope';
import { aGateway, aWorld, example } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import { DiscloseToSubscribers } from '../apps/gateway/src/application/disclose-to-subscribers.js';
import { ReadCorrections } from '../apps/gateway/src/application/read-corrections.js';
import { RetractReferral } from '../apps/gateway/src/application/retract-referral.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresBackfillStore } from '../apps/gateway/src/persistence/backfill.store.js';
import { PostgresCorrectionStore } from '../apps/gateway/src/persistence/correction.store.js';
import { PostgresDueStore } from '../apps/gateway/src/persistence/due.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { PostgresRetractionStore } from '../apps/gateway/src/persistence/retraction.store.js';
import { PostgresWaitingStore } from '../apps/gateway/src/persistence/waiting.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const { system: OWNER, referral: pattern } = example('01');
const [TO] = pattern.to;
const SUBSCRIBER = TO?.authority ?? '';

describe('what a referral was disclosed anew as', () => {
  let world: World;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let store: PostgresBackfillStore;
  let submitting: SubmitReferral;
  let retracting: RetractReferral;
  let corrections: ReadCorrections;
  let disclosing: DiscloseToSubscribers;
  /** Where the gateway's process ends. */
  let ends: string | undefined;
  /** Of the subscription; another in each test. */
  let subscription: string;
  beforeAll(async () => {
    world = await aWorld();
    const { keys, evaluate, sealing } = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('backfills');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    const { environment, newId, clock } = world;
    referrals = new PostgresReferralStore(db, keys, outbox);
    store = new PostgresBackfillStore(db, keys);
    const retractions = new PostgresRetractionStore(db, outbox);
    const noted = new PostgresCorrectionStore(db);
    const crash = (point: string): void => {
      if (point === ends) throw new Error(point);
    };
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, newId, clock.now, crash);
    retracting = new RetractReferral(referrals, store, retractions, keys, environment, newId, clock.now);
    corrections = new ReadCorrections(referrals, store, noted, retractions, new PostgresDueStore(db), clock.now);
    const granted = () => ({
      ...{ messageId: subscription, subscriber: SUBSCRIBER, scope: 'standing', state: 'granted' },
      ...{ messageTypes: [pattern.type.split('/')[0]], function: TO?.function },
    });
    disclosing = new DiscloseToSubscribers(
      { find: () => Promise.resolve(granted()) } as never,
      {} as never,
      referrals,
      store,
      retractions,
      noted,
      new PostgresWaitingStore(db),
      {} as never,
      submitting,
      retracting,
      () => true,
      clock.now,
    );
  });
  afterAll(() => databases.drop());

  const becomes = (referralId: string, state: string) =>
    asAuthority(db, OWNER, (tx) =>
      tx.query(`UPDATE gateway.message SET state = $3 WHERE authority = $1 AND referral_id = $2`, [
        ...[OWNER, referralId, state],
      ]),
    );
  /** The subscriber's ground had lapsed when it was sent. */
  const refused = async (): Promise<string> => {
    subscription = randomUUID();
    const body = { ...pattern, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    await submitting.submit(OWNER, body);
    await becomes(body.id, 'refused');
    return body.id;
  };
  const backfill = async (referralId: string) =>
    (await disclosing.backfill(OWNER, subscription, { referralIds: [referralId] })).items[0];
  const rows = async (referralId: string) =>
    (await corrections.execute(OWNER, referralId)).recipients.map(({ messageId, sentAs }) => [messageId, sentAs]);

  it.each(['gateway.submit.before-commit', 'gateway.submit.after-commit'])(
    'is known wherever the gateway ends beside it: %s',
    async (point) => {
      const id = await refused();
      ends = point;
      await expect(backfill(id)).rejects.toThrow(point);
      ends = undefined;
      const isTaken = point.endsWith('after-commit');
      expect((await store.copies(OWNER, id)).length).toBe(isTaken ? 1 : 0);
      const answer = await backfill(id);
      expect(answer).toMatchObject({ outcome: 'accepted' });
      const copy = messageIdOf(OWNER, answer?.newReferralId ?? '', SUBSCRIBER);
      await becomes(answer?.newReferralId ?? '', 'fetched');
      expect(await rows(id)).toEqual([[copy, 'nothing']]);
      await retracting.execute(OWNER, id, { reason: 'wrong-person' });
      expect(await rows(id)).toEqual([[copy, 'retraction']]);
      expect(await backfill(id)).toMatchObject({ outcome: 'not-sendable' });
    },
  );

  it('is taken back when the rest was withdrawn before the gateway that ended beside it looked again, and stands afterwards', async () => {
    /** To another, and still here. */
    const elsewhere = async (): Promise<string> => {
      const id = await refused();
      await asAuthority(db, OWNER, (tx) =>
        tx.query(
          `UPDATE gateway.message SET state = 'accepted', recipient = 'kfm/kronofogden' WHERE authority = $1 AND referral_id = $2`,
          [OWNER, id],
        ),
      );
      return id;
    };
    const copyOf = async (id: string) => (await store.copies(OWNER, id)).map(({ state }) => state);
    const [unseen, seen] = [await elsewhere(), await elsewhere()];
    expect(await backfill(seen)).toMatchObject({ outcome: 'accepted' });
    ends = 'gateway.submit.after-commit';
    await expect(backfill(unseen)).rejects.toThrow(ends);
    ends = undefined;
    for (const id of [unseen, seen]) expect(await referrals.withdraw(OWNER, id, world.clock.now())).toBe('withdrawn');
    for (const id of [unseen, seen, unseen]) expect(await backfill(id)).toMatchObject({ outcome: 'not-sendable' });
    expect([await copyOf(unseen), await copyOf(seen)]).toEqual([['withdrawn'], ['accepted']]);
  });

  it('that ended on its way under an earlier subscription is told, and is disclosed anew itself', async () => {
    const id = await refused();
    const first = (await backfill(id))?.newReferralId ?? '';
    await becomes(first, 'expired');
    subscription = randomUUID();
    expect(await backfill(id)).toEqual({ referralId: id, newReferralId: first, outcome: 'not-sendable' });
    const second = await backfill(first);
    expect([second?.outcome, second?.newReferralId === first]).toEqual(['accepted', false]);
    expect(await backfill(id)).toMatchObject({ outcome: 'already-sent' });
  });

  it('is taken back with it, and what that was disclosed anew as in its turn; one of these takes the first back from nobody', async () => {
    const id = await refused();
    const first = (await backfill(id))?.newReferralId ?? '';
    await becomes(first, 'refused');
    const second = (await backfill(first))?.newReferralId ?? '';
    expect(new Set([id, first, second]).size).toBe(3);
    await becomes(second, 'fetched');
    const message = messageIdOf(OWNER, second, SUBSCRIBER);
    const ids = async (which: 'copies' | 'related', of: string) =>
      (await store[which](OWNER, of)).map(({ messageId }) => messageId);
    expect(await ids('copies', id)).toEqual([messageIdOf(OWNER, first, SUBSCRIBER), message]);
    expect(await ids('copies', second)).toEqual([]);
    expect(await ids('related', second)).toEqual(await ids('related', id));
    expect(await store.related('linkoping/socialnamnden', id)).toEqual([]);
    // It has it by now, whichever of them is named.
    expect((await backfill(first))?.outcome).toBe('accepted');
    subscription = randomUUID();
    expect(await Promise.all([id, first].map(async (one) => (await backfill(one))?.outcome))).toEqual([
      'already-sent',
      'already-sent',
    ]);
    await retracting.execute(OWNER, id, { reason: 'wrong-person' });
    expect(await rows(id)).toEqual([[message, 'retraction']]);
  });
});
