import { impact } from '#replay';
import type { By, FallsOut, NotReplayable } from '#replay';
import type { History } from './history.js';
import { REASONS } from './replay.js';

/** What stored decisions would say under two rule sets, as `--json` gives it. */
export interface StoredImpact {
  readonly before: string;
  readonly after: string;
  readonly decisions: number;
  readonly unchanged: number;
  /** By kind of change, e.g. `permit → assess/officer`. */
  readonly changes: Readonly<Record<string, number>>;
  readonly notComputed: Readonly<Partial<Record<NotReplayable, number>>>;
  readonly changed: readonly FallsOut[];
  readonly withheld: readonly { readonly entryId: string; readonly code: NotReplayable }[];
}
/** One way to compute, and what it is called. */
export interface Named extends By {
  readonly name: string;
}

export async function storedImpact(history: History, a: Named, b: Named): Promise<StoredImpact> {
  const changed: FallsOut[] = [];
  const withheld: { readonly entryId: string; readonly code: NotReplayable }[] = [];
  for (const recorded of history.decisions) {
    const one = await impact(recorded, history.keys, [a, b], history.ruleSetOf);
    if (one.outcome === 'changed') changed.push(one);
    else if (one.outcome === 'not-computed') withheld.push({ entryId: one.entryId, code: one.code });
  }
  return {
    before: a.name,
    after: b.name,
    decisions: history.decisions.length,
    unchanged: history.decisions.length - changed.length - withheld.length,
    changes: counted(changed.map(({ before, after }) => `${shortOf(before)} → ${shortOf(after)}`)),
    notComputed: counted(withheld.map(({ code }) => code)),
    changed,
    withheld,
  };
}

const counted = (all: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, same]) => [one, same.length]));

/** Codes as a decision records them; one that was stopped before the law was asked has `verification` alone. */
interface Codes {
  readonly outcome: keyof typeof OUTCOMES;
  readonly kind?: string;
  readonly force?: string;
  readonly bases?: readonly string[];
  readonly codes?: readonly string[];
}
const OUTCOMES = { permit: 'inget formellt hinder', assess: 'bedömning saknas', deny: 'formellt hinder' } as const;
const shortOf = (of: object): string => {
  const { outcome, kind } = of as Codes;
  return kind === undefined ? outcome : `${outcome}/${kind}`;
};
const inWords = (short: string): string =>
  short.replaceAll(/permit|assess|deny/g, (outcome) => OUTCOMES[outcome as keyof typeof OUTCOMES]);

/** Outcome, and what the other side does not say. */
const cell = (of: object, other: object): string => {
  const parts = (codes: object): readonly string[] => {
    const { force, bases = [], codes: told = [] } = codes as Codes;
    return [...(force === undefined ? [] : [force]), ...bases, ...told];
  };
  const own = parts(of).filter((one) => !parts(other).includes(one));
  return [inWords(shortOf(of)), ...own].join('<br>').replaceAll('|', '\\|');
};

/** As a Markdown table for jurists to sign. */
export function impactText(found: StoredImpact): string {
  const { before, after, decisions, unchanged, changes, notComputed, changed, withheld } = found;
  const rows = changed.map(
    (one) =>
      `| ${one.messageId} | ${one.sender} | ${one.recipient} | ${one.messageType} | ${cell(one.before, one.after)} | ${cell(one.after, one.before)} |`,
  );
  const missing = Object.entries(notComputed) as [NotReplayable, number][];
  return [
    `# Kontrollposter som faller ut annorlunda: ${before} → ${after}`,
    '',
    ...(rows.length === 0
      ? ['Inga skillnader.']
      : [
          '| Meddelande | Avsändare | Mottagare | Typ | Före | Efter |',
          '| --- | --- | --- | --- | --- | --- |',
          ...rows,
          '',
          '| Ändring | Antal |',
          '| --- | --- |',
          ...Object.entries(changes).map(([kind, count]) => `| ${inWords(kind)} | ${count} |`),
        ]),
    '',
    `${decisions} kontrollposter: ${changed.length} faller ut annorlunda, ${unchanged} likadant, ${withheld.length} kan inte räknas om.`,
    ...(missing.length === 0
      ? []
      : [
          '',
          '| Kan inte räknas om | Orsak | Antal |',
          '| --- | --- | --- |',
          ...missing.map(([code, count]) => `| ${code} | ${REASONS[code]} | ${count} |`),
          '',
          ...withheld.map(({ entryId, code }) => `- ${entryId}: ${code}`),
        ]),
    '',
    'Granskad av: ______________________ Datum: ____________',
    'Granskad av: ______________________ Datum: ____________',
    '',
  ].join('\n');
}
