import { stockholmDate } from '#legal-basis';
import type { Statement } from '#snapshot';

/** What a jurist stated about the law at one authority, as the `keys` log has it. */
export type LawAct =
  | {
      readonly kind: 'adopted' | 'withdrawn';
      readonly authority: string;
      /** `<basis>@<from>` */
      readonly versions: readonly string[];
      readonly index: number;
      /** Day on which it was signed, Europe/Stockholm. */
      readonly day: string;
    }
  | {
      readonly kind: 'position';
      readonly authority: string;
      readonly question: string;
      readonly answer: 'allows' | 'prevents';
      /** Day from which on it is meant. */
      readonly from: string;
      readonly index: number;
      readonly day: string;
    };

/** @param statements of the `keys` log, from its first entry on @returns in the order of the log */
export const lawActsIn = (statements: readonly Statement[]): readonly LawAct[] =>
  statements.flatMap((statement, index): readonly LawAct[] => {
    const day = stockholmDate(new Date(statement.issuedAt));
    switch (statement.kind) {
      case 'rules-adopted':
      case 'adoption-withdrawn': {
        const { authority, versions } = statement;
        return [
          { kind: statement.kind === 'rules-adopted' ? 'adopted' : 'withdrawn', authority, versions, index, day },
        ];
      }
      case 'legal-position-taken': {
        const { authority, question, answer, from } = statement;
        return [{ kind: 'position', authority, question, answer, from, index, day }];
      }
      default:
        return [];
    }
  });

export interface Adoption {
  readonly authority: string;
  /** Day of the adoption that stands. */
  readonly since: string;
  readonly index: number;
}
export interface LawStanding {
  /** By `<basis>@<from>`. */
  readonly adoptions: ReadonlyMap<string, readonly Adoption[]>;
  readonly positions: readonly (LawAct & { readonly kind: 'position' })[];
}

/** What stood on a day, by the days on which it was signed: of what was signed on one day, the last. @param acts in the order of the log */
export function lawOn(acts: readonly LawAct[], day: string): LawStanding {
  const adoptions = new Map<string, Map<string, Adoption>>();
  const positions = new Map<string, LawAct & { readonly kind: 'position' }>();
  for (const act of acts) {
    if (act.day > day) continue;
    if (act.kind === 'position') {
      if (act.from <= day) positions.set(`${act.authority} ${act.question}`, act);
      continue;
    }
    for (const version of act.versions) {
      const by = adoptions.get(version) ?? new Map<string, Adoption>();
      adoptions.set(version, by);
      if (act.kind === 'withdrawn') by.delete(act.authority);
      else if (!by.has(act.authority))
        by.set(act.authority, { authority: act.authority, since: act.day, index: act.index });
    }
  }
  return {
    adoptions: new Map([...adoptions].map(([version, by]) => [version, [...by.values()]])),
    positions: [...positions.values()],
  };
}

/** Days on which something of the law changed: wordings that begin or end, and what jurists stated. @returns sorted, each once */
export const changeDays = (
  versions: readonly { readonly from: string; readonly until?: string | undefined }[],
  acts: readonly LawAct[],
): readonly string[] =>
  [
    ...new Set([
      ...versions.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until])),
      ...acts.flatMap((act) => (act.kind === 'position' ? [act.day, act.from] : [act.day])),
    ]),
  ].sort();
