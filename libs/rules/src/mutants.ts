import { check, EngineError, verdictCodes, type RuleSet } from '#legal-basis';
import { Cases } from './carrying-case.js';
import { compareTables } from './check-rules.js';
import { apartFromBases } from './apart-from-bases.js';
import { rowsOf, versionId, type LawTable } from './law-table.js';
import { mutationsOf, type Mutation } from './mutations.js';
import { scenarioInput } from './scenario-input.js';
import { runScenarios, shortOf } from './scenario-run.js';
import type { Corpus } from './scenario-types.js';
import { timelineFaults } from './timeline.js';

/** What caught a fault; `equivalent`: no verdict of the space is another one. */
export type Caught = 'engine' | 'scenarios' | 'check' | 'equivalent' | 'survived';
export interface Tried {
  readonly mutation: Mutation;
  readonly caught: Caught;
  readonly by: string;
}

/** Faults of every operator in turn, seeded, and at least one in every basis. @param per most of one operator */
export function chosenMutations(ruleSet: RuleSet, per: number, seed = 20_261_124): readonly Mutation[] {
  const all = shuffled(mutationsOf(ruleSet), seed);
  const chosen = [...Map.groupBy(all, ({ operator }) => operator).values()].flatMap((some) => some.slice(0, per));
  const basisOf = ({ at }: Mutation): string => at.split('@')[0] ?? '';
  const hit = new Set(chosen.map(basisOf));
  for (const { id } of ruleSet.versions) {
    const more = hit.has(id) ? undefined : all.find((mutation) => basisOf(mutation) === id);
    if (more !== undefined) chosen.push(more);
    hit.add(id);
  }
  return chosen;
}

/** Puts faults into a rule set, one at a time, and sees what notices. */
export class MutantTrial {
  private readonly before = new Map<string, string>();
  private readonly originals: Cases;
  constructor(
    private readonly ruleSet: RuleSet,
    private readonly corpus: Corpus,
    private readonly signed: LawTable,
  ) {
    this.originals = new Cases(ruleSet, corpus.parties);
  }

  try(mutation: Mutation): Tried {
    const mutant = structuredClone(this.ruleSet) as Parameters<Mutation['change']>[0];
    mutation.change(mutant);
    const tried = (caught: Caught, by = ''): Tried => ({ mutation, caught, by });
    try {
      const failed = runScenarios(this.corpus, mutant).find(({ differences }) => differences.length > 0);
      if (failed !== undefined) return tried('scenarios', failed.scenario.name);
      const said = this.checked(mutation, mutant);
      if (said !== undefined) return tried('check', said);
      const other = this.differing(mutant);
      return other === undefined ? tried('equivalent') : tried('survived', other);
    } catch (error) {
      if (error instanceof EngineError) return tried('engine', error.message);
      throw error;
    }
  }

  /** Timeline and law table, the rows that the fault may touch alone. */
  private checked({ touches }: Mutation, mutant: RuleSet): string | undefined {
    let said: string | undefined;
    const fails = (rule: string, says: string): void => void (said ??= `${rule}: ${says}`);
    const [fault] = timelineFaults(mutant);
    if (fault !== undefined) return `timeline: ${fault}`;
    const cases = new Cases(mutant, this.corpus.parties);
    const apart = apartFromBases(cases);
    compareTables({ ...this.signed, versions: {} }, { ...apart, versions: {} }, fails);
    for (const rule of mutant.versions) {
      if (said !== undefined) break;
      if (touches?.(rule) === false) continue;
      const id = versionId(rule);
      const versions = { [id]: rowsOf(rule, cases) };
      compareTables({ ...apart, versions: { [id]: this.signed.versions[id] ?? {} } }, { ...apart, versions }, fails);
    }
    return said;
  }

  /** A scenario, on any of many days and between any parties, whose verdict is another under the mutant. */
  private differing(mutant: RuleSet): string | undefined {
    const names = [...this.corpus.parties.keys()];
    const days = ['2019-06-01', '2024-12-31', '2025-06-30', '2026-01-15', '2026-11-23', '2029-01-01'];
    for (const [at, scenario] of this.corpus.scenarios.entries())
      for (let turn = 0; turn < 12; turn += 1) {
        const pick = <T>(of: readonly T[], step: number): T => of[(at * 7 + turn * step) % of.length] as T;
        const variant = { ...scenario, from: pick(names, 5), to: pick(names, 11), on: pick(days, 1) };
        const codes = (set: RuleSet): string => {
          const said = verdictCodes(check(scenarioInput(variant, this.corpus.parties, set)));
          return [shortOf(said), said.clock, said.bases].join(' ');
        };
        const key = `${at} ${turn}`;
        let original = this.before.get(key);
        if (original === undefined) this.before.set(key, (original = codes(this.originals.ruleSet)));
        if (codes(mutant) !== original) return `${scenario.name}, ${variant.from} to ${variant.to} on ${variant.on}`;
      }
    return undefined;
  }
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const all = [...list];
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}
