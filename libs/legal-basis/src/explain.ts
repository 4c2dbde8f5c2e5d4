import { addDays } from './dates.js';
import { dataCategories } from './message-type.js';
import { indexOf, type RuleIndex } from './rule-index.js';
import { en } from './texts/en.js';
import { sv } from './texts/sv.js';
import type { Texts } from './texts/texts.js';
import type { CheckInput, Missing, Note, Obstacle, Verdict } from './types.js';
import { claiming, type WayOut, type WayOutcome } from './apply-way.js';
import type { Ground } from './grounds.js';
import type { PermittedPart } from './leave-out.js';
import type { OpenFact } from './open-facts.js';
import { outcomeOf, waysOut, type Found } from './ways-out.js';

/** One thing that is so, with the items it concerns. */
export interface Finding {
  readonly code: string;
  readonly items: readonly string[];
  readonly basis?: string;
  readonly provision?: string;
  readonly text: string;
}
export interface MissingText extends Finding {
  readonly kind: string;
  readonly test?: string;
  readonly question?: string;
  /** Basis version an assessment is to be bound to. */
  readonly version?: string;
}
/** A verdict in words. Texts are rendered from codes and may change; codes are the record. */
export interface Explanation {
  readonly outcome: string;
  readonly summary: string;
  /** Per provision and basis what broke it, or why nothing did. */
  readonly items: readonly Finding[];
  /** What the check went by. */
  readonly facts: readonly { readonly code: string; readonly text: string }[];
  readonly citations: readonly { readonly version: string; readonly text: string }[];
  /** What is missing, as open questions. */
  readonly missing: readonly MissingText[];
  readonly waysOut: readonly (WayOut & { readonly text: string })[];
  /** Open questions of fact whose answer would make room for another basis. No way proposes a fact. */
  readonly questions: readonly (OpenFact & { readonly text: string })[];
  readonly notes: readonly { readonly code: string; readonly text: string }[];
}

/** Every text of an explanation, in the order in which it is read. */
export const textsOf = (explained: Explanation): readonly string[] => [
  explained.outcome,
  explained.summary,
  ...[
    explained.items,
    explained.facts,
    explained.citations,
    explained.missing,
    explained.waysOut,
    explained.questions,
    explained.notes,
  ].flatMap((part) => part.map(({ text }) => text)),
];

/**
 * Renders a verdict. `input` must be the input the verdict came from.
 * @param found ways out, where the content has been asked too; else they are looked for
 * @throws {EngineError} as `check`
 */
export function explain(
  verdict: Verdict,
  input: CheckInput,
  lang: 'sv' | 'en',
  found: Found = waysOut(verdict, input),
): Explanation {
  return new Renderer(verdict, input, lang === 'sv' ? sv : en, lang).explanation(found);
}

/** One sentence on the part that may go. `input` must be the input of the whole. */
export function explainPart(verdict: Verdict, input: CheckInput, part: PermittedPart, lang: 'sv' | 'en'): string {
  return new Renderer(verdict, input, lang === 'sv' ? sv : en, lang).part(part);
}

/** A ground in words: what it would carry, the wording that it rests on, and what is still asked. */
export interface GroundText {
  readonly text: string;
  readonly citations: Explanation['citations'];
  readonly missing: readonly MissingText[];
  readonly notes: Explanation['notes'];
}

/** @param input the one that `groundsFor` was asked about */
export function explainGround(ground: Ground, input: CheckInput, lang: 'sv' | 'en'): GroundText {
  const claimed = claiming(
    input,
    ground.bases.map((id) => ({ id })),
  );
  return new Renderer(ground.verdict, claimed, lang === 'sv' ? sv : en, lang).ground(ground);
}

const MOST_NAMED = 4;

const fill = (template: string, slots: { readonly [slot: string]: string }): string =>
  template
    .replace(/\{([a-z]+)\}/g, (_, slot: string) => slots[slot] ?? '')
    .replace(/ {2,}/g, ' ')
    .trim();
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const keyOf = (parts: readonly (string | undefined)[]): string => parts.map((part) => part ?? '').join('|');

class Renderer {
  private readonly index: RuleIndex;
  constructor(
    private readonly verdict: Verdict,
    private readonly input: CheckInput,
    private readonly texts: Texts,
    private readonly lang: 'sv' | 'en',
  ) {
    this.index = indexOf(input.ruleSet);
  }

  explanation({ ways, facts }: Found): Explanation {
    const { verdict } = this;
    const obstacles = verdict.outcome === 'permit' ? [] : this.obstacles(verdict.obstacles);
    return {
      outcome: this.texts.outcomes[verdict.outcome],
      summary: this.summary(),
      items: [...obstacles, ...this.carried()],
      facts: this.facts(),
      citations: this.citations(),
      missing: this.missing(),
      waysOut: ways.map((way) => ({ ...way, text: this.way(way) })),
      questions: facts.map((open) => ({ ...open, text: this.openFact(open) })),
      notes: this.notes(),
    };
  }

  ground({ bases, force, clock }: Ground): GroundText {
    const { texts } = this;
    const outcome = outcomeOf(this.input, this.verdict);
    const slots = {
      bases: this.join(bases.map((id) => this.basis(id))),
      outcome: outcome === undefined ? texts.grounds.afterAnswers : this.wayOutcome(outcome),
    };
    const carries = capital(fill(bases.length > 1 ? texts.ways.bases : texts.ways.basis, slots));
    return {
      text: `${carries} ${texts.grounds[force]} ${texts.clocks[clock]}`.trim(),
      citations: this.citations(),
      missing: this.missing(),
      notes: this.notes(),
    };
  }

  private summary(): string {
    const { verdict, texts } = this;
    const bases = this.join(this.input.claims.bases.map((basis) => this.basis(basis.id)));
    if (verdict.outcome === 'deny')
      return bases === '' ? texts.summaries.noBasis : fill(texts.summaries.deny, { bases });
    if (verdict.outcome === 'assess') return texts.summaries.assess[verdict.kind];
    return fill(texts.summaries.permit, { force: `${texts.forces[verdict.force]} ${texts.clocks[verdict.clock]}` });
  }

  private obstacles(obstacles: readonly Obstacle[]): Finding[] {
    const groups = group(obstacles, (o) => keyOf([o.code, o.basis, o.provision, o.detail]));
    return groups.map(({ first, items }) => ({
      code: first.code,
      items,
      ...(first.basis === undefined ? {} : { basis: first.basis }),
      ...(first.provision === undefined ? {} : { provision: first.provision }),
      text: fill(this.texts.obstacles[first.code], { ...this.slots(first, items), detail: this.detail(first) }),
    }));
  }

  private missing(): MissingText[] {
    if (this.verdict.outcome === 'permit') return [];
    const groups = group(this.verdict.missing, (m) => keyOf([m.code, m.kind, m.basis, m.test, m.question, m.version]));
    return groups.map(({ first, items }) => {
      const test = first.test === undefined ? '' : this.asks(first.basis, first.test);
      const question = own(this.texts.questions, (first.question ?? '').split(':')[0] ?? '') ?? '';
      const offices = this.offices(first);
      const slots = { ...this.slots(first, items), test, question, offices, version: this.wording(first.version) };
      const text = fill(this.texts.missing[first.code], slots);
      const { code, kind, basis, test: testCode, question: questionCode, version } = first;
      return { code, kind, items, text, ...defined({ basis, test: testCode, question: questionCode, version }) };
    });
  }

  private offices(entry: Missing): string {
    const rule = entry.basis === undefined ? undefined : this.index.versionOn(entry.basis, this.input.on)?.rule;
    const offices = rule?.tests.find((test) => test.test === entry.test)?.offices ?? [];
    return this.join(offices.map((office) => own(this.texts.offices, office) ?? office));
  }

  /** The provision's own question where the rule has one. */
  private asks(basis: string | undefined, test: string): string {
    const rule = basis === undefined ? undefined : this.index.versionOn(basis, this.input.on)?.rule;
    const asked = rule?.tests.find((one) => one.test === test);
    return (this.lang === 'sv' ? asked?.asksSv : asked?.asksEn) ?? own(this.texts.tests, test) ?? '';
  }

  private wording(versionId: string | undefined): string {
    if (versionId === undefined) return '';
    const at = versionId.lastIndexOf('@');
    return fill(this.texts.ways.wording, { basis: this.basis(versionId.slice(0, at)), from: versionId.slice(at + 1) });
  }

  private carried(): Finding[] {
    const groups = group(this.verdict.carriedBy, (carried) => keyOf([carried.by, carried.provision]));
    return groups.map(({ first, items }) => {
      const removed = first.by === 'INGET_MEN';
      const template = removed
        ? this.texts.removed
        : first.provision === undefined
          ? this.texts.carriedUnprotected
          : this.isDutyElsewhere(first.by)
            ? this.texts.carriedByDuty
            : this.texts.carried;
      const basis = first.by.split('@')[0] ?? '';
      const slots = this.slots({ ...first, basis }, items);
      return {
        code: removed ? 'NO_HARM' : 'CARRIED',
        items,
        ...(removed ? {} : { basis }),
        ...(first.provision === undefined ? {} : { provision: first.provision }),
        text: capital(fill(template, slots)),
      };
    });
  }

  private isDutyElsewhere(versionId: string): boolean {
    const id = versionId.slice(0, versionId.lastIndexOf('@'));
    return !id.startsWith('OSL-') && this.index.versionOn(id, this.input.on)?.rule.force === 'duty';
  }

  private facts(): Explanation['facts'] {
    const { used, purposes, initiatives } = this.texts;
    const { claims, on } = this.input;
    const told = (code: string, template: string | undefined, value: string | undefined): Explanation['facts'] =>
      template === undefined || value === undefined ? [] : [{ code, text: fill(template, { value }) }];
    return [
      ...told('day', used.day, on),
      ...told('purpose', used.purpose, own(purposes, claims.purpose)),
      ...told('initiative', used.initiative, own(initiatives, claims.initiative)),
      ...(claims.cooperationDecision === undefined ? [] : told('cooperationDecision', used.cooperation, '')),
      ...Object.entries({ ...claims.facts, ...claims.derived }).flatMap(([fact, value]) =>
        typeof value === 'boolean'
          ? told(fact, own(used.answers, fact)?.[value ? 'yes' : 'no'], '')
          : told(fact, own(used.values, fact), this.value(fact, value)),
      ),
    ];
  }

  private value(fact: string, code: string): string | undefined {
    const { stages, ages, protection } = this.texts;
    if (fact === 'crime') return this.crime(code);
    if (fact === 'offenceStage') return own(stages, code);
    if (fact === 'ageBand' || fact === 'victimAgeBand') return own(ages, code);
    if (fact === 'protectedIdentity') return own(protection, code);
    const benefit = this.index.benefits.get(code);
    return this.lang === 'sv' ? benefit?.nameSv : benefit?.nameEn;
  }

  private crime(code: string | boolean | undefined): string {
    if (typeof code !== 'string') return '';
    const scale = this.index.scaleOn(code, this.input.on) ?? this.index.crimes.get(code)?.[0];
    return (this.lang === 'sv' ? scale?.nameSv : scale?.nameEn) ?? '';
  }

  private slots(
    place: { readonly basis?: string; readonly provision?: string },
    items: readonly string[],
  ): { [slot: string]: string } {
    const non = place.basis === undefined ? undefined : this.index.nonBases.get(place.basis);
    return {
      basis: place.basis === undefined ? '' : this.basis(place.basis),
      provision: place.provision === undefined ? '' : this.provision(place.provision),
      item: this.items(items),
      crime: this.crime(this.input.claims.facts['crime']),
      why: non === undefined ? '' : this.lang === 'sv' ? non.whySv : non.whyEn,
      dates: place.basis === undefined ? '' : this.whenInForce(place.basis),
    };
  }

  private detail(obstacle: Obstacle): string {
    const { code, detail } = obstacle;
    if (detail === undefined) return '';
    const { texts } = this;
    if (code === 'FACT_MISSING') return own(texts.facts, detail) ?? '';
    if (code === 'FACT_NOT_MET' || code === 'FACT_EXCLUDES') return own(texts.factNames, detail) ?? '';
    if (code === 'PURPOSE_NOT_COVERED') return own(texts.purposes, detail) ?? '';
    if (code === 'INITIATIVE_NOT_COVERED') return own(texts.initiatives, detail) ?? '';
    if (code === 'CODE_UNKNOWN') return own(texts.lists, detail) ?? '';
    if (code === 'TEST_NOT_MET') return this.asks(obstacle.basis, detail);
    if (code === 'POSITION_PREVENTS') return own(texts.questions, detail.split(':')[0] ?? '') ?? '';
    return detail;
  }

  private basis(id: string): string {
    const versions = this.index.bases.get(id) ?? [];
    const version = this.index.versionOn(id, this.input.on) ?? versions.at(-1);
    return version?.rule.citation ?? this.index.nonBases.get(id)?.citation ?? this.texts.unknownBasis;
  }

  private whenInForce(id: string): string {
    const versions = this.index.bases.get(id) ?? [];
    if (versions.length === 0 || this.index.versionOn(id, this.input.on) !== undefined) return '';
    const upcoming = versions.find(({ rule }) => this.input.on < rule.from);
    if (upcoming !== undefined) return fill(this.texts.dates.upcoming, { from: upcoming.rule.from });
    const until = versions.at(-1)?.rule.until;
    return until === undefined ? '' : fill(this.texts.dates.lapsed, { until: addDays(until, -1) });
  }

  private provision(id: string): string {
    const [chapter = '', rest = ''] = id.split(':');
    const [section = '', paragraph] = rest.split('-');
    const spaced = section.replace(/(\d)([a-z])$/, '$1 $2');
    const known = this.index.provisions.get(id);
    const text = fill(this.texts.section, {
      chapter,
      section: spaced,
      paragraph: paragraph === undefined ? '' : (this.texts.paragraphs[paragraph] ?? ''),
    });
    return known === undefined ? text : `${text} (${this.lang === 'sv' ? known.nameSv : known.nameEn})`;
  }

  private item(id: string): string {
    const category = this.input.claims.items.find((item) => item.id === id)?.dataCategory;
    const named = category === undefined ? undefined : dataCategories.get(category);
    if (named === undefined) return this.texts.unknownItem;
    return this.lang === 'sv' ? named.nameSv : named.nameEn;
  }

  /** A list that can still be read: the first few, and how many more. */
  private items(ids: readonly string[]): string {
    const names = [...new Set(ids.map((id) => this.item(id)))];
    if (names.length <= MOST_NAMED) return this.join(names);
    const count = String(names.length - MOST_NAMED + 1);
    return this.join([...names.slice(0, MOST_NAMED - 1), fill(this.texts.further, { count })]);
  }

  private citations(): Explanation['citations'] {
    return this.verdict.versions.flatMap((versionId) => {
      const id = versionId.slice(0, versionId.lastIndexOf('@'));
      const version = this.index.bases.get(id)?.find((candidate) => candidate.versionId === versionId);
      if (version === undefined) return [];
      const { citation, titleSv, titleEn, from, until, sfs } = version.rule;
      const dates =
        until === undefined
          ? fill(this.texts.dates.from, { from })
          : fill(this.texts.dates.between, { from, until: addDays(until, -1) });
      return [
        { version: versionId, text: `${citation} (${this.lang === 'sv' ? titleSv : titleEn}), SFS ${sfs}. ${dates}` },
      ];
    });
  }

  private notes(): Explanation['notes'] {
    return this.verdict.notes.map((note) => ({ code: note.code, text: this.note(note) }));
  }

  private note(note: Note): string {
    const rule = note.basis === undefined ? undefined : this.index.versionOn(note.basis, this.input.on)?.rule;
    const basis = note.basis === undefined ? '' : this.basis(note.basis);
    const question = own(this.texts.questions, note.question ?? '') ?? '';
    return fill(this.texts.notes[note.code], { basis, question, detail: rule?.confirmedUntil ?? '' });
  }

  private way(way: WayOut): string {
    const { ways } = this.texts;
    const bases = this.join([
      ...(way.bases ?? []).map((id) => this.basis(id)),
      ...(way.versions ?? []).map((id) => this.wording(id)),
    ]);
    const items = this.items(way.items ?? []);
    const slots = { bases, items, recipient: this.agency(way.recipient), outcome: this.wayOutcome(way.outcome) };
    if (way.kind === 'none') return ways.none[way.why ?? 'obstacle'];
    if (way.kind === 'ask-for-assessment') return fill(ways.ask, slots);
    if (way.kind === 'take-legal-position') return fill(ways.position, slots);
    if (way.kind === 'adopt-basis') return fill(ways.adopt, slots);
    if (way.kind === 'leave-out-items') return fill(ways.leaveOut, slots);
    if (way.kind === 'other-recipient') return capital(fill(ways.recipient, slots));
    if (way.items !== undefined) return capital(fill(ways.basisForFewer, slots));
    return capital(fill((way.bases ?? []).length > 1 ? ways.bases : ways.basis, slots));
  }

  part({ leavesOut, outcome, why }: PermittedPart): string {
    const { ways } = this.texts;
    const slots = { items: this.items(leavesOut), outcome: this.wayOutcome(outcome) };
    return fill(why === undefined ? ways.leaveOut : ways.noPart[why], slots);
  }

  private openFact({ fact, bases }: OpenFact): string {
    const question = fact === 'request' ? this.texts.requested : (own(this.texts.facts, fact) ?? '');
    return fill(this.texts.openFact, { question, bases: this.join(bases.map((id) => this.basis(id))) });
  }

  private agency(id: string | undefined): string {
    return id === undefined ? '' : (own(this.texts.agencies, id) ?? id);
  }

  private wayOutcome(outcome: WayOutcome | undefined): string {
    const { ways } = this.texts;
    if (outcome === undefined) return '';
    if (outcome === 'permit') return ways.noObstacle;
    if (outcome === 'officer') return ways.afterAssessment;
    return outcome === 'protected' ? ways.afterProtected : ways.afterPosition;
  }

  private join(parts: readonly string[]): string {
    return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')}${this.texts.and}${parts.at(-1) ?? ''}`;
  }
}

const own = <T>(map: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;

/** Groups entries that differ in item only, in order of first appearance. */
function group<T extends { readonly item?: string }>(
  entries: readonly T[],
  key: (entry: T) => string,
): { first: T; items: string[] }[] {
  const groups = new Map<string, { first: T; items: string[] }>();
  for (const entry of entries) {
    const id = key(entry);
    const found = groups.get(id) ?? { first: entry, items: [] };
    if (entry.item !== undefined && !found.items.includes(entry.item)) found.items.push(entry.item);
    groups.set(id, found);
  }
  return [...groups.values()];
}
