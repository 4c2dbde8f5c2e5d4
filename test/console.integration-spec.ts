import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { generateKey, localSigner, parseSearch, sha256Base64url, verifySearch } from '#envelope';
import type { AssignmentField, AssignmentGranted, PrivateKey } from '#envelope';
import { Draft, Scene, aDraft } from '#testing';
import type { DataSource } from 'typeorm';
import { AnswerAuditor } from '../apps/console/src/application/answer-auditor.js';
import type { AccessKey, Signing } from '../apps/console/src/application/access-key.js';
import type { Acting } from '../apps/console/src/application/ports.js';
import { RecordAct } from '../apps/console/src/application/record-act.js';
import { PostgresActStore } from '../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../apps/console/src/persistence/disclosure.store.js';
import { PostgresLogStore } from '../apps/console/src/persistence/log-view.store.js';
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
});
