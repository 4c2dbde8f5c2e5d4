import {
  authority,
  codec,
  count,
  decimal,
  digest,
  environment,
  instant,
  keys,
  anyOf,
  listOf,
  name,
  one,
  oneOf,
  record,
  uuid,
} from './codec.js';
import type { KeysHead } from './statements.js';

/** One opening that is erased, and what of it the log must still say. */
export interface ErasedOpening {
  /** A refusal or a recorded disclosure: its sender's alone, whoever it was meant for or made to. All else with a number names its recipient, which must decide too. */
  readonly kind?: 'refusal' | 'recorded-disclosure';
  /** Decimal. */
  readonly index: string;
  readonly entryId: string;
  readonly sender: string;
  /** Absent where the entry named none. */
  readonly recipient?: string;
  /** Of a decision, a refusal or a recorded disclosure: without it the sender's row of numbers would have a gap. */
  readonly number?: number;
}
/** The operator's record that openings were erased (*gallring*), on both parties' decisions, which are its annex: one token a line. */
export interface Erasure {
  readonly v: 1;
  readonly kind: 'erasure';
  readonly env: string;
  readonly entryId: string;
  readonly erased: readonly ErasedOpening[];
  /** Digest of the annex, over its exact characters. */
  readonly decisionsSha256: string;
  readonly keys: KeysHead;
  readonly at: string;
}
/**
 * An authority's decision (*gallringsbeslut*) that one message is erased in its own gateway, and as far as it is concerned also the openings of entries about it.
 * Message and case stand beside the entries, so that a legal hold on either can be held against an erasure whose openings are gone.
 */
export interface ErasureDecision {
  readonly v: 1;
  readonly env: string;
  readonly decisionId: string;
  readonly authority: string;
  readonly messageId: string;
  readonly caseId: string;
  /**
   * What the party itself knows of each opening, from the proofs it holds. The operator erases these, word for word: it can put neither another entry nor
   * another number in their place. Empty where nothing of the message came into the log.
   */
  readonly openings: readonly ErasedOpening[];
  readonly at: string;
}
/** Openings in one decision, and in one erasure: what is logged of them stays far below what a verifier reads. */
export const MOST_OPENINGS = 100;
/** A gateway's statement that it has erased what its authority had decided on. */
export interface ErasureReport {
  readonly v: 1;
  readonly env: string;
  readonly decisionId: string;
  readonly authority: string;
  readonly gateway: string;
  readonly messageId: string;
  readonly at: string;
}
/** Why something is kept: a court, an investigation of a crime, supervision, an audit, or somebody's request for what is stored. */
export type HoldGround = 'court' | 'criminal-investigation' | 'supervision' | 'audit' | 'access-request';
/** A party's legal hold (*gallringsstopp*) on messages or on a whole case, and its lifting. While one stands nothing of it is erased anywhere. */
export interface Hold {
  readonly v: 1;
  readonly kind: 'laid' | 'lifted';
  readonly env: string;
  /** The same when it is lifted. */
  readonly holdId: string;
  readonly authority: string;
  /** Of one that is laid. */
  readonly ground?: HoldGround;
  /** Of one that is laid: these, or `caseId`. */
  readonly messageIds?: readonly string[];
  /** Also what comes later in the case. */
  readonly caseId?: string;
  readonly at: string;
}
/** The ledger's record that it took a statement about keeping or erasing into the log; the statement is its annex. */
export interface LedgerNotice {
  readonly v: 1;
  readonly kind: 'erasure-decided' | 'erasure-reported' | 'hold-laid' | 'hold-lifted';
  readonly env: string;
  readonly entryId: string;
  readonly authority: string;
  /** Digest of the annex, over its exact characters. */
  readonly statementSha256: string;
  readonly keys: KeysHead;
  readonly at: string;
}

const opening = record(
  { index: decimal, entryId: uuid, sender: authority },
  { kind: oneOf('refusal', 'recorded-disclosure'), recipient: authority, number: count },
);
/** Nobody leaves a decision's recipient out, so that it need not be asked. */
const namesItsParties = ({ kind, recipient, number }: ErasedOpening): boolean =>
  kind !== undefined
    ? number !== undefined && recipient === undefined
    : number === undefined || recipient !== undefined;
const erasures = codec<'erasure', Erasure>(
  'erasure',
  'delge-erasure+jws',
  {
    v: one,
    kind: oneOf('erasure'),
    env: environment,
    entryId: uuid,
    erased: listOf(opening),
    decisionsSha256: digest,
    keys,
    at: instant,
  },
  {},
  ({ erased }) => erased.every(namesItsParties),
);
const erasureDecisions = codec<'decision', ErasureDecision>(
  'decision',
  'delge-erasure-decision+jws',
  {
    v: one,
    env: environment,
    decisionId: uuid,
    authority,
    messageId: uuid,
    caseId: uuid,
    openings: anyOf(opening),
    at: instant,
  },
  {},
  ({ openings }) => openings.every(namesItsParties),
);
const erasureReports = codec<'report', ErasureReport>('report', 'delge-erased+jws', {
  v: one,
  env: environment,
  decisionId: uuid,
  authority,
  gateway: name,
  messageId: uuid,
  at: instant,
});
export const HOLD_GROUNDS = [
  'court',
  'criminal-investigation',
  'supervision',
  'audit',
  'access-request',
] as const satisfies readonly HoldGround[];
const holds = codec<'hold', Hold>(
  'hold',
  'delge-hold+jws',
  { v: one, kind: oneOf('laid', 'lifted'), env: environment, holdId: uuid, authority, at: instant },
  { ground: oneOf(...HOLD_GROUNDS), messageIds: listOf(uuid), caseId: uuid },
  ({ kind, ground, messageIds, caseId }) =>
    kind === 'laid'
      ? ground !== undefined && (messageIds === undefined) !== (caseId === undefined)
      : ground === undefined && messageIds === undefined && caseId === undefined,
);
const ledgerNotices = codec<'notice', LedgerNotice>('notice', 'delge-ledger-notice+jws', {
  v: one,
  kind: oneOf('erasure-decided', 'erasure-reported', 'hold-laid', 'hold-lifted'),
  env: environment,
  entryId: uuid,
  authority,
  statementSha256: digest,
  keys,
  at: instant,
});

export const { sign: signErasure, parse: parseErasure, verify: verifyErasure } = erasures;
export const {
  sign: signErasureDecision,
  parse: parseErasureDecision,
  verify: verifyErasureDecision,
} = erasureDecisions;
export const { sign: signErasureReport, parse: parseErasureReport, verify: verifyErasureReport } = erasureReports;
export const { sign: signHold, parse: parseHold, verify: verifyHold } = holds;
export const { sign: signLedgerNotice, parse: parseLedgerNotice, verify: verifyLedgerNotice } = ledgerNotices;
