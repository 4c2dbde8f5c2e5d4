import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { asAdmin } from '../tools/deploy/databases.js';
import { findPostgres } from '../tools/machine/postgres.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(60_000);
const run = promisify(execFile);
const RUNBOOK = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'docs/operator.md');
const URL_ASKED = '"<URL of a superuser>"';
const AUTHORITY = 'sodertalje/socialnamnden';

/** The lines of docs/operator.md by which a gateway's database is kept and put back, run as they stand there. */
describe('the runbook of a gateway restored from a backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'delge-backup-'));
  let databases: OwnDatabases;
  let bin: string;
  let service: string;
  beforeAll(async () => {
    databases = await OwnDatabases.deploy('backup');
    bin = await findPostgres();
    service = databases.urls.gateways.get('kommunerna') ?? '';
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await databases.drop();
  });

  const urlOf = (user: { readonly name: string; readonly password: string }): string => {
    const url = new URL(service);
    [url.username, url.password] = [user.name, user.password];
    return url.toString();
  };
  const superuser = (): string => {
    const { username: name, password } = new URL(databases.admin);
    return urlOf({ name, password });
  };
  const owner = (): string =>
    urlOf({ name: 'delge_owner', password: databases.instance.secret('database-delge_owner') });

  /** @param url stands where the runbook asks for one @returns the exit code */
  const followed = async (program: string, url: string): Promise<number> => {
    const line = readFileSync(RUNBOOK, 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`${program} `));
    expect(line).toContain(URL_ASKED);
    const [before = '', after = ''] = (line ?? '').slice(program.length).split(URL_ASKED);
    const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
    try {
      await run(join(bin, program), [...words(before), url, ...words(after)], { cwd: folder });
      return 0;
    } catch (error) {
      return Number((error as { readonly code: unknown }).code);
    }
  };
  const draft = async (): Promise<string> => {
    const id = randomUUID();
    await asAdmin(databases.admin, new URL(service).pathname.slice(1), (db) =>
      db.query(
        `INSERT INTO gateway.referral (authority, id, case_id, type, phase, body_digest, body, assessments, version, submitted_at)
         VALUES ($1, $2, $2, 'request/1', 'draft', '', '', '', $2, now())`,
        [AUTHORITY, id],
      ),
    );
    return id;
  };
  /** What the gateway sees of it, by its own role. */
  const drafts = async (): Promise<readonly string[]> => {
    const gateway = await databases.connect(service, 'gateway');
    const rows = await gateway.transaction(async (tx) => {
      await tx.query(`SELECT set_config('app.authority', $1, true)`, [AUTHORITY]);
      return tx.query<{ readonly id: string }[]>('SELECT id FROM gateway.referral ORDER BY id');
    });
    await gateway.destroy();
    return rows.map(({ id }) => id);
  };

  it('gives the gateway all that it had at the backup, by its own role', async () => {
    const had = await draft();
    expect(await followed('pg_dump', superuser())).toBe(0);
    await draft();
    expect(await followed('pg_restore', superuser())).toBe(0);
    expect(await drafts()).toEqual([had]);
  });

  it('leaves the database as it was when somebody follows it as the owner of the tables, who may not', async () => {
    const had = await drafts();
    expect(had).not.toEqual([]);
    expect(await followed('pg_restore', owner())).not.toBe(0);
    expect(await drafts()).toEqual(had);
    expect(await followed('pg_dump', owner())).not.toBe(0);
  });
});
