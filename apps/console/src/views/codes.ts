import { ruleSets, textCatalogue } from '#legal-basis';
import {
  ASSIGNMENT_FIELD_WORDS,
  ASSIGNMENT_PROVISION_WORDS,
  DISCARD_WORDS,
  FORM_WORDS,
  HELD_REASON_WORDS,
  HELD_WORDS,
  QUARANTINE_WORDS,
  REJECTION_WORDS,
  RETRACTION_WORDS,
} from '#contracts';
import type { Text } from '#contracts';
import {
  ABOUT_WORDS,
  ACT_WORDS,
  LACKING_WORDS,
  ALARM_WORDS,
  ASSESSED_WORDS,
  EVENTS,
  KIND_WORDS,
  KNOWN_WORDS,
  MANDATE_WORDS,
  RECORD_WORDS,
  REGIME_WORDS,
} from './code-words.js';
import { REVIEW_CODES } from './review-words.js';
import type { Lang } from './words.js';

/** Of every released rule set; where two say something of one code, the newer one's words stand. */
const catalogue = new Map<string, Text>(
  ruleSets.flatMap((ruleSet) =>
    textCatalogue(ruleSet).flatMap(({ id, texts }) =>
      texts.map(({ key, sv, en }) => [id === 'templates' ? key : `${id}.${key}`, { sv, en }] as const),
    ),
  ),
);
const citations = new Map(
  ruleSets.flatMap(({ versions, nonBases }) => [
    ...nonBases.map(({ id, citation }) => [id, citation] as const),
    ...versions.flatMap(({ id, from, citation }) => [[id, citation] as const, [`${id}@${from}`, citation] as const]),
  ]),
);
const happenings = new Map<string, Text>(
  [
    QUARANTINE_WORDS,
    DISCARD_WORDS,
    REJECTION_WORDS,
    FORM_WORDS,
    RETRACTION_WORDS,
    HELD_WORDS,
    HELD_REASON_WORDS,
  ].flatMap((words) => Object.entries(words as Readonly<Record<string, Text>>)),
);

/** Groups of codes whose words stand in the law's own catalogue. */
export type CodeGroup =
  | 'ages'
  | 'clocks'
  | 'factNames'
  | 'forces'
  | 'initiatives'
  | 'names'
  | 'offices'
  | 'outcomes'
  | 'protection'
  | 'purposes'
  | 'questions'
  | 'stages'
  | 'tests'
  | 'titles';

/** Words of a code where it has any, else the code itself, which is the record. */
export const codeWords = (lang: Lang, group: CodeGroup, code: string): string => {
  const text = catalogue.get(`${group}.${code}`)?.[lang] ?? '';
  return text === '' ? code : text;
};

/** As lawyers cite a basis or one version of it, always in Swedish; the id itself where no released rule set has it. */
export const citationOf = (id: string): string => citations.get(id) ?? id;

/** Why something was set aside, rejected, held or taken back. */
export const happeningReason = (lang: Lang, code: string): string => happenings.get(code)?.[lang] ?? code;

const DETAILS: readonly CodeGroup[] = ['tests', 'questions', 'factNames', 'purposes', 'initiatives', 'names'];

/**
 * What the check said in one line, as a sentence.
 * @param line `CODE basis provision detail` as in a verdict, `-` where one does not apply; or the code alone
 * @returns undefined: a code without words here
 */
export const reasonSentence = (lang: Lang, line: string): string | undefined => {
  const [code = '', ...parts] = line.split(' ');
  const [basis, provision, detail] = parts.map((part) => (part === '-' ? undefined : part));
  const text = ['obstacles', 'missing', 'notes'].map((group) => catalogue.get(`${group}.${code}`)).find(Boolean)?.[
    lang
  ];
  if (text === undefined) return undefined;
  const group = DETAILS.find((one) => catalogue.has(`${one}.${detail ?? ''}`));
  const told = detail === undefined ? undefined : group === undefined ? detail : codeWords(lang, group, detail);
  const values: Readonly<Record<string, string | undefined>> = {
    basis: basis === undefined ? undefined : citationOf(basis),
    version: basis === undefined ? undefined : citationOf(basis),
    provision: provision === undefined ? undefined : `OSL ${provision}`,
    detail: told,
    test: told ?? catalogue.get('outcomes.assess')?.[lang],
    question: told,
    item: catalogue.get('unknownItem')?.[lang],
  };
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '…');
};

/** A fact's value: a code of one of the lists that facts come from. */
const FACT_VALUES: readonly CodeGroup[] = ['ages', 'protection', 'stages', 'names'];
const factWords = (lang: Lang, value: string): string => {
  const group = FACT_VALUES.find((one) => catalogue.has(`${one}.${value}`));
  return group === undefined ? value : codeWords(lang, group, value);
};

/** As a table or a list of one page asks for the words of its codes: of a code that has none, the code. */
const from =
  (lang: Lang, words: Readonly<Record<string, Text>>) =>
  (code: string): string =>
    Object.hasOwn(words, code) ? (words[code]?.[lang] ?? code) : code;

/** Words of codes in one language, for templates. */
export const codesIn = (lang: Lang) => ({
  code: (group: CodeGroup, code: string) => codeWords(lang, group, code),
  citation: citationOf,
  /** As OSL is cited by chapter and section, e.g. `OSL 26:1`. */
  provision: (code: string) => `OSL ${code}`,
  reason: (line: string) => reasonSentence(lang, line),
  happening: (code: string) => happeningReason(lang, code),
  fact: (_name: string, value: string) => factWords(lang, value),
  event: from(lang, EVENTS),
  record: from(lang, RECORD_WORDS),
  kind: from(lang, KIND_WORDS),
  regime: from(lang, REGIME_WORDS),
  about: from(lang, ABOUT_WORDS),
  known: from(lang, KNOWN_WORDS),
  mandate: from(lang, MANDATE_WORDS),
  assessed: from(lang, ASSESSED_WORDS),
  field: from(lang, ASSIGNMENT_FIELD_WORDS),
  alarm: from(lang, ALARM_WORDS),
  /** Of samples and findings. */
  review: from(lang, REVIEW_CODES),
  act: from(lang, ACT_WORDS),
  lacking: from(lang, LACKING_WORDS),
  /** Of an assignment. */
  provisionOf: from(lang, ASSIGNMENT_PROVISION_WORDS),
});
