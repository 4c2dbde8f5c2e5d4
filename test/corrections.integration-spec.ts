import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MessageState } from '#contracts';
import { aGateway, aWorld } from '#testing';
import type { World } from '#testing';
import { PostgresCorrectionStore } from '../apps/gateway/src/persistence/correction.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/omsorgsnamnden';

describe('what is noted of corrections', () => {
  let world: World;
  let databases: OwnDatabases;
  let referrals: PostgresReferralStore;
  let store: PostgresCorrectionStore;

  beforeAll(async () => {
    world = await aWorld();
    const { keys } = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('corrections');
    const db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    referrals = new PostgresReferralStore(db, keys, new Outbox('kommunerna', noRelay));
    store = new PostgresCorrectionStore(db);
  });
  afterAll(() => databases.drop());

  /** @returns its id */
  const referral = async (state: MessageState, type = 'correction/1', id: string = randomUUID()): Promise<string> => {
    const at = world.clock.now();
    const messages = [
      {
        ...{ messageId: randomUUID(), recipient: 'fk/forsakringskassan', function: 'registrator', state, attempt: 1 },
        ...{ changedAt: at, detail: { verdict: { codes: {} } } as never },
      },
    ];
    const stored = {
      ...{ authority: OWNER, id, caseId: randomUUID(), type, bodyDigest: 'd', assessments: [] },
      ...{ phase: 'accepted' as const, version: randomUUID(), submittedAt: at, messages },
      body: { content: {} } as never,
    };
    expect(await referrals.put(stored, undefined, [], [])).toBe(true);
    return id;
  };
  const times = (() => {
    let ms = Date.UTC(2027, 0, 1);
    return (): Date => new Date((ms += 1000));
  })();
  const ended = async (messageId: string): Promise<readonly boolean[]> =>
    (await store.ended(OWNER)).filter((one) => one.messageId === messageId).map(({ fallsBack }) => fallsBack);
  const of = async (messageId: string): Promise<readonly string[]> =>
    (await store.of(OWNER, [messageId])).map(({ referralId }) => referralId);

  it('falls back unless a later one was taken in; one that was begun alone is none', async () => {
    const messageId = randomUUID();
    const first = { messageId, referralId: await referral('refused'), fallsBack: true };
    expect(await store.begin(OWNER, first, times())).toBe(true);
    expect(await store.begin(OWNER, { ...first, fallsBack: false }, times())).toBe(false);
    const second = { messageId, referralId: randomUUID(), fallsBack: true };
    const at = times();
    await store.begin(OWNER, second, at);
    expect([await ended(messageId), await of(messageId)]).toEqual([[true], [first.referralId]]);
    await store.forget(OWNER, second, times());
    await referral('fetched', 'correction/1', second.referralId);
    expect([await ended(messageId), await of(messageId)]).toEqual([
      [false, false],
      [first.referralId, second.referralId],
    ]);
    await store.forget(OWNER, second, at);
    expect([await ended(messageId), await of(messageId)]).toEqual([[true], [first.referralId]]);
  });

  it('keeps its first time however often it is submitted again, so that what came after it stays the newest', async () => {
    const messageId = randomUUID();
    const first = { messageId, referralId: await referral('fetched'), fallsBack: true };
    const second = { messageId, referralId: await referral('fetched'), fallsBack: true };
    const at = times();
    await store.begin(OWNER, first, at);
    await store.note(OWNER, first, at);
    await store.note(OWNER, second, times());
    await store.begin(OWNER, first, times());
    await store.note(OWNER, first, times());
    expect(await of(messageId)).toEqual([first.referralId, second.referralId]);
    // What was noted is not forgotten by whoever began it at that time.
    await store.forget(OWNER, first, at);
    expect(await of(messageId)).toEqual([first.referralId, second.referralId]);
  });

  it('goes with a draft that is replaced by one that puts another message right', async () => {
    const [before, after] = [randomUUID(), randomUUID()];
    const referralId = await referral('refused');
    await store.note(OWNER, { messageId: before, referralId, fallsBack: true }, times());
    await store.note(OWNER, { messageId: after, referralId, stopped: 'recipient-held', fallsBack: false }, times());
    expect(await of(before)).toEqual([referralId]);
    await store.note(OWNER, { messageId: after, referralId, fallsBack: true }, times());
    expect([await ended(before), await ended(after), await of(before)]).toEqual([[], [true], []]);
  });

  it('takes nothing back for what corrects nothing any more', async () => {
    const messageId = randomUUID();
    await store.note(
      OWNER,
      { messageId, referralId: await referral('refused', 'request/2'), fallsBack: true },
      times(),
    );
    expect(await ended(messageId)).toEqual([false]);
  });
});
