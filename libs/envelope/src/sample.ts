import {
  authority,
  code,
  codec,
  count,
  decimal,
  digest,
  environment,
  instant,
  keys,
  listOf,
  natural,
  one,
  oneOf,
  record,
  uuid,
} from './codec.js';
import type { Check } from './codec.js';
import { isBounded, isSorted } from './assignment.js';
import type { KeysHead } from './statements.js';

/** By what a population is divided before it is drawn from. */
export const STRATIFICATIONS = ['none', 'recipient', 'sender', 'outcome', 'month', 'type'] as const;
export type Stratification = (typeof STRATIFICATIONS)[number];
/** What an auditor found of one disclosure. */
export const SHEET_OUTCOMES = ['nothing', 'remark', 'serious'] as const;
export type SheetOutcome = (typeof SHEET_OUTCOMES)[number];

export const MOST_STRATA = 200;
export const MOST_SAMPLED = 500;

/** What every entry of a sample or a finding says: who did it, within what. */
export interface ReviewAct {
  readonly v: 1;
  readonly env: string;
  readonly entryId: string;
  /** Pseudonym, keyed at the console: base64url of 32 octets. */
  readonly auditor: string;
  readonly assignment: string;
  /** Of the assignment: they see what is reviewed of theirs. */
  readonly authorities: readonly string[];
  readonly keys: KeysHead;
  readonly at: string;
}

/** Population, strata, sizes and the auditor's nonce are fixed: before the root exists by which the sample is drawn, and before anything of it is shown. */
export interface SampleFixed extends ReviewAct {
  readonly kind: 'sample-fixed';
  readonly sample: string;
  /** Commitment to the query: SHA-256 of 32 random octets and the query's canonical form, which stay at the console. */
  readonly query: string;
  /** Decimal. The population is what the query finds of the log's first entries, as many as these. */
  readonly logSize: string;
  /** `none`, `recipient`, `sender`, `outcome`, `month` or `type`. */
  readonly stratifiedBy: Stratification;
  /** By key. `population` and `size` count disclosures; the sizes sum to 1 up to 500. */
  readonly strata: readonly { readonly key: string; readonly population: number; readonly size: number }[];
  /** Digest of the population file (docs/auditor.md). */
  readonly population: string;
  /** SHA-256 of the auditor's 32 octets, base64url. */
  readonly nonce: string;
}
/** The sample was drawn: nonce and root are shown, so that anyone with the population draws the same. */
export interface SampleDrawn extends ReviewAct {
  readonly kind: 'sample-drawn';
  readonly sample: string;
  /** The auditor's 32 octets themselves, base64url. */
  readonly nonce: string;
  /** The first under quorum that covers `sample-fixed`. */
  readonly checkpoint: { readonly size: string; readonly root: string };
  /** Digest of the drawn file. */
  readonly drawn: string;
  /** Disclosures that were drawn. */
  readonly count: number;
}
/** One disclosure of the sample was judged. */
export interface ItemReviewed extends ReviewAct {
  readonly kind: 'item-reviewed';
  readonly sample: string;
  /** Its place in the drawn file, from 0. */
  readonly item: number;
  /** Commitment to the sheet, which stays at the console. */
  readonly sheet: string;
  /** `nothing`, `remark` or `serious`. */
  readonly outcome: SheetOutcome;
  /** Whether it confirms, as the second pair of eyes, the sheet that another auditor wrote. */
  readonly second: boolean;
}
/** The review of the sample is done, and reported. */
export interface SampleSigned extends ReviewAct {
  readonly kind: 'sample-signed';
  readonly sample: string;
  /** Digest of the report file. */
  readonly report: string;
  readonly items: number;
  /** Items of that outcome. */
  readonly remarks: number;
  readonly serious: number;
}
/** The console's record of what an auditor did with a sample. */
export type SampleAct = SampleFixed | SampleDrawn | ItemReviewed | SampleSigned;

export const reviewAct = {
  v: one,
  env: environment,
  entryId: uuid,
  auditor: digest,
  assignment: uuid,
  authorities: listOf(authority),
  keys,
  at: instant,
} as const satisfies Readonly<Record<keyof ReviewAct, Check>>;

const strata = listOf(record({ key: code, population: count, size: natural }));
const OF_A_KIND: Readonly<Record<SampleAct['kind'], Readonly<Record<string, Check>>>> = {
  'sample-fixed': {
    query: digest,
    logSize: decimal,
    stratifiedBy: oneOf(...STRATIFICATIONS),
    strata,
    population: digest,
    nonce: digest,
  },
  'sample-drawn': { nonce: digest, checkpoint: keys, drawn: digest, count },
  'item-reviewed': {
    item: natural,
    sheet: digest,
    outcome: oneOf(...SHEET_OUTCOMES),
    second: (value) => typeof value === 'boolean',
  },
  'sample-signed': { report: digest, items: count, remarks: natural, serious: natural },
};

/** Whether a statement has what its kind has, and nothing of another's. */
export const hasOwn = (statement: { readonly kind: string }, ofAKind: Readonly<Record<string, object>>): boolean => {
  const own = Object.keys(ofAKind[statement.kind] ?? {});
  return (
    own.every((member) => member in statement) &&
    Object.values(ofAKind).every((members) =>
      Object.keys(members).every((member) => own.includes(member) || !(member in statement)),
    )
  );
};

const isFixed = ({ strata: all, stratifiedBy, logSize }: SampleFixed): boolean => {
  const sampled = all.reduce((sum, { size }) => sum + size, 0);
  const population = all.reduce((sum, stratum) => sum + BigInt(stratum.population), 0n);
  return (
    all.length <= (stratifiedBy === 'none' ? 1 : MOST_STRATA) &&
    isSorted(all.map(({ key }) => key)) &&
    all.every((stratum) => stratum.size <= stratum.population) &&
    sampled >= 1 &&
    sampled <= MOST_SAMPLED &&
    population <= BigInt(logSize)
  );
};
const isWhole = (act: SampleAct): boolean => {
  if (!hasOwn(act, OF_A_KIND) || !isBounded(act.authorities)) return false;
  switch (act.kind) {
    case 'sample-fixed':
      return isFixed(act);
    case 'sample-drawn':
      return act.count <= MOST_SAMPLED;
    case 'item-reviewed':
      return act.item < MOST_SAMPLED;
    case 'sample-signed':
      return act.items <= MOST_SAMPLED && act.remarks + act.serious <= act.items;
  }
};

const samples = codec<'act', SampleAct>(
  'act',
  'delge-sample+jws',
  { ...reviewAct, kind: oneOf(...Object.keys(OF_A_KIND)), sample: uuid },
  Object.assign({}, ...Object.values(OF_A_KIND)) as Readonly<Record<string, Check>>,
  isWhole,
);

export const { sign: signSampleAct, parse: parseSampleAct, verify: verifySampleAct } = samples;
