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
  /** Gateway that asked, for an authority that it hosts; or an auditor within an assignment. */
  readonly gateway?: string;
  /** The authority that looked, or whose openings an auditor was shown: where they are several authorities', each has an entry of its own and reads of no other. */
  readonly authority: string;
  /** Pseudonym of the person who looked, where a person did. */
  readonly person?: string;
  /** Pseudonym, keyed at the console. */
  readonly auditor?: string;
  readonly assignment?: string;
  readonly purpose: (typeof LOOK_PURPOSES)[number];
  readonly seen: readonly SeenOpening[];
  readonly keys: KeysHead;
  readonly at: string;
}

/** A gateway for an authority that it hosts, or an auditor within an assignment. */
const isOfOne = ({ gateway, person, auditor, assignment, purpose }: Look): boolean =>
  gateway === undefined
    ? auditor !== undefined && assignment !== undefined && person === undefined && purpose !== 'erasure'
    : auditor === undefined && assignment === undefined;

const looks = codec<'look', Look>(
  'look',
  'delge-look+jws',
  {
    v: one,
    kind: oneOf('look'),
    env: environment,
    entryId: uuid,
    authority,
    purpose: oneOf(...LOOK_PURPOSES),
    seen: listOf(record({ index: decimal, entryId: uuid }, { sender: authority, recipient: authority })),
    keys,
    at: instant,
  },
  { gateway: name, person: digest, auditor: digest, assignment: uuid },
  isOfOne,
);

export const { sign: signLook, parse: parseLook, verify: verifyLook } = looks;
