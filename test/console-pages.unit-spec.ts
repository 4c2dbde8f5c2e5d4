import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { LoginError, csrfToken } from '#login';
import { parseShownPage } from '#verifier';
import { ConsoleError } from '../apps/console/src/application/ports.js';
import { WORDS } from '../apps/console/src/views/words.js';
import { FILES, LOGGED_IN, PAGES, SIGNED, WITHIN, isOf } from './support/console-page-list.js';
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
  served.exports.begun.length = 0;
  served.exports.as({});
  served.own.done.length = 0;
  served.queries.failure = undefined;
  served.queries.nothing = false;
  served.queries.changed = {};
  served.reviews.asked.length = 0;
  served.reviews.failure = undefined;
  served.reviews.nothing = false;
  served.reviews.state = 'drawn';
  served.reviews.isUnanswered = false;
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

/** What a browser sends; `fetch` would take two slashes for a host, and say by itself how it calls. */
const called = (
  path: string,
  headers: Readonly<Record<string, string>>,
  form?: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly location: string; readonly html: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(served.base);
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const method = form === undefined ? 'GET' : 'POST';
    request({ hostname, port, path, method, headers: { accept: 'text/html', ...type, ...headers } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          location: answer.headers.location ?? '',
          html: Buffer.concat(parts).toString(),
        }),
      );
    })
      .on('error', reject)
      .end(form === undefined ? undefined : new URLSearchParams(form).toString());
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
      expect(html).not.toMatch(
        /<script(?! type="module" src="\/static\/| type="application\/json" id="shown">\{[^<]*<\/script>)|<style|\sstyle=|\son[a-z]+=|javascript:/,
      );
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

  it.each([...WITHIN, ...LOGGED_IN])(
    '%s leads to the login whoever is not logged in, and asks nothing',
    async (path) => {
      const answer = await get(path, {});
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe(`/?${new URLSearchParams({ next: path }).toString()}`);
      expect([...served.queries.asked, ...served.reviews.asked]).toEqual([]);
    },
  );

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

describe('a link of a page', () => {
  const leadsAway = (address: string): boolean =>
    new URL(address.replaceAll('&amp;', '&'), served.base).origin !== served.base;

  it.each([
    '//evil.example',
    '//evil.example/utlamnanden?lang=en',
    '/\\evil.example',
    'http://evil.example/',
    '/.//evil.example',
  ])('leads to this host alone on the page of %j', async (path) => {
    const { html, location } = await called(path, { cookie });
    const links = [...html.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, address]) => address ?? '');
    expect([...links, location].filter(leadsAway)).toEqual([]);
  });

  it('keeps no foreign place for after the login', async () => {
    const html = await (await get('/?next=%2F%2Fevil.example', {})).text();
    expect(html).toContain('href="/in?issuer=https%3A%2F%2Fidp.example%2Fgranskning"');
    const chosen = await (await get('/uppdrag?next=%2F%2Fevil.example', { cookie: await served.session() })).text();
    expect(chosen).toContain('name="next" value=""');
  });
});

describe("another site's page", () => {
  const EMBEDDED = [
    ['a picture', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
    ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
    ['a call', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ] as const;
  const LED = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const calls = ['cross-site', 'same-site'].flatMap((site) =>
    EMBEDDED.map(([what, headers]) => [what, site, { 'sec-fetch-site': site, ...headers }] as const),
  );
  /** As a browser says it; `fetch` here would say how it calls by itself. */
  const ask = (path: string, said: Readonly<Record<string, string>>, form?: Readonly<Record<string, string>>) =>
    called(path, { cookie, ...said }, form);

  it.each(calls)('reads nothing by %s (%s)', async (_what, _site, headers) => {
    for (const path of [...WITHIN, `/utlamnanden/${MESSAGE}/bevis`]) {
      const { status, html } = await ask(path, headers);
      expect([path, status]).toEqual([path, 400]);
      expect(html).toContain(WORDS.sv.refusedElsewhere);
    }
    expect(served.queries.asked).toEqual([]);
  });

  it.each(['/uppdrag', '/uppdrag/lamna', '/ut', '/export'])('sends no form to %s, whatever it knows', async (path) => {
    const form = { csrf: csrf(), assignment: ASSIGNMENT, format: 'csv' };
    expect((await ask(path, { 'sec-fetch-site': 'cross-site', ...LED }, form)).status).toBe(400);
    expect(served.queries.asked).toEqual([]);
    expect((await get('/uppdrag')).status).toBe(200);
  });

  it.each(WITHIN)('leads to a page that asks before %s is read', async (path) => {
    for (const sent of [cookie, await served.session()]) {
      const { status, html } = await ask(path, { cookie: sent, 'sec-fetch-site': 'cross-site', ...LED });
      expect(status).toBe(200);
      expect(html).toContain(WORDS.sv.arrivalLead);
      expect(html).toContain(`<a class="button button--primary" href="${path.replaceAll('&', '&amp;')}">`);
    }
    expect(served.queries.asked).toEqual([]);
    const followed = await ask(path, { 'sec-fetch-site': 'same-origin', ...LED });
    expect(followed.html).not.toContain(WORDS.sv.arrivalLead);
  });

  it('has read what is loaded beforehand as little as anybody', async () => {
    const ahead = { 'sec-fetch-site': 'none', 'sec-purpose': 'prefetch;prerender', ...LED };
    expect((await ask('/utlamnanden', ahead)).status).toBe(400);
    expect(served.queries.asked).toEqual([]);
  });

  it('is not what an address that was typed or kept comes from', async () => {
    const { html } = await ask('/utlamnanden', { 'sec-fetch-site': 'none', ...LED });
    expect(html).toContain(WORDS.sv.searchTitle);
    expect(served.queries.asked).toHaveLength(2);
  });
});

describe('an auditor who goes round in circles', () => {
  it('is stopped, told when to go on, and stands in nobody’s way', async () => {
    let now = NOW;
    const narrow = await servedConsole(() => now, { perMinute: 2 });
    const with2 = async (auditor: string) => `${await narrow.session(auditor)}; delge-console-uppdrag=${ASSIGNMENT}`;
    const [own, other] = [await with2(AUDITOR), await with2('b'.repeat(43))];
    narrow.queries.assignments = [assignment, { ...assignment, auditor: 'b'.repeat(43) }];
    const ask = (sent: string, headers: Readonly<Record<string, string>> = { accept: 'text/html' }) =>
      fetch(`${narrow.base}/logg`, { redirect: 'manual', headers: { cookie: sent, ...headers } });
    expect([(await ask(own)).status, (await ask(own)).status]).toEqual([200, 200]);
    const asked = narrow.queries.asked.length;
    now += 20_000;
    const page = await ask(own);
    expect([page.status, page.headers.get('retry-after')]).toEqual([429, '40']);
    expect(await page.text()).toContain('Försök igen om 40 sekunder.');
    const problem = await ask(own, { accept: 'application/json' });
    expect(problem.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.headers.get('retry-after')).toBe('40');
    expect(narrow.queries.asked).toHaveLength(asked);
    expect((await ask(other)).status).toBe(200);
    now += 40_000;
    expect((await ask(own)).status).toBe(200);
    await narrow.close();
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

  it('says that a period is the wrong way round, wherever it is asked', async () => {
    for (const path of ['/utlamnanden', '/statistik', '/nekade', '/lagen/idag']) {
      const page = await get(`${path}?from=2026-03-02&until=2026-03-01`);
      expect([path, page.status]).toEqual([path, 400]);
      expect(await page.text()).toContain(WORDS.sv.refusedPeriod);
    }
    expect(served.queries.asked).toEqual([]);
  });

  it('offers the values of what is chosen from a list', async () => {
    const html = await (await get('/utlamnanden')).text();
    for (const [name, value, words] of [
      ['record', 'recorded', 'dokumenterat i efterhand'],
      ['kind', 'legal-question', 'en rättsfråga är öppen'],
      ['reason', 'SECRECY_NOT_REACHED', 'Grunden bryter inte sekretessen för en uppgift.'],
    ])
      expect(html).toMatch(new RegExp(`<select id="f-${name}"[^]*?<option value="${value}">${words}</option>`));
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

it('says when more followed than is shown', async () => {
  expect(await (await get('/nekade')).text()).toContain(WORDS.sv.followedCut);
  served.queries.nothing = true;
  expect(await (await get('/nekade')).text()).not.toContain(WORDS.sv.followedCut);
});

it('a basis says what it demands in words, and asks its own question', async () => {
  const html = await (await get('/lagen/FOL-32c')).text();
  expect(html).toContain('Kan det antas att en uppgift i folkbokföringen är oriktig eller ofullständig?');
  expect(html).toContain('statliga myndigheter utom Skatteverket');
  expect(html).not.toMatch(/&quot;test&quot;|ANLEDNING/);
});

describe('a disclosure', () => {
  it('that was recorded afterwards says how it was made and how the recipient was identified', async () => {
    const { channel, identityCheck } = WORDS.sv;
    expect(await (await get(`/utlamnanden/${MESSAGE}`)).text()).not.toContain(channel);
    served.queries.changed = { record: 'recorded', channel: 'telephone', identityCheck: 'call-back' };
    const html = await (await get(`/utlamnanden/${MESSAGE}`)).text();
    expect(html).toContain(`<dt>${channel}</dt><dd>per telefon</dd>`);
    expect(html).toContain(`<dt>${identityCheck}</dt><dd>uppringd på ett känt nummer</dd>`);
  });

  it('waits for a receipt only where one is expected', async () => {
    expect(await (await get(`/utlamnanden/${MESSAGE}`)).text()).toContain(`<dd>${WORDS.sv.receiptMissing}</dd>`);
    served.queries.changed = { outcome: 'deny', receiptDueAt: undefined };
    const html = await (await get(`/utlamnanden/${MESSAGE}`)).text();
    expect(html).toContain(`<dd>${WORDS.sv.receiptNone}</dd>`);
    // Nor is it headed as what was disclosed.
    expect(html).toContain('<h1>Stoppad utlämning från ');
    expect(html).not.toContain(`<dd>${WORDS.sv.receiptMissing}</dd>`);
  });

  it('has what stopped it apart from what was noted', async () => {
    const codes = ['NO_BASIS - - -', 'TEXT_CONFIRMATION_PASSED LUF-2008-206-3 - -'];
    const verdict = {
      outcome: 'deny',
      secrecy: 'deny',
      processing: 'permit',
      regime: 'gdpr',
      bases: [],
      codes,
    } as const;
    served.queries.changed = { outcome: 'deny', verdict };
    const html = await (await get(`/utlamnanden/${MESSAGE}`)).text();
    const [, stopped = '', noted = ''] =
      /<summary>Hinder och brister<\/summary>([^]*?)<\/details>[^]*?<summary>Noterat[^<]*<\/summary>([^]*?)<\/details>/.exec(
        html,
      ) ?? [];
    expect([stopped.includes(codes[0]!), stopped.includes('TEXT_')]).toEqual([true, false]);
    expect([noted.includes(codes[1]!), noted.includes('NO_BASIS')]).toEqual([true, false]);
  });
});

describe('logging out and in', () => {
  it('is a page that says what it is', async () => {
    const heading = (html: string) => /<h1>([^<]*)<\/h1>/.exec(html)?.[1];
    const out = await (await get('/ut', {})).text();
    expect(heading(out)).toBe(WORDS.sv.loggedOut);
    expect(out).toContain(WORDS.sv.loggedOutLead);
    const within = await (await get('/ut')).text();
    expect(heading(within)).toBe(WORDS.sv.logout);
    expect(within).not.toContain(WORDS.sv.loggedOut);
  });

  it('is cancelled, not failed, where whoever was to log in did not', async () => {
    served.queries.failure = new LoginError('LOGIN_REFUSED', 'access_denied');
    const html = await (await get('/utlamnanden')).text();
    expect(html).toContain(`<h1>${WORDS.sv.loginCancelled}</h1>`);
    expect(html).not.toContain(WORDS.sv.problemTitle);
    served.queries.failure = new LoginError('LOGIN_REFUSED', 'server_error');
    expect(await (await get('/utlamnanden')).text()).toContain(WORDS.sv.refusedLogin);
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

  it('is asked of nobody where an id is no UUID of a version', async () => {
    const nil = '00000000-0000-0000-0000-000000000000';
    for (const path of [`/utlamnanden/${nil}`, `/utlamnanden/${nil}/bevis`, `/arenden/${nil}`])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    expect(served.queries.asked).toEqual([]);
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
    '/sokningar',
    '/sokningar/bort',
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
    expect([...served.queries.asked, ...served.reviews.asked, ...served.exports.begun, ...served.own.done]).toEqual([]);
  });

  it('chooses an assignment and goes on to where one was going', async () => {
    const form = { csrf: csrf(), assignment: ASSIGNMENT, next: '/statistik?from=2026-01-01' };
    const answer = await post('/uppdrag', form);
    expect(answer.headers.get('location')).toBe('/statistik?from=2026-01-01');
    expect(answer.headers.getSetCookie()).toEqual([
      `delge-console-uppdrag=${ASSIGNMENT}; Path=/; HttpOnly; SameSite=Strict`,
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

  it.each([
    [`/utlamnanden/${MESSAGE}`, `name="message" value="${MESSAGE}"`],
    [`/arenden/${CASE}`, `name="case" value="${CASE}"`],
    [`/stickprov/${SAMPLE}/1`, `name="sample" value="${SAMPLE}"`],
  ])('are about what %s is about', async (path, field) => {
    expect(await (await get(path)).text()).toContain(field);
  });

  it('are about something', async () => {
    expect((await post('/iakttagelser', { csrf: csrf(), title: 'a' })).status).toBe(404);
  });

  it('say that nobody has answered, and have no answer to accept', async () => {
    served.reviews.isUnanswered = true;
    const html = await (await get(`/iakttagelser/${FINDING}`)).text();
    expect(html).toContain(WORDS.sv.findingCloseUnanswered);
    expect(html).not.toContain('<option value="accepted">');
    served.reviews.isUnanswered = false;
    const answered = await (await get(`/iakttagelser/${FINDING}`)).text();
    expect(answered).not.toContain(WORDS.sv.findingCloseUnanswered);
    expect(answered).toContain('<option value="accepted">');
  });

  it('are not changed when they are closed', async () => {
    served.reviews.state = 'signed';
    const html = await (await get(`/iakttagelser/${FINDING}`)).text();
    expect(html).not.toContain('/avslut');
    expect(html).toContain('svaret godtogs');
  });
});

describe('what a browser is told', () => {
  it.each(['/', '/uppdrag', '/utlamnanden', '/nothing'])('keeps %s to itself', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`object-src 'none'`);
    expect(policy).toContain(`base-uri 'none'`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'permissions-policy': expect.stringContaining('camera=()') as unknown,
      'cache-control': 'no-store',
    });
  });

  it('over TLS, to send its cookies over nothing else', async () => {
    const secure = await servedConsole(() => NOW, { secure: true });
    const sent = await secure.session();
    expect(sent).toMatch(/^__Host-delge-console=/);
    const secret = sent.split('=')[1] ?? '';
    const answer = await fetch(`${secure.base}/uppdrag`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: sent, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrf: csrfToken(secret), assignment: ASSIGNMENT }).toString(),
    });
    expect(answer.headers.getSetCookie()).toEqual([
      `__Host-delge-console-uppdrag=${ASSIGNMENT}; Path=/; HttpOnly; SameSite=Strict; Secure`,
    ]);
    const plain = sent.replace('__Host-', '');
    const stranger = await fetch(`${secure.base}/uppdrag`, { redirect: 'manual', headers: { cookie: plain } });
    expect(stranger.status).toBe(303);
    await secure.close();
  });
});

describe('a refusal', () => {
  const MARK = 'qqmarkqq';
  it.each([
    `/${MARK}`,
    `/utlamnanden/${MARK}`,
    `/arenden/${MARK}`,
    `/lagen/${MARK}`,
    `/allt?id=%3C${MARK}`,
    `/utlamnanden?from=${MARK}`,
    `/utlamnanden?sender=${MARK}`,
    `/lagen?den=${MARK}`,
    `/utlamnanden/${MESSAGE}/bevis?since=${MARK}`,
    `/in?issuer=${MARK}`,
    `/in/svar?state=${MARK}&code=${MARK}`,
  ])('of %s says nothing back of what was asked', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const html = await answer.text();
    // The link to the other language alone leads to where one was, and shows nothing of it.
    expect(html.replace(/<a href="[^"]*" lang="en" hreflang="en">/, '')).not.toContain(MARK);
    expect(JSON.stringify(await (await get(path, { cookie, accept: 'application/json' })).json())).not.toContain(MARK);
  });
});

describe('a session', () => {
  it('ends without a call for half an hour', async () => {
    let now = NOW;
    const timed = await servedConsole(() => now);
    const ask = async (sent: string) =>
      (await fetch(`${timed.base}/uppdrag`, { redirect: 'manual', headers: { cookie: sent } })).status;
    const idle = await timed.session();
    now += 30 * 60_000 - 1;
    expect(await ask(idle)).toBe(200);
    const left = await timed.session();
    now += 30 * 60_000;
    expect(await ask(left)).toBe(303);
    await timed.close();
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

it('says of a disclosure, for whoever verifies it, all that it shows of the log', async () => {
  const html = await (await get(`/utlamnanden/${MESSAGE}`)).text();
  const [, text = ''] = /<script type="application\/json" id="shown">([^<]*)<\/script>/.exec(html) ?? [];
  expect(text).toMatch(/^[ -~]+$/);
  const page = parseShownPage(JSON.parse(text));
  expect(page).toMatchObject({ messageId: MESSAGE, fields: assignment.fields, size: '21' });
  expect(page?.records.map(({ index }) => index)).toEqual(['17', '15']);
  expect(page?.records[0]).toMatchObject({ facts: { crime: HOSTILE }, items: [{ id: HOSTILE }] });
  expect(page?.timeline.map(({ kind }) => kind)).toEqual(['decision', 'rejected']);
});

describe('evidence', () => {
  it('is a file of its own, kept by nobody between', async () => {
    const answer = await get(`/utlamnanden/${MESSAGE}/bevis`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-disposition')).toContain(`${MESSAGE}.delge-evidence.json`);
    expect(await answer.json()).toMatchObject({ format: 'delge-evidence/1', messageId: MESSAGE });
  });

  it('is linked to the size that its reader has seen, and to nothing that is none', async () => {
    expect((await get(`/utlamnanden/${MESSAGE}/bevis?since=17`)).status).toBe(200);
    expect(served.evidence.since).toEqual([17n]);
    for (const since of ['-1', '01', 'x', '', '1'.repeat(19)])
      expect((await get(`/utlamnanden/${MESSAGE}/bevis?since=${since}`)).status).toBe(400);
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
