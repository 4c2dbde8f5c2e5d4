import { inForce, type LocalDate, type RuleSet } from '#legal-basis';
import { Cases } from './carrying-case.js';
import { sectionOf, type Section } from './law-table.js';
import type { Parties } from './scenario-types.js';

/** A rule set on one day. */
export interface Side {
  readonly ruleSet: RuleSet;
  readonly on: LocalDate;
  readonly name: string;
}
/** One basis that says something else: what it says of one matter on either side; absent where the basis does not hold. */
export interface RuleDifference {
  readonly basis: string;
  readonly matter: keyof Section;
  readonly gone: readonly string[];
  readonly come: readonly string[];
}

/** What differs between two sides, basis by basis: who may send to whom, for which purpose, what is broken, and what is asked. */
export function diffRules(a: Side, b: Side, parties: Parties): readonly RuleDifference[] {
  const [left, right] = [sections(a, parties), sections(b, parties)];
  const bases = [...new Set([...left.keys(), ...right.keys()])];
  return bases.flatMap((basis): RuleDifference[] => {
    const [before, after] = [left.get(basis), right.get(basis)];
    const matters = Object.keys(after ?? before ?? {}) as (keyof Section)[];
    return matters.flatMap((matter): RuleDifference[] => {
      const [old, now] = [listOf(before?.[matter]), listOf(after?.[matter])];
      const gone = old.filter((one) => !now.includes(one));
      const come = now.filter((one) => !old.includes(one));
      return gone.length + come.length === 0 ? [] : [{ basis, matter, gone, come }];
    });
  });
}
const listOf = (value: Section[keyof Section] | undefined): readonly string[] =>
  value === undefined || value === 0
    ? []
    : Array.isArray(value)
      ? (value as readonly string[])
      : [String(value as string | number)];

function sections({ ruleSet, on }: Side, parties: Parties): ReadonlyMap<string, Section> {
  const cases = new Cases(ruleSet, parties);
  const found = ruleSet.versions.flatMap((rule) => {
    const section = inForce(rule, on) ? sectionOf(rule, on, cases) : undefined;
    return section === undefined ? [] : [[rule.id, section] as const];
  });
  return new Map(found);
}

const MATTERS: { readonly [matter in keyof Section]: string } = {
  force: 'skyldighet eller möjlighet',
  text: 'textens säkerhet',
  senders: 'avsändare',
  recipients: 'mottagare',
  routes: 'antal vägar mellan parter',
  initiatives: 'initiativ',
  purposes: 'ändamål',
  points: 'punkter',
  tests: 'prövningar',
  askedOf: 'prövningar för vissa avsändare',
  benefits: 'beslutar förmånen',
  breaks: 'sekretess som bryts',
  categories: 'slag av uppgifter',
  about: 'vem uppgiften rör',
  ages: 'ålder',
  victims: 'målsägandens ålder',
  crimes: 'brott',
  needs: 'förutsättningar',
};

/** As a Markdown table for jurists to sign. */
export function diffText(a: Side, b: Side, differences: readonly RuleDifference[]): string {
  const cell = (values: readonly string[]): string =>
    values.length === 0 ? '–' : values.join(', ').replaceAll('|', '\\|');
  const rows = differences.map(
    ({ basis, matter, gone, come }) => `| ${basis} | ${MATTERS[matter]} | ${cell(gone)} | ${cell(come)} |`,
  );
  return [
    `# Skillnader i reglerna: ${a.name} → ${b.name}`,
    '',
    ...(rows.length === 0
      ? ['Inga skillnader.']
      : ['| Grund | Vad | Faller bort | Tillkommer |', '| --- | --- | --- | --- |', ...rows]),
    '',
    'Granskad av: ______________________ Datum: ____________',
    'Granskad av: ______________________ Datum: ____________',
    '',
  ].join('\n');
}
