import type { JsonValue } from '#json';
import { claiming, leavingOut, type WayOut, type WayOutcome } from './apply-way.js';
import { buildClaims, type ReferralBody } from './build-claims.js';
import { check } from './check.js';
import { fieldsOf, isObject, type Declarations } from './classify.js';
import { ClassificationError } from './errors.js';
import { messageTypeOf, validateContent } from './message-type.js';
import type { CheckInput, ClaimItem, Verdict } from './types.js';
import { noWay, outcomeOf, rankOf, rankOfVerdict, waysOut, type Found } from './ways-out.js';

/** Why no part can be sent: no item is carried, the type demands a field that would go, or what is left is stopped itself. */
export type NoPart = 'nothing-carried' | 'field-required' | 'part-stopped';
/** A part of a referral, checked. */
export interface Part {
  readonly content: JsonValue;
  readonly declarations: Declarations;
  /** Items of the whole that are not in it. */
  readonly leavesOut: readonly string[];
  readonly verdict: Verdict;
  /** The input the verdict came from; its claims are those of the part. */
  readonly input: CheckInput;
}
/** What may go of a referral that may not go as a whole; `why` instead of a part where there is none. */
export interface PermittedPart {
  readonly keeps: readonly string[];
  readonly leavesOut: readonly string[];
  readonly outcome?: WayOutcome;
  readonly why?: NoPart;
  readonly part?: Part;
}

const fieldOf = (item: string): string => item.split('~')[0] ?? item;

/**
 * Content without the fields that give these items, and declarations without what is said of them. What stays keeps its id, since
 * assessments name it: a member of a list goes with those after it. A free text goes with all that it contains.
 * @returns undefined when what is left is no message of the type: a field that it demands would be gone
 * @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN, FIELD_UNCLASSIFIED; ITEM_UNKNOWN for an item that is not there
 */
export function leaveOut(
  type: string,
  content: JsonValue,
  declared: Declarations,
  items: readonly string[],
): { readonly content: JsonValue; readonly declarations: Declarations } | undefined {
  const { schema } = messageTypeOf(type);
  const found = new Set(fieldsOf(schema, content).map(({ id }) => id));
  const gone = new Set(items.map(fieldOf));
  if (![...gone].every((field) => found.has(field))) throw new ClassificationError('ITEM_UNKNOWN', 'items');
  const left = without(content, '', gone);
  if (left === undefined || validateContent(type, left).length > 0) return undefined;
  const stays = new Set(fieldsOf(schema, left).map(({ id }) => id));
  const declarations = Object.fromEntries(
    Object.entries(declared).map(([name, map]) => [
      name,
      Object.fromEntries(Object.entries((map ?? {}) as object).filter(([item]) => stays.has(fieldOf(item)))),
    ]),
  );
  return { content: left, declarations };
}

/** @returns undefined when nothing is left of the value */
function without(value: JsonValue, path: string, gone: ReadonlySet<string>): JsonValue | undefined {
  if (gone.has(path)) return undefined;
  if (Array.isArray(value)) {
    const members = (value as readonly JsonValue[]).map((member, at) => without(member, `${path}.${at}`, gone));
    const first = members.indexOf(undefined);
    if (first === 0) return undefined;
    return members.slice(0, first < 0 ? members.length : first) as JsonValue[];
  }
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(
    ([name, member]) => [name, without(member, path === '' ? name : `${path}.${name}`, gone)] as const,
  );
  const left = members.filter(([, member]) => member !== undefined);
  return left.length === 0 && members.length > 0 ? undefined : (Object.fromEntries(left) as JsonValue);
}

/**
 * The referral without these items, checked under the facts its content then determines, and under those of the whole: whoever is left out
 * was there, and a protected identity leaves traces. The worse verdict counts.
 * @param input of the whole referral to one recipient
 * @returns undefined when it is no message of its type, or what is left would be classified otherwise than in the whole
 * @throws {ClassificationError} ITEM_UNKNOWN
 */
export function partWithout(referral: ReferralBody, input: CheckInput, items: readonly string[]): Part | undefined {
  const sender = input.directory.authority(input.sender);
  const left = leaveOut(referral.type, referral.content, referral.declarations ?? {}, items);
  if (sender === undefined || left === undefined) return undefined;
  const { recipient, on, claims: whole } = input;
  const context = { senderKind: sender.kind, recipient, on, assessments: whole.assessments };
  const built = buildClaims({ ...referral, ...left }, context);
  const stays = new Set(built.items.map(({ id }) => id));
  if (!isPartOf(built.items, whole.items)) return undefined;
  const assessments = whole.assessments.flatMap((assessment) => {
    const about = assessment.items.filter((item) => stays.has(item));
    return about.length === 0 ? [] : [{ ...assessment, items: about }];
  });
  const leavesOut = whole.items.flatMap(({ id }) => (stays.has(id) ? [] : [id]));
  const own: CheckInput = { ...input, claims: { ...built, assessments } };
  const ofWhole = leavingOut({ ...input, claims: { ...whole, assessments } }, leavesOut);
  const [verdict, other] = [check(own), check(ofWhole)];
  const worse =
    rank(ofWhole, other) > rank(own, verdict) ? { verdict: other, input: ofWhole } : { verdict, input: own };
  return { ...left, leavesOut, ...worse };
}

/** A field that is gone may have decided how another is classified. */
const isPartOf = (part: readonly ClaimItem[], whole: readonly ClaimItem[]): boolean => {
  const known = new Map(whole.map((item) => [item.id, JSON.stringify(item)]));
  return part.length > 0 && part.every((item) => known.get(item.id) === JSON.stringify(item));
};
const RANKS: readonly (WayOutcome | undefined)[] = ['permit', 'officer', 'legal-question', 'protected'];
const rank = (input: CheckInput, verdict: Verdict): number => {
  if (verdict.outcome === 'deny') return RANKS.length + 1;
  const at = RANKS.indexOf(outcomeOf(input, verdict));
  return at < 0 ? RANKS.length : at;
};

/**
 * The part that may go: the first for which nothing more is needed, else the largest that is carried, as the search for ways out found them,
 * each put to the test as a message of its own.
 * @param input that the verdict came from
 */
export function permittedPart(referral: ReferralBody, verdict: Verdict, input: CheckInput): PermittedPart {
  const tried = waysOut(verdict, input)
    .ways.filter(({ kind }) => kind === 'leave-out-items')
    .map(({ items = [] }) => tryPart(referral, input, items));
  const sendable = tried.filter(({ part }) => part !== undefined);
  const leavesOut = input.claims.items.map(({ id }) => id);
  return (
    sendable.find(({ outcome }) => outcome === 'permit') ??
    sendable[0] ??
    tried[0] ?? { keeps: [], leavesOut, why: 'nothing-carried' }
  );
}

function tryPart(referral: ReferralBody, input: CheckInput, items: readonly string[]): PermittedPart {
  const part = partWithout(referral, input, items);
  const leavesOut = part?.leavesOut ?? items;
  const keeps = input.claims.items.flatMap(({ id }) => (leavesOut.includes(id) ? [] : [id]));
  if (part === undefined) return { keeps, leavesOut, why: 'field-required' };
  const outcome = outcomeOf(part.input, part.verdict);
  return outcome === undefined ? { keeps, leavesOut, why: 'part-stopped' } : { keeps, leavesOut, outcome, part };
}

/**
 * Ways out where the content is at hand: one that leaves items out is told only when what is left is a message of its type and gains
 * something, with the items that then go and what the check says of the rest.
 * @param input that the verdict came from
 */
export function waysOutOf(referral: ReferralBody, verdict: Verdict, input: CheckInput): Found {
  const { ways, facts } = waysOut(verdict, input);
  const told = ways.flatMap((way): readonly WayOut[] => {
    if (way.items === undefined) return [way];
    const bases = way.bases?.map((id) => ({ id })) ?? referral.bases;
    const { keeps, leavesOut, outcome } = tryPart({ ...referral, bases }, claiming(input, bases), way.items);
    if (outcome === undefined || rankOf({ outcome }) >= rankOfVerdict(verdict)) return [];
    return [{ ...way, items: leavesOut, keeps, outcome }];
  });
  return { ways: ways.length > 0 && told.length === 0 ? [noWay(verdict)] : told, facts };
}
