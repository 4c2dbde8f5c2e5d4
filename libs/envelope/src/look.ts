import {
  authority,
  codec,
  decimal,
  digest,
  environment,
  instant,
  keys,
  listOf,
  name,
  one,
  oneOf,
  record,
  uuid,
} from './codec.js';
import type { KeysHead } from './statements.js';

/** What a look was for: the evidence of one message, a bundle of a period, or what a decision to erase one message names. */
export const LOOK_PURPOSES = ['evidence', 'export', 'erasure'] as const;

/** One opening that was shown, and whose it was. */
export interface SeenOpening {
  /** Decimal. */
  readonly index: string;
  readonly entryId: string;
  /** Parties as the entry names them. */
  readonly sender?: string;
  readonly recipient?: string;
}
/** The operator's record that openings were shown, made before they were. */
export interface Look {
  readonly v: 1;
  readonly kind: 'look';
  readonly env: string;
  readonly entryId: string;
  /** Gateway that asked. */
  readonly gateway: string;
  /** For this authority, which it hosts. */
  readonly authority: string;
  /** Pseudonym of the person who looked, where a person did. */
  readonly person?: string;
  readonly purpose: (typeof LOOK_PURPOSES)[number];
  readonly seen: readonly SeenOpening[];
  readonly keys: KeysHead;
  readonly at: string;
}

const looks = codec<'look', Look>(
  'look',
  'delge-look+jws',
  {
    v: one,
    kind: oneOf('look'),
    env: environment,
    entryId: uuid,
    gateway: name,
    authority,
    purpose: oneOf(...LOOK_PURPOSES),
    seen: listOf(record({ index: decimal, entryId: uuid }, { sender: authority, recipient: authority })),
    keys,
    at: instant,
  },
  { person: digest },
);

export const { sign: signLook, parse: parseLook, verify: verifyLook } = looks;
