import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { aClock, outcomeOf } from '#testing';
import type { TestClock } from '#testing';
import type { DataSource } from 'typeorm';
import type { NewIncident } from '../apps/gateway/src/application/ports/incident.js';
import { HandleIncidents } from '../apps/gateway/src/application/handle-incidents.js';
import { PostgresIncidentStore, openIncident } from '../apps/gateway/src/persistence/incident.store.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);
const OWNER = 'linkoping/omsorgsnamnden';
const OTHER = 'linkoping/socialnamnden';
const HOUR_MS = 3_600_000;

describe('an incident', () => {
  let databases: OwnDatabases;
  let db: DataSource;
  let clock: TestClock;
  let incidents: HandleIncidents;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('incidents');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    clock = aClock();
    incidents = new HandleIncidents(new PostgresIncidentStore(db), () => [OWNER, OTHER], clock.now);
  });
  afterAll(() => databases.drop());

  const opened = async (): Promise<NewIncident> => {
    const one = {
      incidentId: randomUUID(),
      messageId: randomUUID(),
      side: 'sender',
      other: 'fk/forsakringskassan',
      openedAt: clock.now(),
    } as const;
    // Told twice, it is one.
    for (let i = 0; i < 2; i += 1) await asAuthority(db, OWNER, (tx) => openIncident(tx, OWNER, one));
    return one;
  };
  const states = async (id: string) =>
    (await incidents.read(OWNER, id)).clocks.map(({ clock: name, state }) => `${name} ${state}`);
  const close = (id: string, done: Parameters<HandleIncidents['close']>[2], authority = OWNER) =>
    outcomeOf(() => incidents.close(authority, id, done));

  it('runs 24 and 72 hours, alarms once when opened and once when each has run out, and is its authority’s alone', async () => {
    const { incidentId: id, messageId } = await opened();
    expect(await incidents.alarms()).toEqual([{ messageId, what: 'opened', authority: OWNER }]);
    expect(await states(id)).toEqual(['early-warning running', 'notification running']);
    clock.advance(24 * HOUR_MS - 1);
    expect(await incidents.alarms()).toEqual([]);
    clock.advance(1);
    expect(await incidents.alarms()).toEqual([{ messageId, what: 'early-warning', authority: OWNER }]);
    expect([await states(id), await incidents.overdue()]).toEqual([
      ['early-warning overdue', 'notification running'],
      1,
    ]);
    clock.advance(48 * HOUR_MS);
    expect(await incidents.alarms()).toEqual([{ messageId, what: 'notification', authority: OWNER }]);
    expect([await incidents.alarms(), await incidents.overdue()]).toEqual([[], 2]);
    expect(await outcomeOf(() => incidents.read(OTHER, id))).toBe('NOT_FOUND');
    expect(await close(id, { code: 'not-required' }, OTHER)).toBe('NOT_FOUND');
    expect((await incidents.list(OTHER, { limit: 20 })).items).toEqual([]);
    expect(await close(id, { code: 'notified-imy' })).toBe('accepted');
    expect([await states(id), await incidents.overdue()]).toEqual([['early-warning met', 'notification met'], 0]);
  });

  it('is closed clock by clock, each once, and is then no more among the open ones', async () => {
    const { incidentId: id } = await opened();
    const open = async () => (await incidents.list(OWNER, { limit: 200, open: 'true' })).items.map((one) => one.id);
    expect(await open()).toContain(id);
    expect(await close(id, { clock: 'early-warning', code: 'not-required' })).toBe('accepted');
    expect(await states(id)).toEqual(['early-warning met', 'notification running']);
    expect((await incidents.read(OWNER, id)).closedAt).toBeUndefined();
    expect(await close(id, { clock: 'early-warning', code: 'not-required' })).toBe('accepted');
    expect(await close(id, { clock: 'early-warning', code: 'notified-mcf' })).toBe('INCIDENT_CLOSED');
    expect(await close(id, { code: 'notified-imy' })).toBe('INCIDENT_CLOSED');
    expect(await close(id, { clock: 'notification', code: 'notified-imy' })).toBe('accepted');
    expect((await incidents.read(OWNER, id)).closedAt).toBe(clock.now().toISOString());
    expect(await open()).not.toContain(id);
    clock.advance(100 * HOUR_MS);
    expect((await incidents.alarms()).map(({ what }) => what)).toEqual(['opened']);
  });

  it('is closed at a time between its opening and now', async () => {
    const { incidentId: id, openedAt } = await opened();
    clock.advance(HOUR_MS);
    const at = (ms: number) => new Date(openedAt.getTime() + ms).toISOString();
    expect(await close(id, { code: 'notified-imy', at: at(-1) })).toBe('INCIDENT_INVALID');
    expect(await close(id, { code: 'notified-imy', at: at(2 * HOUR_MS) })).toBe('INCIDENT_INVALID');
    expect(await close(id, { code: 'notified-imy', at: at(1) })).toBe('accepted');
    expect((await incidents.read(OWNER, id)).clocks.map(({ metAt }) => metAt)).toEqual([at(1), at(1)]);
  });
});
