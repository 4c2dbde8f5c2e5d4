import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { localSigner, parseSearch, sha256Base64url } from '#envelope';
import type { Signer } from '#envelope';
import { Scene, aDraft, evidenceOf } from '#testing';
import { verifyExport } from '#verifier';
import type { EvidenceFile, ExportReport } from '#verifier';
import type { DataSource } from 'typeorm';
import type { AccessKey } from '../apps/console/src/application/access-key.js';
import { AnswerAuditor } from '../apps/console/src/application/answer-auditor.js';
import type { ExportFormat } from '../apps/console/src/application/export-ports.js';
import { Exports } from '../apps/console/src/application/exports.js';
import { WithinAssignment } from '../apps/console/src/application/within-assignment.js';
import type { DisclosureRow, Offered, Query } from '../apps/console/src/application/ports.js';
import { RecordAct } from '../apps/console/src/application/record-act.js';
import { PostgresActStore } from '../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { PostgresExportStore } from '../apps/console/src/persistence/export.store.js';
import { PostgresLogStore } from '../apps/console/src/persistence/log-view.store.js';
import { insertDisclosures, tally } from '../apps/console/src/persistence/projection.store.js';
import { someRows } from '../bench/search/rows.js';
import { csvRecords } from './support/csv.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(240_000);
const ROWS = 2_600;
const AUDITOR = sha256Base64url('an auditor');
const acting = { auditor: AUDITOR, assignment: randomUUID() };
const FIELDS = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'];
const rows = someRows(ROWS);
const own = rows.filter(({ row }) => row.sender.startsWith('linkoping/')).map(({ row }) => row);
const one = own.find(({ outcome }) => outcome === 'permit')!;
const refused = own.find(({ outcome }) => outcome === 'deny')!;
const root = randomBytes(32).toString('base64');
/** What spreadsheets would compute, in their many spellings. */
const FORMULAS = [
  ...['=HYPERLINK("http://x","y")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1'],
  ...['\uFF1D1+1', '\uFF0B1', '\uFF0D1', '\uFF201'],
];

const FILTERS: readonly (readonly [string, Query])[] = [
  ['nothing', { filters: {} }],
  ['a sender', { filters: { sender: [one.sender] } }],
  ['several senders', { filters: { sender: ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'] } }],
  ['a recipient', { filters: { recipient: [one.recipient] } }],
  ['a kind of authority', { filters: { senderKind: [one.senderKind] } }],
  ['a record', { filters: { record: ['refusal'] } }],
  ['an outcome', { filters: { outcome: ['deny'] } }],
  ['a message type', { filters: { type: [one.messageType] } }],
  ['a force', { filters: { force: [one.force!] } }],
  ['a purpose', { filters: { purpose: [one.purpose] } }],
  ['a ground', { filters: { ground: one.grounds } }],
  ['a version', { filters: { version: one.versions } }],
  ['a reason', { filters: { reason: refused.reasons } }],
  ['a data category', { filters: { category: [one.categories[0]!] } }],
  ['an officer', { filters: { officer: one.officers } }],
  ['a case', { filters: { case: [one.caseId] } }],
  ['a message', { filters: { message: [one.messageId] } }],
  ['an index', { filters: { index: [one.index] } }],
  ['a period', { from: '2026-02-01', until: '2026-03-31', filters: {} }],
  ['what is overdue', { overdue: true, filters: {} }],
  [
    'much at once',
    { from: '2026-01-01', filters: { outcome: ['permit'], sender: [one.sender], type: [one.messageType] } },
  ],
  ['what is not there', { filters: { case: [randomUUID()] } }],
];

describe('an export', () => {
  let databases: OwnDatabases;
  let owner: DataSource;
  let scene: Scene;
  let evidence: EvidenceFile;
  let answers: AnswerAuditor;
  let names: Offered['sender'];
  let now: Date;
  let signer: Signer | undefined;
  let asked: string[] = [];
  let make: () => Exports;
  const running = new AbortController().signal;

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('console_exports');
    owner = await databases.connect(databases.urls.operator.console, 'console');
    const reader = await databases.connect(databases.urls.operator.console_reader, 'console');
    scene = await Scene.create();
    evidence = await evidenceOf(aDraft(scene));
    for (const month of new Set(rows.map(({ row }) => `${row.at.slice(0, 7)}-01`)))
      await owner.query(`SELECT console.ensure_month($1)`, [month]);
    await owner.transaction((tx) => insertDisclosures(tx, rows));
    await owner.transaction((tx) => tally(tx, 0n, BigInt(ROWS)));
    await owner.query(`UPDATE console.projection SET size = $1, checked = $1, tallied = $1`, [ROWS]);
    await owner.query(`INSERT INTO console.checkpoint (size, root, checked_at) VALUES ($1, $2, now())`, [
      ROWS,
      Buffer.from(root, 'base64'),
    ]);
    const clock = (): Date => now;
    const access = {
      live: () => (signer === undefined ? undefined : { signer, snapshot: scene.snapshot }),
    } as unknown as AccessKey;
    const fresh = { id: () => randomUUID(), octets: () => randomBytes(32) };
    const acts = new RecordAct(new PostgresActStore(owner), access, scene.world.environment, fresh, clock);
    const assignments = new PostgresAssignmentStore(owner);
    const disclosures = new PostgresDisclosureStore(reader);
    const logs = new PostgresLogStore(owner);
    const follows = (): boolean => true;
    answers = new AnswerAuditor(
      assignments,
      disclosures,
      logs,
      acts,
      { look: () => Promise.resolve(true) },
      () => ({}),
      follows,
      clock,
    );
    const { keys, ...proven } = evidence;
    make = () =>
      new Exports(
        new WithinAssignment(assignments, follows, clock),
        disclosures,
        logs,
        new PostgresExportStore(owner, Buffer.alloc(32, 7)),
        acts,
        access,
        {
          proven: (_acting, messageId) => {
            asked.push(messageId);
            return Promise.resolve({ ...proven, messageId });
          },
          keys: () => Promise.resolve(keys),
        },
        () => ({ sender: names ?? [] }),
        scene.world.environment,
        fresh.id,
        clock,
      );
  });
  beforeEach(async () => {
    names = [];
    asked = [];
    now = scene.world.clock.now();
    signer = localSigner(scene.consoleKey);
    await owner.query(`DELETE FROM console.erased`);
    await owner.query(`DELETE FROM console.export_part`);
    await owner.query(`UPDATE console.export SET state = 'ended'`);
    await granted(acting.assignment);
  });
  afterAll(() => databases.drop());

  const granted = (id: string, fields: readonly string[] = FIELDS): Promise<unknown> =>
    owner.query(
      `INSERT INTO console.assignment (id, auditor, authorities, provision, diary_number, since, fields, expires, granted_at, index)
       SELECT $1, $2, $3, 'municipal-audit', 'REV 2026/17', '2020-01-01', $4, '2999-01-01', now(), coalesce(max(index), 0) + 1 FROM console.assignment
       ON CONFLICT (id) DO UPDATE SET ended_at = NULL`,
      [id, AUDITOR, ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'], fields],
    );
  const begun = (query: Query, format: ExportFormat): Promise<string> => make().begin(acting, query, format, 'sv');
  const made = async (query: Query, format: ExportFormat): Promise<string> => {
    const id = await begun(query, format);
    await expect(make().work(running)).resolves.toBe(true);
    return id;
  };
  const fileOf = async (id: string): Promise<Buffer> => {
    const file = await make().file(acting, id);
    const parts: Uint8Array[] = [];
    for await (const part of file!.body) parts.push(part);
    const bytes = Buffer.concat(parts);
    expect(bytes.byteLength).toBe(file!.octets);
    return bytes;
  };
  const verified = async (id: string, file: Uint8Array): Promise<ExportReport> =>
    verifyExport(file, Buffer.from((await make().cover(acting, id))!.text), scene.trust);
  /** As the pages of the list show it. */
  const listed = async (query: Query): Promise<readonly DisclosureRow[]> => {
    const found: DisclosureRow[] = [];
    for (let cursor: string | undefined; ;) {
      const { rows: page, next } = await answers.search(acting, query, cursor);
      found.push(...page);
      if (next === undefined) return found;
      cursor = next;
    }
  };
  const entry = async (id: string) => {
    const ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
    const [found] = await ledger.query<{ entry: Buffer }[]>(`SELECT entry FROM ledger.pending WHERE entry_id = $1`, [
      id,
    ]);
    await ledger.destroy();
    return parseSearch(found!.entry.toString()).search;
  };
  const stateOf = async (id: string): Promise<unknown> => {
    const [row] = await owner.query<{ state: string; parts: number }[]>(
      `SELECT e.state, (SELECT count(*)::int FROM console.export_part p WHERE p.export = e.id) AS parts FROM console.export e WHERE e.id = $1`,
      [id],
    );
    return row;
  };
  const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const cellOf = (value: unknown): string => {
    const said = Array.isArray(value) ? value.join(' ') : String((value as string | undefined) ?? '');
    return /^[-=+@\t\r]/.test(said) ? `'${said}` : said;
  };

  it.each(FILTERS)('of %s has exactly what the list has, page by page, in each format', async (_name, query) => {
    const list = await listed(query);
    for (const [format, delimiter] of [
      ['csv', ';'],
      ['csv-comma', ','],
    ] as const) {
      const id = await made(query, format);
      const bytes = await fileOf(id);
      expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
      const [head = [], ...records] = csvRecords(text(bytes).slice(1), delimiter);
      const members = head.filter((name) => !name.endsWith('Name'));
      const cells = records.map((record) => members.map((name) => record[head.indexOf(name)]));
      expect(cells).toEqual(list.map((row) => members.map((name) => cellOf(row[name as keyof DisclosureRow]))));
      expect(await verified(id, bytes)).toMatchObject({ findings: [], cover: { count: list.length } });
    }
    const id = await made(query, 'jsonl');
    const bytes = await fileOf(id);
    const lines = text(bytes).split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(list);
    const { cover } = await verified(id, bytes);
    expect(cover?.checkpoint).toEqual({ size: String(ROWS), root });
    expect(cover?.sha256).toBe(createHash('sha256').update(bytes).digest('base64url'));
    const { kind, shown, query: commitment } = await entry(cover!.entryId);
    expect([kind, shown]).toEqual(['export', list.length]);
    const [act] = await owner.query<{ salt: Buffer; query: string }[]>(
      `SELECT salt, query FROM console.act WHERE entry_id = $1`,
      [cover!.entryId],
    );
    expect(act?.query).toBe(cover?.query);
    expect(sha256Base64url(Buffer.concat([act!.salt, Buffer.from(cover!.query)]))).toBe(commitment);
  });

  it('is of more than one part, and of more than one page of the list', () => {
    expect(own.length).toBeGreaterThan(1_000);
  });

  it('has Swedish names, and no cell that a spreadsheet would compute', async () => {
    const query: Query = { filters: { message: [one.messageId] } };
    for (const name of ['Omvårdnadsnämnden på Öland', ...FORMULAS]) {
      names = [{ value: one.sender, sv: name, en: 'a board' }];
      for (const [format, delimiter] of [
        ['csv', ';'],
        ['csv-comma', ','],
      ] as const) {
        const [head, record] = csvRecords(text(await fileOf(await made(query, format))).slice(1), delimiter);
        const cell = record![head!.indexOf('senderName')];
        expect(cell).toBe(FORMULAS.includes(name) ? `'${name}` : name);
      }
    }
  });

  it('does not verify when file or cover is another, or who signed it', async () => {
    const id = await made({ filters: {} }, 'csv');
    const bytes = await fileOf(id);
    const altered = Buffer.from(bytes);
    altered[altered.length - 3]! ^= 1;
    const codes = async (report: Promise<ExportReport>) => (await report).findings.map(({ code }) => code);
    await expect(codes(verified(id, altered))).resolves.toEqual(['file-digest']);
    await expect(codes(verified(id, bytes.subarray(0, -1)))).resolves.toEqual(['file-digest']);
    await expect(codes(verifyExport(bytes, Buffer.from('{}'), scene.trust))).resolves.toEqual(['file-malformed']);
    signer = localSigner(scene.access);
    const forged = await made({ filters: {} }, 'csv');
    await expect(codes(verified(forged, await fileOf(forged)))).resolves.toEqual(['entry-key']);
    signer = localSigner({ ...scene.access, kid: scene.consoleKey.kid });
    const signedByAnother = await made({ filters: {} }, 'csv');
    await expect(codes(verified(signedByAnother, await fileOf(signedByAnother)))).resolves.toEqual(['entry-signature']);
  });

  it('of evidence is a page of it, a look for each message, where openings are granted', async () => {
    const query: Query = { filters: { case: [one.caseId] } };
    const messages = (await listed(query)).map(({ messageId }) => messageId);
    const id = await made(query, 'evidence');
    expect(asked).toEqual(messages);
    const report = await verified(id, await fileOf(id));
    expect(report).toMatchObject({ findings: [], cover: { format: 'evidence', count: messages.length } });
    expect(report.evidence?.map(({ messageId }) => messageId)).toEqual(messages);
    await expect(begun({ filters: {} }, 'evidence')).rejects.toMatchObject({ code: 'TOO_MANY' });
    const narrow = randomUUID();
    await granted(narrow, ['parties']);
    await expect(make().begin({ ...acting, assignment: narrow }, query, 'evidence', 'sv')).rejects.toMatchObject({
      code: 'FIELD_NOT_GRANTED',
    });
  });

  it('of evidence of too many is refused once the log has what was asked', async () => {
    const before = await owner.query<unknown[]>(`SELECT FROM console.act`);
    await expect(begun({ filters: {} }, 'evidence')).rejects.toMatchObject({ code: 'TOO_MANY' });
    expect((await owner.query<unknown[]>(`SELECT FROM console.act`)).length).toBe(before.length + 1);
  });

  it('of a count is the exact number, which is in the log before it is shown', async () => {
    const id = await made({ filters: {} }, 'count');
    const view = await make().of(acting, id);
    expect(view).toMatchObject({ state: 'made', rows: own.length });
    expect(view?.made).toBeUndefined();
    expect(await entry(view!.entryId!)).toMatchObject({ kind: 'search', shown: 0 });
    await expect(make().file(acting, id)).resolves.toBeUndefined();
  });

  describe('as a job', () => {
    /** Ends the work after the first part. */
    const cutOff = async (id: string): Promise<void> => {
      const stopping = new AbortController();
      const exports = make();
      const { store } = exports as unknown as { readonly store: PostgresExportStore };
      const add = store.add.bind(store);
      store.add = async (...part) => {
        stopping.abort();
        return add(...part);
      };
      await exports.work(stopping.signal);
      expect(await stateOf(id)).toEqual({ state: 'running', parts: 1 });
      await owner.query(`UPDATE console.export SET taken_until = NULL`);
    };

    it('goes on after its last part in another process, and comes to the same file', async () => {
      const whole = await fileOf(await made({ filters: {} }, 'csv'));
      const id = await begun({ filters: {} }, 'csv');
      await cutOff(id);
      expect(await make().of(acting, id)).toMatchObject({ state: 'running', rows: 1_000, expected: own.length });
      await expect(make().file(acting, id)).resolves.toBeUndefined();
      await expect(make().cover(acting, id)).resolves.toBeUndefined();
      await make().work(running);
      expect((await fileOf(id)).equals(whole)).toBe(true);
    });

    it('is worked on by one process', async () => {
      const id = await begun({ filters: {} }, 'jsonl');
      const worked = await Promise.all([make().work(running), make().work(running)]);
      expect(worked.filter((found) => found)).toHaveLength(1);
      expect(await make().of(acting, id)).toMatchObject({ state: 'made', rows: own.length });
    });

    it('ends with the assignment, and keeps nothing', async () => {
      const id = await begun({ filters: {} }, 'csv');
      await cutOff(id);
      await owner.query(`UPDATE console.assignment SET ended_at = now()`);
      await make().work(running);
      expect(await stateOf(id)).toEqual({ state: 'refused', parts: 0 });
      await expect(make().of(acting, id)).rejects.toMatchObject({ code: 'NOT_WITHIN_ASSIGNMENT' });
    });

    it('rests while nothing can be signed', async () => {
      const id = await begun({ filters: {} }, 'csv');
      signer = undefined;
      await make().work(running);
      expect(await stateOf(id)).toMatchObject({ state: 'running' });
      await expect(make().work(running)).resolves.toBe(false);
    });

    it('is kept for a day, sealed, and no longer', async () => {
      const id = await made({ filters: {} }, 'csv');
      const parts = await owner.query<{ sealed: Buffer }[]>(`SELECT sealed FROM console.export_part`);
      expect(parts.length).toBeGreaterThan(1);
      for (const { sealed } of parts) expect(sealed.includes('linkoping')).toBe(false);
      await owner.query(`UPDATE console.export_part SET part = part + 100`).catch(() => undefined);
      now = new Date(now.getTime() + 24 * 3_600_000);
      await expect(make().file(acting, id)).resolves.toBeUndefined();
      await make().work(running);
      expect(await stateOf(id)).toEqual({ state: 'ended', parts: 0 });
      await expect(make().cover(acting, id)).resolves.toBeDefined();
    });

    it('is not given out once something in it is erased, and not kept', async () => {
      const id = await made({ filters: {} }, 'csv');
      const kept = await made({ filters: {} }, 'csv');
      await owner.query(
        `INSERT INTO console.erased (index, sender, recipient, number, senders_alone, erasure, erased_at, at)
         VALUES ($1, $2, $3, 1, false, $4, now(), now())`,
        [one.index, one.sender, one.recipient, ROWS],
      );
      await owner.query(`UPDATE console.projection SET size = $1, checked = $1, tallied = $1`, [ROWS + 1]);
      await expect(make().file(acting, id)).resolves.toBeUndefined();
      await expect(make().work(running)).resolves.toBe(false);
      expect(await stateOf(kept)).toEqual({ state: 'ended', parts: 0 });
      expect(await stateOf(id)).toEqual({ state: 'ended', parts: 0 });
      await owner.query(`UPDATE console.projection SET size = $1, checked = $1, tallied = $1`, [ROWS]);
    });

    it("of another auditor, or of another assignment, does not exist; and there are five of one's own at most", async () => {
      const id = await begun({ filters: {} }, 'csv');
      const other = randomUUID();
      await granted(other);
      await expect(make().of({ ...acting, assignment: other }, id)).resolves.toBeUndefined();
      for (let more = 0; more < 4; more += 1) await begun({ filters: {} }, 'csv');
      await expect(begun({ filters: {} }, 'csv')).rejects.toMatchObject({ code: 'TOO_MANY' });
    });
  });
});
