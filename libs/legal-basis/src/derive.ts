import type { JsonValue } from '#json';
import { fieldAt, isFreeText, isObject } from './classify.js';
import { yearsBetween } from './dates.js';
import { birthDateOf } from './identity-numbers.js';
import { messageTypeOf } from './message-type.js';
import type { ClaimItem, Facts, LocalDate } from './types.js';

type Person = { readonly [key: string]: JsonValue };
/** Fewer characters than this state no circumstances (lag 2008:206 4 §). */
const LEAST_CIRCUMSTANCES = 20;
/**
 * Marks of security classification (säkerhetsskyddslagen 2018:585 2 kap. 5 §): säkerhetsskydd is refused at the gateway. A mark in
 * capitals or the words of the act; a text that merely speaks of something secret is not one.
 */
const SECURITY_MARKS = [
  /\b(HEMLIG|KONFIDENTIELL)\b/u,
  /\b(kvalificerat|begränsat)\s+hemlig\b|säkerhetsskyddsklass/iu,
] as const;

/** Every person in the content: an object with a protection status. */
function personsIn(value: JsonValue): Person[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(personsIn);
  if (!isObject(value)) return [];
  return [...(Object.hasOwn(value, 'protection') ? [value] : []), ...Object.values(value).flatMap(personsIn)];
}
function marked(value: JsonValue): boolean {
  if (typeof value === 'string') return SECURITY_MARKS.some((mark) => mark.test(value.normalize('NFC')));
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some(marked);
  return isObject(value) && Object.values(value).some(marked);
}

/** A text about persons when no person stands in a field says nothing of their protection. */
function protectedIdentity(persons: readonly Person[], items: readonly ClaimItem[]): 'none' | 'marked' | 'unknown' {
  const statuses = persons.map((person) => person['protection']);
  if (statuses.some((status) => status !== 'none' && status !== 'unknown')) return 'marked';
  if (persons.length === 0)
    return items.some((item) => isFreeText(item) && PERSONS.has(item.about)) ? 'unknown' : 'none';
  return statuses.includes('unknown') ? 'unknown' : 'none';
}
const PERSONS: ReadonlySet<string> = new Set(['subject', 'other-person', 'informant']);

const BANDS = [
  { below: 15, band: 'under-15' },
  { below: 18, band: '15-17' },
  { below: 21, band: '18-20' },
] as const;
function ageBandOf(person: Person, on: LocalDate): string {
  const number = person['personalIdentityNumber'];
  const stated = person['birthDate'];
  const birth = typeof number === 'string' ? birthDateOf(number) : typeof stated === 'string' ? stated : undefined;
  if (birth === undefined) return 'unknown';
  const age = yearsBetween(birth, on);
  return BANDS.find(({ below }) => age < below)?.band ?? '21-plus';
}
/**
 * The band they all are in. Children of both bands are told as the older one: every rule that asks treats them alike. Others side by side are
 * `unknown`: what the law says of the one does not hold for the other.
 */
function bandOf(persons: readonly Person[], on: LocalDate): string {
  const bands = new Set(persons.map((person) => ageBandOf(person, on)));
  if (bands.size <= 1) return [...bands][0] ?? 'no-person';
  return bands.size === 2 && bands.has('under-15') && bands.has('15-17') ? '15-17' : 'unknown';
}

export interface DeriveContext {
  /** Of this content. */
  readonly items: readonly ClaimItem[];
  /** Day of disclosure, on which ages are counted. */
  readonly on: LocalDate;
  /** What travels beside the content: subject and secrecy mark, where a classification is marked too. */
  readonly registration?: JsonValue | undefined;
}
/** Someone under 15 among them: who is suspected may be a child, whoever else is. */
const isChildAmong = (persons: readonly Person[], on: LocalDate): boolean =>
  persons.some((person) => ageBandOf(person, on) === 'under-15');

/**
 * Facts that content determines, computed at both ends and never declared.
 * @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN
 */
export function derive(type: string, content: JsonValue, { items, on, registration = null }: DeriveContext): Facts {
  const rule = messageTypeOf(type).derive;
  const persons = personsIn(content);
  const personsAt = (paths: readonly string[]): Person[] =>
    paths.flatMap((path) => personsIn(fieldAt(content, path) ?? null));
  const subjects = personsAt(rule.subjects ?? []);
  const ageBand = bandOf(subjects, on);
  const benefit = rule.benefit === undefined ? undefined : fieldAt(content, rule.benefit);
  const circumstances = rule.circumstances === undefined ? undefined : fieldAt(content, rule.circumstances);
  const stage = rule.award === undefined ? undefined : fieldAt(content, rule.award);
  return {
    ageBand,
    ...(ageBand !== 'under-15' && isChildAmong(subjects, on) ? { childAmongSubjects: true } : {}),
    ...(rule.victims === undefined ? {} : { victimAgeBand: bandOf(personsAt(rule.victims), on) }),
    circumstancesStated: typeof circumstances === 'string' && circumstances.trim().length >= LEAST_CIRCUMSTANCES,
    protectedIdentity: protectedIdentity(persons, items),
    ...(persons.some((person) => person['deceased'] === true) ? { deceased: true } : {}),
    ...(marked(content) || marked(registration) ? { securityMarking: true } : {}),
    ...(typeof benefit === 'string' ? { benefit } : {}),
    ...(stage === undefined ? {} : { awardDecided: stage === 'after-award' }),
  };
}
