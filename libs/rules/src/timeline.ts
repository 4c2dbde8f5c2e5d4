import type { RuleSet } from '#legal-basis';

/** @returns in words: overlaps, holes and ends before beginnings, per basis; each version begins where the one before it ends */
export function timelineFaults({ versions }: Pick<RuleSet, 'versions'>): readonly string[] {
  const faults: string[] = [];
  for (const [id, all] of Map.groupBy(versions, (version) => version.id)) {
    const own = [...all].sort((a, b) => (a.from < b.from ? -1 : 1));
    for (const [at, { from, until }] of own.entries()) {
      const next = own[at + 1];
      if (until !== undefined && until <= from) faults.push(`${id}@${from} ends before it begins`);
      if (next === undefined || until === next.from) continue;
      const what = until === undefined || until > next.from ? 'overlap' : 'leave a hole';
      faults.push(`${id}: the versions of ${from} and ${next.from} ${what}`);
    }
  }
  return faults;
}
