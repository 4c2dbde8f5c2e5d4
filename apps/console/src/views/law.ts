import { diffWordsWithSpace } from 'diff';
import { ruleSets } from '#legal-basis';
import type { BasisVersion } from '#legal-basis';
import { ruleText } from './rule-words.js';
import type { Lang } from './words.js';

/** Every version of every basis that a released rule set has, the newest rule set's where two have it; by basis, oldest first. */
const versions: readonly BasisVersion[] = [
  ...new Map(ruleSets.flatMap((ruleSet) => ruleSet.versions.map((one) => [`${one.id}@${one.from}`, one]))).values(),
].sort((one, other) => (one.id === other.id ? (one.from < other.from ? -1 : 1) : one.id < other.id ? -1 : 1));

/** @param date local date in Europe/Stockholm */
export const versionsOn = (date: string): readonly BasisVersion[] =>
  versions.filter(({ from, until }) => from <= date && (until === undefined || date < until));

/** @param id of a basis; absent: of all */
export const versionsOf = (id?: string): readonly BasisVersion[] =>
  id === undefined ? versions : versions.filter((one) => one.id === id);

export interface Change {
  readonly value: string;
  readonly added: boolean;
  readonly removed: boolean;
}
/** Word by word. */
export const changesBetween = (lang: Lang, before: BasisVersion, after: BasisVersion): readonly Change[] =>
  diffWordsWithSpace(ruleText(lang, before), ruleText(lang, after)).map(({ value, added, removed }) => ({
    value,
    added,
    removed,
  }));
