import { setTimeout as delay } from 'node:timers/promises';
import { DelgeProblem } from '#client';
import type { MessageView, ReferralView } from '#contracts';
import type { Example } from './examples.js';
import type { Sandbox } from './sandbox.js';

const POLL_MS = 50;
const TRAVEL_MS = 60_000;

/** What became of one example at one recipient. */
export interface Row {
  readonly example: Example;
  readonly recipient: string;
  readonly ground: string;
  /** Verdict of the gateway; `assess/officer → permit` where an assessment was given. */
  readonly verdict: string;
  readonly message?: MessageView;
  readonly delivered: boolean;
  /** The agency's diary number, as the sender's gateway opened it. */
  readonly receipt?: string;
  readonly faults: readonly string[];
}

/** Sends an example as its municipality's or agency's system would; receives it as its recipients' would. */
export async function send(sandbox: Sandbox, example: Example): Promise<readonly Row[]> {
  const sender = sandbox.client(example.system);
  const { referral, expect } = example;
  const ground = referral.bases.map(({ id }) => id).join(' + ');
  const rows = (verdict: string, faults: readonly string[]): readonly Row[] =>
    referral.to.map(({ authority: recipient }) => ({ example, recipient, ground, verdict, delivered: false, faults }));
  try {
    const accepted = await sender.submit(referral);
    let verdict = verdictOf(accepted.recipients[0]?.verdict.codes);
    const faults = verdict.startsWith(expect.outcome) ? [] : [`expected ${expect.outcome}`];
    if (accepted.state === 'awaiting-assessment') {
      if (expect.kind !== undefined && verdict !== `assess/${expect.kind}`) faults.push(`expected ${expect.kind}`);
      if (example.assessments === undefined) return rows(verdict, faults);
      let after: ReferralView | undefined;
      for (const { body } of example.assessments) after = await sender.assess(referral.id, body);
      const state = after?.recipients[0]?.state;
      if (state === 'awaiting-assessment') return rows(verdict, [...faults, 'still awaits an assessment']);
      verdict = `${verdict} → ${verdictOf(after?.recipients[0]?.verdict.codes)}`;
    }
    return await Promise.all(
      referral.to.map(({ authority }) => travel(sandbox, example, authority, ground, verdict, faults)),
    );
  } catch (error) {
    if (!(error instanceof DelgeProblem)) throw error;
    const refused = error.slug === 'formal-obstacle' ? 'deny' : error.slug;
    return rows(refused, refused === expect.outcome ? [] : [`expected ${expect.outcome}, got ${refused}`]);
  }
}

/** From accepted at the sender's gateway to a business receipt with its proof back there. */
async function travel(
  sandbox: Sandbox,
  example: Example,
  recipient: string,
  ground: string,
  verdict: string,
  before: readonly string[],
): Promise<Row> {
  const sender = sandbox.client(example.system);
  const receiver = sandbox.client(recipient);
  const { id } = example.referral;
  const faults = [...before];
  const read = async (): Promise<MessageView | undefined> =>
    (await sender.referral(id)).recipients.find(({ authority }) => authority === recipient);
  const first = await read();
  const messageId = first?.messageId ?? '';
  const delivery = await until(() => received(sandbox, recipient, messageId));
  if (delivery === undefined)
    return { example, recipient, ground, verdict, delivered: false, faults: [...faults, 'not delivered'] };
  const diaryNumber = `${recipient.split('/')[0]?.toUpperCase()} 2026-${messageId.slice(0, 5)}`;
  await receiver.give(messageId, { kind: 'accepted', diaryNumber });
  const message = await until(async () => {
    const now = await read();
    return now?.state === 'acknowledged' && now.receipts.length === 2 ? now : undefined;
  });
  if (message === undefined) {
    return { example, recipient, ground, verdict, delivered: true, faults: [...faults, 'no receipt came back'] };
  }
  const receipt = message.receipts.find(({ kind }) => kind === 'accepted')?.diaryNumber;
  if (receipt !== diaryNumber) faults.push('the diary number did not come back');
  return {
    example,
    recipient,
    ground,
    verdict,
    message,
    delivered: true,
    ...(receipt === undefined ? {} : { receipt }),
    faults,
  };
}

const received = async (sandbox: Sandbox, recipient: string, messageId: string): Promise<boolean> => {
  try {
    await sandbox.client(recipient).delivery(messageId);
    return true;
  } catch (error) {
    if (error instanceof DelgeProblem && error.problem.status === 404) return false;
    throw error;
  }
};

const verdictOf = (codes: object | undefined): string => {
  const { outcome = '?', kind } = (codes ?? {}) as { readonly outcome?: string; readonly kind?: string };
  return kind === undefined ? outcome : `${outcome}/${kind}`;
};

/** Asks until there is an answer, or for a minute. */
const until = async <T>(ask: () => Promise<T | undefined | false>): Promise<T | undefined> => {
  const deadline = Date.now() + TRAVEL_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(POLL_MS);
  }
  return undefined;
};
