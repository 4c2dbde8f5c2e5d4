import type { JsonValue } from '#json';
import { fieldAt, isObject } from './classify.js';
import { yearsBetween } from './dates.js';
import { birthDateOf } from './identity-numbers.js';
import { messageTypeOf } from './message-type.js';
import type { Facts, LocalDate } from './types.js';

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

function protectedIdentity(persons: readonly Person[]): 'none' | 'marked' | 'unknown' {
  const statuses = persons.map((person) => person['protection']);
  if (statuses.some((status) => status !== 'none' && status !== 'unknown')) return 'marked';
  return statuses.includes('unknown') ? 'unknown' : 'none';
}

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
/** The youngest band among the subjects; a child is told even when another's age is unknown. */
function youngest(persons: readonly Person[], on: LocalDate): string {
  const bands = persons.map((person) => ageBandOf(person, on));
  if (bands.length === 0) return 'no-person';
  return ['under-15', 'unknown', '15-17', '18-20', '21-plus'].find((band) => bands.includes(band)) ?? 'unknown';
}
/** Band of the victims; children beside others are `unknown`: what the law says of the one does not hold for the other. */
function victimBand(persons: readonly Person[], on: LocalDate): string {
  const minors = persons.filter((person) => ['under-15', '15-17'].includes(ageBandOf(person, on)));
  return minors.length > 0 && minors.length < persons.length ? 'unknown' : youngest(persons, on);
}

/**
 * Facts that content determines, computed at both ends and never declared.
 * @param on day of disclosure, on which ages are counted
 * @param registration what travels beside the content: subject and secrecy mark, where a classification is marked too
 * @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN
 */
export function derive(type: string, content: JsonValue, on: LocalDate, registration: JsonValue = null): Facts {
  const rule = messageTypeOf(type).derive;
  const persons = personsIn(content);
  const personsAt = (paths: readonly string[]): Person[] =>
    paths.flatMap((path) => personsIn(fieldAt(content, path) ?? null));
  const benefit = rule.benefit === undefined ? undefined : fieldAt(content, rule.benefit);
  const circumstances = rule.circumstances === undefined ? undefined : fieldAt(content, rule.circumstances);
  const stage = rule.award === undefined ? undefined : fieldAt(content, rule.award);
  return {
    ageBand: youngest(personsAt(rule.subjects ?? []), on),
    ...(rule.victims === undefined ? {} : { victimAgeBand: victimBand(personsAt(rule.victims), on) }),
    circumstancesStated: typeof circumstances === 'string' && circumstances.trim().length >= LEAST_CIRCUMSTANCES,
    protectedIdentity: protectedIdentity(persons),
    ...(persons.some((person) => person['deceased'] === true) ? { deceased: true } : {}),
    ...(marked(content) || marked(registration) ? { securityMarking: true } : {}),
    ...(typeof benefit === 'string' ? { benefit } : {}),
    ...(stage === undefined ? {} : { awardDecided: stage === 'after-award' }),
  };
}
