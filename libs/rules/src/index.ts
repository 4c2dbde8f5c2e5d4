export { checkSpace, type SpaceReport } from './check-space.js';
export { readRules, ruleFiles } from './source.js';
export {
  readMessageTypeSources,
  readMessageTypes,
  type MessageTypeExample,
  type MessageTypeSource,
} from './message-types.js';
export { RuleSourceError } from './yaml.js';
export { readScenarios, scenarioFiles, ScenarioError } from './scenario-file.js';
export { scenarioInput } from './scenario-input.js';
export { runScenario, runScenarios, shortOf, wayName } from './scenario-run.js';
export type { Corpus, Difference, Result, Scenario } from './scenario-types.js';
export {
  changedVerdicts,
  readRecord,
  record,
  recordText,
  writeRecord,
  type RecordedCorpus,
  type RecordedSet,
} from './scenario-record.js';
export { Cases, carryingCase } from './carrying-case.js';
export { lawTable, type LawTable, type Section } from './law-table.js';
export { tableText } from './law-table-text.js';
export { checkRules, readLawBook, tableFile, type Checked, type LawBook, type Violation } from './check-rules.js';
export { MutantTrial, chosenMutations, type Tried } from './mutants.js';
export { diffRules, diffText, type RuleDifference, type Side } from './diff-rules.js';
