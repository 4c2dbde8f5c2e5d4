import type { AuthorityKind } from './codes.js';
import { OUTCOMES, type TestCode } from './codes.js';
import { indexOf } from './rule-index.js';
import { ruleSets } from './released.js';
import type {
  AuthorityView,
  CheckInput,
  ClaimAssessment,
  ClaimItem,
  Claims,
  CooperationView,
  DirectoryView,
  Facts,
  LegalPositionView,
  LocalDate,
  RuleSet,
} from './types.js';

/** Fixtures for this library's own specs. */
export const newestRuleSet = (): RuleSet => {
  const newest = ruleSets.at(-1);
  if (newest === undefined) throw new Error('no rule set is released');
  return newest;
};

const authority = (
  id: string,
  kind: AuthorityKind,
  agency?: string,
  branches: readonly string[] = [],
): AuthorityView => ({
  id,
  participant: id.split('/')[0] ?? '',
  kind,
  branches,
  ...(agency === undefined ? {} : { agency }),
});
const municipal: readonly (readonly [string, AuthorityKind])[] = [
  ['socialnamnden', 'socialnamnd'],
  ['lss-namnden', 'lss-namnd'],
  ['utbildningsnamnden', 'utbildningsnamnd'],
  ['tillstandsnamnden', 'tillstandsnamnd'],
  ['upphandling', 'upphandlingsnamnd'],
  ['hemsjukvard', 'kommunal-halsovard'],
  ['statistik', 'kommunal-statistik'],
  ['kommunstyrelsen', 'kommunstyrelse'],
  ['miljonamnden', 'miljonamnd'],
  ['bolaget', 'kommunalt-bolag'],
];
const agencies: readonly AuthorityView[] = [
  authority('fk/kontroll', 'socialforsakringsmyndighet', 'fk'),
  authority('pens/pension', 'socialforsakringsmyndighet', 'pens'),
  authority('skv/beskattning', 'skattemyndighet', 'skv'),
  authority('skv/brott', 'brottsbekampande-myndighet', 'skv', ['brottsbekampande']),
  authority('polis/noa', 'brottsbekampande-myndighet', 'polis'),
  authority('am/aklagare', 'brottsbekampande-myndighet', 'am'),
  authority('ebm/ebm', 'brottsbekampande-myndighet', 'ebm', ['polisiar']),
  authority('tv/tull', 'brottsbekampande-myndighet', 'tv'),
  authority('ehm/ehm', 'statlig-myndighet', 'ehm'),
  authority('ts/ts', 'statlig-myndighet', 'ts'),
  authority('csn/csn', 'studiestodsmyndighet', 'csn'),
  authority('ivo/ivo', 'tillsynsmyndighet', 'ivo'),
  authority('af/af', 'arbetsmarknadsmyndighet', 'af'),
  authority('sapo/sapo', 'brottsbekampande-myndighet', 'sapo'),
  authority('kbv/kbv', 'brottsbekampande-myndighet', 'kbv'),
  authority('ebm/ekonomi', 'brottsbekampande-myndighet', 'ebm'),
  authority('kv/kv', 'kriminalvardsmyndighet', 'kv'),
  authority('kfm/kfm', 'exekutiv-myndighet', 'kfm'),
  authority('mig/mig', 'migrationsmyndighet', 'mig'),
  authority('um/um', 'utbetalningsmyndighet', 'um'),
  authority('bv/bv', 'registermyndighet', 'bv'),
  authority('av/av', 'tillsynsmyndighet', 'av'),
  ...['fi', 'ftn', 'tvv', 'trv', 'isp', 'kk', 'jamy', 'lm', 'sis', 'bra', 'fra', 'nv', 'si', 'uml'].map((id) =>
    authority(`${id}/${id}`, 'statlig-myndighet', id),
  ),
  authority('lst-e/lst', 'statlig-myndighet', 'lst-e'),
  authority('ratten/domstol', 'domstol'),
  authority('driften/bearbetare', 'teknisk-bearbetare'),
  authority('kassan/akassa', 'a-kassa'),
  authority('utforare/assistans', 'privat-utforare'),
  authority('region/halsa', 'region'),
  authority('friskolan/skola', 'fristaende-skola'),
];
export const authorities: readonly AuthorityView[] = [
  ...municipal.map(([unit, kind]) => authority(`kommun/${unit}`, kind)),
  ...agencies,
];

export const COOPERATION = '0b9b3c66-6c1e-4c38-9d57-5a2b6f3d1e01';
export interface DirectoryOptions {
  readonly adopted?: (authority: string, version: string) => boolean;
  readonly positions?: readonly LegalPositionView[];
  readonly cooperations?: readonly CooperationView[];
}
const openCooperation: CooperationView = {
  id: COOPERATION,
  parties: authorities.map((view) => view.id),
  from: '2016-08-15',
};
export const directory = (options: DirectoryOptions = {}): DirectoryView => ({
  authority: (id) => authorities.find((view) => view.id === id),
  adopted: options.adopted ?? (() => true),
  position: (_, question) => options.positions?.find((position) => position.question === question),
  cooperation: (id) => (options.cooperations ?? [openCooperation]).find((cooperation) => cooperation.id === id),
});

/** What an officer recorded, for all items, bound to the version of the basis in force on the day. */
export const recorded = (
  basis: string,
  test: TestCode,
  options: Partial<ClaimAssessment> & {
    readonly stops?: boolean;
    readonly on: LocalDate;
    readonly items: readonly string[];
    readonly ruleSet?: RuleSet;
  },
): ClaimAssessment => {
  const { stops, on, ruleSet = newestRuleSet(), ...rest } = options;
  const version = basis === '-' ? '-' : (indexOf(ruleSet).versionOn(basis, on)?.versionId ?? `${basis}@1900-01-01`);
  return {
    id: '7a6f6f5e-0000-4000-8000-000000000001',
    test,
    outcome: stops === true ? OUTCOMES[test].stops : OUTCOMES[test].passes,
    basis: version,
    office: 'enhetschef',
    officer: 'pseudonym-1',
    mandate: 'delegation',
    at: '2026-11-23T08:00:00.000Z',
    assurance: 'asserted',
    commitment: 'c',
    digest: 'd',
    ...rest,
  };
};

export interface Scenario {
  readonly from: string;
  readonly to: string;
  readonly on?: LocalDate;
  readonly purpose?: string;
  readonly bases: readonly string[];
  readonly point?: string;
  readonly secrecy: readonly string[];
  readonly category?: string;
  readonly initiative?: 'own' | 'request';
  readonly requestId?: string | null;
  readonly facts?: Facts;
  readonly derived?: Facts;
  /** Derived facts left out. */
  readonly without?: readonly string[];
  /** Who answers one test, where it is not `office`. */
  readonly offices?: { readonly [test: string]: string };
  /** `all`: every test of every claimed basis passes; `none`; or tests that stop. */
  readonly assessments?:
    | 'all'
    | 'none'
    | { readonly stops: readonly TestCode[] }
    | { readonly only: readonly TestCode[] }
    /** These and no others, whatever the rule asks. */
    | { readonly exactly: readonly TestCode[]; readonly stop?: TestCode };
  readonly office?: string;
  readonly cooperationDecision?: string;
  readonly messageType?: string;
}
/** `D` deny, `P` permit, otherwise assess with its kind. */
export type Expected = 'P' | 'D' | 'officer' | 'legal-question' | 'protected';
export interface Row extends Scenario {
  readonly row: string;
  readonly says: string;
  readonly expected: Expected;
}
export const TODAY = '2026-11-23';
const benefitFacts: Facts = { benefit: 'assistansersattning', circumstancesStated: true };

/** One item under the given secrecy, with what the scenario says. */
export function inputOf(
  scenario: Scenario,
  view: DirectoryView = directory(),
  ruleSet: RuleSet = newestRuleSet(),
): CheckInput {
  const on = scenario.on ?? TODAY;
  const items: readonly ClaimItem[] = [
    {
      id: 'subject',
      dataCategory: scenario.category ?? 'benefit-case',
      about: 'subject',
      known: 'own-case',
      secrecy: scenario.secrecy,
    },
  ];
  const initiative = scenario.initiative ?? 'own';
  const requestId =
    scenario.requestId === null ? undefined : (scenario.requestId ?? '6d0f5a3a-7f53-8f0e-8b6a-1d2c3b4a5f60');
  const claims: Claims = {
    v: 1,
    messageType: scenario.messageType ?? 'notice-of-incorrect-payment/1',
    initiative,
    ...(initiative === 'request' && requestId !== undefined ? { requestId } : {}),
    purpose: scenario.purpose ?? 'control-incorrect-payment',
    bases: scenario.bases.map((id) => (scenario.point === undefined ? { id } : { id, point: scenario.point })),
    items,
    facts: scenario.facts ?? {},
    derived: Object.fromEntries(
      Object.entries({ protectedIdentity: 'none', ageBand: '21-plus', ...benefitFacts, ...scenario.derived }).filter(
        ([fact]) => scenario.without?.includes(fact) !== true,
      ),
    ),
    assessments: assessmentsOf(
      scenario,
      on,
      items.map((item) => item.id),
      ruleSet,
    ),
    ...(scenario.cooperationDecision === undefined ? {} : { cooperationDecision: scenario.cooperationDecision }),
  };
  return { sender: scenario.from, recipient: scenario.to, claims, ruleSet, directory: view, on };
}

function assessmentsOf(
  scenario: Scenario,
  on: LocalDate,
  items: readonly string[],
  ruleSet: RuleSet,
): ClaimAssessment[] {
  const wanted = scenario.assessments ?? 'all';
  if (wanted === 'none') return [];
  return scenario.bases.flatMap((basis) => {
    const rule = indexOf(ruleSet).versionOn(basis, on)?.rule;
    const tests = [
      ...(rule?.tests.map((test) => test.test as TestCode) ?? []),
      ...(rule?.force === 'permission' ? (['ANDAMAL'] as const) : []),
    ];
    const made =
      typeof wanted !== 'object' || 'stops' in wanted
        ? tests
        : 'exactly' in wanted
          ? wanted.exactly
          : tests.filter((test) => wanted.only.includes(test));
    const office = scenario.office ?? (basis === 'LBM-2025-170-7' ? 'rektor' : 'enhetschef');
    return made.map((test) =>
      recorded(basis, test, {
        on,
        items,
        office: scenario.offices?.[test] ?? office,
        ruleSet,
        stops:
          typeof wanted === 'object' &&
          (('stops' in wanted && wanted.stops.includes(test)) || ('exactly' in wanted && wanted.stop === test)),
      }),
    );
  });
}
