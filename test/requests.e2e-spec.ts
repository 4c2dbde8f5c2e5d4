import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { EventView, SubmitReferralDto } from '#contracts';
import { parseReceipt } from '#envelope';
import { toldByTelephone } from '#testing';
import { randomUUID } from 'node:crypto';
import { bearer, call, json } from './support/http.js';
import type { Answer } from './support/http.js';
import { TestStack, eventually, example, problemOf } from './support/stack.js';

jest.setTimeout(60_000);
const ASKER = 'pens/pensionsmyndigheten';
const ASKED = 'helsingborg/socialnamnden';
const THREE_WEEKS_MS = 21 * 86_400_000;

let delge: TestStack;
beforeAll(async () => {
  delge = await TestStack.shared();
});

const ask = async (authority: string, method: string, path: string, body?: object): Promise<Answer> => {
  const token = await delge.sandbox.client(authority).accessToken();
  const url = `${delge.sandbox.system(authority).gateway}${path}`;
  return call(url, body === undefined ? { method, headers: bearer(token) } : json(body, token, method));
};
const read = async (authority: string, path: string): Promise<unknown> =>
  JSON.parse((await ask(authority, 'GET', path)).text) as unknown;

/** A request that has arrived. @returns its message id, and an answer to it */
const asked = async () => {
  const { referral: written } = example('07-');
  // Of whatever day the tests run.
  const answerBy = new Date(Date.now() + THREE_WEEKS_MS).toISOString().slice(0, 10);
  const referral = { ...written, content: { ...written.content, answerBy } };
  await delge.sandbox.client(ASKER).submit(referral);
  const [message] = await delge.settled(ASKER, referral.id, ['fetched']);
  const requestId = message?.messageId ?? '';
  return { requestId, request: referral, answer: { ...example('08-').referral, requestId } };
};

/** A decision that says nothing of anybody, so that it needs no ground that breaks secrecy. */
const decided = (requestId: string): SubmitReferralDto => {
  const { referral } = example('08-');
  const [first] = referral.assessments ?? [];
  if (first === undefined) throw new Error('the example has no assessment');
  return {
    ...{ ...referral, requestId, type: 'request-decision/1' },
    bases: [{ id: 'OSL-6-5' }],
    declarations: { freeText: { reasons: ['case-handling'] }, about: { reasons: 'nobody' } },
    assessments: [
      { ...first, basis: 'OSL-6-5' },
      { ...first, basis: '-', test: 'INGET_MEN', outcome: 'no-harm', items: ['reasons~case-handling'] },
    ],
    content: {
      ...{ answers: requestId, outcome: 'refused', office: 'enhetschef', decidedOn: '2026-11-24' },
      ...{ appealTo: 'kammarratten', appealBy: '2026-12-15' },
      reasons: 'Sekretess gäller, och begäran nämner ingen grund som bryter den.',
    },
  };
};
const stateOf = (authority: string, id: string, state: string): Promise<unknown> =>
  eventually(`${id} ${state}`, 30_000, async () => {
    const view = (await read(authority, `/v1/requests/${id}`)) as { readonly state: string };
    return view.state === state ? view : undefined;
  });

describe('a request', () => {
  it('is open at both ends until its answer is accepted, and delivered; the answer was a duty', async () => {
    const { requestId, request, answer } = await asked();
    const of = { id: requestId, from: ASKER, to: ASKED, type: 'request/1', caseId: request.caseId };
    const open = { ...of, answerBy: request.content['answerBy'], state: 'open', overdue: false, answers: [] };
    expect(await read(ASKED, `/v1/requests/${requestId}`)).toMatchObject({ ...open, direction: 'received' });
    expect(await read(ASKER, `/v1/requests/${requestId}`)).toMatchObject({
      ...open,
      direction: 'sent',
      messageState: 'fetched',
    });
    const accepted = await delge.sandbox.client(ASKED).submit(answer);
    const [{ messageId } = { messageId: '' }] = accepted.recipients;
    const answered = { ...of, state: 'answered', answers: [{ messageId, type: 'answer/1', force: 'duty' }] };
    expect(await read(ASKED, `/v1/requests/${requestId}`)).toMatchObject(answered);
    await delge.settled(ASKED, answer.id, ['fetched']);
    expect(await read(ASKER, `/v1/requests/${requestId}`)).toMatchObject(answered);
  });

  it('whose day has passed is told of once, to systems at both ends', async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    const { referral } = example('07-');
    await delge.sandbox.client(ASKER).submit({ ...referral, content: { ...referral.content, answerBy: '2026-01-02' } });
    const [message] = await delge.settled(ASKER, referral.id, ['fetched']);
    const told = async (authority: string): Promise<readonly EventView[]> => {
      const { items } = await delge.sandbox.client(authority).events({ since, limit: '200' });
      return items.filter(({ type, data }) => type === 'request.overdue' && data.messageId === message?.messageId);
    };
    const each = await Promise.all(
      [ASKER, ASKED].map((authority) =>
        eventually(`${authority} to be told`, 90_000, async () => {
          const events = await told(authority);
          return events.length === 0 ? undefined : events;
        }),
      ),
    );
    const of = { messageId: message?.messageId, caseId: referral.caseId, messageType: 'request/1' };
    expect(each).toMatchObject([
      [{ data: { ...of, referralId: referral.id, code: 'sent' } }],
      [{ data: { ...of, code: 'received' } }],
    ]);
    expect(await read(ASKED, `/v1/requests/${message?.messageId}`)).toMatchObject({ overdue: true, state: 'open' });
  }, 120_000);

  it.each(['answered', 'open'] as const)('that is %s is listed as such at both ends', async (state) => {
    const { requestId, answer } = await asked();
    if (state === 'answered') {
      await delge.sandbox.client(ASKED).submit(answer);
      await delge.settled(ASKED, answer.id, ['fetched']);
    }
    const listed = async (authority: string, query: string): Promise<string[]> => {
      const ids: string[] = [];
      for (let after = ''; ;) {
        const page = (await read(authority, `/v1/requests?limit=50&${query}${after}`)) as {
          readonly items: readonly { readonly id: string }[];
          readonly next?: string;
        };
        ids.push(...page.items.map(({ id }) => id));
        if (page.items.length === 0) return ids;
        after = `&after=${page.next}`;
      }
    };
    for (const [authority, direction] of [
      [ASKED, 'received'],
      [ASKER, 'sent'],
    ] as const) {
      expect(await listed(authority, `direction=${direction}`)).toContain(requestId);
      expect((await listed(authority, `direction=${direction}&open=true`)).includes(requestId)).toBe(state === 'open');
    }
  });

  it('does not exist for anybody else, nor can anybody else answer it', async () => {
    const { requestId, answer } = await asked();
    const other = await ask('helsingborg/tillstandsnamnden', 'GET', `/v1/requests/${requestId}`);
    expect([other.status, other.slug]).toEqual([404, 'not-found']);
    const { referral } = example('01-linkoping');
    const { system } = example('01-linkoping');
    expect(
      await problemOf(delge.sandbox.client(system).submit({ ...referral, initiative: 'request', requestId })),
    ).toBe('request-unknown');
    const [to] = answer.to;
    const elsewhere = { ...answer, to: [{ authority: 'fk/forsakringskassan', function: 'kontroll' }] };
    expect(to?.authority).toBe(ASKER);
    expect(await problemOf(delge.sandbox.client(ASKED).submit({ ...elsewhere, assessments: [] }))).toBe(
      'request-unknown',
    );
  });

  it('that nobody made is not answered, in a dry run neither', async () => {
    const { referral } = example('08-');
    const client = delge.sandbox.client(ASKED);
    const answer = { ...referral, requestId: randomUUID() };
    expect(await problemOf(client.submit(answer))).toBe('request-unknown');
    expect(await problemOf(client.checkReferral({ referral: answer }))).toBe('request-unknown');
    expect(await problemOf(client.referral(referral.id))).toBe('not-found');
  });

  it('that was taken back is answered no more', async () => {
    const { requestId, request, answer } = await asked();
    await delge.sandbox.client(ASKER).retract(request.id, { reason: 'sent-twice' });
    await eventually('the retraction', 30_000, async () => {
      const { retractedAt } = (await read(ASKED, `/v1/requests/${requestId}`)) as { readonly retractedAt?: string };
      return retractedAt;
    });
    expect(await problemOf(delge.sandbox.client(ASKED).submit(answer))).toBe('request-unknown');
  });
});

describe('a refusal', () => {
  const refusal = {
    reason: 'not-disclosed',
    office: 'bistandshandlaggare',
    officer: 'HBG-SN-0554',
    mandate: 'delegation',
  };

  it("is an officer's, told in a closed code; on demand the authority decides in writing, and serves it", async () => {
    const { requestId, request } = await asked();
    const given = await ask(ASKED, 'POST', `/v1/requests/${requestId}/refusal`, refusal);
    expect(given.status).toBe(202);
    expect((await ask(ASKED, 'POST', `/v1/requests/${requestId}/refusal`, refusal)).text).toBe(given.text);
    const { receipt } = JSON.parse(given.text) as { readonly receipt: string };
    expect(parseReceipt(receipt).receipt).toMatchObject({
      kind: 'request-refused',
      refusedBy: { office: refusal.office },
    });
    expect(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString()).not.toContain(refusal.officer);
    const refused = { state: 'refused', refusal: { reason: refusal.reason, office: refusal.office } };
    expect(await read(ASKED, `/v1/requests/${requestId}`)).toMatchObject(refused);
    const told = await stateOf(ASKER, requestId, 'refused');
    expect(told).toMatchObject(refused);

    const demand = {
      ...request,
      ...{ id: randomUUID(), type: 'decision-demand/1', content: { request: requestId }, declarations: {} },
    };
    await delge.sandbox.client(ASKER).submit(demand);
    const [demanded] = await delge.settled(ASKER, demand.id, ['fetched']);
    for (const authority of [ASKER, ASKED])
      expect(await read(authority, `/v1/requests/${requestId}`)).toMatchObject({
        ...refused,
        demand: { messageId: demanded?.messageId },
      });

    const decision = decided(requestId);
    const taken = await delge.sandbox.client(ASKED).submit(decision);
    expect(taken.recipients.map(({ verdict }) => verdict.codes)).toMatchObject([{ outcome: 'permit' }]);
    const [served] = await delge.settled(ASKED, decision.id, ['fetched']);
    for (const authority of [ASKER, ASKED])
      expect(await read(authority, `/v1/requests/${requestId}`)).toMatchObject({
        ...{ state: 'decision-issued', answers: [] },
        decision: { messageId: served?.messageId, served: true },
      });
  });

  it('is of a request, by whoever was asked, and of an office that there is', async () => {
    const { requestId } = await asked();
    const at = (id: string) => `/v1/requests/${id}/refusal`;
    const other = await ask('helsingborg/tillstandsnamnden', 'POST', at(requestId), refusal);
    expect([other.status, other.slug]).toEqual([404, 'not-found']);
    const own = await ask(ASKER, 'POST', at(requestId), refusal);
    expect([own.status, own.slug]).toEqual([404, 'not-found']);
    const office = await ask(ASKED, 'POST', at(requestId), { ...refusal, office: 'kung' });
    expect([office.status, office.slug]).toEqual([422, 'request-invalid']);
  });

  it('that nobody gave is no reason to demand a decision on what one did not ask', async () => {
    const { requestId, request } = await asked();
    const demand = { ...request, ...{ id: randomUUID(), type: 'decision-demand/1', declarations: {} } };
    const client = delge.sandbox.client(ASKER);
    expect(await problemOf(client.submit({ ...demand, content: { request: randomUUID() } }))).toBe('request-unknown');
    const decision = decided(requestId);
    const another = { ...decision, content: { ...decision.content, answers: randomUUID() } };
    expect(await problemOf(delge.sandbox.client(ASKED).submit(another))).toBe('request-unknown');
  });
});

describe('a request that no message brought', () => {
  const recorded = (id = randomUUID()) => ({
    id,
    from: ASKER,
    function: 'kontroll',
    person: 'Handläggare 2291',
    identityCheck: 'call-back',
    channel: 'telephone',
    at: new Date(Date.now() - 60_000).toISOString(),
    asksFor: ['paid-financial-assistance'],
    office: 'bistandshandlaggare',
    officer: 'HBG-SN-0554',
  });

  it('is recorded, and answered on a ground that asks for one (SoL 15:4)', async () => {
    const said = recorded();
    const first = await ask(ASKED, 'POST', '/v1/recorded-requests', said);
    expect(first.status).toBe(201);
    expect((await ask(ASKED, 'POST', '/v1/recorded-requests', said)).text).toBe(first.text);
    const answer = { ...example('08-').referral, requestId: said.id };
    const accepted = await delge.sandbox.client(ASKED).submit(answer);
    expect(accepted).toMatchObject({ state: 'accepted', recipients: [{ verdict: { codes: { force: 'duty' } } }] });
    await delge.settled(ASKED, answer.id, ['fetched']);
    const { id, from, at: _at, ...rest } = said;
    expect(await read(ASKED, `/v1/requests/${id}`)).toMatchObject({
      ...{ id, from, to: ASKED, direction: 'recorded', state: 'answered', recorded: rest },
      answers: [{ force: 'duty' }],
    });
    expect((await ask(ASKER, 'GET', `/v1/requests/${id}`)).status).toBe(404);
  });

  it('is answered by telephone too, which is recorded', async () => {
    const said = { ...recorded(), answerBy: '2026-01-02' };
    await ask(ASKED, 'POST', '/v1/recorded-requests', said);
    expect(await read(ASKED, `/v1/requests/${said.id}`)).toMatchObject({ state: 'open', overdue: true });
    const told = { ...toldByTelephone(example('08-').referral, new Date()), requestId: said.id };
    const { messageId } = await delge.sandbox.client(ASKED).recordDisclosure(told);
    expect(await read(ASKED, `/v1/requests/${said.id}`)).toMatchObject({
      ...{ state: 'answered', overdue: false },
      answers: [{ messageId, type: 'recorded-disclosure/1' }],
    });
  });

  it('is refused by an officer, and decided on, at the gateway that recorded it alone', async () => {
    const said = recorded();
    const by = { office: 'bistandshandlaggare', officer: 'HBG-SN-0554', mandate: 'delegation' };
    await ask(ASKED, 'POST', '/v1/recorded-requests', said);
    const given = await ask(ASKED, 'POST', `/v1/requests/${said.id}/refusal`, { reason: 'no-ground', ...by });
    expect([given.status, JSON.parse(given.text)]).toEqual([202, { kind: 'request-refused', at: expect.any(String) }]);
    const at = new Date().toISOString();
    const path = `/v1/recorded-requests/${said.id}`;
    expect((await ask(ASKED, 'PUT', `${path}/demand`, { at })).status).toBe(200);
    expect((await ask(ASKED, 'PUT', `${path}/decision`, { at, ...by })).status).toBe(200);
    expect(await read(ASKED, `/v1/requests/${said.id}`)).toMatchObject({
      ...{ state: 'decision-issued', refusal: { reason: 'no-ground' } },
      recorded: { refusal: by, demand: { at }, decision: { at, ...by } },
    });
    for (const to of ['demand', 'decision'])
      expect((await ask(ASKER, 'PUT', `${path}/${to}`, { at, ...by })).status).not.toBe(200);
  });

  it.each([
    ['of an authority that is not there', { from: 'fk/annan' }, 'unknown-recipient'],
    ['of oneself', { from: ASKED }, 'request-invalid'],
    ['for what there is no category of', { asksFor: ['all'] }, 'request-invalid'],
    ['by an office that nobody knows', { office: 'kung' }, 'request-invalid'],
    ['with the number of somebody who is no test person', { person: 'Hon har 20980101–1231' }, 'content-invalid'],
    ['in the future', { at: new Date(Date.now() + 3_600_000).toISOString() }, 'request-invalid'],
  ])('is refused %s', async (_, change, slug) => {
    const answer = await ask(ASKED, 'POST', '/v1/recorded-requests', { ...recorded(), ...change });
    expect([answer.status, answer.slug]).toEqual([422, slug]);
  });

  it('is one thing under its id', async () => {
    const said = recorded();
    await ask(ASKED, 'POST', '/v1/recorded-requests', said);
    const other = await ask(ASKED, 'POST', '/v1/recorded-requests', { ...said, channel: 'meeting' });
    expect([other.status, other.slug]).toEqual([409, 'id-reuse']);
  });
});
