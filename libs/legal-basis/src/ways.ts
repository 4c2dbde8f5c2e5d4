import type { questionState, Standing } from './standing.js';
import { matchParty } from './parties.js';
import type { RecordedAssessments } from './recorded.js';
import type { RuleIndex } from './rule-index.js';
import type {
  AssessKind,
  AuthorityView,
  CheckInput,
  ClaimItem,
  Missing,
  Obstacle,
  Outcome,
  Place,
  TestRule,
} from './types.js';

const OUTCOME_RANK: { readonly [outcome in Outcome]: number } = { permit: 0, assess: 1, deny: 2 };
const KIND_RANK: { readonly [kind in AssessKind]: number } = { officer: 0, 'legal-question': 1, protected: 2 };
export const worse = (a: Outcome, b: Outcome): Outcome => (OUTCOME_RANK[a] >= OUTCOME_RANK[b] ? a : b);
export const graver = (a: AssessKind, b: AssessKind): AssessKind => (KIND_RANK[a] >= KIND_RANK[b] ? a : b);
/** Personal-data law asks whether the purpose is compatible; a duty answers it, a permission does not (law.md 0.3 point 15). */
const PURPOSE_TEST: TestRule = { test: 'ANDAMAL' };
const BALANCING = new Set([
  'EJ_OLAMPLIGT',
  'EJ_OVERVAGANDE',
  'EJ_SARSKILDA',
  'EJ_STAR_KLART',
  'EJ_SYNNERLIGA',
  'FORETRADE',
  'UPPENBART',
]);

/** How one basis carries one item against one provision. */
export interface Way {
  readonly standing: Standing;
  secrecy: Outcome;
  processing: Outcome;
  kind: AssessKind;
  readonly obstacles: Obstacle[];
  readonly missing: Missing[];
  /** Unconfirmed readings that this way rests on. */
  readonly readings: string[];
}

/** Finds how the claimed bases carry one item against one provision. */
export class WayFinder {
  constructor(
    private readonly input: CheckInput,
    private readonly index: RuleIndex,
    private readonly sender: AuthorityView,
    private readonly recorded: RecordedAssessments,
    private readonly stateOf: (question: string) => ReturnType<typeof questionState>,
  ) {}

  /** Lower outcome first; among equals the easier kind, then a duty before a permission. */
  better(a: Way, b: Way): boolean {
    const byOutcome = OUTCOME_RANK[worse(a.secrecy, a.processing)] - OUTCOME_RANK[worse(b.secrecy, b.processing)];
    if (byOutcome !== 0) return byOutcome < 0;
    if (a.kind !== b.kind) return KIND_RANK[a.kind] < KIND_RANK[b.kind];
    return a.standing.version?.rule.force === 'duty' && b.standing.version?.rule.force !== 'duty';
  }

  wayOf(standing: Standing, item: ClaimItem, provision: string | undefined, place: Place): Way {
    const way: Way = {
      standing,
      secrecy: 'permit',
      processing: 'permit',
      kind: 'officer',
      obstacles: [],
      missing: [],
      readings: [],
    };
    const version = standing.version;
    if (version === undefined) return way;
    const at = { basis: standing.basis, ...place };
    const { rule } = version;
    if (
      rule.onlyCategories?.includes(item.dataCategory) === false ||
      rule.notCategories?.includes(item.dataCategory) === true
    )
      this.wayStops(way, { code: 'CATEGORY_NOT_COVERED', ...at });
    this.about(way, item, at);
    if (provision !== undefined) {
      if (!this.reaches(standing, provision)) {
        this.wayStops(way, { code: 'SECRECY_NOT_REACHED', ...at });
        way.processing = rule.force === 'duty' ? 'deny' : this.purposeOutcome(version.versionId, item.id);
        return way;
      }
      this.provisionQuestions(way, standing, provision, at);
    }
    for (const entry of standing.missing) {
      way.missing.push({ ...entry, ...at });
      way.secrecy = worse(way.secrecy, 'assess');
      way.kind = graver(way.kind, entry.kind);
    }
    for (const test of standing.tests) way.secrecy = worse(way.secrecy, this.test(way, test, version.versionId, at));
    // A duty that does not hold gives no ground for processing either.
    if (rule.force === 'permission') way.processing = this.test(way, PURPOSE_TEST, version.versionId, at);
    else if (way.secrecy === 'deny') way.processing = 'deny';
    return way;
  }

  private purposeOutcome(version: string, item: string): Outcome {
    const found = this.recorded.find(PURPOSE_TEST.test, version, item, undefined);
    return found === 'passes' ? 'permit' : found === 'stops' ? 'deny' : 'assess';
  }

  private wayStops(way: Way, obstacle: Obstacle): void {
    way.obstacles.push(obstacle);
    way.secrecy = 'deny';
  }

  private reaches(standing: Standing, provision: string): boolean {
    const version = standing.version;
    if (version === undefined || !this.index.reaches(version, provision, this.input.on)) return false;
    for (const { sender, excludes } of version.rule.reach.excludesFor ?? [])
      if (
        matchParty([sender], this.sender, this.index, this.input.on) !== 'no' &&
        this.index.excluded(excludes, provision, this.input.on)
      )
        return false;
    return true;
  }

  /** Whom the provision lets an item be about (OSL 12:2: who consents waives no secrecy of others). */
  private about(way: Way, item: ClaimItem, at: Place): void {
    for (const { covers, question } of way.standing.about) {
      if (covers.includes(item.about)) continue;
      if (question === undefined) this.wayStops(way, { code: 'ABOUT_NOT_COVERED', ...at });
      else this.wayAsks(way, question, at);
    }
  }

  private wayAsks(way: Way, question: string, at: Place): void {
    const state = this.stateOf(question);
    if (state === 'lifted') return;
    if (state === 'prevented') return this.wayStops(way, { code: 'POSITION_PREVENTS', ...at, detail: question });
    way.missing.push({ code: 'OPEN_QUESTION', kind: 'legal-question', ...at, question });
    way.secrecy = worse(way.secrecy, 'assess');
    way.kind = graver(way.kind, 'legal-question');
  }

  private provisionQuestions(way: Way, standing: Standing, provision: string, at: Place): void {
    const asked: string[] = [];
    const always = this.index.provisions.get(provision)?.question;
    if (always !== undefined) asked.push(always);
    for (const { provisions, question } of standing.version?.rule.reach.questions ?? [])
      if (this.index.memberOn(provisions, provision, this.input.on) !== 'out') asked.push(question);
    for (const { provisions, question } of standing.overlapping)
      if (this.index.memberOn(provisions, provision, this.input.on) !== 'out') asked.push(question);
    for (const question of asked) this.wayAsks(way, question, at);
    for (const { provisions, question } of standing.version?.rule.readings ?? []) {
      if (provisions !== undefined && this.index.memberOn(provisions, provision, this.input.on) === 'out') continue;
      const state = this.stateOf(question);
      if (state === 'prevented') this.wayStops(way, { code: 'POSITION_PREVENTS', ...at, detail: question });
      else if (state === 'open') way.readings.push(question);
    }
  }

  private test(way: Way, rule: TestRule, version: string, at: Place & { readonly item?: string }): Outcome {
    const found = this.recorded.find(rule.test, version, at.item ?? '', rule.offices);
    if (found === 'passes') return 'permit';
    if (found === 'stops') {
      const code =
        rule.test === 'ANDAMAL'
          ? 'PROCESSING_NOT_COMPATIBLE'
          : BALANCING.has(rule.test)
            ? 'SECRECY_PREVAILS'
            : 'TEST_NOT_MET';
      way.obstacles.push({ code, ...at, detail: rule.test });
      return 'deny';
    }
    const code =
      found === 'conflict'
        ? 'ASSESSMENTS_CONFLICT'
        : found === 'void'
          ? 'ASSESSMENT_VOID'
          : found === 'wrong-office'
            ? 'ASSESSMENT_WRONG_OFFICE'
            : 'ASSESSMENT_MISSING';
    way.missing.push({ code, kind: 'officer', ...at, test: rule.test, version });
    return 'assess';
  }
}
