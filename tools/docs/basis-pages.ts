import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BasisVersion, PartyRule, PartySelector, RuleSet } from '#legal-basis';
import { readRules } from '#rules';
import { parse } from 'yaml';
import { en } from '../../libs/legal-basis/src/texts/en.js';
import { sv } from '../../libs/legal-basis/src/texts/sv.js';
import { code, table } from './markdown.js';

const FOLDER = 'docs/bases';
type Language = 'sv' | 'en';
const TEXTS = { sv, en } as const;

/** Words of the pages in both languages. */
const WORDS = {
  sv: {
    who: 'Vem lämnar till vem',
    from: 'Lämnar',
    to: 'Tar emot',
    purposes: 'Ändamål',
    tests: 'Frågor som en namngiven tjänsteman svarar på',
    reach: 'Sekretess',
    reached: 'Når bara',
    notReached: 'Når inte',
    every: 'Når all sekretess utom OSL 35 kap. 3 §.',
    asked: 'Öppna frågor',
    sure: 'Säkerhet',
    source: 'källa',
    confirmed: 'bekräftad till',
    before: 'läst från',
    until: 'till',
    version: 'Lydelse',
    scenarios: 'Scenarier',
    none: 'Inga scenarier nämner grunden ännu.',
    all: 'alla',
    same: 'Avsändare och mottagare hör till samma kommun.',
    cooperation: 'Kräver ett särskilt beslut om samverkan.',
  },
  en: {
    who: 'Who to whom',
    from: 'Sends',
    to: 'Receives',
    purposes: 'Purposes',
    tests: 'Questions that a named officer answers',
    reach: 'Secrecy',
    reached: 'Reaches only',
    notReached: 'Does not reach',
    every: 'Reaches all secrecy but OSL chapter 35 section 3.',
    asked: 'Open questions',
    sure: 'Certainty',
    source: 'source',
    confirmed: 'confirmed until',
    before: 'read from',
    until: 'until',
    version: 'Wording',
    scenarios: 'Scenarios',
    none: 'No scenario names the basis yet.',
    all: 'all',
    same: 'Sender and recipient belong to one municipality.',
    cooperation: 'Needs a cooperation decision.',
  },
} as const;

interface ScenarioLine {
  readonly file: string;
  readonly id: string;
  readonly says: string;
  readonly text: string;
}

/** @returns the page of every basis and their index, by path */
export function basisPages(root: string): readonly (readonly [path: string, text: string])[] {
  const rules = readRules(join(root, 'libs/legal-basis/rules'));
  const scenarios = scenariosOf(join(root, 'libs/legal-basis/scenarios'));
  const ids = [...new Set(rules.versions.map(({ id }) => id))].sort();
  const versionsOf = (id: string): readonly BasisVersion[] => rules.versions.filter((version) => version.id === id);
  const pages = ids.map((id) => [`${FOLDER}/${id}.md`, page(id, versionsOf(id), rules, scenarios)] as const);
  const rows = ids.map((id) => {
    const newest = versionsOf(id).at(-1);
    return [`[${code(id)}](${id}.md)`, newest?.citation ?? '', newest?.titleSv ?? '', newest?.titleEn ?? ''];
  });
  const non = rules.nonBases.map(({ id, citation, whySv, whyEn }) => [code(id), citation, whySv, whyEn]);
  const index = [
    '# Rättsliga grunder – legal bases',
    'Gjord av regelfilerna med `npm run docs`. Made from the rule files by `npm run docs`.',
    table(['id', 'hänvisning', 'svenska', 'English'], rows),
    '## Det som inte är en grund – what is no basis',
    table(['id', 'hänvisning', 'varför inte', 'why not'], non),
  ].join('\n\n');
  return [[`${FOLDER}/README.md`, index], ...pages];
}

function page(
  id: string,
  versions: readonly BasisVersion[],
  rules: RuleSet,
  scenarios: readonly ScenarioLine[],
): string {
  const newest = versions.at(-1);
  const naming = scenarios.filter(({ text }) => new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(text));
  const listed = naming.map(({ file, id: row, says }) => `- ${says} (${code(`${file} ${row}`)})`);
  const part = (language: Language): string => {
    const title = language === 'sv' ? newest?.titleSv : newest?.titleEn;
    const tested = listed.length === 0 ? [WORDS[language].none] : listed;
    return [
      `## ${language === 'sv' ? 'Svenska' : 'English'}: ${title ?? ''}`,
      ...[...versions].reverse().map((version) => versionText(version, rules, language)),
      `### ${WORDS[language].scenarios} (${language === 'sv' ? 'svenska' : 'English'})`,
      tested.join('\n'),
    ].join('\n\n');
  };
  return [`# ${id}`, newest?.citation ?? '', part('sv'), part('en')].join('\n\n');
}

function versionText(version: BasisVersion, rules: RuleSet, language: Language): string {
  const words = WORDS[language];
  const texts = TEXTS[language];
  const { reach } = version;
  const period = `${version.from}${version.until === undefined ? ' –' : ` ${words.until} ${version.until}`}`;
  const questions = [
    ...(reach.questions ?? []),
    ...(version.readings ?? []),
    ...(version.overlaps ?? []),
    ...(version.about ?? []),
    ...(version.ages ?? []),
  ].flatMap(({ question }) => (question === undefined ? [] : [texts.questions[question] ?? question]));
  const clock = version.clock === 'none' ? [] : [texts.clocks[version.clock]];
  const read = version.confirmedFrom === undefined ? [] : [`${words.before} ${version.confirmedFrom}`];
  const sets = (ids: readonly string[]): string => ids.map((id) => provisionsOf(rules, id, version)).join('; ') || '–';
  return [
    `### ${words.version} ${period}, SFS ${version.sfs}`,
    [`${version.citation}.`, texts.forces[version.force], ...clock, `(${initiatives(version, language)})`].join(' '),
    ...conditions(version, language),
    `**${words.who}.** ${words.from}: ${parties(version.sender, language)}. ${words.to}: ${parties(version.recipient, language)}.`,
    ...(version.pairs ?? []).map(
      (pair) => `- ${selectors(pair.sender, language)} → ${selectors(pair.recipient, language)}`,
    ),
    ...(version.sameParticipant === true ? [words.same] : []),
    ...(version.cooperation === true ? [words.cooperation] : []),
    `**${words.purposes}.** ${purposes(version, language)}.`,
    `**${words.tests}.**`,
    version.tests.map((test) => `- ${question(test, language)}`).join('\n'),
    `**${words.reach}.** ${
      reach.only === undefined && reach.excludes === undefined
        ? words.every
        : [
            ...(reach.only === undefined ? [] : [`${words.reached}: ${sets(reach.only)}.`]),
            ...(reach.excludes === undefined ? [] : [`${words.notReached}: ${sets(reach.excludes)}.`]),
          ].join(' ')
    }`,
    ...(reach.excludesFor ?? []).map(
      ({ sender, excludes }) =>
        `${selectors([sender], language)}: ${words.notReached.toLowerCase()} ${sets(excludes)}.`,
    ),
    ...(questions.length === 0 ? [] : [`**${words.asked}.**`, questions.map((one) => `- ${one}`).join('\n')]),
    `**${words.sure}.** ${[version.certainty, `${words.source}: ${version.source}`, ...read, `${words.confirmed} ${version.confirmedUntil}`].join('; ')}.`,
  ].join('\n\n');
}

const question = ({ test, asksSv, asksEn }: BasisVersion['tests'][number], language: Language): string =>
  (language === 'sv' ? asksSv : asksEn) ?? (TEXTS[language].tests as Readonly<Record<string, string>>)[test] ?? test;

/** What the facts of the message must be. */
function conditions(version: BasisVersion, language: Language): string[] {
  const { penalty } = version;
  const said = [
    ...(version.requires ?? []).map(({ fact, equals }) =>
      equals === undefined ? fact : `${fact} = ${String(equals)}`,
    ),
    ...(version.forbids ?? []).map(({ fact, equals }) => `${fact} ≠ ${String(equals)}`),
    ...(version.ages ?? []).map(({ fact, covers }) => `${fact} = ${covers.join(' / ')}`),
    ...(version.about ?? []).map(
      ({ recipient, covers }) =>
        `about = ${covers.join(' / ')}${recipient === undefined ? '' : ` (${selectors(recipient, language)})`}`,
    ),
    ...(version.onlyCategories === undefined ? [] : [`dataCategory = ${version.onlyCategories.join(' / ')}`]),
    ...(version.notCategories ?? []).map((category) => `dataCategory ≠ ${category}`),
    ...(penalty === undefined
      ? []
      : [
          `penalty ${penalty.rule} ${[
            ...(penalty.groups ?? []),
            ...(penalty.completedMonths === undefined ? [] : [`completed ≥ ${penalty.completedMonths}`]),
            ...Object.entries(penalty.stages ?? {}).map(([stage, months]) => `${stage} ≥ ${months}`),
          ].join(', ')}`.trim(),
        ]),
  ];
  if (said.length === 0) return [];
  return [`**${language === 'sv' ? 'Villkor' : 'Conditions'}.** ${said.map(code).join('; ')}`];
}

const initiatives = (version: BasisVersion, language: Language): string =>
  version.initiatives.map((one) => TEXTS[language].initiatives[one]).join(', ');

function purposes(version: BasisVersion, language: Language): string {
  const known = TEXTS[language].purposes as Readonly<Record<string, string>>;
  return Object.entries(version.points)
    .map(([point, codes]) => {
      const said = codes.map((one) => (one === '*' ? WORDS[language].all : (known[one] ?? one))).join(', ');
      return point === '-' ? said : `${point}: ${said}`;
    })
    .join('; ');
}

const parties = ({ any, own, request }: PartyRule, language: Language): string =>
  [
    selectors(any, language),
    ...(own === undefined ? [] : [`${TEXTS[language].initiatives.own} ${selectors(own, language)}`]),
    ...(request === undefined ? [] : [`${TEXTS[language].initiatives.request} ${selectors(request, language)}`]),
  ].join('; ');

const selectors = (given: readonly PartySelector[], language: Language): string =>
  given.map((one) => selector(one, language)).join(', ');

function selector(one: PartySelector, language: Language): string {
  const said = [
    ...(one.sector === undefined ? [] : [one.sector]),
    ...(one.kinds ?? []),
    ...(one.agencies ?? []),
    ...(one.list === undefined ? [] : [`lista/list ${one.list} (${one.role ?? ''})`]),
    ...(one.branch === undefined ? [] : [`gren/branch ${one.branch}`]),
    ...(one.notBranch === undefined ? [] : [`inte/not ${one.notBranch}`]),
    ...(one.notAgencies ?? []).map((agency) => `inte/not ${agency}`),
  ];
  return said.length === 0 ? WORDS[language].all : said.join(', ');
}

/** The set as it stands on the first day of the version. */
function provisionsOf(rules: RuleSet, id: string, { from }: BasisVersion): string {
  const versions = rules.sets.find((set) => set.id === id)?.versions ?? [];
  const then = versions.find((one) => one.from <= from && (one.until === undefined || from < one.until));
  return (then ?? versions.at(-1))?.provisions.join(', ') ?? id;
}

function scenariosOf(folder: string): readonly ScenarioLine[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const { scenarios } = parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as {
        readonly scenarios?: readonly { readonly id: string; readonly says?: string }[];
      };
      return (scenarios ?? []).map((one) => ({
        file,
        id: one.id,
        says: one.says ?? one.id,
        text: JSON.stringify(one),
      }));
    });
}
