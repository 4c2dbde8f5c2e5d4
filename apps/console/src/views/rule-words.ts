import { ruleSets } from '#legal-basis';
import type { AboutRule, AgeRule, BasisVersion, PartySelector, PenaltyRule, TestRule } from '#legal-basis';
import type { Text } from '#contracts';
import { codeWords, codesIn, questionAsked } from './codes.js';
import { formatOf } from './format.js';
import type { Lang } from './words.js';

const LABELS = {
  force: { sv: 'Skyldighet eller möjlighet', en: 'Duty or permission' },
  clock: { sv: 'Tidskrav', en: 'Clock' },
  initiatives: { sv: 'Lämnas', en: 'Disclosed' },
  sender: { sv: 'Avsändare', en: 'Senders' },
  recipient: { sv: 'Mottagare', en: 'Recipients' },
  pairs: { sv: 'Bara mellan dessa', en: 'Between these alone' },
  sameParticipant: { sv: 'Parterna hör till samma kommun', en: 'The parties belong to one municipality' },
  points: { sv: 'Ändamål', en: 'Purposes' },
  tests: { sv: 'En handläggare bedömer', en: 'An officer assesses' },
  reach: { sv: 'Sekretess som bryts', en: 'Secrecy that is broken' },
  penalty: { sv: 'Brott', en: 'Crimes' },
  requires: { sv: 'Kräver', en: 'Demands' },
  forbids: { sv: 'Gäller inte när', en: 'Does not hold when' },
  about: { sv: 'Uppgifter om', en: 'Information about' },
  ages: { sv: 'Ålder', en: 'Age' },
  recipientDecidesBenefit: { sv: 'Mottagaren beslutar förmånen', en: 'The recipient decides the benefit' },
  cooperation: { sv: 'Samverkan är särskilt beslutad', en: 'A cooperation is decided' },
  onlyCategories: { sv: 'Bara slagen av uppgifter', en: 'Only the kinds of information' },
  notCategories: { sv: 'Inte slagen av uppgifter', en: 'Not the kinds of information' },
  readings: { sv: 'Läses här på ett sätt som inte är bekräftat', en: 'Read here in a way that is not confirmed' },
  overlaps: { sv: 'Öppen fråga om en annan grund', en: 'Open question on another basis' },
  staleAfterDays: {
    sv: 'Dagar efter den senaste bekräftelsen då lydelsen blir en öppen fråga',
    en: 'Days after it was last confirmed when the wording becomes an open question',
  },
} as const satisfies Readonly<Partial<Record<keyof BasisVersion, Text>>>;
/** Members of a version that say what is checked, in the order in which a page says them. */
export const RULE_MEMBERS = Object.keys(LABELS) as readonly (keyof typeof LABELS)[];

const SECTORS: Readonly<Record<NonNullable<PartySelector['sector']>, Text>> = {
  kommun: { sv: 'kommunala myndigheter', en: 'municipal authorities' },
  region: { sv: 'regioner', en: 'regions' },
  stat: { sv: 'statliga myndigheter', en: 'state agencies' },
  'a-kassa': { sv: 'arbetslöshetskassor', en: 'unemployment insurance funds' },
  enskild: { sv: 'enskilda', en: 'private parties' },
};
const BRANCHES: Readonly<Record<string, Text>> = {
  brottsbekampande: { sv: 'den brottsbekämpande verksamheten', en: 'law enforcement' },
  socialtjanst: { sv: 'socialtjänsten', en: 'social services' },
};
const ROLES: Readonly<Record<NonNullable<PartySelector['role']>, Text>> = {
  send: { sv: 'som lämnar', en: 'as senders' },
  receive: { sv: 'som tar emot', en: 'as recipients' },
  decide: { sv: 'som beslutar', en: 'as those who decide' },
};
const CRIME_GROUPS: Readonly<Record<string, Text>> = {
  bidragsbrott: { sv: 'bidragsbrott', en: 'benefit crimes' },
  'brb-3': { sv: 'brott mot liv och hälsa (3 kap. brottsbalken)', en: 'crimes against life (Criminal Code ch. 3)' },
  'brb-4': { sv: 'brott mot frihet (4 kap. brottsbalken)', en: 'crimes against liberty (Criminal Code ch. 4)' },
  'brb-6': { sv: 'sexualbrott (6 kap. brottsbalken)', en: 'sexual crimes (Criminal Code ch. 6)' },
  konsstympning: { sv: 'könsstympning', en: 'genital mutilation' },
  terror: { sv: 'terroristbrott', en: 'terrorist crimes' },
  trafik: { sv: 'trafikbrott', en: 'traffic crimes' },
  'overlatelse-narkotika': { sv: 'överlåtelse av narkotika', en: 'transfer of narcotics' },
};

const lists = new Map(ruleSets.flatMap((ruleSet) => ruleSet.lists.map(({ id, citation }) => [id, citation] as const)));
const sets = new Map(ruleSets.flatMap((ruleSet) => ruleSet.sets.map(({ id, versions }) => [id, versions] as const)));

/** What a version demands, one line a member: the rule as it is checked. */
export const ruleText = (lang: Lang, version: BasisVersion): string => new Rule(lang, version).lines().join('\n');

class Rule {
  private readonly w: ReturnType<typeof codesIn>;

  constructor(
    private readonly lang: Lang,
    private readonly version: BasisVersion,
  ) {
    this.w = codesIn(lang);
  }

  lines(): readonly string[] {
    return RULE_MEMBERS.flatMap((member) => {
      if (this.version[member] === undefined || this.version[member] === 'none') return [];
      const label = LABELS[member][this.lang];
      const told = this.members[member]?.().filter((one) => one !== '') ?? [];
      return [told.length === 0 ? `${label}.` : `${label}: ${told.join('; ')}`];
    });
  }

  /** Of a member that is true or absent, the label says all. */
  private readonly members: Readonly<Partial<Record<keyof typeof LABELS, () => readonly string[]>>> = {
    force: () => [this.code('forces', this.version.force)],
    clock: () => [this.code('clocks', this.version.clock)],
    initiatives: () => this.initiatives(this.version.initiatives),
    sender: () => this.parties(this.version.sender),
    recipient: () => this.parties(this.version.recipient),
    pairs: () =>
      (this.version.pairs ?? []).map(({ sender, recipient, initiatives = [] }) =>
        [
          `${this.any(sender)} → ${this.any(recipient)}`,
          ...(initiatives.length === 0 ? [] : [`(${this.or(this.initiatives(initiatives))})`]),
        ].join(' '),
      ),
    points: () =>
      Object.entries(this.version.points).map(([point, purposes]) => {
        const told = purposes.map((one) => (one === '*' ? this.say('alla', 'all') : this.code('purposes', one)));
        return `${point === '-' ? '' : `${this.say('punkt', 'point')} ${point}: `}${this.and(told)}`;
      }),
    tests: () => this.version.tests.map((one) => this.test(one)),
    reach: () => this.reach(),
    penalty: () => (this.version.penalty === undefined ? [] : this.penalty(this.version.penalty)),
    requires: () => (this.version.requires ?? []).map((one) => this.fact(one)),
    forbids: () => (this.version.forbids ?? []).map((one) => this.fact(one)),
    about: () => (this.version.about ?? []).map((one) => this.about(one)),
    ages: () => (this.version.ages ?? []).map((one) => this.age(one)),
    onlyCategories: () => (this.version.onlyCategories ?? []).map((one) => this.code('names', one)),
    notCategories: () => (this.version.notCategories ?? []).map((one) => this.code('names', one)),
    readings: () =>
      (this.version.readings ?? []).map(({ question, provisions }) => this.question(question, provisions)),
    overlaps: () =>
      (this.version.overlaps ?? []).map(({ question, provisions, unlessPenaltyOf }) => {
        const unless = this.say('utom när brottet når straffgränsen i', 'unless the crime meets the penalty of');
        return `${this.question(question, provisions)} (${unless} ${this.w.citation(unlessPenaltyOf)})`;
      }),
    staleAfterDays: () => [String(this.version.staleAfterDays)],
  };

  private parties({ any, own, request }: BasisVersion['sender']): readonly string[] {
    const only = (initiative: string, selectors: readonly PartySelector[] | undefined): readonly string[] =>
      selectors === undefined ? [] : [`${this.code('initiatives', initiative)}: ${this.any(selectors)}`];
    return [...any.map((one) => this.selector(one)), ...only('own', own), ...only('request', request)];
  }

  private any(selectors: readonly PartySelector[]): string {
    return this.or(selectors.map((one) => this.selector(one)));
  }

  private selector({ sector, kinds, agencies, notAgencies, branch, notBranch, list, role }: PartySelector): string {
    const named = (ids: readonly string[]) => ids.map((id) => this.code('agencies', id));
    const who = [
      ...(sector === undefined ? [] : [SECTORS[sector][this.lang]]),
      ...(kinds === undefined ? [] : [this.or(kinds.map((kind) => this.w.authorityKind(kind)))]),
      ...(agencies === undefined ? [] : [this.or(named(agencies))]),
      ...(list === undefined ? [] : [`${this.say('de som nämns i', 'those named in')} ${lists.get(list) ?? list}`]),
      ...(role === undefined ? [] : [ROLES[role][this.lang]]),
    ];
    const [within, but] = [this.say('i', 'in'), this.say('utom', 'but not')];
    return [
      who.length === 0 ? this.say('alla', 'all') : who.join(' '),
      ...(branch === undefined ? [] : [`${within} ${BRANCHES[branch]?.[this.lang] ?? branch}`]),
      ...(notAgencies === undefined ? [] : [`${but} ${this.and(named(notAgencies))}`]),
      ...(notBranch === undefined ? [] : [`${but} ${BRANCHES[notBranch]?.[this.lang] ?? notBranch}`]),
    ].join(' ');
  }

  private test({ test, initiative, offices, notOf }: TestRule): string {
    const { id, from } = this.version;
    const bounds = [
      ...(initiative === undefined ? [] : [this.code('initiatives', initiative)]),
      ...(offices === undefined
        ? []
        : [`${this.say('av', 'by')} ${this.or(offices.map((one) => this.code('offices', one)))}`]),
      ...(notOf === undefined ? [] : [`${this.say('inte av', 'not by')} ${this.any(notOf)}`]),
    ];
    const asked = questionAsked(this.lang, `${id}@${from}`, test);
    return bounds.length === 0 ? asked : `${asked} (${bounds.join(', ')})`;
  }

  private reach(): readonly string[] {
    const { only, excludes, excludesFor, questions } = this.version.reach;
    const but = this.say('utom', 'but not');
    const ofSets = (ids: readonly string[]): string => this.and(ids.map((id) => this.provisions(id)));
    return [
      only === undefined ? this.say('all', 'all') : ofSets(only),
      ...(excludes === undefined ? [] : [`${but} ${ofSets(excludes)}`]),
      ...(excludesFor ?? []).map(
        (one) => `${this.say('för', 'for')} ${this.selector(one.sender)} ${but} ${ofSets(one.excludes)}`,
      ),
      ...(questions ?? []).map(
        (one) => `${this.say('öppen fråga', 'open question')}, ${this.question(one.question, one.provisions)}`,
      ),
    ];
  }

  /** Of a set of provisions, as it was when the version came into force. */
  private provisions(id: string): string {
    const versions = sets.get(id) ?? [];
    const { from } = this.version;
    const then = versions.findLast((one) => one.from <= from) ?? versions[0];
    const codes = (then?.provisions ?? [id]).map((one) => one.replace(/^(.+):\*$/, this.say('$1 kap.', 'ch. $1')));
    return codes.length === 0 ? this.say('ingen', 'none') : `OSL ${codes.join(', ')}`;
  }

  private penalty({ rule, groups, completedMonths, stages = {} }: PenaltyRule): readonly string[] {
    const months = (least: number): string =>
      this.say(`minst ${least} månaders fängelse i straffskalan`, `a minimum of ${least} months in prison`);
    return [
      ...(groups === undefined ? [] : [this.or(groups.map((one) => CRIME_GROUPS[one]?.[this.lang] ?? one))]),
      ...(rule === 'imprisonment' ? [this.say('fängelse ingår i straffskalan', 'imprisonment is in the scale')] : []),
      ...(completedMonths === undefined ? [] : [months(completedMonths)]),
      ...Object.entries(stages).map(([stage, least]) => `${this.code('stages', stage)}: ${months(least)}`),
    ];
  }

  private fact({ fact, equals }: { readonly fact: string; readonly equals?: boolean | string }): string {
    const name = this.code('factNames', fact);
    return equals === undefined ? name : `${name}: ${this.w.fact(fact, equals)}`;
  }

  private about({ recipient, covers, question }: AboutRule): string {
    const whom = this.or(covers.map((one) => this.w.about(one)));
    const to = recipient === undefined ? '' : `${this.any(recipient)}: `;
    return `${to}${whom}${question === undefined ? '' : ` (${this.question(question)})`}`;
  }

  private age({ fact, covers, question }: AgeRule): string {
    const ages = this.or(covers.map((one) => this.code('ages', one)));
    return `${this.code('factNames', fact)}: ${ages}${question === undefined ? '' : ` (${this.question(question)})`}`;
  }

  private question(question: string, provisions?: string): string {
    const of = provisions === undefined ? '' : `${this.provisions(provisions)}: `;
    return `${of}${this.w.question(question)}`;
  }

  private readonly code = (group: Parameters<typeof codeWords>[1], code: string): string =>
    codeWords(this.lang, group, code);
  private initiatives(initiatives: readonly string[]): readonly string[] {
    return initiatives.map((one) => this.code('initiatives', one));
  }
  private and(values: readonly string[]): string {
    return formatOf(this.lang).list(values);
  }
  private or(values: readonly string[]): string {
    return values.join(this.say(' eller ', ' or '));
  }
  private say(swedish: string, english: string): string {
    return this.lang === 'sv' ? swedish : english;
  }
}
