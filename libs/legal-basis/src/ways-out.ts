import { applyWay, benefiting, recipientOf, type WayOut, type WayOutcome } from './apply-way.js';
import { claimedAlone, standingsOf, type Partly, type Whole } from './candidates.js';
import { check } from './check.js';
import { closedListObstacles } from './closed-lists.js';
import { openFacts, type OpenFact } from './open-facts.js';
import { indexOf, type CompiledVersion } from './rule-index.js';
import { standingOf, type Standing } from './standing.js';
import type { BasisVersion, CheckInput, ClaimItem, Missing, PartySelector, Verdict } from './types.js';

const RANK: { readonly [outcome in WayOutcome]: number } = { permit: 0, officer: 1, 'legal-question': 2, protected: 3 };
/** The easier to bring about, the lower. */
export const rankOfVerdict = (verdict: Verdict): number =>
  verdict.outcome === 'deny' ? Number.POSITIVE_INFINITY : RANK[verdict.outcome === 'permit' ? 'permit' : verdict.kind];
const MOST_BASES = 4;
const MOST_USABLE = 8;
const MOST_RECIPIENTS = 3;
const MOST_FOR_FEWER = 2;
/** What the recipient alone can change. */
const OF_RECIPIENT: ReadonlySet<string> = new Set([
  'RECIPIENT_NOT_COVERED',
  'PARTIES_NOT_COVERED',
  'BENEFIT_NOT_DECIDED_BY_RECIPIENT',
]);

export interface Found {
  readonly ways: readonly WayOut[];
  /** Facts that would make room for another basis; asked for, not proposed. */
  readonly facts: readonly OpenFact[];
}
/** One search serves both languages. */
const searched = new WeakMap<Verdict, { readonly input: CheckInput; readonly found: Found }>();

/**
 * Ways that would carry the disclosure, each verified by applying it and checking again; `none` alone when there is none. Facts about the
 * world are never proposed: every way keeps facts, derived facts, purpose, initiative and day.
 */
export function waysOut(verdict: Verdict, input: CheckInput): Found {
  if (verdict.outcome === 'permit') return { ways: [], facts: [] };
  const known = searched.get(verdict);
  if (known?.input === input) return known.found;
  const found = lookFor(verdict, input);
  searched.set(verdict, { input, found });
  return found;
}

function lookFor(verdict: Verdict, input: CheckInput): Found {
  const sender = input.directory.authority(input.sender);
  const recipient = input.directory.authority(input.recipient);
  if (sender === undefined || recipient === undefined || isMalformed(input))
    return { ways: [{ kind: 'none', why: 'malformed' }], facts: [] };
  const standings = standingsOf(input, { sender, recipient });
  const ways = search(verdict, input, standings);
  return { ways: ways.length === 0 ? [noWay(verdict)] : ways, facts: openFacts(input, standings) };
}
export const noWay = (verdict: Verdict): WayOut => ({
  kind: 'none',
  why: verdict.outcome === 'assess' ? 'unanswered' : 'obstacle',
});

/** A message outside the closed lists is refused whatever is changed here; one without a basis may find one. */
export function isMalformed(input: CheckInput): boolean {
  return (
    input.sender === input.recipient ||
    closedListObstacles(input, indexOf(input.ruleSet)).some(({ code }) => code !== 'NO_BASIS')
  );
}

function search(verdict: Verdict, input: CheckInput, standings: readonly Standing[]): WayOut[] {
  if (verdict.outcome === 'permit') return [];
  const now = rankOfVerdict(verdict);
  const fewer = leavingOut(verdict, input, now);
  const bases = otherBases(input, now, standings);
  if (verdict.outcome === 'assess') return [...acts(verdict, input), ...bases, ...fewer];
  return [...bases, ...fewer, ...otherRecipients(verdict, input)];
}

/**
 * The outcome of a variant; undefined where a formal obstacle, or something nobody here can answer, would remain. When all that is missing
 * can be answered, answers that pass lead to a permit: `ways-out.property.spec.ts` supposes them over random claims.
 */
export function outcomeOf(input: CheckInput, verdict: Verdict = check(input)): WayOutcome | undefined {
  if (verdict.outcome === 'permit') return 'permit';
  return verdict.outcome === 'assess' && verdict.missing.every(isAnswerable) ? verdict.kind : undefined;
}
/** An officer's test, a jurist's position or adoption; what is missing besides is a fact. */
const isAnswerable = ({ code, test, item }: Missing): boolean =>
  (test !== undefined && item !== undefined) || code === 'OPEN_QUESTION' || code === 'BASIS_NOT_ADOPTED';

const verified = (input: CheckInput, way: WayOut): WayOut[] => {
  const outcome = outcomeOf(applyWay(input, way));
  return outcome === undefined ? [] : [{ ...way, outcome }];
};

/** What people of the sending authority can still do on the bases that are claimed. */
function acts({ missing }: Verdict & { readonly outcome: 'assess' }, input: CheckInput): WayOut[] {
  const unique = (values: readonly (string | undefined)[]): readonly string[] =>
    [...new Set(values)].flatMap((value) => value ?? []);
  const asked = missing.filter(({ test, item }) => test !== undefined && item !== undefined);
  const questions = unique(missing.map(({ code, question }) => (code === 'OPEN_QUESTION' ? question : undefined)));
  const versions = unique(missing.map(({ code, version }) => (code === 'BASIS_NOT_ADOPTED' ? version : undefined)));
  return [
    ...(asked.length === 0 ? [] : verified(input, { kind: 'ask-for-assessment', asked })),
    ...(questions.length === 0 ? [] : verified(input, { kind: 'take-legal-position', questions })),
    ...(versions.length === 0 ? [] : verified(input, { kind: 'adopt-basis', versions })),
  ];
}

/**
 * Single bases first; two together only when none carries alone (AND over provisions), and one for fewer items only when neither does.
 * Duties before permissions, then by outcome.
 */
function otherBases(input: CheckInput, now: number, standings: readonly Standing[]): WayOut[] {
  const claimed = new Set(input.claims.bases.flatMap(({ id, point }) => (point === undefined ? [id] : [])));
  const { whole, partly } = claimedAlone(input, standings);
  const alone = singles(whole.filter(({ id, verdict }) => !claimed.has(id) && rankOfVerdict(verdict) < now));
  if (alone.length > 0) return alone;
  const together = pairs(input, partly, now);
  return inOrder(together.length > 0 ? together : forFewer(input, partly, claimed, now));
}

/** In order, so that no more are verified than are told. */
function singles(candidates: readonly Whole[]): WayOut[] {
  const ways: WayOut[] = [];
  for (const { id, variant, verdict } of [...candidates].sort(
    (a, b) => Number(b.duty) - Number(a.duty) || rankOfVerdict(a.verdict) - rankOfVerdict(b.verdict),
  )) {
    if (ways.length >= MOST_BASES) break;
    const outcome = outcomeOf(variant, verdict);
    if (outcome !== undefined) ways.push({ kind: 'other-basis', bases: [id], outcome });
  }
  return ways;
}

interface Ranked {
  readonly way: WayOut;
  readonly duty: boolean;
}
export const rankOf = ({ outcome }: Pick<WayOut, 'outcome'>): number =>
  outcome === undefined ? Number.POSITIVE_INFINITY : RANK[outcome];
const inOrder = (ways: readonly Ranked[]): WayOut[] =>
  [...ways]
    .sort((a, b) => Number(b.duty) - Number(a.duty) || rankOf(a.way) - rankOf(b.way))
    .slice(0, MOST_BASES)
    .map(({ way }) => way);

function pairs(input: CheckInput, usable: readonly Partly[], now: number): readonly Ranked[] {
  const few = [...usable].sort((a, b) => a.stopped.size - b.stopped.size).slice(0, MOST_USABLE);
  const ways: Ranked[] = [];
  for (const [at, first] of few.entries())
    for (const second of few.slice(at + 1)) {
      if ([...first.stopped].some((unit) => second.stopped.has(unit))) continue;
      const bases = [first.id, second.id];
      const duty = first.duty && second.duty;
      for (const way of verified(input, { kind: 'other-basis', bases }))
        if (rankOf(way) < now) ways.push({ way, duty });
    }
  return ways;
}

/** Another basis that carries some of the items: those that it carries most of, the others left out. */
function forFewer(
  input: CheckInput,
  usable: readonly Partly[],
  claimed: ReadonlySet<string>,
  now: number,
): readonly Ranked[] {
  const all = input.claims.items;
  const ways: Ranked[] = [];
  const some = usable.filter(({ id, stoppedItems }) => !claimed.has(id) && stoppedItems.size < all.length);
  for (const { id, duty, stoppedItems } of [...some].sort((a, b) => a.stoppedItems.size - b.stoppedItems.size)) {
    if (ways.length >= MOST_FOR_FEWER) break;
    const way: WayOut = { kind: 'other-basis', bases: [id], ...without(input, (item) => stoppedItems.has(item)) };
    for (const one of verified(input, way)) if (rankOf(one) < now) ways.push({ way: one, duty });
  }
  return ways;
}

const without = (input: CheckInput, out: (item: string) => boolean): { items: string[]; keeps: string[] } => {
  const ids = input.claims.items.map(({ id }) => id);
  return { items: ids.filter(out), keeps: ids.filter((id) => !out(id)) };
};

/**
 * The largest part of the items that is carried, and the largest for which nothing more is needed. Items stand or fall each by itself, so
 * that each is looked at alone; the part is then checked as a whole.
 */
function leavingOut(verdict: Verdict, input: CheckInput, now: number): WayOut[] {
  if (verdict.outcome === 'permit' || input.claims.items.length < 2) return [];
  const touched = new Set([...verdict.obstacles, ...verdict.missing].flatMap(({ item }) => item ?? []));
  if (touched.size === 0) return [];
  const rank = new Map(input.claims.items.map((item) => [item.id, touched.has(item.id) ? alone(input, item) : 0]));
  const ranks = [...new Set(rank.values())].filter((one) => one < now).sort((a, b) => b - a);
  const ways: WayOut[] = [];
  let least = now;
  for (const most of [...new Set([ranks[0], ranks.at(-1)])]) {
    if (most === undefined) continue;
    const part = without(input, (item) => (rank.get(item) ?? Number.POSITIVE_INFINITY) > most);
    if (part.items.length === 0 || part.keeps.length === 0) continue;
    const [way] = verified(input, { kind: 'leave-out-items', ...part });
    // To leave out more must gain something.
    if (way === undefined || rankOf(way) >= least) continue;
    least = rankOf(way);
    ways.push(way);
  }
  return ways;
}

function alone(input: CheckInput, item: ClaimItem): number {
  const verdict = check({ ...input, claims: { ...input.claims, items: [item] } });
  if (verdict.outcome === 'permit') return RANK.permit;
  // Free text that nobody has declared is asked about, and is carried by nothing until then.
  const undeclared = verdict.missing.some(({ code }) => code === 'FREE_TEXT_UNDECLARED');
  return verdict.outcome === 'deny' || undeclared ? Number.POSITIVE_INFINITY : RANK[verdict.kind];
}

/** Agencies that a claimed basis names, where only the recipient stands against it. */
function otherRecipients(verdict: Verdict, input: CheckInput): WayOut[] {
  if (verdict.outcome !== 'deny') return [];
  const index = indexOf(input.ruleSet);
  const sender = input.directory.authority(input.sender);
  if (sender === undefined) return [];
  const ways: WayOut[] = [];
  for (const basis of input.claims.bases) {
    const own = verdict.obstacles.filter((obstacle) => obstacle.basis === basis.id);
    const version = index.versionOn(basis.id, input.on);
    if (version === undefined || own.length === 0 || !own.every(({ code }) => OF_RECIPIENT.has(code))) continue;
    for (const agency of namedRecipients(version, input)) {
      if (agency === sender.agency || ways.length >= MOST_RECIPIENTS) continue;
      const recipient = recipientOf(agency);
      if (standingOf(basis, input, { sender, recipient }, index).obstacles.length > 0) continue;
      ways.push(...verified(input, { kind: 'other-recipient', bases: [basis.id], recipient: agency }));
    }
  }
  return ways;
}

function namedRecipients({ rule }: CompiledVersion, input: CheckInput): ReadonlySet<string> {
  const index = indexOf(input.ruleSet);
  const { any, own, request }: BasisVersion['recipient'] = rule.recipient;
  const narrow = (input.claims.initiative === 'own' ? own : request) ?? any;
  const selectors: readonly PartySelector[] = [
    ...narrow,
    ...(rule.pairs ?? []).flatMap(({ recipient }) => recipient),
    ...(rule.recipientDecidesBenefit === true ? benefiting(input) : []),
  ];
  const listed = selectors.flatMap(({ list }) => index.lists.get(list ?? '')?.entries ?? []).map(({ party }) => party);
  return new Set(
    [...selectors, ...listed].flatMap(({ agencies, branch }) => (branch === undefined ? (agencies ?? []) : [])),
  );
}
