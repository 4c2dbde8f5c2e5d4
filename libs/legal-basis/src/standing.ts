import { OFFENCE_STAGES } from './codes.js';
import { inForce } from './dates.js';
import { better, lesser, matchParty, type PartyMatch } from './parties.js';
import type { CompiledVersion, RuleIndex } from './rule-index.js';
import type {
  AboutRule,
  AuthorityView,
  BasisVersion,
  CheckInput,
  ClaimBasis,
  Missing,
  MissingCode,
  Obstacle,
  ObstacleCode,
  PartyRule,
  PartySelector,
  TestRule,
} from './types.js';

/** How one claimed basis stands for the message as a whole, before any item is looked at. */
export interface Standing {
  readonly basis: string;
  /** Absent when no version is in force on the day. */
  readonly version: CompiledVersion | undefined;
  /** Any obstacle: the basis carries nothing. */
  readonly obstacles: readonly Obstacle[];
  readonly missing: readonly Missing[];
  /** Open question per set of provisions, from `overlaps` that arise for this message. */
  readonly overlapping: readonly { readonly provisions: string; readonly question: string }[];
  /** Tests of the version that are asked of this sender on this initiative. */
  readonly tests: readonly TestRule[];
  /** What the version demands of whom an item is about, given this recipient. */
  readonly about: readonly AboutRule[];
}
export interface Parties {
  readonly sender: AuthorityView;
  readonly recipient: AuthorityView;
}

/** Asks the sending authority's legal position; `open` when it has none. A position that prevents is an obstacle. */
export type QuestionState = 'open' | 'lifted' | 'prevented';
export function questionState(input: CheckInput, question: string): QuestionState {
  const position = input.directory.position(input.sender, question, input.on);
  if (
    position === undefined ||
    input.on < position.from ||
    (position.until !== undefined && input.on >= position.until)
  )
    return 'open';
  return position.answer === 'allows' ? 'lifted' : 'prevented';
}

class Collector {
  readonly obstacles: Obstacle[] = [];
  readonly missing: Missing[] = [];
  constructor(
    private readonly input: CheckInput,
    private readonly basis: string,
  ) {}
  obstacle(code: ObstacleCode, detail?: string): void {
    this.obstacles.push(detail === undefined ? { code, basis: this.basis } : { code, basis: this.basis, detail });
  }
  lacks(code: MissingCode): void {
    this.missing.push({ code, kind: 'officer', basis: this.basis });
  }
  /** @param about narrows the question to one basis version, as `text-unconfirmed:OSL-10-24@2023-01-01` */
  question(code: string, about?: string): void {
    const question = about === undefined ? code : `${code}:${about}`;
    const state = questionState(this.input, question);
    if (state === 'prevented') this.obstacle('POSITION_PREVENTS', question);
    else if (state === 'open')
      this.missing.push({ code: 'OPEN_QUESTION', kind: 'legal-question', basis: this.basis, question });
  }
}

export function standingOf(claimed: ClaimBasis, input: CheckInput, parties: Parties, index: RuleIndex): Standing {
  const found = new Collector(input, claimed.id);
  const version = index.versionOn(claimed.id, input.on);
  if (version === undefined) {
    const non = index.nonBases.get(claimed.id);
    if (index.bases.has(claimed.id) || non?.reason === 'NOT_IN_FORCE') found.obstacle('BASIS_NOT_IN_FORCE');
    else if (non === undefined) found.obstacle('BASIS_UNKNOWN');
    else found.obstacle(non.reason === 'NOT_A_BASIS' ? 'NOT_A_BASIS' : 'BASIS_NOT_MODELLED');
    return {
      basis: claimed.id,
      version,
      obstacles: found.obstacles,
      missing: found.missing,
      overlapping: [],
      tests: [],
      about: [],
    };
  }
  const { rule, versionId } = version;
  if (!rule.initiatives.includes(input.claims.initiative))
    found.obstacle('INITIATIVE_NOT_COVERED', input.claims.initiative);
  party(found, 'SENDER_NOT_COVERED', rule.sender, parties.sender, input, index, versionId);
  party(found, 'RECIPIENT_NOT_COVERED', rule.recipient, parties.recipient, input, index, versionId);
  between(found, version, input, parties, index);
  purpose(found, claimed, version, input.claims.purpose);
  facts(found, version, input, parties, index);
  ages(found, rule, input);
  if (rule.penalty !== undefined) penalty(found, version, input, index);
  if (rule.cooperation === true) cooperation(found, input);
  if (!input.directory.adopted(input.sender, versionId))
    found.missing.push({ code: 'BASIS_NOT_ADOPTED', kind: 'legal-question', basis: claimed.id, version: versionId });
  if ((rule.confirmedFrom !== undefined && input.on < rule.confirmedFrom) || input.on >= version.staleFrom)
    found.question('text-unconfirmed', versionId);
  return {
    basis: claimed.id,
    version,
    obstacles: found.obstacles,
    missing: found.missing,
    overlapping: overlaps(version, input, parties, index),
    tests: testsAsked(rule, input, parties, index),
    about: (rule.about ?? []).filter(
      ({ recipient }) => recipient === undefined || means(recipient, parties.recipient, input, index) !== 'no',
    ),
  };
}

function party(
  found: Collector,
  code: 'SENDER_NOT_COVERED' | 'RECIPIENT_NOT_COVERED',
  rule: PartyRule,
  view: AuthorityView,
  input: CheckInput,
  index: RuleIndex,
  versionId: string,
): void {
  let match: PartyMatch = matchParty(rule.any, view, index, input.on);
  const narrower = input.claims.initiative === 'own' ? rule.own : rule.request;
  if (match !== 'no' && narrower !== undefined) match = matchParty(narrower, view, index, input.on);
  if (match === 'no') found.obstacle(code);
  else if (match === 'question') found.question('party-status');
  else if (match === 'unconfirmed') found.question('membership-unconfirmed', versionId);
}

const means = (
  selectors: readonly PartySelector[],
  view: AuthorityView,
  input: CheckInput,
  index: RuleIndex,
): PartyMatch => matchParty(selectors, view, index, input.on);

/** Provisions that name pairs (alkohollagen 9:8), or that hold within one municipality (OSL 26:9 c). */
function between(
  found: Collector,
  { rule, versionId }: CompiledVersion,
  input: CheckInput,
  { sender, recipient }: Parties,
  index: RuleIndex,
): void {
  if (rule.sameParticipant === true && sender.participant !== recipient.participant)
    found.obstacle('NOT_SAME_MUNICIPALITY');
  if (rule.pairs === undefined) return;
  const { initiative } = input.claims;
  const initiatives = new Set<string>();
  let best: PartyMatch = 'no';
  for (const pair of rule.pairs) {
    const match = lesser(means(pair.sender, sender, input, index), means(pair.recipient, recipient, input, index));
    if (match === 'no') continue;
    const allowed = pair.initiatives ?? rule.initiatives;
    for (const one of allowed) initiatives.add(one);
    if (allowed.includes(initiative) && better(match, best)) best = match;
  }
  if (initiatives.size === 0) found.obstacle('PARTIES_NOT_COVERED');
  else if (best === 'no' && rule.initiatives.includes(initiative)) found.obstacle('INITIATIVE_NOT_COVERED', initiative);
  else if (best === 'question') found.question('party-status');
  else if (best === 'unconfirmed') found.question('membership-unconfirmed', versionId);
}

/** A test may be asked of those senders alone that the text does not name itself (SoL 19:1). Who may be named is asked too. */
function testsAsked(rule: BasisVersion, input: CheckInput, parties: Parties, index: RuleIndex): readonly TestRule[] {
  return rule.tests.filter(
    ({ initiative, notOf }) =>
      (initiative === undefined || initiative === input.claims.initiative) &&
      (notOf === undefined || means(notOf, parties.sender, input, index) !== 'yes'),
  );
}

function ages(found: Collector, rule: BasisVersion, input: CheckInput): void {
  for (const { fact, covers, question } of rule.ages ?? []) {
    const age = input.claims.derived[fact];
    if (typeof age === 'string' && covers.includes(age)) continue;
    if (question !== undefined) found.question(question);
    else if (age === 'unknown') found.lacks('AGE_UNKNOWN');
    else if (age === undefined) found.obstacle('FACT_MISSING', fact);
    else found.obstacle('AGE_NOT_COVERED', fact);
  }
}

function purpose(found: Collector, claimed: ClaimBasis, version: CompiledVersion, wanted: string): void {
  const { points } = version.rule;
  const covers = (purposes: readonly string[] | undefined): boolean =>
    purposes !== undefined && (purposes.includes('*') || purposes.includes(wanted));
  if (claimed.point !== undefined) {
    if (!Object.hasOwn(points, claimed.point)) found.obstacle('POINT_UNKNOWN', claimed.point);
    else if (!covers(points[claimed.point])) found.obstacle('PURPOSE_NOT_COVERED', wanted);
  } else if (!Object.values(points).some(covers)) found.obstacle('PURPOSE_NOT_COVERED', wanted);
}

function facts(
  found: Collector,
  version: CompiledVersion,
  input: CheckInput,
  parties: Parties,
  index: RuleIndex,
): void {
  const { rule } = version;
  for (const { fact, equals } of rule.requires ?? []) {
    const value = input.claims.derived[fact] ?? input.claims.facts[fact];
    if (value === undefined) found.obstacle('FACT_MISSING', fact);
    else if (equals !== undefined && value !== equals) found.obstacle('FACT_NOT_MET', fact);
  }
  for (const { fact, equals } of rule.forbids ?? [])
    if ((input.claims.derived[fact] ?? input.claims.facts[fact]) === equals) found.obstacle('FACT_EXCLUDES', fact);
  if (rule.recipientDecidesBenefit !== true) return;
  const code = input.claims.derived['benefit'];
  if (typeof code !== 'string') return; // FACT_MISSING says it
  const benefit = index.benefits.get(code);
  if (benefit === undefined || !inForce(benefit, input.on)) return found.obstacle('FACT_NOT_MET', 'benefit');
  const decides = matchParty(benefit.decidedBy, parties.recipient, index, input.on);
  if (decides === 'no') found.obstacle('BENEFIT_NOT_DECIDED_BY_RECIPIENT', 'benefit');
  else if (decides !== 'yes') found.question('party-status');
}

function penalty(found: Collector, version: CompiledVersion, input: CheckInput, index: RuleIndex): void {
  const rule = version.rule.penalty;
  const { crime, offenceStage } = input.claims.facts;
  if (rule === undefined) return;
  if (typeof crime !== 'string') return found.obstacle('FACT_MISSING', 'crime');
  if (typeof offenceStage !== 'string' || !(OFFENCE_STAGES as readonly string[]).includes(offenceStage))
    return found.obstacle('FACT_MISSING', 'offenceStage');
  if (index.scaleOn(crime, input.on) !== undefined && !index.inGroups(rule, crime, input.on))
    return found.obstacle('CRIME_NOT_COVERED', 'crime');
  const meets = index.meetsPenalty(rule, crime, offenceStage, input.on);
  if (meets === undefined) found.obstacle('CRIME_UNKNOWN', 'crime');
  else if (!meets) found.obstacle('PENALTY_BELOW_THRESHOLD', 'crime');
}

function cooperation(found: Collector, input: CheckInput): void {
  const id = input.claims.cooperationDecision;
  if (id === undefined) return found.obstacle('COOPERATION_MISSING');
  const decided = input.directory.cooperation(id);
  if (decided === undefined) return found.obstacle('COOPERATION_UNKNOWN');
  if (input.on < decided.from || (decided.until !== undefined && input.on >= decided.until))
    found.obstacle('COOPERATION_NOT_IN_FORCE');
  if (!decided.parties.includes(input.sender) || !decided.parties.includes(input.recipient))
    found.obstacle('COOPERATION_NOT_PARTY');
}

/** law.md 6.1 point 1: raised whenever the purpose or a stated crime says that a committed crime is investigated. */
function overlaps(
  version: CompiledVersion,
  input: CheckInput,
  parties: Parties,
  index: RuleIndex,
): Standing['overlapping'] {
  const declared = version.rule.overlaps;
  if (declared === undefined) return [];
  const { facts: stated, purpose: wanted } = input.claims;
  return declared.filter((overlap) => {
    if (!overlap.purposes.includes(wanted) && stated[overlap.fact] === undefined) return false;
    const stricter = index.versionOn(overlap.unlessPenaltyOf, input.on)?.rule;
    const rule = stricter?.penalty;
    const { crime, offenceStage } = stated;
    // The stricter basis names its recipients too: to any other, the question stands whatever the crime.
    if (stricter === undefined || matchParty(stricter.recipient.any, parties.recipient, index, input.on) !== 'yes')
      return true;
    if (rule === undefined || typeof crime !== 'string' || typeof offenceStage !== 'string') return true;
    return index.meetsPenalty(rule, crime, offenceStage, input.on) !== true;
  });
}
