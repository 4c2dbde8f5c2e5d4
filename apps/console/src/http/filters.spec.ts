import { expect, it } from '@jest/globals';
import { ASSIGNMENT_FIELDS } from '../domain/assignment.js';
import { FILTER_NAMES } from '../domain/query.js';
import type { Filter } from '../domain/query.js';
import { offeredIn } from '../application/offers.js';
import { LANGS } from '../views/words.js';
import { filterFields } from './filters.js';

/** Of ids and pseudonyms: nobody has a list of them. */
const WRITTEN: readonly Filter[] = ['officer', 'case', 'message', 'index'];
const fields = (lang: 'sv' | 'en') => filterFields(lang, { filters: {} }, offeredIn(undefined), ASSIGNMENT_FIELDS);

it('every filter of closed codes offers them, in words of both languages', () => {
  for (const lang of LANGS) {
    expect(fields(lang).map(({ name }) => name)).toEqual(FILTER_NAMES);
    expect(fields(lang).flatMap(({ name, offered }) => (offered === undefined ? [name] : []))).toEqual(WRITTEN);
    for (const { name, offered = [] } of fields(lang)) {
      const bare = offered.filter((one) => (one.sv === one.value && one.en === one.value) || one[lang].includes('{'));
      expect([name, bare]).toEqual([name, []]);
      expect(new Set(offered.map((one) => one.value)).size).toBe(offered.length);
    }
  }
});

it('offers kinds of authorities in words, as the directory has them, and keeps one that it has not', () => {
  const offered = {
    ...offeredIn(undefined),
    senderKind: [{ value: 'socialnamnd', sv: 'socialnamnd', en: 'socialnamnd' }],
  };
  const asked = { filters: { senderKind: ['lss-namnd'] } };
  const [kind] = filterFields('sv', asked, offered, ['parties']).filter(({ name }) => name === 'senderKind');
  expect(kind?.offered?.map(({ sv }) => sv)).toEqual(['nämnd för LSS', 'socialnämnd']);
});
