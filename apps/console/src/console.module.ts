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
import { Clock, ConfigError, ProblemError, Rate } from '#platform';
import type { Platform, Service, Translate } from '#platform';
import { KeysFeed } from '#snapshot';
import type { Snapshot } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import type { Verification } from '#tlog/verify';
import { DataSource } from 'typeorm';
import { AccessKey } from './application/access-key.js';
import { AnswerAuditor } from './application/answer-auditor.js';
import { AnswerReviews } from './application/answer-reviews.js';
import { Evidence } from './application/evidence.js';
import { AuditorExports } from './application/export-ports.js';
import { ExportWorker } from './application/export-worker.js';
import { Exports } from './application/exports.js';
import { Follower } from './application/follower.js';
import { AuditorLaw } from './application/law-ports.js';
import { Law } from './application/law.js';
import { AuditorOwn } from './application/own-ports.js';
import { Own } from './application/own.js';
import { offeredIn } from './application/offers.js';
import { ProjectLog } from './application/project-log.js';
import { RecordAct } from './application/record-act.js';
import { RecordReview } from './application/record-review.js';
import { AuditorReviews } from './application/review-ports.js';
import { WithinAssignment } from './application/within-assignment.js';
import { QueryError } from './domain/query.js';
import { ReviewRefusal } from './domain/review-refusal.js';
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
import { PostgresReviewStore } from './persistence/review.store.js';
import { AuditorQueries, ConsoleError } from './application/ports.js';
import { ConsoleConfig } from './console.config.js';
import { AssignmentController } from './http/assignment.controller.js';
import { ConsoleGuard } from './http/console.guard.js';
import { DisclosureController } from './http/disclosure.controller.js';
import { EvidenceController } from './http/evidence.controller.js';
import { ExportController } from './http/export.controller.js';
import { FindingController } from './http/finding.controller.js';
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
import { ReviewForms } from './http/review-forms.js';
import { SampleController } from './http/sample.controller.js';
import { Visits, auditorIdOf } from './http/visit.js';

@Module({})
class ConsoleModule {}

export interface ConsoleParts {
  readonly login: Login;
  readonly issuers: readonly { readonly issuer: string; readonly name: string }[];
  readonly queries: AuditorQueries;
  readonly reviews: AuditorReviews;
  readonly evidence: Evidence;
  readonly exports: AuditorExports;
  readonly law: AuditorLaw;
  readonly own: AuditorOwn;
  /** Over HTTPS. */
  readonly secure: boolean;
  readonly now: () => number;
  /** Of each auditor's acts. */
  readonly rate: Pick<Rate, 'take'>;
}

/** The console's routes on what answers them. */
export const consoleModule = ({
  login,
  issuers,
  queries,
  reviews,
  evidence,
  exports,
  law,
  own,
  secure,
  now,
  rate,
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
      SampleController,
      FindingController,
      LawController,
      ExportController,
      EvidenceController,
      OwnController,
    ],
    providers: [
      { provide: Login, useValue: login },
      { provide: Issuers, useValue: new Issuers(issuers) },
      { provide: AuditorQueries, useValue: queries },
      { provide: AuditorReviews, useValue: reviews },
      { provide: ReviewForms, useValue: new ReviewForms(visits) },
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
        useFactory: (reflector: Reflector) => new ConsoleGuard(reflector, visits, pages, rate),
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
  if (error instanceof ReviewRefusal) return new ProblemError('invalid-request', 400, violation(error.code));
  if (error instanceof QueryError) return new ProblemError('invalid-request', 400, violation(error.code, error.filter));
  // Which check of a login failed is for the own log alone, but that whoever was to log in did not want to.
  if (error instanceof LoginError) {
    const isCancelled = error.code === 'LOGIN_REFUSED' && error.reason === 'access_denied';
    const told = violation(isCancelled ? 'LOGIN_CANCELLED' : 'LOGIN_NOT_COMPLETED');
    return new ProblemError('unauthenticated', 401, { ...told, reason: error.code });
  }
  if (isStoreFailure(error)) return new ProblemError('not-ready', 503, violation('NOT_READY'));
  return undefined;
};

const verification: Verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
/** Older than this the keys log is told to be; nothing of the console's waits for it. */
const KEYS_STALE_MS = 15 * 60_000;
/** Between clocks of the operator's services. */
const SKEW_MS = 5 * 60_000;
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
  const registry = new OperatorClient('registry', config.REGISTRY_URL, 'console', liveSigner(signers, isLive), now);
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
      hasAllOf: (at) => {
        const asOf = keys.newest()?.asOf.getTime();
        if (asOf === undefined) return false;
        return at.getTime() > now().getTime() + SKEW_MS || asOf > at.getTime() + SKEW_MS;
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
  const { DELGE_ENVIRONMENT: environment } = config;
  const acts = new RecordAct(new PostgresActStore(dataSource), access, environment, fresh, now, crash);
  const assignments = new PostgresAssignmentStore(dataSource);
  const disclosures = new PostgresDisclosureStore(reader);
  // Of files and samples, as long as a connection waits for an answer.
  const patient = new PostgresDisclosureStore(reader, 7_000);
  const logs = new PostgresLogStore(dataSource);
  const offers = () => offeredIn(newest());
  const follows = () => follower.follows();
  const within = new WithinAssignment(assignments, follows, now);
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
  const reviewed = new PostgresReviewStore(dataSource);
  const reviews = new AnswerReviews(
    within,
    reviewed,
    patient,
    acts,
    new RecordReview(reviewed, access, environment, fresh, now),
    now,
  );
  const evidence = new LedgerEvidence(
    ledger,
    ledgerKeys,
    registry,
    trust,
    await readFile(config.TRUST_FILE),
    verification,
  );
  const exports = new Exports(
    within,
    patient,
    logs,
    new PostgresExportStore(dataSource, secret),
    acts,
    access,
    evidence,
    offers,
    environment,
    fresh.id,
    now,
  );
  const ruleSetOf = (digest: string) => ruleSetByDigest(digest, nodeSha256);
  const law = new Law(within, queries, evidence, () => keys.newest()?.log, ruleSetOf, now);
  const own = new Own(new PostgresOwnStore(dataSource), new LedgerActs(ledger, feed), within, fresh.id);
  const worker = new ExportWorker(exports, log);
  worker.start();
  platform.onDrain('loops', () => worker.stop());
  const issuers = await readIssuers(config.LOGIN_ISSUERS_FILE, config.DELGE_ENVIRONMENT, {
    redirectUri: `${config.PUBLIC_URL}/in/svar`,
    postLogoutUri: `${config.PUBLIC_URL}/ut`,
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
    reviews,
    evidence,
    exports,
    law,
    own,
    secure: config.PUBLIC_URL.startsWith('https:'),
    now: ms,
    rate: new Rate(config.ACTS_PER_MINUTE, now),
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
