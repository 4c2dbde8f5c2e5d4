import type { LocalDate } from './types.js';

/** Luhn check over decimal digits, the last being the check digit. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const doubled = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * Birth date in a personnummer or samordningsnummer of twelve digits, `YYYYMMDDNNNC`; a samordningsnummer has 60 added to the day.
 * @returns undefined when the number is not well formed
 */
export function birthDateOf(number: string): LocalDate | undefined {
  if (!/^\d{12}$/.test(number) || !luhn(number.slice(2))) return undefined;
  const day = Number(number.slice(6, 8));
  const date = `${number.slice(0, 4)}-${number.slice(4, 6)}-${String(day > 60 ? day - 60 : day).padStart(2, '0')}`;
  const time = Date.parse(`${date}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : undefined;
}
export const isPersonalIdentityNumber = (text: string): boolean => birthDateOf(text) !== undefined;

/** `NNNNNN-NNNN`, third digit at least 2, so that it cannot be taken for a personnummer. */
export const isOrganisationNumber = (text: string): boolean =>
  /^\d{2}[2-9]\d{3}-\d{4}$/.test(text) && luhn(text.replace('-', ''));
