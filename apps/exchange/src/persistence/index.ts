import { Exchange1763900000000 } from './migrations/1763900000000-exchange.js';
import { EndedMessages1764000000000 } from './migrations/1764000000000-ended-messages.js';
import { RuleSets1764072800000 } from './migrations/1764072800000-rule-sets.js';
import { ErasuresOfEntries1764900000000 } from './migrations/1764900000000-erasures.js';
import { Blobs1766000000000 } from './migrations/1766000000000-blobs.js';
import { Retractions1766100000000 } from './migrations/1766100000000-retractions.js';
import { ReceiptReasons1766500000000 } from './migrations/1766500000000-receipt-reasons.js';
import { BlobParts1766600000000 } from './migrations/1766600000000-blob-parts.js';
import { QuarantineActs1767000000000 } from './migrations/1767000000000-quarantine-acts.js';
import { Suspects1767100000000 } from './migrations/1767100000000-suspects.js';
import { Uncompressed1767200000000 } from './migrations/1767200000000-uncompressed.js';
import { QuarantineEnds1767250000000 } from './migrations/1767250000000-quarantine-ends.js';
import { SuspectRuns1767260000000 } from './migrations/1767260000000-suspect-runs.js';
import { GivenAgain1767270000000 } from './migrations/1767270000000-given-again.js';
import { Early1767300000000 } from './migrations/1767300000000-early.js';
import { Told1767305000000 } from './migrations/1767305000000-told.js';
import { ShortBoxes1767310000000 } from './migrations/1767310000000-short-boxes.js';
import { EarlyFailures1767320000000 } from './migrations/1767320000000-early-failures.js';
import { OutboxByKey1767335000000 } from './migrations/1767335000000-outbox-by-key.js';
import { EarlyBegun1767340000000 } from './migrations/1767340000000-early-begun.js';
import { ReleaseHolds1768420000000 } from './migrations/1768420000000-release-holds.js';
import {
  DecisionHeld1769100102000,
  DecisionUnheld1769100101000,
  HeldDecisions1769100100000,
} from './migrations/1769100100000-held-decisions.js';

export const schema = 'exchange';
/** In order; never edited once merged. */
export const migrations = [
  Exchange1763900000000,
  EndedMessages1764000000000,
  RuleSets1764072800000,
  ErasuresOfEntries1764900000000,
  Blobs1766000000000,
  Retractions1766100000000,
  ReceiptReasons1766500000000,
  BlobParts1766600000000,
  QuarantineActs1767000000000,
  Suspects1767100000000,
  Uncompressed1767200000000,
  QuarantineEnds1767250000000,
  SuspectRuns1767260000000,
  GivenAgain1767270000000,
  Early1767300000000,
  Told1767305000000,
  ShortBoxes1767310000000,
  EarlyFailures1767320000000,
  OutboxByKey1767335000000,
  EarlyBegun1767340000000,
  ReleaseHolds1768420000000,
  HeldDecisions1769100100000,
  DecisionUnheld1769100101000,
  DecisionHeld1769100102000,
];
