import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ASSIGNMENT_FIELDS, generateKey, localSigner, sha256Base64url } from '#envelope';
import { AnswerAuditor } from '../apps/console/src/application/answer-auditor.js';
import type { AccessKey } from '../apps/console/src/application/access-key.js';
import type { Acting, Disclosure, DisclosureRow, Page } from '../apps/console/src/application/ports.js';
import { RecordAct } from '../apps/console/src/application/record-act.js';
import { parseQuery } from '../apps/console/src/domain/query.js';
import type { Query } from '../apps/console/src/domain/query.js';
import { PostgresActStore } from '../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { PostgresLogStore } from '../apps/console/src/persistence/log-view.store.js';
import { PostgresProjectionStore } from '../apps/console/src/persistence/projection.store.js';
import { IRREGULARITIES } from '../tools/seed/acts.js';
import type { Irregularity, Planted } from '../tools/seed/acts.js';
import { PATHS } from '../tools/seed/paths.js';
import { FedScene, granted } from './support/console.js';
import { OwnDatabases } from './support/databases.js';
import { seeded } from './support/seeded.js';

jest.setTimeout(240_000);
const AUDITOR = sha256Base64url('an auditor');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('what is planted in a seeded year is found at the console', () => {
  let databases: OwnDatabases;
  let answers: AnswerAuditor;
  let acting: Acting;
  let planted: readonly Planted[];

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('seed');
    const owner = await databases.connect(databases.urls.operator.console, 'console');
    const reader = await databases.connect(databases.urls.operator.console_reader, 'console');
    const year = await seeded(1_000, 1);
    ({ planted } = year);
    const { scene, draft } = year;
    const { assignment } = await granted(draft, { auditor: AUDITOR, fields: ASSIGNMENT_FIELDS });
    acting = { auditor: AUDITOR, assignment };
    await expect(new FedScene(draft, new PostgresProjectionStore(owner), 500).follow()).resolves.toBe('followed');
    const now = (): Date => scene.world.clock.now();
    const live = { signer: localSigner(await generateKey('access')), snapshot: scene.snapshot };
    const acts = new RecordAct(
      new PostgresActStore(owner),
      { live: () => live } as unknown as AccessKey,
      scene.world.environment,
      { id: () => randomUUID(), octets: () => randomBytes(32) },
      now,
    );
    answers = new AnswerAuditor(
      new PostgresAssignmentStore(owner),
      new PostgresDisclosureStore(reader),
      new PostgresLogStore(owner),
      acts,
      { look: () => Promise.resolve(true) },
      () => ({}),
      () => true,
      now,
    );
  });
  afterAll(() => databases.drop());

  const queryOf = (kind: Irregularity): Query =>
    parseQuery(new URL(PATHS[kind], 'https://console.example').searchParams);
  const all = async <T>(page: (cursor?: string) => Promise<Page<T>>): Promise<readonly T[]> => {
    const found: T[] = [];
    for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
      const { rows, next } = await page(cursor);
      found.push(...rows);
      cursor = next;
    }
    return found;
  };
  const listed = (kind: Irregularity): Promise<readonly DisclosureRow[]> =>
    all((cursor) => answers.search(acting, queryOf(kind), cursor));
  const shown = async (kind: Irregularity): Promise<readonly Disclosure[]> => {
    const rows = await listed(kind);
    const pages = await Promise.all(rows.map(({ messageId }) => answers.show(acting, messageId)));
    return pages.flatMap((page) => page ?? []);
  };
  const ids = (rows: readonly { readonly messageId: string }[]): readonly string[] =>
    rows.map(({ messageId }) => messageId).sort();
  const thing = (kind: Irregularity): Planted => {
    const found = planted.find((one) => one.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };
  const plantedIds = (kind: Irregularity): readonly string[] => [...thing(kind).messages].sort();
  const groups = (rows: readonly DisclosureRow[], of: (row: DisclosureRow) => string) => {
    const found = new Map<string, DisclosureRow[]>();
    for (const row of rows) found.set(of(row), [...(found.get(of(row)) ?? []), row]);
    return [...found.values()].sort((a, b) => b.length - a.length);
  };
  const hour = ({ at }: DisclosureRow): number =>
    Number(new Date(at).toLocaleString('sv', { timeZone: 'Europe/Stockholm', hour: '2-digit' }));

  it('one officer who assesses alone at night', async () => {
    const atNight = (await listed('alone-at-night')).filter((row) => hour(row) < 5);
    expect(ids(atNight)).toEqual(plantedIds('alone-at-night'));
    const officers = [...new Set(atNight.flatMap((row) => row.officers ?? []))];
    expect(officers).toEqual([thing('alone-at-night').officer]);
    const own = await answers.search(acting, { filters: { officer: officers } });
    expect(ids(own.rows)).toEqual(plantedIds('alone-at-night'));
  });

  it('a board that names one ground for all it sends', async () => {
    const { tables } = await answers.statistics(acting, queryOf('one-ground-for-all'));
    const main = tables.find(({ of }) => of === 'mainGround')?.rows ?? [];
    expect(main.map(({ key }) => key.split(' ')[0])).toContain('linkoping/omsorgsnamnden');
    expect(main.length).toBeLessThan(4);
  });

  it('a refusal that became a permit with one fact changed', async () => {
    const refused = await all((cursor) => answers.refusals(acting, 'gateway', queryOf('one-fact-changed'), cursor));
    const found = refused.flatMap(({ row, followed }) =>
      followed
        .filter(({ row: next, differs }) => {
          const soon = Date.parse(next.at) - Date.parse(row.at) <= 15 * MINUTE_MS;
          return soon && next.outcome === 'permit' && differs?.length === 1 && differs[0]?.what === 'fact';
        })
        .flatMap(({ row: next }) => [row, next]),
    );
    expect(ids(found)).toEqual(plantedIds('one-fact-changed'));
  });

  it('a recipient that acknowledges nothing', async () => {
    const late = await all((cursor) => answers.overdue(acting, queryOf('receipts-overdue'), cursor));
    const [most] = groups(late, ({ recipient }) => recipient);
    expect(ids(most ?? [])).toEqual(plantedIds('receipts-overdue'));
  });

  it('messages that were taken back at once', async () => {
    const atOnce = (await shown('retracted-at-once')).filter(({ timeline }) => {
      const arrived = timeline.find(({ kind }) => kind === 'technical');
      const taken = timeline.find(({ kind }) => kind === 'retraction-recorded');
      if (arrived === undefined || taken === undefined) return false;
      return Date.parse(taken.at) - Date.parse(arrived.at) < 5 * MINUTE_MS;
    });
    expect(ids(atOnce)).toEqual(plantedIds('retracted-at-once'));
  });

  it('a case that was sent in pieces', async () => {
    const [most] = groups(await listed('case-in-pieces'), ({ at, caseId }) => `${at.slice(0, 10)} ${caseId}`);
    expect(ids(most ?? [])).toEqual(plantedIds('case-in-pieces'));
    const happened = await answers.timeline(acting, thing('case-in-pieces').caseId ?? '');
    expect(new Set(happened.map(({ messageId }) => messageId)).size).toBe(most?.length);
  });

  it('a burst to one recipient', async () => {
    const [most] = groups(await listed('burst-to-one'), ({ at }) => at.slice(0, 10));
    const within = (most ?? []).filter(({ messageId }) => thing('burst-to-one').messages.includes(messageId));
    expect(ids(within)).toEqual(plantedIds('burst-to-one'));
    expect(within.length / (most?.length ?? 1)).toBeGreaterThan(0.9);
  });

  it('a category that nobody else sends', async () => {
    expect(ids(await listed('unusual-category'))).toEqual(plantedIds('unusual-category'));
  });

  it('assessments that are months older than what was sent', async () => {
    const stale = (await shown('stale-assessment')).filter(({ records: [record] }) =>
      record.assessments?.some(({ at }) => Date.parse(record.at) - Date.parse(at) > 90 * DAY_MS),
    );
    expect(ids(stale)).toEqual(plantedIds('stale-assessment'));
  });

  it('disclosures that were recorded long after they were made', async () => {
    const late = (await shown('recorded-late')).filter(
      ({ records: [{ at, disclosedAt }] }) => Date.parse(at) - Date.parse(disclosedAt ?? at) > 30 * DAY_MS,
    );
    expect(ids(late)).toEqual(plantedIds('recorded-late'));
  });

  it('and the auditors’ page has the path to each', () => {
    const page = readFileSync(join(process.env['DELGE_ROOT'] ?? process.cwd(), 'docs/auditor.md'), 'utf8');
    for (const kind of IRREGULARITIES) expect(page).toContain(PATHS[kind]);
  });
});
