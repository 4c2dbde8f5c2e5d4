export { readRules, ruleFiles } from './source.js';
export { readMessageTypes } from './message-types.js';
export { RuleSourceError } from './yaml.js';
