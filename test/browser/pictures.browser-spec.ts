import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { readDirectory } from '../../tools/sandbox/directory.js';
import { readExamples } from '../../tools/demo/examples.js';
import { ASSIGNMENT, CASE, assignment, servedConsole } from '../support/console-pages.js';
import type { ServedConsole } from '../support/console-pages.js';
import { launch, screenshot } from './support.js';

jest.setTimeout(120_000);

/** README's pictures: pages as they are, of the sandbox's examples. `npm run screenshots` keeps them in docs/images. */
const PICTURES = [
  ['console-search', '/utlamnanden?from=2026-01-01&outcome=permit', 'light'],
  ['console-flows', '/floden', 'dark'],
  ['console-refusals', '/nekade?lang=en', 'light'],
] as const;
const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-03-03T08:00:00Z');

const examples = readExamples('examples/referrals').filter(({ expect: { outcome } }) => outcome === 'permit');
const uuid = (number: number): string => `0190d9f0-7a53-7cc0-8cde-${String(number).padStart(12, '0')}`;
const rows = examples.map(({ system, referral: { to, type, bases } }, at) => ({
  index: String(900 - at),
  record: 'decision' as const,
  messageId: uuid(at),
  attempt: 1,
  number: 40 - at,
  at: new Date(NOW - at * HOUR_MS).toISOString(),
  sender: system,
  recipient: to[0]?.authority ?? '',
  outcome: 'permit',
  messageType: type,
  grounds: bases.map(({ id }) => id),
  caseId: CASE,
}));
const authorities = readDirectory('examples/sandbox-directory.yaml').authorities.map(({ id, nameSv, nameEn }) => ({
  value: id,
  sv: nameSv,
  en: nameEn,
}));
const flows = [...new Map(rows.map((row) => [`${row.sender} ${row.recipient}`, row])).values()].map(
  ({ sender, recipient }, at) => ({ sender, recipient, disclosures: 7 + ((at * 13) % 40) }),
);

const refused = rows.slice(0, 4).map((row, at) => ({
  row: { ...row, outcome: 'deny', reasons: ['NO_BASIS'] },
  followed:
    at % 2 === 0
      ? [{ row, differs: [{ what: 'ground' as const, code: row.grounds[0] ?? '', after: row.grounds[0] ?? '' }] }]
      : [],
}));

let browser: Browser;
let served: ServedConsole;
beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), servedConsole(() => NOW)]);
  Object.assign(served.queries, {
    assignments: [{ ...assignment, diaryNumber: 'REV 2026:17' }],
    search: () => Promise.resolve({ rows }),
    count: () => Promise.resolve({ count: rows.length, more: false }),
    refusals: () => Promise.resolve({ rows: refused }),
    flows: () => Promise.resolve({ flows, total: flows.reduce((sum, { disclosures }) => sum + disclosures, 0) }),
    offered: () =>
      Promise.resolve({
        sender: authorities,
        recipient: authorities,
        outcome: [{ value: 'permit', sv: 'inget formellt hinder', en: 'no formal obstacle' }],
      }),
  });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

describe("README's picture", () => {
  it.each(PICTURES)('%s shows what a page shows', async (name, path, colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
    const [session = '', secret = ''] = (await served.session()).split('=');
    await context.addCookies([
      { name: session, value: secret, url: served.base },
      { name: 'delge-console-uppdrag', value: ASSIGNMENT, url: served.base },
    ]);
    const page = await context.newPage();
    await page.goto(`${served.base}${path}`);
    expect(await page.locator('main :is(table, details)').count()).toBeGreaterThan(0);
    await screenshot(page, name);
    await context.close();
  });
});
