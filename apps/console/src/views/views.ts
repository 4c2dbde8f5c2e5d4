import { Eta } from 'eta';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { escaped } from '#platform';
import { codesIn } from './codes.js';
import { formatOf } from './format.js';
import { SOURCES } from './sources.js';
import { WORDS, said } from './words.js';
import type { Lang } from './words.js';

/** Characters that change how what stands beside them is read: controls, and the marks and overrides of direction. */
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;
/** Text as a page shows it: nothing in it is markup, nothing in it turns the line around. */
export const shownText = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new TypeError('a page shows text and numbers alone');
  return escaped(String(value).replaceAll(UNSEEN, '\uFFFD'));
};

/** Data for a script of the page, within `<script type="application/json">`: nothing in it ends the element, and nothing turns the line around. */
export const dataText = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^ !#-%'-;=?-~"]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const FOLDER = join(SOURCES, 'views');
const eta = new Eta({
  autoEscape: true,
  escapeFunction: shownText,
  // What every template uses; all else a page needs stands in `it`.
  functionHeader: 'const { t, lang, f, say, w } = it;',
});
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.eta')))
  eta.loadTemplate(`@${file.slice(0, -'.eta'.length)}`, readFileSync(join(FOLDER, file), 'utf8'));

const used = (lang: Lang): object => ({
  lang,
  t: WORDS[lang],
  f: { ...formatOf(lang), escaped: shownText, data: dataText },
  w: codesIn(lang),
  say: said,
});
const USED: Readonly<Record<Lang, object>> = { sv: used('sv'), en: used('en') };

/**
 * A page as HTML.
 * @param name of its template
 * @throws {Error} no such template
 */
export const render = (name: string, lang: Lang, data: object): string =>
  eta.render(`@${name}`, { ...data, ...USED[lang] });
