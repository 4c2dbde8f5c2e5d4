import { examine } from './engine.js';
import { EngineError } from './errors.js';
import type { CheckInput, Verdict, VerdictCodes } from './types.js';

/** Raised when any verdict of the recorded corpus changes; earlier engines stay callable (design.md section 6). */
export const ENGINE_VERSION = 2;
/** Version 2 knows more members of a rule set; on a set that uses none of them the verdicts of version 1 are the same. */
const engines: ReadonlyMap<number, (input: CheckInput) => Verdict> = new Map([
  [1, examine],
  [2, examine],
]);

/**
 * Checks one message to one recipient against the law of one day.
 * @throws {EngineError} ENGINE_VERSION_UNKNOWN (a recipient holds), ENGINE_TOO_OLD for the rule set, DATE_INVALID, RULE_SET_INVALID
 */
export function check(input: CheckInput, engineVersion: number = ENGINE_VERSION): Verdict {
  const engine = engines.get(engineVersion);
  if (engine === undefined) throw new EngineError('ENGINE_VERSION_UNKNOWN', String(engineVersion));
  if (engineVersion < (input.ruleSet.engine ?? 1)) throw new EngineError('ENGINE_TOO_OLD', String(engineVersion));
  return engine(input);
}

const line = (code: string, basis?: string, provision?: string, detail?: string): string =>
  `${code} ${basis ?? '-'} ${provision ?? '-'} ${detail ?? '-'}`;
const sortedUnique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** The part of a verdict that a decision records. Item ids are left out; they follow from the claims. */
export function verdictCodes(verdict: Verdict): VerdictCodes {
  const codes = verdict.notes.map((note) => line(note.code, note.basis, undefined, note.question));
  if (verdict.outcome !== 'permit') {
    for (const o of verdict.obstacles) codes.push(line(o.code, o.basis, o.provision, o.detail));
    for (const m of verdict.missing) codes.push(line(m.code, m.basis, m.provision, m.test ?? m.question));
  }
  return {
    outcome: verdict.outcome,
    ...(verdict.outcome === 'assess' ? { kind: verdict.kind } : {}),
    ...(verdict.outcome === 'permit' ? { force: verdict.force, clock: verdict.clock } : {}),
    secrecy: verdict.secrecy.outcome,
    processing: verdict.processing.outcome,
    regime: verdict.processing.regime,
    bases: sortedUnique(verdict.carriedBy.flatMap(({ by }) => (by === 'INGET_MEN' ? [] : [by]))),
    codes: sortedUnique(codes),
  };
}
