import { authority, codec, digest, oneOf, uuid } from './codec.js';
import type { Check } from './codec.js';
import { isBounded } from './assignment.js';
import { hasOwn, reviewAct } from './sample.js';
import type { ReviewAct } from './sample.js';

export const FINDING_SEVERITIES = ['remark', 'serious'] as const;
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];
/** How a finding ended: what was wrong is put right; the authority's answer is accepted; nothing was wrong. */
export const FINDING_RESULTS = ['corrected', 'accepted', 'unfounded'] as const;
export type FindingResult = (typeof FINDING_RESULTS)[number];

/** An auditor holds something against a disclosure, a case or an item of a sample. */
export interface FindingOpened extends ReviewAct {
  readonly kind: 'finding-opened';
  readonly finding: string;
  /** Commitment to what it is about and says, which stays at the console. */
  readonly text: string;
  /** `remark` or `serious`. */
  readonly severity: FindingSeverity;
}
/** Somebody is to answer it. */
export interface FindingAssigned extends ReviewAct {
  readonly kind: 'finding-assigned';
  readonly finding: string;
  /** An auditor's pseudonym, or one of the assignment's authorities. */
  readonly to: string;
}
export interface FindingAnswered extends ReviewAct {
  readonly kind: 'finding-answered';
  readonly finding: string;
  /** Commitment to the answer, which stays at the console. */
  readonly text: string;
}
export interface FindingClosed extends ReviewAct {
  readonly kind: 'finding-closed';
  readonly finding: string;
  /** Commitment to the reasons, which stay at the console. */
  readonly text: string;
  /** `corrected`, `accepted` or `unfounded`. */
  readonly result: FindingResult;
}
/** The console's record of what became of a finding. */
export type FindingAct = FindingOpened | FindingAssigned | FindingAnswered | FindingClosed;

const OF_A_KIND: Readonly<Record<FindingAct['kind'], Readonly<Record<string, Check>>>> = {
  'finding-opened': { text: digest, severity: oneOf(...FINDING_SEVERITIES) },
  'finding-assigned': { to: (value) => digest(value) || authority(value) },
  'finding-answered': { text: digest },
  'finding-closed': { text: digest, result: oneOf(...FINDING_RESULTS) },
};
const isWhole = (act: FindingAct): boolean =>
  hasOwn(act, OF_A_KIND) &&
  isBounded(act.authorities) &&
  (act.kind !== 'finding-assigned' || !act.to.includes('/') || act.authorities.includes(act.to));

const findings = codec<'act', FindingAct>(
  'act',
  'delge-finding+jws',
  { ...reviewAct, kind: oneOf(...Object.keys(OF_A_KIND)), finding: uuid },
  Object.assign({}, ...Object.values(OF_A_KIND)) as Readonly<Record<string, Check>>,
  isWhole,
);

export const { sign: signFindingAct, parse: parseFindingAct, verify: verifyFindingAct } = findings;
