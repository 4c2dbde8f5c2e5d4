import {
  authority,
  codec,
  day,
  digest,
  environment,
  instant,
  keys,
  listOf,
  natural,
  one,
  oneOf,
  record,
  text,
  uuid,
} from './codec.js';
import type { KeysHead } from './statements.js';

/** The provision by which an auditor reviews: a closed list, whose words and sources stand in libs/contracts. */
export const ASSIGNMENT_PROVISIONS = [
  'municipal-audit',
  'internal-control',
  'state-audit',
  'data-protection-officer',
  'imy',
  'jo',
  'jk',
  'ivo',
  'msi',
] as const;
export type AssignmentProvision = (typeof ASSIGNMENT_PROVISIONS)[number];

/** What an auditor is shown of a disclosure: `parties` always, with its dates, type and outcome; the rest as far as it is granted. */
export const ASSIGNMENT_FIELDS = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'] as const;
export type AssignmentField = (typeof ASSIGNMENT_FIELDS)[number];

export const MOST_AUTHORITIES = 50;

/**
 * A participant's grant to one auditor of a right to read (*uppdrag*). Made with an administrator's key, off the console, which has none: so nobody grants one to
 * oneself by being logged in.
 */
export interface AssignmentGranted {
  readonly v: 1;
  readonly kind: 'assignment-granted';
  readonly env: string;
  readonly assignment: string;
  /** All of the participant that grants it, in order. */
  readonly authorities: readonly string[];
  /** Pseudonym, keyed at the console: base64url of 32 octets. */
  readonly auditor: string;
  readonly provision: AssignmentProvision;
  /** Of the review itself at who conducts it, never of a case under review: a year, numbers and the short code of a register, e.g. `REV 2026:14`. */
  readonly diaryNumber: string;
  /** Days of decision, Europe/Stockholm. `until` is exclusive; absent: also what comes. */
  readonly period: { readonly from: string; readonly until?: string };
  /** In the order of the list. */
  readonly fields: readonly AssignmentField[];
  /** The day, Europe/Stockholm, from whose beginning on nothing is shown. */
  readonly expires: string;
  readonly at: string;
}
/** The same participant takes it back before it expires. */
export interface AssignmentEnded {
  readonly v: 1;
  readonly kind: 'assignment-ended';
  readonly env: string;
  readonly assignment: string;
  readonly at: string;
}
export type Assignment = AssignmentGranted | AssignmentEnded;

/** The ledger's record that it took an assignment or its end into the log; the statement is its annex. */
export interface AssignmentNotice {
  readonly v: 1;
  readonly kind: Assignment['kind'];
  readonly env: string;
  readonly entryId: string;
  readonly assignment: string;
  /** Of the assignment: they see whom they let in. */
  readonly authorities: readonly string[];
  /** Digest of the annex, over its exact characters. */
  readonly statementSha256: string;
  readonly keys: KeysHead;
  readonly at: string;
}

/** The console's record of what an auditor searched or took out, made before it was shown. */
export interface Search {
  readonly v: 1;
  readonly kind: 'search' | 'export';
  readonly env: string;
  readonly entryId: string;
  readonly auditor: string;
  readonly assignment: string;
  /** Of the assignment. */
  readonly authorities: readonly string[];
  /** Commitment to the query: SHA-256 of 32 random octets and the query's canonical form, which stay at the console. */
  readonly query: string;
  /** Disclosures that were shown; may be 0. */
  readonly shown: number;
  readonly keys: KeysHead;
  readonly at: string;
}

/**
 * A diary number and no more: groups of digits, one of them a year of this century, and before or after them the short code of a register, e.g. `REV 2026:14`, `Fi2026/00123`, `8-123456-2026`. No name has room in it, and no
 * number of a person.
 */
const REGISTER = '(?:[A-ZÅÄÖ]{1,4}|[A-ZÅÄÖ][a-zåäö])';
const NUMBERS = '[0-9]{1,7}(?:[.:/_-][0-9]{1,7})*';
const diaryNumber = text(
  new RegExp(
    `^(?=.{6,32}$)(?=(?:.*[^0-9])?20[0-9]{2}(?:[^0-9]|$))(?!.*[0-9]{2}[01][0-9]{3}[-+]?[0-9]{4})(?:${REGISTER}[ .:/_-]?)?${NUMBERS}(?:[ .:/_-]?${REGISTER})?$`,
  ),
);
const field = oneOf(...ASSIGNMENT_FIELDS);
export const isSorted = (list: readonly string[]): boolean =>
  list.every((one, at) => at === 0 || (list[at - 1] as string) < one);
export const isBounded = (authorities: readonly string[] | undefined): boolean =>
  authorities === undefined || (isSorted(authorities) && authorities.length <= MOST_AUTHORITIES);
const isOrdered = (fields: readonly AssignmentField[]): boolean =>
  fields[0] === 'parties' && ASSIGNMENT_FIELDS.filter((one) => fields.includes(one)).join() === fields.join();

const OF_A_GRANT = [
  'authorities',
  'auditor',
  'provision',
  'diaryNumber',
  'period',
  'fields',
  'expires',
] as const satisfies readonly (keyof AssignmentGranted)[];
const isWhole = (assignment: Assignment): boolean => {
  if (assignment.kind === 'assignment-ended') return OF_A_GRANT.every((member) => !(member in assignment));
  if (!OF_A_GRANT.every((member) => member in assignment)) return false;
  const { authorities, period, fields } = assignment;
  return isBounded(authorities) && isOrdered(fields) && (period.until === undefined || period.from < period.until);
};

const assignments = codec<'assignment', Assignment>(
  'assignment',
  'delge-assignment+jws',
  {
    v: one,
    kind: oneOf('assignment-granted', 'assignment-ended'),
    env: environment,
    assignment: uuid,
    at: instant,
  },
  {
    authorities: listOf(authority),
    auditor: digest,
    provision: oneOf(...ASSIGNMENT_PROVISIONS),
    diaryNumber,
    period: record({ from: day }, { until: day }),
    fields: listOf(field),
    expires: day,
  },
  isWhole,
);
const assignmentNotices = codec<'notice', AssignmentNotice>(
  'notice',
  'delge-assignment-notice+jws',
  {
    v: one,
    kind: oneOf('assignment-granted', 'assignment-ended'),
    env: environment,
    entryId: uuid,
    assignment: uuid,
    authorities: listOf(authority),
    statementSha256: digest,
    keys,
    at: instant,
  },
  {},
  ({ authorities }) => isBounded(authorities),
);
const searches = codec<'search', Search>(
  'search',
  'delge-search+jws',
  {
    v: one,
    kind: oneOf('search', 'export'),
    env: environment,
    entryId: uuid,
    auditor: digest,
    assignment: uuid,
    authorities: listOf(authority),
    query: digest,
    shown: natural,
    keys,
    at: instant,
  },
  {},
  ({ authorities }) => isBounded(authorities),
);

export const { sign: signAssignment, parse: parseAssignment, verify: verifyAssignment } = assignments;
export const {
  sign: signAssignmentNotice,
  parse: parseAssignmentNotice,
  verify: verifyAssignmentNotice,
} = assignmentNotices;
export const { sign: signSearch, parse: parseSearch, verify: verifySearch } = searches;

/** @returns the latest `expires` of what is granted on this day: two years on */
export const latestExpiry = (granted: string): string => {
  const year = Number(granted.slice(0, 4)) + 2;
  return `${String(year).padStart(4, '0')}${granted.slice(4) === '-02-29' ? '-03-01' : granted.slice(4)}`;
};

/** Whether nothing about its term stands against showing what it covers on this day, Europe/Stockholm; that it was ended is for the caller to know. */
export const isUnexpired = ({ expires }: Pick<AssignmentGranted, 'expires'>, today: string): boolean => today < expires;

/**
 * Whether an opening is shown. It is shown whole or not at all, since its commitment is to all of it: one with a verdict and its claims only to who may see
 * everything that these say, any other to who may see receipts.
 */
export const showsOpenings = ({ fields }: Pick<AssignmentGranted, 'fields'>, isJudged: boolean): boolean =>
  (isJudged ? JUDGED : (['receipts'] as const)).every((one) => fields.includes(one));
const JUDGED = ['ground', 'facts', 'assessments', 'case'] as const;

/** Whether what was decided on this day, Europe/Stockholm, by or to these authorities is within it. */
export const isCovered = (
  { authorities, period: { from, until } }: Pick<AssignmentGranted, 'authorities' | 'period'>,
  decided: { readonly day: string; readonly sender: string; readonly recipient?: string },
): boolean =>
  from <= decided.day &&
  (until === undefined || decided.day < until) &&
  [decided.sender, decided.recipient].some((party) => party !== undefined && authorities.includes(party));
