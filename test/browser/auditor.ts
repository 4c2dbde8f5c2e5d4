import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { opened, tabTo } from './support.js';

/** How an auditor goes about a page. */
export interface Hands {
  press(page: Page, selector: string): Promise<void>;
  write(page: Page, selector: string, text: string): Promise<void>;
  /** In a list of values, by what stands there. */
  choose(page: Page, selector: string, label: string): Promise<void>;
}

export const MOUSE: Hands = {
  press: (page, selector) => page.click(selector),
  write: (page, selector, text) => page.fill(selector, text),
  choose: async (page, selector, label) => void (await page.selectOption(selector, { label })),
};
/** Nothing but Tab, Enter, the space bar and letters. */
export const KEYBOARD: Hands = {
  press: async (page, selector) => {
    await tabTo(page, selector);
    await page.keyboard.press('Enter');
  },
  write: async (page, selector, text) => {
    await tabTo(page, selector);
    await page.keyboard.type(text);
  },
  choose: async (page, selector, label) => {
    await tabTo(page, selector);
    // A space would choose and not go on.
    await page.keyboard.type(label.split(' ')[0] ?? label);
  },
};

export interface Way extends BrowserContextOptions {
  readonly language?: 'sv' | 'en';
  readonly hands?: Hands;
}

/** Logs in at the sandbox's identity provider. @returns the page on which assignments are chosen */
export async function logIn(
  browser: Browser,
  base: string,
  person: string,
  { hands = MOUSE, language = 'sv', ...options }: Way = {},
): Promise<Page> {
  const { page } = await opened(browser, `${base}/?lang=${language}`, { language, ...options });
  await hands.press(page, 'main a[href^="/in?"]');
  await page.locator(`button[value=${person}]`).waitFor();
  await hands.press(page, `button[value=${person}]`);
  await page.waitForURL(`${base}/uppdrag`);
  return page;
}

/** Chooses an assignment, on the page where they are chosen. @returns when the search is there */
export async function chooseAssignment(page: Page, assignment: string, hands: Hands = MOUSE): Promise<void> {
  await hands.press(page, `form:has(input[value="${assignment}"]) button`);
  await page.waitForURL('**/utlamnanden');
}
