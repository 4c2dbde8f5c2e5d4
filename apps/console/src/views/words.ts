import { en } from './words-en.js';
import { sv } from './words-sv.js';
import type { Words } from './words-sv.js';

export const LANGS = ['sv', 'en'] as const;
export type Lang = (typeof LANGS)[number];
/** What the pages themselves say. Words of codes stand with their codes (`codes.ts`). */
export const WORDS: Readonly<Record<Lang, Words>> = { sv, en };

/** A text with its places filled; not markup. @throws {Error} a place without a value */
export const said = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return String(value);
  });
