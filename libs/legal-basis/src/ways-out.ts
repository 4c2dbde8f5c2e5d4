import { check } from './check.js';
import { OUTCOMES, type TestCode } from './codes.js';
import { NO_BASIS } from './recorded.js';
import { indexOf } from './rule-index.js';
import type { AssessKind, AuthorityView, CheckInput, ClaimAssessment, ClaimBasis, Missing, Verdict } from './types.js';

/** `permit`: at once; `officer`: a permit once officers have answered the tests; the others: what else is needed. */
export type WayOutcome = 'permit' | AssessKind;
export interface WayOut {
  readonly kind: 'other-basis' | 'other-recipient' | 'leave-out-items' | 'ask-for-assessment';
  /** Basis ids to claim. */
  readonly bases?: readonly string[];
  readonly items?: readonly string[];
  /** Agency id of a recipient that the claimed basis covers. */
  readonly recipient?: string;
  readonly outcome: WayOutcome;
}
const RANK: { readonly [outcome in WayOutcome]: number } = { permit: 0, officer: 1, 'legal-question': 2, protected: 3 };
const MOST_WAYS = 6;

/**
 * Ways that would carry the disclosure, each verified by checking again. Facts about the world are never proposed: every way uses the
 * facts, initiative and purpose that were claimed.
 */
export function waysOut(verdict: Verdict, input: CheckInput): readonly WayOut[] {
  if (verdict.outcome === 'permit') return [];
  const now = verdict.outcome === 'deny' ? Number.POSITIVE_INFINITY : RANK[verdict.kind];
  const ways: WayOut[] = [];
  if (verdict.outcome === 'assess') {
    const after = outcomeOf(withAnswers(input, verdict.missing));
    ways.push({ kind: 'ask-for-assessment', outcome: after === 'permit' ? 'officer' : (after ?? verdict.kind) });
  }
  ways.push(...otherBases(input, now));
  if (verdict.outcome === 'deny') ways.push(...leavingOut(verdict, input), ...otherRecipients(verdict, input));
  return ways.slice(0, MOST_WAYS);
}

/** The outcome of a variant, officers' answers supposed; undefined when a formal obstacle remains. */
function outcomeOf(input: CheckInput): WayOutcome | undefined {
  const first = check(input);
  if (first.outcome === 'permit') return 'permit';
  if (first.outcome === 'deny') return undefined;
  if (first.kind !== 'officer') return first.kind;
  const after = check(withAnswers(input, first.missing));
  return after.outcome === 'permit' ? 'officer' : undefined;
}

/** Supposes that officers have answered what is missing; only to see what would remain. */
function withAnswers(input: CheckInput, missing: readonly Missing[]): CheckInput {
  const supposed = missing.flatMap((entry): ClaimAssessment[] => {
    if (entry.test === undefined || entry.item === undefined || entry.kind !== 'officer') return [];
    const office = officeFor(input, entry);
    const common = {
      items: [entry.item],
      office,
      officer: 'supposed',
      mandate: 'delegation',
      assurance: 'asserted',
    } as const;
    const basis = entry.version ?? NO_BASIS;
    const outcome = OUTCOMES[entry.test as TestCode].passes;
    return [{ ...common, id: '', test: entry.test, outcome, basis, at: '', commitment: '', digest: '' }];
  });
  // A supposed answer takes the place of those that contradict each other or are void.
  const answered = (recorded: ClaimAssessment): boolean =>
    supposed.some(
      (one) =>
        one.test === recorded.test && one.basis === recorded.basis && recorded.items.includes(one.items[0] ?? ''),
    );
  const kept = input.claims.assessments.filter((recorded) => !answered(recorded));
  return { ...input, claims: { ...input.claims, assessments: [...kept, ...supposed] } };
}

function officeFor(input: CheckInput, entry: Missing): string {
  const version = entry.basis === undefined ? undefined : indexOf(input.ruleSet).versionOn(entry.basis, input.on);
  return version?.rule.tests.find((rule) => rule.test === entry.test)?.offices?.[0] ?? 'handlaggare';
}

const claiming = (input: CheckInput, bases: readonly ClaimBasis[]): CheckInput => ({
  ...input,
  claims: { ...input.claims, bases },
});

/** Single bases first; two together only when none carries alone (AND over provisions). Duties before permissions. */
function otherBases(input: CheckInput, now: number): WayOut[] {
  const index = indexOf(input.ruleSet);
  const claimed = new Set(input.claims.bases.map((basis) => basis.id));
  const candidates = [...index.bases.keys()]
    .filter((id) => index.versionOn(id, input.on) !== undefined)
    .sort((a, b) => Number(forceOf(input, a) !== 'duty') - Number(forceOf(input, b) !== 'duty'));
  const found: WayOut[] = [];
  const usable: string[] = [];
  for (const id of candidates) {
    const variant = claiming(input, [{ id }]);
    const outcome = claimed.has(id) && input.claims.bases.length === 1 ? undefined : outcomeOf(variant);
    if (outcome !== undefined && RANK[outcome] < now) found.push({ kind: 'other-basis', bases: [id], outcome });
    else if (check(variant).carriedBy.length > 0 || reachesSome(variant)) usable.push(id);
  }
  if (found.length === 0) {
    for (const [at, first] of usable.entries())
      for (const second of usable.slice(at + 1)) {
        const outcome = outcomeOf(claiming(input, [{ id: first }, { id: second }]));
        if (outcome !== undefined && RANK[outcome] < now)
          found.push({ kind: 'other-basis', bases: [first, second], outcome });
      }
  }
  return found.sort((a, b) => RANK[a.outcome] - RANK[b.outcome]).slice(0, MOST_WAYS - 2);
}
const forceOf = (input: CheckInput, id: string): string | undefined =>
  indexOf(input.ruleSet).versionOn(id, input.on)?.rule.force;
/** The basis applies to the message, and some item is only waiting for an assessment. */
function reachesSome(input: CheckInput): boolean {
  const verdict = check(input);
  return (
    verdict.outcome !== 'permit' &&
    verdict.missing.some((entry) => entry.basis !== undefined && entry.item !== undefined)
  );
}

function leavingOut(verdict: Verdict, input: CheckInput): WayOut[] {
  if (verdict.outcome !== 'deny') return [];
  const stopped = new Set(verdict.obstacles.flatMap((obstacle) => obstacle.item ?? []));
  const rest = input.claims.items.filter((item) => !stopped.has(item.id));
  if (stopped.size === 0 || rest.length === 0) return [];
  const outcome = outcomeOf({ ...input, claims: { ...input.claims, items: rest } });
  return outcome === undefined ? [] : [{ kind: 'leave-out-items', items: [...stopped], outcome }];
}

/** Agencies on the list of a basis whose only obstacle is the recipient. */
function otherRecipients(verdict: Verdict, input: CheckInput): WayOut[] {
  if (verdict.outcome !== 'deny') return [];
  const index = indexOf(input.ruleSet);
  const ways: WayOut[] = [];
  for (const { id } of input.claims.bases) {
    const own = verdict.obstacles.filter((obstacle) => obstacle.basis === id);
    const rule = index.versionOn(id, input.on)?.rule;
    if (rule === undefined || own.length !== 1 || own[0]?.code !== 'RECIPIENT_NOT_COVERED') continue;
    const narrow =
      (input.claims.initiative === 'own' ? rule.recipient.own : rule.recipient.request) ?? rule.recipient.any;
    const listed = narrow.flatMap((selector) => [
      ...(selector.agencies ?? []),
      ...(index.lists.get(selector.list ?? '')?.entries ?? []).flatMap((entry) =>
        entry.party.branch === undefined ? (entry.party.agencies ?? []) : [],
      ),
    ]);
    for (const agency of [...new Set(listed)].slice(0, 3)) {
      const outcome = outcomeOf(sentTo(input, agency));
      if (outcome !== undefined) ways.push({ kind: 'other-recipient', bases: [id], recipient: agency, outcome });
    }
  }
  return ways;
}

function sentTo(input: CheckInput, agency: string): CheckInput {
  const supposed: AuthorityView = {
    id: `(${agency})`,
    participant: agency,
    kind: 'statlig-myndighet',
    branches: [],
    agency,
  };
  const directory = {
    authority: (id: string) => (id === supposed.id ? supposed : input.directory.authority(id)),
    adopted: (authority: string, version: string) => input.directory.adopted(authority, version),
    position: (authority: string, question: string, on: string) => input.directory.position(authority, question, on),
    cooperation: (id: string) => input.directory.cooperation(id),
  };
  return { ...input, recipient: supposed.id, directory };
}
