import { closedListObstacles } from './closed-lists.js';
import { isLocalDate } from './dates.js';
import { EngineError } from './errors.js';
import { NO_BASIS, RecordedAssessments, type Recorded } from './recorded.js';
import { indexOf, type RuleIndex } from './rule-index.js';
import { questionState, standingOf, type Standing } from './standing.js';
import type {
  AssessKind,
  AuthorityView,
  Carried,
  CheckInput,
  ClaimItem,
  Clock,
  Force,
  Missing,
  Note,
  Obstacle,
  Outcome,
  Place,
  Verdict,
} from './types.js';
import { graver, WayFinder, worse, type Way } from './ways.js';

/** Checks one message against one rule set. A changed verdict is a new engine version, and the old one stays callable. */
export function examine(input: CheckInput): Verdict {
  if (!isLocalDate(input.on)) throw new EngineError('DATE_INVALID', 'on');
  const index = indexOf(input.ruleSet);
  const sender = input.directory.authority(input.sender);
  const recipient = input.directory.authority(input.recipient);
  const formal = closedListObstacles(input, index);
  if (sender === undefined) formal.push({ code: 'SENDER_UNKNOWN' });
  if (recipient === undefined) formal.push({ code: 'RECIPIENT_UNKNOWN' });
  if (input.sender === input.recipient) formal.push({ code: 'SAME_AUTHORITY' });
  if (sender === undefined || recipient === undefined || formal.length > 0) return refused(formal, sender);
  return new Examination(input, index, sender, recipient).verdict();
}

function refused(obstacles: readonly Obstacle[], sender: AuthorityView | undefined): Verdict {
  return {
    outcome: 'deny',
    obstacles,
    missing: [],
    secrecy: { outcome: 'deny' },
    processing: { outcome: 'deny', regime: regimeOf(sender), ground: 'none' },
    versions: [],
    notes: [],
    carriedBy: [],
  };
}

const LAW_ENFORCEMENT_KINDS = ['brottsbekampande-myndighet', 'kriminalvardsmyndighet'];
const regimeOf = (sender: AuthorityView | undefined): 'gdpr' | 'bdl' =>
  sender !== undefined && (LAW_ENFORCEMENT_KINDS.includes(sender.kind) || sender.branches.includes('brottsbekampande'))
    ? 'bdl'
    : 'gdpr';

class Examination {
  private readonly standings: readonly Standing[];
  private readonly recorded: RecordedAssessments;
  private readonly finder: WayFinder;
  private readonly obstacles: Obstacle[] = [];
  private readonly missing: Missing[] = [];
  private readonly carried: Carried[] = [];
  private secrecy: Outcome = 'permit';
  private processing: Outcome = 'permit';
  private kind: AssessKind = 'officer';
  private allDuties = true;
  private clock: Clock = 'none';
  /** Unconfirmed readings that what was carried rests on, by basis. */
  private readonly readings = new Map<string, Note>();
  private readonly questions = new Map<string, ReturnType<typeof questionState>>();

  constructor(
    private readonly input: CheckInput,
    private readonly index: RuleIndex,
    private readonly sender: AuthorityView,
    private readonly recipient: AuthorityView,
  ) {
    this.recorded = new RecordedAssessments(input.claims.assessments);
    this.finder = new WayFinder(input, index, sender, this.recorded, (question) => this.stateOf(question));
    this.standings = input.claims.bases.map((basis) => standingOf(basis, input, { sender, recipient }, index));
  }

  verdict(): Verdict {
    for (const standing of this.standings) this.obstacles.push(...standing.obstacles);
    this.messageAsWhole();
    for (const item of this.input.claims.items) this.item(item);
    if (this.standings.every((standing) => standing.obstacles.length > 0)) this.secrecy = this.processing = 'deny';
    const outcome = worse(this.secrecy, this.processing);
    const common = {
      secrecy: { outcome: this.secrecy },
      processing: { outcome: this.processing, regime: regimeOf(this.sender), ground: this.ground() },
      versions: this.standings.flatMap((standing) => standing.version?.versionId ?? []),
      notes: this.notes(),
      carriedBy: this.carried,
    } as const;
    if (outcome === 'deny') return { ...common, outcome, obstacles: this.obstacles, missing: this.missing };
    if (outcome === 'assess')
      return { ...common, outcome, kind: this.kind, missing: this.missing, obstacles: this.obstacles };
    return { ...common, outcome, force: this.force(), clock: this.clock };
  }

  private force(): Force {
    if (this.allDuties) return 'duty';
    // OSL 6:5: what another authority asks for and no secrecy stops is to be given.
    return this.input.claims.initiative === 'request' ? 'duty-on-request' : 'permission';
  }

  private ground(): 'duty' | 'officer-answer' | 'none' {
    if (this.standings.every((standing) => standing.obstacles.length > 0)) return 'none';
    return this.allDuties ? 'duty' : 'officer-answer';
  }

  private lacks(entry: Missing): void {
    this.missing.push(entry);
    this.secrecy = worse(this.secrecy, 'assess');
    this.kind = graver(this.kind, entry.kind);
  }

  private stop(entry: Obstacle): void {
    this.obstacles.push(entry);
    this.secrecy = 'deny';
  }

  /** A question no basis answers; `prevents` of a legal position makes it an obstacle. */
  private ask(question: string, place: Place): void {
    const state = this.stateOf(question);
    if (state === 'prevented') this.stop({ code: 'POSITION_PREVENTS', ...place, detail: question });
    else if (state === 'open') this.lacks({ code: 'OPEN_QUESTION', kind: 'legal-question', ...place, question });
  }

  private stateOf(question: string): ReturnType<typeof questionState> {
    let state = this.questions.get(question);
    if (state === undefined) this.questions.set(question, (state = questionState(this.input, question)));
    return state;
  }

  private messageAsWhole(): void {
    const { derived, purpose, facts, items } = this.input.claims;
    if (facts['securityClassified'] === true || derived['securityMarking'] === true)
      this.stop({ code: 'SECURITY_CLASSIFIED' });
    const aboutPersons = derived['protectedIdentity'];
    if (aboutPersons === undefined || aboutPersons === 'unknown')
      this.lacks({ code: 'PROTECTION_STATUS_UNKNOWN', kind: 'officer' });
    const marked = aboutPersons === 'marked';
    for (const item of items) if (marked || this.index.protectsIdentity(item.secrecy)) this.protectedItem(item);
    const child = derived['ageBand'] === 'under-15' || derived['childAmongSubjects'] === true;
    if (purpose === 'investigate-crime' && child) this.ask('suspect-under-15', {});
    if (derived['deceased'] === true) this.ask('deceased-person', {});
  }

  private protectedItem(item: ClaimItem): void {
    const found = this.recorded.findProtected(item.id, this.index.protectedOffices);
    if (found === 'stops') this.stop({ code: 'SECRECY_PREVAILS', item: item.id, detail: 'SKYDDAD' });
    else if (found === 'conflict')
      this.lacks({ code: 'ASSESSMENTS_CONFLICT', kind: 'protected', item: item.id, test: 'SKYDDAD' });
    else if (found !== 'passes')
      this.lacks({ code: 'PROTECTED_IDENTITY', kind: 'protected', item: item.id, test: 'SKYDDAD' });
  }

  private item(item: ClaimItem): void {
    if (item.dataCategory === 'undeclared-free-text')
      return this.lacks({ code: 'FREE_TEXT_UNDECLARED', kind: 'officer', item: item.id });
    if (item.dataCategory === 'informant-identity' || item.about === 'informant')
      this.ask('informant-identity', { item: item.id });
    let standsAgainst = 0;
    for (const provision of item.secrecy) {
      const harm = this.harm(item, provision);
      if (harm === 'passes') {
        this.carried.push({ item: item.id, provision, by: 'INGET_MEN' });
        continue;
      }
      standsAgainst += 1;
      this.unit(item, provision, harm === 'conflict');
    }
    // An item that nothing protects, or no longer protects, still needs a ground and an officer behind it.
    if (standsAgainst === 0) this.unit(item, undefined, false);
  }

  /** An officer's finding that no harm arises; never for absolute secrecy, statistics or protected identity. */
  private harm(item: ClaimItem, provision: string): Recorded {
    if (this.input.claims.assessments.length === 0) return 'missing';
    const known = this.index.provisions.get(provision);
    if (
      known === undefined ||
      known.harm === 'absolut' ||
      known.protectedIdentity === true ||
      known.question !== undefined
    )
      return 'missing';
    return this.recorded.find('INGET_MEN', NO_BASIS, item.id, undefined);
  }

  private unit(item: ClaimItem, provision: string | undefined, conflict: boolean): void {
    const place = provision === undefined ? { item: item.id } : { item: item.id, provision };
    const ways: Way[] = [];
    let best: Way | undefined;
    for (const standing of this.standings) {
      if (standing.version === undefined || standing.obstacles.length > 0) continue;
      const way = this.finder.wayOf(standing, item, provision, place);
      ways.push(way);
      if (best === undefined || this.finder.better(way, best)) best = way;
    }
    if (best === undefined) {
      // Every claimed basis fell; its obstacles are told once for the message.
      this.secrecy = 'deny';
      this.processing = 'deny';
      return;
    }
    const duty = best.standing.version?.rule.force === 'duty';
    this.allDuties &&= duty;
    const outcome = worse(best.secrecy, best.processing);
    for (const question of best.readings) {
      const { basis } = best.standing;
      this.readings.set(`${basis} ${question}`, { code: 'READING_UNCONFIRMED', basis, question });
    }
    if (outcome === 'permit' && best.standing.version !== undefined) {
      this.carried.push({ ...place, by: best.standing.version.versionId });
      if (duty && best.standing.version.rule.clock !== 'none') this.clock = best.standing.version.rule.clock;
      return;
    }
    for (const way of ways) {
      this.obstacles.push(...way.obstacles);
      this.missing.push(...way.missing);
    }
    this.processing = worse(this.processing, best.processing);
    // Two officers disagree on harm: neither finding rules until they agree.
    if (conflict && best.secrecy === 'deny')
      return this.lacks({ code: 'ASSESSMENTS_CONFLICT', kind: 'officer', ...place, test: 'INGET_MEN' });
    this.secrecy = worse(this.secrecy, best.secrecy);
    if (outcome === 'assess') this.kind = graver(this.kind, best.kind);
  }

  private notes(): readonly Note[] {
    const notes: Note[] = [];
    for (const { basis, version } of this.standings) {
      if (version === undefined) continue;
      if (this.input.on > version.rule.confirmedUntil) notes.push({ code: 'TEXT_CONFIRMATION_PASSED', basis });
      if (version.rule.certainty !== 'A') notes.push({ code: 'TEXT_NOT_CERTAIN', basis });
    }
    notes.push(...this.readings.values());
    if (this.sender.agency !== undefined && !REGISTER_LAW_READ.includes(this.sender.agency))
      notes.push({ code: 'REGISTER_LAW_UNREAD' });
    if (WEAKER_SECRECY_KINDS.includes(this.recipient.kind)) notes.push({ code: 'SECRECY_AT_RECIPIENT_MAY_BE_WEAKER' });
    return notes;
  }
}

/** FK and Pensionsmyndigheten: no limit on electronic disclosure since 2024-02-15 (prop. 2023/24:29). */
const REGISTER_LAW_READ = ['fk', 'pens'];
/** OSL 7:2; law.md section 3, "After disclosure". */
const WEAKER_SECRECY_KINDS = ['kommunstyrelse', 'upphandlingsnamnd', 'kommunalt-bolag'];
