import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { OPEN, PAGES, SIGNED, WITHIN } from '../support/console-page-list.js';
import { ASSIGNMENT, MESSAGE, servedConsole } from '../support/console-pages.js';
import type { ServedConsole } from '../support/console-pages.js';
import { FINDING, ITEM_FINDING } from '../support/console-reviews.js';
import { LANGUAGES_AND_THEMES, NARROW, launch, overhang, violations } from './support.js';

jest.setTimeout(120_000);

/** Every page, and the states of pages that look otherwise: with filters, and refused. */
const STATES = [
  ...PAGES,
  '/utlamnanden?from=2026-01-01&sender=linkoping%2Fsocialnamnden&recipient=fk%2Ffk&overdue=true&cursor=next',
  '/utlamnanden?from=yesterday',
  '/nothing',
];
const NOW = Date.parse('2026-03-03T08:00:00Z');
let browser: Browser;
let served: ServedConsole;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), servedConsole(() => NOW)]);
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});
beforeEach(() => {
  served.queries.nothing = false;
  served.reviews.nothing = false;
  served.reviews.state = 'drawn';
});

/** A browser that is logged in, in an assignment. */
const visitor = async ({
  session,
  ...options
}: BrowserContextOptions & { readonly session?: string } = {}): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const [name = '', value = ''] = (session ?? (await served.session())).split('=');
  const url = served.base;
  await context.addCookies([
    { name, value, url },
    { name: 'delge-console-uppdrag', value: ASSIGNMENT, url },
  ]);
  return context;
};
/** Goes through pages. @returns what was found on each that has something to find */
const through = async <T>(
  context: BrowserContext,
  paths: readonly string[],
  find: (page: Page, path: string) => Promise<readonly T[]>,
): Promise<Readonly<Record<string, readonly T[]>>> => {
  const page = await context.newPage();
  const found: Record<string, readonly T[]> = {};
  for (const path of paths) {
    await page.goto(`${served.base}${path}`);
    const here = await find(page, path);
    if (here.length > 0) found[path] = here;
  }
  await context.close();
  return found;
};
const speaking = (path: string, language: string): string => `${path}${path.includes('?') ? '&' : '?'}lang=${language}`;

describe('every page', () => {
  it.each(LANGUAGES_AND_THEMES)(
    'fails no rule of WCAG 2.2 AA or best practice (%s, %s)',
    async (language, colorScheme) => {
      const paths = STATES.map((path) => speaking(path, language));
      const context = await visitor({ colorScheme });
      expect(await through(context, paths, violations)).toEqual({});
    },
  );

  it('fails no rule with nothing to show', async () => {
    served.queries.nothing = true;
    served.reviews.nothing = true;
    const paths = [
      '/utlamnanden',
      '/nekade',
      '/kvittenser',
      '/floden',
      '/statistik',
      '/stickprov',
      '/iakttagelser',
      '/logg',
    ];
    expect(await through(await visitor({ colorScheme: 'dark' }), paths, violations)).toEqual({});
  });

  it.each(LANGUAGES_AND_THEMES)(
    'fails no rule with a sample that is signed, nor one that waits (%s, %s)',
    async (language, colorScheme) => {
      for (const state of ['signed', 'waiting', 'witnessed'] as const) {
        served.reviews.state = state;
        const paths = (state === 'signed' ? SIGNED : SIGNED.slice(0, 1)).map((path) => speaking(path, language));
        expect([state, await through(await visitor({ colorScheme }), paths, violations)]).toEqual([state, {}]);
      }
    },
  );

  it.each(['light', 'dark'] as const)('is %s where the reader wants it so', async (colorScheme) => {
    const context = await visitor({ colorScheme });
    const lightness = await through(context, ['/utlamnanden'], async (page) => [
      await page.evaluate(() => {
        const [red = 0, green = 0, blue = 0] = (
          getComputedStyle(document.body).backgroundColor.match(/\d+/g) ?? []
        ).map(Number);
        return red + green + blue > 382 ? 'light' : 'dark';
      }),
    ]);
    expect(lightness).toEqual({ '/utlamnanden': [colorScheme] });
  });

  it('has no overhang at 320 pixels, which is 1280 at 400 %, nor with more space between letters, words and lines', async () => {
    const spaced = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`;
    const context = await visitor({ viewport: NARROW, bypassCSP: true });
    const paths = STATES.flatMap((path) => [speaking(path, 'sv'), speaking(path, 'en')]);
    const over = await through(context, paths, async (page) => {
      if (page.url().includes('/utlamnanden/')) await page.locator('[data-verifier] input').first().waitFor();
      const plain = await overhang(page);
      await page.addStyleTag({ content: spaced });
      const wide = await overhang(page);
      return plain > 0 || wide > 0 ? [plain, wide] : [];
    });
    expect(over).toEqual({});
  });

  it('has a title and a heading of its own', async () => {
    const titles = new Map<string, string>();
    await through(await visitor(), PAGES, async (page, path) => {
      const heading = (await page.locator('h1').textContent()) ?? '';
      expect(await page.title()).toBe(`${heading} – Delge granskning`);
      // The same page of other values may have the same title.
      titles.set((path.split('?')[0] ?? path).replace(ITEM_FINDING, FINDING), heading);
      return [];
    });
    expect(new Set(titles.values()).size).toBe(titles.size);
  });

  it('is reached by the keyboard alone, in the order in which it stands, and shows where one is', async () => {
    const context = await visitor();
    const problems = await through(context, STATES, async (page) => {
      const able = await page.evaluate(() =>
        [
          ...document.querySelectorAll<HTMLElement>(
            'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]',
          ),
        ]
          .filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && !one.hasAttribute('disabled'))
          // Of a group of choices the keyboard stops at one.
          .filter(
            (one) => !(one.matches('[type=radio]') && one.closest('fieldset')?.querySelector('[type=radio]') !== one),
          )
          .map((one, at) => {
            one.dataset['stop'] = String(at);
            return one.outerHTML.slice(0, 80);
          }),
      );
      const stops: number[] = [];
      const unseen: string[] = [];
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      // A date has a stop for each of its parts, and a button of the browser's own.
      for (let presses = 0; presses < able.length * 4 && stops.at(-1) !== able.length - 1; presses += 1) {
        await page.keyboard.press('Tab');
        const { stop, seen } = await page.evaluate(() => {
          const one = document.activeElement as HTMLElement;
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
          const seen = (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
          return { stop: Number(one.dataset['stop'] ?? -1), seen };
        });
        if (stops.at(-1) !== stop) stops.push(stop);
        if (!seen) unseen.push(able[stop] ?? 'nothing');
      }
      const missed = able.filter((_one, at) => !stops.includes(at)).map((one) => `not reached: ${one}`);
      const order = stops.join() === stops.toSorted((a, b) => a - b).join() ? [] : [`order: ${stops.join()}`];
      return [...missed, ...order, ...unseen.map((one) => `focus not seen: ${one}`)];
    });
    expect(problems).toEqual({});
  });

  it('leads past the menu to what it says', async () => {
    const page = await (await visitor()).newPage();
    await page.goto(`${served.base}/logg`);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    await page.context().close();
  });

  it('says without JavaScript what it says with it, but for what it verifies', async () => {
    const session = await served.session();
    const words = async (javaScriptEnabled: boolean): Promise<Map<string, string>> => {
      const said = new Map<string, string>();
      await through(await visitor({ javaScriptEnabled, session }), PAGES, async (page, path) => {
        // What is beside the date, and does what the date does.
        await page.evaluate(() => document.querySelector('input[type=range]')?.parentElement?.remove());
        const html = await page.content();
        const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
        said.set(path, main.replaceAll(/<\/?noscript>| hidden=""/g, ''));
        return [];
      });
      return said;
    };
    const [without, within] = [await words(false), await words(true)];
    const verified = [`/utlamnanden/${MESSAGE}`];
    for (const path of PAGES.filter((one) => !verified.includes(one)))
      expect([path, without.get(path)]).toEqual([path, within.get(path)]);
    expect(without.get(verified[0] ?? '')).toContain('delge verify');
  });

  it('keeps its lines and its focus in the colours that the reader forces', async () => {
    const context = await visitor({ forcedColors: 'active' });
    const lost = await through(context, STATES, async (page) => {
      await page.keyboard.press('Tab');
      return page.evaluate(() => {
        const style = getComputedStyle(document.activeElement as Element);
        const current = document.querySelector('.menu a[aria-current]');
        const lost: string[] = [];
        if (style.outlineStyle === 'none') lost.push('focus');
        if (current !== null && !getComputedStyle(current).textDecorationLine.includes('underline'))
          lost.push('current');
        for (const button of document.querySelectorAll('.button'))
          if (getComputedStyle(button).borderTopStyle === 'none') lost.push('button');
        const box = document.querySelector('.badge-box');
        if (box !== null && getComputedStyle(box).borderTopStyle === 'none') lost.push('badge');
        return lost;
      });
    });
    expect(lost).toEqual({});
  });

  it('does not move for whoever wants less motion', async () => {
    const context = await visitor({ reducedMotion: 'reduce' });
    const moving = await through(context, STATES, (page) =>
      page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .filter((one) => {
            const { transitionDuration, animationName, animationDuration } = getComputedStyle(one);
            const lasts = (text: string): boolean => text.split(',').some((each) => Number.parseFloat(each) > 0);
            return lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration));
          })
          .map(({ tagName, className }) => `${tagName} ${String(className)}`),
      ),
    );
    expect(moving).toEqual({});
  });

  it('stands whole on paper, what is closed and what moves sideways too, and has nothing to press', async () => {
    const context = await visitor({ viewport: { width: 700, height: 990 } });
    const wrong = await through(context, WITHIN, async (page) => {
      await page.emulateMedia({ media: 'print' });
      return page.evaluate(() => {
        const seen = (one: Element): boolean => one.checkVisibility({ contentVisibilityAuto: true });
        const pressed = [...document.querySelectorAll('main button, nav, input, select')].filter(seen);
        const closed = [...document.querySelectorAll('main details:not(:has(form)) :is(dl, ul, p)')].filter(
          (one) => one.closest('form') === null && one.getBoundingClientRect().height === 0,
        );
        const cut = [...document.querySelectorAll('.scroll')].filter(
          (one) => getComputedStyle(one).overflowX !== 'visible',
        );
        return [...pressed, ...closed, ...cut].map(({ outerHTML }) => outerHTML.slice(0, 80));
      });
    });
    expect(wrong).toEqual({});
  });

  it('complains of nothing, and asks nobody but its own server', async () => {
    const context = await visitor();
    const complaints: string[] = [];
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    context.on('request', (request) => {
      if (!request.url().startsWith(served.base)) complaints.push(request.url());
    });
    await through(context, [...OPEN, ...WITHIN], () => Promise.resolve([]));
    expect(complaints).toEqual([]);
  });
});
