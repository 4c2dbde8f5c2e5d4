import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { send } from '../../tools/demo/send.js';
import { followed, granted } from '../support/granted.js';
import type { Granted } from '../support/granted.js';
import { TestStack, eventually, example } from '../support/stack.js';
import { chooseAssignment, logIn } from './auditor.js';
import { launch, violations } from './support.js';

jest.setTimeout(240_000);

const SENDER = 'orebro/socialnamnden';
const DIARY_NUMBER = 'REV 2026:18';
const SENT = 3;
const WITNESSED_MS = 60_000;

let browser: Browser;
let delge: TestStack;
let base: string;
let message: string;
let grants: readonly [Granted, Granted];
let rut: Page;
let rune: Page;

beforeAll(async () => {
  [browser, delge] = await Promise.all([launch(), TestStack.shared()]);
  base = delge.stack.url('console');
  const rows = await Promise.all(Array.from({ length: SENT }, () => send(delge.sandbox, example('12-orebro'))));
  const messages = rows.flat().map((row) => row.message?.messageId ?? '');
  message = messages[0] ?? '';
  grants = [
    await granted(delge, 'test-rut', [SENDER], DIARY_NUMBER),
    await granted(delge, 'test-rune', [SENDER], DIARY_NUMBER),
  ];
  for (const one of messages) await followed(grants[0].visit, `/utlamnanden?message=${one}`, `/utlamnanden/${one}`);
  rut = await logIn(browser, base, 'test-rut', { colorScheme: 'light' });
  await chooseAssignment(rut, grants[0].assignment);
  rune = await logIn(browser, base, 'test-rune', { language: 'en', colorScheme: 'dark' });
  await chooseAssignment(rune, grants[1].assignment);
});
afterAll(() => browser?.close());

/** Opens it, and holds it to the rules of WCAG. */
const open = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${base}${path}`);
  expect([path, await violations(page)]).toEqual([path, []]);
};
const state = (page: Page): Promise<string> => page.locator('main [role=status]').first().innerText();

describe('a sample', () => {
  let sample: string;
  let nonce: string;

  it('is fixed before it is drawn, by the digest of a nonce that the browser made', async () => {
    await rut.click('main a[href^="/stickprov"]');
    await rut.waitForURL('**/stickprov**');
    await rut.click('[data-nonce-make]');
    await rut.locator('#nonce-own').waitFor();
    nonce = await rut.inputValue('#nonce-own');
    expect(nonce).toMatch(/^[\w-]{43}$/);
    expect(await rut.inputValue('#nonce-digest')).not.toBe(nonce);
    await rut.fill('#size', '2');
    await rut.click('form[action="/stickprov"] .button--primary');
    await rut.waitForURL(/\/stickprov\/[0-9a-f-]{36}$/);
    sample = new URL(rut.url()).pathname;
    expect(await state(rut)).toContain('bestämt, inte draget');
    expect(await violations(rut)).toEqual([]);
  });

  it('is drawn once what fixed it is witnessed', async () => {
    await eventually('the sample can be drawn', WITNESSED_MS, async () => {
      await rut.reload();
      return (await rut.locator('#nonce').count()) === 1 ? true : undefined;
    });
    await rut.fill('#nonce', nonce);
    await rut.click(`form[action="${sample}/drag"] button`);
    await rut.locator(`a[href="${sample}/1"]`).waitFor();
    expect(await state(rut)).toContain('draget, granskas');
    expect(await violations(rut)).toEqual([]);
  });

  it('is reviewed sheet by sheet, what was remarked on by two pairs of eyes', async () => {
    for (const [item, outcome] of ['nothing', 'remark'].entries()) {
      await open(rut, `${sample}/${item}`);
      await rut.check(`#outcome-${outcome}`);
      await rut.fill('#comment', outcome === 'remark' ? 'Bedömningen är gjord efter utlämnandet.' : '');
      await rut.click('form.written .button--primary >> nth=0');
      await rut.locator('.sheets li').waitFor();
    }
    await open(rut, sample);
    expect(await rut.locator(`form[action="${sample}/underskrift"]`).count()).toBe(0);
    await open(rune, `${sample}/1`);
    await rune.click(`form[action="${sample}/1/intyg"] button`);
    await rune.locator('.sheets li').nth(1).waitFor();
  });

  it('is signed, and its report is a page to print', async () => {
    await open(rut, sample);
    await rut.click(`form[action="${sample}/underskrift"] button`);
    await rut.locator(`a[href="${sample}/rapport"]`).waitFor();
    expect(await state(rut)).toContain('underskrivet');
    await open(rut, `${sample}/rapport`);
    expect(await rut.locator('main').innerText()).toContain('Bedömningen är gjord efter utlämnandet.');
    await open(rune, `${sample}/rapport`);
  });
});

describe('a finding', () => {
  let finding: string;

  it('is opened on a disclosure and assigned to a colleague', async () => {
    await open(rut, `/utlamnanden/${message}`);
    await rut.click('details:has(form[action="/iakttagelser"]) summary');
    await rut.fill('#finding-title', 'Fel mottagare?');
    await rut.fill('#finding-text', 'Varför gick uppgiften hit?');
    await rut.click('form[action="/iakttagelser"] button');
    await rut.waitForURL(/\/iakttagelser\/[0-9a-f-]{36}$/);
    finding = new URL(rut.url()).pathname;
    await rut.selectOption('#to', grants[1].auditor);
    await rut.click(`form[action="${finding}/tilldelning"] button`);
    await rut.locator('.sheets li').nth(1).waitFor();
    expect(await violations(rut)).toEqual([]);
  });

  it('is answered by whom it was assigned to, and closed', async () => {
    await open(rune, '/iakttagelser');
    await rune.click(`a[href="${finding}"]`);
    await rune.fill('#answer', 'Mottagaren hade begärt den.');
    await rune.click(`form[action="${finding}/svar"] button`);
    await rune.locator('.sheets li').nth(2).waitFor();
    await open(rut, finding);
    await rut.selectOption('#result', 'unfounded');
    await rut.fill('#close-text', 'Svaret stämmer.');
    await rut.click(`form[action="${finding}/avslut"] button`);
    await rut.locator('.sheets li').nth(3).waitFor();
    expect(await rut.locator('main').innerText()).toContain('det fanns inget fel');
    expect(await rut.locator('main form').count()).toBe(0);
    await open(rut, '/iakttagelser');
  });
});
