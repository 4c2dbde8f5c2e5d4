import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { send } from '../../tools/demo/send.js';
import { followed, granted } from '../support/granted.js';
import { TestStack, example } from '../support/stack.js';
import { KEYBOARD, MOUSE, chooseAssignment, logIn } from './auditor.js';
import type { Way } from './auditor.js';
import { NARROW, launch, overhang, screenshot, violations } from './support.js';

jest.setTimeout(240_000);

/** Enough to be counted: below five numbers are not shown. */
const SENT = 6;
/** Who sends what is permitted, and who sends what is not. */
const SENDERS = ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'];
const WAYS: readonly (readonly [string, Way])[] = [
  ['in Swedish, in light colours', { language: 'sv', colorScheme: 'light' }],
  ['in English, in dark colours', { language: 'en', colorScheme: 'dark' }],
  ['by the keyboard alone', { language: 'sv', hands: KEYBOARD }],
  ['without JavaScript', { language: 'sv', javaScriptEnabled: false }],
  ['at 1280 pixels and 400 %', { language: 'sv', viewport: NARROW }],
];
const SAID = {
  sv: {
    found: `${SENT} utlämnanden`,
    verified: 'Kontrollerad här',
    claimed: 'Påstådd av servern',
    outcome: 'inget formellt hinder',
    receipt: 'teknisk kvittens',
    out: 'Du är utloggad',
  },
  en: {
    found: `${SENT} disclosures`,
    verified: 'Verified here',
    claimed: 'Claimed by the server',
    outcome: 'no formal obstacle',
    receipt: 'technical receipt',
    out: 'You are logged out',
  },
} as const;

let browser: Browser;
let delge: TestStack;
let base: string;
let assignment: string;
let messages: readonly string[];
let refused: string;
let caseId: string;
let recipient: string;

beforeAll(async () => {
  [browser, delge] = await Promise.all([launch(), TestStack.shared()]);
  base = delge.stack.url('console');
  const rows = await Promise.all(Array.from({ length: SENT }, () => send(delge.sandbox, example('01-linkoping'))));
  messages = rows.flat().map(({ message }) => message?.messageId ?? '');
  const [sent] = rows.flat();
  if (sent === undefined) throw new Error('nothing was sent');
  ({ recipient } = sent);
  ({ caseId } = sent.example.referral);
  await send(delge.sandbox, example('03-linkoping'));
  const { visit, ...grant } = await granted(delge, 'test-rut', SENDERS, 'REV 2026:17');
  ({ assignment } = grant);
  for (const message of messages) await followed(visit, `/utlamnanden?message=${message}`, `/utlamnanden/${message}`);
  const page = await followed(visit, '/nekade?by=gateway', '/utlamnanden/');
  refused = /href="\/utlamnanden\/([0-9a-f-]{36})/.exec(page)?.[1] ?? '';
});
afterAll(() => browser?.close());

describe.each(WAYS)('an auditor %s', (name, way) => {
  const { language = 'sv', hands = MOUSE, javaScriptEnabled = true, viewport } = way;
  const said = SAID[language];
  let page: Page;
  /** What must hold on each page on the way. */
  const sound = async (): Promise<void> => {
    if (viewport !== undefined && viewport !== null)
      expect([page.url(), await overhang(page)]).toEqual([page.url(), 0]);
    if (way.colorScheme !== undefined) expect([page.url(), await violations(page)]).toEqual([page.url(), []]);
  };
  const text = (selector = 'main'): Promise<string> => page.locator(selector).innerText();
  const menu = async (path: string): Promise<void> => {
    await hands.press(page, `nav a[href="${path}"]`);
    await page.waitForURL(`**${path}`);
    await sound();
  };

  it('logs in and sees nothing before an assignment is chosen', async () => {
    page = await logIn(browser, base, 'test-rut', way);
    await sound();
    await page.goto(`${base}/utlamnanden`);
    expect(new URL(page.url()).pathname).toBe('/uppdrag');
    await chooseAssignment(page, assignment, hands);
    expect(await text('.assignment')).toContain('REV 2026:17');
    await sound();
  });

  it('searches by filters that stand in the address, and takes one away', async () => {
    await hands.choose(page, '#f-outcome', said.outcome);
    await hands.choose(
      page,
      '#f-recipient',
      await page.locator(`#f-recipient option[value="${recipient}"]`).innerText(),
    );
    await hands.press(page, '.asked button');
    await page.waitForURL((url) => url.searchParams.get('recipient') === recipient);
    expect(await text()).toContain(said.found);
    await sound();
    const before = page.url();
    expect(await page.locator('.chips a').count()).toBe(2);
    await hands.press(page, '.chips li:first-child a');
    await page.waitForURL((url) => url.href !== before);
    expect(await page.locator('.chips a').count()).toBe(1);
    await page.goBack();
  });

  it('gets a file of what the list has, in its order', async () => {
    const listed = await page
      .locator('tbody a')
      .evaluateAll((all) => all.map((one) => /[0-9a-f-]{36}/.exec(one.getAttribute('href') ?? '')?.[0]));
    expect(new Set(listed)).toEqual(new Set(messages));
    await hands.press(page, 'form[action="/export"] button');
    await page.waitForURL('**/export/*');
    const file = 'main a[href$="/fil"]';
    while ((await page.locator(file).count()) === 0) await page.reload();
    await sound();
    const [download] = await Promise.all([page.waitForEvent('download'), hands.press(page, file)]);
    const [head = '', ...lines] = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    const at = head.split(';').indexOf('messageId');
    expect(lines.map((line) => line.split(';')[at])).toEqual(listed);
    const [cover] = await Promise.all([
      page.waitForEvent('download'),
      hands.press(page, 'main a[href$="/forsattsblad"]'),
    ]);
    expect(cover.suggestedFilename()).toBe(`${download.suggestedFilename()}.delge-cover.json`);
    await hands.press(page, '.back a');
    await page.waitForURL('**/utlamnanden?*');
  });

  it('opens one of them, verifies it where it can, and comes back to the search', async () => {
    await hands.press(page, 'tbody tr:first-child a');
    await page.waitForURL('**/utlamnanden/*');
    for (const part of [said.outcome, said.receipt]) expect(await text()).toContain(part);
    const badge = page.locator('[data-evidence]');
    if (javaScriptEnabled) await page.locator('[data-evidence][data-state=verified]').waitFor();
    expect(await badge.innerText()).toContain(javaScriptEnabled ? said.verified : said.claimed);
    await sound();
    if (way.colorScheme === 'light') await screenshot(page, 'console-disclosure');
    await hands.press(page, '.back a');
    await page.waitForURL(
      ({ pathname, searchParams }) =>
        pathname === '/utlamnanden' &&
        searchParams.get('recipient') === recipient &&
        searchParams.get('outcome') === 'permit',
    );
  });

  it('follows a case', async () => {
    await page.goto(`${base}/utlamnanden?case=${caseId}`);
    await hands.press(page, 'tbody tr:last-child a');
    await page.waitForURL('**/utlamnanden/*');
    await hands.press(page, `main a[href="/arenden/${caseId}"]`);
    await page.waitForURL(`**/arenden/${caseId}`);
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(1);
    expect(await text('h1')).toContain(caseId);
    await sound();
  });

  it('sees what was stopped at the sender, and opens it', async () => {
    await menu('/nekade');
    await hands.press(page, 'main nav a[href*="by=gateway"]');
    await page.waitForURL('**by=gateway');
    await sound();
    await hands.press(page, `td a[href="/utlamnanden/${refused}"]`);
    await page.waitForURL(`**/utlamnanden/${refused}`);
    await sound();
  });

  it('sees flows and statistics in numbers that can be shown', async () => {
    await menu('/kvittenser');
    await menu('/floden');
    // Of two flows the smaller is too small to be shown, and with it the other, which would give it away.
    expect(await text('table')).toMatch(new RegExp(`\\s${SENT + 1}$`));
    expect(await page.locator('svg.picture').count()).toBe(0);
    await page.goto(`${base}/floden?sender=${SENDERS[0] ?? ''}`);
    expect(await text('table')).toMatch(new RegExp(`\\s${SENT}$`));
    expect(await page.locator('svg.picture text').count()).toBeGreaterThan(1);
    await sound();
    await menu('/statistik');
    expect(await page.locator('table').count()).toBeGreaterThan(2);
  });

  it('reads the law, and the log with its checkpoint', async () => {
    await menu('/lagen');
    await hands.press(page, 'tbody tr:first-child a');
    await page.waitForURL('**/lagen/*');
    await sound();
    await hands.press(page, '.back a');
    await page.waitForURL('**/lagen');
    await menu('/logg');
    expect(await page.locator('table').count()).toBeGreaterThan(1);
  });

  it('logs out, and sees nothing any more', async () => {
    await hands.press(page, '.top__tools button');
    await page.locator('button[name=logout]').waitFor();
    await hands.press(page, 'button[name=logout]');
    await page.waitForURL(`${base}/ut**`);
    expect(await text('h1')).toBe(said.out);
    await sound();
    await page.goto(`${base}/utlamnanden/${messages[0] ?? ''}`);
    expect(new URL(page.url()).pathname).toBe('/');
    await page.context().close();
  });
});
