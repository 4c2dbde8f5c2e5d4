import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import type { Browser } from 'playwright-core';
import { MUTATIONS, Random, Scene, aDraft, evidenceOf } from '#testing';
import type { Altered, BundleFiles, Draft } from '#testing';
import { rendered } from '#verifier';
import type { Report } from '#verifier';
import { verifyCommand } from '../../apps/cli/src/verify/verify.js';
import { LANGUAGES_AND_THEMES, NARROW, launch, opened, overhang, screenshot, tabTo, violations } from './support.js';
import type { Opened } from './support.js';

jest.setTimeout(120_000);

/** Each way of bending an evidence file and a fourth of those that bend a log; with `DELGE_MUTANTS` all. The law of them is libs/verifier's. */
const BENT = MUTATIONS.filter(
  ({ name }, at) => process.env['DELGE_MUTANTS'] !== undefined || name.startsWith('evidence:') || at % 4 === 0,
);
const VERIFIER = pathToFileURL('dist/verifier/delge-verifier.html').href;
const folder = mkdtempSync(join(tmpdir(), 'delge-browser-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const put = (name: string, files: BundleFiles): string => {
  rmSync(at(name), { recursive: true, force: true });
  for (const [path, bytes] of files) {
    mkdirSync(dirname(at(name, path)), { recursive: true });
    writeFileSync(at(name, path), bytes);
  }
  return at(name);
};

let browser: Browser;
let scene: Scene;
let draft: Draft;

beforeAll(async () => {
  [browser, scene] = await Promise.all([launch(), Scene.create()]);
  draft = aDraft(scene);
  writeFileSync(at('trust.json'), scene.trustText);
  writeFileSync(at('seen'), draft.checkpoint(5));
  writeFileSync(at('good.delge-evidence.json'), JSON.stringify(await evidenceOf(draft)));
  put('good', await draft.build());
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Whatever an auditor may hand over. */
interface Given {
  readonly file?: string;
  readonly folder?: string;
  readonly checkpoint?: string;
}

const begin = async (options: Parameters<typeof opened>[2] = {}): Promise<Opened> => {
  const open = await opened(browser, VERIFIER, options);
  await open.page.context().setOffline(true);
  return open;
};
/** @returns the report as it stands on the page */
const reportOn = async ({ page }: Opened, given: Given): Promise<string> => {
  await page.evaluate(() => {
    for (const input of document.querySelectorAll('input')) input.value = '';
  });
  await page.setInputFiles('#trust', at('trust.json'));
  if (given.file !== undefined) await page.setInputFiles('#files', given.file);
  if (given.folder !== undefined) await page.setInputFiles('#folder', given.folder);
  if (given.checkpoint !== undefined) await page.setInputFiles('#checkpoint', given.checkpoint);
  await page.click('#verify');
  await page.locator('#reports:not([hidden]) pre').waitFor();
  return (await page.locator('pre').textContent()) ?? '';
};

/** What `delge verify` prints, in this process. */
const printed = async (given: Given): Promise<Report> => {
  const said: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => said.push(String(text)) > 0;
  try {
    const program = new Command();
    verifyCommand(program);
    const own = given.checkpoint === undefined ? [] : ['--checkpoint', given.checkpoint];
    const path = given.file ?? given.folder ?? '';
    const args = ['node', 'delge', 'verify', '--json', '--threads', '1', '--trust', at('trust.json'), ...own, path];
    await program.parseAsync(args);
    return JSON.parse(said.join('')) as Report;
  } finally {
    process.stdout.write = write;
    process.exitCode = 0;
  }
};
/** The one thing that differs is when it was done. */
const untimed = (text: string): string => text.replace(/^(Kontrollerad|Verified at|Checked): .*$/m, '$1');

const given = (altered: Altered, name: string): Given => {
  if (altered.pinned !== undefined) writeFileSync(at('pinned'), altered.pinned);
  const pinned = altered.pinned === undefined ? {} : { checkpoint: at('pinned') };
  if ('bundle' in altered) return { folder: put(name, altered.bundle), ...pinned };
  writeFileSync(at(`${name}.json`), JSON.stringify(altered.evidence));
  return { file: at(`${name}.json`), ...pinned };
};

describe('the one file, with the network cut', () => {
  it('says of a good evidence file and of a good bundle what the command line says', async () => {
    const open = await begin();
    for (const one of [
      { file: at('good.delge-evidence.json') },
      { folder: at('good') },
      { folder: at('good'), checkpoint: at('seen') },
    ]) {
      const text = await reportOn(open, one);
      expect(text).toContain('Allt som kontrollerades stämmer.');
      expect(untimed(text)).toBe(untimed(rendered(await printed(one), 'sv')));
    }
    expect(open.asked).toEqual([VERIFIER]);
    expect(open.complaints).toEqual([]);
    await screenshot(open.page, 'verifier');
  });

  it('says it in English', async () => {
    const open = await begin({ language: 'en' });
    const one = { file: at('good.delge-evidence.json') };
    expect(untimed(await reportOn(open, one))).toBe(untimed(rendered(await printed(one), 'en')));
  });

  it('names what a verifier must not pass, as the command line names it', async () => {
    const open = await begin();
    const otherwise: unknown[] = [];
    for (const { name, make } of BENT) {
      const one = given(await make(scene, new Random(name.length * 7919)), 'bent');
      const [here, there] = [await reportOn(open, one), await printed(one)];
      if (there.exitCode === 0 || untimed(here) !== untimed(rendered(there, 'sv')))
        otherwise.push({ name, here, there });
    }
    expect(otherwise.slice(0, 3)).toEqual([]);
    expect(open.complaints).toEqual([]);
  }, 900_000);

  it('tells what it cannot begin with', async () => {
    const { page } = await opened(browser, VERIFIER);
    const told = (text: string) => page.locator('#told', { hasText: text }).waitFor();
    await page.click('#verify');
    await told('Välj en förtroendefil först.');
    await page.setInputFiles('#trust', at('seen'));
    await page.setInputFiles('#files', at('good.delge-evidence.json'));
    await page.click('#verify');
    await told('seen är ingen förtroendefil.');
    expect(await page.locator('#reports').isHidden()).toBe(true);
  });

  it('shows the digest of the trust file, as sha256sum prints it', async () => {
    const { page } = await begin();
    await page.setInputFiles('#trust', at('trust.json'));
    const digest = createHash('sha256').update(scene.trustText).digest('hex');
    await page.locator('#trust-told', { hasText: digest }).waitFor();
  });
});

describe('the one file, for everybody', () => {
  it.each(LANGUAGES_AND_THEMES)('fails no rule of WCAG 2.2 AA or best practice (%s, %s)', async (language, theme) => {
    const open = await begin({ language, colorScheme: theme });
    expect(await violations(open.page)).toEqual([]);
    await reportOn(open, { file: at('good.delge-evidence.json') });
    expect(await open.page.getAttribute('html', 'lang')).toBe(language);
    expect(await violations(open.page)).toEqual([]);
  });

  it('is worked by keyboard alone, and leads to the report', async () => {
    const { page } = await begin({ language: 'en' });
    for (const [input, file] of [
      ['#trust', at('trust.json')],
      ['#files', at('good.delge-evidence.json')],
    ] as const) {
      const choosing = page.waitForEvent('filechooser');
      await tabTo(page, input);
      await page.keyboard.press('Enter');
      await (await choosing).setFiles(file);
    }
    await tabTo(page, '#verify');
    await page.keyboard.press('Enter');
    await page.locator('pre').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('reports-title');
    await tabTo(page, 'article button');
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    expect((await saved).suggestedFilename()).toBe('good.delge-evidence.json.txt');
  });

  it('is read without scrolling sideways at 320 pixels, which is 400 %', async () => {
    const open = await begin({ viewport: NARROW });
    expect(await overhang(open.page)).toBeLessThanOrEqual(0);
    await reportOn(open, { file: at('good.delge-evidence.json') });
    expect(await overhang(open.page)).toBeLessThanOrEqual(0);
  });

  it('says without JavaScript what there is instead', async () => {
    const { page } = await opened(browser, VERIFIER, { javaScriptEnabled: false });
    expect(await page.locator('noscript').textContent()).toContain('delge verify');
  });
});
