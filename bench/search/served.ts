import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { generateKey, localSigner } from '#envelope';
import { Login, RelyingParty } from '#login';
import {
  EventLog,
  MAX_REQUEST_BODY,
  ProblemFilter,
  Rate,
  bodyReader,
  onlyConditional,
  validationPipe,
} from '#platform';
import type { Snapshot } from '#snapshot';
import helmet from 'helmet';
import type { DataSource } from 'typeorm';
import type { AccessKey } from '../../apps/console/src/application/access-key.js';
import { AnswerAuditor } from '../../apps/console/src/application/answer-auditor.js';
import { Evidence } from '../../apps/console/src/application/evidence.js';
import type { AuditorExports } from '../../apps/console/src/application/export-ports.js';
import type { AuditorLaw } from '../../apps/console/src/application/law-ports.js';
import { offeredIn } from '../../apps/console/src/application/offers.js';
import { Own } from '../../apps/console/src/application/own.js';
import { RecordAct } from '../../apps/console/src/application/record-act.js';
import type { AuditorReviews } from '../../apps/console/src/application/review-ports.js';
import { WithinAssignment } from '../../apps/console/src/application/within-assignment.js';
import { consoleModule, consoleService, translateConsole } from '../../apps/console/src/console.module.js';
import { refuse } from '../../apps/console/src/http/pages.js';
import { PostgresActStore } from '../../apps/console/src/persistence/act.store.js';
import { PostgresAssignmentStore } from '../../apps/console/src/persistence/assignment.store.js';
import { PostgresDisclosureStore } from '../../apps/console/src/persistence/disclosure.store.js';
import { PostgresLogStore } from '../../apps/console/src/persistence/log-view.store.js';
import { PostgresLoginStore } from '../../apps/console/src/persistence/login.store.js';
import { PostgresOwnStore } from '../../apps/console/src/persistence/own.store.js';
import { AUTHORITIES } from './parties.js';

export interface Served {
  readonly base: string;
  /** Value of a Cookie header of an auditor who has chosen this assignment. */
  session(auditor: string, assignment: string): Promise<string>;
  close(): Promise<void>;
}

/** Of all authorities that take part. */
const SNAPSHOT = {
  size: 1n,
  rootBase64: Buffer.alloc(32).toString('base64'),
  authorities: () => AUTHORITIES.map((id) => ({ id, kind: 'socialnamnd', nameSv: id, nameEn: id })),
} as unknown as Snapshot;
class NoEvidence extends Evidence {
  override readonly trust = Buffer.from('{}');
  override of = () => Promise.resolve(undefined);
  override proven = () => Promise.resolve(undefined);
  override keys = () => Promise.resolve({ checkpoint: '', entries: [] });
}
class ServedModule {}
Module({})(ServedModule);

/** The console over HTTP on these databases, with sessions, row security, signatures and acts as they are; without a ledger, so that a look at openings is not asked for. */
export async function serve(owner: DataSource, reader: DataSource, now: Date): Promise<Served> {
  const issuer = 'https://idp.example/granskning';
  const places = { redirectUri: 'http://127.0.0.1/in/svar', postLogoutUri: 'http://127.0.0.1/', acr: ['loa3'] };
  const ms = (): number => Date.now();
  const party = new RelyingParty({ issuer, clientId: 'console', ...places }, ms, false);
  const store = new PostgresLoginStore(owner, (_issuer, subject) => subject);
  const login = new Login([party], store, ms, () => randomBytes(32));
  const signing = { signer: localSigner(await generateKey('access')), snapshot: SNAPSHOT };
  const acts = new RecordAct(
    new PostgresActStore(owner),
    { live: () => signing } as unknown as AccessKey,
    'sandbox',
    { id: () => randomUUID(), octets: () => randomBytes(32) },
    () => now,
  );
  const assignments = new PostgresAssignmentStore(owner);
  const within = new WithinAssignment(
    assignments,
    () => true,
    () => now,
  );
  const queries = new AnswerAuditor(
    assignments,
    new PostgresDisclosureStore(reader),
    new PostgresLogStore(owner),
    acts,
    { look: () => Promise.resolve(true) },
    () => offeredIn(SNAPSHOT),
    () => true,
    () => now,
  );
  const issuers = [{ issuer, name: 'idp.example' }];
  const own = new Own(new PostgresOwnStore(owner), { of: () => Promise.resolve(undefined) }, within, randomUUID);
  // Samples, findings and files are not measured, the law is of no authority's acts, and nobody is stopped for asking much.
  const law = { acts: () => [] } as unknown as AuditorLaw;
  const unmeasured = { reviews: {} as AuditorReviews, exports: {} as AuditorExports };
  const rate = new Rate(1_000_000, () => new Date(ms()));
  const evidence = new NoEvidence();
  const parts = { login, issuers, queries, ...unmeasured, law, own, evidence, secure: false, now: ms, rate };
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServedModule, imports: [consoleModule(parts)] },
    { bodyParser: false, logger: ['error'] },
  );
  app.set('query parser', 'simple');
  onlyConditional(app.getHttpAdapter().getInstance());
  app.use(helmet());
  app.use(bodyReader({ maxBytes: MAX_REQUEST_BODY, rules: consoleService.bodies ?? [] }));
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(new EventLog('bench', 'silent'), translateConsole, refuse));
  await app.listen(0, '127.0.0.1');
  return {
    base: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    session: async (auditor, assignment) => {
      const secret = randomBytes(32).toString('base64url');
      const at = ms();
      const session = { person: { issuer, subject: auditor }, begunAt: at, seenAt: at };
      await store.keepSession(createHash('sha256').update(secret).digest(), session as never, at + 8 * 3_600_000);
      return `delge-console=${secret}; delge-console-uppdrag=${assignment}`;
    },
    close: () => app.close(),
  };
}
