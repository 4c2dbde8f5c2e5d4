import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  generateKey,
  localSigner,
  parseFindingAct,
  parseSampleAct,
  sha256Base64url,
  signSampleAct,
  verifyFindingAct,
  verifySampleAct,
} from '#envelope';
import type { AssignmentField, AssignmentGranted, PrivateKey } from '#envelope';
import { draw, drawnFile, fileDigest, nonceDigest, readLines, rootOctets, seedOf } from '#sampling';
import { Scene, aDraft } from '#testing';
import type { Draft } from '#testing';
import type { DataSource, QueryRunner } from 'typeorm';
import type { AccessKey, Signing } from '../apps/console/src/application/access-key.js';
import { AnswerReviews } from '../apps/console/src/application/answer-reviews.js';
import type { Acting } from '../apps/console/src/application/ports.js';
import { RecordAct } from '../apps/console/src/application/record-act.js';
import { RecordReview } from '../apps/console/src/application/record-review.js';
import { WithinAssignment } from '../apps/console/src/application/within-assignment.js';
import { PostgresActStore } from '../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { PostgresProjectionStore } from '../apps/console/src/persistence/projection.store.js';
import { PostgresReviewStore } from '../apps/console/src/persistence/review.store.js';
import { FedScene, ended, granted } from './support/console.js';
import { ConsoleNonce1769860000000 } from '../apps/console/src/persistence/migrations/1769860000000-console-nonce.js';
import { OwnDatabases } from './support/databases.js';

jest.setTimeout(120_000);
const AUDITOR = sha256Base64url('an auditor');
const COLLEAGUE = sha256Base64url('a colleague');
const STRANGER = sha256Base64url('an auditor of another review');
const ALL_FIELDS: readonly AssignmentField[] = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'];
const EVERYTHING = { filters: {} };

interface Pending {
  readonly id: string;
  readonly entry_id: string;
  readonly entry: Buffer;
}

describe('what auditors do together', () => {
  let databases: OwnDatabases;
  let owner: DataSource;
  let ledger: DataSource;
  let scene: Scene;
  let draft: Draft;
  let fed: FedScene;
  let key: PrivateKey;
  let live: Signing | undefined;
  let reviews: AnswerReviews;
  let [mine, theirs, strangers]: Acting[] = [];
  const now = (): Date => scene.world.clock.now();

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('console_reviews');
    const { operator } = databases.urls;
    owner = await databases.connect(operator.console, 'console');
    ledger = await databases.connect(operator.ledger, 'ledger');
    scene = await Scene.create();
    draft = aDraft(scene);
    fed = new FedScene(draft, new PostgresProjectionStore(owner));
    key = await generateKey('access');
    live = { signer: localSigner(key), snapshot: scene.snapshot };
    const access = { live: () => live } as unknown as AccessKey;
    const fresh = { id: () => randomUUID(), octets: () => randomBytes(32) };
    const store = new PostgresReviewStore(owner);
    reviews = new AnswerReviews(
      new WithinAssignment(new PostgresAssignmentStore(owner), () => true, now),
      store,
      new PostgresDisclosureStore(await databases.connect(operator.console_reader, 'console')),
      new RecordAct(new PostgresActStore(owner), access, scene.world.environment, fresh, now),
      new RecordReview(store, access, scene.world.environment, fresh, now),
      now,
    );
    mine = await assigned(AUDITOR);
    theirs = await assigned(COLLEAGUE);
    strangers = await assigned(STRANGER, { diaryNumber: 'REV 2026/18' });
  });
  afterAll(() => databases.drop());
  beforeEach(() => {
    live = { signer: localSigner(key), snapshot: scene.snapshot };
  });

  const assigned = async (auditor: string, change: Partial<AssignmentGranted> = {}): Promise<Acting> => {
    const { assignment } = await granted(draft, { auditor, fields: ALL_FIELDS, ...change });
    await expect(fed.follow()).resolves.toBe('followed');
    return { auditor, assignment };
  };
  const pending = (): Promise<readonly Pending[]> =>
    ledger.query<Pending[]>(`SELECT id, entry_id, entry FROM ledger.pending ORDER BY id`);
  const logged = new Set<string>();
  /** What waits becomes leaves, as the ledger makes it, and is followed. */
  const sequenced = async (): Promise<void> => {
    for (const { id, entry } of await pending()) {
      if (logged.has(id)) continue;
      logged.add(id);
      draft.append(entry.toString());
    }
    await expect(fed.follow()).resolves.toBe('followed');
  };
  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { readonly code?: unknown }).code ?? error,
    );
  /** Of the sample that was wanted last: a new one for each. */
  let nonce: Buffer;
  const wanted = (change = {}) => {
    nonce = randomBytes(32);
    return { query: EVERYTHING, stratifiedBy: 'recipient', size: '3', nonceDigest: nonceDigest(nonce), ...change };
  };
  const entries = async <T>(parse: (entry: string) => { readonly act: T }, typ: string): Promise<readonly T[]> =>
    (await pending())
      .map(({ entry }) => entry.toString())
      .filter((entry) =>
        Buffer.from(entry.split('.')[0] ?? '', 'base64url')
          .toString()
          .includes(typ),
      )
      .map((entry) => parse(entry).act);
  const entryOf = async (entryId: string): Promise<string> =>
    (await pending()).find((one) => one.entry_id === entryId)!.entry.toString();
  const samples = () => entries(parseSampleAct, 'delge-sample+jws');
  const drawn = async (change = {}): Promise<string> => {
    const id = await reviews.fix(mine!, wanted(change));
    await sequenced();
    await reviews.draw(mine!, id, nonce.toString('base64url'));
    return id;
  };

  describe('a sample', () => {
    it('is fixed by an entry that says all but what was asked, before anything of it is shown', async () => {
      const id = await reviews.fix(mine!, wanted({ query: { filters: { outcome: ['permit'] } } }));
      const act = (await samples()).at(-1);
      if (act?.kind !== 'sample-fixed') throw new Error('nothing was fixed');
      expect(act).toMatchObject({
        sample: id,
        auditor: AUDITOR,
        assignment: mine!.assignment,
        nonce: nonceDigest(nonce),
      });
      const population = await reviews.file(mine!, id, 'population');
      expect(fileDigest(population)).toBe(act.population);
      expect(population.split('\n')).toHaveLength(act.strata.reduce((sum, one) => sum + one.population, 1));
      expect(readLines(population).every(({ index }) => index < BigInt(act.logSize))).toBe(true);
      const [row] = await owner.transaction(async (tx) => {
        await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
          AUDITOR,
          mine!.assignment,
        ]);
        return tx.query<{ salt: Buffer; said: string; entry: string }[]>(
          `SELECT salt, said, entry FROM console.review_act WHERE subject = $1`,
          [id],
        );
      });
      expect(row?.said).toBe('outcome=permit');
      expect(sha256Base64url(Buffer.concat([row!.salt, Buffer.from(row!.said)]))).toBe(act.query);
      await expect(verifySampleAct(row!.entry, key)).resolves.toEqual(act);
    });

    it('waits for the first checkpoint under quorum that covers its entry, and is then drawn as anyone draws it', async () => {
      const id = await reviews.fix(mine!, wanted());
      await expect(codeOf(reviews.draw(mine!, id, nonce.toString('base64url')))).resolves.toBe('NOT_WITNESSED_YET');
      expect((await reviews.sample(mine!, id)).witnessed).toBeUndefined();
      await sequenced();
      const { witnessed } = await reviews.sample(mine!, id);
      expect(BigInt(witnessed!.size)).toBeGreaterThan(BigInt(witnessed!.index));
      // A later checkpoint does not take its place.
      await reviews.samples(mine!);
      await sequenced();
      await expect(codeOf(reviews.draw(mine!, id, randomBytes(32).toString('base64url')))).resolves.toBe('NONCE_WRONG');
      await expect(codeOf(reviews.draw(mine!, id, 'x'))).resolves.toBe('NONCE_WRONG');
      await reviews.draw(mine!, id, nonce.toString('base64url'));
      const act = (await samples()).at(-1);
      if (act?.kind !== 'sample-drawn') throw new Error('nothing was drawn');
      expect(act.checkpoint).toEqual({ size: witnessed!.size, root: witnessed!.root });
      const { sample, items } = await reviews.sample(mine!, id);
      const again = drawnFile(
        draw(
          readLines(await reviews.file(mine!, id, 'population')),
          sample.fixed.act.strata.map(({ key: stratum, size }) => ({ key: stratum, size })),
          seedOf(nonce, rootOctets(witnessed!.root)),
        ),
      );
      expect(again).toBe(await reviews.file(mine!, id, 'drawn'));
      expect(fileDigest(again)).toBe(act.drawn);
      expect(items).toHaveLength(act.count);
      for (const { index, row } of items) expect(row?.index).toBe(index);
      await expect(codeOf(reviews.draw(mine!, id, nonce.toString('base64url')))).resolves.toBe('ALREADY_DRAWN');
    });

    it('knows its entry again by its bytes: another that bears its id is not waited for', async () => {
      const id = await reviews.fix(mine!, wanted());
      const entry = (await pending()).at(-1)!;
      const forged = localSigner(await generateKey('access'));
      const { act } = parseSampleAct(entry.entry.toString());
      draft.append(await signSampleAct(forged, act));
      await expect(fed.follow()).resolves.toBe('followed');
      expect((await reviews.sample(mine!, id)).witnessed).toBeUndefined();
      await sequenced();
      expect((await reviews.sample(mine!, id)).witnessed).toBeDefined();
    });

    it('keeps its population and its draw when the projection is followed anew', async () => {
      const id = await drawn();
      const before = [await reviews.file(mine!, id, 'population'), await reviews.file(mine!, id, 'drawn')];
      await expect(fed.rebuild()).resolves.toBe('followed');
      expect([await reviews.file(mine!, id, 'population'), await reviews.file(mine!, id, 'drawn')]).toEqual(before);
      const fixedAnew = await reviews.fix(mine!, wanted());
      await sequenced();
      await expect(fed.rebuild()).resolves.toBe('followed');
      expect((await reviews.sample(mine!, fixedAnew)).witnessed).toBeDefined();
    });

    it('is not fixed by a nonce that was used before, and nothing of it is kept', async () => {
      const id = await drawn();
      const used = { nonceDigest: nonceDigest(nonce) };
      const before = (await pending()).length;
      await expect(codeOf(reviews.fix(mine!, wanted(used)))).resolves.toBe('NONCE_USED');
      expect(await pending()).toHaveLength(before);
      await expect(reviews.sample(mine!, id)).resolves.toMatchObject({ sample: { state: 'drawn' } });
      await expect(owner.query(`DELETE FROM console.sample_nonce`)).rejects.toThrow('permission denied');
    });

    it('is not fixed by a nonce of a sample from before anybody asked, either', async () => {
      await reviews.fix(mine!, wanted());
      const digests = () => owner.query<unknown[]>(`SELECT digest FROM console.sample_nonce ORDER BY digest`);
      const before = await digests();
      const statements: string[] = [];
      const noted = { query: (text: string) => Promise.resolve(void statements.push(text)) };
      await new ConsoleNonce1769860000000().up(noted as unknown as QueryRunner);
      await databases.asAdmin(
        `DROP TABLE console.sample_nonce; SET ROLE delge_owner; ${statements.join(';')}; RESET ROLE`,
      );
      await expect(digests()).resolves.toEqual(before);
      expect(before.length).toBeGreaterThan(0);
    });

    it.each([
      ['nothing to draw from', { query: { filters: { message: [randomUUID()] } } }, 'POPULATION_EMPTY'],
      ['none to draw', { size: '0' }, 'SIZE_INVALID'],
      ['too many to draw', { size: '501' }, 'SIZE_INVALID'],
      ['a digest that is none', { nonceDigest: 'x'.repeat(43) }, 'NONCE_DIGEST_INVALID'],
      ['a division that is none', { stratifiedBy: 'officer' }, 'QUERY_INVALID'],
    ])('is not fixed with %s', async (_, change, code) => {
      const before = (await pending()).length;
      await expect(codeOf(reviews.fix(mine!, wanted(change)))).resolves.toBe(code);
      expect(await pending()).toHaveLength(before);
    });

    it.each(['none', 'recipient', 'sender', 'outcome', 'month', 'type'])('is divided by %s', async (stratifiedBy) => {
      const id = await reviews.fix(mine!, wanted({ stratifiedBy, size: '500' }));
      const { sample } = await reviews.sample(mine!, id);
      const { strata } = sample.fixed.act;
      expect(strata.every(({ population, size }) => population === size)).toBe(true);
      if (stratifiedBy === 'none') expect(strata).toHaveLength(1);
    });

    it('is reviewed sheet by sheet, confirmed by a colleague, signed, and reported', async () => {
      const id = await drawn();
      const count = (await reviews.sample(mine!, id)).items.length;
      for (let item = 1; item < count; item += 1) await reviews.review(mine!, id, item, 'nothing', '');
      await reviews.review(mine!, id, 0, 'remark', 'hemligt ord');
      const sheet = (await reviews.item(theirs!, id, 0)).item.first!.act.entryId;
      await expect(codeOf(reviews.sign(mine!, id))).resolves.toBe('NOT_ALL_REVIEWED');
      await expect(codeOf(reviews.confirm(mine!, id, 0, sheet, ''))).resolves.toBe('OWN_SHEET');
      await reviews.confirm(theirs!, id, 0, sheet, 'också ett ord');
      const [first, second] = (await samples()).slice(-2);
      expect([first, second]).toMatchObject([
        { kind: 'item-reviewed', auditor: AUDITOR, item: 0, outcome: 'remark', second: false },
        { kind: 'item-reviewed', auditor: COLLEAGUE, item: 0, outcome: 'remark', second: true },
      ]);
      await reviews.sign(theirs!, id);
      const signed = (await samples()).at(-1);
      const report = await reviews.file(mine!, id, 'report');
      expect(signed).toMatchObject({
        kind: 'sample-signed',
        report: fileDigest(report),
        items: count,
        remarks: 1,
        serious: 0,
      });
      const [head, ...items] = report
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(head).toMatchObject({ sample: id, drawn: { nonce: nonce.toString('base64url') } });
      expect(items).toHaveLength(count);
      for (const { sheets } of items as unknown as {
        sheets: { commitment: string; opening: { salt: string; said: string } }[];
      }[])
        for (const { commitment, opening } of sheets)
          expect(
            sha256Base64url(Buffer.concat([Buffer.from(opening.salt, 'base64url'), Buffer.from(opening.said)])),
          ).toBe(commitment);
      await expect(codeOf(reviews.review(mine!, id, 0, 'nothing', ''))).resolves.toBe('ALREADY_SIGNED');
      for (const { entry } of await pending()) expect(readable(entry)).not.toMatch(/hemligt ord|också ett ord/);
    });

    it('is judged again when a colleague acts between', async () => {
      const id = await drawn();
      await Promise.all([
        reviews.review(mine!, id, 0, 'remark', 'one'),
        reviews.review(theirs!, id, 0, 'remark', 'two'),
        reviews.review(mine!, id, 1, 'nothing', ''),
      ]);
      expect((await reviews.item(mine!, id, 0)).item.sheets).toHaveLength(2);
      const done = await Promise.all([
        codeOf(reviews.review(mine!, id, 2, 'nothing', '')),
        codeOf(reviews.sign(theirs!, id)),
      ]);
      expect(done).toEqual(['done', 'NOT_ALL_REVIEWED']);
    });
  });

  describe('a finding', () => {
    let messageId: string;
    let caseId: string;
    const said = { title: 'en rubrik', text: 'ett hemligt fynd', severity: 'serious' };
    beforeAll(async () => {
      const [row] = await owner.query<{ message_id: string; case_id: string }[]>(
        `SELECT message_id, case_id FROM console.disclosure WHERE index = $1`,
        [draft.at('permit')],
      );
      ({ message_id: messageId, case_id: caseId } = row!);
    });

    it('is opened, assigned, answered and closed, and the log has who and what codes alone', async () => {
      const id = await reviews.open(mine!, { message: messageId }, said);
      expect((await reviews.finding(mine!, id)).colleagues).toEqual([AUDITOR, COLLEAGUE].sort());
      await expect(codeOf(reviews.answerTo(theirs!, id, 'svar'))).resolves.toBe('NOT_ASSIGNED');
      await expect(codeOf(reviews.assign(mine!, id, STRANGER))).resolves.toBe('NOT_A_COLLEAGUE');
      await expect(codeOf(reviews.assign(mine!, id, 'fk/forsakringskassan'))).resolves.toBe('NOT_A_COLLEAGUE');
      await reviews.assign(mine!, id, COLLEAGUE);
      await expect(codeOf(reviews.answerTo(mine!, id, 'svar'))).resolves.toBe('NOT_ASSIGNED');
      await reviews.answerTo(theirs!, id, 'ett hemligt svar');
      await reviews.assign(theirs!, id, 'linkoping/socialnamnden');
      await reviews.answerTo(mine!, id, 'nämndens hemliga svar');
      await reviews.close(mine!, id, 'corrected', 'hemliga skäl');
      await expect(codeOf(reviews.close(mine!, id, 'corrected', 'igen'))).resolves.toBe('FINDING_CLOSED');
      const { finding } = await reviews.finding(theirs!, id);
      expect(finding).toMatchObject({ state: 'closed', result: 'corrected', held: { on: { message: messageId } } });
      const acts = (await entries(parseFindingAct, 'delge-finding+jws')).filter((act) => act.finding === id);
      expect(acts.map(({ kind, auditor }) => [kind, auditor])).toEqual([
        ['finding-opened', AUDITOR],
        ['finding-assigned', AUDITOR],
        ['finding-answered', COLLEAGUE],
        ['finding-assigned', COLLEAGUE],
        ['finding-answered', AUDITOR],
        ['finding-closed', AUDITOR],
      ]);
      for (const { entry } of await pending()) expect(readable(entry)).not.toMatch(/hemlig|rubrik/);
      const { act, salt, said: opening } = finding.opened;
      expect(sha256Base64url(Buffer.concat([Buffer.from(salt, 'base64url'), Buffer.from(opening ?? '')]))).toBe(
        act.text,
      );
      await expect(verifyFindingAct(await entryOf(act.entryId), key)).resolves.toEqual(act);
    });

    it('is about what is there within the assignment: a disclosure, a case, an item', async () => {
      await expect(codeOf(reviews.open(mine!, { case: caseId }, said))).resolves.toBe('done');
      const sample = await drawn();
      await expect(codeOf(reviews.open(mine!, { sample, item: 0 }, said))).resolves.toBe('done');
      for (const on of [
        { message: randomUUID() },
        { message: 'x' },
        { case: randomUUID() },
        { sample, item: 400 },
        { sample: randomUUID(), item: 0 },
      ])
        await expect(codeOf(reviews.open(mine!, on, said))).resolves.toBe('NOT_WITHIN_ASSIGNMENT');
      const narrow = await assigned(COLLEAGUE, { fields: ['parties'] });
      await expect(codeOf(reviews.open(narrow, { case: caseId }, said))).resolves.toBe('FIELD_NOT_GRANTED');
    });
  });

  describe('outside the review', () => {
    let sample: string;
    let finding: string;
    beforeAll(async () => {
      sample = await drawn();
      finding = await reviews.open(mine!, { sample, item: 0 }, { title: 'a', text: 'b', severity: 'remark' });
    });
    const everything = (acting: Acting): readonly (() => Promise<unknown>)[] => [
      () => reviews.sample(acting, sample),
      () => reviews.item(acting, sample, 0),
      () => reviews.file(acting, sample, 'population'),
      () => reviews.file(acting, sample, 'drawn'),
      () => reviews.draw(acting, sample, nonce.toString('base64url')),
      () => reviews.review(acting, sample, 0, 'nothing', ''),
      () => reviews.sign(acting, sample),
      () => reviews.open(acting, { sample, item: 0 }, { title: 'a', text: 'b', severity: 'remark' }),
      () => reviews.finding(acting, finding),
      () => reviews.answerTo(acting, finding, 'a'),
      () => reviews.close(acting, finding, 'corrected', 'a'),
    ];

    it.each<[string, () => Promise<Acting>]>([
      ['an auditor of another diary number', () => Promise.resolve(strangers!)],
      ['an auditor of another provision', () => assigned(STRANGER, { provision: 'jo' })],
      ['an auditor of fewer authorities', () => assigned(STRANGER, { authorities: ['linkoping/socialnamnden'] })],
      ['a colleague with fewer fields', () => assigned(STRANGER, { fields: ['parties', 'case'] })],
      [
        'a colleague of a shorter period',
        () => assigned(STRANGER, { period: { from: '2020-01-01', until: '2030-01-01' } }),
      ],
      ['a colleague of a later period', () => assigned(STRANGER, { period: { from: '2021-01-01' } })],
    ])('%s sees nothing of it, by list or by address', async (_, acting) => {
      const who = await acting();
      await expect(reviews.samples(who)).resolves.toEqual([]);
      await expect(reviews.findings(who)).resolves.toEqual([]);
      for (const ask of everything(who)) await expect(codeOf(ask())).resolves.toBe('NOT_WITHIN_ASSIGNMENT');
    });

    it('a colleague sees it, until the assignment has ended', async () => {
      const statement = await granted(draft, { auditor: STRANGER, fields: ALL_FIELDS });
      await fed.follow();
      const acting = { auditor: STRANGER, assignment: statement.assignment };
      expect((await reviews.samples(acting)).map((one) => one.sample.id)).toContain(sample);
      expect((await reviews.finding(acting, finding)).colleagues).toContain(STRANGER);
      await ended(draft, statement);
      await fed.follow();
      for (const ask of everything(acting)) await expect(codeOf(ask())).resolves.toBe('NOT_WITHIN_ASSIGNMENT');
      expect((await reviews.finding(mine!, finding)).colleagues).not.toContain(STRANGER);
    });

    it('the console’s own role sees nothing of it past every use case, and changes nothing', async () => {
      const seen = (who?: Acting): Promise<unknown> =>
        owner.transaction(async (tx) => {
          if (who !== undefined)
            await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
              who.auditor,
              who.assignment,
            ]);
          const [row] = await tx.query<{ subjects: number; acts: number }[]>(
            `SELECT (SELECT count(*)::int FROM console.review_subject) AS subjects, (SELECT count(*)::int FROM console.review_act) AS acts`,
          );
          return row;
        });
      await expect(seen()).resolves.toEqual({ subjects: 0, acts: 0 });
      await expect(seen(strangers)).resolves.toEqual({ subjects: 0, acts: 0 });
      await expect(seen({ ...mine!, auditor: STRANGER })).resolves.toEqual({ subjects: 0, acts: 0 });
      expect(((await seen(mine)) as { subjects: number }).subjects).toBeGreaterThan(0);
      for (const change of [
        `UPDATE console.review_act SET said = 'another'`,
        'DELETE FROM console.review_act',
        'TRUNCATE console.review_act CASCADE',
        'UPDATE console.review_subject SET kind = kind',
        'DELETE FROM console.review_subject',
        'DELETE FROM console.review_place',
        `INSERT INTO console.review_subject (id, kind, assignment) VALUES ('${randomUUID()}', 'sample', '${mine!.assignment}')`,
      ])
        await expect(codeOf(owner.query(change))).resolves.toBe('42501');
    });
  });

  describe('without a log', () => {
    it('is not done: act and entry are there together, or neither is', async () => {
      const id = await drawn();
      const before = [await counted(), (await pending()).length];
      live = undefined;
      for (const act of [
        () => reviews.fix(mine!, wanted()),
        () => reviews.review(mine!, id, 0, 'nothing', ''),
        () => reviews.sample(mine!, id),
        () => reviews.samples(mine!),
        () => reviews.findings(mine!),
        () => reviews.file(mine!, id, 'population'),
      ])
        await expect(codeOf(act())).resolves.toBe('NOT_READY');
      live = { signer: localSigner(key), snapshot: scene.snapshot };
      await owner.query(`UPDATE console.own_keys SET size = size + 1`);
      await expect(codeOf(reviews.review(mine!, id, 0, 'nothing', ''))).resolves.toBe('NOT_READY');
      await owner.query(`UPDATE console.own_keys SET size = size - 1`);
      expect([await counted(), (await pending()).length]).toEqual(before);
    });
    const counted = async (): Promise<number> =>
      owner.transaction(async (tx) => {
        await tx.query(`SELECT set_config('delge.auditor', $1, true), set_config('delge.assignment', $2, true)`, [
          mine!.auditor,
          mine!.assignment,
        ]);
        const [row] = await tx.query<{ acts: number }[]>(`SELECT count(*)::int AS acts FROM console.review_act`);
        return row?.acts ?? 0;
      });
  });

  it('is shown after an entry that says how much of it was', async () => {
    const id = await drawn();
    const before = (await pending()).length;
    const { items } = await reviews.sample(mine!, id);
    const [act] = await owner.query<{ query: string; shown: string }[]>(
      `SELECT query, shown::text FROM console.act WHERE query = $1 ORDER BY at DESC LIMIT 1`,
      [`sample?sample=${id}`],
    );
    expect(act).toEqual({ query: `sample?sample=${id}`, shown: String(items.length) });
    expect(await pending()).toHaveLength(before + 1);
  });
});

/** All that one can read of an entry, its parts decoded. */
const readable = (entry: Buffer): string =>
  entry
    .toString()
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString())
    .join('');
