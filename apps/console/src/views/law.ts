import { diffWordsWithSpace } from 'diff';
import { ruleSets } from '#legal-basis';
import type { BasisVersion } from '#legal-basis';

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

const VERSION_ONLY = ['id', 'from', 'until', 'sfs', 'source', 'certainty', 'confirmedFrom', 'confirmedUntil'];

/** What a version demands, one line a member: the rule as it is checked. */
export const ruleText = (version: BasisVersion): string =>
  Object.entries(version)
    .filter(([name]) => !VERSION_ONLY.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');

export interface Change {
  readonly value: string;
  readonly added: boolean;
  readonly removed: boolean;
}
/** Word by word. */
export const changesBetween = (before: BasisVersion, after: BasisVersion): readonly Change[] =>
  diffWordsWithSpace(ruleText(before), ruleText(after)).map(({ value, added, removed }) => ({
    value,
    added,
    removed,
  }));
