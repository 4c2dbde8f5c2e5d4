import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MessageState, SubscriptionAnswer } from '#contracts';
import { parseReleaseHold } from '#envelope';
import { aGateway, aWorld, outcomeOf } from '#testing';
import type { TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { ManageSubscriptions } from '../apps/gateway/src/application/manage-subscriptions.js';
import type { StoredReferral } from '../apps/gateway/src/application/ports/referral.js';
import type { SubscriptionSigner } from '../apps/gateway/src/application/ports/subscription.js';
import { SignSubscriptions } from '../apps/gateway/src/application/sign-subscriptions.js';
import { actAs, asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresBackfillStore } from '../apps/gateway/src/persistence/backfill.store.js';
import { PostgresCaseStore } from '../apps/gateway/src/persistence/case.store.js';
import { insertMessage, insertReferral } from '../apps/gateway/src/persistence/insert-referral.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { PostgresSubscriptionStore } from '../apps/gateway/src/persistence/subscription.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';
import { eventually } from './support/stack.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/omsorgsnamnden';
const TYPE = 'notice-of-incorrect-payment';
const SYSTEM = randomUUID();

describe('what an owner holds from a subscriber', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let store: PostgresSubscriptionStore;
  let referrals: PostgresReferralStore;
  let cases: PostgresCaseStore;
  let signing: SignSubscriptions;
  let managing: ManageSubscriptions;
  let caseId: string;
  /** Another in each test. */
  let subscriber: string;
  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('subscription_holds');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const outbox = new Outbox('kommunerna', noRelay);
    const { keys } = gateway;
    store = new PostgresSubscriptionStore(db, keys, outbox);
    referrals = new PostgresReferralStore(db, keys, outbox);
    cases = new PostgresCaseStore(db, keys);
    signing = new SignSubscriptions(keys, world.environment, world.newId);
    managing = new ManageSubscriptions(store, referrals, signing, world.clock.now, (id) => id === subscriber);
  });
  afterAll(() => databases.drop());
  beforeEach(() => {
    world.clock.advance(1_000);
    caseId = randomUUID();
    subscriber = `fk/kontor-${randomUUID().slice(0, 8)}`;
  });

  const aReferral = (
    state: MessageState = 'accepted',
    of = caseId,
    type = `${TYPE}/1`,
    id: string = randomUUID(),
  ): StoredReferral => {
    const at = world.clock.now();
    const messages = [
      {
        ...{
          messageId: randomUUID(),
          recipient: subscriber,
          function: 'registrator',
          state,
          attempt: 1,
          changedAt: at,
        },
        detail: { verdict: { codes: {} } } as never,
      },
    ];
    return {
      ...{ authority: OWNER, id, caseId: of, type, bodyDigest: 'd', assessments: [] },
      ...{ phase: 'accepted' as const, version: randomUUID(), submittedAt: at, messages },
      body: { content: {} } as never,
    };
  };
  const put = (referral: StoredReferral, expected?: string) => referrals.put(referral, expected, [], []);
  const sent = async (...of: Parameters<typeof aReferral>): Promise<string> => {
    const referral = aReferral(...of);
    expect(await put(referral)).toBe(true);
    return referral.id;
  };
  const asked = async (scope: 'case' | 'standing', messageId: string = randomUUID()): Promise<string> => {
    world.clock.advance(1_000);
    await store.ask(
      OWNER,
      {
        ...{ messageId, attempt: 1, decisionEntryId: randomUUID(), jweSha256: 'A'.repeat(43), subscriber },
        ...{ scope, caseId, messageTypes: [TYPE], function: 'registrator', type: 'subscription-request/1' },
        ...{ state: 'asked', askedAt: world.clock.now(), number: 0 },
      },
      signing,
      world.clock.now(),
    );
    return messageId;
  };
  const says = (id: string, answer: SubscriptionAnswer) => {
    world.clock.advance(1_000);
    return managing.answer({ authority: OWNER, system: SYSTEM }, id, { answer: answer as never, office: 'enhetschef' });
  };
  const granted = async (scope: 'case' | 'standing'): Promise<string> => {
    const id = await asked(scope);
    await says(id, 'granted');
    return id;
  };
  const retracted = (messageId: string): Promise<unknown> =>
    asAuthority(db, OWNER, (tx) =>
      tx.query(
        `INSERT INTO gateway.received_retraction (authority, message_id, sender, attempt, jwe_sha256, retraction_id, reason, statement, notice, blind, proof, at, received_at)
         VALUES ($1, $2, $3, 1, $4, $5, 'r', 's', 'n', 'b', 'p', $6, $6)`,
        [OWNER, messageId, subscriber, 'A'.repeat(43), randomUUID(), world.clock.now()],
      ),
    );
  const holds = async (of = caseId): Promise<readonly string[]> =>
    (
      await asAuthority(db, OWNER, (tx) =>
        tx.query<{ code: string }[]>(
          `SELECT code FROM gateway.release_hold WHERE authority = $1 AND case_id = $2 ORDER BY number`,
          [OWNER, of],
        ),
      )
    ).map(({ code }) => code);
  const stateOf = async (id: string) => (await managing.read(OWNER, id)).state;
  const order = (scope: 'case' | 'standing') =>
    managing.putOrder({ authority: OWNER, system: SYSTEM }, randomUUID(), {
      subscriber,
      scope,
      messageTypes: [TYPE],
      office: 'enhetschef',
    });

  it('is lifted by no standing order: what overlaps with what is suspended waits for an officer', async () => {
    await sent();
    await order('case');
    await order('standing');
    await says(await asked('standing'), 'suspended-under-review');
    const later = [await asked('case'), await asked('standing')];
    expect(await Promise.all(later.map(stateOf))).toEqual(['asked', 'asked']);
    expect(await holds()).toEqual(['subscription-suspended']);
  });

  it('is lifted by no standing order where a subscription to the case was ended', async () => {
    await sent('fetched');
    const first = await granted('case');
    await order('case');
    await says(first, 'ended-ground-lapsed');
    expect(await stateOf(await asked('case'))).toBe('asked');
    await order('standing');
    expect(await stateOf(await asked('standing'))).toBe('granted');
    expect(await holds()).toEqual(['subscription-ended']);
  });

  it('stays held while another of its subscriptions is suspended, and is let go with that one', async () => {
    await sent();
    const standing = await granted('standing');
    await says(standing, 'suspended-under-review');
    const ofCase = await granted('case');
    expect(await holds()).toEqual(['subscription-suspended']);
    await says(ofCase, 'suspended-under-review');
    await says(standing, 'resumed');
    expect(await holds()).toEqual(['subscription-suspended']);
    await says(ofCase, 'resumed');
    expect(await holds()).toEqual(['subscription-suspended', 'lifted']);
  });

  /** So many wait for what another has not committed. */
  const waiting = (count: number) =>
    eventually('a lock that is waited for', 30_000, async () => {
      const [row] = await db.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return (row?.count ?? 0) >= count || undefined;
    });
  const isThere = async (id: string): Promise<boolean> => (await referrals.find(OWNER, id)) !== undefined;

  it('is what was being committed when its standing subscription was suspended: that waits for it', async () => {
    const standing = await granted('standing');
    const coming = aReferral();
    const other = db.createQueryRunner();
    await other.startTransaction();
    let [committing, suspending]: readonly Promise<unknown>[] = [];
    try {
      // Another has the id, and is not through.
      await actAs(other.manager, OWNER);
      await insertReferral(other.manager, gateway.keys.cipher(OWNER), coming);
      committing = put(coming);
      await waiting(1);
      suspending = says(standing, 'suspended-under-review');
      await Promise.race([suspending, waiting(2)]);
    } finally {
      await other.rollbackTransaction();
      await other.release();
    }
    expect(await committing).toBe(true);
    await suspending;
    expect(await holds()).toEqual(['subscription-suspended']);
  });

  it.each(['new', 'a draft'])(
    'is not committed once more when its standing subscription is being suspended: %s',
    async (kind) => {
      const standing = await granted('standing');
      await sent();
      const coming = aReferral('accepted', randomUUID());
      const draft = { ...coming, phase: 'draft' as const };
      if (kind === 'a draft') expect(await put(draft)).toBe(true);
      const [reached, opened] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
      const slow: SubscriptionSigner = {
        answer: (...of) => signing.answer(...of),
        hold: async (...of) => {
          reached.resolve(undefined);
          await opened.promise;
          return signing.hold(...of);
        },
      };
      const given = { answer: 'suspended-under-review', office: 'enhetschef', system: SYSTEM } as const;
      const suspending = store.answer(OWNER, standing, { ...given, at: world.clock.now() }, slow);
      await reached.promise;
      const committing = put({ ...coming, version: randomUUID() }, kind === 'a draft' ? coming.version : undefined);
      await Promise.race([committing, waiting(1)]);
      opened.resolve(undefined);
      expect([await suspending, await committing]).toEqual(['answered', false]);
      expect((await referrals.find(OWNER, coming.id))?.phase).toBe(kind === 'a draft' ? 'draft' : undefined);
    },
  );

  it('is none of what goes to others at the same time', async () => {
    await says(await granted('standing'), 'suspended-under-review');
    const [stopped, ...others] = [aReferral(), aReferral('accepted', caseId, 'correction/1'), aReferral()];
    const elsewhere = others.map((one, at) =>
      at === 0 ? one : { ...one, messages: one.messages.map((m) => ({ ...m, recipient: 'ivo/tillsyn' })) },
    );
    expect(await Promise.all([stopped, ...elsewhere].map((one) => put(one)))).toEqual([false, true, true]);
    expect(await Promise.all([stopped, ...elsewhere].map(({ id }) => isThere(id)))).toEqual([false, true, true]);
  });

  it('is of a standing subscription also what comes later: it is refused, and held where it came beside', async () => {
    const standing = await granted('standing');
    await says(standing, 'suspended-under-review');
    const mayGo = (type: string) =>
      outcomeOf(() => managing.mayGo(OWNER, { caseId, type, to: [{ authority: subscriber }] } as never));
    expect([await mayGo(`${TYPE}/1`), await mayGo('correction/1')]).toEqual(['RECIPIENT_HELD', 'accepted']);
    // Committed by a process of the release before.
    await asAuthority(db, OWNER, async (tx) => {
      const coming = aReferral();
      await insertReferral(tx, gateway.keys.cipher(OWNER), coming);
      for (const message of coming.messages) await insertMessage(tx, gateway.keys.cipher(OWNER), coming, message, 0);
    });
    await managing.look(OWNER);
    await managing.look(OWNER);
    expect(await holds()).toEqual(['subscription-suspended']);
    await says(standing, 'resumed');
    expect([await mayGo(`${TYPE}/1`), await holds()]).toEqual(['accepted', ['subscription-suspended', 'lifted']]);
  });

  it('of a closed case is held by the next look, where the closing was broken off', async () => {
    await cases.put(
      OWNER,
      { id: caseId, type: 'personal-assistance', title: 'Prov' } as never,
      SYSTEM,
      world.clock.now(),
    );
    await sent();
    await granted('standing');
    world.clock.advance(1_000);
    await cases.close(OWNER, caseId, 'concluded', SYSTEM, world.clock.now());
    await managing.look(OWNER);
    expect(await holds()).toEqual(['case-closed']);
  });

  it('is signed anew under the next number when it was not recorded in five minutes, and is warned of until it is', async () => {
    await sent();
    const id = await granted('case');
    await says(id, 'suspended-under-review');
    const statements = async () =>
      asAuthority(db, OWNER, (tx) =>
        tx.query<{ statement: string; statement_sha256: string; hold_id: string }[]>(
          `SELECT statement, statement_sha256, hold_id FROM gateway.release_hold WHERE authority = $1 AND case_id = $2 ORDER BY number`,
          [OWNER, caseId],
        ),
      );
    const recorded = async () =>
      (await managing.held(OWNER, { limit: 200 } as never)).items.find((item) => item.caseId === caseId)?.recorded;
    const unrecorded = await managing.unrecorded([OWNER]);
    await managing.look(OWNER);
    expect([await holds(), await recorded()]).toEqual([['subscription-suspended'], false]);
    world.clock.advance(301_000);
    // It has not left yet.
    await managing.look(OWNER);
    expect([(await holds()).length, (await managing.unrecorded([OWNER])) > unrecorded]).toEqual([1, true]);
    const [first] = await statements();
    await db.query(`DELETE FROM gateway.outbox WHERE id = $1`, [first?.hold_id]);
    await managing.look(OWNER);
    await managing.look(OWNER);
    const both = await statements();
    const [one, two] = both.map(({ statement }) => parseReleaseHold(statement).hold);
    expect([both.length, two?.code, (two?.number ?? 0) > (one?.number ?? 0)]).toEqual([2, one?.code, true]);
    const before = await managing.unrecorded([OWNER]);
    await store.recorded(OWNER, both[1]?.statement_sha256 ?? '', world.clock.now());
    expect([await recorded(), before - (await managing.unrecorded([OWNER]))]).toEqual([true, 1]);
  });

  it('stays listed when it expired under a hold that was lifted', async () => {
    const id = await sent();
    const subscription = await granted('case');
    await says(subscription, 'suspended-under-review');
    world.clock.advance(1_000);
    await asAuthority(db, OWNER, (tx) =>
      tx.query(
        `UPDATE gateway.message SET state = 'expired', changed_at = $3 WHERE authority = $1 AND referral_id = $2`,
        [...[OWNER, id, world.clock.now()]],
      ),
    );
    await says(subscription, 'resumed');
    const listed = async () =>
      (await managing.held(OWNER, { limit: 200 } as never)).items
        .filter((item) => item.referralId === id)
        .map(({ reason }) => reason);
    expect(await listed()).toEqual(['subscription-suspended']);
    const begun = { referralId: id, subscriber, newReferralId: randomUUID() };
    expect(await new PostgresBackfillStore(db, gateway.keys).begin(OWNER, begun, world.clock.now())).toBe(
      begun.newReferralId,
    );
    // Whether it went nobody knows before it is there.
    expect(await listed()).toEqual(['subscription-suspended']);
    await sent('accepted', caseId, `${TYPE}/1`, begun.newReferralId);
    expect(await listed()).toEqual([]);
  });

  it('is asked for by no request that was taken back: neither an officer nor a standing order grants it', async () => {
    await sent();
    await order('case');
    const messageId = randomUUID();
    const retractedAt = world.clock.now().toISOString();
    await retracted(messageId);
    await asked('case', messageId);
    expect(await outcomeOf(() => says(messageId, 'granted'))).toBe('SUBSCRIPTION_CONFLICT');
    expect(await managing.read(OWNER, messageId)).toMatchObject({
      state: 'asked',
      retractedAt,
    });
  });

  it.each([
    ['case', 'granted', ['subscription-ended']],
    ['standing', 'granted', ['subscription-ended']],
    ['standing', 'suspended', ['subscription-suspended', 'subscription-ended']],
  ] as const)(
    'is for good what a subscriber no longer asks for: to a %s subscription that was %s',
    async (scope, was, held) => {
      await sent();
      const id = await granted(scope);
      if (was === 'suspended') await says(id, 'suspended-under-review');
      await retracted(id);
      for (let nth = 0; nth < 2; nth += 1) await managing.look(OWNER);
      const { state, answers } = await managing.read(OWNER, id);
      expect([state, answers.at(-1)?.answer, await holds()]).toEqual(['ended', 'ended-withdrawn', held]);
      expect(await outcomeOf(() => says(id, 'resumed'))).toBe('SUBSCRIPTION_CONFLICT');
    },
  );

  it('is granted at once by an order for a known authority and known types, until it ends', async () => {
    const id = randomUUID();
    const said = { subscriber, scope: 'case' as const, messageTypes: [TYPE], office: 'enhetschef' };
    const put = (change: object) =>
      outcomeOf(() => managing.putOrder({ authority: OWNER, system: SYSTEM }, id, { ...said, ...change }));
    expect(await put({ subscriber: 'fk/nobody' })).toBe('UNKNOWN_RECIPIENT');
    expect(await put({ messageTypes: ['crime-reports'] })).toBe('CONTENT_INVALID');
    expect([await put({}), await put({})]).toEqual(['accepted', 'accepted']);
    await managing.endOrder({ authority: OWNER, system: SYSTEM }, id);
    expect(await put({})).toBe('SUBSCRIPTION_CONFLICT');
  });

  it('of a case is let go by no standing subscription that did not hold it', async () => {
    await sent('fetched');
    await says(await granted('case'), 'ended-ground-lapsed');
    await granted('standing');
    expect(await holds()).toEqual(['subscription-ended']);
  });
});
