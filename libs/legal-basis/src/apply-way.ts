import { OUTCOMES, type TestCode } from './codes.js';
import { NO_BASIS } from './recorded.js';
import { indexOf } from './rule-index.js';
import type {
  AssessKind,
  AuthorityView,
  CheckInput,
  ClaimAssessment,
  ClaimBasis,
  DirectoryView,
  Facts,
  LegalPositionView,
  Missing,
  PartySelector,
} from './types.js';

/** What the check says once the way is taken: `permit` at once; the others: what people then still need to do. */
export type WayOutcome = 'permit' | AssessKind;
export interface WayOut {
  readonly kind:
    | 'other-basis'
    | 'other-recipient'
    | 'leave-out-items'
    | 'ask-for-assessment'
    | 'take-legal-position'
    | 'adopt-basis'
    /** None on this basis, and no other was found. */
    | 'none';
  /** Basis ids to claim. */
  readonly bases?: readonly string[];
  /** Items to leave out, and those that then go. */
  readonly items?: readonly string[];
  readonly keeps?: readonly string[];
  /** Agency id of a recipient that the claimed basis covers. */
  readonly recipient?: string;
  /** What officers are to be asked. */
  readonly asked?: readonly Missing[];
  /** Open questions that a position which allows would lift. */
  readonly questions?: readonly string[];
  /** Basis versions to adopt. */
  readonly versions?: readonly string[];
  /** Why there is none: an obstacle on every basis, a question of fact first, or a message that is not in order. */
  readonly why?: 'obstacle' | 'unanswered' | 'malformed';
  /** Absent for `none`. */
  readonly outcome?: WayOutcome;
}

/** The input as it stands once the way is taken. Facts, purpose, initiative and day stay as they were; derived facts too, but see `leavingOut`. */
export function applyWay(input: CheckInput, way: WayOut): CheckInput {
  switch (way.kind) {
    case 'other-basis':
      return claiming(
        leavingOut(input, way.items),
        (way.bases ?? []).map((id) => ({ id })),
      );
    case 'other-recipient':
      return way.recipient === undefined ? input : sentTo(input, recipientOf(way.recipient));
    case 'leave-out-items':
      return leavingOut(input, way.items);
    case 'ask-for-assessment':
      return withAnswers(input, way.asked ?? []);
    case 'take-legal-position':
      return withPositions(input, new Set(way.questions));
    case 'adopt-basis':
      return withAdopted(input, new Set(way.versions));
    case 'none':
      return input;
  }
}

/**
 * The input without these items. To leave out the address does not clear a protected identity, since the sender is itself a trace: where an
 * item that goes was under such a provision, the rest stands as under a mark.
 */
export const leavingOut = (input: CheckInput, out: readonly string[] = []): CheckInput => {
  if (out.length === 0) return input;
  const { claims } = input;
  const index = indexOf(input.ruleSet);
  const items = claims.items.filter(({ id }) => !out.includes(id));
  const traced = claims.items.some(({ id, secrecy }) => out.includes(id) && index.protectsIdentity(secrecy));
  const derived: Facts = traced ? { ...claims.derived, protectedIdentity: 'marked' } : claims.derived;
  return { ...input, claims: { ...claims, items, derived } };
};
export const claiming = (input: CheckInput, bases: readonly ClaimBasis[]): CheckInput => ({
  ...input,
  claims: { ...input.claims, bases },
});

/** Supposes that people have done all that they can do about what is missing; only to see what would remain. */
export function supposeAll(input: CheckInput, missing: readonly Missing[]): CheckInput {
  const answered = withAnswers(input, missing);
  const questions = new Set(
    missing.flatMap(({ code, question }) => (code === 'OPEN_QUESTION' ? (question ?? []) : [])),
  );
  const versions = new Set(
    missing.flatMap(({ code, version }) => (code === 'BASIS_NOT_ADOPTED' ? (version ?? []) : [])),
  );
  const positioned = questions.size === 0 ? answered : withPositions(answered, questions);
  return versions.size === 0 ? positioned : withAdopted(positioned, versions);
}

function withAnswers(input: CheckInput, missing: readonly Missing[]): CheckInput {
  const supposed = missing.flatMap((entry) => answersTo(input, entry));
  if (supposed.length === 0) return input;
  // A supposed answer takes the place of those that contradict each other or come from another office.
  const answered = new Set(supposed.map(({ test, basis, items }) => `${test} ${basis} ${items[0] ?? ''}`));
  const kept = input.claims.assessments.map((recorded) => ({
    ...recorded,
    items: recorded.items.filter((item) => !answered.has(`${recorded.test} ${recorded.basis} ${item}`)),
  }));
  return { ...input, claims: { ...input.claims, assessments: [...kept, ...supposed] } };
}

function answersTo(input: CheckInput, { test, item, basis, version }: Missing): readonly ClaimAssessment[] {
  if (test === undefined || item === undefined) return [];
  const index = indexOf(input.ruleSet);
  const outcome = OUTCOMES[test as TestCode].passes;
  const common = { id: '', test, outcome, items: [item], mandate: 'delegation', at: '', commitment: '', digest: '' };
  if (test === 'SKYDDAD') {
    // Two officers, each alone.
    const [office = ''] = index.protectedOffices;
    return ['supposed 1', 'supposed 2'].map((officer) => ({
      ...common,
      basis: NO_BASIS,
      office,
      officer,
      assurance: 'authenticated',
    }));
  }
  const rule = basis === undefined ? undefined : index.versionOn(basis, input.on)?.rule;
  const office = rule?.tests.find((asks) => asks.test === test)?.offices?.[0] ?? 'handlaggare';
  return [{ ...common, basis: version ?? NO_BASIS, office, officer: 'supposed', assurance: 'asserted' }];
}

const withDirectory = (input: CheckInput, changed: Partial<DirectoryView>): CheckInput => {
  const { directory } = input;
  const same: DirectoryView = {
    authority: (id) => directory.authority(id),
    adopted: (authority, version) => directory.adopted(authority, version),
    position: (authority, question, on) => directory.position(authority, question, on),
    cooperation: (id) => directory.cooperation(id),
  };
  return { ...input, directory: { ...same, ...changed } };
};

function withPositions(input: CheckInput, questions: ReadonlySet<string>): CheckInput {
  const allows = (question: string): LegalPositionView => ({ question, answer: 'allows', from: input.on });
  return withDirectory(input, {
    position: (authority, question, on) =>
      authority === input.sender && questions.has(question)
        ? allows(question)
        : input.directory.position(authority, question, on),
  });
}

const withAdopted = (input: CheckInput, versions: ReadonlySet<string>): CheckInput =>
  withDirectory(input, {
    adopted: (authority, version) =>
      (authority === input.sender && versions.has(version)) || input.directory.adopted(authority, version),
  });

/** An agency that the directory may not hold. */
export const recipientOf = (agency: string): AuthorityView => ({
  id: `(${agency})`,
  participant: agency,
  kind: 'statlig-myndighet',
  branches: [],
  agency,
});
const sentTo = (input: CheckInput, recipient: AuthorityView): CheckInput => ({
  ...withDirectory(input, {
    authority: (id) => (id === recipient.id ? recipient : input.directory.authority(id)),
  }),
  recipient: recipient.id,
});

/** Those that decide the benefit the message is about. */
export function benefiting(input: CheckInput): readonly PartySelector[] {
  const benefit = input.claims.derived['benefit'];
  return typeof benefit === 'string' ? (indexOf(input.ruleSet).benefits.get(benefit)?.decidedBy ?? []) : [];
}
