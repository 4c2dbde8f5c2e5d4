import type { CloseIncidentDto, IncidentView, ListIncidentsQueryDto, Page } from '#contracts';
import { GatewayError } from '../domain/errors.js';
import { clockView } from '../domain/incident.js';
import type { IncidentAlarm, IncidentStore, StoredIncident } from './ports/incident.js';
import type { Now } from './ports/time-and-ids.js';

/** Personal data that went to the wrong authority: what an authority sees of it, says it did, and is reminded of. */
export class HandleIncidents {
  constructor(
    private readonly store: IncidentStore,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  async list(authority: string, query: ListIncidentsQueryDto): Promise<Page<IncidentView>> {
    const rows = await this.store.list(authority, query);
    const now = this.now();
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items: rows.map((row) => viewOf(row, now)), ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<IncidentView> {
    const found = await this.store.find(authority, id);
    if (found === undefined) throw new GatewayError('NOT_FOUND');
    return viewOf(found, this.now());
  }

  /** Says what was done within a clock, or within both. @throws {GatewayError} NOT_FOUND, INCIDENT_INVALID, INCIDENT_CLOSED */
  async close(authority: string, id: string, { clock, code, at }: CloseIncidentDto): Promise<IncidentView> {
    const found = await this.store.find(authority, id);
    if (found === undefined) throw new GatewayError('NOT_FOUND');
    const done = at === undefined ? this.now() : new Date(at);
    // Nobody can have told of it before it was known, nor tells now of what is to come.
    if (done < found.openedAt || done > this.now())
      throw new GatewayError('INCIDENT_INVALID', { faults: [{ path: 'at', code: 'between-opening-and-now' }] });
    const asked = found.clocks.filter((one) => clock === undefined || one.clock === clock);
    if (asked.some((one) => one.code !== undefined && one.code !== code)) throw new GatewayError('INCIDENT_CLOSED');
    const left = asked.filter((one) => one.code === undefined).map((one) => one.clock);
    if (!(await this.store.meet(authority, id, left, code, done))) throw new GatewayError('INCIDENT_CLOSED');
    return this.read(authority, id);
  }

  /** What nobody was told of before: that one was opened, or that a clock ran out. */
  async alarms(): Promise<readonly (IncidentAlarm & { readonly authority: string })[]> {
    const found: (IncidentAlarm & { readonly authority: string })[] = [];
    for (const authority of this.authorities())
      for (const one of await this.store.alarm(authority, this.now())) found.push({ ...one, authority });
    return found;
  }

  /** Clocks that have run out with nothing done. */
  async overdue(): Promise<number> {
    let count = 0;
    for (const authority of this.authorities()) count += await this.store.overdue(authority, this.now());
    return count;
  }
}

const viewOf = ({ incidentId, messageId, side, other, openedAt, clocks }: StoredIncident, now: Date): IncidentView => {
  const met = clocks.map(({ metAt }) => metAt);
  const closedAt = met.every((at) => at !== undefined)
    ? new Date(Math.max(...met.map((at) => at?.getTime() ?? 0)))
    : undefined;
  return {
    id: incidentId,
    messageId,
    side,
    other,
    openedAt: openedAt.toISOString(),
    clocks: clocks.map((clock) => clockView(clock, now)),
    ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
  };
};
