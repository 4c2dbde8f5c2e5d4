import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Base64url } from '#envelope';
import { dataSourceOptions } from '#persistence';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { Assignment } from '../apps/console/src/domain/assignment.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { asAdmin, deployDatabases, dropDatabases } from '../tools/deploy/databases.js';
import { numberAfter, quantile } from './arguments.js';
import { fill } from './search/fill.js';
import { pagesOf, spread } from './search/pages.js';
import type { Asked } from './search/pages.js';
import { ASSIGNED } from './search/parties.js';
import { Explaining } from './search/plans.js';
import { serve } from './search/served.js';
import type { Served } from './search/served.js';
import { withServers } from './servers.js';
import { columnsOf } from './table.js';

/** design.md section 12 and issue of the console: milliseconds to the first octet, at p95. */
const FIRST_PAGE = 500;
const OTHER_PAGE = 100;
const PREFIX = 'delge_bench_search';
const DATABASE = `${PREFIX}_operator`;
const NOW = new Date('2026-12-01T00:00:00.000Z');

/**
 * `npm run bench -- search [--disclosures NUMBER] [--keep]`: every page of the console over so many rows of a year, over HTTP, within an agency's, two boards' and a small board's assignment. `--keep` leaves what was
 * filled for the next run.
 * @returns whether the bars were reached
 */
export const benchSearch = (args: readonly string[]): Promise<boolean> =>
  withServers(async ({ postgres }, instance) => {
    const disclosures = numberAfter(args, '--disclosures') ?? 200_000;
    const keep = args.includes('--keep');
    const isFilled = keep && (await sizeOf(postgres)) === String(disclosures * 2);
    if (!isFilled) await dropDatabases(postgres, PREFIX);
    const { operator } = await deployDatabases(instance, postgres, PREFIX, []);
    const open = (url: string): Promise<DataSource> =>
      new DataSource(dataSourceOptions({ url, schema: 'console', name: 'bench' })).initialize();
    const owner = await open(operator.console);
    const reader = await open(operator.console_reader);
    let served: Served | undefined;
    try {
      const begun = performance.now();
      const told = (what: string): void =>
        void process.stderr.write(`${Math.round((performance.now() - begun) / 1000)} s: ${what}\n`);
      if (!isFilled) {
        const target = new URL(postgres);
        target.pathname = `/${DATABASE}`;
        const admins = [0, 1].map(() => new Client({ connectionString: target.toString() }));
        await Promise.all(admins.map((one) => one.connect()));
        await fill(owner, admins, disclosures, told);
        await Promise.all(admins.map((one) => one.end()));
      }
      told('filled');
      process.stdout.write(await sizes(owner));
      served = await serve(owner, reader, NOW);
      let reached = true;
      for (const [name, authorities] of ASSIGNED) {
        const assignment = assigned(name, authorities);
        await grant(owner, assignment);
        const rows = await spread(new PostgresDisclosureStore(reader), assignment, NOW);
        const pages = pagesOf(rows);
        const cookie = await served.session(assignment.auditor, assignment.id);
        await emptied(postgres);
        const cold = await timed(served.base, cookie, pages);
        const warm = await timed(served.base, cookie, pages);
        process.stdout.write(`\n${name}: ${await within(reader, assignment)} disclosures within the assignment\n\n`);
        reached = report(pages, cold, warm) && reached;
        process.stdout.write(await plansOf(reader, assignment, pages));
      }
      return reached;
    } finally {
      await served?.close();
      await Promise.all([owner.destroy(), reader.destroy()]);
      if (!keep) await dropDatabases(postgres, PREFIX);
    }
  });

/** Of the log that was followed when this was filled; absent: it was not, or not to its end. */
const sizeOf = (postgres: string): Promise<string | undefined> =>
  asAdmin(postgres, DATABASE, async (db) => {
    const { rows } = await db.query<{ size: string }>(`SELECT size FROM console.projection`);
    return rows[0]?.size;
  }).catch(() => undefined);

const assigned = (name: string, authorities: readonly string[]): Assignment => ({
  id: `00000000-0000-4000-8000-${sha256Base64url(name)
    .replaceAll(/[^0-9]/g, '')
    .padEnd(12, '0')
    .slice(0, 12)}`,
  auditor: sha256Base64url(name),
  authorities,
  provision: 'municipal-audit',
  diaryNumber: 'REV 2026/17',
  period: { from: '2025-01-01' },
  fields: ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'],
  expires: '2999-01-01',
  grantedAt: NOW.toISOString(),
  index: '0',
});

const grant = async (owner: DataSource, assignment: Assignment): Promise<void> => {
  const { id, auditor, authorities, provision, diaryNumber, period, fields, expires, grantedAt } = assignment;
  await owner.query(
    `INSERT INTO console.assignment (id, auditor, authorities, provision, diary_number, since, fields, expires, granted_at, index)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, (SELECT count(*) FROM console.assignment)) ON CONFLICT DO NOTHING`,
    [id, auditor, authorities, provision, diaryNumber, period.from, fields, expires, grantedAt],
  );
};

/** From the call to the first octet of the answer, milliseconds. @throws when an answer is no page */
const timed = async (base: string, cookie: string, pages: readonly Asked[]): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const { path } of pages) {
    const begun = performance.now();
    const answer = await fetch(`${base}${path}`, { redirect: 'manual', headers: { cookie, accept: 'text/html' } });
    times.push(performance.now() - begun);
    const text = await answer.text();
    if (answer.status !== 200) {
      process.stderr.write(`${path} was answered with ${answer.status}\n${text.slice(0, 300)}\n`);
      times[times.length - 1] = Number.POSITIVE_INFINITY;
    }
  }
  return times;
};

const report = (pages: readonly Asked[], cold: readonly number[], warm: readonly number[]): boolean => {
  let reached = true;
  const lines = [...new Set(pages.map(({ page }) => page))].map((name) => {
    const of = (times: readonly number[]): readonly number[] =>
      times.filter((_, at) => pages[at]?.page === name).sort((a, b) => a - b);
    const parts = (times: readonly number[]): readonly string[] =>
      [0.5, 0.95, 1].map((part) => `${quantile(times, part).toFixed(0)} ms`);
    const bar = name.startsWith('search') ? FIRST_PAGE : OTHER_PAGE;
    const isReached = quantile(of(warm), 0.95) <= bar;
    reached &&= isReached;
    return [
      name,
      String(of(warm).length),
      ...parts(of(cold)),
      ...parts(of(warm)),
      `${bar} ms`,
      isReached ? 'reached' : 'BELOW THE BAR',
    ];
  });
  process.stdout.write(
    columnsOf([['page', 'asked', 'cold p50', 'p95', 'longest', 'warm p50', 'p95', 'longest', 'bar', ''], ...lines]),
  );
  const slowest = pages.map(({ path }, at) => ({ path, cold: cold[at] ?? 0, warm: warm[at] ?? 0 }));
  slowest.sort((a, b) => b.warm - a.warm);
  process.stdout.write(
    `\nslowest: ${slowest
      .slice(0, 5)
      .map((one) => `${one.path.slice(0, 120)} ${one.cold.toFixed(0)}, ${one.warm.toFixed(0)} ms`)
      .join('\n         ')}\n`,
  );
  return reached;
};

/** What the statements of each kind of page came to, of the question that took longest. */
const plansOf = async (reader: DataSource, assignment: Assignment, pages: readonly Asked[]): Promise<string> => {
  const explaining = new Explaining(reader);
  const store = new PostgresDisclosureStore(explaining.reader);
  const tables = ['outcome', 'sender', 'recipient', 'month', 'ground', 'reason', 'mainGround'] as const;
  const lines: string[][] = [];
  const found = new Map<string, string[]>();
  for (const { page, query } of pages) {
    if (query === undefined) continue;
    const wanted = { query, now: NOW, limit: 51 };
    const asks: Readonly<Record<string, () => Promise<unknown>>> = {
      'search, first page': () => store.list(assignment, wanted),
      refusals: () =>
        store.records(assignment, {
          ...wanted,
          query: { ...query, filters: { ...query.filters, record: ['decision'], outcome: ['assess', 'deny'] } },
        }),
      overdue: () => store.list(assignment, { ...wanted, order: 'longest' }),
      flows: () => store.tables(assignment, query, NOW, ['flow']),
      statistics: () => store.tables(assignment, query, NOW, tables),
    };
    const ask = asks[page];
    if (ask === undefined) continue;
    const planned = await explaining.of(ask);
    const kind = page.startsWith('search') ? `search: ${kindOf(query)}` : page;
    const before = Number(found.get(kind)?.at(-1) ?? -1);
    if (planned.executionMs > before)
      found.set(kind, [
        ...[kind, String(planned.statements), String(planned.read), String(planned.inVain), String(planned.hit)],
        ...[
          String(planned.fetched),
          planned.planningMs.toFixed(1),
          planned.nodes.join(', '),
          planned.executionMs.toFixed(1),
        ],
      ]);
  }
  for (const line of found.values()) lines.push([...line.slice(0, 7), line[8] ?? '', line[7] ?? '']);
  const head = ['plans', 'statements', 'rows', 'in vain', 'pages hit', 'read', 'planning ms', 'execution ms', 'by'];
  return `\n${columnsOf([head, ...lines])}`;
};
const kindOf = ({ filters, from, overdue }: NonNullable<Asked['query']>): string =>
  [...Object.keys(filters), ...(overdue === true ? ['overdue'] : []), ...(from === undefined ? [] : ['dates'])].join(
    ', ',
  ) || 'nothing';

const within = async (reader: DataSource, assignment: Assignment): Promise<string> => {
  const { count } = await new PostgresDisclosureStore(reader).count(assignment, { filters: {} }, NOW, 1_000_000_000);
  return count.toLocaleString('en-US');
};

const sizes = async (owner: DataSource): Promise<string> => {
  const rows = await owner.query<{ name: string; rows: string; size: string; indexes: string }[]>(
    `SELECT t.name, sum(greatest(c.reltuples, 0))::bigint::text AS rows, pg_size_pretty(sum(pg_table_size(c.oid))) AS size,
       pg_size_pretty(sum(pg_indexes_size(c.oid))) AS indexes
     FROM unnest(ARRAY['disclosure', 'happening', 'tally_year', 'tally_month']) WITH ORDINALITY AS t (name, place)
     JOIN pg_class c ON c.relkind = 'r' AND c.relname ~ ('^' || t.name || '(_[0-9]{4,6})?$') AND c.relnamespace = 'console'::regnamespace
     GROUP BY t.name, t.place ORDER BY t.place`,
  );
  return columnsOf([
    ['table', 'rows', 'size', 'indexes'],
    ...rows.map(({ name, rows: count, size, indexes }) => [name, Number(count).toLocaleString('en-US'), size, indexes]),
  ]);
};

/** Takes the database's files out of the system's memory, where they can be read; what its own 128 MiB hold stays. */
const emptied = async (postgres: string): Promise<void> => {
  await asAdmin(postgres, DATABASE, async (db) => {
    await db.query('CHECKPOINT');
    const { rows } = await db.query<{ folder: string }>(
      `SELECT current_setting('data_directory') || '/base/' || oid AS folder FROM pg_database WHERE datname = current_database()`,
    );
    const folder = rows[0]?.folder ?? '';
    for (const file of readdirSync(folder))
      spawnSync('dd', [`if=${join(folder, file)}`, 'iflag=nocache', 'count=0', 'status=none']);
  });
};
