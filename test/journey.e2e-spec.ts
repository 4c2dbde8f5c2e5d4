import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ReferralView, VerdictView } from '#contracts';
import { parseNotice } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { Example } from '../tools/demo/examples.js';
import { flip } from '../tools/demo/law-flips.js';
import { Auditor } from './support/evidence.js';
import { TestStack, eventually, example, examples, permitted, problemOf, refusalOf } from './support/stack.js';

jest.setTimeout(60_000);
const LOGGED_MS = 30_000;

const all = examples();
const rows = (outcome: Example['expect']['outcome']): [string, Example][] =>
  all.filter(({ expect: { outcome: expected } }) => expected === outcome).map((one) => [one.name, one]);
const codes = ({ verdict }: { readonly verdict: VerdictView }): unknown => verdict.codes;

interface Explained {
  readonly summary: string;
  readonly items: readonly { readonly text: string }[];
  readonly waysOut: readonly { readonly text: string }[];
}

let delge: TestStack;
let auditor: Auditor;
beforeAll(async () => {
  delge = await TestStack.shared();
  auditor = await Auditor.of(delge);
});

/** Each message of the referral fetched, accepted under a diary number of its own, and back at its sender. */
const acknowledged = async (system: string, id: string): Promise<void> => {
  for (const { authority, messageId } of await delge.settled(system, id, ['fetched'])) {
    const diaryNumber = `${authority.split('/')[0]} 2026-${messageId.slice(0, 5)}`;
    await delge.sandbox.client(authority).give(messageId, { kind: 'accepted', diaryNumber });
  }
  for (const message of await delge.settled(system, id, ['acknowledged'])) {
    const [technical, accepted, ...more] = message.receipts;
    expect([technical?.kind, accepted?.kind, more]).toEqual(['technical', 'accepted', []]);
    expect(accepted?.diaryNumber).toMatch(new RegExp(`^${message.authority.split('/')[0]} 2026-`));
    const { decision, receipts, places } = await auditor.message(message);
    expect(decision).toMatchObject({ outcome: 'permit', messageId: message.messageId, sender: system });
    expect(receipts.every(({ by, jweSha256 }) => by === message.authority && jweSha256 === decision.jweSha256)).toBe(
      true,
    );
    expect(new Set(places.map(({ index }) => index)).size).toBe(3);
  }
};

/** None of these messages has been delivered; asked when the log already has their sender's refusals. */
const expectNothingSent = async (
  system: string,
  id: string,
  recipients: readonly { readonly authority: string; readonly messageId: string }[],
): Promise<void> => {
  expect(await problemOf(delge.sandbox.client(system).referral(id))).toBe('not-found');
  const ids = recipients.map(({ messageId }) => messageId);
  await eventually('the refusal in the log', LOGGED_MS, async () => {
    const logged = await delge.sql<{ readonly notice: string }>(
      'operator',
      `SELECT notice FROM exchange.notice WHERE kind = 'refusal-recorded' AND notice <> ''`,
    );
    const refused = logged.map(({ notice }) => parseNotice(notice).notice.messageId ?? '');
    return ids.some((one) => refused.includes(one)) ? true : undefined;
  });
  expect(await delge.sql('operator', 'SELECT 1 FROM exchange.message WHERE message_id = ANY($1)', [ids])).toEqual([]);
  for (const { authority, messageId } of recipients) {
    expect(await problemOf(delge.sandbox.client(authority).delivery(messageId))).toBe('not-found');
  }
};

describe('an example', () => {
  it.each(rows('permit'))('%s is delivered and acknowledged, with proofs that verify offline', async (_, one) => {
    const { system, referral } = one;
    const accepted = await delge.sandbox.client(system).submit(referral);
    expect(accepted.state).toBe('accepted');
    await acknowledged(system, referral.id);
    for (const { authority, messageId } of accepted.recipients) {
      const delivery = await delge.sandbox.client(authority).delivery(messageId);
      expect(delivery).toMatchObject({ sender: system, type: referral.type, caseId: referral.caseId });
      expect([delivery.content, delivery.registration]).toEqual([referral.content, referral.registration]);
    }
  });

  it.each(rows('deny'))('%s meets a formal obstacle, explained, and nothing of it leaves', async (_, one) => {
    const { system, referral } = one;
    const { status, recipients } = await refusalOf(delge.sandbox.client(system).submit(referral));
    expect([status, recipients.length]).toEqual([422, referral.to.length]);
    for (const { verdict } of recipients) {
      expect(verdict.outcome).toBe('deny');
      const [sv, en] = [verdict.sv as Explained, verdict.en as Explained];
      for (const { summary, items, waysOut } of [sv, en]) {
        expect([summary, ...items.map(({ text }) => text)].every((text) => text.length > 10)).toBe(true);
        expect([items.length > 0, waysOut.length > 0]).toEqual([true, true]);
      }
      expect(sv.summary).not.toBe(en.summary);
    }
    await expectNothingSent(system, referral.id, recipients);
  });

  it.each(rows('assess'))('%s is kept as a draft that says which kind of assessment it awaits', async (_, one) => {
    const { system, referral, expect: expected, assessments = [] } = one;
    const sender = delge.sandbox.client(system);
    const draft = await sender.submit(referral);
    expect(draft.state).toBe('awaiting-assessment');
    expect(draft.recipients.map(codes)).toMatchObject([{ outcome: 'assess', kind: expected.kind }]);
    for (const { authority, messageId } of draft.recipients) {
      expect(await problemOf(delge.sandbox.client(authority).delivery(messageId))).toBe('not-found');
    }
    let after: ReferralView = await sender.referral(referral.id);
    expect(after.recipients.map(({ state }) => state)).toEqual(['awaiting-assessment']);
    for (const { body } of assessments) after = await sender.assess(referral.id, body);
    const goesOut = expected.afterAssessment === 'permit';
    expect(after.recipients.map(({ state }) => state)).toEqual([goesOut ? 'accepted' : 'awaiting-assessment']);
    if (goesOut) await acknowledged(system, referral.id);
  });

  it.each(all.filter(({ lawFlip }) => lawFlip !== undefined).map((one): [string, Example] => [one.name, one]))(
    '%s is judged by the law of the day, on the day of its change and the day before',
    async (_, one) => {
      const flipped = await flip(delge.sandbox, delge.directory, one, stockholmDate(new Date()));
      expect(flipped?.faults).toEqual([]);
    },
  );
});

describe('a referral to several', () => {
  it('goes to none of them when one may not have it', async () => {
    const { system, referral } = example('06-helsingborg');
    const to = [...referral.to, { authority: 'fk/forsakringskassan', function: 'kontroll' }];
    const { recipients } = await refusalOf(delge.sandbox.client(system).submit({ ...referral, to }));
    expect(recipients.map(({ verdict }) => verdict.outcome)).toEqual(['permit', 'permit', 'deny']);
    await expectNothingSent(system, referral.id, recipients);
  });

  it('waits for all of them when one lacks an assessment', async () => {
    const { system, referral } = example('06-helsingborg');
    const [ebm = '', skv = ''] = referral.to.map(({ authority }) => authority);
    const [missing] = (referral.assessments ?? []).filter(
      ({ recipient, test }) => recipient === skv && test === 'BEHOV',
    );
    const assessments = (referral.assessments ?? []).filter((one) => one !== missing);
    const sender = delge.sandbox.client(system);
    const draft = await sender.submit({ ...referral, assessments });
    expect([draft.state, ...draft.recipients.map(({ verdict }) => verdict.outcome)]).toEqual([
      'awaiting-assessment',
      'permit',
      'assess',
    ]);
    expect(await problemOf(delge.sandbox.client(ebm).delivery(draft.recipients[0]?.messageId ?? ''))).toBe('not-found');
    if (missing === undefined) throw new Error('the example has no such assessment');
    await sender.assess(referral.id, missing);
    expect(await delge.settled(system, referral.id, ['fetched'])).toHaveLength(2);
  });
});

describe('a draft', () => {
  it('is not kept where the caller asks for a refusal instead', async () => {
    const { system, referral } = example('19-uppsala');
    const refusal = await refusalOf(delge.sandbox.client(system).submit(referral, { onAssess: 'refuse' }));
    expect([refusal.status, refusal.slug]).toEqual([422, 'assessment-missing']);
    expect(refusal.recipients.map(codes)).toMatchObject([{ outcome: 'assess', kind: 'officer' }]);
    await expectNothingSent(system, referral.id, refusal.recipients);
  });

  it('ends when the officer finds that secrecy prevails, and nothing of it leaves', async () => {
    const { system, referral, assessments = [] } = example('19-uppsala');
    const sender = delge.sandbox.client(system);
    await sender.submit(referral);
    const [{ body }] = assessments as readonly [NonNullable<Example['assessments']>[number]];
    const after = await sender.assess(referral.id, { ...body, outcome: 'secrecy-prevails' });
    expect(after.recipients).toMatchObject([{ state: 'refused', verdict: { outcome: 'deny' } }]);
    expect(await problemOf(sender.assess(referral.id, body))).toBe('not-a-draft');
  });

  it('is withdrawn, once or twice alike; it takes no assessment then, and leaves its id free', async () => {
    const { system, referral, assessments = [] } = example('19-uppsala');
    const sender = delge.sandbox.client(system);
    await sender.submit(referral);
    const withdrawn = await sender.withdraw(referral.id);
    expect(withdrawn.recipients.map(({ state }) => state)).toEqual(['withdrawn']);
    expect(await sender.withdraw(referral.id)).toEqual(withdrawn);
    const [{ body }] = assessments as readonly [NonNullable<Example['assessments']>[number]];
    expect(await problemOf(sender.assess(referral.id, body))).toBe('not-a-draft');
    expect((await sender.submit(referral)).state).toBe('awaiting-assessment');
  });
});

describe('a referral that has been delivered', () => {
  it('is withdrawn too late', async () => {
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    await delge.settled(system, referral.id, ['fetched']);
    expect(await problemOf(delge.sandbox.client(system).withdraw(referral.id))).toBe('too-late');
    const [message] = (await delge.sandbox.client(system).referral(referral.id)).recipients;
    expect(message?.state).toBe('fetched');
  });
});
