import type { MixedList } from 'typeorm';
import { Gateway1763900000000 } from './migrations/1763900000000-gateway.js';
import { RejectionByDecision1763986400000 } from './migrations/1763986400000-rejection-by-decision.js';
import { RuleSets1764072800000 } from './migrations/1764072800000-rule-sets.js';
import { Witness1764500000000 } from './migrations/1764500000000-witness.js';
import { ErasuresOfMessages1764900000000 } from './migrations/1764900000000-erasures.js';
import { ErasureByMessage1765200000000 } from './migrations/1765200000000-erasure-by-message.js';
import { ErasureReports1765300000000 } from './migrations/1765300000000-erasure-reports.js';
import { ForeignKeys1765400000000 } from './migrations/1765400000000-foreign-keys.js';
import { Dues1765500000000 } from './migrations/1765500000000-dues.js';
import { Attempts1765610000000 } from './migrations/1765610000000-attempts.js';
import { Attachments1766000000000 } from './migrations/1766000000000-attachments.js';
import { Retractions1766100000000 } from './migrations/1766100000000-retractions.js';
import { Incidents1766200000000 } from './migrations/1766200000000-incidents.js';
import { FurthestEntry1766500000000 } from './migrations/1766500000000-furthest-entry.js';
import { Together1767100000000 } from './migrations/1767100000000-together.js';
import { Suspects1767110000000 } from './migrations/1767110000000-suspects.js';
import { Waiting1767150000000 } from './migrations/1767150000000-waiting.js';
import { Uncompressed1767200000000 } from './migrations/1767200000000-uncompressed.js';
import { QuarantinedDeliveries1767250000000 } from './migrations/1767250000000-quarantined-deliveries.js';
import { SuspectRuns1767260000000 } from './migrations/1767260000000-suspect-runs.js';
import { CatchUp1767300000000 } from './migrations/1767300000000-catch-up.js';
import { ShortBoxes1767310000000 } from './migrations/1767310000000-short-boxes.js';
import { OctetsBeside1767320000000 } from './migrations/1767320000000-octets-beside.js';

export const schema = 'gateway';
/** In order; never edited once merged. */
export const migrations = [
  Gateway1763900000000,
  RejectionByDecision1763986400000,
  RuleSets1764072800000,
  Witness1764500000000,
  ErasuresOfMessages1764900000000,
  ErasureByMessage1765200000000,
  ErasureReports1765300000000,
  ForeignKeys1765400000000,
  Dues1765500000000,
  Attempts1765610000000,
  Attachments1766000000000,
  Retractions1766100000000,
  Incidents1766200000000,
  FurthestEntry1766500000000,
  Together1767100000000,
  Suspects1767110000000,
  Waiting1767150000000,
  Uncompressed1767200000000,
  QuarantinedDeliveries1767250000000,
  SuspectRuns1767260000000,
  CatchUp1767300000000,
  ShortBoxes1767310000000,
  OctetsBeside1767320000000,
] satisfies MixedList<new () => unknown>;

/** Rights of the service's role when another role owns the tables. No TRUNCATE, no right to change policies, none to say which migrations have run. */
export const grantsSql = (role: string): string => `
  GRANT USAGE ON SCHEMA gateway TO "${role}";
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA gateway TO "${role}";
  REVOKE INSERT, UPDATE, DELETE ON gateway.migration FROM "${role}";
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA gateway TO "${role}";
  GRANT EXECUTE ON FUNCTION gateway.prune_inbox TO "${role}";`;
