import type { Example } from '../demo/examples.js';
import type { Snapshot } from '#snapshot';
import { inTime } from './acts.js';
import type { Act, Planted } from './acts.js';
import { Chance } from './chance.js';
import { ordinary } from './course.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, officeTime } from './days.js';
import { CARE, Planter, recordedAct } from './planted.js';
import type { Window } from './planted.js';
import { Teller } from './teller.js';
import type { Message } from './teller.js';
import { WEIGHTS, templatesOf } from './templates.js';
import type { Template } from './templates.js';

/** Fewer have no room for what is planted. */
export const LEAST = 300;
/** Told at once, so that a long story fits in memory. */
const AT_ONCE = 10_000;
const FORTNIGHTS = 26;
/** Of a year, not made but told of afterwards. */
const RECORDED = 0.012;
/** Cases that messages between the same two are added to. */
const OPEN_CASES = 4;

/** A year of messages between the sandbox's authorities, part by part, in the order of time. */
export class Story {
  readonly planted: readonly Planted[];
  private readonly chance: Chance;
  private readonly teller: Teller;
  private readonly templates: ReadonlyMap<string, Template>;
  private readonly choice: readonly Template[];
  /** What happens later than the part that caused it. */
  private later: Act[];
  private readonly cases = new Map<string, string[]>();
  private readonly wanted: number;

  /** @param disclosures decisions, refusals and recorded disclosures, at least `LEAST` */
  constructor(
    snapshot: Snapshot,
    examples: readonly Example[],
    private readonly window: Window,
    { disclosures, seed }: { readonly disclosures: number; readonly seed: number },
  ) {
    if (disclosures < LEAST) throw new Error(`${LEAST} disclosures at least: fewer have no room for what is planted`);
    this.chance = new Chance(seed);
    this.teller = new Teller(snapshot, this.chance);
    this.templates = templatesOf(examples, snapshot);
    this.choice = [...this.templates.values()]
      .filter((template) => sendersOf(template).length > 0 && template.recipients.length > 0)
      .flatMap((template) => Array.from({ length: WEIGHTS[template.example] ?? 0 }, () => template));
    const plants = new Planter(this.teller, this.templates, window).all();
    this.planted = plants.map(({ planted }) => planted);
    this.later = plants.flatMap(({ acts }) => acts);
    this.wanted = disclosures - this.planted.reduce((sum, { messages }) => sum + messages.length, 0);
  }

  /** Ends of the parts, milliseconds: fortnights, or shorter. */
  private get ends(): readonly number[] {
    const parts = Math.max(FORTNIGHTS, Math.ceil(this.wanted / AT_ONCE));
    const { from, to } = this.window;
    return Array.from({ length: parts }, (_, nth) => Math.round(from + ((nth + 1) * (to - from)) / parts));
  }

  *parts(): Generator<{ readonly acts: readonly Act[]; readonly until: number }> {
    const { ends } = this;
    let from = this.window.from;
    for (const [nth, until] of ends.entries()) {
      const share = (at: number): number => Math.round((this.wanted * at) / ends.length);
      const told = Array.from({ length: share(nth + 1) - share(nth) }, () => this.one({ from, to: until })).flat();
      const all = [...this.later, ...told];
      this.later = all.filter(({ at }) => at >= until);
      yield { acts: inTime(all.filter(({ at }) => at < until)), until };
      from = until;
    }
  }

  /** One disclosure, and what comes of it. */
  private one({ from, to }: Window): readonly Act[] {
    const { chance, teller } = this;
    const at = officeTime(chance, from, to);
    if (chance.happens(RECORDED)) {
      const disclosedAt = Math.round(at - chance.between(HOUR_MS, 20 * HOUR_MS));
      const template = this.templates.get('20');
      if (template !== undefined) return [recordedAct(teller, template, at, { disclosedAt })];
    }
    const of = this.told(at);
    if (of.outcome === 'permit') return ordinary(chance, of, at);
    // Mostly stopped at the sender's gateway; the exchange sees what that did not know yet.
    return [{ kind: chance.happens(0.8) ? 'refusal' : 'decision', at, of }];
  }

  private told(at: number): Message {
    const { chance, teller } = this;
    const template = chance.pick(this.choice);
    const sender = chance.pick(sendersOf(template));
    const known = this.cases.get(sender) ?? [];
    const isKnown = known.length > 0 && chance.happens(0.25);
    const of = teller.tell(template, at, { sender, ...(isKnown ? { caseId: chance.pick(known) } : {}) });
    this.cases.set(sender, [...known, of.caseId].slice(-OPEN_CASES));
    return of;
  }
}

/** One board names one ground for all it sends: that is planted. */
const sendersOf = ({ senders, example }: Template): readonly string[] =>
  senders.filter((sender) => sender !== CARE || example === '02');

/** The twelve months before an instant. */
export const yearBefore = (now: Date): Window => ({
  from: now.getTime() - 365 * DAY_MS,
  to: now.getTime() - 2 * MINUTE_MS,
});
