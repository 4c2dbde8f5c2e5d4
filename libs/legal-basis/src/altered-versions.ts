import { canonicalize } from '#json';

/** What tells more of a text and makes no other rule of it. `until` besides: a version may end, and never hold for longer. */
const MAY_CHANGE = [
  'until',
  'confirmedFrom',
  'confirmedUntil',
  'source',
  'certainty',
  'titleSv',
  'titleEn',
  'readings',
];
/** Set 2 made the wordings of lag (2008:206) 3 § stricter before anybody had adopted them outside a sandbox. */
const EXCEPTED: { readonly [number: number]: readonly string[] } = {
  1: ['2008-06-01', '2020-01-01', '2024-01-01', '2026-01-01'].map((from) => `LUF-2008-206-3@${from}`),
};

/** As much of a rule set as is compared; of one for an engine to come no more is known. */
export interface Versioned {
  readonly number: number;
  readonly versions: readonly { readonly id: string; readonly from: string; readonly until?: string }[];
}

/**
 * Adoptions name basis versions by id, so what an authority has adopted must not become another rule under the same id, unread.
 * @returns ids of versions that the later set alters or leaves out, e.g. `BBL-6@2020-01-01`
 */
export function alteredVersions(earlier: Versioned, later: Versioned): readonly string[] {
  const idOf = ({ id, from }: Versioned['versions'][number]): string => `${id}@${from}`;
  const now = new Map(later.versions.map((version) => [idOf(version), version]));
  const rule = (version: object): string =>
    canonicalize(Object.fromEntries(Object.entries(version).filter(([member]) => !MAY_CHANGE.includes(member))));
  return earlier.versions.flatMap((version) => {
    const id = idOf(version);
    const same = now.get(id);
    const lasts = version.until !== undefined && (same?.until === undefined || same.until > version.until);
    const kept = same !== undefined && !lasts && rule(version) === rule(same);
    return kept || EXCEPTED[earlier.number]?.includes(id) === true ? [] : [id];
  });
}
