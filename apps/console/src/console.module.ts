import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { liveSigner } from '#keystore';
import { ruleSetByDigest } from '#legal-basis';
import { Login, LoginError, RelyingParty, readIssuers } from '#login';
import {
  KeyExpiry,
  KeysFollower,
  KeysSeenStore,
  LedgerKeys,
  OperatorClient,
  OperatorError,
  openKeys,
  readTrust,
} from '#operator';
import { dataSourceOptions, isStoreFailure } from '#persistence';
import { Clock, ConfigError, ProblemError } from '#platform';
import type { Platform, Service, Translate } from '#platform';
import { KeysFeed } from '#snapshot';
import type { Snapshot } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import type { Verification } from '#tlog/verify';
import { DataSource } from 'typeorm';
import { AccessKey } from './application/access-key.js';
import { AnswerAuditor } from './application/answer-auditor.js';
import { Evidence } from './application/evidence.js';
import { AuditorExports } from './application/export-ports.js';
import { ExportWorker } from './application/export-worker.js';
import { Exports } from './application/exports.js';
import { Follower } from './application/follower.js';
import { Grants } from './application/grants.js';
import { AuditorLaw } from './application/law-ports.js';
import { Law } from './application/law.js';
import { AuditorOwn } from './application/own-ports.js';
import { Own } from './application/own.js';
import { offeredIn } from './application/offers.js';
import { ProjectLog } from './application/project-log.js';
import { RecordAct } from './application/record-act.js';
import { QueryError } from './domain/query.js';
import { LedgerActs } from './operator/ledger-acts.js';
import { LedgerEvidence } from './operator/ledger-evidence.js';
import { LedgerFeed } from './operator/ledger-feed.js';
import { LedgerReviews } from './operator/ledger-reviews.js';
import { PostgresActStore } from './persistence/act.store.js';
import { PostgresAssignmentStore } from './persistence/assignment.store.js';
import { PostgresDisclosureStore } from './persistence/disclosure.store.js';
import { PostgresExportStore } from './persistence/export.store.js';
import { schema } from './persistence/index.js';
import { PostgresLogStore } from './persistence/log-view.store.js';
import { PostgresLoginStore } from './persistence/login.store.js';
import { PostgresOwnStore } from './persistence/own.store.js';
import { PostgresProjectionStore } from './persistence/projection.store.js';
import { AuditorQueries, ConsoleError } from './application/ports.js';
import { ConsoleConfig } from './console.config.js';
import { AssignmentController } from './http/assignment.controller.js';
import { ConsoleGuard } from './http/console.guard.js';
import { DisclosureController } from './http/disclosure.controller.js';
import { EvidenceController } from './http/evidence.controller.js';
import { ExportController } from './http/export.controller.js';
import { HomeController } from './http/home.controller.js';
import { Issuers } from './http/issuers.js';
import { LawController } from './http/law.controller.js';
import { LoginController } from './http/login.controller.js';
import { Now } from './http/now.js';
import { OwnController } from './http/own.controller.js';
import { Pages, refuse } from './http/pages.js';
import type { RefusalCode } from './http/pages.js';
import { ReadingPages } from './http/reading.js';
import { ReviewController } from './http/review.controller.js';
import { Visits, auditorIdOf } from './http/visit.js';

@Module({})
class ConsoleModule {}

export interface ConsoleParts {
  readonly login: Login;
  readonly issuers: readonly { readonly issuer: string; readonly name: string }[];
  readonly queries: AuditorQueries;
  readonly evidence: Evidence;
  readonly exports: AuditorExports;
  readonly law: AuditorLaw;
  readonly own: AuditorOwn;
  /** Over HTTPS. */
  readonly secure: boolean;
  readonly now: () => number;
}

/** The console's routes on what answers them. */
export const consoleModule = ({
  login,
  issuers,
  queries,
  evidence,
  exports,
  law,
  own,
  secure,
  now,
}: ConsoleParts): DynamicModule => {
  const visits = new Visits(login, queries, secure);
  const pages = new Pages(issuers.map(({ issuer }) => issuer));
  const clock = new Now(now);
  return {
    module: ConsoleModule,
    controllers: [
      HomeController,
      LoginController,
      AssignmentController,
      DisclosureController,
      ReviewController,
      LawController,
      ExportController,
      EvidenceController,
      OwnController,
    ],
    providers: [
      { provide: Login, useValue: login },
      { provide: Issuers, useValue: new Issuers(issuers) },
      { provide: AuditorQueries, useValue: queries },
      { provide: Evidence, useValue: evidence },
      { provide: AuditorExports, useValue: exports },
      { provide: AuditorLaw, useValue: law },
      { provide: AuditorOwn, useValue: own },
      { provide: Visits, useValue: visits },
      { provide: Pages, useValue: pages },
      { provide: Now, useValue: clock },
      { provide: ReadingPages, useValue: new ReadingPages(pages, visits, queries, clock) },
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => new ConsoleGuard(reflector, visits),
      },
    ],
  };
};

const violation = (code: RefusalCode, name = ''): { readonly violations: [{ path: string; code: string }] } => ({
  violations: [{ path: `/${name}`, code }],
});

export const translateConsole: Translate = (error) => {
  if (error instanceof ConsoleError) {
    const told = violation(error.code, error.filter);
    if (error.code === 'NOT_WITHIN_ASSIGNMENT') return new ProblemError('not-found', 404, told);
    if (error.code === 'NOT_READY') return new ProblemError('not-ready', 503, told);
    return new ProblemError('invalid-request', 400, told);
  }
  if (error instanceof QueryError)
    return new ProblemError('invalid-request', 400, violation('QUERY_INVALID', error.filter));
  // Which check of a login failed is for the own log alone.
  if (error instanceof LoginError)
    return new ProblemError('unauthenticated', 401, { ...violation('LOGIN_NOT_COMPLETED'), reason: error.code });
  if (isStoreFailure(error)) return new ProblemError('not-ready', 503, violation('NOT_READY'));
  return undefined;
};

const verification: Verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
/** Older than this the keys log is told to be; nothing of the console's waits for it. */
const KEYS_STALE_MS = 15 * 60_000;
/** Leaves that are projected in one transaction. */
const BATCH = 500;
const SECRET_BYTES = 32;

const assemble = async (config: ConsoleConfig, platform: Platform): Promise<DynamicModule> => {
  const { log, health, crash } = platform;
  const trust = await readTrust(config);
  const held = await openKeys(config, platform);
  const secret = await readFile(config.AUDITOR_SECRET_FILE);
  if (secret.byteLength < SECRET_BYTES) throw new ConfigError(['AUDITOR_SECRET_FILE is shorter than 32 octets']);
  const { DATABASE_URL: url, DATABASE_READER_URL: readerUrl, DATABASE_POOL: poolSize } = config;
  const dataSource = await new DataSource(dataSourceOptions({ url, schema, poolSize })).initialize();
  const reader = await new DataSource(dataSourceOptions({ url: readerUrl, schema, poolSize })).initialize();
  platform.onDrain('stores', async () => {
    await Promise.all([dataSource.destroy(), reader.destroy()]);
  });
  health.register('database', async () => void (await dataSource.query('SELECT 1')));
  health.register('database-reader', async () => void (await reader.query('SELECT 1')));
  const { now } = await Clock.of(dataSource, platform);

  const newest = (): Snapshot | undefined => keys.newest()?.snapshot;
  const signers = () => held.signers('console', 'access');
  const isLive = (kid: string): boolean | undefined => {
    const snapshot = newest();
    return snapshot === undefined ? undefined : snapshot.on(now()).key(kid)?.use === 'access';
  };
  const ledger = new OperatorClient('ledger', config.LEDGER_URL, 'console', liveSigner(signers, isLive), now);
  const ledgerKeys = new LedgerKeys(ledger);
  const keysFeed = new KeysFeed(ledgerKeys, trust, verification, now);
  const keys = new KeysFollower(keysFeed, new KeysSeenStore(dataSource, schema), KEYS_STALE_MS, log, now);
  await keys.start();
  health.register('keys', () => keys.missing());
  health.watch('keys', () => keys.stale());
  const access = new AccessKey(signers, newest, now);
  health.watch('access-key', () => access.missing());
  const expiry = new KeyExpiry(newest, () => ['console'], log, now);
  health.watch('key-expiry', () => expiry.warning());
  expiry.start();

  const feed = new LedgerFeed(ledger, verification.sha256);
  const projecting = new ProjectLog(
    feed,
    new PostgresProjectionStore(dataSource),
    trust,
    {
      at: async (size) => {
        const known = keys.newest();
        if (known === undefined || known.size < size) await keys.refresh();
        const read = keys.newest();
        return read === undefined || read.size < size ? undefined : read.log.at(size);
      },
      newest: () => {
        const snapshot = newest();
        if (snapshot === undefined) throw new OperatorError('ledger', undefined);
        return snapshot;
      },
    },
    verification,
    BATCH,
    now,
    log,
    crash,
  );
  const follower = new Follower(projecting, log, () => performance.now());
  health.watch('projection', () => follower.behind());
  follower.start();
  platform.onDrain('loops', async () => {
    ledgerKeys.stop();
    expiry.stop();
    await Promise.all([keys.stop(), follower.stop()]);
  });

  const fresh = { id: () => randomUUID(), octets: () => randomBytes(32) };
  const acts = new RecordAct(new PostgresActStore(dataSource), access, config.DELGE_ENVIRONMENT, fresh, now, crash);
  const assignments = new PostgresAssignmentStore(dataSource);
  const disclosures = new PostgresDisclosureStore(reader);
  const logs = new PostgresLogStore(dataSource);
  const offers = () => offeredIn(newest());
  const follows = () => follower.follows();
  const queries = new AnswerAuditor(
    assignments,
    disclosures,
    logs,
    acts,
    new LedgerReviews(ledger),
    offers,
    follows,
    now,
  );
  const evidence = new LedgerEvidence(ledger, ledgerKeys, trust, await readFile(config.TRUST_FILE), verification);
  const grants = new Grants(assignments, follows, now);
  const exports = new Exports(
    grants,
    disclosures,
    logs,
    new PostgresExportStore(dataSource, secret),
    acts,
    access,
    evidence,
    offers,
    config.DELGE_ENVIRONMENT,
    fresh.id,
    now,
  );
  const ruleSetOf = (digest: string) => ruleSetByDigest(digest, nodeSha256);
  const law = new Law(grants, queries, evidence, () => keys.newest()?.log, ruleSetOf, now);
  const own = new Own(new PostgresOwnStore(dataSource), new LedgerActs(ledger, feed), grants, fresh.id);
  const worker = new ExportWorker(exports, log);
  worker.start();
  platform.onDrain('loops', () => worker.stop());
  const issuers = await readIssuers(config.LOGIN_ISSUERS_FILE, config.DELGE_ENVIRONMENT, {
    redirectUri: `${config.PUBLIC_URL}/in/svar`,
    postLogoutUri: `${config.PUBLIC_URL}/`,
  });
  const ms = () => now().getTime();
  const login = new Login(
    issuers.map((settings) => new RelyingParty(settings, ms, issuers.length > 1)),
    new PostgresLoginStore(dataSource, (issuer, subject) => auditorIdOf(secret, issuer, subject)),
    ms,
    () => randomBytes(32),
  );
  return consoleModule({
    login,
    issuers: issuers.map(({ issuer }) => ({ issuer, name: new URL(issuer).host })),
    queries,
    evidence,
    exports,
    law,
    own,
    secure: config.PUBLIC_URL.startsWith('https:'),
    now: ms,
  });
};

export const consoleService: Service<ConsoleConfig> = {
  name: 'console',
  config: ConsoleConfig,
  module: assemble,
  bodies: [{ method: 'POST', path: /^\//, type: 'application/x-www-form-urlencoded', as: 'form' }],
  translate: translateConsole,
  refuse,
};
