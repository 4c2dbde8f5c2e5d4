import { Client } from 'pg';

/**
 * The console forgets all that it made of the log, and follows it anew from the first leaf; a running one does so by itself. What auditors did stays. An alarm ends, and comes again when what caused it is still there.
 * DATABASE_URL: the console's.
 */
const url = process.env['DATABASE_URL'];
if (url === undefined) {
  console.error('DATABASE_URL is missing: the console’s own, as it is started with');
  process.exit(1);
}
const db = new Client({ connectionString: url });
await db.connect();
try {
  const { rows } = await db.query<{ size: string; alarm: string | null }>(`SELECT size, alarm FROM console.projection`);
  await db.query(`SELECT console.begin_anew()`);
  const [before] = rows;
  console.log(
    `${before?.size ?? '0'} entries are followed anew${before?.alarm ? `; the alarm was ${before.alarm}` : ''}`,
  );
} finally {
  await db.end();
}
