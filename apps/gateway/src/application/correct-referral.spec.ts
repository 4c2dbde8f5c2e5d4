import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { MessageState, ReferralAccepted, SubmitReferralDto, SubmitReferralQueryDto } from '#contracts';
import {
  MemoryReferralStore,
  MemoryRetractionStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  outcomeOf,
  sealed,
} from '#testing';
import type { Sealed, TestGateway, World } from '#testing';
import { GatewayError } from '../domain/errors.js';
import type { GatewayErrorCode } from '../domain/errors.js';
import type { NewCorrection, StoredCorrection } from './ports/correction.js';
import { CorrectReferral } from './correct-referral.js';
import { RecordOutcome } from './record-outcome.js';
import { RetractReferral } from './retract-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';

let world: World;
let gateway: TestGateway;
let message: Sealed;
let referrals: MemoryReferralStore;
let retractions: MemoryRetractionStore;
/** What the check says of the next submission. */
let verdict: 'permit' | GatewayErrorCode;
let submitted: number;
/** As they stand. */
let corrections: (NewCorrection & { readonly at: Date })[];
let correcting: CorrectReferral;

beforeEach(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
  message = await sealed(world, gateway, example('01'));
  await standing('fetched');
});

/** The message in this state, and nothing said of it yet. */
const standing = async (state: MessageState): Promise<void> => {
  [referrals, retractions] = [new MemoryReferralStore(), new MemoryRetractionStore()];
  const { id, caseId, type } = message.referral;
  const common = { authority: SENDER, id, caseId, type, bodyDigest: '', body: message.referral, assessments: [] };
  const stored = { ...common, version: world.newId(), submittedAt: world.clock.now(), phase: 'accepted' } as const;
  await referrals.put({ ...stored, messages: [{ ...message.message, state }] }, undefined, [], []);
  const { environment, newId, clock } = world;
  [verdict, submitted] = ['permit', 0];
  const submitting = {
    submit: (_: string, body: SubmitReferralDto): Promise<ReferralAccepted> => {
      submitted += 1;
      if (verdict !== 'permit') return Promise.reject(new GatewayError(verdict, { extensions: { recipients: [] } }));
      return Promise.resolve({ id: body.id, caseId: body.caseId, state: 'accepted', recipients: [] });
    },
  };
  const none = { copies: () => Promise.resolve([]) };
  const retracting = new RetractReferral(referrals, none, retractions, gateway.keys, environment, newId, clock.now);
  corrections = [];
  correcting = new CorrectReferral(submitting, referrals, retracting, noting, clock.now);
};

/** As the store of a gateway keeps them. */
const noting = {
  begin: (_: string, one: NewCorrection, at: Date): Promise<boolean> => {
    if (corrections.some((other) => isSame(other, one))) return Promise.resolve(false);
    corrections.push({ ...one, at });
    return Promise.resolve(true);
  },
  note: (_: string, one: NewCorrection, at: Date): Promise<void> => {
    const isGone = (other: NewCorrection): boolean =>
      isSame(other, one) || (one.stopped === undefined && other.referralId === one.referralId);
    corrections = [...corrections.filter((other) => !isGone(other)), { ...one, at }];
    return Promise.resolve();
  },
  forget: (_: string, one: StoredCorrection, at: Date): Promise<void> => {
    corrections = corrections.filter((other) => !isSame(other, one) || other.at.getTime() !== at.getTime());
    return Promise.resolve();
  },
};
const isSame = (one: StoredCorrection, other: StoredCorrection): boolean =>
  one.messageId === other.messageId && one.referralId === other.referralId;

const correction = (corrects = message.message.messageId, to = [RECIPIENT]): SubmitReferralDto =>
  ({
    ...message.referral,
    id: randomUUID(),
    type: 'correction/1',
    to: to.map((authority) => ({ authority, function: 'x' })),
    content: { corrects },
  }) as unknown as SubmitReferralDto;
const submit = (body: SubmitReferralDto, asked: SubmitReferralQueryDto = {}) =>
  outcomeOf(() => correcting.submit(SENDER, body, asked));
const taken = () => retractions.given(SENDER, [message.message.messageId]);

describe('a correction', () => {
  it('of what was sent to this recipient is a referral like any other', async () => {
    const body = correction();
    expect([await submit(body), submitted, await taken()]).toEqual(['accepted', 1, []]);
    expect(corrections).toMatchObject([
      { messageId: message.message.messageId, referralId: body.id, fallsBack: false },
    ]);
  });

  it.each(['ID_REUSE', 'CONTENT_INVALID', 'OUTBOX_FULL'] as const)(
    'that fails (%s) leaves nothing behind, and what stood of the same one as it was',
    async (code) => {
      const earlier = correction();
      expect(await submit(earlier, { onDeny: 'retract' })).toBe('accepted');
      const before = [...corrections];
      verdict = code;
      expect([await submit(correction(), { onDeny: 'retract' }), await submit(earlier)]).toEqual([code, code]);
      expect(corrections).toEqual(before);
    },
  );

  it('of what is not released is refused before it is looked at, and that is withdrawn when its sender says so', async () => {
    await standing('checked');
    const { messageId } = message.message;
    for (const retracted of [false, true]) {
      const error = await correcting
        .submit(SENDER, correction(), retracted ? { onDeny: 'retract' } : {})
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'CONTENT_INVALID',
        details: { faults: [{ code: 'not-released' }], extensions: { fallBack: { messageId, retracted } } },
      });
    }
    expect(await taken()).toMatchObject([{ reason: 'wrong-information' }]);
    expect([submitted, corrections]).toEqual([0, []]);
  });

  it.each<[string, () => SubmitReferralDto]>([
    ['of what was never sent', () => correction(randomUUID())],
    ['of what was sent to another', () => correction(undefined, ['skv/skatteverket'])],
    ['to more than who received it', () => correction(undefined, [RECIPIENT, 'skv/skatteverket'])],
  ])('%s is refused before it is looked at', async (_, body) => {
    expect([await submit(body()), submitted]).toEqual(['CONTENT_INVALID', 0]);
  });

  it('of what did not arrive is refused', async () => {
    await standing('accepted');
    const outcomes = new RecordOutcome(gateway.evidence, referrals, retractions, gateway.keys, world.clock.now);
    const denied = (decision: object) => ({ ...decision, outcome: 'deny' }) as never;
    await outcomes.decided(await (await anExchange(world)).decided(message, { change: denied }));
    expect([await submit(correction()), submitted]).toEqual(['CONTENT_INVALID', 0]);
  });

  it.each([
    ['FORMAL_OBSTACLE', 'formal-obstacle'],
    ['ASSESSMENT_MISSING', 'assessment-missing'],
    ['RECIPIENT_HELD', 'recipient-held'],
  ] as const)(
    'that may not go (%s) falls back to a retraction when its sender says so, and offers it otherwise',
    async (code, stopped) => {
      verdict = code;
      const fallBack = async (asked: SubmitReferralQueryDto): Promise<unknown> => {
        const error = await correcting.submit(SENDER, correction(), asked).catch((thrown: unknown) => thrown);
        return error instanceof GatewayError && error.code === code ? error.details.extensions : error;
      };
      const { messageId } = message.message;
      expect(await fallBack({})).toEqual({ recipients: [], fallBack: { messageId, retracted: false } });
      expect(await taken()).toEqual([]);
      expect(await fallBack({ onDeny: 'retract' })).toEqual({
        recipients: [],
        fallBack: { messageId, retracted: true },
      });
      expect(await taken()).toMatchObject([{ reason: 'correction-not-permitted' }]);
      expect(corrections.at(-1)).toMatchObject({ messageId, stopped, fallsBack: false });
      // Once more, it is the same retraction.
      expect(await fallBack({ onDeny: 'retract' })).toMatchObject({ fallBack: { retracted: true } });
      expect(retractions.outbox).toHaveLength(1);
    },
  );

  it('is no business of other types', async () => {
    verdict = 'FORMAL_OBSTACLE';
    const error = await correcting
      .submit(SENDER, message.referral, { onDeny: 'retract' })
      .catch((thrown: unknown) => thrown);
    expect((error as GatewayError).details.extensions).toEqual({ recipients: [] });
  });
});
