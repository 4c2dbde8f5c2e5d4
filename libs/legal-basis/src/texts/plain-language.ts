import { catalogue } from '../generated/message-types.js';
import {
  ABOUT,
  AUTHORITY_KINDS,
  DERIVED,
  FACTS,
  KNOWN,
  LEGAL_QUESTIONS,
  OFFENCE_STAGES,
  OFFICES,
  PURPOSES,
} from '../codes.js';
import type { RuleSet } from '../types.js';

/** What a text must not be; used by the specs that hold every text to it (design.md section 6). */
export type Fault = 'empty' | 'slot' | 'code' | 'language' | 'word' | 'length';
const MOST_WORDS = 25;

/**
 * Words of the law itself in which *beslut* stands; taken out before a text is searched. Whatever is not here is the machine's own voice.
 */
export const LAWS_OWN_WORDS: readonly (readonly [words: RegExp, why: string])[] = [
  [/samverkansbeslut\w*/giu, 'the decision on cooperation that LUS 1 § demands'],
  [/(?:särskilt )?beslutad samverkan/giu, 'the words of LUS 1 §'],
  [/samverkan särskilt beslutad/giu, 'the same'],
  [/samverkan om kontroller av arbetsplatser som regeringen har beslutat/giu, 'lag (2024:307) 4 §'],
  [
    /har beslutat (?:förmånen|stödet|det stöd)/giu,
    'who decided the benefit: lag (2008:206) 1 §, lag (2025:1268), lag (2025:1267)',
  ],
  [/mottagaren beslutat stödet/giu, 'the same'],
  [/stödet har beslutats eller kan komma att beslutas felaktigt/giu, 'lag (2025:1268)'],
  [/avsändaren beslutat det stöd/giu, 'lag (2025:1267) 13 §'],
  [/omprövning (?:eller överklagande )?av (?:ett )?beslut/giu, 'OSL 10 kap. 16 §: another decision, under review'],
  [/ompröva ett beslut/giu, 'the same'],
  [/kopior av beslut/giu, 'lag (2018:2088) 7 kap. 20 §'],
  [/myndighetens beslut/giu, 'the decision that an authority makes itself: OSL 6 kap. 3 §'],
  [/beslut om att inte lämna ut/giu, 'the same: OSL 6 kap. 7 §'],
];
const MACHINES_NEVER = {
  sv: /(?<!\p{L})(?:beslut|tillåt|otillåt|neka)\p{L}*/iu,
  en: /\b(?:allowed|denied|forbidden|rejected|approved)\b/iu,
} as const;

/** Words of one language that are no words of the other. */
const ONLY = {
  sv: 'och att är som inte för den det ett med av på eller får ska när från om uppgifter samt enligt kan till vid har gäller måste finns myndighet myndigheten uppgifterna grund brott',
  en: 'the of and is not that this with which by are has been whether must may for to authority information basis law crime it an be from under at no does on',
} as const;
/** The same letters in both languages, or Swedish names that stand in English texts. */
const BOTH: readonly string[] = ['under', 'is', 'for', 'an', 'at', 'be', 'on', 'no', 'kan'];
const wordsOnly = (language: 'sv' | 'en'): ReadonlySet<string> =>
  new Set(ONLY[language].split(' ').filter((word) => !BOTH.includes(word)));
const FOREIGN = { sv: wordsOnly('en'), en: wordsOnly('sv') } as const;
/** Swedish names that English keeps: the tokens are taken out before the search. */
const KEPT_IN_ENGLISH = /(?<!\p{L})(?:OSL|LSS|SFS|Brå|Uppsala|Östergötland|Skåne|Örebro|SOU|Ds)(?!\p{L})/gu;

/** Codes of the closed lists, which never stand in a text. Those that are words of the language too cannot be told apart and are left out. */
function codesOf(ruleSet: RuleSet): ReadonlySet<string> {
  const all = [
    ...[ABOUT, AUTHORITY_KINDS, DERIVED, FACTS, KNOWN, LEGAL_QUESTIONS, OFFENCE_STAGES, OFFICES, PURPOSES].flat(),
    ...ruleSet.penaltyScales.map(({ crime }) => crime),
    ...ruleSet.benefits.map(({ code }) => code),
    ...catalogue.categories.map(({ id }) => id),
    ...catalogue.types.map(({ id }) => id),
    ...ruleSet.sets.map(({ id }) => id),
  ];
  return new Set(all.filter((code) => /[-/]|[a-z][A-Z]/u.test(code) && code !== 'lss-handlaggare'));
}
const SHOUTED =
  /\b[A-ZÅÄÖ]{2,}(?:_[A-ZÅÄÖ]+)+\b|\b(?:ANDAMAL|ANLEDNING|BEHOV|BETYDELSE|FORETRADE|FORUTSATTNINGAR|MISSTANKE|NODVANDIGT|PAFOLJD|SAMTYCKE|SKYDDAD|UPPENBART)\b/u;
const BASIS_ID = /\b[A-Z][A-Z0-9]+(?:-\d+\w*)+(?:@\d{4}-\d{2}-\d{2})?/u;

export class PlainLanguage {
  private readonly codes: ReadonlySet<string>;
  /** Citations, longest first: names of laws, one word each however long. */
  private readonly citations: readonly string[];

  constructor(ruleSet: RuleSet) {
    this.codes = codesOf(ruleSet);
    this.citations = [...ruleSet.versions, ...ruleSet.nonBases]
      .flatMap(({ citation }) => [citation, citation.charAt(0).toUpperCase() + citation.slice(1)])
      .sort((a, b) => b.length - a.length);
  }

  /** @param options.template slots may stand in it; `name`: a name or noun phrase, without a full stop */
  faults(text: string, language: 'sv' | 'en', { template = false, name = false } = {}): readonly Fault[] {
    const found: Fault[] = [];
    if (text.trim() === '') found.push('empty');
    if (!template && /[{}]|undefined|\[object/u.test(text)) found.push('slot');
    const prose = this.withoutCitations(text);
    if (SHOUTED.test(prose) || BASIS_ID.test(prose) || this.holdsCode(prose)) found.push('code');
    if (isForeign(prose, language)) found.push('language');
    if (MACHINES_NEVER[language].test(language === 'sv' ? withoutLawsWords(prose) : prose)) found.push('word');
    if (!name && sentences(prose).some((sentence) => wordsIn(sentence) > MOST_WORDS)) found.push('length');
    return found;
  }

  private withoutCitations(text: string): string {
    let prose = text.replaceAll(/\{[a-z]+\}/gu, 'X');
    for (const citation of this.citations) prose = prose.replaceAll(citation, 'X');
    return prose;
  }

  private holdsCode(prose: string): boolean {
    return prose.split(/[\s,;:()"“”.?!]+/u).some((token) => this.codes.has(token));
  }
}

const withoutLawsWords = (text: string): string =>
  LAWS_OWN_WORDS.reduce((rest, [words]) => rest.replaceAll(words, ' '), text);

function isForeign(prose: string, language: 'sv' | 'en'): boolean {
  const rest = language === 'en' ? prose.replaceAll(KEPT_IN_ENGLISH, ' ') : prose;
  const words = rest.toLowerCase().split(/[^\p{L}]+/u);
  return words.some((word) => FOREIGN[language].has(word)) || (language === 'en' && /[åäöÅÄÖ]/u.test(rest));
}

/** `10 kap. 15 a §` holds a full stop and ends no sentence. */
const sentences = (prose: string): readonly string[] =>
  prose.replaceAll(/\b(kap|p|m\.m|bl\.a|t\.ex|art|nr)\.(?=\s)/giu, '$1').split(/[.?!](?:\s|$)/u);
/** A section of the law is one word, as its name is. */
const wordsIn = (sentence: string): number =>
  sentence
    .replaceAll(/\d{1,2} kap \d+(?: [a-z])? §(?: (?:första|andra|tredje) stycket)?/gu, 'X')
    .replaceAll(/chapter \d{1,2} section \d+(?: [a-z](?= ))?(?: (?:first|second|third) paragraph)?/gu, 'X')
    .split(/\s+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
