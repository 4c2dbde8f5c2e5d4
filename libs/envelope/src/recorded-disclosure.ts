import {
  authority,
  code,
  codec,
  count,
  digest,
  environment,
  instant,
  keys,
  name,
  object,
  one,
  oneOf,
  ruleSet,
  uuid,
} from './codec.js';
import { uuidOf } from './digest.js';
import type { KeysHead, RuleSetReference } from './statements.js';

/** How it was disclosed: `channel` of the content of `recorded-disclosure/1`. */
export const DISCLOSURE_CHANNELS = ['telephone', 'meeting', 'paper', 'emergency'] as const;
/** How it was made sure who asked. */
export const IDENTITY_CHECKS = [
  'call-back',
  'known-in-person',
  'official-id',
  'authenticated-channel',
  'not-checked',
] as const;
export type IdentityCheck = (typeof IDENTITY_CHECKS)[number];

/**
 * A sending gateway's statement that its authority made a disclosure outside Delge (*dokumenterat utlämnande*): claims and codes, nobody's name and no free text. Its verdict marks
 * it and stops nothing: it has happened.
 */
export interface RecordedDisclosure {
  readonly v: 1;
  readonly env: string;
  /** Of the record; nothing was sent under it. */
  readonly messageId: string;
  readonly caseId: string;
  readonly sender: string;
  /** To whom it was disclosed. */
  readonly recipient: string;
  readonly gateway: string;
  /** Read by the legal-basis check; of the type `recorded-disclosure/N`. */
  readonly claims: object;
  readonly outcome: 'permit' | 'assess' | 'deny';
  /** Codes of the verdict, for the day of `disclosedAt`. */
  readonly verdict: object;
  readonly channel: (typeof DISCLOSURE_CHANNELS)[number];
  readonly identityCheck: IdentityCheck;
  /** Of the officer who disclosed it. */
  readonly office: string;
  /** Pseudonym, keyed at the gateway. */
  readonly officer: string;
  readonly disclosedAt: string;
  readonly ruleSet: RuleSetReference;
  readonly engineVersion: number;
  readonly keys: KeysHead;
  /** When it was recorded: not before it was disclosed. */
  readonly at: string;
}

/** Claims of another type would be judged by another law. */
const isOfItsType = (claims: { readonly messageType?: unknown }): boolean =>
  typeof claims.messageType === 'string' && /^recorded-disclosure\/[1-9][0-9]*$/.test(claims.messageType);

const recordedDisclosures = codec<'recorded', RecordedDisclosure>(
  'recorded',
  'delge-recorded-disclosure+jws',
  {
    v: one,
    env: environment,
    messageId: uuid,
    caseId: uuid,
    sender: authority,
    recipient: authority,
    gateway: name,
    claims: object,
    outcome: oneOf('permit', 'assess', 'deny'),
    verdict: object,
    channel: oneOf(...DISCLOSURE_CHANNELS),
    identityCheck: oneOf(...IDENTITY_CHECKS),
    office: code,
    officer: digest,
    disclosedAt: instant,
    ruleSet,
    engineVersion: count,
    keys,
    at: instant,
  },
  {},
  ({ disclosedAt, at, claims }) => disclosedAt <= at && isOfItsType(claims),
);
export const {
  sign: signRecordedDisclosure,
  parse: parseRecordedDisclosure,
  verify: verifyRecordedDisclosure,
} = recordedDisclosures;

/** The message id of a record: the same on every retry, and never that of a referral under the same id. */
export const recordedDisclosureIdOf = (sender: string, recordId: string): string =>
  uuidOf(`delge-recorded-disclosure-id/v1\n${sender}\n${recordId}`);
