import { parseDecision, showsOpenings, typOf } from '#envelope';
import { stockholmDate } from '#legal-basis';
import type { RuleSet, VerdictCodes } from '#legal-basis';
import { impact } from '#replay';
import type { Impact, RuleSetOf } from '#replay';
import type { KeysLog } from '#snapshot';
import type { DisclosureRow } from '../domain/disclosure.js';
import { lawActsIn } from '../domain/law-history.js';
import type { LawAct } from '../domain/law-history.js';
import type { Query } from '../domain/query.js';
import type { Evidence } from './evidence.js';
import type { WithinAssignment } from './within-assignment.js';
import { AuditorLaw } from './law-ports.js';
import type { Compared, ComparedPage, ComparedToday, ComparedVerdict } from './law-ports.js';
import { ConsoleError } from './ports.js';
import type { Acting, AuditorQueries } from './ports.js';

/** Of 50 that a page of the list has, each a look. */
const PAGE = 25;

export class Law extends AuditorLaw {
  private known: { readonly size: bigint; readonly acts: readonly LawAct[] } | undefined;

  constructor(
    private readonly within: WithinAssignment,
    private readonly queries: Pick<AuditorQueries, 'search'>,
    private readonly evidence: Pick<Evidence, 'proven'>,
    /** As far as it is verified. */
    private readonly keys: () => KeysLog | undefined,
    private readonly ruleSetOf: RuleSetOf,
    private readonly now: () => Date,
  ) {
    super();
  }

  override acts(authorities: readonly string[]): readonly LawAct[] {
    const log = this.log();
    if (this.known?.size !== log.size) this.known = { size: log.size, acts: lawActsIn(log.statements()) };
    return this.known.acts.filter(({ authority }) => authorities.includes(authority));
  }

  override async today(acting: Acting, query: Query, cursor?: string): Promise<ComparedPage> {
    const { record } = query.filters;
    const isDecisions = record?.includes('decision') ?? true;
    const decisions: Query = { ...query, filters: { ...query.filters, record: ['decision'] } };
    const assignment = await this.within.granted(acting, decisions);
    if (!showsOpenings(assignment, true)) throw new ConsoleError('FIELD_NOT_GRANTED', 'evidence');
    const log = this.log();
    const released = log.at(log.size).ruleSet();
    const ruleSet = released === undefined ? undefined : this.ruleSetOf(released.sha256);
    if (ruleSet === undefined) throw new ConsoleError('NOT_READY');
    const on = stockholmDate(this.now());
    const { list, half } = placeIn(cursor);
    // Of what was asked nothing is a decision of the exchange's.
    if (!isDecisions) return { ruleSet: ruleSet.number, on, rows: [] };
    // An act of its own, as any search is; each look below too.
    const { rows, next } = await this.queries.search(acting, decisions, list);
    const wanted = rows.slice(half * PAGE, (half + 1) * PAGE);
    const compared: Compared[] = [];
    for (const row of wanted) compared.push({ row, today: await this.compared(acting, row, log, ruleSet, on) });
    const more =
      rows.length > (half + 1) * PAGE
        ? { list, half: half + 1 }
        : next === undefined
          ? undefined
          : { list: next, half: 0 };
    return { ruleSet: ruleSet.number, on, rows: compared, ...(more !== undefined ? { next: cursorOf(more) } : {}) };
  }

  private async compared(
    acting: Acting,
    { messageId, index, attempt }: DisclosureRow,
    log: KeysLog,
    ruleSet: RuleSet,
    on: string,
  ): Promise<ComparedToday> {
    const file = await this.evidence.proven(acting, messageId);
    const found = file?.entries.find(
      ({ entry }) => typOf(entry) === 'delge-decision+jws' && parseDecision(entry).decision.attempt === attempt,
    );
    if (found === undefined) return { outcome: 'not-computed', code: 'opening-missing' };
    const recorded = {
      entryId: index,
      decision: found.entry,
      ...(found.annex === undefined ? {} : { manifest: found.annex }),
    };
    return comparedOf(await impact(recorded, log, [{}, { ruleSet, on }], this.ruleSetOf));
  }

  private log(): KeysLog {
    const log = this.keys();
    if (log === undefined) throw new ConsoleError('NOT_READY');
    return log;
  }
}

const comparedOf = (found: Impact): ComparedToday => {
  if (found.outcome === 'unchanged') return { outcome: 'unchanged' };
  if (found.outcome === 'not-computed') return { outcome: 'not-computed', code: found.code };
  const [before, after] = [found.before as Partial<VerdictCodes>, found.after as Partial<VerdictCodes>];
  return { outcome: 'changed', before: without(before, after), after: without(after, before) };
};
const without = (one: Partial<VerdictCodes>, other: Partial<VerdictCodes>): ComparedVerdict => ({
  outcome: one.outcome ?? 'unknown',
  ...(one.kind === undefined ? {} : { kind: one.kind }),
  ...(one.force === undefined || one.force === other.force ? {} : { force: one.force }),
  versions: (one.bases ?? []).filter((version) => other.bases?.includes(version) !== true),
  codes: (one.codes ?? []).filter((code) => other.codes?.includes(code) !== true),
});

interface Place {
  readonly list?: string | undefined;
  readonly half: number;
}
const cursorOf = ({ list = '', half }: Place): string => `${half}.${list}`;
const placeIn = (cursor = '0.'): Place => {
  const [, half = '', list = ''] = /^([01])\.([\w-]*)$/.exec(cursor) ?? [];
  if (half === '') throw new ConsoleError('QUERY_INVALID', 'cursor');
  return { half: Number(half), ...(list === '' ? {} : { list }) };
};
