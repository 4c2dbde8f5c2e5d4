import { ruleSets, textCatalogue } from '#legal-basis';
import {
  ANSWER_WORDS,
  ASSIGNMENT_FIELD_WORDS,
  ASSIGNMENT_PROVISION_WORDS,
  DISCARD_WORDS,
  FORM_WORDS,
  HELD_REASON_WORDS,
  HELD_WORDS,
  OBSTACLE_WORDS,
  QUARANTINE_WORDS,
  REJECTION_WORDS,
  REQUEST_REFUSAL_WORDS,
  RETRACTION_WORDS,
  SUBSCRIPTION_WORDS,
} from '#contracts';
import type { Text } from '#contracts';
import { isNote } from '../domain/note.js';
import {
  ABOUT_WORDS,
  ACT_WORDS,
  LACKING_WORDS,
  ALARM_WORDS,
  ASSESSED_WORDS,
  AUTHORITY_KIND_WORDS,
  CERTAINTY_WORDS,
  CHANNEL_WORDS,
  EVENTS,
  IDENTITY_WORDS,
  KIND_WORDS,
  KNOWN_WORDS,
  MANDATE_WORDS,
  RECORD_WORDS,
  REGIME_WORDS,
} from './code-words.js';
import { REASON_WORDS } from './reason-words.js';
import { REVIEW_CODES } from './review-words.js';
import { WORDS } from './words.js';
import type { Lang } from './words.js';

/** Of every released rule set; where two say something of one code, the newer one's words stand. */
const catalogue = new Map<string, Text>([
  ...ruleSets.flatMap((ruleSet) => [
    ...textCatalogue(ruleSet).flatMap(({ id, texts }) =>
      texts.map(({ key, sv, en }) => [id === 'templates' ? key : `${id}.${key}`, { sv, en }] as const),
    ),
    ...ruleSet.penaltyScales.map(
      ({ crime, nameSv, nameEn }) => [`names.${crime}`, { sv: nameSv, en: nameEn }] as const,
    ),
  ]),
  // Of claims that nobody can read.
  ['titles.unknown', { sv: 'okänd meddelandetyp', en: 'unknown message type' }],
  ['purposes.unknown', { sv: 'okänt ändamål', en: 'unknown purpose' }],
]);
const citations = new Map(
  ruleSets.flatMap(({ versions, nonBases }) => [
    ...nonBases.map(({ id, citation }) => [id, citation] as const),
    ...versions.flatMap(({ id, from, citation }) => [[id, citation] as const, [`${id}@${from}`, citation] as const]),
  ]),
);
/** Newest version of each basis. */
const newest = new Map(
  ruleSets
    .flatMap(({ versions }) => versions)
    .toSorted((one, other) => (one.from < other.from ? -1 : 1))
    .map(({ id, from }) => [id, `${id}@${from}`] as const),
);
/** Codes of answers: what some of them say hangs on what is answered. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  'retraction-acknowledged': ANSWER_WORDS,
  'correction-acknowledged': ANSWER_WORDS,
  'request-refused': REQUEST_REFUSAL_WORDS,
  'subscription-answered': SUBSCRIPTION_WORDS,
};
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
  | 'agencies'
  | 'clocks'
  | 'factNames'
  | 'facts'
  | 'forces'
  | 'initiatives'
  | 'lists'
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

/** Why something was set aside, rejected, held or taken back, or what was answered. @param kind of what happened */
export const happeningReason = (lang: Lang, kind: string, code: string): string =>
  (ANSWERS[kind]?.[code] ?? happenings.get(code))?.[lang] ?? code;

/** A message type with its version: the versions of a type have one title. */
export const typeWords = (lang: Lang, type: string): string => {
  const [, version] = type.split('/');
  const title = codeWords(lang, 'titles', type);
  return version === undefined || title === type ? title : `${title}, version ${version}`;
};

/** What an officer was asked: by the provision itself where it has words of its own. @param basis id, or one version of it */
export const questionAsked = (lang: Lang, basis: string | undefined, test: string): string => {
  const version = basis === undefined || basis.includes('@') ? basis : newest.get(basis);
  return catalogue.get(`questions.${version} ${test}`)?.[lang] ?? codeWords(lang, 'tests', test);
};

/** An open question of law, and the wording that it is about where it is about one. @param question `code`, or `code:basis@from` */
export const questionWords = (lang: Lang, question: string): string => {
  const [code = '', version] = question.split(':');
  const words = codeWords(lang, 'questions', code);
  return version === undefined ? words : `${words} (${citationOf(version)})`;
};

/** What the exchange found before it asked the law, or when a release was due. */
const OBSTACLES: Readonly<Record<string, Text>> = {
  ...OBSTACLE_WORDS,
  MANIFEST_KEY_NOT_LIVE: {
    sv: 'manifestnyckeln gäller inte längre: återkallad eller utgången',
    en: 'the manifest key is no longer live: revoked or expired',
  },
};

/** What a line's detail is a code of. */
const DETAILS: Readonly<Record<string, CodeGroup>> = {
  CODE_UNKNOWN: 'lists',
  FACT_MISSING: 'facts',
  FACT_NOT_MET: 'factNames',
  FACT_EXCLUDES: 'factNames',
  PURPOSE_NOT_COVERED: 'purposes',
  INITIATIVE_NOT_COVERED: 'initiatives',
};
const detailWords = (
  lang: Lang,
  code: string,
  basis: string | undefined,
  detail: string | undefined,
): string | undefined => {
  if (detail === undefined || code === 'POINT_UNKNOWN') return detail;
  if (catalogue.has(`tests.${detail}`)) return questionAsked(lang, basis, detail);
  const group = DETAILS[code];
  if (group !== undefined) return catalogue.get(`${group}.${detail}`)?.[lang];
  return catalogue.has(`questions.${detail.split(':')[0]}`) ? questionWords(lang, detail) : undefined;
};

const OF_AN_ITEM: readonly string[] = ['CATEGORY_NOT_COVERED', 'FREE_TEXT_UNDECLARED'];

/**
 * What the check said in one line, as a sentence. Where a word of it is not known, it is said without.
 * @param line `CODE basis provision detail` as in a verdict, `-` where one does not apply; or the code alone
 * @param crime code of the crime that is claimed
 * @returns undefined: a code without words here
 */
export const reasonSentence = (lang: Lang, line: string, crime?: string): string | undefined => {
  const [code = '', ...parts] = line.split(' ');
  const [basis, provision, detail] = parts.map((part) => (part === '-' ? undefined : part));
  const text = ['obstacles', 'missing', 'notes'].map((group) => catalogue.get(`${group}.${code}`)).find(Boolean);
  if (text === undefined) return Object.hasOwn(OBSTACLES, code) ? OBSTACLES[code]?.[lang] : undefined;
  const told = detailWords(lang, code, basis, detail);
  const values: Readonly<Record<string, string | undefined>> = {
    basis: basis === undefined ? undefined : citationOf(basis),
    version: basis === undefined ? undefined : citationOf(basis),
    provision: provision === undefined ? undefined : `OSL ${provision}`,
    detail: told,
    test: told,
    question: told,
    crime: crime === undefined ? undefined : catalogue.get(`names.${crime}`)?.[lang],
    // A line names no item; a sentence that says something of one alone says nothing without it.
    item: OF_AN_ITEM.includes(code) ? undefined : catalogue.get('unknownItem')?.[lang],
    why: catalogue.get(`nonBases.${basis}`)?.[lang],
    // Follows on a whole sentence, which stands without it.
    dates: '',
  };
  const places = [...text[lang].matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (places.every((name) => values[name] !== undefined))
    return text[lang].replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '').trim();
  const general = from(lang, REASON_WORDS)(code);
  return basis === undefined ? general : `${citationOf(basis)}: ${general}`;
};

/** Lists that facts have their values from; those that are named here by none are crimes and benefits. */
const FACT_VALUES: Readonly<Record<string, CodeGroup>> = {
  ageBand: 'ages',
  victimAgeBand: 'ages',
  protectedIdentity: 'protection',
  offenceStage: 'stages',
};
/** A fact's value in words. @param value as it stands in claims, or that as text */
export const factWords = (lang: Lang, name: string, value: boolean | string): string =>
  String(value) === 'true' || String(value) === 'false'
    ? WORDS[lang][String(value) === 'true' ? 'yes' : 'no']
    : codeWords(lang, FACT_VALUES[name] ?? 'names', String(value));

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
  type: (type: string) => typeWords(lang, type),
  question: (question: string) => questionWords(lang, question),
  asked: (basis: string, test: string) => questionAsked(lang, basis, test),
  reason: (line: string, crime?: unknown) => reasonSentence(lang, line, typeof crime === 'string' ? crime : undefined),
  isNote,
  happening: (kind: string, code: string) => happeningReason(lang, kind, code),
  fact: (name: string, value: boolean | string) => factWords(lang, name, value),
  event: from(lang, EVENTS),
  record: from(lang, RECORD_WORDS),
  kind: from(lang, KIND_WORDS),
  authorityKind: from(lang, AUTHORITY_KIND_WORDS),
  channel: from(lang, CHANNEL_WORDS),
  identityCheck: from(lang, IDENTITY_WORDS),
  certainty: from(lang, CERTAINTY_WORDS),
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
