import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RecordedDisclosureView, SubmitReferralDto } from '#contracts';
import { parseRecordedDisclosure, parseToken } from '#envelope';
import { toldByTelephone } from '#testing';
import { randomUUID } from 'node:crypto';
import { putStaff } from '../tools/sandbox/staff.js';
import { StaffBrowser } from './support/staff.js';
import { TestStack, example, permitted } from './support/stack.js';

jest.setTimeout(60_000);
const OWN = 'linkoping/omsorgsnamnden';

let delge: TestStack;
let hanna: StaffBrowser;
beforeAll(async () => {
  delge = await TestStack.shared();
  hanna = await StaffBrowser.login(delge, 'linkoping', 'test-hanna');
});

/** A draft that lacks all assessments, and what an officer says of it. */
const draft = async () => {
  const { system, referral } = permitted();
  expect(system).toBe(OWN);
  const { assessments = [], ...body } = referral;
  await delge.sandbox.client(OWN).submit(body as SubmitReferralDto);
  const said = assessments.map(({ officer: _o, office: _f, mandate: _m, at: _a, ...answer }) => answer);
  expect(said.length).toBeGreaterThan(0);
  return { id: referral.id, said };
};
const stateOf = async (id: string): Promise<string | undefined> =>
  (await delge.sandbox.client(OWN).referral(id)).recipients[0]?.state;

/** Of a new member of staff. */
const statement = (change: object = {}) => ({
  v: 1,
  env: 'sandbox',
  staff: randomUUID(),
  authority: OWN,
  issuer: `${delge.stack.url('identity')}/linkoping`,
  subject: `test-${randomUUID()}@2120000449`,
  officer: `X-${randomUUID()}`,
  office: 'handlaggare',
  mandate: 'delegation',
  scopes: ['referrals:read'],
  ended: false,
  at: new Date().toISOString(),
  ...change,
});
const put = (said: ReturnType<typeof statement>) => putStaff(delge.sandbox.dir, hanna.gateway, said);

describe('a member of staff who has logged in', () => {
  it('is told who they are, from the gateway’s own table', async () => {
    const { session } = await hanna.who();
    expect(session?.acting.map(({ authority, officer, office }) => [authority, officer, office])).toEqual([
      [OWN, 'LKP-ON-0412', 'handlaggare'],
    ]);
  });

  it('finds the draft that awaits assessment, assesses it, and it goes out with an officer whom the gateway knows', async () => {
    const { id, said } = await draft();
    const listed = await hanna.ask('GET', '/v1/referrals?state=awaiting-assessment&limit=200');
    expect(listed.status).toBe(200);
    expect(listed.text).toContain(id);
    for (const answer of said) {
      const given = await hanna.ask('POST', `/v1/referrals/${id}/assessments`, answer);
      expect([given.status, given.slug]).toEqual([200, '']);
    }
    const [message] = await delge.settled(OWN, id, ['fetched']);
    const assessed = await assessmentsOf(message?.messageId ?? '');
    expect(assessed.map(({ assurance }) => assurance)).toEqual(said.map(() => 'authenticated'));
    expect(new Set(assessed.map(({ office }) => office))).toEqual(new Set(['handlaggare']));
    const { items: log } = await delge.sandbox.client(OWN).accessLog({ referralId: id });
    expect(log.map(({ operation, officer }) => [operation, officer])).toContainEqual([
      'assess-referral',
      'LKP-ON-0412',
    ]);
  });

  it('is refused when the body names another officer, office or mandate, and may name themselves', async () => {
    const { id, said } = await draft();
    for (const other of [{ officer: 'LKP-ON-0031' }, { office: 'enhetschef' }, { mandate: 'statute' }]) {
      const answer = await hanna.ask('POST', `/v1/referrals/${id}/assessments`, { ...said[0], ...other });
      expect([answer.status, answer.slug]).toEqual([422, 'another-officer']);
    }
    const answer = await hanna.ask('POST', `/v1/referrals/${id}/assessments`, {
      ...said[0],
      officer: 'LKP-ON-0412',
      office: 'handlaggare',
    });
    expect(answer.status).toBe(200);
  });

  it('says it now: a time of before is refused', async () => {
    const { id, said } = await draft();
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const answer = await hanna.ask('POST', `/v1/referrals/${id}/assessments`, { ...said[0], at });
    expect([answer.status, answer.slug]).toEqual([422, 'assessment-invalid']);
    await expect(stateOf(id)).resolves.toBe('awaiting-assessment');
  });

  it('is refused without the token of the session, and with another’s, where something would change', async () => {
    const { id, said } = await draft();
    const other = await StaffBrowser.login(delge, 'sodertalje', 'test-sara');
    const foreign = (await other.who()).session?.csrf;
    for (const csrf of [undefined, '', 'x', foreign]) {
      const answer = await hanna.ask('POST', `/v1/referrals/${id}/assessments`, said[0], { 'delge-csrf': csrf });
      expect([answer.status, answer.slug]).toEqual([403, 'csrf']);
    }
    const read = await hanna.ask('GET', `/v1/referrals/${id}`, undefined, { 'delge-csrf': undefined });
    expect(read.status).toBe(200);
  });

  it('sees nothing of another authority, and does not act for one by naming it', async () => {
    const { id, said } = await draft();
    const sara = await StaffBrowser.login(delge, 'sodertalje', 'test-sara');
    const foreign = await sara.ask('GET', `/v1/referrals/${id}`);
    const nothing = await sara.ask('GET', `/v1/referrals/${randomUUID()}`);
    expect([foreign.status, foreign.text]).toEqual([404, nothing.text]);
    for (const authority of [OWN, 'linkoping/socialnamnden', 'sodertalje/x', '']) {
      const named = await sara.ask('POST', `/v1/referrals/${id}/assessments`, said[0], {
        'delge-authority': authority,
      });
      expect([named.status, named.slug]).toEqual([404, 'not-found']);
    }
    await expect(stateOf(id)).resolves.toBe('awaiting-assessment');
  });

  it('says for which authority when acting for several, and sees that one’s alone', async () => {
    const { id } = await draft();
    const hugo = await StaffBrowser.login(delge, 'linkoping', 'test-hugo');
    const unnamed = await hugo.ask('GET', `/v1/referrals/${id}`);
    expect([unnamed.status, unnamed.slug]).toEqual([400, 'authority-not-named']);
    hugo.authority = 'linkoping/socialnamnden';
    expect((await hugo.ask('GET', `/v1/referrals/${id}`)).status).toBe(404);
    hugo.authority = OWN;
    expect((await hugo.ask('GET', `/v1/referrals/${id}`)).status).toBe(200);
  });

  it('takes nothing back by what they submit: that is for systems', async () => {
    const { referral } = permitted();
    const { assessments: _assessments, ...body } = referral;
    const answer = await hanna.ask('POST', '/v1/referrals?onDeny=retract', body);
    expect([answer.status, answer.slug]).toEqual([403, 'not-for-staff']);
    expect((await hanna.ask('GET', `/v1/referrals/${referral.id}`)).status).toBe(404);
  });

  it('may not what is for systems, nor what the administrator did not register', async () => {
    const system = await hanna.ask('GET', '/v1/events');
    expect([system.status, system.slug]).toEqual([401, 'unauthenticated']);
    const id = randomUUID();
    const registered = statement({
      staff: id,
      authority: 'linkoping/socialnamnden',
      subject: 'test-hanna@2120000449',
      scopes: ['referrals:read'],
    });
    expect((await put(registered)).status).toBe(201);
    hanna.authority = 'linkoping/socialnamnden';
    const search = { organisationNumber: '212000-0449', purpose: 'subject-access', reference: 'x' };
    const lacking = await hanna.ask('POST', '/v1/person-searches', search);
    expect([lacking.status, lacking.slug]).toEqual([403, 'insufficient-scope']);
    const ended = await put({ ...registered, ended: true, at: new Date(Date.now() + 1_000).toISOString() });
    expect(ended.status).toBe(201);
    expect((await hanna.ask('GET', '/v1/referrals')).status).toBe(404);
    hanna.authority = undefined;
    expect((await hanna.ask('GET', '/v1/referrals')).status).toBe(200);
  });

  it('submits a referral, and the access log has a row of what they were shown, as it has none of a system', async () => {
    const { referral } = permitted();
    const { assessments: _assessments, ...body } = referral;
    const answer = await hanna.ask('POST', '/v1/referrals', body);
    expect([answer.status, answer.slug]).toEqual([202, '']);
    const rows = async () => (await delge.sandbox.client(OWN).accessLog({ referralId: referral.id })).items;
    expect((await rows()).map(({ operation, officer }) => [operation, officer])).toEqual([
      ['submit-referral', 'LKP-ON-0412'],
    ]);
    await delge.sandbox.client(OWN).submit(body as SubmitReferralDto);
    expect(await rows()).toHaveLength(1);
  });

  it('records what they told by telephone, as an officer whom the gateway knows', async () => {
    const told = toldByTelephone(example('20').referral, new Date(Date.now() - 60_000));
    const { officer, office, assessments = [], ...rest } = { ...told, id: randomUUID(), caseId: randomUUID() };
    const said = assessments.map(({ officer: _o, office: _f, mandate: _m, at: _a, ...answer }) => answer);
    expect(said.length).toBeGreaterThan(0);
    const body = { ...rest, assessments: said };
    for (const other of [{ officer }, { office }, { assessments }]) {
      const answer = await hanna.ask('POST', '/v1/recorded-disclosures', { ...body, ...other });
      expect([answer.status, answer.slug]).toEqual([422, 'another-officer']);
    }
    const taken = await hanna.ask('POST', '/v1/recorded-disclosures', body);
    expect([taken.status, taken.slug]).toEqual([202, '']);
    expect((await hanna.ask('GET', '/v1/recorded-disclosures?limit=200')).text).toContain(body.id);
    const read = await hanna.ask('GET', `/v1/recorded-disclosures/${body.id}`);
    const { recorded, statement: signed } = JSON.parse(read.text) as RecordedDisclosureView;
    expect(recorded).toMatchObject({ officer: 'LKP-ON-0412', office: 'handlaggare' });
    const { claims } = parseRecordedDisclosure(signed).recorded as unknown as { readonly claims: Assessed };
    expect(claims.assessments.map(({ assurance }) => assurance)).toEqual(said.map(() => 'authenticated'));
    const { items } = await delge.sandbox.client(OWN).accessLog({ referralId: body.id });
    expect(items.map(({ operation, officer: by }) => [operation, by])).toEqual(
      items.map(() => ['read-recorded-disclosure', 'LKP-ON-0412']),
    );
    expect(items).toHaveLength(2);
  });

  it('records what they were asked for by telephone, in their own name', async () => {
    const id = randomUUID();
    const request = {
      ...{ id, from: 'fk/forsakringskassan', function: 'kontroll', person: 'Handläggare 0520' },
      ...{ identityCheck: 'call-back', channel: 'telephone', asksFor: ['paid-financial-assistance'] },
      at: new Date(Date.now() - 60_000).toISOString(),
    };
    const other = await hanna.ask('POST', '/v1/recorded-requests', { ...request, officer: 'LKP-ON-0031' });
    expect([other.status, other.slug]).toEqual([422, 'another-officer']);
    const taken = await hanna.ask('POST', '/v1/recorded-requests', request);
    expect([taken.status, taken.slug]).toEqual([201, '']);
    const read = await hanna.ask('GET', `/v1/requests/${id}`);
    expect(JSON.parse(read.text)).toMatchObject({ recorded: { officer: 'LKP-ON-0412', office: 'handlaggare' } });
  });

  it('searches for a person in their own name, which stands in the access log', async () => {
    const search = { personalIdentityNumber: '197101019045', purpose: 'subject-access', reference: 'ON 2026-1' };
    const answer = await hanna.ask('POST', '/v1/person-searches', search);
    expect([answer.status, answer.slug]).toEqual([200, '']);
    const { searchId } = JSON.parse(answer.text) as { readonly searchId: string };
    const { items } = await delge.sandbox.client(OWN).accessLog({ limit: '200' });
    expect(items.find((row) => row.search?.id === searchId)).toMatchObject({
      officer: 'LKP-ON-0412',
      search: { officer: 'LKP-ON-0412', office: 'handlaggare' },
    });
  });
});

describe('a session', () => {
  it('ends at logout, and what the browser still has opens nothing', async () => {
    const browser = await StaffBrowser.login(delge, 'linkoping', 'test-hanna');
    const { cookie } = browser;
    const forged = await browser.ask('POST', '/staff/out', undefined, { 'delge-csrf': undefined });
    expect([forged.status, forged.slug]).toEqual([403, 'csrf']);
    const out = await browser.ask('POST', '/staff/out');
    expect(out.status).toBe(200);
    const { location } = JSON.parse(out.text) as { readonly location: string };
    expect(location).toContain(`${delge.stack.url('identity')}/linkoping/session/end`);
    const after = await browser.ask('GET', '/v1/referrals', undefined, { cookie });
    expect([after.status, after.slug]).toEqual([401, 'unauthenticated']);
  });

  it('stands in the database by its hash alone', async () => {
    const browser = await StaffBrowser.login(delge, 'linkoping', 'test-hanna');
    const [, secret = ''] = browser.cookie.split('=');
    const rows = await delge.sql<{ row: string }>('kommunerna', `SELECT s::text AS row FROM gateway.session s`);
    expect(rows.length).toBeGreaterThan(0);
    const hex = Buffer.from(secret).toString('hex');
    const raw = Buffer.from(secret, 'base64url').toString('hex');
    for (const { row } of rows) for (const one of [secret, hex, raw]) expect(row).not.toContain(one);
  });

  it('does not come of an answer that was played again, was begun in another browser, or is of another issuer', async () => {
    const browser = StaffBrowser.nobody(delge);
    const back = await browser.way(delge, 'linkoping', 'test-hanna');
    const stranger = StaffBrowser.nobody(delge);
    const elsewhere = await stranger.visitor.ask(back);
    expect([elsewhere.status, await codeOf(elsewhere)]).toEqual([401, 'login-not-begun']);
    expect((await browser.visitor.ask(back)).status).toBe(303);
    const again = await browser.visitor.ask(back);
    expect([again.status, await codeOf(again)]).toEqual([401, 'login-not-begun']);
    const other = StaffBrowser.nobody(delge);
    const mixed = await other.way(delge, 'sodertalje', 'test-sara');
    mixed.searchParams.set('iss', `${delge.stack.url('identity')}/linkoping`);
    const answer = await other.visitor.ask(mixed);
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'login-issuer']);
  });

  it('does not come of a login below level of assurance 3, nor at an issuer that is not pinned here', async () => {
    const low = StaffBrowser.nobody(delge);
    const answer = await low.visitor.ask(await low.way(delge, 'linkoping', 'test-lo'));
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'login-assurance']);
    const stranger = StaffBrowser.nobody(delge);
    await expect(stranger.way(delge, 'fk', 'test-frida')).rejects.toThrow('404');
  });

  it('of a person who is registered for nothing opens nothing', async () => {
    const ada = await StaffBrowser.login(delge, 'linkoping', 'test-ada');
    expect((await ada.who()).session?.acting).toEqual([]);
    const answer = await ada.ask('GET', '/v1/referrals');
    expect([answer.status, answer.slug]).toEqual([401, 'unauthenticated']);
  });
});

describe('the table of staff', () => {
  it('takes no personal number, whatever it stands in', async () => {
    for (const [path, change] of [
      ['subject', { subject: '189001019802@2120000449' }],
      ['officer', { officer: '19900101-9802' }],
    ] as const) {
      const { text, status } = await put(statement(change));
      expect([status, (JSON.parse(text) as { violations: unknown }).violations]).toEqual([
        422,
        [{ path, code: 'personal-number' }],
      ]);
      expect(text).not.toContain('9802');
    }
  });

  it('takes no person of an issuer that is pinned to another participant', async () => {
    const { text, status } = await put(statement({ issuer: `${delge.stack.url('identity')}/sodertalje` }));
    expect([status, (JSON.parse(text) as { violations: unknown }).violations]).toEqual([
      422,
      [expect.objectContaining({ code: 'not-pinned-to-participant' })],
    ]);
  });

  it('takes nothing on the word of another participant’s administrator, and one officer’s id for one person alone', async () => {
    const said = statement();
    expect((await put(said)).status).toBe(201);
    expect((await put(said)).status).toBe(200);
    const twin = await put(statement({ officer: said.officer }));
    expect(twin.status).toBe(422);
    const other = await put({ ...said, officer: 'Y', at: new Date(Date.now() + 1_000).toISOString() });
    expect(other.status).toBe(422);
    const foreign = await putStaff(delge.sandbox.dir, hanna.gateway, statement(), 'sodertalje');
    expect(foreign.status).toBe(401);
  });
});

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { readonly code: string }).code;

/** Assessments of the claims that went out: the manifest is the annex of the decision's entry. */
const assessmentsOf = async (messageId: string): Promise<Assessed['assessments']> => {
  const { entries } = await delge.sandbox.client(OWN).evidence(messageId);
  const manifest = parseToken(entries.find(({ annex }) => annex !== undefined)?.annex ?? '', 'delge-manifest+jws');
  const { claims } = JSON.parse(Buffer.from(manifest.payload).toString()) as { readonly claims: Assessed };
  return claims.assessments;
};
interface Assessed {
  readonly assessments: readonly { readonly assurance: string; readonly office: string }[];
}
