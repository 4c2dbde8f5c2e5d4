import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubmitReferralDto } from '#contracts';
import { Canaries } from './support/canaries.js';
import { Search, spellings } from './support/search.js';
import { TestStack, eventually, problemOf } from './support/stack.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;
const made = new Canaries();
const { run: RUN, words: canaries } = made;
const canary = (place: string): string => made.at(place);
const marked = (): ReturnType<Canaries['marked']> => made.marked();
const OTHER = 'linkoping/socialnamnden';

describe('what a referral says', () => {
  let delge: TestStack;
  let search: Search;
  let diaryNumber: string;
  let sent: ReturnType<typeof marked>;
  let messageId: string;

  beforeAll(async () => {
    delge = await TestStack.shared();
    sent = marked();
    const { system, recipient, referral } = sent;
    await delge.sandbox.client(system).submit(referral);
    messageId = (await delge.settled(system, referral.id, ['fetched'], SETTLED_MS))[0]?.messageId ?? '';
    diaryNumber = canary("recipient's diary number");
    await delge.sandbox.client(recipient).give(messageId, { kind: 'accepted', diaryNumber });
    await delge.settled(system, referral.id, ['acknowledged'], SETTLED_MS);
    // Also what is refused, what waits for an officer, and what nobody can make anything of.
    const refused = marked().referral;
    const stopped = { ...refused, bases: [{ id: 'SoL-2025-400-1' }] };
    expect(await problemOf(delge.sandbox.client(system).submit(stopped))).not.toBe('none');
    const draft = await delge.sandbox.client(system).submit({ ...marked().referral, assessments: [] });
    expect(draft.state).toBe('awaiting-assessment');
    const broken = { ...marked().referral, content: { subject: canary('broken content') } };
    expect(await problemOf(delge.sandbox.client(system).submit(broken as unknown as SubmitReferralDto))).not.toBe(
      'none',
    );
    expect(await problemOf(delge.sandbox.client(OTHER).referral(referral.id))).toBe('not-found');
    search = new Search(canaries);
  });

  /** Pages as they lie on disk; what is compressed there is seen by the search through SQL alone. */
  const inDatabaseFiles = async (which: RegExp): Promise<ReturnType<Search['files']>> => {
    // Nothing that is still only in memory is passed by.
    await delge.sql('operator', 'CHECKPOINT');
    const [row] = await delge.sql<{ folder: string }>('operator', `SELECT current_setting('data_directory') AS folder`);
    return search.files(row?.folder ?? '', (file) => which.test(file));
  };

  it('is with the one who sent it and the one to whom it was addressed', async () => {
    const { recipient, system, referral } = sent;
    const delivery = JSON.stringify(await delge.sandbox.client(recipient).delivery(messageId));
    for (const place of ['subject', 'circumstances', "sender's diary number", 'subject line', 'assistant 1'])
      expect(delivery).toContain(canaries[place]);
    const [message] = (await delge.sandbox.client(system).referral(referral.id)).recipients;
    expect(message?.receipts.at(-1)?.diaryNumber).toBe(diaryNumber);
  });

  it('stands in no table of the operator', async () => {
    const { read, found } = await search.tables(delge, 'operator');
    expect(read).toBeGreaterThan(100_000);
    expect(found).toEqual([]);
  });

  it.each(['kommunerna', 'myndigheterna', 'rattsvasendet', 'utbetalningar'])(
    'stands readable in no table of the gateway %s',
    async (gateway) => {
      const { read, found } = await search.tables(delge, gateway);
      expect(read).toBeGreaterThan(0);
      expect(found).toEqual([]);
    },
  );

  it('stands in no file of the broker', () => {
    const { read, found } = search.files(delge.stack.options.instance.path('rabbitmq'));
    expect(read).toBeGreaterThan(100_000);
    expect(found).toEqual([]);
  });

  it('stands in no file of the database, its write-ahead log included', async () => {
    const { read, found } = await inDatabaseFiles(/\/(base|pg_wal|global)\//);
    expect(read).toBeGreaterThan(1_000_000);
    expect(found).toEqual([]);
  });

  it('stands in no log of any process', () => {
    const { read, found } = search.files(delge.stack.options.instance.path('log'));
    expect(read).toBeGreaterThan(1000);
    expect(found).toEqual([]);
  });

  describe('would be found', () => {
    const file = (): string => delge.stack.options.instance.path('log', `planted-${RUN}.log`);
    afterAll(async () => {
      await delge.sql('operator', 'DROP TABLE IF EXISTS public.planted');
      rmSync(file(), { force: true });
    });
    const place = 'circumstances';

    it('in a row, whatever its column and in every spelling', async () => {
      await delge.sql('operator', 'CREATE TABLE public.planted (text text, bytes bytea, json jsonb)');
      for (const spelling of spellings(canaries[place] ?? '')) {
        const bytes = Buffer.concat([Buffer.from([0, 255]), spelling, Buffer.from('tail')]);
        await delge.sql('operator', 'INSERT INTO public.planted (bytes) VALUES ($1)', [bytes]);
        const { found } = await search.tables(delge, 'operator', (table) => table === 'public.planted');
        expect(found).toEqual([`${place} in public.planted.bytes`]);
        await delge.sql('operator', 'TRUNCATE public.planted');
      }
      await delge.sql('operator', `INSERT INTO public.planted (text, json) VALUES ($1::text, to_jsonb($1::text))`, [
        canaries[place],
      ]);
      const [row] = await delge.sql<{ file: string }>('operator', `SELECT pg_relation_filepath('planted') AS file`);
      expect((await inDatabaseFiles(new RegExp(`/${row?.file}$`))).found).toHaveLength(1);
      const { found } = await search.tables(delge, 'operator');
      expect([...found].sort()).toEqual([`${place} in public.planted.json`, `${place} in public.planted.text`]);
    });

    it.each([0, 1, 2])('in base64 behind %i other octets', (before) => {
      const bytes = Buffer.concat([Buffer.alloc(before, 7), Buffer.from(`${canaries[place]}, och mer`)]);
      for (const encoding of ['base64', 'base64url'] as const)
        expect(search.in(Buffer.from(bytes.toString(encoding)))).toEqual([place]);
    });

    it('in a file that gets another name while the others are read, one that is removed passed by', () => {
      const folder = mkdtempSync(join(tmpdir(), 'delge-search-'));
      const at = (name: string): string => join(folder, name);
      try {
        for (const name of ['1', '2', '3']) writeFileSync(at(name), name === '2' ? (canaries[place] ?? '') : 'else');
        const { found } = search.files(folder, (one) => {
          if (one === at('1')) renameSync(at('2'), at('4'));
          if (one === at('1')) rmSync(at('3'));
          return true;
        });
        expect(found).toEqual([`${place} in 4`]);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('in a line of a log, and in a message that the broker keeps', async () => {
      appendFileSync(file(), `{"event":"oops","text":"${canaries[place]}"}\n`);
      expect(search.files(delge.stack.options.instance.path('log')).found).toEqual([`${place} in planted-${RUN}.log`]);
      const connection = await delge.amqp('admin');
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue(`planted-${RUN}`, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
      channel.sendToQueue(`planted-${RUN}`, Buffer.from(`[${canaries[place]}`), { persistent: true });
      await channel.waitForConfirms();
      const found = await eventually('found at the broker', SETTLED_MS, async () => {
        const files = search.files(delge.stack.options.instance.path('rabbitmq')).found;
        return Promise.resolve(files.length > 0 ? files : undefined);
      });
      expect(found[0]).toMatch(/^circumstances in /);
      await channel.deleteQueue(`planted-${RUN}`);
      await connection.close();
    });
  });
});
