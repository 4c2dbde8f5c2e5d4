import type { AssignmentField, Filter, Offered, OfferedValue, Query } from '../application/ports.js';
import { FILTERS } from '../domain/query.js';
import { codesIn } from '../views/codes.js';
import { WORDS } from '../views/words.js';
import type { Lang } from '../views/words.js';
import type { Words } from '../views/words-sv.js';
import { withParameters } from './address.js';

const LABELS: Readonly<Record<Filter, keyof Words>> = {
  sender: 'filterSender',
  recipient: 'filterRecipient',
  senderKind: 'filterSenderKind',
  recipientKind: 'filterRecipientKind',
  record: 'filterRecord',
  outcome: 'filterOutcome',
  type: 'filterType',
  kind: 'filterKind',
  force: 'filterForce',
  purpose: 'filterPurpose',
  ground: 'filterGround',
  version: 'filterVersion',
  reason: 'filterReason',
  category: 'filterCategory',
  officer: 'filterOfficer',
  case: 'filterCase',
  message: 'filterMessage',
  index: 'filterIndex',
};
/** Words of offered values that are the pages' own, and not the law's or the directory's. */
const WORDED: Readonly<Partial<Record<Filter, (codes: ReturnType<typeof codesIn>, code: string) => string>>> = {
  senderKind: (codes, code) => codes.authorityKind(code),
  recipientKind: (codes, code) => codes.authorityKind(code),
  record: (codes, code) => codes.record(code),
  type: (codes, code) => codes.type(code),
  kind: (codes, code) => codes.kind(code),
  purpose: (codes, code) => codes.code('purposes', code),
  reason: (codes, code) => codes.reason(code) ?? code,
};
const [sv, en] = [codesIn('sv'), codesIn('en')];
const worded = (lang: Lang, name: Filter, offered: readonly OfferedValue[]): readonly OfferedValue[] => {
  const words = WORDED[name];
  if (words === undefined) return offered;
  return offered
    .map(({ value }) => ({ value, sv: words(sv, value), en: words(en, value) }))
    .sort((one, other) => one[lang].localeCompare(other[lang], lang));
};

/** Shown without opening "more". */
const FIRST: readonly Filter[] = ['sender', 'recipient', 'outcome', 'type', 'ground'];

export interface FilterField {
  readonly name: Filter;
  readonly label: string;
  readonly first: boolean;
  readonly values: readonly string[];
  /** Absent: one that is written. */
  readonly offered?: readonly OfferedValue[];
}

/** The fields of the search form: those that the assignment opens. A value that is asked for and not offered stays chosen. */
export const filterFields = (
  lang: Lang,
  { filters }: Query,
  offered: Offered,
  fields: readonly AssignmentField[],
): readonly FilterField[] =>
  (Object.keys(FILTERS) as Filter[])
    .filter((name) => fields.includes(FILTERS[name].field))
    .map((name) => {
      const values = filters[name] ?? [];
      const known = offered[name];
      const missing = values.filter((value) => known?.every((one) => one.value !== value) === true);
      const label = WORDS[lang][LABELS[name]];
      const field = { name, label, first: FIRST.includes(name), values };
      if (known === undefined) return field;
      const bare = missing.map((value) => ({ value, sv: value, en: value }));
      return { ...field, offered: worded(lang, name, [...bare, ...known]) };
    });

/** One value that was asked for, in words, and the address of the question without it. */
export interface ChosenFilter {
  readonly text: string;
  readonly without: string;
}
/** @param address of the page with the whole question */
export const chosenFilters = (
  lang: Lang,
  { from, until, overdue }: Query,
  fields: readonly FilterField[],
  address: string,
): readonly ChosenFilter[] => {
  const { fromDate, untilDate, overdueOnly } = WORDS[lang];
  const without = (name: string): string => withParameters(address, { [name]: undefined });
  return [
    ...(from === undefined ? [] : [{ text: `${fromDate}: ${from}`, without: without('from') }]),
    ...(until === undefined ? [] : [{ text: `${untilDate}: ${until}`, without: without('until') }]),
    ...fields.flatMap(({ name, label, values, offered }) =>
      values.map((value) => ({
        text: `${label}: ${offered?.find((one) => one.value === value)?.[lang] ?? value}`,
        without: withoutValue(address, name, value),
      })),
    ),
    ...(overdue === true ? [{ text: overdueOnly, without: without('overdue') }] : []),
  ];
};

const withoutValue = (address: string, name: Filter, value: string): string => {
  const [at = '', query] = address.split('?');
  const parameters = new URLSearchParams(query);
  parameters.delete(name, value);
  return parameters.size === 0 ? at : `${at}?${parameters.toString()}`;
};

/** Names of authorities as far as they are offered; else the id itself. */
export const namesIn =
  (lang: Lang, { sender = [], recipient = [] }: Offered) =>
  (id: string): string =>
    [...sender, ...recipient].find(({ value }) => value === id)?.[lang] ?? id;

/** A question in words: each filter that is asked for, with its values. */
export const askedIn = (
  lang: Lang,
  query: Query,
  offered: Offered,
  fields: readonly AssignmentField[],
): readonly { readonly label: string; readonly values: readonly string[] }[] => {
  const words = WORDS[lang];
  const { from, until, overdue } = query;
  const asked = filterFields(lang, query, offered, fields)
    .filter(({ values }) => values.length > 0)
    .map(({ label, values, offered: known }) => ({
      label,
      values: values.map((value) => known?.find((one) => one.value === value)?.[lang] ?? value),
    }));
  return [
    ...(from === undefined ? [] : [{ label: words.fromDate, values: [from] }]),
    ...(until === undefined ? [] : [{ label: words.untilDate, values: [until] }]),
    ...asked,
    ...(overdue === true ? [{ label: words.overdueOnly, values: [words.yes] }] : []),
  ];
};
