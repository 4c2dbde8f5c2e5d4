import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

export const LANGUAGES = ['sv', 'en'] as const;
export const THEMES = ['light', 'dark'] as const;
export const LANGUAGES_AND_THEMES = LANGUAGES.flatMap((language) => THEMES.map((theme) => [language, theme] as const));
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** As wide as WCAG 1.4.10 has it: 1280 pixels at 400 %. */
export const NARROW = { width: 320, height: 256 };

/** The browser that `npm run test:browser` has found. */
export const launch = (): Promise<Browser> => {
  const executablePath = process.env['CHROMIUM_PATH'];
  if (executablePath === undefined) throw new Error('run these by npm run test:browser');
  return chromium.launch({ executablePath });
};

export interface Opened {
  readonly page: Page;
  /** Addresses that the page has asked for. */
  readonly asked: readonly string[];
  /** What the browser complained of: errors, and what the content policy stopped. */
  readonly complaints: readonly string[];
}

/** A page in a context of its own, which shares no cookies and no storage with another. */
export async function opened(
  browser: Browser,
  url: string,
  { language = 'sv', ...options }: BrowserContextOptions & { readonly language?: string } = {},
): Promise<Opened> {
  const locale = language === 'sv' ? 'sv-SE' : 'en-GB';
  const context = await browser.newContext({ locale, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const [asked, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(url);
  return { page, asked, complaints };
}

/** @returns `rule: selector`, one for each place that fails WCAG 2.2 AA or best practice */
export async function violations(page: Page): Promise<readonly string[]> {
  // By the debugger: the content policy of the page keeps every other script out.
  const session = await page.context().newCDPSession(page);
  const run = `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(TAGS)} } }).then((found) =>
    found.violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`;
  await session.send('Runtime.evaluate', { expression: axe.source });
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: run,
    awaitPromise: true,
    returnByValue: true,
  });
  await session.detach();
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value as readonly string[];
}

/** How many pixels of the page lie to the right of its window. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Presses Tab until what has the focus is it. @throws when it is never reached */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((one) => document.activeElement?.matches(one) === true, selector)) return;
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

/** For README and documents; nothing is compared with them. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['DELGE_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), clip: { x: 0, y: 0, width: 1280, height: 720 } });
}
