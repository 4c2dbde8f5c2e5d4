import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type {
  CorrectReferralDto,
  MessageState,
  ReferralAccepted,
  RetractionReason,
  SubmitReferralDto,
} from '#contracts';
import { canonicalBytes } from '#json';
import { MemoryReferralStore, aGateway, aWorld, example, outcomeOf, sealed } from '#testing';
import type { Sealed } from '#testing';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import { CorrectForAll } from './correct-for-all.js';
import { digestOf } from './law.js';
import type { StoredMessage } from './ports/referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const [FIRST, SECOND, THIRD] = ['fk/forsakringskassan', 'skv/skatteverket', 'kfm/kronofogdemyndigheten'] as const;

let message: Sealed;
let correcting: CorrectForAll;
/** What is said of the correction to this recipient. */
let refusals: Map<string, GatewayError>;
/** Of what it was disclosed anew as. */
let copies: StoredMessage[];
/** That it is disclosed anew beside this one of what is submitted. */
let beside: (submitted: number) => void;
let submitted: SubmitReferralDto[];
let referrals: MemoryReferralStore;
let retracted: Map<string, RetractionReason>;

beforeEach(async () => {
  const world = await aWorld();
  message = await sealed(world, await aGateway(world, 'kommunerna'), example('01'));
  referrals = new MemoryReferralStore();
  retracted = new Map();
  const { id, caseId, type } = message.referral;
  const states: readonly (readonly [string, MessageState])[] = [
    [FIRST, 'fetched'],
    [SECOND, 'acknowledged'],
    [THIRD, 'refused'],
  ];
  await referrals.put(
    {
      ...{ authority: SENDER, id, caseId, type, bodyDigest: '', body: message.referral, assessments: [] },
      ...{ version: world.newId(), submittedAt: world.clock.now(), phase: 'accepted' },
      messages: states.map(([recipient, state]) => ({ ...message.message, messageId: randomUUID(), recipient, state })),
    },
    undefined,
    [],
    [],
  );
  copies = [];
  beside = () => undefined;
  refusals = new Map();
  submitted = [];
  const given = async () => {
    const sent = (await referrals.find(SENDER, id))?.messages ?? [];
    return sent.flatMap(({ messageId, recipient }) => {
      const reason = retracted.get(recipient);
      const of = { messageId, retractionId: randomUUID(), statement: '', at: new Date(0) };
      return reason === undefined ? [] : [{ ...of, reason }];
    });
  };
  correcting = new CorrectForAll(
    referrals,
    { copies: () => Promise.resolve([...copies]) },
    { given },
    {
      submit: (_, body): Promise<ReferralAccepted> => {
        beside(submitted.push(body));
        const refusal = refusals.get(body.to[0]?.authority ?? '');
        if (refusal !== undefined) return Promise.reject(refusal);
        return Promise.resolve({ id: body.id, caseId: body.caseId, state: 'accepted', recipients: [] });
      },
    },
  );
});

const asked = (change: object = {}): CorrectReferralDto =>
  ({
    ...{ id: '0b9c6a0e-64c1-4a5b-9a2e-8f3d2c1b7a65', initiative: 'own', purpose: 'x', bases: [{ id: 'b' }] },
    ...{ content: { reason: 'r' }, registration: message.referral.registration },
    ...change,
  }) as CorrectReferralDto;
const correct = (body = asked(), id = message.referral.id) =>
  outcomeOf(() => correcting.execute(SENDER, id, body, { onDeny: 'retract' }));
const recipients = () => submitted.map(({ to }) => to[0]?.authority);

describe('a correction to several', () => {
  it('is a correction to each that something was sent to, of its own message and under an id of its own', async () => {
    expect(await correct()).toBe('accepted');
    expect(recipients()).toEqual([FIRST, SECOND]);
    const [one, other] = submitted;
    expect(one).toMatchObject({ type: 'correction/1', caseId: message.referral.caseId, content: { reason: 'r' } });
    expect([one?.id === other?.id, one?.content['corrects'] === other?.content['corrects']]).toEqual([false, false]);
  });

  it('goes to those to whom it was disclosed anew too, in the place of what ended, and once to each', async () => {
    const copy = (recipient: string): StoredMessage => ({
      ...{ ...message.message, messageId: randomUUID(), recipient, state: 'fetched' },
    });
    copies = [copy(THIRD), copy('polis/polismyndigheten'), copy(FIRST)];
    expect(await correct()).toBe('accepted');
    const corrected = new Map(submitted.map(({ to, content }) => [to[0]?.authority, content['corrects']]));
    expect(submitted.length).toBe(4);
    expect(copies.map(({ recipient }) => corrected.get(recipient))).toEqual(copies.map(({ messageId }) => messageId));
    expect(corrected.has(SECOND)).toBe(true);
    expect(await correct(asked({ recipients: [THIRD] }))).toBe('accepted');
  });

  it('goes to those to whom it is disclosed anew beside it too, unless it is taken back from them or others are named', async () => {
    const of = (recipient: string): StoredMessage => ({
      ...{ ...message.message, messageId: randomUUID(), recipient, state: 'fetched' },
    });
    const [one, back] = [of('polis/polismyndigheten'), { ...of('ivo/ivo'), state: 'withdrawn' } as const];
    beside = (at) => {
      if (at === 2) copies = [one, back];
    };
    expect([await correct(), recipients()]).toEqual(['accepted', [FIRST, SECOND, one.recipient]]);
    expect(submitted.at(-1)?.content['corrects']).toBe(one.messageId);
    [copies, submitted] = [[], []];
    expect([await correct(asked({ recipients: [FIRST, SECOND] })), submitted.length]).toEqual(['accepted', 2]);
  });

  it('has the same ids when it is asked for again, and others under another id', async () => {
    await correct();
    await correct();
    await correct(asked({ id: randomUUID() }));
    const ids = submitted.map(({ id }) => id);
    expect(ids.slice(2, 4)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(4);
  });

  it('goes to none from whom its message was taken back', async () => {
    retracted.set(FIRST, 'wrong-recipient');
    expect([await correct(), recipients()]).toEqual(['accepted', [SECOND]]);
    expect(await correct(asked({ recipients: [FIRST, SECOND] }))).toBe('CONTENT_INVALID');
    expect(await correct(asked({ recipients: [THIRD] }))).toBe('CONTENT_INVALID');
    expect(recipients()).toEqual([SECOND]);
  });

  it('is gone on with where it took a message back itself', async () => {
    retracted.set(FIRST, 'correction-not-permitted');
    expect([await correct(asked({ recipients: [FIRST, SECOND] })), recipients()]).toEqual(['accepted', [SECOND]]);
  });

  it('is one that another took the id of, when any of its parts was accepted as another: nothing is sent', async () => {
    await correct();
    const body = submitted[1]!;
    const found = (await referrals.find(SENDER, message.referral.id))!;
    const put = (bodyDigest: string) =>
      referrals.put({ ...found, id: body.id, body, bodyDigest, version: randomUUID() }, undefined, [], []);
    await put(digestOf(canonicalBytes(body)));
    expect([await correct(), submitted.length]).toEqual(['accepted', 4]);
    expect([await correct(asked({ purpose: 'y' })), submitted.length]).toEqual(['ID_REUSE', 4]);
  });

  it.each([
    ...(['FORMAL_OBSTACLE', 'ASSESSMENT_MISSING', 'RECIPIENT_HELD'] as const),
    ...(['RETRACTION_EXISTS', 'NOT_RETRACTABLE', 'ERASED'] as const),
  ])('that is stopped at one of them (%s) goes to the others', async (code) => {
    refusals.set(FIRST, new GatewayError(code));
    expect([await correct(), recipients()]).toEqual(['accepted', [FIRST, SECOND]]);
  });

  it.each(['not-released', 'not-sent-to-recipient'])('passes by one whose message is by now %s', async (code) => {
    const faults = [{ path: 'content.corrects', code }];
    refusals.set(FIRST, new GatewayError('CONTENT_INVALID', { faults }));
    expect([await correct(), recipients()]).toEqual(['accepted', [FIRST, SECOND]]);
  });

  it.each<GatewayErrorCode>(['CONTENT_INVALID', 'ID_REUSE', 'OUTBOX_FULL'])(
    'that cannot be taken in (%s) is refused at once',
    async (code) => {
      refusals.set(FIRST, new GatewayError(code));
      expect([await correct(), recipients()]).toEqual([code, [FIRST]]);
    },
  );

  it('goes to those that are named, of the recipients alone', async () => {
    expect([await correct(asked({ recipients: [SECOND] })), recipients()]).toEqual(['accepted', [SECOND]]);
    expect(await correct(asked({ recipients: [FIRST, 'ivo/ivo'] }))).toBe('UNKNOWN_RECIPIENT');
    expect(await correct(asked(), randomUUID())).toBe('NOT_FOUND');
  });

  it('takes to each the assessments of that recipient, and none that says of nobody', async () => {
    const of = (recipient?: string) => ({ basis: 'b', test: 't', ...(recipient === undefined ? {} : { recipient }) });
    await correct(asked({ assessments: [of(SECOND), of(FIRST)] }));
    expect(submitted.map(({ assessments }) => assessments)).toEqual([[of(FIRST)], [of(SECOND)]]);
    expect(await correct(asked({ assessments: [of()] }))).toBe('ASSESSMENT_INVALID');
    expect(await correct(asked({ recipients: [FIRST], assessments: [of(SECOND)] }))).toBe('ASSESSMENT_INVALID');
    expect(await correct(asked({ recipients: [FIRST], assessments: [of()] }))).toBe('accepted');
    expect(submitted.at(-1)?.assessments).toEqual([of()]);
  });

  it('takes assessments of one to whom nothing goes any more: what is asked again is answered again', async () => {
    const assessments = [FIRST, SECOND, THIRD].map((recipient) => ({ basis: 'b', test: 't', recipient }));
    retracted.set(FIRST, 'correction-not-permitted');
    expect([await correct(asked({ assessments })), recipients()]).toEqual(['accepted', [SECOND]]);
  });

  it('says of no message what it corrects: that follows from the recipient', async () => {
    expect([await correct(asked({ content: { corrects: randomUUID() } })), submitted]).toEqual(['CONTENT_INVALID', []]);
  });
});
