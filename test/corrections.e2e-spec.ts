import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DelgeProblem } from '#client';
import type { CorrectionRow, SubmitReferralDto } from '#contracts';
import { changeKeyStore } from '#keystore';
import { messageIdOf } from '#envelope';
import { storePlace } from '../tools/sandbox/keys.js';
import { subscriptionRequest } from './support/subscriptions.js';
import { TestStack, eventually, example, problemOf } from './support/stack.js';

jest.setTimeout(180_000);
const TRAVEL_MS = 60_000;
const READ = [
  ...['fk/forsakringskassan', 'pens/pensionsmyndigheten', 'skv/skatteverket', 'kfm/kronofogdemyndigheten'],
  ...['af/arbetsformedlingen', 'csn/csn', 'polis/polismyndigheten', 'ebm/ekobrottsmyndigheten'],
  'um/utbetalningsmyndigheten',
];
const PASSED_ON = 'tv/tullverket';
/** Received, and read by nobody yet. Of the first an officer finds that secrecy prevails, when the correction waits for an assessment. */
const [ENDED, WITHOUT_GROUND, UNASSESSED] = ['mig/migrationsverket', 'am/aklagarmyndigheten', 'ivo/ivo'] as const;
/** Its gateway cannot open what is sealed to it: nothing is released to it before there is another key. */
const SUSPENDED = { authority: 'kbv/kustbevakningen', gateway: 'rattsvasendet' };
const ALL = [...READ, PASSED_ON, ENDED, WITHOUT_GROUND, UNASSESSED, SUSPENDED.authority];

type Content = Parameters<Parameters<typeof changeKeyStore>[1]>[0];

describe('a correction to fourteen recipients', () => {
  const { system, referral: pattern } = example('32-linkoping');
  let delge: TestStack;
  let lost: Content['keys'] = [];
  /** Changes the keys that its gateway holds, and waits until the gateway has seen it. */
  const changeKeys = async (change: (keys: Content['keys']) => Content['keys']): Promise<void> => {
    const service = `gateway-${SUSPENDED.gateway}`;
    const readings = (): number => readFileSync(delge.stack.log(service), 'utf8').split('key-store.read').length;
    const before = readings();
    const place = storePlace(delge.sandbox.dir, service);
    await changeKeyStore(place, async (content) => ({
      content: { ...content, keys: change(content.keys) },
      result: undefined,
    }));
    await eventually('its gateway has noticed', TRAVEL_MS, async () => readings() > before || undefined);
  };
  beforeAll(async () => {
    delge = await TestStack.shared();
    await changeKeys((keys) => {
      lost = keys.filter(({ holder, use }) => holder === SUSPENDED.authority && use === 'sealing');
      return keys.filter((key) => !lost.includes(key));
    });
  });
  afterAll(() => changeKeys((keys) => [...keys, ...lost]));

  /** On the grounds of the correction, which carry it to any authority. */
  const to = (referral: SubmitReferralDto, authorities: readonly string[]): SubmitReferralDto => ({
    ...referral,
    id: randomUUID(),
    caseId: randomUUID(),
    to: authorities.map((authority) => ({ authority, function: 'registrator' })),
    bases: pattern.bases,
    purpose: pattern.purpose,
    facts: pattern.facts ?? {},
    assessments: authorities.flatMap((recipient) => (pattern.assessments ?? []).map((one) => ({ ...one, recipient }))),
  });
  const original = to(example('01-linkoping').referral, ALL);
  const sender = () => delge.sandbox.client(system);
  const rows = async (): Promise<ReadonlyMap<string, CorrectionRow>> =>
    new Map((await sender().corrections(original.id)).recipients.map((row) => [row.authority, row]));
  const row = async (authority: string): Promise<CorrectionRow> => {
    const found = (await rows()).get(authority);
    if (found === undefined) throw new Error(`no row of ${authority}`);
    return found;
  };

  const correctionOf = async (authority: string): Promise<SubmitReferralDto> => {
    const { messageId } = await row(authority);
    return to({ ...pattern, content: { ...pattern.content, corrects: messageId } }, [authority]);
  };
  /** @returns slug of the problem, or `none` */
  const correct = async (authority: string, change: Partial<SubmitReferralDto> = {}): Promise<string> => {
    const body = { ...(await correctionOf(authority)), ...change };
    return problemOf(sender().submit(body, { onAssess: 'refuse', onDeny: 'retract' }));
  };
  /** Taken in as a draft, which an officer then stops. */
  const draft = async (authority: string): Promise<void> => {
    const { assessments = [], ...body } = await correctionOf(authority);
    await sender().submit(body, { onDeny: 'retract' });
    expect(await row(authority)).toMatchObject({
      sentAs: 'correction',
      correction: { state: 'awaiting-assessment' },
    });
    const [test] = assessments.filter((one) => one.test === 'EJ_OVERVAGANDE');
    await sender().assess(body.id, { ...test!, outcome: 'secrecy-prevails' });
  };

  it('shows what each received, before anything is put right', async () => {
    await sender().submit(original);
    await eventually('all that can be opened are there', TRAVEL_MS, async () => {
      const states = [...(await rows()).values()].map(({ authority, received }) => [authority, received.state]);
      const awaited = ALL.map((one) => [one, one === SUSPENDED.authority ? 'awaiting-key' : 'fetched']);
      return JSON.stringify(states) === JSON.stringify(awaited) || undefined;
    });
    for (const authority of READ) {
      const { messageId } = await row(authority);
      const client = delge.sandbox.client(authority);
      await client.delivery(messageId);
      await client.handle(messageId, { status: 'accepted' });
    }
    await eventually('nine have taken it up', TRAVEL_MS, async () => {
      const taken = [...(await rows()).values()].filter(({ received }) => received.handling === 'accepted');
      return taken.length === READ.length || undefined;
    });
    expect([...(await rows()).values()].map(({ sentAs, why, overdue }) => [sentAs, why, overdue])).toEqual(
      ALL.map(() => ['nothing', 'not-asked', false]),
    );
  });

  it('ends in each row as it must: corrected, taken back where it may not go, withdrawn where it was not released', async () => {
    const stopped = new Map([
      [WITHOUT_GROUND, { bases: example('03-linkoping').referral.bases, assessments: [] }],
      [UNASSESSED, { assessments: [] }],
    ] as [string, Partial<SubmitReferralDto>][]);
    const answers: string[] = [];
    await draft(ENDED);
    for (const authority of ALL.filter((one) => one !== ENDED))
      answers.push(`${authority} ${await correct(authority, stopped.get(authority))}`);
    expect(answers.filter((answer) => !answer.endsWith(' none'))).toEqual([
      `${WITHOUT_GROUND} formal-obstacle`,
      `${UNASSESSED} assessment-missing`,
      `${SUSPENDED.authority} content-invalid`,
    ]);
    const ended = await eventually('each was told', TRAVEL_MS, async () => {
      const all = await rows();
      const open = [...all.values()].filter(({ correction, retraction, sentAs }) =>
        sentAs === 'correction' ? correction?.state !== 'fetched' : retraction?.recorded !== true,
      );
      return open.length === 0 ? all : undefined;
    });
    const corrected = [...READ, PASSED_ON];
    expect(ALL.map((authority) => [authority, ended.get(authority)?.sentAs, ended.get(authority)?.why])).toEqual([
      ...corrected.map((authority) => [authority, 'correction', undefined]),
      [ENDED, 'retraction', 'correction-ended'],
      [WITHOUT_GROUND, 'retraction', 'formal-obstacle'],
      [UNASSESSED, 'retraction', 'assessment-missing'],
      [SUSPENDED.authority, 'withdrawal', 'not-received'],
    ]);
    expect(ended.get(SUSPENDED.authority)?.received).toEqual({ state: 'withdrawn' });
    for (const authority of [...corrected, ENDED, WITHOUT_GROUND, UNASSESSED]) {
      const { dueAt = '', overdue, messageId } = ended.get(authority)!;
      expect([authority, Date.parse(dueAt) > Date.now(), overdue]).toEqual([authority, true, false]);
      // Neither deletes what was received.
      const { content, retracted } = await delge.sandbox.client(authority).delivery(messageId);
      expect([authority, content, retracted?.reason]).toEqual([
        authority,
        original.content,
        corrected.includes(authority) ? undefined : 'correction-not-permitted',
      ]);
    }
    const missed = await delge.sandbox
      .client(SUSPENDED.authority)
      .delivery(ended.get(SUSPENDED.authority)!.messageId)
      .catch((error: unknown) => (error instanceof DelgeProblem ? error.problem.status : error));
    expect(missed).toBe(404);
  });

  it('shows what each answered, and who passed on what was wrong', async () => {
    const passedOn = await row(PASSED_ON);
    await delge.sandbox.client(PASSED_ON).acknowledge(passedOn.correction!.messageId, 'passed-on');
    await delge.sandbox.client(UNASSESSED).acknowledge((await row(UNASSESSED)).messageId, 'not-used');
    const all = await eventually('both are told', TRAVEL_MS, async () => {
      const found = await rows();
      const answered = [...found.values()].filter(({ acknowledged }) => acknowledged !== undefined);
      return answered.length === 2 ? found : undefined;
    });
    const said = ALL.flatMap((authority) => {
      const { acknowledged, passedOn: isPassedOn } = all.get(authority)!;
      return acknowledged === undefined && !isPassedOn ? [] : [[authority, acknowledged?.code, isPassedOn]];
    });
    expect(said).toEqual([
      [PASSED_ON, 'passed-on', true],
      [UNASSESSED, 'not-used', false],
    ]);
  });
});

describe('a correction to several in one call', () => {
  const { system, referral: pattern } = example('32-linkoping');
  const [FIRST, SECOND, REFUSED] = ['fk/forsakringskassan', 'skv/skatteverket', 'csn/csn'] as const;
  const ALL_OF_IT = [FIRST, SECOND, REFUSED];
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  it('goes to those whom it may, and is taken back from the one whom it may not, and the same again changes nothing', async () => {
    const client = delge.sandbox.client(system);
    const { type: _type, to: _to, caseId: _case, content, assessments = [], ...said } = pattern;
    const { corrects: _corrects, ...right } = content;
    const of = (recipient: string) => assessments.map((one) => ({ ...one, recipient }));
    const original: SubmitReferralDto = {
      ...example('01-linkoping').referral,
      id: randomUUID(),
      caseId: randomUUID(),
      to: ALL_OF_IT.map((authority) => ({ authority, function: 'registrator' })),
      bases: pattern.bases,
      purpose: pattern.purpose,
      facts: pattern.facts ?? {},
      assessments: ALL_OF_IT.flatMap(of),
    };
    await client.submit(original);
    await delge.settled(system, original.id, ['fetched'], TRAVEL_MS);
    const id = randomUUID();
    const body = {
      ...said,
      id,
      content: right,
      assessments: [
        ...[FIRST, SECOND].flatMap(of),
        // An officer has found for this one that secrecy prevails.
        ...of(REFUSED).map((one) => (one.test === 'EJ_OVERVAGANDE' ? { ...one, outcome: 'secrecy-prevails' } : one)),
      ],
    } as never;
    const correct = () => client.correct(original.id, body, { onAssess: 'refuse', onDeny: 'retract' });
    const first = await correct();
    const told = ({ recipients }: Awaited<ReturnType<typeof correct>>) =>
      recipients.map(({ authority, sentAs, why, correction }) => [authority, sentAs, why, correction?.referralId]);
    const [one, other] = first.recipients;
    expect(told(first)).toEqual([
      [FIRST, 'correction', undefined, one?.correction?.referralId],
      [SECOND, 'correction', undefined, other?.correction?.referralId],
      [REFUSED, 'retraction', 'formal-obstacle', undefined],
    ]);
    expect(new Set([id, one?.correction?.referralId, other?.correction?.referralId]).size).toBe(3);
    for (const { correction } of [one!, other!])
      await delge.settled(system, correction!.referralId, ['fetched'], TRAVEL_MS);
    const retracted = async (authority: string) => {
      const { messageId } = first.recipients.find((row) => row.authority === authority)!;
      return (await delge.sandbox.client(authority).delivery(messageId)).retracted?.reason;
    };
    await eventually('it is taken back', TRAVEL_MS, async () =>
      (await retracted(REFUSED)) === 'correction-not-permitted' ? true : undefined,
    );
    for (const authority of [FIRST, SECOND]) {
      expect(await retracted(authority)).toBeUndefined();
      const row = first.recipients.find((found) => found.authority === authority)!;
      const { content: received } = await delge.sandbox.client(authority).delivery(row.correction!.messageId);
      expect(received).toMatchObject({ corrects: row.messageId });
    }
    expect(told(await correct())).toEqual(told(first));
    await expect(
      problemOf(
        client.correct(original.id, {
          ...(body as object),
          ...{ id: randomUUID(), recipients: [REFUSED], assessments: of(REFUSED) },
        } as never),
      ),
    ).resolves.toBe('content-invalid');
  });
});

describe('a correction to fourteen subscribers', () => {
  const { system, referral: pattern } = example('32-linkoping');
  const { referral: wrong } = example('01-linkoping');
  /** Was no recipient of what is wrong: it came to it when it subscribed, by an officer's assessment. */
  const LATE = 'am/aklagarmyndigheten';
  const HELD = 'mig/migrationsverket';
  const SUBSCRIBERS = [...READ, PASSED_ON, HELD, LATE, UNASSESSED, 'sodertalje/socialnamnden'];
  const FUNCTION = 'registrator';
  const office = 'enhetschef';
  const id = randomUUID();
  const caseId = randomUUID();
  const subscriptions = new Map<string, string>();
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  const owner = () => delge.sandbox.client(system);
  /** As officers say of each, on the grounds of the correction. */
  const of = (recipient: string) => (pattern.assessments ?? []).map((one) => ({ ...one, recipient }));
  const rows = async (): Promise<ReadonlyMap<string, CorrectionRow>> =>
    new Map((await owner().corrections(id)).recipients.map((row) => [row.authority, row]));
  const told = (what: string, isTold: (row: CorrectionRow) => boolean) =>
    eventually(what, TRAVEL_MS, async () => {
      const found = await rows();
      return found.size === SUBSCRIBERS.length && [...found.values()].every(isTold) ? found : undefined;
    });

  it('is of what each subscribed to', async () => {
    await owner().cases.put(caseId, { type: 'benefits', title: 'Prov' });
    const asked = { scope: 'case', messageTypes: [wrong.type.split('/')[0] ?? '', 'correction'], function: FUNCTION };
    for (const subscriber of SUBSCRIBERS) {
      const request = subscriptionRequest({ authority: system, function: FUNCTION }, asked as never, caseId);
      // Some kinds of authority have no default secrecy.
      const declarations = { ...request.declarations, secrecy: { reason: ['28:1'] } };
      await delge.sandbox.client(subscriber).submit({ ...request, declarations }, { onAssess: 'refuse' });
      subscriptions.set(subscriber, messageIdOf(subscriber, request.id, system));
    }
    await eventually('all are asked for', TRAVEL_MS, async () => {
      const { items } = await owner().subscriptions.list('received', { caseId, state: 'asked' });
      return items.length === SUBSCRIBERS.length || undefined;
    });
    for (const subscription of subscriptions.values())
      expect(await owner().subscriptions.answer(subscription, { answer: 'granted', office })).toMatchObject({
        state: 'granted',
      });
  });

  it('that came to one by an officer’s assessment alone, and is refused to it without', async () => {
    const to = SUBSCRIBERS.filter((one) => one !== LATE);
    const { bases, purpose, facts = {} } = pattern;
    await owner().submit(
      {
        ...{ ...wrong, id, caseId, bases, purpose, facts, assessments: to.flatMap(of) },
        to: to.map((authority) => ({ authority, function: FUNCTION })),
      },
      { onAssess: 'refuse' },
    );
    const backfill = (assessments?: ReturnType<typeof of>) =>
      owner().subscriptions.backfill(subscriptions.get(LATE) ?? '', {
        referralIds: [id],
        ...(assessments === undefined ? {} : { assessments }),
      });
    expect(await backfill()).toMatchObject({
      items: [{ referralId: id, outcome: 'refused', verdict: { outcome: 'assess' } }],
    });
    expect(await problemOf(backfill(of(HELD)))).toBe('assessment-invalid');
    const first = await backfill(of(LATE));
    expect(first).toMatchObject({ items: [{ referralId: id, outcome: 'accepted' }] });
    // The same again gets the same answer, whoever says it.
    expect(await backfill()).toEqual(first);
    const arrived = await told('all have it', ({ received: { state } }) => state === 'fetched');
    expect(arrived.get(LATE)?.messageId).toBe(messageIdOf(system, first.items[0]?.newReferralId ?? '', LATE));
    for (const authority of READ) {
      const client = delge.sandbox.client(authority);
      const { messageId } = arrived.get(authority)!;
      await client.delivery(messageId);
      await client.handle(messageId, { status: 'accepted' });
    }
  });

  it('ends in each row as it must: a retraction where it is suspended, a correction where it came later', async () => {
    await owner().subscriptions.answer(subscriptions.get(HELD) ?? '', { answer: 'suspended-under-review', office });
    const { type: _type, to: _to, caseId: _case, content, ...said } = pattern;
    const { corrects: _corrects, ...right } = content;
    const body = { ...said, id: randomUUID(), content: right, assessments: SUBSCRIBERS.flatMap(of) };
    await owner().correct(id, body as never, { onAssess: 'refuse', onDeny: 'retract' });
    const ended = await told('each was told', ({ sentAs, correction, retraction }) =>
      sentAs === 'correction' ? correction?.state === 'fetched' : retraction?.recorded === true,
    );
    const corrected = SUBSCRIBERS.filter((one) => one !== HELD);
    expect(SUBSCRIBERS.map((one) => [one, ended.get(one)?.sentAs, ended.get(one)?.why])).toEqual(
      SUBSCRIBERS.map((one) => [one, ...(one === HELD ? ['retraction', 'recipient-held'] : ['correction', undefined])]),
    );
    for (const { dueAt = '', overdue } of ended.values())
      expect([Date.parse(dueAt) > Date.now(), overdue]).toEqual([true, false]);
    for (const authority of corrected) {
      const { messageId, correction } = ended.get(authority)!;
      expect((await delge.sandbox.client(authority).delivery(correction!.messageId)).content).toMatchObject({
        corrects: messageId,
      });
    }
    await delge.sandbox.client(PASSED_ON).acknowledge(ended.get(PASSED_ON)!.correction!.messageId, 'passed-on');
    await delge.sandbox.client(HELD).acknowledge(ended.get(HELD)!.messageId, 'used-in-open-matter');
    const answered = await eventually('both are told', TRAVEL_MS, async () => {
      const found = [...(await rows()).values()].filter(({ acknowledged }) => acknowledged !== undefined);
      return found.length === 2 ? found : undefined;
    });
    const answers = new Map(
      answered.map(({ authority, acknowledged, passedOn }) => [authority, [acknowledged?.code, passedOn]]),
    );
    expect(answers.get(HELD)).toEqual(['used-in-open-matter', false]);
    expect(answers.get(PASSED_ON)).toEqual(['passed-on', true]);
  });
});
