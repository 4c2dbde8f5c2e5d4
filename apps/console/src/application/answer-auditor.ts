import { showsOpenings } from '#envelope';
import { stockholmDate } from '#legal-basis';
import { stateOf } from '../domain/assignment.js';
import type { Assignment, AssignmentField, AssignmentState } from '../domain/assignment.js';
import { differencesOf } from '../domain/differ.js';
import type { Disclosure, DisclosureRecord, DisclosureRow, Happening } from '../domain/disclosure.js';
import { queryString } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { toldOf } from '../domain/statistics.js';
import type { Counts } from '../domain/statistics.js';
import { LEAST, suppressed } from '../domain/suppress.js';
import { UUID } from '#contracts';
import { MOST_IN_CASES } from './disclosure-store.js';
import type { DisclosureStore, LogStore, Place, Tables, Wanted } from './disclosure-store.js';
import { AuditorQueries, ConsoleError } from './ports.js';
import type {
  Acting,
  Count,
  Flows,
  LogView,
  Offered,
  Page,
  Refused,
  RefusedPage,
  Statistics,
  StatisticsTable,
} from './ports.js';
import type { RecordAct } from './record-act.js';
import { WithinAssignment } from './within-assignment.js';
import type { AssignmentsOf } from './within-assignment.js';

const PAGE = 50;
/** Rows of a list are counted to here. */
const MOST_COUNTED = 10_000;
/** Disclosures, the newest, of which the time to delivery is told. */
const MOST_DELIVERED = 1_000;
const FOLLOWS_WITHIN_MS = 30 * 24 * 3_600_000;
const INDEX = /^(0|[1-9][0-9]{0,17})$/;

/** Where the ledger writes down that openings of a message are shown to an auditor. */
export interface Reviews {
  /** @returns false: there is nothing within the assignment. @throws {ConsoleError} NOT_READY */
  look(acting: Acting, messageId: string): Promise<boolean>;
}

/** Answers auditors within their assignments; each answer is written down before it is given. */
export class AnswerAuditor extends AuditorQueries {
  private readonly within: WithinAssignment;

  constructor(
    private readonly assignments: AssignmentsOf,
    private readonly disclosures: DisclosureStore,
    private readonly logs: LogStore,
    private readonly acts: Pick<RecordAct, 'execute'>,
    private readonly reviews: Reviews,
    private readonly offers: () => Offered,
    /** Whether the log is followed: while it is not, an assignment may have ended without anybody's knowing. */
    follows: () => boolean,
    private readonly now: () => Date,
  ) {
    super();
    this.within = new WithinAssignment(assignments, follows, now);
  }

  override async assignmentsOf(
    auditor: string,
  ): Promise<readonly (Assignment & { readonly state: AssignmentState })[]> {
    const today = stockholmDate(this.now());
    return (await this.assignments.of(auditor)).map((one) => ({ ...one, state: stateOf(one, today) }));
  }

  override async search(acting: Acting, query: Query, cursor?: string): Promise<Page<DisclosureRow>> {
    const assignment = await this.granted(acting, query);
    const page = await this.page((wanted) => this.disclosures.list(assignment, wanted), query, cursor);
    await this.acts.execute(assignment, 'search', paged(`search?${queryString(query)}`, cursor), page.rows.length);
    return page;
  }

  override async count(acting: Acting, query: Query): Promise<Count> {
    const assignment = await this.granted(acting, query);
    const { count, more } = await this.disclosures.count(assignment, query, this.now(), MOST_COUNTED);
    await this.acts.execute(assignment, 'search', `count?${queryString(query)}`, 0);
    return { count, more };
  }

  override async offered(acting: Acting): Promise<Offered> {
    await this.granted(acting);
    return this.offers();
  }

  override async show(acting: Acting, messageId: string): Promise<Disclosure | undefined> {
    const assignment = await this.granted(acting);
    if (!UUID.test(messageId)) return undefined;
    // Openings are shown whole or not at all; an auditor who may not see them sees what of the projection the fields open.
    if (showsOpenings(assignment, true) && !(await this.reviews.look(acting, messageId))) return undefined;
    const query: Query = { filters: { message: [messageId] } };
    // First: the page then leaves out nothing that stands below it.
    const { checked } = await this.logs.view();
    const records = await this.disclosures.records(assignment, { query, now: this.now(), limit: PAGE });
    const [newest, ...earlier] = records;
    await this.acts.execute(assignment, 'search', `show?${queryString(query)}`, records.length);
    if (newest === undefined) return undefined;
    const { fields } = assignment;
    const happenings = await this.disclosures.happenings(assignment, { messageId });
    return {
      messageId,
      fields,
      records: [newest, ...earlier],
      timeline: fields.includes('receipts') ? happenings : happenings.filter(({ kind }) => RECORDED.includes(kind)),
      sameCase: await this.inSameCase(assignment, newest),
      claimed: {
        checked: true,
        size: checked?.size ?? '0',
        root: checked?.root ?? '',
        checkedAt: checked?.at ?? '',
      },
    };
  }

  override async timeline(acting: Acting, caseId: string): Promise<readonly Happening[]> {
    const assignment = await this.granted(acting, undefined, 'case');
    if (!UUID.test(caseId)) throw new ConsoleError('QUERY_INVALID', 'case');
    const happenings = await this.disclosures.happenings(assignment, { caseId });
    const shown = assignment.fields.includes('receipts')
      ? happenings
      : happenings.filter(({ kind }) => RECORDED.includes(kind));
    await this.acts.execute(assignment, 'search', `timeline?case=${caseId}`, messagesIn(shown));
    return shown;
  }

  override async everythingAbout(acting: Acting, id: string, cursor?: string): Promise<Page<DisclosureRow>> {
    const assignment = await this.granted(acting);
    if (!UUID.test(id) && !INDEX.test(id)) throw new ConsoleError('QUERY_INVALID', 'id');
    const find = ({ after, limit }: Wanted) => this.disclosures.about(assignment, id, limit, after);
    const page = await this.page(find, { filters: {} }, cursor);
    await this.acts.execute(assignment, 'search', paged(`about?id=${id}`, cursor), page.rows.length);
    return page;
  }

  override async refusals(
    acting: Acting,
    by: 'exchange' | 'gateway',
    query: Query,
    cursor?: string,
  ): Promise<RefusedPage> {
    const assignment = await this.granted(acting, query);
    const narrowed = refusalsBy(by, query);
    const page =
      narrowed === undefined
        ? { rows: [] }
        : await this.page((wanted) => this.disclosures.records(assignment, wanted), narrowed, cursor);
    const { rows, isCut } = await this.withWhatFollowed(assignment, page.rows);
    const shown = rows.reduce((sum, { followed }) => sum + 1 + followed.length, 0);
    await this.acts.execute(assignment, 'search', paged(`refusals?by=${by}&${queryString(query)}`, cursor), shown);
    return { ...page, rows, ...(isCut ? { isCut } : {}) };
  }

  override async overdue(acting: Acting, query: Query, cursor?: string): Promise<Page<DisclosureRow>> {
    const late: Query = { ...query, overdue: true };
    const assignment = await this.granted(acting, late);
    const list = (wanted: Wanted) => this.disclosures.list(assignment, { ...wanted, order: 'longest' });
    const page = await this.page(list, late, cursor, ({ receiptDueAt }) => receiptDueAt ?? '');
    await this.acts.execute(assignment, 'search', paged(`overdue?${queryString(late)}`, cursor), page.rows.length);
    return page;
  }

  override async flows(acting: Acting, query: Query): Promise<Flows> {
    const assignment = await this.granted(acting, query);
    const [table] = await this.disclosures.tables(assignment, query, this.now(), ['flow']);
    const rows = table?.rows ?? [];
    const { cells, total } = suppressed(rows.map(({ count }) => count));
    await this.acts.execute(assignment, 'search', `flows?${queryString(query)}`, 0);
    const flows = rows.map(({ key }, at) => {
      const [sender = '', recipient = ''] = key.split(' ');
      return { sender, recipient, disclosures: cells[at] };
    });
    return { flows, total };
  }

  override async statistics(acting: Acting, query: Query): Promise<Statistics> {
    const assignment = await this.granted(acting, query);
    const wanted: Exclude<Tables['of'], 'flow'>[] = ['outcome', 'sender', 'recipient', 'month'];
    if (assignment.fields.includes('ground')) wanted.push('ground', 'reason');
    // Of some of what a sender discloses it would say something of the question, and not of the sender.
    if (assignment.fields.includes('ground') && narrowsNothing(query)) wanted.push('mainGround');
    const [tables, delivery] = await Promise.all([
      this.disclosures.tables(assignment, query, this.now(), wanted),
      assignment.fields.includes('receipts')
        ? this.disclosures.delivery(assignment, query, this.now(), MOST_DELIVERED)
        : undefined,
    ]);
    await this.acts.execute(assignment, 'search', `statistics?${queryString(query)}`, 0);
    return {
      tables: toldOf(tables as readonly Counts<StatisticsTable['of']>[], assignment.authorities),
      ...(delivery === undefined || delivery.count < LEAST
        ? {}
        : {
            delivery: {
              medianMs: delivery.medianMs,
              p95Ms: delivery.p95Ms,
              ...(delivery.more ? { newest: MOST_DELIVERED } : {}),
            },
          }),
    };
  }

  override async log(acting: Acting, cursor?: string): Promise<LogView> {
    const assignment = await this.own(acting);
    if (cursor !== undefined && !INDEX.test(cursor)) throw new ConsoleError('QUERY_INVALID', 'cursor');
    // Why nothing is shown is told, and nothing else.
    const found = this.within.follows() ? await this.disclosures.erasures(assignment, PAGE + 1, cursor) : [];
    const erasures = found.slice(0, PAGE);
    const last = erasures.at(-1);
    const shown = erasures.reduce((sum, { erased }) => sum + erased.length, 0);
    await this.acts.execute(assignment, 'search', paged('log?', cursor), shown);
    const more = found.length > PAGE && last !== undefined ? { next: last.index } : {};
    return { ...(await this.logs.view()), erasures, ...more };
  }

  private granted(acting: Acting, query?: Query, field?: AssignmentField): Promise<Assignment> {
    return this.within.granted(acting, query, field);
  }
  private own(acting: Acting): Promise<Assignment> {
    return this.within.own(acting);
  }

  private async page<T extends DisclosureRow>(
    list: (wanted: Wanted) => Promise<readonly T[]>,
    query: Query,
    cursor: string | undefined,
    at: (row: T) => string = (row) => row.at,
  ): Promise<Page<T>> {
    const after = cursor === undefined ? {} : { after: placeIn(cursor) };
    const found = await list({ query, now: this.now(), limit: PAGE + 1, ...after });
    const rows = found.slice(0, PAGE);
    const last = rows.at(-1);
    if (found.length <= PAGE || last === undefined) return { rows };
    return { rows, next: Buffer.from(JSON.stringify([at(last), last.index])).toString('base64url') };
  }

  private async inSameCase(assignment: Assignment, { caseId, messageId }: DisclosureRecord): Promise<number> {
    if (caseId === undefined) return 0;
    const happenings = await this.disclosures.happenings(assignment, { caseId });
    return messagesIn(happenings.filter((one) => one.messageId !== messageId));
  }

  private async withWhatFollowed(
    assignment: Assignment,
    refused: readonly DisclosureRecord[],
  ): Promise<{ readonly rows: readonly Refused[]; readonly isCut: boolean }> {
    const cases = [...new Set(refused.flatMap(({ caseId }) => (caseId === undefined ? [] : [caseId])))];
    const times = refused.map(({ at }) => Date.parse(at));
    if (cases.length === 0)
      return { rows: refused.map((row) => ({ row: listed(row), ...linesOf(row), followed: [] })), isCut: false };
    const [from, until] = [new Date(Math.min(...times)), new Date(Math.max(...times) + FOLLOWS_WITHIN_MS)];
    const later = await this.disclosures.inCases(assignment, cases, from, until);
    const rows = refused.map((row) => ({
      row: listed(row),
      followed: later
        .filter((one) => one.caseId === row.caseId && follows(row, one))
        .map((one) => ({ row: listed(one), differs: differencesOf(row, one) })),
      ...linesOf(row),
    }));
    return { rows, isCut: later.length >= MOST_IN_CASES };
  }
}

/** Kinds of happenings that are records themselves: seen without the field `receipts`. */
const RECORDED: readonly string[] = ['decision', 'refusal-recorded', 'disclosure-recorded'];

/** What was asked for and from where on: each page is an act of its own. */
const paged = (query: string, cursor: string | undefined): string =>
  cursor === undefined ? query : `${query}${/[?&]$/.test(query) ? '' : '&'}cursor=${encodeURIComponent(cursor)}`;

const messagesIn = (happenings: readonly Happening[]): number =>
  new Set(happenings.map(({ messageId }) => messageId)).size;

const follows = (refused: DisclosureRow, later: DisclosureRow): boolean => {
  const after = Date.parse(later.at) - Date.parse(refused.at);
  return BigInt(later.index) > BigInt(refused.index) && after >= 0 && after <= FOLLOWS_WITHIN_MS;
};

/** @returns undefined when the filters leave none */
const refusalsBy = (by: 'exchange' | 'gateway', query: Query): Query | undefined => {
  const { record, outcome } = query.filters;
  const wanted = by === 'exchange' ? 'decision' : 'refusal';
  const outcomes = ['assess', 'deny'].filter((one) => outcome?.includes(one) ?? true);
  if ((record !== undefined && !record.includes(wanted)) || outcomes.length === 0) return undefined;
  return { ...query, filters: { ...query.filters, record: [wanted], outcome: outcomes } };
};

/** Lines of a verdict that the assignment opens. */
const linesOf = ({ verdict }: DisclosureRecord): Pick<Refused, 'lines'> => {
  const lines = verdict?.verification ?? verdict?.codes;
  return lines === undefined ? {} : { lines };
};

/** As it stands in a list. */
const listed = (record: DisclosureRecord): DisclosureRow => {
  const {
    ruleSet: _ruleSet,
    engineVersion: _engine,
    verdict: _verdict,
    initiative: _initiative,
    requestId: _request,
    facts: _facts,
    derived: _derived,
    items: _items,
    assessments: _assessments,
    channel: _channel,
    identityCheck: _check,
    disclosedAt: _disclosed,
    ...row
  } = record;
  return row;
};

const narrowsNothing = ({ filters, overdue }: Query): boolean =>
  overdue !== true && Object.keys(filters).every((name) => name === 'sender');

const placeIn = (cursor: string): Place => {
  try {
    const [at, index] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as readonly unknown[];
    if (typeof at === 'string' && typeof index === 'string' && INDEX.test(index) && !Number.isNaN(Date.parse(at)))
      return { at: new Date(at).toISOString(), index };
  } catch {
    // Told below.
  }
  throw new ConsoleError('QUERY_INVALID', 'cursor');
};
