import type { Command } from 'commander';
import { ENGINE_VERSION, ruleSets } from '#legal-basis';
import { changedVerdicts, readRecord, readScenarios, record, scenarioFiles, writeRecord } from '#rules';

/** record: refuses another verdict of the same engine */
export const recordCommand = (rules: Command): void => {
  rules
    .command('record')
    .description('record the verdicts of the scenarios; another verdict needs a higher engine version')
    .option('--scenarios <folder>', 'where the scenarios stand', 'libs/legal-basis/scenarios')
    .option('--recorded <folder>', 'where the records stand', 'libs/legal-basis/src/generated/recorded')
    .action(({ scenarios, recorded }: { readonly scenarios: string; readonly recorded: string }) => {
      const corpus = readScenarios(scenarioFiles(scenarios), scenarios);
      for (let engine = 1; engine <= ENGINE_VERSION; engine += 1) {
        const now = record(corpus, ruleSets, engine);
        const before = readRecord(recorded, engine);
        const changed = before === undefined ? [] : changedVerdicts(before, now);
        if (changed.length > 0)
          throw new Error(
            `engine ${engine} gives other verdicts than recorded; raise ENGINE_VERSION:\n${changed.join('\n')}`,
          );
        writeRecord(recorded, now);
        process.stdout.write(`engine ${engine}: ${corpus.scenarios.length} scenarios, ${now.sets.length} rule sets\n`);
      }
    });
};
