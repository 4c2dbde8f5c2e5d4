import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { generateKey, localSigner, sha256Base64url, signAssignmentNotice, signErasure, verifySearch } from '#envelope';
import type { AssignmentField, AssignmentGranted, PrivateKey } from '#envelope';
import { stockholmDate } from '#legal-basis';
import { Scene, aDraft } from '#testing';
import type { Draft } from '#testing';
import type { DataSource } from 'typeorm';
import { AnswerAuditor } from '../apps/console/src/application/answer-auditor.js';
import type { AccessKey, Signing } from '../apps/console/src/application/access-key.js';
import type { Acting } from '../apps/console/src/application/ports.js';
import { RecordAct } from '../apps/console/src/application/record-act.js';
import { PostgresActStore } from '../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { PostgresLogStore } from '../apps/console/src/persistence/log-view.store.js';
import { PARTS } from '../apps/console/src/persistence/tally.js';
import { PostgresProjectionStore } from '../apps/console/src/persistence/projection.store.js';
import { FedScene, granted, ended } from './support/console.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(120_000);
const AUDITOR = sha256Base64url('an auditor');
const OTHER_AUDITOR = sha256Base64url('another auditor');
const ALL_FIELDS: readonly AssignmentField[] = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'];
const EVERYTHING = { filters: {} };

describe('what the console shows of the log', () => {
  let databases: OwnDatabases;
  let owner: DataSource;
  let reader: DataSource;
  let scene: Scene;
  let draft: Draft;
  let fed: FedScene;
  let store: PostgresProjectionStore;
  let key: PrivateKey;
  let live: Signing | undefined;
  let following = true;
  let answers: AnswerAuditor;
  const now = (): Date => scene.world.clock.now();

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('console');
    owner = await databases.connect(databases.urls.operator.console, 'console');
    reader = await databases.connect(databases.urls.operator.console_reader, 'console');
    scene = await Scene.create();
    draft = aDraft(scene);
    store = new PostgresProjectionStore(owner);
    key = await generateKey('access');
    live = { signer: localSigner(key), snapshot: scene.snapshot };
    fed = new FedScene(draft, store);
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
      () => following,
      now,
    );
  });
  afterAll(() => databases.drop());

  /** Grants an assignment and follows the log to it. */
  const assigned = async (change: Partial<AssignmentGranted> = {}): Promise<Acting> => {
    const { assignment, auditor } = await granted(draft, { auditor: AUDITOR, fields: ALL_FIELDS, ...change });
    await expect(fed.follow()).resolves.toBe('followed');
    return { auditor, assignment };
  };
  const rows = async (acting: Acting, query = EVERYTHING): Promise<readonly string[]> =>
    (await answers.search(acting, query)).rows.map(({ index }) => index);
  const sent = (authority: string): number => senders.filter((one) => one === authority).length;
  let senders: readonly string[] = [];
  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { readonly code?: unknown }).code ?? error,
    );
  const asOwner = <T>(sql: string, values: readonly unknown[] = []): Promise<T[]> => owner.query<T[]>(sql, [...values]);

  it('is what was followed, within an assignment that stands in the log', async () => {
    const acting = await assigned();
    senders = (await asOwner<{ sender: string }>(`SELECT sender FROM console.disclosure`)).map(({ sender }) => sender);
    const found = await answers.search(acting, EVERYTHING);
    expect(found.rows.length).toBeGreaterThan(0);
    for (const row of found.rows)
      expect([row.sender, row.recipient].some((one) => one.startsWith('linkoping/'))).toBe(true);
    expect(found.rows.length).toBeLessThan(senders.length);
    expect(sent('linkoping/socialnamnden')).toBeGreaterThan(0);
    await expect(answers.assignmentsOf(AUDITOR)).resolves.toMatchObject([{ id: acting.assignment, state: 'live' }]);
  });

  describe('within its bounds', () => {
    /** What the reader's own role sees, past every use case. */
    const seenBy = async (settings: Readonly<Record<string, string>>): Promise<Readonly<Record<string, number>>> =>
      reader.transaction(async (tx) => {
        for (const [name, value] of Object.entries(settings))
          await tx.query(`SELECT set_config($1, $2, true)`, [name, value]);
        const [row] = await tx.query<Readonly<Record<string, number>>[]>(
          `SELECT (SELECT count(*)::int FROM console.disclosure) AS disclosures, (SELECT count(*)::int FROM console.happening) AS happenings,
             (SELECT count(*)::int FROM console.erased) AS erased, (SELECT count(*)::int FROM console.seen_year) AS years,
             (SELECT count(*)::int FROM console.seen_month) AS months`,
        );
        return row ?? {};
      });
    const NOTHING = { disclosures: 0, happenings: 0, erased: 0, years: 0, months: 0 };
    const settingsOf = ({ auditor, assignment }: Acting) => ({
      'delge.auditor': auditor,
      'delge.assignment': assignment,
    });

    it('shows the reader nothing without an assignment, and nothing of another auditor’s', async () => {
      const acting = await assigned();
      expect((await seenBy(settingsOf(acting)))['disclosures']).toBeGreaterThan(0);
      await expect(seenBy({})).resolves.toEqual(NOTHING);
      await expect(seenBy({ 'delge.assignment': acting.assignment })).resolves.toEqual(NOTHING);
      await expect(seenBy({ ...settingsOf(acting), 'delge.auditor': OTHER_AUDITOR })).resolves.toEqual(NOTHING);
      await expect(seenBy(settingsOf({ ...acting, assignment: randomUUID() }))).resolves.toEqual(NOTHING);
      await expect(codeOf(answers.search({ ...acting, auditor: OTHER_AUDITOR }, EVERYTHING))).resolves.toBe(
        'NOT_WITHIN_ASSIGNMENT',
      );
    });

    it('shows what is of its authorities alone, and of refusals and records the sender’s alone', async () => {
      const authorities = ['fk/forsakringskassan'];
      const acting = await assigned({ authorities });
      const found = (await answers.search(acting, EVERYTHING)).rows;
      expect(found.length).toBeGreaterThan(0);
      for (const { record, sender, recipient } of found)
        expect(record === 'decision' ? [sender, recipient] : [sender]).toEqual(expect.arrayContaining(authorities));
      const all = await asOwner<{ index: string }>(
        `SELECT index::text FROM console.disclosure WHERE sender = $1 OR (record = 'decision' AND recipient = $1) ORDER BY at DESC, index DESC`,
        authorities,
      );
      expect(found.map(({ index }) => index)).toEqual(all.map(({ index }) => index));
    });

    it('shows what was decided in its period alone', async () => {
      const [days] = await asOwner<{ first: string; last: string }>(
        `SELECT min(at AT TIME ZONE 'Europe/Stockholm')::date::text AS first, max(at AT TIME ZONE 'Europe/Stockholm')::date::text AS last FROM console.disclosure`,
      );
      const { first, last } = days!;
      expect(first).not.toBe(last);
      const all = await rows(await assigned());
      const early = await rows(await assigned({ period: { from: first, until: last } }));
      const late = await rows(await assigned({ period: { from: last } }));
      expect(early.length).toBeGreaterThan(0);
      expect(late.length).toBeGreaterThan(0);
      expect([...late, ...early]).toEqual(all);
    });

    it('shows of a message what happened to it in its period, and what came of that, alone', async () => {
      const [days] = await asOwner<{ last: string }>(
        `SELECT max(at AT TIME ZONE 'Europe/Stockholm')::date::text AS last FROM console.disclosure`,
      );
      const acting = await assigned({ period: { from: days!.last } });
      const [newest] = (await answers.search(acting, EVERYTHING)).rows;
      const { messageId, attempt, at } = newest!;
      const seen = async (): Promise<number> => (await seenBy(settingsOf(acting)))['happenings']!;
      const before = await seen();
      expect(before).toBeGreaterThan(0);
      // In the place of an entry to which nothing happened.
      const put = async (kind: string, of: number | undefined, when: string): Promise<number> => {
        await asOwner(
          `INSERT INTO console.happening (index, entry_id, at, kind, message_id, sender, recipient, senders_alone, attempt)
           SELECT min(a.index), $1, $2, $3, $4, $5, $6, false, $7 FROM console.assignment a`,
          [randomUUID(), when, kind, messageId, newest!.sender, newest!.recipient, of],
        );
        const found = await seen();
        await asOwner(`DELETE FROM console.happening WHERE index = (SELECT min(a.index) FROM console.assignment a)`);
        return found;
      };
      const earlier = new Date(Date.parse(`${days!.last}T00:00:00Z`) - 30 * 24 * 3_600_000).toISOString();
      await expect(put('decision', 7, earlier)).resolves.toBe(before);
      await expect(put('technical', 7, at)).resolves.toBe(before);
      await expect(put('technical', attempt, at)).resolves.toBe(before + 1);
      await expect(put('technical', undefined, at)).resolves.toBe(before + 1);
    });

    it('shows nothing once it has ended or expired', async () => {
      const statement = await granted(draft, { auditor: AUDITOR, fields: ALL_FIELDS });
      const acting = { auditor: AUDITOR, assignment: statement.assignment };
      await fed.follow();
      expect((await rows(acting)).length).toBeGreaterThan(0);
      await ended(draft, statement, scene.world.keys.administrators['fk']);
      await fed.follow();
      expect((await rows(acting)).length).toBeGreaterThan(0);
      await ended(draft, statement);
      await fed.follow();
      await expect(codeOf(answers.search(acting, EVERYTHING))).resolves.toBe('NOT_WITHIN_ASSIGNMENT');
      await expect(seenBy(settingsOf(acting))).resolves.toEqual(NOTHING);

      const expired = await assigned({ expires: '2021-01-01' });
      await expect(codeOf(answers.search(expired, EVERYTHING))).resolves.toBe('NOT_WITHIN_ASSIGNMENT');
      await expect(seenBy(settingsOf(expired))).resolves.toEqual(NOTHING);
    });

    it('is opened by nobody but an administrator of who grants it', async () => {
      const { administrators } = scene.world.keys;
      for (const signer of [administrators['fk'], key]) {
        const { assignment } = await granted(draft, { auditor: AUDITOR, fields: ALL_FIELDS }, signer);
        await expect(fed.follow()).resolves.toBe('followed');
        await expect(codeOf(answers.search({ auditor: AUDITOR, assignment }, EVERYTHING))).resolves.toBe(
          'NOT_WITHIN_ASSIGNMENT',
        );
      }
    });

    it('shows no member, and answers no filter, of a field that is not opened', async () => {
      const acting = await assigned({ fields: ['parties'] });
      const { rows: found } = await answers.search(acting, EVERYTHING);
      const members = new Set(found.flatMap((row) => Object.keys(row)));
      expect([...members].sort()).toEqual(
        [
          ...['at', 'attempt', 'index', 'messageId', 'messageType', 'number', 'outcome', 'recipient', 'recipientKind'],
          ...['record', 'sender', 'senderKind'],
        ].sort(),
      );
      const shown = await answers.show(acting, found[0]!.messageId);
      expect(shown?.records[0]).not.toHaveProperty('facts');
      expect(shown?.records[0]).not.toHaveProperty('verdict');
      expect(shown?.timeline.map(({ kind }) => kind)).not.toContain('technical');
      for (const filters of [
        { ground: ['OSL-10-2'] },
        { category: ['health'] },
        { officer: ['x'] },
        { case: [randomUUID()] },
      ])
        await expect(codeOf(answers.search(acting, { filters }))).resolves.toBe('FIELD_NOT_GRANTED');
      await expect(codeOf(answers.overdue(acting, EVERYTHING))).resolves.toBe('FIELD_NOT_GRANTED');
      await expect(codeOf(answers.timeline(acting, randomUUID()))).resolves.toBe('FIELD_NOT_GRANTED');
    });
  });

  describe('is written down first', () => {
    interface Pending {
      readonly entry_id: string;
      readonly entry: Buffer;
    }
    const pending = async (): Promise<readonly Pending[]> => {
      const ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
      const found = await ledger.query<Pending[]>(`SELECT entry_id, entry FROM ledger.pending ORDER BY id`);
      await ledger.destroy();
      return found;
    };

    it('as an entry signed by the console, that commits to what was asked', async () => {
      const acting = await assigned();
      const query = { filters: { outcome: ['permit'] } };
      const before = (await pending()).length;
      const { rows: shown } = await answers.search(acting, query);
      const [added] = (await pending()).slice(before);
      const search = await verifySearch(added!.entry.toString(), key);
      const { auditor, assignment } = acting;
      expect(search).toMatchObject({ kind: 'search', auditor, assignment, shown: shown.length });
      const [act] = await asOwner<{ salt: Buffer; query: string }>(
        `SELECT salt, query FROM console.act WHERE entry_id = $1`,
        [added!.entry_id],
      );
      expect(act?.query).toBe('search?outcome=permit');
      expect(sha256Base64url(Buffer.concat([act!.salt, Buffer.from(act!.query)]))).toBe(search.query);
      expect(added!.entry.toString()).not.toContain(Buffer.from('permit').toString('base64url'));
    });

    it('page by page, with where the page begins', async () => {
      const acting = await assigned();
      const cursor = Buffer.from(JSON.stringify([now().toISOString(), '0'])).toString('base64url');
      await answers.search(acting, EVERYTHING, cursor);
      await answers.overdue(acting, EVERYTHING, cursor);
      const acts = await asOwner<{ query: string }>(`SELECT query FROM console.act WHERE assignment = $1`, [
        acting.assignment,
      ]);
      expect(acts.map(({ query }) => query).sort()).toEqual([
        `overdue?overdue=true&cursor=${cursor}`,
        `search?cursor=${cursor}`,
      ]);
    });

    it('and is not shown while nothing can be signed, or when the keys log went back', async () => {
      const acting = await assigned();
      const signing = live;
      live = undefined;
      await asOwner(`UPDATE console.own_keys SET size = size + 1`);
      live = signing;
      await expect(codeOf(answers.search(acting, EVERYTHING))).resolves.toBe('NOT_READY');
      await asOwner(`UPDATE console.own_keys SET size = size - 1`);
      await expect(answers.search(acting, EVERYTHING)).resolves.toBeDefined();
      live = undefined;
      const told: unknown[] = [];
      for (const ask of [
        () => answers.search(acting, EVERYTHING),
        () => answers.count(acting, EVERYTHING),
        () => answers.flows(acting, EVERYTHING),
        () => answers.statistics(acting, EVERYTHING),
        () => answers.refusals(acting, 'exchange', EVERYTHING),
        () => answers.overdue(acting, EVERYTHING),
        () => answers.timeline(acting, randomUUID()),
        () => answers.everythingAbout(acting, '0'),
        () => answers.show(acting, randomUUID()),
        () => answers.log(acting),
      ])
        told.push(await codeOf(ask()));
      live = signing;
      expect(new Set(told)).toEqual(new Set(['NOT_READY']));
    });

    it('and is not shown while the log is not followed: the log itself says why', async () => {
      const acting = await assigned();
      following = false;
      await expect(codeOf(answers.search(acting, EVERYTHING))).resolves.toBe('NOT_READY');
      await expect(codeOf(answers.show(acting, randomUUID()))).resolves.toBe('NOT_READY');
      await expect(answers.log(acting)).resolves.toMatchObject({ erasures: [] });
      following = true;
      await expect(codeOf(answers.search(acting, EVERYTHING))).resolves.toBe('done');
    });
  });

  describe('follows the log', () => {
    const everything = async (): Promise<unknown> => ({
      disclosures: await asOwner(`SELECT d.*, d.terms::text AS terms FROM console.disclosure d ORDER BY index`),
      happenings: await asOwner(`SELECT * FROM console.happening ORDER BY index`),
      erased: await asOwner(`SELECT * FROM console.erased ORDER BY index`),
      assignments: await asOwner(`SELECT * FROM console.assignment ORDER BY index`),
      growth: await asOwner(`SELECT * FROM console.growth ORDER BY day`),
      projection: await asOwner(`SELECT size, hashes, checked, alarm FROM console.projection`),
      tally: await tallied(),
    });
    interface Cell {
      readonly first: string;
      readonly terms: readonly string[];
      readonly disclosures: number;
      /** How many each month of the year, or day of the month, has. */
      readonly parts: readonly number[];
    }
    const tallied = async (): Promise<readonly (readonly Cell[])[]> =>
      Promise.all(
        (['year', 'month'] as const).map((span) =>
          asOwner<Cell>(
            `SELECT first::text, tsvector_to_array(terms) AS terms, disclosures::int, ARRAY[${PARTS[span].join(', ')}] AS parts
             FROM console.tally_${span} ORDER BY first, terms`,
          ),
        ),
      );
    /** What is checked, added up from its rows. */
    const addedUp = async (): Promise<readonly (readonly Cell[])[]> => {
      const found = await asOwner<{ at: Date; terms: readonly string[] }>(
        `SELECT at, tsvector_to_array(terms) AS terms FROM console.disclosure WHERE index < (SELECT checked FROM console.projection)`,
      );
      return (['year', 'month'] as const).map((span) => {
        const cells = new Map<string, Cell & { readonly parts: number[] }>();
        for (const { at, terms: all } of found) {
          const day = stockholmDate(at);
          const first = span === 'year' ? `${day.slice(0, 4)}-01-01` : `${day.slice(0, 7)}-01`;
          const terms = all.filter((term) => !term.startsWith('officer:'));
          const key = `${first} ${terms.join(' ')}`;
          const { disclosures = 0, parts = PARTS[span].map(() => 0) } = cells.get(key) ?? {};
          const part = Number(span === 'year' ? day.slice(5, 7) : day.slice(8)) - 1;
          parts[part] = (parts[part] ?? 0) + 1;
          cells.set(key, { first, terms, disclosures: disclosures + 1, parts });
        }
        return [...cells.values()];
      });
    };
    const cellsIn = (tally: readonly (readonly Cell[])[]): unknown =>
      tally.map((cells) => cells.map((cell) => JSON.stringify(cell)).sort());
    const expectTallyOfRows = async (): Promise<void> => {
      expect(cellsIn(await tallied())).toEqual(cellsIn(await addedUp()));
    };

    it('and comes to the same when it is rebuilt, stopped at any step, or followed by two at once', async () => {
      await fed.follow();
      const before = await everything();
      await expectTallyOfRows();
      expect((await tallied()).every((cells) => cells.length > 0)).toBe(true);
      await expect(fed.rebuild()).resolves.toBe('followed');
      await expect(everything()).resolves.toEqual(before);

      await store.beginAnew();
      let steps = 0;
      fed.crash = () => {
        steps += 1;
        if (steps % 2 === 1) throw new Error('killed');
      };
      for (let tries = 0; tries < 50 && (await fed.follow().catch(() => 'killed')) !== 'followed'; tries += 1);
      fed.crash = () => undefined;
      expect(steps).toBeGreaterThan(3);
      await expect(everything()).resolves.toEqual(before);

      await store.beginAnew();
      for (let tries = 0; tries < 50; tries += 1) {
        const ends = await Promise.all([fed.follow(), fed.follow()]);
        if (ends.includes('followed')) break;
      }
      await expect(everything()).resolves.toEqual(before);
    });

    it('and shows nobody what was erased before it was followed: nothing says when that was decided', async () => {
      const acting = await assigned({ authorities: [scene.holder] });
      expect(await rows(acting)).not.toContain(draft.at('erased-permit').toString());
      expect((await answers.log(acting)).erasures).toEqual([]);
      await expect(asOwner(`SELECT at FROM console.erased`)).resolves.toEqual([{ at: null }, { at: null }]);
    });

    it('and forgets what it has shown before when an erasure comes', async () => {
      draft.erased.clear();
      await store.beginAnew();
      fed.checkpoint = () => draft.checkpoint(draft.at('erasure'));
      await expect(fed.follow()).resolves.toBe('followed');
      const there = (await asOwner<{ index: string }>(`SELECT index::text FROM console.disclosure`)).map(
        (one) => one.index,
      );
      expect(there).toContain(draft.at('erased-permit').toString());
      await expectTallyOfRows();
      const counted = (await tallied())[0]!.reduce((sum, { disclosures }) => sum + disclosures, 0);
      fed.checkpoint = () => draft.checkpoint();
      await expect(fed.follow()).resolves.toBe('followed');
      await expectTallyOfRows();
      expect(counted).toBeGreaterThan(0);
      const left = await asOwner<{ index: string }>(
        `SELECT index::text FROM console.disclosure WHERE index = ANY ($1) UNION ALL SELECT index::text FROM console.happening WHERE index = ANY ($1)`,
        [['erased-permit', 'erased-technical'].map((name) => draft.at(name as 'erased-permit'))],
      );
      expect(left).toEqual([]);
      const [decided] = await asOwner<{ day: string; next: string }>(
        `SELECT (at AT TIME ZONE 'Europe/Stockholm')::date::text AS day, ((at AT TIME ZONE 'Europe/Stockholm')::date + 1)::text AS next
         FROM console.erased WHERE index = $1`,
        [draft.at('erased-permit')],
      );
      const erasuresIn = async (period: AssignmentGranted['period']): Promise<unknown> =>
        (await answers.log(await assigned({ authorities: [scene.holder], period }))).erasures;
      const { day, next } = decided!;
      await expect(erasuresIn({ from: day, until: next })).resolves.toMatchObject([
        {
          index: draft.at('erasure').toString(),
          erased: [{ index: draft.at('erased-permit').toString(), sender: scene.holder }, {}],
        },
      ]);
      await expect(erasuresIn({ from: '2020-01-01', until: day })).resolves.toEqual([]);
      await expect(erasuresIn({ from: next })).resolves.toEqual([]);
    });

    it('and tells which receipts are late, and which came', async () => {
      const acting = await assigned({ authorities: ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'] });
      const [permit] = await asOwner<{ received_at: Date | null; receipt_due_at: Date | null }>(
        `SELECT received_at, receipt_due_at FROM console.disclosure WHERE index = $1`,
        [draft.at('permit')],
      );
      expect(permit).toMatchObject({ received_at: expect.any(Date) as unknown, receipt_due_at: null });
      await asOwner(`UPDATE console.disclosure SET receipt_due_at = at, received_at = NULL WHERE index = $1`, [
        draft.at('permit'),
      ]);
      const late = await answers.overdue(acting, EVERYTHING);
      expect(late.rows.map(({ index }) => index)).toContain(draft.at('permit').toString());
      await fed.rebuild();
    });

    it('and is neither stopped nor led by what another signed in the ledger’s name', async () => {
      const acting = await assigned();
      const place = draft.at('permit').toString();
      expect(await rows(acting)).toContain(place);
      const forger = localSigner({ ...key, kid: scene.access.kid });
      const { size, rootBase64: root } = scene.snapshot;
      const said = () => ({
        v: 1 as const,
        env: scene.world.environment,
        entryId: randomUUID(),
        keys: { size: size.toString(), root },
        at: now().toISOString(),
      });
      const { assignment } = acting;
      const ends = {
        kind: 'assignment-ended' as const,
        assignment,
        authorities: ['linkoping/omsorgsnamnden', 'linkoping/socialnamnden'],
        statementSha256: sha256Base64url('a statement'),
      };
      draft.append(await signAssignmentNotice(forger, { ...said(), ...ends }), 'another');
      draft.append(
        await signAssignmentNotice(forger, { ...said(), ...ends, keys: { size: (size + 1n).toString(), root } }),
        'another',
      );
      const erased = [{ index: place, entryId: randomUUID(), sender: 'linkoping/socialnamnden' }];
      const decisionsSha256 = sha256Base64url('decisions');
      draft.append(await signErasure(forger, { ...said(), kind: 'erasure', erased, decisionsSha256 }), 'decisions');
      await expect(fed.follow()).resolves.toBe('followed');
      expect(await rows(acting)).toContain(place);
    });

    it('until something does not hold: then nothing newer is shown, and the alarm stands until it is rebuilt', async () => {
      const acting = await assigned();
      const shown = await rows(acting);
      const later = await assigned();
      for (const [alarm, bend] of [
        ['leaf-mismatch', (one: Parameters<typeof fed.bend>[0]) => ({ ...one, leaf: randomBytes(33) })],
        [
          'annex-mismatch',
          (one: Parameters<typeof fed.bend>[0]) =>
            one.opening?.annex === undefined ? one : { ...one, opening: { ...one.opening, annex: 'another' } },
        ],
        ['root-mismatch', (one: Parameters<typeof fed.bend>[0]) => ({ index: one.index, leaf: randomBytes(33) })],
      ] as const) {
        const size = draft.leaves.length;
        const { assignment } = await granted(draft, { auditor: AUDITOR, fields: ALL_FIELDS });
        fed.bend = bend;
        await expect(fed.follow()).resolves.toBe('stopped');
        await expectTallyOfRows();
        fed.bend = (one) => one;
        await expect(fed.follow()).resolves.toBe('stopped');
        const log = await answers.log(later);
        expect(log).toMatchObject({ alarm, checked: { size: size.toString() } });
        await expect(rows(acting)).resolves.toEqual(shown);
        await expect(codeOf(answers.search({ auditor: AUDITOR, assignment }, EVERYTHING))).resolves.toBe(
          'NOT_WITHIN_ASSIGNMENT',
        );
        await expect(fed.rebuild()).resolves.toBe('followed');
        expect((await answers.log(later)).alarm).toBeUndefined();
      }
    });

    it('counting part by part what one checkpoint covers', async () => {
      const before = await everything();
      await expect(new FedScene(draft, new PostgresProjectionStore(owner, 3n)).rebuild()).resolves.toBe('followed');
      await expect(everything()).resolves.toEqual(before);
    });

    it('and checks nothing when it was followed further meanwhile', async () => {
      const before = await asOwner(`SELECT * FROM console.checkpoint`);
      await expect(store.check({ size: 1n, root: Buffer.alloc(32) } as never, new Date())).resolves.toBe(false);
      await expect(asOwner(`SELECT * FROM console.checkpoint`)).resolves.toEqual(before);
    });

    it('and takes nothing away that is counted, unless it is taken off', async () => {
      await expect(
        asOwner(`DELETE FROM console.disclosure WHERE index = (SELECT min(index) FROM console.disclosure)`),
      ).rejects.toThrow('is counted in the tally');
      await expect(asOwner(`UPDATE console.projection SET checked = tallied + 1, size = size + 1`)).rejects.toThrow(
        'projection_counted',
      );
    });

    it('under a checkpoint of the log and its witnesses alone', async () => {
      fed.checkpoint = () => draft.checkpoint().split('\n').slice(0, -3).join('\n') + '\n';
      await granted(draft, { auditor: AUDITOR });
      await expect(fed.follow()).resolves.toBe('refused');
      fed.checkpoint = () => draft.checkpoint();
      await expect(fed.follow()).resolves.toBe('followed');
    });
  });

  it('is as far as the newest checkpoint, which is the largest and not the last of the alphabet', async () => {
    await asOwner(
      `INSERT INTO console.checkpoint (size, root, checked_at) SELECT size, sha256(int8send(size)), now() FROM unnest('{9,10}'::bigint[]) AS size
       ON CONFLICT DO NOTHING`,
    );
    const { checked, checkpoints } = await new PostgresLogStore(owner).view();
    const sizes = checkpoints.map(({ size }) => Number(size));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes).toEqual(expect.arrayContaining([9, 10]));
    expect(Number(checked?.size)).toBe(sizes[0]);
    await databases.asAdmin('DELETE FROM console.checkpoint WHERE size IN (9, 10)');
  });

  it('is found by everything that it has, and by ids', async () => {
    const acting = await assigned();
    const found = (await answers.search(acting, EVERYTHING)).rows;
    const one = found.find(({ index }) => index === draft.at('permit').toString())!;
    for (const filters of [
      { sender: [one.sender] },
      { recipient: [one.recipient] },
      { senderKind: [one.senderKind] },
      { recipientKind: [one.recipientKind] },
      { record: ['decision'] },
      { outcome: ['permit'] },
      { type: [one.messageType!] },
      { force: [one.force!] },
      { purpose: [one.purpose!] },
      { ground: [one.grounds![0]!] },
      { version: [one.versions![0]!] },
      { category: [one.categories![0]!] },
      { case: [one.caseId!] },
      { message: [one.messageId] },
      { index: [one.index] },
      { outcome: ['deny', 'permit'], record: ['decision'], sender: [one.sender] },
    ]) {
      const narrowed = await rows(acting, { filters });
      expect(narrowed).toContain(one.index);
      await expect(answers.count(acting, { filters })).resolves.toEqual({ count: narrowed.length, more: false });
    }
    const officer = found.find(({ officers }) => (officers?.length ?? 0) > 0);
    expect(await rows(acting, { filters: { officer: officer!.officers! } })).toContain(officer!.index);
    expect(await rows(acting, { filters: { outcome: ['deny'], index: [one.index] } })).toEqual([]);
    for (const id of [one.messageId, one.caseId!, one.index, draft.at('technical').toString()])
      expect((await answers.everythingAbout(acting, id)).rows.map(({ index }) => index)).toContain(one.index);
  });

  it('is one disclosure with all that the log says of it, or nothing', async () => {
    const acting = await assigned();
    const [one] = (await answers.search(acting, { filters: { index: [draft.at('permit').toString()] } })).rows;
    const shown = await answers.show(acting, one!.messageId);
    expect(shown?.records[0]).toMatchObject({
      index: one!.index,
      verdict: { outcome: 'permit' },
      items: expect.arrayContaining([
        expect.objectContaining({ dataCategory: expect.any(String) as unknown }),
      ]) as object,
      ruleSet: { number: expect.any(Number) as unknown },
    });
    expect(shown?.timeline.map(({ kind }) => kind)).toEqual(['decision', 'technical', 'accepted', 'handled']);
    const happened = await answers.timeline(acting, one!.caseId!);
    expect(happened.map(({ index }) => index)).toEqual(shown?.timeline.map(({ index }) => index));
    await expect(answers.show(acting, randomUUID())).resolves.toBeUndefined();
  });
});
