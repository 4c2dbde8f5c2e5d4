import { describe, expect, it } from '@jest/globals';
import { outcomeOf } from '#testing';
import { GatewayError } from '../domain/errors.js';
import { DiscloseToSubscribers } from './disclose-to-subscribers.js';

const OWNER = 'linkoping/omsorgsnamnden';
const SUBSCRIBER = 'fk/forsakringskassan';
const OTHER = 'skv/skatteverket';
const ID = 'e84c68d9-51bd-4104-8b96-a3bd65447aaa';

/** A referral of which this became, asked for by a subscriber that was sent none of it. */
const backfilling = (
  referral: object,
  {
    retracted = [],
    submit = () => Promise.resolve({}),
    subscribed = {},
  }: {
    retracted?: readonly object[];
    submit?: (...said: readonly unknown[]) => unknown;
    subscribed?: object;
  } = {},
): DiscloseToSubscribers => {
  const subscription = { ...{ messageId: ID, subscriber: SUBSCRIBER, scope: 'standing', state: 'granted' } };
  const found = { ...{ id: ID, type: 'crime-report/1', phase: 'accepted', body: {}, assessments: [] }, ...referral };
  return new DiscloseToSubscribers(
    {
      find: () =>
        Promise.resolve({ ...subscription, messageTypes: ['crime-report'], function: 'registrator', ...subscribed }),
      filled: () => Promise.resolve(),
    } as never,
    {} as never,
    { find: () => Promise.resolve(found) } as never,
    { given: () => Promise.resolve(retracted) } as never,
    {} as never,
    { submit } as never,
    () => true,
    () => new Date(0),
  );
};
const message = (state: string, recipient = OTHER): object => ({ messageId: ID, recipient, state });
const outcome = async (of: DiscloseToSubscribers) =>
  (await of.backfill(OWNER, ID, { referralIds: [ID] })).items.map((item) => item.outcome);

describe('a referral that is disclosed anew', () => {
  it('is accepted where others got it, and says no more than which it became', async () => {
    const { items } = await backfilling({ messages: [message('fetched')] }).backfill(OWNER, ID, { referralIds: [ID] });
    expect(items.map((item) => Object.keys(item).toSorted())).toEqual([['newReferralId', 'outcome', 'referralId']]);
    expect(items).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('takes along what officers said of this subscriber, each as known as it was', async () => {
    const of = (recipient: string, assurance: string) => ({ id: ID, recipient, assurance, items: [], mandate: 'm' });
    const assessments = [...[of(SUBSCRIBER, 'authenticated'), of(OTHER, 'authenticated'), of(SUBSCRIBER, 'asserted')]];
    const submitted: (readonly unknown[])[] = [];
    const submit = (...said: readonly unknown[]) => Promise.resolve(submitted.push(said));
    await outcome(backfilling({ messages: [message('fetched')], assessments }, { submit }));
    expect(submitted.map(([, , , assurance]) => assurance)).toEqual([['authenticated', 'asserted']]);
  });

  it.each([
    ['withdrawn from another', { messages: [message('withdrawn')] }, {}],
    ['retracted from another', { messages: [message('fetched')] }, { retracted: [{}] }],
    ['erased in part', { messages: [message('fetched')], partlyErased: true }, {}],
    ['stopped before it went to anybody', { messages: [message('refused')], phase: 'lapsed' }, {}],
  ] as const)('is not sendable when it was %s', async (_, referral, more) => {
    expect(await outcome(backfilling(referral, more))).toEqual(['not-sendable']);
  });

  it('is asked for again when the gateway is full, unseen or without the law', async () => {
    for (const code of ['OUTBOX_FULL', 'OUTBOX_UNSEEN', 'SNAPSHOT_MISSING'] as const) {
      const submit = () => Promise.reject(new GatewayError(code));
      const of = backfilling({ messages: [message('refused', SUBSCRIBER)] }, { submit });
      expect(await outcomeOf(() => outcome(of))).toBe(code);
    }
  });

  it('is not disclosed to who took its request back, before that is ended either', async () => {
    const of = backfilling({ messages: [message('fetched')] }, { subscribed: { retractedAt: new Date(0) } });
    expect(await outcomeOf(() => outcome(of))).toBe('SUBSCRIPTION_CONFLICT');
  });

  it('is not sendable, or refused, as its submission says', async () => {
    const refusing = (problem: GatewayError) =>
      outcome(backfilling({ messages: [message('fetched')] }, { submit: () => Promise.reject(problem) }));
    expect(await refusing(new GatewayError('CONTENT_INVALID'))).toEqual(['not-sendable']);
    const extensions = { recipients: [] };
    expect(await refusing(new GatewayError('FORMAL_OBSTACLE', { extensions }))).toEqual(['refused']);
  });
});

describe('a sheet', () => {
  const row = (at: number, more: object = {}): object => ({
    ...{ messageId: `m${at}`, subscriber: `kommun/${at}`, scope: 'case', state: 'granted' },
    ...{ messageTypes: ['crime-report'], function: 'registrator', cursor: `${at}` },
    ...more,
  });
  /** @param rows of the case @param standing of none */
  const sheetOf = async (rows: readonly object[], standing: readonly object[] = []) => {
    const list = (_: string, query: { limit: number; after?: string; caseId?: string }) => {
      const from = query.caseId === undefined ? [...rows, ...standing] : rows;
      return Promise.resolve(from.slice(Number(query.after ?? -1) + 1).slice(0, query.limit));
    };
    const of = new DiscloseToSubscribers(
      { list, heldFrom: () => Promise.resolve([]) } as never,
      { find: () => Promise.resolve({}) } as never,
      {} as never,
      {} as never,
      { ofReferral: () => Promise.resolve({ recipients: [{ verdict: { outcome: 'permit' } }] }) } as never,
      {} as never,
      () => true,
      () => new Date(0),
    );
    return (await of.sheet(OWNER, ID, { referral: { type: 'crime-report/1' } } as never)).items;
  };

  it('has a row for each subscription to the case and each standing one, however many', async () => {
    const rows = Array.from({ length: 401 }, (_, at) => row(at, at < 300 ? { state: 'ended' } : {}));
    const items = await sheetOf(rows, [row(401, { scope: 'standing' })]);
    expect(items).toHaveLength(402);
    expect(items.filter(({ verdict }) => verdict !== undefined)).toHaveLength(102);
  });

  it('has no verdict for who took its request back, before that is ended either', async () => {
    const [first, second] = await sheetOf([row(0, { retractedAt: new Date(0) }), row(1)]);
    expect([first?.verdict, second?.verdict]).toEqual([undefined, { outcome: 'permit' }]);
  });
});
