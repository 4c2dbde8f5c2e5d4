import { describe, expect, it } from '@jest/globals';
import type { AssessmentDto } from '#contracts';
import { messageIdOf } from '#envelope';
import { outcomeOf } from '#testing';
import { GatewayError } from '../domain/errors.js';
import { DiscloseToSubscribers } from './disclose-to-subscribers.js';

const OWNER = 'linkoping/omsorgsnamnden';
const SUBSCRIBER = 'fk/forsakringskassan';
const OTHER = 'skv/skatteverket';
const ID = 'e84c68d9-51bd-4104-8b96-a3bd65447aaa';
const OTHER_ID = '0b9c6a0e-64c1-4a5b-9a2e-8f3d2c1b7a65';

interface Around {
  /** Messages of what it was disclosed anew as before. */
  readonly copies?: readonly object[];
  /** Each time that it is asked. */
  readonly retracted?: () => readonly object[];
  readonly corrected?: () => readonly object[];
  /** What was given another way. */
  readonly given?: readonly string[];
  /** Under which id it was begun before, and not looked at since. */
  readonly unsettled?: string;
  readonly settle?: () => unknown;
  /** What stands under the new id. */
  readonly taken?: object;
  readonly begin?: (authority: string, backfill: { readonly newReferralId: string }) => Promise<string>;
  readonly submit?: (...said: readonly unknown[]) => unknown;
  readonly retract?: (...said: readonly unknown[]) => unknown;
  /** Of the subscription, beside what it is. */
  readonly subscribed?: object;
}
/** Erased as a whole it is not shown. */
const referralNow = (found: object): Promise<object> =>
  'erased' in found ? Promise.reject(new GatewayError('ERASED')) : Promise.resolve(found);
/** A referral of which this became, asked for by a subscriber that was sent none of it. */
const backfilling = (
  referral: { readonly messages: readonly object[]; readonly [more: string]: unknown },
  {
    copies = [],
    retracted = () => [],
    corrected = () => [],
    given = [],
    unsettled,
    settle = () => undefined,
    taken,
    begin = (_, { newReferralId }) => Promise.resolve(newReferralId),
    submit = () => Promise.resolve({}),
    retract = () => Promise.resolve(),
    subscribed = {},
  }: Around = {},
): DiscloseToSubscribers => {
  const subscription = { ...{ messageId: ID, subscriber: SUBSCRIBER, scope: 'standing', state: 'granted' } };
  const found = { ...{ id: ID, type: 'crime-report/1', phase: 'accepted', body: {}, assessments: [] }, ...referral };
  return new DiscloseToSubscribers(
    {
      find: () =>
        Promise.resolve({
          ...subscription,
          messageTypes: ['crime-report', 'correction'],
          function: 'registrator',
          ...subscribed,
        }),
    } as never,
    {} as never,
    { find: (_: string, id: string) => (id === ID ? referralNow(found) : Promise.resolve(taken)) } as never,
    {
      ...{ begin, settle: () => Promise.resolve(settle()), unsettled: () => Promise.resolve(unsettled) },
      related: () => Promise.resolve([...referral.messages, ...copies]),
    } as never,
    { given: () => Promise.resolve(retracted()) } as never,
    { of: () => Promise.resolve(corrected()) } as never,
    { given: () => Promise.resolve(new Map(given.map((id) => [id, {}]))) } as never,
    {} as never,
    { submit } as never,
    { message: retract } as never,
    () => true,
    () => new Date(0),
  );
};
const assessment = (change: object = {}): AssessmentDto => ({
  ...{ basis: 'b', test: 'T', outcome: 'met', items: 'all', office: 'o', officer: 'x', mandate: 'delegation' },
  ...{ reasons: 'r', ...change },
});
const message = (state: string, recipient = OTHER): object => ({ messageId: ID, recipient, state });
/** What a referral to this recipient becomes. */
const copyTo = (recipient: string, state: string): object => ({ messageId: OTHER_ID, recipient, state });
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
    ['retracted from another', { messages: [message('fetched')] }, { retracted: () => [{}] }],
    ['withdrawn as a copy', { messages: [message('fetched')] }, { copies: [copyTo(OTHER, 'withdrawn')] }],
    ['put right at another', { messages: [message('fetched')] }, { corrected: () => [{}] }],
    ['to put another right', { messages: [message('fetched')], type: 'correction/1' }, {}],
    ['erased in part', { messages: [message('fetched')], partlyErased: true }, {}],
    ['stopped before it went to anybody', { messages: [message('refused')], phase: 'lapsed' }, {}],
  ] as const)('is not sendable when it was %s', async (_, referral, more) => {
    expect(await outcome(backfilling(referral, more))).toEqual(['not-sendable']);
  });

  it('is noted before it is submitted, and goes under the id that was noted first', async () => {
    const order: unknown[] = [];
    const begin = () => {
      order.push('begin');
      return Promise.resolve(OTHER_ID);
    };
    const submit = (_: unknown, { id }: { readonly id: string }) => Promise.resolve(order.push(id));
    const of = backfilling({ messages: [message('fetched')] }, { begin: begin as never, submit: submit as never });
    const { items } = await of.backfill(OWNER, ID, { referralIds: [ID] });
    expect([order, items[0]?.newReferralId]).toEqual([['begin', OTHER_ID], OTHER_ID]);
  });

  it('is sent once: asked for again it gets the same answer, and what came to it by another way is there', async () => {
    const submit = () => Promise.reject(new Error('twice'));
    const messages = [message('fetched')];
    expect(await outcome(backfilling({ messages }, { taken: { phase: 'accepted' }, submit }))).toEqual(['accepted']);
    const by = (state: string, recipient = SUBSCRIBER) => ({ copies: [copyTo(recipient, state)], submit });
    expect(await outcome(backfilling({ messages }, by('checked')))).toEqual(['already-sent']);
    await expect(outcome(backfilling({ messages }, by('refused')))).rejects.toThrow('twice');
    await expect(outcome(backfilling({ messages }, by('fetched', OTHER)))).rejects.toThrow('twice');
  });

  describe.each(['is submitted', 'was submitted when the gateway ended beside it'] as const)('%s', (when) => {
    const isBefore = when !== 'is submitted';
    const [mine, theirs] = [OTHER_ID, ID];
    /** Which becomes this beside it. @returns what it is answered, and for which reasons it was taken back */
    const beside = async (becomes: object, around: Around = {}) => {
      const referral = { messages: [message('fetched')] };
      const reasons: unknown[] = [];
      let settled = 0;
      const happens = () => Promise.resolve(Object.assign(referral.messages[0] ?? {}, becomes));
      const began = { unsettled: mine, taken: { phase: 'accepted', messages: [] } };
      const of = backfilling(referral, {
        ...{ begin: () => Promise.resolve(mine), submit: happens, settle: () => (settled += 1) },
        ...{ retract: (...said: readonly unknown[]) => Promise.resolve(reasons.push(said.slice(1))) },
        ...(isBefore ? began : {}),
        ...around,
      });
      if (isBefore) await happens();
      return { answer: (await outcome(of))[0], reasons, settled };
    };
    const copy = messageIdOf(OWNER, mine, SUBSCRIBER);
    /** Nothing when it is looked at before, where it is. */
    const late = (noted: readonly object[]) => {
      let asked = isBefore ? 1 : 0;
      return () => (asked++ === 0 ? [] : noted);
    };
    const takenBack = (reason: string) => ({ answer: 'not-sendable', reasons: [[copy, reason]], settled: 1 });
    const stands = { reasons: [], settled: 1 };

    it('is taken back for the reason for which it was taken back from others beside it, whichever comes first', async () => {
      const retracted = [{ reason: 'given-another-way' }, { reason: 'wrong-person' }];
      expect(await beside({}, { retracted: late(retracted) })).toEqual(takenBack('wrong-person'));
    });

    it('is taken back when others were withdrawn beside it', async () => {
      expect(await beside({ state: 'withdrawn' })).toEqual(takenBack('wrong-information'));
    });

    it('is taken back when others were put right beside it, and not when it is put right itself', async () => {
      const corrected = { messageId: theirs };
      expect(await beside({}, { corrected: late([corrected]) })).toEqual(takenBack('wrong-information'));
      expect(await beside({}, { corrected: late([corrected, { messageId: copy }]) })).toMatchObject(stands);
    });

    it('stands when it was given to others another way beside it', async () => {
      expect(await beside({ state: 'withdrawn' }, { given: [theirs] })).toMatchObject(stands);
      expect(await beside({}, { retracted: late([{ reason: 'given-another-way' }]) })).toMatchObject(stands);
    });

    it('is not sendable, and not settled, where it has ended or is taken back for another reason', async () => {
      const retract = () => Promise.reject(new GatewayError('RETRACTION_EXISTS'));
      const ended = { answer: 'not-sendable', settled: 0 };
      expect(await beside({ state: 'withdrawn' }, { retract })).toMatchObject(ended);
      const away = () => Promise.reject(new Error('away'));
      await expect(beside({ state: 'withdrawn' }, { retract: away })).rejects.toThrow('away');
    });
  });

  it('is taken back when it was erased of others beside it', async () => {
    for (const erased of [{ erased: true }, { partlyErased: true }]) {
      const referral = { messages: [message('fetched')] };
      const reasons: unknown[] = [];
      const retract = (...said: readonly unknown[]) => Promise.resolve(reasons.push(said[2]));
      const taken = { phase: 'accepted', messages: [] };
      const of = backfilling({ ...referral, ...erased }, { unsettled: OTHER_ID, taken, retract });
      expect([await outcome(of), reasons]).toEqual([['not-sendable'], ['wrong-information']]);
    }
  });

  it('that was looked at stands, whatever is done to others afterwards', async () => {
    const retract = () => Promise.reject(new Error('taken back'));
    const around = { taken: { phase: 'accepted', messages: [] }, retract };
    expect(await outcome(backfilling({ messages: [message('withdrawn')] }, around))).toEqual(['not-sendable']);
  });

  it('of an earlier subscription is told by its id when it ended on its way, and as sent when it did not', async () => {
    const submit = () => Promise.reject(new Error('twice'));
    const begin = () => Promise.resolve(OTHER_ID);
    const of = (state: string) =>
      backfilling(
        { messages: [message('fetched')] },
        { begin, submit, taken: { phase: 'accepted', messages: [copyTo(SUBSCRIBER, state)] } },
      ).backfill(OWNER, ID, { referralIds: [ID] });
    const told = (outcome: string) => ({ items: [{ referralId: ID, newReferralId: OTHER_ID, outcome }] });
    expect(await of('expired')).toEqual(told('not-sendable'));
    expect(await of('checked')).toEqual(told('accepted'));
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

  it('is not sendable where its submission cannot be taken', async () => {
    const refusing = (problem: GatewayError) =>
      outcome(backfilling({ messages: [message('fetched')] }, { submit: () => Promise.reject(problem) }));
    expect(await refusing(new GatewayError('CONTENT_INVALID'))).toEqual(['not-sendable']);
  });

  it('that is refused is told with its verdict', async () => {
    const verdict = { outcome: 'assess', kind: 'officer' };
    const submit = () =>
      Promise.reject(new GatewayError('ASSESSMENT_MISSING', { extensions: { recipients: [{ verdict }] } }));
    const of = backfilling({ messages: [message('fetched')] }, { submit });
    expect(await of.backfill(OWNER, ID, { referralIds: [ID] })).toEqual({
      items: [{ referralId: ID, outcome: 'refused', verdict }],
    });
  });

  it('takes along what an officer says of this subscriber now, as known as who says it', async () => {
    const stored = { id: ID, recipient: SUBSCRIBER, assurance: 'asserted', items: [], mandate: 'm', test: 'A' };
    const submitted: (readonly unknown[])[] = [];
    const submit = (...said: readonly unknown[]) => Promise.resolve(submitted.push(said));
    const of = backfilling({ messages: [message('fetched')], assessments: [stored] }, { submit });
    await of.backfill(OWNER, ID, { referralIds: [ID], assessments: [assessment()] }, 'authenticated');
    expect(submitted.map(([, body, , assurance]) => [body, assurance])).toMatchObject([
      [{ assessments: [{ test: 'A' }, assessment()] }, ['asserted', 'authenticated']],
    ]);
  });

  it.each([
    ['of several referrals', [ID, OTHER_ID], assessment(), 'asserted'],
    ['of another time, by who has logged in', [ID], assessment({ at: '2026-11-24T08:00:00.000Z' }), 'authenticated'],
  ] as const)('takes no assessment %s', async (_, referralIds, said, assurance) => {
    const of = backfilling({ messages: [message('fetched')] }, { submit: () => Promise.reject(new Error('sent')) });
    const asked = { referralIds: [...referralIds], assessments: [said] };
    expect(await outcomeOf(() => of.backfill(OWNER, ID, asked, assurance))).toBe('ASSESSMENT_INVALID');
  });

  it('says what is wrong with an assessment that is given now', async () => {
    const submit = () => Promise.reject(new GatewayError('ASSESSMENT_INVALID'));
    const of = backfilling({ messages: [message('fetched')] }, { submit });
    const asked = { referralIds: [ID], assessments: [assessment()] };
    expect(await outcomeOf(() => of.backfill(OWNER, ID, asked))).toBe('ASSESSMENT_INVALID');
    expect(await outcome(of)).toEqual(['not-sendable']);
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
      {} as never,
      {} as never,
      {} as never,
      { ofReferral: () => Promise.resolve({ recipients: [{ verdict: { outcome: 'permit' } }] }) } as never,
      {} as never,
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
