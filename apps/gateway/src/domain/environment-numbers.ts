import { isOrganisationNumber, isPersonalIdentityNumber } from '#legal-basis';
import type { JsonValue } from '#json';
import type { Fault } from './errors.js';
import { isTestPerson } from './test-persons.js';

// Hyphens and dashes as word processors make them of one, minus signs and soft hyphens; spaces that break no line, and narrow ones.
const DASH = String.raw`\-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d`;
const SPACE = String.raw` \u00a0\u2007\u2009\u202f`;
// With a hyphen, a plus sign, a space or nothing before the last four, as people write them; no part of a longer number or of a UUID.
const PERSON = new RegExp(String.raw`(?<![\w-])(\d{8}|\d{6})[+${DASH}${SPACE}]?(\d{4})(?![\w-])`, 'g');
const COMPANY = new RegExp(String.raw`(?<![\w-])(?:16)?(\d{6})[${DASH}](\d{4})(?![\w-])`, 'g');
const CENTURIES = ['18', '19', '20'] as const;

/**
 * Persons and companies that do not belong in an environment, wherever they are written, free text included: outside production everybody but Skatteverket's
 * test persons and companies whose numbers cannot be assigned (no legal form begins with 4); in production just these.
 * @param path of the value, as in `violations`
 * @returns `not-a-test-person`, `not-a-test-company`; in production `test-person`, `test-company`. Never the number
 */
export function numbersOutOfPlace(isProduction: boolean, value: JsonValue, path: string): readonly Fault[] {
  if (typeof value === 'string') return faultsOf(isProduction, value).map((code) => ({ path, code }));
  if (Array.isArray(value))
    return value.flatMap((one, at) => numbersOutOfPlace(isProduction, one as JsonValue, `${path}.${at}`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => numbersOutOfPlace(isProduction, one, `${path}.${name}`));
}

function faultsOf(isProduction: boolean, text: string): readonly string[] {
  const persons = [...text.matchAll(PERSON)].flatMap(([, born = '', last = '']) => {
    const numbers = personsOf(born, last);
    return numbers.length === 0 ? [] : [numbers.some(isTestPerson)];
  });
  const companies = [...text.matchAll(COMPANY)].flatMap(([, first = '', last = '']) =>
    isOrganisationNumber(`${first}-${last}`) ? [first.startsWith('4')] : [],
  );
  return [
    ...(persons.includes(isProduction) ? [isProduction ? 'test-person' : 'not-a-test-person'] : []),
    ...(companies.includes(isProduction) ? [isProduction ? 'test-company' : 'not-a-test-company'] : []),
  ];
}

/** Twelve digits each; of ten digits every century in which they are a number. */
const personsOf = (born: string, last: string): readonly string[] =>
  (born.length === 8 ? [`${born}${last}`] : CENTURIES.map((century) => `${century}${born}${last}`)).filter(
    isPersonalIdentityNumber,
  );
