import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EventView, ReferralView, VerdictView } from '#contracts';
import { parseNotice } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { Example } from '../tools/demo/examples.js';
import { flip } from '../tools/demo/law-flips.js';
import { readFileSync } from 'node:fs';
import { Auditor } from './support/evidence.js';
import { bearer } from './support/http.js';
import { faultOfAnswer, publishedAs, publishedRequests } from './support/published.js';
import type { Published } from './support/published.js';
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

describe('an event', () => {
  it('tells each side what happened to what it sends and receives, asked for, followed and streamed alike', async () => {
    const { system, recipient, referral } = permitted();
    const [sender, receiver] = [delge.sandbox.client(system), delge.sandbox.client(recipient)];
    const gone = new AbortController();
    const followed: EventView[] = [];
    await sender.submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const messageId = message?.messageId ?? '';
    const isIts = ({ data }: EventView): boolean => data.messageId === messageId;
    for await (const event of sender.follow(undefined, gone.signal)) {
      if (isIts(event)) followed.push(event);
      if (event.type === 'message.fetched' && isIts(event)) break;
    }
    // A receipt may overtake the decision, and the state with it.
    const types = followed.map(({ type }) => type).filter((type) => type !== 'message.released');
    expect(types.slice(0, 1)).toEqual(['message.accepted']);
    expect(types).toEqual(expect.arrayContaining(['receipt.recorded', 'message.fetched']));
    const before = followed.at(-2)?.id ?? '';
    const stream = await fetch(`${delge.sandbox.system(system).gateway}/v1/events/stream`, {
      headers: { authorization: `Bearer ${await sender.accessToken()}`, 'last-event-id': before },
      signal: gone.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('\n\n')) text += (await reader?.read())?.value ?? '';
    gone.abort();
    const { items } = await sender.events({ after: before, limit: '1' });
    expect(text.split('\n').slice(0, 2)).toEqual([`id: ${items[0]?.id}`, `event: ${items[0]?.type}`]);
    const received: EventView[] = [];
    for await (const event of receiver.follow()) if (received.push(event) && isIts(event)) break;
    expect(received.at(-1)).toMatchObject({ type: 'delivery.received', data: { caseId: referral.caseId } });
    expect(await receiver.acknowledgeEvents(received.at(-1)?.id ?? '')).toEqual({ acknowledged: received.at(-1)?.id });
    expect((await receiver.events()).items.some(isIts)).toBe(false);
    expect(await problemOf(sender.events({ after: received.at(-1)?.id ?? '' }))).toBe('not-found');
  });
});

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
describe('what is published', () => {
  const system = 'linkoping/omsorgsnamnden';
  const recipient = 'fk/forsakringskassan';
  const ask = async (
    authority: string,
    path: string,
    init: Published['init'],
    isTokenNeeded = true,
  ): Promise<Response> => {
    const token = isTokenNeeded ? bearer(await delge.sandbox.client(authority).accessToken()) : {};
    const { gateway } = delge.sandbox.system(authority);
    return fetch(`${gateway}${path}`, { ...init, headers: { ...init.headers, ...token } });
  };

  it('is what is answered: each example of a request is taken for one, and each answer is as described', async () => {
    const found: string[] = [];
    for (const one of publishedRequests()) {
      const response = await ask(system, one.url, one.init, one.needsToken);
      const { status } = response;
      const fault = await faultOfAnswer(one, response);
      // A known form: what is wrong, if anything, is that what it names is not there.
      if (fault !== '' || status === 400 || status >= 500) found.push(`${one.name}: ${status} ${fault}`);
    }
    expect(found).toEqual([]);
  });

  it('holds for what is there, and for who has it already', async () => {
    const { referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched']);
    const id = message?.messageId ?? '';
    const things: readonly (readonly [string, string, string])[] = [
      [system, 'GET /v1/referrals/{id}', `/v1/referrals/${referral.id}`],
      [system, 'GET /v1/referrals/{id}/corrections', `/v1/referrals/${referral.id}/corrections`],
      [recipient, 'GET /v1/deliveries/{id}', `/v1/deliveries/${id}`],
    ];
    for (const [authority, name, path] of things) {
      const init = { method: 'GET', headers: {} };
      const first = await ask(authority, path, init);
      const tag = first.headers.get('etag') ?? '';
      expect([first.status, await faultOfAnswer(publishedAs(name), first)]).toEqual([200, '']);
      expect(first.headers.get('ratelimit-policy')).toMatch(/^"in-hand";q=\d+;qu="concurrent-requests"$/);
      expect(first.headers.get('ratelimit')).toMatch(/^"in-hand";r=\d+$/);
      const again = await ask(authority, path, { ...init, headers: { 'if-none-match': tag } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
      const other = await ask(authority, path, { ...init, headers: { 'if-none-match': '"x"' } });
      expect([other.status, await faultOfAnswer(publishedAs(name), other)]).toEqual([200, '']);
    }
    // As large a cursor as the published pattern takes is no fault of anybody's.
    for (const path of ['/v1/referrals', '/v1/deliveries', '/v1/incidents', '/v1/waiting']) {
      const beyond = await ask(system, `${path}?after=${'9'.repeat(20)}.${'9'.repeat(20)}`, {
        method: 'GET',
        headers: {},
      });
      expect([path, beyond.status, await faultOfAnswer(publishedAs(`GET ${path}`), beyond)]).toEqual([path, 200, '']);
    }
    const evidence = await ask(system, `/v1/messages/${id}/evidence`, { method: 'GET', headers: {} });
    expect(await faultOfAnswer(publishedAs('GET /v1/messages/{id}/evidence'), evidence)).toBe('');
  });

  it('is there to browse in, without a token, in pages that load and run nothing', async () => {
    const { gateway } = delge.sandbox.system(system);
    for (const [path, said] of [
      ['/docs', 'POST /v1/referrals'],
      ['/problems', 'formal-obstacle'],
      ['/problems/formal-obstacle', 'Formellt hinder.'],
    ] as const) {
      const response = await fetch(`${gateway}${path}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(await response.text()).toContain(said);
    }
    const unknown = await fetch(`${gateway}/problems/x`);
    expect([unknown.status, unknown.headers.get('delge-environment')]).toEqual([404, 'sandbox']);
    const info = await fetch(`${gateway}/api-info`);
    expect(await info.json()).toMatchObject({ apiName: 'delge-gateway', apiDocumentation: '/docs' });
    expect(
      (await fetch(`${gateway}/api-info`, { headers: { 'if-none-match': info.headers.get('etag') ?? '' } })).status,
    ).toBe(304);
  });

  it('is what the running gateway says of itself, all of it', async () => {
    const { gateway } = delge.sandbox.system(system);
    const running = await (await fetch(`${gateway}/openapi.json`)).text();
    const published: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
    expect(running).toContain(gateway);
    // But for where it is.
    expect(JSON.parse(running.replaceAll(gateway, 'https://gateway.delge.example'))).toEqual(published);
  });
});
