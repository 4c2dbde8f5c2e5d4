export { checkRules, type CheckReport } from './check.js';
export { readRules, ruleFiles } from './source.js';
export { readMessageTypes } from './message-types.js';
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
