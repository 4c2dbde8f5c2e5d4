import { describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import * as envelope from '#envelope';
import * as law from '#legal-basis';
import { OBSTACLES } from '#replay';
import { codesIn, questionAsked, reasonSentence, typeWords } from './codes.js';
import type { CodeGroup } from './codes.js';
import { versionsOf } from './law.js';
import { LANGS } from './words.js';

type Codes = ReturnType<typeof codesIn>;
const { ruleSets } = law;
const outcomes = Object.values(law.OUTCOMES).flatMap(({ passes, stops }) => [passes, stops]);
const group =
  (name: CodeGroup) =>
  (codes: Codes, code: string): string =>
    codes.code(name, code);
const fact =
  (name: string) =>
  (codes: Codes, code: string): string =>
    codes.fact(name, code);
const reasonOf =
  (kind: string) =>
  (codes: Codes, code: string): string =>
    codes.happening(kind, code);

/** Every closed list of which a page shows codes, and how it says them. */
const LISTS: readonly (readonly [string, readonly string[], (codes: Codes, code: string) => string])[] = [
  ['purposes', [...law.PURPOSES, 'unknown'], group('purposes')],
  ['tests', law.TESTS, group('tests')],
  ['offices', law.OFFICES, group('offices')],
  ['questions', law.LEGAL_QUESTIONS, (codes, code) => codes.question(code)],
  ['names of facts', [...law.FACTS, ...law.DERIVED], group('factNames')],
  ['initiatives', ['own', 'request'], group('initiatives')],
  ['outcomes', ['permit', 'assess', 'deny'], group('outcomes')],
  ['forces', ['duty', 'duty-on-request', 'permission'], group('forces')],
  ['clocks', ['genast', 'skyndsamt'], group('clocks')],
  ['data categories', [...law.dataCategories.keys()], group('names')],
  ['message types', [...law.messageTypes.map(({ id }) => id), 'unknown'], (codes, code) => codes.type(code)],
  ['crimes', ruleSets.flatMap(({ penaltyScales }) => penaltyScales.map(({ crime }) => crime)), fact('crime')],
  ['benefits', ruleSets.flatMap(({ benefits }) => benefits.map(({ code }) => code)), fact('benefit')],
  ['stages', law.OFFENCE_STAGES, fact('offenceStage')],
  ['ages', law.AGE_BANDS, fact('ageBand')],
  ['protection', law.PROTECTION, fact('protectedIdentity')],
  ['yes and no', ['true', 'false'], fact('deceased')],
  ['kinds of authorities', [...law.AUTHORITY_KINDS, 'unknown'], (codes, code) => codes.authorityKind(code)],
  ['whom an item is about', law.ABOUT, (codes, code) => codes.about(code)],
  ['how an item is known', law.KNOWN, (codes, code) => codes.known(code)],
  ['mandates', law.MANDATES, (codes, code) => codes.mandate(code)],
  ['outcomes of assessments', outcomes, (codes, code) => codes.assessed(code)],
  ['certainties', ['A', 'B', 'M'], (codes, code) => codes.certainty(code)],
  ['channels', envelope.DISCLOSURE_CHANNELS, (codes, code) => codes.channel(code)],
  ['identity checks', envelope.IDENTITY_CHECKS, (codes, code) => codes.identityCheck(code)],
  ['acknowledgements', envelope.ACKNOWLEDGEMENTS, reasonOf('retraction-acknowledged')],
  ['acknowledgements of corrections', envelope.ACKNOWLEDGEMENTS, reasonOf('correction-acknowledged')],
  ['refusals of requests', envelope.REQUEST_REFUSALS, reasonOf('request-refused')],
  ['answers to subscriptions', envelope.SUBSCRIPTION_ANSWERS, reasonOf('subscription-answered')],
  ['form', envelope.FORM_REASONS, reasonOf('form-rejected')],
  ['retractions', envelope.RETRACTION_REASONS, reasonOf('retraction-recorded')],
  ['holds', envelope.RELEASE_HOLD_CODES, reasonOf('hold-recorded')],
  ['what the exchange found', [...OBSTACLES, 'MANIFEST_KEY_NOT_LIVE'], (codes, code) => codes.reason(code) ?? code],
];

describe('every closed code of a page', () => {
  it.each(LISTS)('has words in both languages: %s', (_name, list, words) => {
    expect(list.length).toBeGreaterThan(0);
    // A word of one language may be spelled as its code; of both at once it is the code.
    const bare = list.filter((code) => LANGS.every((lang) => words(codesIn(lang), code) === code));
    expect(bare).toEqual([]);
    for (const lang of LANGS) for (const code of list) expect(words(codesIn(lang), code)).not.toMatch(/^\s*$|[{}…]/);
  });

  it('says of an answer what it says there', () => {
    expect(codesIn('sv').happening('request-refused', 'no-ground')).toBe(
      contracts.REQUEST_REFUSAL_WORDS['no-ground'].sv,
    );
    expect(codesIn('sv').happening('retraction-recorded', 'no-ground')).toBe(
      contracts.RETRACTION_WORDS['no-ground'].sv,
    );
  });

  it('says what is unknown of what it is unknown', () => {
    expect(codesIn('en').fact('protectedIdentity', 'unknown')).not.toBe(codesIn('en').fact('ageBand', 'unknown'));
  });
});

describe('the versions of a message type', () => {
  it('are told apart', () => {
    for (const lang of LANGS) {
      const words = law.messageTypes.map(({ id }) => typeWords(lang, id));
      expect(new Set(words).size).toBe(words.length);
    }
    expect(typeWords('sv', 'no-such/1')).toBe('no-such/1');
  });
});

const CODES = [
  ...new Set(
    ruleSets.flatMap((ruleSet) =>
      law
        .textCatalogue(ruleSet)
        .flatMap(({ texts }) => texts.map(({ key }) => key))
        .flatMap((key) => /^(?:obstacles|missing|notes)\.(\w+)$/.exec(key)?.[1] ?? []),
    ),
  ),
];

describe('a reason', () => {
  it.each(CODES)('is a whole sentence where nothing but %s is known, and where something is', (code) => {
    for (const lang of LANGS)
      for (const line of [code, `${code} - - -`, `${code} LUF-2008-206-3 - -`, `${code} LUF-2008-206-3 26:1 no-such`])
        expect(reasonSentence(lang, line)).toMatch(/^[^{}…]{10,}$/);
  });

  it('says what the record knows of it', () => {
    expect(reasonSentence('sv', 'CRIME_NOT_COVERED BBL-6 - -', 'grovt-bidragsbrott')).toMatch(
      /omfattar inte brottet grovt bidragsbrott\.$/,
    );
    expect(reasonSentence('sv', 'FACT_MISSING OSL-10-23 - crime')).toContain('Vilket brott är det fråga om?');
    expect(reasonSentence('sv', 'OPEN_QUESTION OSL-10-24 - text-unconfirmed:OSL-10-24@2023-01-01')).toBe(
      'Är bestämmelsens lydelse bekräftad för den här dagen? (OSL (2009:400) 10 kap. 24 §)',
    );
    expect(reasonSentence('sv', 'CATEGORY_NOT_COVERED SOL-15-4 26:1 -')).toMatch(
      /omfattar inte det slaget av uppgift\.$/,
    );
    expect(reasonSentence('sv', 'BASIS_NOT_IN_FORCE LUF-2008-206-3 - -')).toMatch(/gäller inte den här dagen\.$/);
  });
});

describe('what an officer is asked', () => {
  it("is the provision's own question where it has one", () => {
    const own = 'Kan det antas att en uppgift i folkbokföringen är oriktig eller ofullständig?';
    const [version] = versionsOf('FOL-32c');
    for (const basis of ['FOL-32c', `FOL-32c@${version?.from}`])
      expect(questionAsked('sv', basis, 'ANLEDNING')).toBe(own);
    expect(reasonSentence('sv', 'ASSESSMENT_MISSING FOL-32c - ANLEDNING')).toContain(own);
    expect(questionAsked('sv', 'LUF-2008-206-3', 'ANLEDNING')).toBe(codesIn('sv').code('tests', 'ANLEDNING'));
    expect(questionAsked('sv', '-', 'SKYDDAD')).toBe(codesIn('sv').code('tests', 'SKYDDAD'));
  });
});
