import {
  ABOUT,
  AGE_BANDS,
  ASSURANCES,
  AUTHORITY_KINDS,
  DERIVED,
  FACTS,
  KNOWN,
  LEGAL_QUESTIONS,
  MANDATES,
  OFFENCE_STAGES,
  OFFICES,
  OUTCOMES,
  PROTECTION,
  PURPOSES,
  TESTS,
} from './codes.js';
import { dataCategories, messageTypes } from './message-type.js';
import { en } from './texts/en.js';
import { sv } from './texts/sv.js';
import type { RuleSet } from './types.js';

/** One closed list as a JSON Schema; `enumDescriptions` is shown by editors beside each code. */
export interface CodeList {
  readonly description: string;
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly enumDescriptions?: readonly string[];
}
export interface VocabularySchema {
  readonly $schema: string;
  readonly title: string;
  readonly description: string;
  readonly $defs: { readonly [name: string]: CodeList };
  readonly [keyword: string]: unknown;
}
type Texts = { readonly [code: string]: string };

const list = (description: string, codes: readonly string[], words?: (code: string) => string): CodeList => ({
  description,
  type: 'string',
  enum: codes,
  ...(words === undefined ? {} : { enumDescriptions: codes.map(words) }),
});
const both =
  (swedish: Texts, english: Texts) =>
  (code: string): string =>
    [swedish[code], english[code]].filter((text) => text !== undefined).join(' / ');
const named = <T extends { readonly nameSv: string; readonly nameEn: string }>(
  entries: Iterable<T>,
  id: (entry: T) => string,
): { readonly codes: readonly string[]; readonly words: (code: string) => string } => {
  const names = new Map([...entries].map((entry) => [id(entry), `${entry.nameSv} / ${entry.nameEn}`]));
  return { codes: [...names.keys()], words: (code) => names.get(code) ?? '' };
};

/** The codes that claims may use, with their words: those of this build, and those that the rule set brings. */
export function vocabularySchema(ruleSet: RuleSet): VocabularySchema {
  const categories = named(dataCategories.values(), ({ id }) => id);
  const crimes = named(ruleSet.penaltyScales, ({ crime }) => crime);
  const benefits = named(ruleSet.benefits, ({ code }) => code);
  const provisions = named(ruleSet.provisions, ({ id }) => id);
  const titles = new Map(
    ruleSet.versions.map(({ id, citation, titleSv, titleEn }) => [id, `${citation}: ${titleSv} / ${titleEn}`]),
  );
  const non = new Map(ruleSet.nonBases.map(({ id, whySv, whyEn }) => [id, `${whySv} / ${whyEn}`]));
  const outcomes = [...new Set(Object.values(OUTCOMES).flatMap(({ passes, stops }) => [passes, stops]))];
  const $defs = {
    messageType: list(
      'Meddelandetyp. / Message type.',
      messageTypes.map(({ id }) => id),
    ),
    authorityKind: list('Slag av myndighet eller part. / Kind of authority or party.', AUTHORITY_KINDS),
    initiative: list(
      'På eget initiativ eller på begäran. / On own initiative or on request.',
      ['own', 'request'],
      (code) => both(sv.initiatives, en.initiatives)(code),
    ),
    purpose: list('Ändamål. / Purpose.', PURPOSES, both(sv.purposes, en.purposes)),
    basis: list('Rättslig grund. / Legal basis.', [...titles.keys()], (id) => titles.get(id) ?? ''),
    nonBasis: list(
      'Åberopas, men är ingen grund eller gäller inte. / Cited, but no basis or not in force.',
      [...non.keys()],
      (id) => non.get(id) ?? '',
    ),
    dataCategory: list('Slag av uppgift. / Data category.', categories.codes, categories.words),
    about: list('Vem uppgiften rör. / Whom the item is about.', ABOUT),
    known: list('Hur uppgiften är känd. / How it is known.', KNOWN),
    secrecy: list('Sekretessbestämmelse i OSL. / Secrecy provision of OSL.', provisions.codes, provisions.words),
    fact: list('Faktum som avsändaren uppger. / Fact that the sender declares.', FACTS, both(sv.facts, en.facts)),
    crime: list('Brott. / Crime.', crimes.codes, crimes.words),
    offenceStage: list('Brottets stadium. / Stage of the offence.', OFFENCE_STAGES),
    derivedFact: list(
      'Faktum som härleds ur innehållet. / Fact derived from content.',
      DERIVED,
      both(sv.facts, en.facts),
    ),
    ageBand: list('Åldersgrupp. / Age band.', AGE_BANDS),
    protection: list('Skyddade personuppgifter. / Protected identity.', PROTECTION),
    benefit: list('Förmån eller stöd. / Benefit or support.', benefits.codes, benefits.words),
    test: list(
      'Fråga som en handläggare svarar på. / Question that an officer answers.',
      TESTS,
      both(sv.tests, en.tests),
    ),
    outcome: list('Utfall av en bedömning. / Outcome of an assessment.', outcomes),
    office: list('Befattning. / Office.', OFFICES),
    mandate: list('Behörighet: delegation eller författning. / Mandate: delegation or statute.', MANDATES),
    assurance: list('Hur befattningshavaren är känd. / How the officer is known.', ASSURANCES),
    question: list('Öppen rättsfråga. / Open question of law.', LEGAL_QUESTIONS, both(sv.questions, en.questions)),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Vocabulary of claims, rule set ${ruleSet.number}`,
    description:
      'Koderna som ett utlämnande beskrivs med. Gjord av kod och regler. / The codes that describe a disclosure. Generated from code and rules.',
    ...claims(),
    $defs,
  };
}

const ref = (name: string): object => ({ $ref: `#/$defs/${name}` });
const object = (required: readonly string[], properties: object): object => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const text = { type: 'string', minLength: 1 };

/** Claims as `parseClaims` reads them. */
const claims = (): object => {
  const assessment = ['id', 'test', 'outcome', 'basis', 'items', 'office', 'officer', 'mandate', 'at', 'assurance'];
  return object(['v', 'messageType', 'initiative', 'purpose', 'bases', 'items', 'facts', 'derived', 'assessments'], {
    v: { const: 1 },
    messageType: ref('messageType'),
    initiative: ref('initiative'),
    requestId: text,
    purpose: ref('purpose'),
    bases: {
      type: 'array',
      items: object(['id'], { id: { anyOf: [ref('basis'), ref('nonBasis')] }, point: text }),
    },
    items: {
      type: 'array',
      items: object(['id', 'dataCategory', 'about', 'known', 'secrecy'], {
        id: text,
        dataCategory: ref('dataCategory'),
        about: ref('about'),
        known: ref('known'),
        secrecy: { type: 'array', items: ref('secrecy') },
      }),
    },
    facts: object([], {
      crime: ref('crime'),
      offenceStage: ref('offenceStage'),
      securityClassified: { type: 'boolean' },
    }),
    derived: object([], {
      ageBand: ref('ageBand'),
      victimAgeBand: ref('ageBand'),
      benefit: ref('benefit'),
      protectedIdentity: ref('protection'),
      ...Object.fromEntries(
        DERIVED.filter((fact) => !['ageBand', 'victimAgeBand', 'benefit', 'protectedIdentity'].includes(fact)).map(
          (fact) => [fact, { type: 'boolean' }],
        ),
      ),
    }),
    assessments: {
      type: 'array',
      items: object([...assessment, 'commitment', 'digest'], {
        id: text,
        test: ref('test'),
        outcome: ref('outcome'),
        basis: text,
        items: { type: 'array', items: text },
        office: ref('office'),
        officer: text,
        mandate: ref('mandate'),
        at: text,
        assurance: ref('assurance'),
        commitment: text,
        digest: text,
      }),
    },
    cooperationDecision: text,
  });
};
