import { join } from 'node:path';
import { ruleSets } from '#legal-basis';
import { MutantTrial, chosenMutations, readLawBook, readScenarios, scenarioFiles } from '#rules';

/** Faults put into the newest rule set: each is caught by scenarios or check, or shown to change no verdict. `--all` tries every one. */
const root = process.env['DELGE_ROOT'] ?? process.cwd();
const folder = join(root, 'libs/legal-basis/scenarios');
const corpus = readScenarios(scenarioFiles(folder), folder);
const { table } = readLawBook(join(root, 'libs/legal-basis/law-table'));
const ruleSet = ruleSets.at(-1);
if (ruleSet === undefined || table === undefined) throw new Error('there is no rule set to put faults into');

const begun = performance.now();
const short = process.argv.includes('--short');
const chosen = chosenMutations(ruleSet, process.argv.includes('--all') ? Number.POSITIVE_INFINITY : short ? 4 : 10);
const trial = new MutantTrial(ruleSet, corpus, table);
const counts = new Map<string, number>();
for (const mutation of chosen) {
  const { caught, by } = trial.try(mutation);
  counts.set(caught, (counts.get(caught) ?? 0) + 1);
  if (caught === 'survived' || caught === 'equivalent')
    process.stdout.write(`${caught}: ${mutation.operator}, ${mutation.at}${by === '' ? '' : ` (${by})`}\n`);
}
const told = [...counts].map(([caught, count]) => `${caught} ${count}`).join(', ');
process.stdout.write(`${chosen.length} faults: ${told}; ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
process.exitCode = (counts.get('survived') ?? 0) === 0 ? 0 : 1;
