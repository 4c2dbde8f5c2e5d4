import { FINDING_RESULTS, FINDING_SEVERITIES } from '#envelope';
import type { FindingAct, FindingOpened, FindingResult, FindingSeverity } from '#envelope';
import { ReviewRefusal } from './review-refusal.js';
import type { Kept } from './sample.js';

const MOST_TITLE = 200;
const MOST_CHARACTERS = 5_000;

/** What a finding is about. */
export type FindingOn =
  { readonly message: string } | { readonly case: string } | { readonly sample: string; readonly item: number };
/** What was held, as its entry commits to it. */
export interface Held {
  readonly on: FindingOn;
  readonly title: string;
  readonly text: string;
}
export type FindingState = 'open' | 'assigned' | 'answered' | 'closed';
/** A finding (*iakttagelse*): what its acts come to. */
export interface Finding {
  readonly id: string;
  readonly state: FindingState;
  readonly opened: Kept<FindingOpened>;
  readonly held: Held;
  /** An auditor's pseudonym or an authority: who was last to answer. */
  readonly to?: string;
  readonly result?: FindingResult;
  /** Oldest first, with what was said. */
  readonly timeline: readonly { readonly act: FindingAct; readonly text?: string }[];
}

const STATES = {
  'finding-opened': 'open',
  'finding-assigned': 'assigned',
  'finding-answered': 'answered',
  'finding-closed': 'closed',
} as const satisfies Readonly<Record<FindingAct['kind'], FindingState>>;

/** @param acts of one finding, oldest first @throws {Error} the first is not that it was opened */
export function findingOf(id: string, acts: readonly Kept<FindingAct>[]): Finding {
  const opened = acts.find((one): one is Kept<FindingOpened> => one.act.kind === 'finding-opened');
  const last = acts.at(-1);
  if (opened === undefined || last === undefined) throw new Error(`finding ${id} was never opened`);
  const to = acts.flatMap(({ act }) => (act.kind === 'finding-assigned' ? [act.to] : [])).at(-1);
  return {
    id,
    state: STATES[last.act.kind],
    opened,
    held: JSON.parse(opened.said ?? '') as Held,
    timeline: acts.map(({ act, said }) =>
      said === undefined ? { act } : { act, text: (JSON.parse(said) as { readonly text: string }).text },
    ),
    ...(to === undefined ? {} : { to }),
    ...(last.act.kind === 'finding-closed' ? { result: last.act.result } : {}),
  };
}

/** @throws {ReviewRefusal} FINDING_INVALID: no title or text, or more than 200 and 5,000 characters; another severity */
export function heldBy(
  on: FindingOn,
  { title, text, severity }: { readonly title: string; readonly text: string; readonly severity: string },
): { readonly held: Held; readonly severity: FindingSeverity } {
  const known = FINDING_SEVERITIES.find((one) => one === severity);
  const named = title.trim();
  if (known === undefined || named === '' || named.length > MOST_TITLE) throw new ReviewRefusal('FINDING_INVALID');
  return { held: { on, title: named, text: written(text) }, severity: known };
}

/** @param to one of the review's auditors, or of the assignment's authorities @throws {ReviewRefusal} FINDING_CLOSED, NOT_A_COLLEAGUE */
export function assignable(finding: Finding, to: string, among: readonly string[]): string {
  assertOpen(finding);
  if (!among.includes(to)) throw new ReviewRefusal('NOT_A_COLLEAGUE');
  return to;
}

/**
 * Who it is assigned to answers; what an authority answers any auditor of the review writes down.
 * @throws {ReviewRefusal} FINDING_CLOSED, NOT_ASSIGNED, FINDING_INVALID
 */
export function answerTo(finding: Finding, auditor: string, text: string): { readonly text: string } {
  assertOpen(finding);
  if (!mayAnswer(finding, auditor)) throw new ReviewRefusal('NOT_ASSIGNED');
  return { text: written(text) };
}
export const mayAnswer = ({ state, to }: Finding, auditor: string): boolean =>
  state === 'assigned' && to !== undefined && (to === auditor || to.includes('/'));

/** Results that a finding may be closed with. Where nobody answered, there is no answer to accept; the others need none, and the reasons say why. */
export const resultsOf = ({ timeline }: Finding): readonly FindingResult[] =>
  timeline.some(({ act }) => act.kind === 'finding-answered')
    ? FINDING_RESULTS
    : FINDING_RESULTS.filter((result) => result !== 'accepted');

/** @throws {ReviewRefusal} FINDING_CLOSED, FINDING_INVALID, NOT_ANSWERED: an answer is accepted that nobody gave */
export function closing(
  finding: Finding,
  result: string,
  text: string,
): { readonly result: FindingResult; readonly said: { readonly text: string } } {
  assertOpen(finding);
  const known = FINDING_RESULTS.find((one) => one === result);
  if (known === undefined) throw new ReviewRefusal('FINDING_INVALID');
  const said = { text: written(text) };
  if (!resultsOf(finding).includes(known)) throw new ReviewRefusal('NOT_ANSWERED');
  return { result: known, said };
}

const assertOpen = ({ state }: Finding): void => {
  if (state === 'closed') throw new ReviewRefusal('FINDING_CLOSED');
};
const written = (text: string): string => {
  const found = text.trim();
  if (found === '' || found.length > MOST_CHARACTERS) throw new ReviewRefusal('FINDING_INVALID');
  return found;
};
