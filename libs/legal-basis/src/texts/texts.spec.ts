import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anyInput } from '../arbitraries.js';
import { check } from '../check.js';
import { OFFICES } from '../codes.js';
import { explain, explainGround, textsOf } from '../explain.js';
import { newestRuleSet } from '../fixtures.js';
import { groundsFor } from '../grounds.js';
import type { CheckInput } from '../types.js';
import { textCatalogue } from './catalogue.js';
import { en } from './en.js';
import { LAWS_OWN_WORDS, PlainLanguage } from './plain-language.js';
import { sv } from './sv.js';

const ruleSet = newestRuleSet();
const plain = new PlainLanguage(ruleSet);
const groups = textCatalogue(ruleSet);
const slotsOf = (text: string): readonly string[] => [...text.matchAll(/\{[a-z]+\}/g)].map(([slot]) => slot).sort();
const rendered = (input: CheckInput, lang: 'sv' | 'en'): readonly string[] =>
  textsOf(explain(check(input), input, lang));

describe('every text', () => {
  test.each(groups.flatMap(({ id, texts }) => texts.map((text) => [id, text.key, text] as const)))(
    '%s %s is plain in both languages',
    (id, key, text) => {
      if (key === 'clocks.none') return expect([text.sv, text.en]).toEqual(['', '']);
      const kind = { template: id === 'templates', name: id === 'names' || id === 'titles' };
      expect({ sv: plain.faults(text.sv, 'sv', kind), en: plain.faults(text.en, 'en', kind), text }).toEqual({
        sv: [],
        en: [],
        text,
      });
      // The same things are told in both.
      expect(slotsOf(text.en)).toEqual(slotsOf(text.sv));
    },
  );

  test('that is rendered from random claims is plain too', () => {
    fc.assert(
      fc.property(anyInput(), fc.constantFrom('sv' as const, 'en' as const), (input, lang) => {
        for (const text of rendered(input, lang)) expect([text, plain.faults(text, lang)]).toEqual([text, []]);
      }),
      { numRuns: 1000 },
    );
  });

  test('of the grounds of random claims is plain too', () => {
    fc.assert(
      fc.property(anyInput(), fc.constantFrom('sv' as const, 'en' as const), (input, lang) => {
        for (const ground of groundsFor(input)) {
          const { text, citations, missing, notes } = explainGround(ground, input, lang);
          for (const told of [text, ...[...citations, ...missing, ...notes].map((one) => one.text)])
            expect([told, plain.faults(told, lang)]).toEqual([told, []]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('names what nobody knows without repeating it', () => {
    const [input] = fc.sample(anyInput(), { numRuns: 1, seed: 1 });
    const unknown: CheckInput = {
      ...input!,
      claims: {
        ...input!.claims,
        purpose: 'to-know',
        bases: [{ id: 'OSL-99-1' }],
        items: [{ id: 'x', dataCategory: 'rumours', about: 'everyone', known: 'guessed', secrecy: ['99:1'] }],
      },
    };
    for (const lang of ['sv', 'en'] as const)
      for (const text of rendered(unknown, lang)) {
        expect(plain.faults(text, lang)).toEqual([]);
        expect(text).not.toMatch(/to-know|OSL-99|rumours|everyone|guessed/);
      }
  });
});

describe('what has a code has a name', () => {
  test('agencies that rules and lists name', () => {
    const named = JSON.stringify(ruleSet).matchAll(/"agencies":\[([^\]]*)\]/g);
    const agencies = new Set([...named].flatMap(([, list = '']) => list.replaceAll('"', '').split(',')));
    expect(agencies.size).toBeGreaterThan(30);
    expect([...agencies].filter((id) => !Object.hasOwn(sv.agencies, id) || !Object.hasOwn(en.agencies, id))).toEqual(
      [],
    );
  });
  test('offices', () => {
    expect(OFFICES.filter((office) => !Object.hasOwn(sv.offices, office))).toEqual([]);
    expect(Object.keys(en.offices)).toEqual(Object.keys(sv.offices));
  });
});

describe('the measure itself', () => {
  test.each([
    ['Meddelandet är tillåtet.', 'sv', 'word'],
    ['Utlämnandet nekas.', 'sv', 'word'],
    ['Vi beslutar om utlämnandet.', 'sv', 'word'],
    ['Det är otillåtet.', 'sv', 'word'],
    ['The message is allowed.', 'en', 'word'],
    ['Grunden OSL-10-15a gäller.', 'sv', 'code'],
    ['Lydelsen LUF-2008-206-3@2026-01-01 gäller.', 'sv', 'code'],
    ['Test BEHOV saknas.', 'sv', 'code'],
    ['Koden SENDER_UNKNOWN.', 'sv', 'code'],
    ['Brottet grovt-bidragsbrott.', 'sv', 'code'],
    ['Ändamålet prevent-crime.', 'sv', 'code'],
    ['Uppgiften the person saknas.', 'sv', 'language'],
    ['The uppgifter are missing.', 'en', 'language'],
    ['The nämnd is missing.', 'en', 'language'],
    ['Det gäller {item}.', 'sv', 'slot'],
    ['', 'sv', 'empty'],
    [`Det ${'mycket '.repeat(25)}långt.`, 'sv', 'length'],
  ] as const)('finds in "%s" (%s) what is wrong: %s', (text, lang, fault) => {
    expect(plain.faults(text, lang)).toContain(fault);
  });

  test('every exception for the law’s own words is used by some text', () => {
    const all = groups.flatMap(({ texts }) => texts.map((text) => text.sv)).join('\n');
    for (const [words, why] of LAWS_OWN_WORDS)
      expect([why, new RegExp(words.source, 'iu').test(all)]).toEqual([why, true]);
  });
});
