import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DelgeClient } from '#client';
import type { HeldItem, SubmitReferralDto, SubscriptionView } from '#contracts';
import { messageIdOf } from '#envelope';
import { adopts, subscriptionRequest } from './support/subscriptions.js';
import { TestStack, eventually, example, problemOf } from './support/stack.js';

jest.setTimeout(150_000);
const TRAVEL_MS = 30_000;
const OWNER = 'fk/forsakringskassan';
const SKV = 'skv/skatteverket';
const POLIS = 'polis/polismyndigheten';
const BOARD = 'sodertalje/socialnamnden';
/** Each with an own referral of the owner's, that another basis carries. */
const SUBSCRIBERS = {
  [SKV]: { example: '30', function: 'kontroll', type: 'cooperation-contribution', basis: 'LUS-2016-774-2' },
  [POLIS]: { example: '24', function: 'brottsanmalan', type: 'crime-report', basis: 'OSL-10-24' },
  [BOARD]: { example: '21', function: 'registrator', type: 'notice-of-incorrect-payment', basis: 'LUV-2024-307-2' },
} as const;
type Subscriber = keyof typeof SUBSCRIBERS;
const all = Object.keys(SUBSCRIBERS) as readonly Subscriber[];
const PARTIES = [
  ...['skv/skattebrottsenheten', 'ebm/ekobrottsmyndigheten', 'am/aklagarmyndigheten'],
  ...['kfm/kronofogdemyndigheten', 'af/arbetsformedlingen', 'um/utbetalningsmyndigheten', 'linkoping/socialnamnden'],
];

describe('subscriptions', () => {
  let delge: TestStack;
  let owner: DelgeClient;
  const granted = new Map<Subscriber, string>();
  /** Referrals by message. */
  const requests = new Map<string, string>();
  const caseId = randomUUID();
  beforeAll(async () => {
    delge = await TestStack.own('subscriptions', {}, [OWNER, ...all, ...PARTIES]);
    owner = delge.sandbox.client(OWNER);
  }, 300_000);
  afterAll(() => delge.end());

  /** A referral of the case to this subscriber, new each time. */
  const referralTo = (subscriber: Subscriber, of: string = caseId): SubmitReferralDto => {
    const { referral } = example(SUBSCRIBERS[subscriber].example);
    return { ...referral, id: randomUUID(), caseId: of };
  };
  const asksFor = async (subscriber: Subscriber, of: string = caseId): Promise<string> => {
    const { type, function: to } = SUBSCRIBERS[subscriber];
    const asked = { scope: 'case', messageTypes: [type, 'correction'], function: to } as const;
    const request = subscriptionRequest({ authority: OWNER, function: 'registrator' }, asked, of);
    expect((await delge.sandbox.client(subscriber).submit(request)).state).toBe('accepted');
    const id = messageIdOf(subscriber, request.id, OWNER);
    requests.set(id, request.id);
    return id;
  };
  const received = (id: string, state: SubscriptionView['state']) =>
    eventually(`${id} ${state} at its owner`, TRAVEL_MS, async () => {
      const { items } = await owner.subscriptions.list('received', { limit: '200' });
      return items.find((one) => one.id === id && one.state === state);
    });
  const seen = (subscriber: Subscriber, id: string, state: SubscriptionView['state']) =>
    eventually(`${id} ${state} at its subscriber`, TRAVEL_MS, async () => {
      const { items } = await delge.sandbox.client(subscriber).subscriptions.list('sent', { limit: '200' });
      return items.find((one) => one.id === id && one.state === state);
    });
  const stateOf = async (referral: string) => (await owner.referral(referral)).recipients[0]?.state;
  const settled = (referral: string, states: readonly string[]) => delge.settled(OWNER, referral, states, 60_000);

  it('are asked for by a message, granted by an officer or a standing order, and the subscriber is told', async () => {
    // The owner's case: it has sent something of it.
    await owner.cases.put(caseId, { type: 'benefits', title: 'Prov' });
    await owner.subscriptions.putStandingOrder(randomUUID(), {
      subscriber: POLIS,
      scope: 'case',
      messageTypes: ['crime-report', 'correction'],
      office: 'enhetschef',
    });
    for (const subscriber of all) granted.set(subscriber, await asksFor(subscriber));
    const id = (subscriber: Subscriber): string => granted.get(subscriber) ?? '';
    expect(await received(id(POLIS), 'granted')).toMatchObject({ answers: [{ answer: 'granted-by-standing-order' }] });
    await received(id(SKV), 'asked');
    expect(await problemOf(owner.subscriptions.answer(id(SKV), { answer: 'resumed', office: 'enhetschef' }))).toBe(
      'subscription-conflict',
    );
    for (const subscriber of [SKV, BOARD] as const) {
      await received(id(subscriber), 'asked');
      await owner.subscriptions.answer(id(subscriber), { answer: 'granted', office: 'enhetschef' });
    }
    for (const subscriber of all)
      expect(await seen(subscriber, id(subscriber), 'granted')).toMatchObject({
        owner: OWNER,
        caseId,
        direction: 'sent',
      });
    // To who asked it opens no case of its own.
    expect(await problemOf(delge.sandbox.client(SKV).cases.read(caseId))).toBe('not-found');
    const { items } = await owner.events({ limit: '200' });
    expect(items.filter(({ type }) => type === 'subscription.changed').map(({ data }) => data.code)).toEqual(
      expect.arrayContaining(['asked', 'granted', 'granted-by-standing-order']),
    );
  });

  it('give one sheet with a row for each, and its own forecast', async () => {
    const { id: _id, caseId: _case, to: _to, ...referral } = referralTo(SKV);
    const rows = await owner.subscriptions.sheet(caseId, { referral });
    expect(rows).toMatchObject([{ authority: SKV, function: 'kontroll', verdict: { outcome: 'permit' } }]);
    expect(await problemOf(owner.subscriptions.sheet(randomUUID(), { referral }))).toBe('not-found');
  });

  it('are no request for information: an answer may not name one', async () => {
    const body = { ...referralTo(SKV), initiative: 'request' as const, requestId: granted.get(SKV) ?? '' };
    expect(await problemOf(owner.submit(body))).toBe('content-invalid');
  });

  it('that are suspended are sent nothing until they are resumed, and then what was not released is released', async () => {
    const id = granted.get(SKV) ?? '';
    await owner.subscriptions.answer(id, { answer: 'suspended-under-review', office: 'enhetschef' });
    await seen(SKV, id, 'suspended');
    expect(await problemOf(owner.submit(referralTo(SKV)))).toBe('recipient-held');
    // On own initiative, in a matter of its own.
    const own = referralTo(SKV, randomUUID());
    await owner.submit(own);
    await settled(own.id, ['fetched', 'acknowledged']);
    await owner.subscriptions.answer(id, { answer: 'resumed', office: 'enhetschef' });
    await seen(SKV, id, 'granted');
    await eventually('the hold and its lifting are recorded', TRAVEL_MS, async () => {
      const [hold] = await delge.sql<{ n: number }>(
        'myndigheterna',
        `SELECT count(*)::int AS n FROM gateway.release_hold WHERE recorded_at IS NOT NULL`,
      );
      return hold?.n === 2 || undefined;
    });
    const after = referralTo(SKV);
    await owner.submit(after);
    await settled(after.id, ['fetched', 'acknowledged']);
  });

  it('whose ground is revoked under load get nothing from a second later on; it is listed, and after renewal just what is permitted flows', async () => {
    const revoked: readonly Subscriber[] = [BOARD, SKV];
    const [before] = await delge.sql<{ size: string }>('operator', `SELECT size::text FROM exchange.keys_seen`);
    const sent = new Map<string, Subscriber>();
    const stopped = new Set<Subscriber>();
    const over = new AbortController();
    const sender = async (nth: number): Promise<void> => {
      for (let turn = nth; !over.signal.aborted; turn += 1) {
        const subscriber = all[turn % all.length] ?? SKV;
        const body = referralTo(subscriber);
        try {
          await owner.submit(body, { onAssess: 'refuse' });
          sent.set(body.id, subscriber);
        } catch {
          // The gateway itself knows by now that the ground has lapsed.
          stopped.add(subscriber);
        }
      }
    };
    const senders = Promise.all(Array.from({ length: 12 }, (_, nth) => sender(nth)));
    await eventually('load', TRAVEL_MS, () => Promise.resolve(sent.size >= 60 ? true : undefined));
    let hadAt: Date | undefined;
    const watching = eventually('the snapshot at the exchange', 60_000, async () => {
      const [row] = await delge.sql<{ at: Date }>(
        'operator',
        `SELECT clock_timestamp() AS at FROM exchange.keys_seen WHERE size > $1::numeric`,
        [before?.size],
      );
      hadAt = row?.at;
      return hadAt;
    });
    const bases = revoked.map((one) => SUBSCRIBERS[one].basis);
    await adopts(delge, OWNER, bases, false);
    await watching;
    await eventually('the gateway to know it', 60_000, () =>
      Promise.resolve(revoked.every((one) => stopped.has(one)) ? true : undefined),
    );
    await delay(500);
    over.abort();
    await senders;
    expect([...stopped].toSorted()).toEqual(revoked.toSorted());
    const ended = ['fetched', 'acknowledged', 'refused'];
    for (const id of sent.keys()) await settled(id, ended);

    const messageOf = (id: string): string => messageIdOf(OWNER, id, sent.get(id) ?? '');
    const ofRevoked = [...sent].flatMap(([id, to]) => (revoked.includes(to) ? [messageOf(id)] : []));
    const [times] = await delge.sql<{ had: Date; last: Date; released: number }>(
      'operator',
      `SELECT least($2::timestamptz, (SELECT min(decided_at) FROM exchange.decision WHERE keys_size > $3::numeric)) AS had,
         max(released_at) AS last, count(*)::int AS released FROM exchange.delivery WHERE message_id = ANY($1::uuid[])`,
      [ofRevoked, hadAt, before?.size],
    );
    const lateMs = (times?.last.getTime() ?? NaN) - (times?.had.getTime() ?? NaN);
    const states = await Promise.all([...sent.keys()].map(async (id) => [id, await stateOf(id)] as const));
    const refused = states.flatMap(([id, state]) => (state === 'refused' ? [id] : []));
    process.stderr.write(
      `  ground revoked: ${sent.size} sent, ${times?.released} released of what was revoked, the last ${lateMs} ms after the exchange had it, ${refused.length} held\n`,
    );
    expect(lateMs).toBeLessThanOrEqual(1_000);
    const refusedTo = (subscriber: Subscriber) => refused.filter((id) => sent.get(id) === subscriber);
    expect(all.map((one) => refusedTo(one).length > 0)).toEqual(all.map((one) => revoked.includes(one)));
    const held = async (): Promise<readonly HeldItem[]> => (await owner.subscriptions.held({ limit: '200' })).items;
    expect((await held()).map(({ referralId, reason }) => `${referralId} ${reason}`).toSorted()).toEqual(
      refused.map((id) => `${id} ground-lapsed`).toSorted(),
    );

    const backfilled = async (referralIds: readonly string[], subscriber: Subscriber = SKV) => {
      const { items } = await owner.subscriptions.backfill(granted.get(subscriber) ?? '', {
        referralIds: referralIds.slice(0, 50),
      });
      return items;
    };
    // Before it is there again nothing of it flows.
    const outcomes = async (one: Subscriber) =>
      new Set((await backfilled(refusedTo(one), one)).map(({ outcome }) => outcome));
    for (const one of revoked) expect(await outcomes(one)).toEqual(new Set(['refused']));
    // One ground of the two.
    await adopts(delge, OWNER, [SUBSCRIBERS[SKV].basis], true);
    const probe = referralTo(SKV, randomUUID());
    await eventually('the renewal', 60_000, async () => {
      const { outcome } = await owner.checkReferral({ referral: probe });
      return outcome === 'permit' ? true : undefined;
    });
    // What went, and what another subscriber got, is not the subscriber's to have again.
    const [went] = [...sent].flatMap(([id, to]) => (to === SKV && !refused.includes(id) ? [id] : []));
    const [other] = [...sent].flatMap(([id, to]) => (to === POLIS ? [id] : []));
    expect((await backfilled([went ?? '', other ?? ''])).map(({ outcome }) => outcome)).toEqual([
      'already-sent',
      'not-found',
    ]);
    const permitted = await backfilled(refusedTo(SKV));
    expect(permitted.map(({ outcome }) => outcome)).toEqual(
      refusedTo(SKV)
        .slice(0, 50)
        .map(() => 'accepted'),
    );
    expect(await outcomes(BOARD)).toEqual(new Set(['refused']));
    for (const { newReferralId = '' } of permitted) await settled(newReferralId, ['fetched', 'acknowledged']);
    // Asked for once more, nothing is sent twice.
    expect((await backfilled(refusedTo(SKV))).map(({ newReferralId }) => newReferralId)).toEqual(
      permitted.map(({ newReferralId }) => newReferralId),
    );
    const flowed = await delge.sql<{ message_id: string }>(
      'operator',
      `SELECT message_id FROM exchange.delivery WHERE recipient = ANY($1) AND message_id <> ALL($2::uuid[]) AND released_at > $3 ORDER BY 1`,
      [revoked, ofRevoked, times?.last],
    );
    expect(flowed.map((row) => row.message_id)).toEqual(
      permitted.map(({ newReferralId = '' }) => messageIdOf(OWNER, newReferralId, SKV)).toSorted(),
    );
    expect((await held()).map(({ referralId, reason }) => `${referralId} ${reason}`).toSorted()).toEqual(
      [...refusedTo(SKV).slice(50), ...refusedTo(BOARD)].map((id) => `${id} ground-lapsed`).toSorted(),
    );
  });

  it('end when their subscriber takes its request back, at the exchange too', async () => {
    const id = granted.get(BOARD) ?? '';
    await delge.sandbox.client(BOARD).retract(requests.get(id) ?? '', { reason: 'no-ground' });
    const { answers } = await received(id, 'ended');
    expect(answers.at(-1)).toMatchObject({ answer: 'ended-withdrawn' });
    expect(await seen(BOARD, id, 'ended')).toMatchObject({ owner: OWNER, caseId });
    const { id: _id, caseId: _case, to: _to, ...referral } = referralTo(BOARD);
    const rows = await owner.subscriptions.sheet(caseId, { referral });
    expect(rows.map((row) => [row.authority, row.state, row.verdict])).toEqual([[BOARD, 'ended', undefined]]);
    expect(await problemOf(owner.submit(referralTo(BOARD)))).toBe('recipient-held');
  });

  it('end with their case, and what comes after is not granted', async () => {
    await owner.cases.close(caseId, 'concluded');
    for (const subscriber of all) await seen(subscriber, granted.get(subscriber) ?? '', 'ended');
    const id = await asksFor(POLIS);
    await received(id, 'asked');
    expect(await problemOf(owner.subscriptions.answer(id, { answer: 'granted', office: 'enhetschef' }))).toBe(
      'case-closed',
    );
  });
});
