import type { Difference } from '../application/ports.js';
import { citationOf, codeWords, codesIn, factWords, questionAsked } from './codes.js';
import { WORDS, said } from './words.js';
import type { Lang } from './words.js';
import type { Words } from './words-sv.js';

const LABELS: Readonly<Record<Difference['what'], keyof Words>> = {
  fact: 'diffFact',
  ground: 'diffGround',
  category: 'diffCategory',
  assessment: 'diffAssessment',
  purpose: 'diffPurpose',
  recipient: 'diffRecipient',
};

/** What differs between two records, in the words of the page of one. @param names of authorities */
export const differenceIn = (lang: Lang, names: (id: string) => string): ((difference: Difference) => string) => {
  const words = WORDS[lang];
  const codes = codesIn(lang);
  /** What differs; empty where the label says it. */
  const named = ({ what, code }: Difference): string => {
    switch (what) {
      case 'fact':
        return codeWords(lang, 'factNames', code);
      case 'ground':
        return citationOf(code);
      case 'category':
        return codeWords(lang, 'names', code);
      case 'assessment': {
        const [test = '', outcome = ''] = code.split(' ');
        return `${questionAsked(lang, undefined, test)} ${codes.assessed(outcome)}`;
      }
      case 'purpose':
      case 'recipient':
        return '';
    }
  };
  const valued = ({ what, code }: Difference, value: string): string => {
    if (what === 'purpose') return codeWords(lang, 'purposes', value);
    return what === 'recipient' ? names(value) : factWords(lang, code, value);
  };
  const changed = (one: Difference): string => {
    const { what, before, after } = one;
    // Of a list, what differs came or went.
    if (what === 'ground' || what === 'category' || what === 'assessment')
      return before === undefined ? words.cameIn : words.wentOut;
    return [
      before === undefined ? words.cameIn : said(words.was, { value: valued(one, before) }),
      after === undefined ? words.wentOut : said(words.became, { value: valued(one, after) }),
    ].join(', ');
  };
  return (one) => [words[LABELS[one.what]], named(one), `(${changed(one)})`].filter((part) => part !== '').join(' ');
};
