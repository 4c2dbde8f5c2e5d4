import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { csrfToken } from '#login';
import { ConsoleError } from '../apps/console/src/application/ports.js';
import { WORDS } from '../apps/console/src/views/words.js';
import { FILES, PAGES, SIGNED, WITHIN, isOf } from './support/console-page-list.js';
import { ASSIGNMENT, AUDITOR, CASE, HOSTILE, MESSAGE, assignment, servedConsole } from './support/console-pages.js';
import type { ServedConsole } from './support/console-pages.js';
import { DIGEST, FINDING, SAMPLE, entryIdOf } from './support/console-reviews.js';
import { REVIEW_REFUSALS, ReviewRefusal } from '../apps/console/src/application/review-ports.js';

const NOW = Date.parse('2026-03-03T08:00:00Z');
let served: ServedConsole;
let cookie: string;
beforeAll(async () => {
  served = await servedConsole(() => NOW);
});
afterAll(() => served.close());
beforeEach(async () => {
  served.queries.asked.length = 0;
  served.queries.failure = undefined;
  served.queries.nothing = false;
  served.reviews.asked.length = 0;
  served.reviews.failure = undefined;
  served.reviews.nothing = false;
  served.reviews.state = 'drawn';
  served.queries.assignments = [assignment];
  cookie = `${await served.session()}; delge-console-uppdrag=${ASSIGNMENT}`;
});

const get = (path: string, headers: Readonly<Record<string, string>> = { cookie }) =>
  fetch(`${served.base}${path}`, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });
const csrf = () => csrfToken(/delge-console=([^;]+)/.exec(cookie)?.[1] ?? '');
const post = (
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { cookie },
) =>
  fetch(`${served.base}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  });

const both = PAGES.flatMap((path) => [[path, 'sv'] as const, [path, 'en'] as const]);
const withLang = (path: string, lang: string) => `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`;

describe('every page', () => {
  it('is in the list of pages', () => {
    const forgotten = served.got.filter(
      (route) => !FILES.includes(route) && ![...PAGES, ...SIGNED].some((path) => isOf(path, route)),
    );
    expect(forgotten).toEqual([]);
    expect(FILES.filter((route) => !served.got.includes(route))).toEqual([]);
    expect(served.got.length).toBeGreaterThan(FILES.length);
  });

  it.each(both)(
    '%s in %s is whole, kept by nobody, loads from here alone and lets nothing hostile out',
    async (path, lang) => {
      const answer = await get(withLang(path, lang));
      expect(answer.status).toBe(200);
      const html = await answer.text();
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain(`default-src 'self'`);
      expect(policy).toContain(`form-action 'self' https://idp.example`);
      expect(policy).toContain(`frame-ancestors 'none'`);
      expect(policy).not.toContain('unsafe');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('content-language')).toBe(lang);
      expect(html).toContain(`<html lang="${lang}">`);
      expect(html).toMatch(/<body>\s*<a class="skip" href="#content">/);
      expect(html).not.toMatch(/<script(?! type="module" src="\/static\/)|<style|\sstyle=|\son[a-z]+=|javascript:/);
      expect(html).not.toContain('\u202E');
      expect(html).not.toMatch(/undefined|\[object|NaN|<%/);
      expect(html.match(/<h1/g)).toHaveLength(1);
      const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
      const inMain = levels.slice(levels.indexOf(1));
      inMain.forEach((level, at) => expect(level).toBeLessThanOrEqual((inMain[at - 1] ?? 0) + 1));
      for (const [, table] of html.matchAll(/<table[^>]*>([\s\S]*?)<\/table>/g)) expect(table).toMatch(/^\s*<caption>/);
    },
  );

  it.each(WITHIN)('%s says within which assignment it is read', async (path) => {
    const html = await (await get(path)).text();
    expect(html).toContain('2026-17 &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\uFFFD&amp;');
    expect(html).toContain(WORDS.sv.leaveAssignment);
  });

  it.each(['/nekade', '/utlamnanden', '/kvittenser', '/floden', '/statistik', '/logg', '/stickprov', '/iakttagelser'])(
    '%s stands with nothing to show',
    async (path) => {
      served.queries.nothing = true;
      served.reviews.nothing = true;
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(WORDS.sv.none);
    },
  );

  it.each([...WITHIN, '/uppdrag'])('%s leads to the login whoever is not logged in, and asks nothing', async (path) => {
    const answer = await get(path, {});
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/?${new URLSearchParams({ next: path }).toString()}`);
    expect([...served.queries.asked, ...served.reviews.asked]).toEqual([]);
  });

  it.each(WITHIN)('%s shows nothing before an assignment is chosen', async (path) => {
    const answer = await get(path, { cookie: await served.session() });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/uppdrag\?next=/);
    expect([...served.queries.asked, ...served.reviews.asked]).toEqual([]);
  });

  it.each(['ended', 'expired'] as const)('shows nothing within an assignment that is %s', async (state) => {
    served.queries.assignments = [{ ...assignment, state }];
    expect((await get('/utlamnanden')).headers.get('location')).toMatch(/^\/uppdrag/);
  });

  it("shows nothing within another's assignment", async () => {
    const other = `${await served.session('b'.repeat(43))}; delge-console-uppdrag=${ASSIGNMENT}`;
    expect((await get('/utlamnanden', { cookie: other })).headers.get('location')).toMatch(/^\/uppdrag/);
    expect([...served.queries.asked, ...served.reviews.asked]).toEqual([]);
  });
});

describe('language', () => {
  it('is Swedish until another is asked for, and then stays', async () => {
    expect((await get('/')).headers.get('content-language')).toBe('sv');
    const asked = await get('/?lang=en');
    const kept = asked.headers.getSetCookie().find((one) => one.startsWith('delge-console-lang='));
    expect(kept).toContain('delge-console-lang=en');
    const later = await get('/', { cookie: 'delge-console-lang=en' });
    expect(later.headers.get('content-language')).toBe('en');
    expect(await later.text()).toContain('lang="sv" hreflang="sv"');
  });

  it('marks the law as Swedish on an English page', async () => {
    expect(await (await get('/lagen?lang=en')).text()).toContain('<a lang="sv" href="/lagen/');
  });
});

describe('search', () => {
  it('keeps the whole question in the address', async () => {
    const html = await (
      await get('/utlamnanden?from=2026-01-01&sender=a%2Fb&sender=c%2Fd&recipient=&overdue=true')
    ).text();
    const query = { from: '2026-01-01', filters: { sender: ['a/b', 'c/d'] }, overdue: true };
    expect(served.queries.asked.map(({ query: asked }) => asked)).toEqual([query, query]);
    expect(html).toContain(
      '/utlamnanden?from=2026-01-01&amp;sender=a%2Fb&amp;sender=c%2Fd&amp;overdue=true&amp;cursor=next-page',
    );
    expect(html).toContain('<option value="a/b" selected>');
  });

  it('counts exactly, and says so when there are more', async () => {
    expect(await (await get('/utlamnanden')).text()).toContain('fler än 10\u00A0000 utlämnanden');
    served.queries.counted = { count: 1_234, more: false };
    expect(await (await get('/utlamnanden?lang=en')).text()).toContain('1,234 disclosures');
    served.queries.counted = { count: 1, more: false };
    expect(await (await get('/utlamnanden')).text()).toContain('>1 utlämnande<');
  });

  it('leads from each filter that was asked for to the question without it', async () => {
    const html = await (await get('/utlamnanden?from=2026-01-01&sender=a%2Fb&sender=c%2Fd&overdue=true')).text();
    const chips = /<ul class="chips"[\s\S]*?<\/ul>/.exec(html)?.[0] ?? '';
    expect([...chips.matchAll(/href="([^"]+)"/g)].map(([, address = '']) => address.replaceAll('&amp;', '&'))).toEqual([
      '/utlamnanden?sender=a%2Fb&sender=c%2Fd&overdue=true',
      '/utlamnanden?from=2026-01-01&sender=c%2Fd&overdue=true',
      '/utlamnanden?from=2026-01-01&sender=a%2Fb&overdue=true',
      '/utlamnanden?from=2026-01-01&sender=a%2Fb&sender=c%2Fd',
    ]);
    const refusals = await (await get('/nekade?by=gateway&outcome=deny')).text();
    expect(/<ul class="chips"[\s\S]*?href="([^"]+)"/.exec(refusals)?.[1]).toBe('/nekade?by=gateway');
  });

  it('is where a disclosure that it found leads back to, and no other place', async () => {
    const found = await (await get('/utlamnanden?sender=a%2Fb')).text();
    const [, disclosure = ''] = new RegExp(`href="(/utlamnanden/${MESSAGE}[^"]*)"`).exec(found) ?? [];
    expect(await (await get(disclosure)).text()).toContain('<p class="back"><a href="/utlamnanden?sender=a%2Fb">');
    const other = await (await get(`/utlamnanden/${MESSAGE}?sok=${encodeURIComponent('//evil.example?x=1')}`)).text();
    expect(other).toContain('<p class="back"><a href="/utlamnanden">');
    expect((await get(`/utlamnanden/${MESSAGE}?sok=outcome%3Dx`)).status).toBe(400);
  });

  it('can be begun again from where it could not be read', async () => {
    expect(await (await get('/statistik?from=2026-02-30')).text()).toContain('<a href="/statistik">');
    expect(await (await get('/nothing')).text()).not.toContain(WORDS.sv.problemAgain);
  });

  it('offers no filter that the assignment does not open', async () => {
    served.queries.assignments = [{ ...assignment, fields: ['parties'] }];
    const html = await (await get('/utlamnanden')).text();
    expect(html).toContain('name="sender"');
    expect(html).not.toContain('name="officer"');
    expect(html).not.toContain('name="overdue"');
  });

  it.each([
    '/utlamnanden?from=2026-02-30',
    '/utlamnanden?overdue=yes',
    `/utlamnanden?sender=${'x'.repeat(201)}`,
    '/lagen?den=yesterday',
  ])('refuses %s with the reason in words', async (path) => {
    const page = await get(path);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('går inte att läsa');
    const problem = await get(path, { cookie, accept: 'application/json' });
    expect(((await problem.json()) as { violations: { code: string }[] }).violations[0]?.code).toBe('QUERY_INVALID');
  });
});

describe('what is refused', () => {
  it.each([
    ['NOT_WITHIN_ASSIGNMENT', undefined, 404, 'utanför uppdraget'],
    ['FIELD_NOT_GRANTED', 'officer', 400, WORDS.sv.filterOfficer],
    ['NOT_READY', undefined, 503, 'kan inte skriva i loggen'],
  ] as const)('%s is a page that says why', async (code, filter, status, words) => {
    served.queries.failure = new ConsoleError(code, filter);
    const answer = await get('/utlamnanden');
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toContain(words);
  });

  it.each([
    `/utlamnanden/${ASSIGNMENT}`,
    '/utlamnanden/..%2f',
    `/arenden/${MESSAGE}`,
    '/allt?id=%3Cscript%3E',
    '/lagen/nothing',
    '/static/x/console.css',
    '/nothing',
  ])('%s does not exist', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('<code>not-found</code>');
  });

  it('answers programs with problem details', async () => {
    const answer = await get('/nothing', { accept: '*/*' });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  });
});

describe('forms', () => {
  it.each([
    '/uppdrag',
    '/uppdrag/lamna',
    '/ut',
    '/export',
    '/stickprov',
    `/stickprov/${SAMPLE}/drag`,
    `/stickprov/${SAMPLE}/underskrift`,
    `/stickprov/${SAMPLE}/0`,
    `/stickprov/${SAMPLE}/0/intyg`,
    '/iakttagelser',
    `/iakttagelser/${FINDING}/tilldelning`,
    `/iakttagelser/${FINDING}/svar`,
    `/iakttagelser/${FINDING}/avslut`,
  ])("%s takes no form of another session's page", async (path) => {
    for (const token of ['', 'x'.repeat(43), csrfToken('another')]) {
      const answer = await post(path, { csrf: token, assignment: ASSIGNMENT, format: 'csv' });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(WORDS.sv.refusedForm);
    }
    expect([...served.queries.asked, ...served.reviews.asked]).toEqual([]);
  });

  it('chooses an assignment and goes on to where one was going', async () => {
    const form = { csrf: csrf(), assignment: ASSIGNMENT, next: '/statistik?from=2026-01-01' };
    const answer = await post('/uppdrag', form);
    expect(answer.headers.get('location')).toBe('/statistik?from=2026-01-01');
    expect(answer.headers.getSetCookie()).toEqual([
      `delge-console-uppdrag=${ASSIGNMENT}; Path=/; HttpOnly; SameSite=Lax`,
    ]);
  });

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', ''])('does not go on to %j', async (next) => {
    const answer = await post('/uppdrag', { csrf: csrf(), assignment: ASSIGNMENT, next });
    expect(answer.headers.get('location')).toBe('/utlamnanden');
  });

  it.each(['ended', 'expired'] as const)('does not choose an assignment that is %s', async (state) => {
    served.queries.assignments = [{ ...assignment, state }];
    expect((await post('/uppdrag', { csrf: csrf(), assignment: ASSIGNMENT })).status).toBe(404);
  });

  it('leaves an assignment', async () => {
    const answer = await post('/uppdrag/lamna', { csrf: csrf() });
    expect(answer.headers.get('location')).toBe('/uppdrag');
    expect(answer.headers.getSetCookie()[0]).toMatch(/^delge-console-uppdrag=;.*Max-Age=0/);
  });

  it('ends the session', async () => {
    const answer = await post('/ut', { csrf: csrf() });
    expect(answer.headers.get('location')).toBe('/ut');
    expect((await get('/uppdrag')).headers.get('location')).toMatch(/^\/\?next/);
  });

  it('exports what was searched', async () => {
    const answer = await post('/export', { csrf: csrf(), query: 'sender=a%2Fb', format: 'csv' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="utl-mnanden.csv"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe('\uFEFFa;b\r\n');
    expect(served.queries.asked).toEqual([
      {
        name: 'exportOf',
        acting: { auditor: AUDITOR, assignment: ASSIGNMENT },
        query: { filters: { sender: ['a/b'] } },
      },
    ]);
  });

  it('exports in known formats alone', async () => {
    expect((await post('/export', { csrf: csrf(), format: 'xlsx' })).status).toBe(400);
  });
});

describe('samples', () => {
  const STATES = ['waiting', 'witnessed', 'drawn', 'reviewed', 'signed'] as const;

  it.each(STATES)('are shown when they are %s, with nothing hostile in them', async (state) => {
    served.reviews.state = state;
    for (const path of [
      `/stickprov/${SAMPLE}`,
      '/stickprov',
      ...(state === 'signed' ? [`/stickprov/${SAMPLE}/rapport`] : []),
    ])
      for (const lang of ['sv', 'en']) {
        const answer = await get(withLang(path, lang));
        expect(answer.status).toBe(200);
        const html = await answer.text();
        expect(html).not.toMatch(/<script(?! type="module" src="\/static\/)|\u202E|undefined|\[object|NaN|<%/);
      }
  });

  it('wait for a witnessed checkpoint, and say so', async () => {
    served.reviews.state = 'waiting';
    const html = await (await get(`/stickprov/${SAMPLE}`)).text();
    expect(html).toContain('Väntar på nästa vittnade kontrollpost');
    expect(html).not.toContain('name="nonce"');
    served.reviews.state = 'witnessed';
    expect(await (await get(`/stickprov/${SAMPLE}`)).text()).toContain('name="nonce"');
  });

  it('are signed once everything is reviewed, and not before', async () => {
    const sign = `action="/stickprov/${SAMPLE}/underskrift"`;
    expect(await (await get(`/stickprov/${SAMPLE}`)).text()).not.toContain(sign);
    served.reviews.state = 'reviewed';
    expect(await (await get(`/stickprov/${SAMPLE}`)).text()).toContain(sign);
    served.reviews.state = 'signed';
    const html = await (await get(`/stickprov/${SAMPLE}`)).text();
    expect(html).not.toContain(sign);
    expect(html).toContain(`/stickprov/${SAMPLE}/rapport.jsonl`);
  });

  it('have a report as a page when they are signed, and not before', async () => {
    expect((await get(`/stickprov/${SAMPLE}/rapport`)).status).toBe(404);
    served.reviews.state = 'signed';
    expect(await (await get(`/stickprov/${SAMPLE}/rapport`)).text()).toContain(WORDS.sv.sampleErased);
  });

  it('are drawn from what was searched', async () => {
    const html = await (await get('/utlamnanden?outcome=permit')).text();
    expect(html).toContain('href="/stickprov?outcome=permit#nytt"');
    expect(await (await get('/stickprov?outcome=permit')).text()).toContain('name="query" value="outcome=permit"');
  });

  it('call nobody by name: oneself, and a colleague by four characters', async () => {
    const html = await (await get(`/stickprov/${SAMPLE}`)).text();
    expect(html).toContain('kollega bbbb');
    expect(html).toContain(', du');
    expect(html).not.toContain('b'.repeat(5));
  });

  it('are confirmed by another than who wrote the sheet', async () => {
    expect(await (await get(`/stickprov/${SAMPLE}/0`)).text()).toContain(WORDS.sv.sampleSecondOwn);
    const html = await (await get(`/stickprov/${SAMPLE}/1`)).text();
    expect(html).toContain(`name="confirms" value="${entryIdOf(3)}"`);
  });

  it.each([
    ['/stickprov', { query: 'outcome=permit', stratifiedBy: 'month', size: '30', nonceDigest: ` ${DIGEST} ` }, 'fix'],
    [`/stickprov/${SAMPLE}/drag`, { nonce: DIGEST }, 'draw'],
    [`/stickprov/${SAMPLE}/underskrift`, {}, 'sign'],
    [`/stickprov/${SAMPLE}/2`, { outcome: 'remark', comment: 'one\r\ntwo' }, 'review'],
    [`/stickprov/${SAMPLE}/1/intyg`, { confirms: entryIdOf(3), comment: '' }, 'confirm'],
  ])('take the form of %s, and lead on to a page', async (path, form, name) => {
    const answer = await post(path, { ...form, csrf: csrf() });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(new RegExp(`^/stickprov/${SAMPLE}(/[0-9])?$`));
    expect(served.reviews.asked.map((one) => one.name)).toEqual([name]);
    if (name === 'fix')
      expect(served.reviews.asked[0]?.with).toEqual([
        { query: { filters: { outcome: ['permit'] } }, stratifiedBy: 'month', size: '30', nonceDigest: DIGEST },
      ]);
    if (name === 'review') expect(served.reviews.asked[0]?.with).toEqual([SAMPLE, 2, 'remark', 'one\ntwo']);
  });

  it.each([
    ['population.tsv', 'text/tab-separated-values; charset=utf-8'],
    ['draget.tsv', 'text/tab-separated-values; charset=utf-8'],
    ['rapport.jsonl', 'application/x-ndjson; charset=utf-8'],
  ])('give %s as a file that nobody keeps between', async (name, type) => {
    const answer = await get(`/stickprov/${SAMPLE}/${name}`);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="delge-0190d9f0-${name}"`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each(['x', '-1', '01', '1000', '..%2f'])('have no item %j', async (item) => {
    expect((await get(`/stickprov/${SAMPLE}/${item}`)).status).toBe(404);
    expect(served.reviews.asked).toEqual([]);
  });

  it.each(REVIEW_REFUSALS)('say in words why they refuse: %s', async (code) => {
    served.reviews.failure = new ReviewRefusal(code);
    const answer = await post(`/stickprov/${SAMPLE}/underskrift`, { csrf: csrf() });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/<p class="lead" role="alert">[^<]{20,}/);
  });
});

describe('findings', () => {
  it.each([`/utlamnanden/${MESSAGE}`, `/arenden/${CASE}`, `/stickprov/${SAMPLE}/1`])(
    'are opened on %s',
    async (path) => {
      const html = await (await get(path)).text();
      expect(html).toContain('action="/iakttagelser"');
    },
  );

  it.each([
    ['/iakttagelser', { message: MESSAGE, title: 'a', text: 'b', severity: 'remark' }, 'open'],
    ['/iakttagelser', { case: CASE, title: 'a', text: 'b', severity: 'remark' }, 'open'],
    ['/iakttagelser', { sample: SAMPLE, item: '1', title: 'a', text: 'b', severity: 'remark' }, 'open'],
    [`/iakttagelser/${FINDING}/tilldelning`, { to: AUDITOR }, 'assign'],
    [`/iakttagelser/${FINDING}/svar`, { text: 'b' }, 'answerTo'],
    [`/iakttagelser/${FINDING}/avslut`, { result: 'accepted', text: 'b' }, 'close'],
  ])('take the form of %s with %j', async (path, form, name) => {
    const answer = await post(path, { ...form, csrf: csrf() });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/iakttagelser/${FINDING}`]);
    expect(served.reviews.asked.map((one) => one.name)).toEqual([name]);
  });

  it('are about something', async () => {
    expect((await post('/iakttagelser', { csrf: csrf(), title: 'a' })).status).toBe(404);
  });

  it('are not changed when they are closed', async () => {
    served.reviews.state = 'signed';
    const html = await (await get(`/iakttagelser/${FINDING}`)).text();
    expect(html).not.toContain('/avslut');
    expect(html).toContain('svaret godtogs');
  });
});

describe('login', () => {
  it('says in words that it could not be completed, and not why', async () => {
    const answer = await get('/in/svar?code=x&state=y', {});
    expect(answer.status).toBe(401);
    const html = await answer.text();
    expect(html).toContain(WORDS.sv.refusedLogin);
    expect(html).not.toContain('LOGIN_');
  });

  it('leads to no identity provider that is not trusted', async () => {
    expect((await get('/in?issuer=https%3A%2F%2Fevil.example', {})).status).toBe(404);
  });
});

describe('evidence', () => {
  it('is a file of its own, kept by nobody between', async () => {
    const answer = await get(`/utlamnanden/${MESSAGE}/bevis`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-disposition')).toContain(`${MESSAGE}.delge-evidence.json`);
    expect(await answer.json()).toMatchObject({ format: 'delge-evidence/1', messageId: MESSAGE });
  });

  it('is of nothing outside the assignment, and of nobody who has none', async () => {
    expect((await get(`/utlamnanden/${CASE}/bevis`)).status).toBe(404);
    expect((await get(`/utlamnanden/${MESSAGE}/bevis`, {})).status).toBe(303);
  });
});

describe('what pages load', () => {
  it('is kept for long under an address that changes with it', async () => {
    const html = await (await get('/')).text();
    const addresses = [...html.matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(addresses).toHaveLength(4);
    for (const address of addresses) {
      const asset = await get(address);
      expect(asset.status).toBe(200);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });
});

it('shows what is hostile as text', async () => {
  const html = await (await get(`/utlamnanden/${MESSAGE}`)).text();
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\uFFFD&amp;');
});

it('does not show what cannot be asked', async () => {
  const answer = await get(`/utlamnanden?sender=${encodeURIComponent(HOSTILE)}`);
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toMatch(/<script|\u202E/);
});
