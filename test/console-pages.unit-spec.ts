import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { csrfToken } from '#login';
import { ConsoleError } from '../apps/console/src/application/ports.js';
import { WORDS } from '../apps/console/src/views/words.js';
import {
  ASSIGNMENT,
  AUDITOR,
  CASE,
  EXPORT,
  HOSTILE,
  MESSAGE,
  assignment,
  servedConsole,
} from './support/console-pages.js';
import type { ServedConsole } from './support/console-pages.js';

const NOW = Date.parse('2026-03-03T08:00:00Z');
let served: ServedConsole;
let cookie: string;
beforeAll(async () => {
  served = await servedConsole(() => NOW);
});
afterAll(() => served.close());
beforeEach(async () => {
  served.queries.asked.length = 0;
  served.exports.begun.length = 0;
  served.exports.as({});
  served.queries.failure = undefined;
  served.queries.nothing = false;
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

const OPEN = ['/', '/ut', '/tillganglighet', '/kontroll'];
const WITHIN = [
  '/utlamnanden',
  `/utlamnanden/${MESSAGE}`,
  '/allt?id=17',
  `/arenden/${CASE}`,
  '/nekade',
  '/nekade?by=gateway',
  '/kvittenser',
  '/floden',
  '/statistik',
  '/lagen',
  '/lagen?den=2024-06-01',
  '/lagen/LUF-2008-206-3',
  '/lagen/idag?sender=a%2Fb',
  '/logg',
  `/export/${EXPORT}`,
];
const OWN = ['/uppdrag', '/mina-atgarder'];
const PAGES = [...OPEN, ...OWN, ...WITHIN];
const both = PAGES.flatMap((path) => [[path, 'sv'] as const, [path, 'en'] as const]);
const withLang = (path: string, lang: string) => `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`;

describe('every page', () => {
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

  it.each(['/nekade', '/utlamnanden', '/kvittenser', '/floden', '/statistik', '/logg'])(
    '%s stands with nothing to show',
    async (path) => {
      served.queries.nothing = true;
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(WORDS.sv.none);
    },
  );

  it.each([...WITHIN, ...OWN])('%s leads to the login whoever is not logged in, and asks nothing', async (path) => {
    const answer = await get(path, {});
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/?${new URLSearchParams({ next: path }).toString()}`);
    expect(served.queries.asked).toEqual([]);
  });

  it.each(WITHIN)('%s shows nothing before an assignment is chosen', async (path) => {
    const answer = await get(path, { cookie: await served.session() });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/uppdrag\?next=/);
    expect(served.queries.asked).toEqual([]);
  });

  it.each(['ended', 'expired'] as const)('shows nothing within an assignment that is %s', async (state) => {
    served.queries.assignments = [{ ...assignment, state }];
    expect((await get('/utlamnanden')).headers.get('location')).toMatch(/^\/uppdrag/);
  });

  it("shows nothing within another's assignment", async () => {
    const other = `${await served.session('b'.repeat(43))}; delge-console-uppdrag=${ASSIGNMENT}`;
    expect((await get('/utlamnanden', { cookie: other })).headers.get('location')).toMatch(/^\/uppdrag/);
    expect(served.queries.asked).toEqual([]);
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
  it.each(['/uppdrag', '/uppdrag/lamna', '/ut', '/export', '/sokningar', '/sokningar/bort'])(
    "%s takes no form of another session's page",
    async (path) => {
      for (const token of ['', 'x'.repeat(43), csrfToken('another')]) {
        const answer = await post(path, { csrf: token, assignment: ASSIGNMENT, format: 'csv' });
        expect(answer.status).toBe(400);
        expect(await answer.text()).toContain(WORDS.sv.refusedForm);
      }
      expect(served.queries.asked).toEqual([]);
    },
  );

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

  it('asks for a file of what was searched, and leads to it', async () => {
    const answer = await post('/export', { csrf: csrf(), query: 'sender=a%2Fb', format: 'csv' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/export/${EXPORT}`);
    const acting = { auditor: AUDITOR, assignment: ASSIGNMENT };
    expect(served.exports.begun).toEqual([[acting, { filters: { sender: ['a/b'] } }, 'csv', 'sv']]);
  });

  it('exports in known formats alone', async () => {
    expect((await post('/export', { csrf: csrf(), format: 'xlsx' })).status).toBe(400);
  });
});

describe('the law', () => {
  const LINE = 'sedan 2026-02-20 (nyckelloggen, post 9)';
  it('has who had adopted a wording on a day, and from when', async () => {
    expect(await (await get('/lagen?den=2026-02-20')).text()).toContain(LINE);
    const before = await (await get('/lagen?den=2026-02-10')).text();
    expect(before).not.toContain('nyckelloggen, post');
    expect(before).toContain(WORDS.sv.lawPositionsNone);
    expect(await (await get('/lagen?den=2026-02-22')).text()).toContain(WORDS.sv.lawPrevents);
  });

  it('leads to the change before a day, the one after it, and to today', async () => {
    const html = await (await get('/lagen?den=2026-02-10')).text();
    for (const day of ['2026-02-02', '2026-02-20']) expect(html).toContain(`href="/lagen?den=${day}"`);
    expect(html).toContain(`>${WORDS.sv.lawToday}<`);
    expect(html).toMatch(/data-days="[^"]*2026-02-02 2026-02-20 2026-02-21/);
    expect(await (await get('/lagen')).text()).not.toContain(`>${WORDS.sv.lawToday}<`);
  });

  it('says of a wording that has been what is another today, and who adopted it when', async () => {
    const html = await (await get('/lagen/LUF-2008-206-3')).text();
    expect(html).toContain('Antagen av');
    expect(html).toContain('den 2026-01-02 (nyckelloggen, post 7)');
  });

  it('tells what would fall out differently today of what was searched, and what could not be computed', async () => {
    const html = await (await get('/lagen/idag?sender=a%2Fb')).text();
    expect(served.law.asked.at(-1)).toEqual({ filters: { sender: ['a/b'] } });
    for (const part of ['3 omräknade: 1 annorlunda, 1 lika, 1 gick inte', 'cooperation-missing', 'cursor=1.x'])
      expect(html).toContain(part);
  });
});

describe('what is one’s own', () => {
  it('is what the log has, with its place and its proof, and what is on its way there', async () => {
    const html = await (await get('/mina-atgarder')).text();
    for (const part of [`/mina-atgarder/${EXPORT}/bevis`, WORDS.sv.ownOnItsWay, 'Sökning', 'Läsning av öppningar'])
      expect(html).toContain(part);
    expect(html.match(/\/bevis"/g)).toHaveLength(1);
    const proof = await get(`/mina-atgarder/${EXPORT}/bevis`);
    expect(proof.headers.get('content-disposition')).toContain(`${EXPORT}.delge-act.json`);
    expect(await proof.json()).toMatchObject({ entry: 'e', salt: 's' });
  });

  it('is nobody else’s', async () => {
    const other = { cookie: await served.session('b'.repeat(43)) };
    expect(await (await get('/mina-atgarder', other)).text()).toContain(WORDS.sv.none);
    expect((await get(`/mina-atgarder/${EXPORT}/bevis`, other)).status).toBe(404);
  });

  it('is reached from the assignment on each page', async () => {
    expect(await (await get('/statistik')).text()).toContain('href="/mina-atgarder"');
  });

  it('is a search that is kept under a name, in its one spelling, and forgotten', async () => {
    served.own.done.length = 0;
    expect(await (await get('/utlamnanden')).text()).toContain('href="/utlamnanden?sender=a%2Fb"');
    const kept = await post('/sokningar', { csrf: csrf(), name: 'Mitt', query: 'overdue=true&sender=a%2Fb' });
    expect(kept.headers.get('location')).toBe('/utlamnanden?sender=a%2Fb&overdue=true');
    expect((await post('/sokningar/bort', { csrf: csrf(), id: EXPORT })).status).toBe(303);
    const acting = { auditor: AUDITOR, assignment: ASSIGNMENT };
    expect(served.own.done).toEqual([
      [acting, 'Mitt', 'sender=a%2Fb&overdue=true'],
      [acting, EXPORT],
    ]);
  });
});

it('the log says of how many entries the day is not known, and has erasures page by page', async () => {
  const html = await (await get('/logg')).text();
  expect(html).toContain('Därtill 3 poster');
  expect(html).toContain('href="/logg?cursor=20"');
});

describe('an export', () => {
  it('is fetched with its cover sheet once it is made', async () => {
    const html = await (await get(`/export/${EXPORT}`)).text();
    for (const part of [`/export/${EXPORT}/fil`, `/export/${EXPORT}/forsattsblad`, '0'.repeat(64), '12 utlämnanden'])
      expect(html).toContain(part);
    const file = await get(`/export/${EXPORT}/fil`);
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="utl-mnanden.csv"');
    expect(file.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.from('\uFEFF'));
    const cover = await get(`/export/${EXPORT}/forsattsblad`);
    expect(cover.headers.get('content-disposition')).toBe('attachment; filename="x.delge-cover.json"');
    expect(cover.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['running', { expected: 12_000, rows: 3_000 }, '3\u00A0000 av 12\u00A0000 utlämnanden'],
    ['running', { format: 'count' }, WORDS.sv.exportCountRunning],
    ['refused', {}, WORDS.sv.exportRefused],
    ['failed', {}, WORDS.sv.exportFailed],
    ['ended', {}, WORDS.sv.exportEnded],
  ] as const)('that is %s says so, and gives no file', async (state, change, words) => {
    served.exports.as({ state, ...change });
    const html = await (await get(`/export/${EXPORT}`)).text();
    expect(html).toContain(words);
    expect(html).not.toContain('/fil"');
    expect((await get(`/export/${EXPORT}/fil`)).status).toBe(404);
  });

  it.each(['', '/fil', '/forsattsblad'])('of somebody else does not exist: %j', async (path) => {
    expect((await get(`/export/${ASSIGNMENT}${path}`)).status).toBe(404);
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
