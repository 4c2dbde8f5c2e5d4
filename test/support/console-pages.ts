import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { Login, RelyingParty } from '#login';
import type { LoginStore, Session } from '#login';
import {
  EventLog,
  MAX_REQUEST_BODY,
  ProblemFilter,
  Rate,
  assertEveryRouteHasPolicy,
  bodyReader,
  onlyConditional,
  validationPipe,
} from '#platform';
import { Evidence } from '../../apps/console/src/application/evidence.js';
import { AuditorExports } from '../../apps/console/src/application/export-ports.js';
import type { ExportView } from '../../apps/console/src/application/export-ports.js';
import { offeredIn } from '../../apps/console/src/application/offers.js';
import { AuditorLaw } from '../../apps/console/src/application/law-ports.js';
import type { ComparedPage } from '../../apps/console/src/application/law-ports.js';
import type { LawAct } from '../../apps/console/src/domain/law-history.js';
import { AuditorOwn } from '../../apps/console/src/application/own-ports.js';
import { AuditorQueries } from '../../apps/console/src/application/ports.js';
import type {
  Acting,
  Assignment,
  AssignmentState,
  Count,
  Disclosure,
  DisclosureRecord,
  DisclosureRow,
  Flows,
  Happening,
  LogView,
  Offered,
  Page,
  Query,
  Refused,
  RefusedPage,
  Statistics,
} from '../../apps/console/src/application/ports.js';
import { consoleModule, consoleService, translateConsole } from '../../apps/console/src/console.module.js';
import { refuse } from '../../apps/console/src/http/pages.js';
import { FakeReviews } from './console-reviews.js';

export const AUDITOR = 'a'.repeat(43);
export const ASSIGNMENT = '0190d9f0-7a53-7cc0-8cde-8b09c5d9a001';
export const MESSAGE = '0190d9f0-7a53-7cc0-8cde-8b09c5d9a002';
export const CASE = '0190d9f0-7a53-7cc0-8cde-8b09c5d9a003';
/** Text that would be markup, break out of an attribute, or turn the line around. */
export const HOSTILE = `<script>alert(1)</script>"'\u202E&`;

export const assignment: Assignment & { readonly state: AssignmentState } = {
  id: ASSIGNMENT,
  auditor: AUDITOR,
  authorities: ['linkoping/socialnamnden', 'linkoping/omsorgsnamnden'],
  provision: 'municipal-audit',
  diaryNumber: `2026-17 ${HOSTILE}`,
  period: { from: '2026-01-01', until: '2027-01-01' },
  fields: ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'],
  expires: '2027-01-01',
  grantedAt: '2026-03-01T08:00:00Z',
  index: '4',
  state: 'live',
};
const row: DisclosureRow = {
  index: '17',
  record: 'decision',
  messageId: MESSAGE,
  attempt: 1,
  number: 3,
  at: '2026-03-02T09:10:11Z',
  sender: 'linkoping/socialnamnden',
  recipient: 'fk/fk',
  senderKind: 'socialnamnd',
  recipientKind: 'agency',
  outcome: 'permit',
  messageType: 'notice-of-incorrect-payment/1',
  force: 'duty',
  purpose: 'prevent-incorrect-payment',
  grounds: ['LUF-2008-206-3'],
  versions: ['LUF-2008-206-3@2026-01-01'],
  categories: ['income'],
  officers: ['p'.repeat(22)],
  caseId: CASE,
  receiptDueAt: '2026-03-02T10:10:11Z',
};
const disclosure: Disclosure = {
  messageId: MESSAGE,
  fields: assignment.fields,
  records: [
    {
      ...row,
      ruleSet: { number: 2, sha256: 'r'.repeat(43) },
      engineVersion: 1,
      verdict: {
        outcome: 'permit',
        force: 'duty',
        clock: 'skyndsamt',
        secrecy: 'permit',
        processing: 'permit',
        regime: 'gdpr',
        bases: ['LUF-2008-206-3'],
        codes: ['SECRECY_NOT_REACHED LUF-2008-206-3 26:1 -', `UNKNOWN_CODE ${HOSTILE.replaceAll(' ', '')} - -`],
      },
      initiative: 'own',
      facts: { securityClassified: false, crime: HOSTILE },
      derived: { ageBand: '21-plus' },
      items: [{ id: HOSTILE, dataCategory: 'income', about: 'subject', known: 'own-case', secrecy: ['26:1'] }],
      assessments: [
        {
          id: 'a1',
          test: 'BEHOV',
          outcome: 'needed',
          basis: 'LUF-2008-206-3@2026-01-01',
          items: ['i1'],
          office: 'handlaggare',
          officer: 'p'.repeat(22),
          mandate: 'delegation',
          at: '2026-03-02T09:00:00Z',
          assurance: 'authenticated',
          commitment: 'c'.repeat(43),
          digest: 'd'.repeat(43),
        },
      ],
    },
    { ...row, index: '15', outcome: 'deny', reasons: ['NO_BASIS'] },
  ],
  timeline: [
    {
      index: '17',
      entryId: '0190d9f0-7a53-7cc0-8cde-8b09c5d9a004',
      at: '2026-03-02T09:10:11Z',
      kind: 'decision',
      messageId: MESSAGE,
      sender: row.sender,
      recipient: row.recipient,
      outcome: 'permit',
    },
    {
      index: '18',
      entryId: '0190d9f0-7a53-7cc0-8cde-8b09c5d9a005',
      at: '2026-03-02T09:12:11Z',
      kind: 'rejected',
      messageId: MESSAGE,
      sender: row.sender,
      recipient: row.recipient,
      reason: 'proof-missing',
      statedAt: '2026-03-02T09:11:00Z',
    },
  ],
  sameCase: 2,
  claimed: { checked: true, size: '21', root: 'cm9vdA==', checkedAt: '2026-03-02T09:20:00Z' },
};

/** Answers of a fixed log, and what it was asked. */
export class FakeQueries extends AuditorQueries {
  readonly asked: { readonly name: string; readonly acting?: Acting; readonly query?: Query }[] = [];
  assignments: readonly (Assignment & { readonly state: AssignmentState })[] = [assignment];
  failure: Error | undefined;
  nothing = false;
  /** Of the newest record; a member that is `undefined` is taken away. */
  changed: { readonly [member in keyof DisclosureRecord]?: DisclosureRecord[member] | undefined } = {};
  counted: Count = { count: 10_000, more: true };

  override assignmentsOf(auditor: string) {
    return Promise.resolve(this.assignments.filter((one) => one.auditor === auditor));
  }
  override search(acting: Acting, query: Query): Promise<Page<DisclosureRow>> {
    return this.answer('search', { rows: [row], next: 'next-page' }, { rows: [] }, acting, query);
  }
  override count(acting: Acting, query: Query): Promise<Count> {
    return this.answer('count', this.counted, { count: 0, more: false }, acting, query);
  }
  override offered(): Promise<Offered> {
    return Promise.resolve({
      ...offeredIn(undefined),
      sender: [{ value: row.sender, sv: `Socialnämnden ${HOSTILE}`, en: `The social board ${HOSTILE}` }],
      recipient: [{ value: 'fk/fk', sv: 'Försäkringskassan', en: 'the Social Insurance Agency' }],
    });
  }
  override show(acting: Acting, messageId: string): Promise<Disclosure | undefined> {
    const [newest, ...earlier] = disclosure.records;
    const record = Object.fromEntries(
      Object.entries({ ...newest, ...this.changed }).filter(([, value]) => value !== undefined),
    ) as unknown as DisclosureRecord;
    const found = messageId === MESSAGE ? { ...disclosure, records: [record, ...earlier] as const } : undefined;
    return this.answer('show', found, undefined, acting);
  }
  override timeline(acting: Acting, caseId: string): Promise<readonly Happening[]> {
    return this.answer('timeline', caseId === CASE ? disclosure.timeline : [], [], acting);
  }
  override everythingAbout(acting: Acting): Promise<Page<DisclosureRow>> {
    return this.answer('everythingAbout', { rows: [row] }, { rows: [] }, acting);
  }
  override refusals(acting: Acting, _by: 'exchange' | 'gateway', query: Query): Promise<RefusedPage> {
    const refused: Refused = {
      row: { ...row, outcome: 'deny', reasons: ['NO_BASIS', HOSTILE] },
      followed: [
        {
          row,
          differs: [
            { what: 'fact', code: 'crime', before: HOSTILE },
            { what: 'ground', code: 'LUF-2008-206-3', after: 'true' },
            { what: 'category', code: 'income', after: 'true' },
            { what: 'assessment', code: 'BEHOV needed', after: 'true' },
            { what: 'purpose', code: 'purpose', before: 'supervision', after: 'enforcement' },
            { what: 'recipient', code: 'recipient', before: 'skv/skv', after: 'fk/fk' },
          ],
        },
        { row },
        { row, differs: [] },
      ],
    };
    const rows = [refused, { ...refused, followed: [] }];
    return this.answer<RefusedPage>('refusals', { rows, isCut: true }, { rows: [] }, acting, query);
  }
  override overdue(acting: Acting, query: Query): Promise<Page<DisclosureRow>> {
    return this.answer('overdue', { rows: [row] }, { rows: [] }, acting, query);
  }
  override flows(acting: Acting, query: Query): Promise<Flows> {
    const flows = [
      { sender: row.sender, recipient: 'fk/fk', disclosures: 17 },
      { sender: 'linkoping/omsorgsnamnden', recipient: 'fk/fk', disclosures: 6 },
      { sender: row.sender, recipient: 'skv/skv', disclosures: undefined },
    ];
    return this.answer('flows', { flows, total: undefined }, { flows: [], total: 0 }, acting, query);
  }
  override statistics(acting: Acting, query: Query): Promise<Statistics> {
    const of = (name: 'ground' | 'sender' | 'recipient' | 'reason' | 'month' | 'outcome', key: string) => ({
      of: name,
      rows: [
        { key, count: 12 },
        { key: HOSTILE, count: undefined },
      ],
      total: 16,
    });
    const tables = [
      of('ground', 'LUF-2008-206-3'),
      of('sender', row.sender),
      of('recipient', 'fk/fk'),
      of('reason', 'NO_BASIS'),
      of('month', '2026-03'),
      of('outcome', 'permit'),
    ];
    const delivery = { medianMs: 300, p95Ms: 65_000 };
    return this.answer('statistics', { tables, delivery }, { tables: [] }, acting, query);
  }
  override log(acting: Acting): Promise<LogView> {
    const root = 'cm9vdA==';
    const at = '2026-03-02T09:20:00Z';
    const full: LogView = {
      checked: { size: '21', root, at, witnessedAt: at },
      checkpoints: [{ size: '21', root, checkedAt: at }],
      growth: [{ day: '2026-03-02', entries: 21 }],
      undated: 3,
      next: '20',
      erasures: [
        { index: '20', at, erased: [{ index: '9', sender: row.sender, recipient: row.recipient, number: 1 }] },
      ],
      alarm: 'root-mismatch',
    };
    return this.answer('log', full, { checkpoints: [], growth: [], undated: 0, erasures: [] }, acting);
  }

  private answer<T>(name: string, full: T, empty: T, acting: Acting, query?: Query): Promise<T> {
    this.asked.push({ name, acting, ...(query === undefined ? {} : { query }) });
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.nothing ? empty : full);
  }
}

class FakeEvidence extends Evidence {
  override readonly trust = Buffer.from('{"v":1}');
  /** Sizes that were asked for. */
  readonly since: bigint[] = [];
  override async of(acting: Acting, messageId: string, since?: bigint) {
    const proven = await this.proven(acting, messageId, since);
    return proven === undefined ? undefined : { ...proven, keys: await this.keys() };
  }
  override proven(_acting: Acting, messageId: string, since?: bigint) {
    if (since !== undefined) this.since.push(since);
    const origins = { disclosure: 'd', keys: 'k' };
    const file = { format: 'delge-evidence/1' as const, origins, messageId, entries: [] };
    return Promise.resolve(messageId === MESSAGE ? file : undefined);
  }
  override keys() {
    return Promise.resolve({ checkpoint: '', entries: [] });
  }
}

export const EXPORT = '0190d9f0-7a53-7cc0-8cde-8b09c5d9a006';
const made: ExportView = {
  ...{ id: EXPORT, format: 'csv', query: 'sender=a%2Fb', state: 'made', rows: 12, expected: 12, size: '21' },
  ...{ askedAt: '2026-03-03T08:00:00Z', endsAt: '2026-03-04T08:00:00Z', entryId: MESSAGE },
  made: { fileName: 'delge-2026-03-03-0190d9f0.csv', octets: 3, sha256: 'A'.repeat(43) },
};
/** One job, in any state. */
export class FakeExports extends AuditorExports {
  readonly begun: unknown[] = [];
  view: ExportView = made;

  as(change: Partial<ExportView>): void {
    const { made: _made, entryId: _entryId, ...rest } = made;
    this.view = change.state === undefined ? { ...made, ...change } : { ...rest, ...change };
  }
  override begin(...asked: Parameters<AuditorExports['begin']>) {
    this.begun.push(asked);
    return Promise.resolve(EXPORT);
  }
  override of(_acting: Acting, id: string) {
    return Promise.resolve(id === EXPORT ? this.view : undefined);
  }
  override file(_acting: Acting, id: string) {
    const body = (async function* body() {
      yield await Promise.resolve(Buffer.from('\uFEFF'));
    })();
    const file = { contentType: 'text/csv; charset=utf-8', fileName: 'utlämnanden.csv', octets: 3, body };
    return Promise.resolve(id === EXPORT && this.view.state === 'made' ? file : undefined);
  }
  override cover(_acting: Acting, id: string) {
    return Promise.resolve(id === EXPORT ? { fileName: 'x.delge-cover.json', text: '{}' } : undefined);
  }
}

export class FakeLaw extends AuditorLaw {
  readonly asked: Query[] = [];
  override acts(authorities: readonly string[]): readonly LawAct[] {
    const [authority = ''] = authorities;
    const versions = ['LUF-2008-206-3@2026-01-01'];
    return [
      { kind: 'adopted', authority, versions, index: 7, day: '2026-01-02' },
      { kind: 'withdrawn', authority, versions, index: 8, day: '2026-02-02' },
      { kind: 'adopted', authority, versions, index: 9, day: '2026-02-20' },
      {
        ...{ kind: 'position', authority, question: HOSTILE, answer: 'prevents', from: '2026-02-21' },
        ...{ index: 10, day: '2026-02-21' },
      },
    ];
  }
  override today(_acting: Acting, query: Query): Promise<ComparedPage> {
    this.asked.push(query);
    const after = {
      outcome: 'assess',
      kind: 'officer',
      versions: [],
      codes: [`FACT_MISSING ${HOSTILE.replaceAll(' ', '')} - -`],
    };
    return Promise.resolve({
      ...{ ruleSet: 2, on: '2026-03-03', next: '1.x' },
      rows: [
        {
          row,
          today: {
            outcome: 'changed',
            before: { outcome: 'permit', versions: ['LUF-2008-206-3@2026-01-01'], codes: [] },
            after,
          },
        },
        { row, today: { outcome: 'unchanged' } },
        { row, today: { outcome: 'not-computed', code: 'cooperation-missing' } },
      ],
    });
  }
}

export class FakeOwn extends AuditorOwn {
  readonly done: unknown[] = [];
  override acts(auditor: string) {
    const act = { entryId: EXPORT, kind: 'search', at: '2026-03-02T09:10:11Z', assignment: ASSIGNMENT };
    const rows = [
      { ...act, index: '20', shown: 3, query: `search?sender=${HOSTILE}` },
      { ...act, kind: 'look' },
    ];
    return Promise.resolve(auditor === AUDITOR ? { rows, next: `2026-03-02_${EXPORT}` } : { rows: [] });
  }
  override proof(auditor: string, entryId: string) {
    const proof = { entry: 'e', blind: 'b', proof: 'p', salt: 's', query: 'q' };
    return Promise.resolve(auditor === AUDITOR && entryId === EXPORT ? proof : undefined);
  }
  override searches() {
    return Promise.resolve([{ id: EXPORT, name: `Nämnden ${HOSTILE}`, query: 'sender=a%2Fb' }]);
  }
  override save(...saved: Parameters<AuditorOwn['save']>): Promise<void> {
    this.done.push(saved);
    return Promise.resolve();
  }
  override forget(...forgotten: Parameters<AuditorOwn['forget']>): Promise<void> {
    this.done.push(forgotten);
    return Promise.resolve();
  }
}

/** Sessions of one process. */
class MemoryLoginStore implements LoginStore {
  readonly sessions = new Map<string, Session>();
  async keepAttempt(): Promise<void> {}
  takeAttempt() {
    return Promise.resolve(undefined);
  }
  async keepSession(key: Buffer, session: Session): Promise<void> {
    this.sessions.set(key.toString('hex'), session);
    await Promise.resolve();
  }
  session(key: Buffer): Promise<Session | undefined> {
    return Promise.resolve(this.sessions.get(key.toString('hex')));
  }
  async seen(): Promise<void> {}
  async endSession(key: Buffer): Promise<void> {
    this.sessions.delete(key.toString('hex'));
    await Promise.resolve();
  }
}

export interface ServedConsole {
  readonly base: string;
  readonly queries: FakeQueries;
  readonly reviews: FakeReviews;
  readonly evidence: FakeEvidence;
  readonly exports: FakeExports;
  readonly law: FakeLaw;
  readonly own: FakeOwn;
  readonly routes: number;
  /** Paths that are got, as controllers write them. */
  readonly got: readonly string[];
  /** Value of a Cookie header of somebody who has logged in. */
  session(auditor?: string): Promise<string>;
  close(): Promise<void>;
}

const gotOf = (app: NestExpressApplication): readonly string[] =>
  app
    .getHttpAdapter()
    .getInstance()
    .router.stack.flatMap(({ route }) =>
      route?.stack.some(({ method }) => method === 'get') === true ? [route.path] : [],
    );

class ServedModule {}
Module({})(ServedModule);
const ISSUER = 'https://idp.example/granskning';

/** The console's routes as they are, on answers of a fixed log. */
export const servedConsole = async (
  now: () => number,
  { secure = false, perMinute = 10_000 }: { readonly secure?: boolean; readonly perMinute?: number } = {},
): Promise<ServedConsole> => {
  const rate = new Rate(perMinute, () => new Date(now()));
  const queries = new FakeQueries();
  const reviews = new FakeReviews(AUDITOR, row, HOSTILE);
  const evidence = new FakeEvidence();
  const exports = new FakeExports();
  const law = new FakeLaw();
  const own = new FakeOwn();
  const store = new MemoryLoginStore();
  const places = { redirectUri: 'http://127.0.0.1/in/svar', postLogoutUri: 'http://127.0.0.1/', acr: ['loa3'] };
  const away = () => Promise.reject(new TypeError('no network'));
  const party = new RelyingParty({ issuer: ISSUER, clientId: 'console', ...places }, now, false, away);
  const login = new Login([party], store, now, () => randomBytes(32));
  const issuers = [{ issuer: ISSUER, name: 'idp.example' }];
  const parts = { login, issuers, queries, reviews, exports, law, own, evidence, secure, now, rate };
  const imports = [consoleModule(parts)];
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServedModule, imports },
    {
      bodyParser: false,
      logger: false,
    },
  );
  app.set('query parser', 'simple');
  onlyConditional(app.getHttpAdapter().getInstance());
  app.use(helmet());
  app.use(bodyReader({ maxBytes: MAX_REQUEST_BODY, rules: consoleService.bodies ?? [] }));
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(new EventLog('test', 'silent'), translateConsole, refuse));
  const routes = assertEveryRouteHasPolicy(app);
  await app.listen(0, '127.0.0.1');
  return {
    base: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    queries,
    reviews,
    evidence,
    exports,
    law,
    own,
    routes,
    got: gotOf(app),
    session: async (auditor = AUDITOR) => {
      const secret = randomBytes(32).toString('base64url');
      const person = { issuer: ISSUER, subject: auditor };
      await store.keepSession(createHash('sha256').update(secret).digest(), { person, begunAt: now(), seenAt: now() });
      return `${secure ? '__Host-' : ''}delge-console=${secret}`;
    },
    close: () => app.close(),
  };
};
