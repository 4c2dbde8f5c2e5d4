import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SubmitReferralDto } from '#contracts';
import { parseManifest, parseNotice } from '#envelope';
import type { Example } from '../tools/demo/examples.js';
import { TestStack, eventually, example, problemOf, refusalOf } from './support/stack.js';

jest.setTimeout(60_000);
const LOGGED_MS = 30_000;

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});

/** Linköping's notice to Försäkringskassan, with items that are as from the criminal records: the basis does not break their secrecy. */
const unreached = (...items: string[]): Example & { readonly whole: SubmitReferralDto['content'] } => {
  const given = example('01-linkoping');
  const secrecy = Object.fromEntries(items.map((item) => [item, ['35:3']]));
  const declarations = { ...given.referral.declarations, secrecy };
  return { ...given, referral: { ...given.referral, declarations }, whole: given.referral.content };
};
/** The last number that the log has given this sender. */
const lastNumber = async (sender: string): Promise<number> => {
  const [row] = await delge.sql<{ readonly last: string }>(
    'operator',
    `SELECT last FROM exchange.sender_number WHERE sender = $1`,
    [sender],
  );
  return Number(row?.last ?? 0);
};
/** Of all that the log has of a sender after this one, decisions and refusals, as it stood at one moment. */
const numbersAfter = async (last: number, sender: string): Promise<readonly number[]> => {
  const rows = await delge.sql<{ readonly number: string | null; readonly notice: string | null }>(
    'operator',
    `SELECT number, NULL AS notice FROM exchange.decision WHERE sender = $1
     UNION ALL SELECT NULL, notice FROM exchange.notice WHERE kind = 'refusal-recorded' AND notice <> ''`,
    [sender],
  );
  return rows
    .flatMap(({ number, notice }) => {
      const one = notice === null ? { sender, number } : parseNotice(notice).notice;
      return one.sender === sender ? [Number(one.number)] : [];
    })
    .filter((number) => number > last)
    .sort((one, other) => one - other);
};
const payloadOf = (jws: string): string => Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8');

describe('a referral of which one item may not go', () => {
  it('is refused and told which may go; its sender sends these in one step, and its recipient gets nothing of the other', async () => {
    const { system, referral, whole } = unreached('provider');
    const sender = delge.sandbox.client(system);
    const { status, recipients } = await refusalOf(sender.submit(referral));
    expect([status, recipients[0]?.verdict.permitted]).toMatchObject([
      422,
      { leavesOut: ['provider'], outcome: 'permit' },
    ]);
    expect(await problemOf(sender.referral(referral.id))).toBe('not-found');

    const answer = await sender.submit(referral, { onDeny: 'send-permitted' });
    expect(answer).toMatchObject({ state: 'accepted', recipients: [{ leftOut: ['provider'] }] });
    expect(await sender.submit(referral)).toEqual(answer);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    expect(message).toMatchObject({ leftOut: ['provider'], decision: { outcome: 'permit' } });
    expect(message?.decision?.forecast?.agrees).toBe(true);

    const { content, evidence } = await delge.sandbox
      .client(message?.authority ?? '')
      .delivery(message?.messageId ?? '');
    const { provider, ...rest } = whole;
    expect(content).toEqual(rest);
    const { name } = provider as { readonly name: string };
    const { manifest } = parseManifest(evidence.manifest);
    for (const told of [payloadOf(evidence.document), JSON.stringify(manifest)]) {
      expect(told).not.toMatch(/provider|35:3/);
      expect(told).not.toContain(name);
    }
  });

  it('stands in the log as a refused whole beside the part that was sent, under numbers without a gap', async () => {
    const { system, referral } = unreached('provider');
    // Specs before this one have had numbers for what they recorded.
    const last = await lastNumber(system);
    await delge.sandbox.client(system).submit(referral, { onDeny: 'send-permitted' });
    const [message] = await eventually('part and refusal in the log', LOGGED_MS, async () => {
      const messages = await delge.settled(system, referral.id, ['fetched']);
      return messages.every(({ notices }) => notices.length > 0) ? messages : undefined;
    });
    expect(message).toMatchObject({ state: 'fetched', notices: [{ kind: 'refusal-recorded' }] });
    const { notice } = parseNotice(message?.notices[0]?.entry ?? '');
    expect(notice).toMatchObject({ messageId: message?.messageId, sender: system, recipient: message?.authority });
    const numbers = await numbersAfter(last, system);
    expect(numbers).toEqual([last + 1, last + 2]);
    expect(numbers).toEqual(expect.arrayContaining([notice.number, message?.decision?.number]));
  });

  it('is refused also then when its type demands the item', async () => {
    const { system, referral } = unreached('circumstances');
    const sender = delge.sandbox.client(system);
    const { status, slug, recipients } = await refusalOf(sender.submit(referral, { onDeny: 'send-permitted' }));
    expect([status, slug]).toEqual([422, 'formal-obstacle']);
    expect(recipients[0]?.verdict.permitted).toMatchObject({ why: 'field-required' });
    expect(await problemOf(sender.referral(referral.id))).toBe('not-found');
  });

  it('is not taken with a wish that is none', async () => {
    const { system, referral } = unreached('provider');
    const asked = { onDeny: 'send-all' } as object;
    expect(await problemOf(delge.sandbox.client(system).submit(referral, asked))).toBe('invalid-request');
  });
});

describe('a part that awaits an assessment', () => {
  it('waits as a draft, and goes without the item once it is assessed', async () => {
    const { system, referral, whole } = unreached('provider');
    const [first, last] = referral.assessments ?? [];
    if (first === undefined || last === undefined) throw new Error('the example has two assessments');
    const sender = delge.sandbox.client(system);
    const draft = await sender.submit({ ...referral, assessments: [first] }, { onDeny: 'send-permitted' });
    expect(draft).toMatchObject({ state: 'awaiting-assessment', recipients: [{ leftOut: ['provider'] }] });
    expect(await problemOf(sender.assess(referral.id, { ...last, items: ['provider'] }))).toBe('assessment-invalid');
    const after = await sender.assess(referral.id, last);
    expect(after.recipients).toMatchObject([{ state: 'accepted', leftOut: ['provider'] }]);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const { content } = await delge.sandbox.client(message?.authority ?? '').delivery(message?.messageId ?? '');
    const { provider: _, ...rest } = whole;
    expect(content).toEqual(rest);
  });
});
