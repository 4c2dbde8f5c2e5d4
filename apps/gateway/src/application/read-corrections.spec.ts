import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { messageIdOf } from '#envelope';
import type { StoredCorrection } from './ports/correction.js';
import type { MessageDue } from './ports/due.js';
import type { StoredMessage, StoredReferral } from './ports/referral.js';
import type { StoredRetraction } from './ports/retraction.js';
import { ReadCorrections } from './read-corrections.js';

const NOW = new Date('2026-11-27T08:00:00.000Z');
const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const REFERRAL = randomUUID();

const messageOf = (referralId: string, state: StoredMessage['state']): StoredMessage => ({
  messageId: messageIdOf(SENDER, referralId, RECIPIENT),
  recipient: RECIPIENT,
  function: 'kontroll',
  state,
  attempt: 1,
  changedAt: NOW,
  detail: {} as StoredMessage['detail'],
});
const WRONG = messageOf(REFERRAL, 'fetched');

/** @param corrections states of referrals that put it right, oldest first; absent: stopped */
const row = async (
  corrections: readonly (StoredMessage['state'] | undefined)[],
  { isRetracted = false, dues = [] as readonly MessageDue[], copies = [] as readonly StoredMessage[] } = {},
) => {
  const made = corrections.map((state) => ({ id: randomUUID() as string, state }));
  const noted = made.map(({ id: referralId, state }): StoredCorrection => ({
    messageId: WRONG.messageId,
    referralId,
    ...(state === undefined ? { stopped: 'formal-obstacle' } : {}),
  }));
  const found = new Map(
    made.flatMap(({ id, state }) =>
      state === undefined ? [] : [[messageIdOf(SENDER, id, RECIPIENT), messageOf(id, state)] as const],
    ),
  );
  const retraction = {
    messageId: WRONG.messageId,
    retractionId: 'r',
    reason: 'wrong-information',
    statement: '',
    at: NOW,
  };
  const reading = new ReadCorrections(
    {
      find: () =>
        Promise.resolve({ id: REFERRAL, caseId: 'c', type: 'x/1', messages: [WRONG] } as unknown as StoredReferral),
      findMessage: (_, id) => Promise.resolve(found.get(id)),
      statements: () => Promise.resolve([]),
    },
    { copies: () => Promise.resolve(copies) },
    { of: () => Promise.resolve(noted) },
    { given: () => Promise.resolve(isRetracted ? [retraction as StoredRetraction] : []) },
    { all: (_, ids) => Promise.resolve(dues.filter(({ messageId }) => ids.includes(messageId))) },
    () => NOW,
  );
  const { recipients } = await reading.execute(SENDER, REFERRAL);
  return { ...recipients[0]!, all: recipients, of: made.map(({ id }) => id) };
};
const retractionDue = (at: string, met?: string): MessageDue => ({
  messageId: WRONG.messageId,
  what: 'retraction-acknowledged',
  at: new Date(at),
  ...(met === undefined ? {} : { metAt: new Date(met) }),
});

it('has a row of each to whom it was disclosed anew, and none of what ended before that', async () => {
  const copy = (state: StoredMessage['state'], recipient: string): StoredMessage => ({
    ...messageOf(randomUUID(), state),
    recipient,
  });
  const copies = [copy('refused', 'polis/polismyndigheten'), copy('fetched', 'polis/polismyndigheten')];
  const { all } = await row(['fetched'], { copies });
  expect(all.map(({ messageId, sentAs, why }) => [messageId, sentAs, why])).toEqual([
    [WRONG.messageId, 'correction', undefined],
    [copies[1]?.messageId, 'nothing', 'not-asked'],
  ]);
});

it('says of the newest correction that was not stopped how far it has come', async () => {
  const { sentAs, correction, of } = await row(['refused', 'checked']);
  expect([sentAs, correction?.referralId, correction?.state]).toEqual(['correction', of[1], 'checked']);
});

it('says that a correction goes on although another one was stopped after it', async () => {
  expect(await row(['fetched', undefined])).toMatchObject({ sentAs: 'correction', correction: { state: 'fetched' } });
});

it.each([
  ['of one that has passed, that it is overdue', '2026-11-27T07:59:59.000Z', undefined, true],
  ['of one that has passed and was met, that it is not', '2026-11-27T07:59:59.000Z', '2026-11-27T07:00:00.000Z', false],
  ['of one to come, that it is not', '2026-11-27T08:00:01.000Z', undefined, false],
])('says until when a retraction should be answered, and %s', async (_, at, met, overdue) => {
  const found = await row([], { isRetracted: true, dues: [retractionDue(at, met)] });
  expect([found.dueAt, found.overdue]).toEqual([at, overdue]);
});

it('knows no time by which to answer what nobody was told', async () => {
  const found = await row([undefined], { dues: [retractionDue('2026-11-26T08:00:00.000Z')] });
  expect([found.sentAs, found.why, found.dueAt, found.overdue]).toEqual([
    'nothing',
    'formal-obstacle',
    undefined,
    false,
  ]);
});
