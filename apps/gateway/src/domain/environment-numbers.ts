import { isOrganisationNumber, isPersonalIdentityNumber } from '#legal-basis';
import type { Fault } from './errors.js';
import { isTestPerson } from './test-persons.js';

// Hyphens and dashes as word processors make them of one, minus signs and soft hyphens.
const DASH = String.raw`\-\u00ad\u2010-\u2015\u2212`;
// Every space that breaks no line, and what has no width. Few, so that long runs of them cost nothing.
const SPACES = String.raw`[^\S\r\n\u2028\u2029]{0,3}[\u200b-\u200d\u2060]?`;
const between = (signs: string): string => `${SPACES}[${signs}]?${SPACES}`;
// As people write them, next to anything but a digit. Legal forms begin with none of 0, as telephone numbers do.
const PERSON = new RegExp(String.raw`(?<!\d)(\d{8}|\d{6})${between(`+.${DASH}`)}(\d{4})(?!\d)`, 'g');
const COMPANY = new RegExp(String.raw`(?<!\d)(?:16)?([1-9]\d{5})${between(DASH)}(\d{4})(?!\d)`, 'g');
/** UUIDs and longer hexadecimal ids: one in many has the digits of a number in it. */
const IDS = /(?<!\w)(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=\d*[a-f])[\da-f]{16,})(?!\w)/gi;
const CENTURIES = ['18', '19', '20'] as const;
/** Positions in the log, where they are digits alone. */
const POSITIONS = ['/from', '/to'];
const DIGITS = /^\d+$/;
/** Of ten; one sign may be two of them, as a number in a ring is. */
const DIGITS_ENOUGH = /(?:\p{N}\P{N}*){5}/u;

/**
 * Persons and companies that do not belong in an environment, wherever they are written, free text included: outside production everybody but Skatteverket's
 * test persons and companies whose numbers cannot be assigned (no legal form begins with 4); in production just these. An officer is never named by a
 * personal number, anywhere.
 * @param value of a body, as it was parsed
 * @param path its JSON pointer
 * @returns `not-a-test-person`, `not-a-test-company`; in production `test-person`, `test-company`; `personal-number` of an officer. Never the number
 */
export function numbersOutOfPlace(isProduction: boolean, value: unknown, path = ''): readonly Fault[] {
  if (typeof value === 'string')
    return POSITIONS.includes(path) && DIGITS.test(value)
      ? []
      : faultsOf(isProduction, value, path.endsWith('/officer')).map((code) => ({ path, code }));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one], at) => {
    const ofName = faultsOf(isProduction, name);
    // Its place is the one that holds it: the name is what must not be told, nor in the places below it.
    const told = ofName.length === 0 ? name.replaceAll('~', '~0').replaceAll('/', '~1') : at;
    return [...ofName.map((code) => ({ path, code })), ...numbersOutOfPlace(isProduction, one, `${path}/${told}`)];
  });
}

function faultsOf(isProduction: boolean, text: string, isOfficer = false): readonly string[] {
  // Most texts, told cheaply: whoever may send a body may fill it with names.
  if (!DIGITS_ENOUGH.test(text)) return [];
  // As it was written too: a digit that is raised behind a number, of a note, is none of the number.
  const texts = [...new Set([text, text.normalize('NFKC')])].map((one) => one.replaceAll(IDS, ' '));
  const persons = texts.flatMap(personsIn);
  const companies = texts.flatMap(companiesIn);
  return [
    ...(persons.includes(isProduction) ? [isProduction ? 'test-person' : 'not-a-test-person'] : []),
    ...(companies.includes(isProduction) ? [isProduction ? 'test-company' : 'not-a-test-company'] : []),
    ...(isOfficer && persons.length > 0 ? ['personal-number'] : []),
  ];
}

/** Of each person, whether it is a test person. */
const personsIn = (text: string): readonly boolean[] =>
  [...text.matchAll(PERSON)].flatMap(([, born = '', last = '']) => {
    const numbers = personsOf(born, last);
    return numbers.length === 0 ? [] : [numbers.some(isTestPerson)];
  });

/** Of each company, whether its number cannot be assigned. */
const companiesIn = (text: string): readonly boolean[] =>
  [...text.matchAll(COMPANY)].flatMap(([, first = '', last = '']) =>
    isOrganisationNumber(`${first}-${last}`) ? [first.startsWith('4')] : [],
  );

/** Twelve digits each; of ten digits every century in which they are a number. */
const personsOf = (born: string, last: string): readonly string[] =>
  (born.length === 8 ? [`${born}${last}`] : CENTURIES.map((century) => `${century}${born}${last}`)).filter(
    isPersonalIdentityNumber,
  );
