import { ASSIGNMENT_MUTATIONS } from './mutants-assignments.js';
import { EVIDENCE_MUTATIONS } from './mutants-evidence.js';
import { FILE_MUTATIONS } from './mutants-files.js';
import { KEEPING_MUTATIONS } from './mutants-keeping.js';
import { LEAGUE_MUTATIONS } from './mutants-league.js';
import { LOG_MUTATIONS } from './mutants-log.js';
import { LOOK_MUTATIONS } from './mutants-looks.js';
import { RECEIPT_MUTATIONS, RETRACTION_MUTATIONS } from './mutants-receipts.js';
import { SAMPLE_MUTATIONS } from './mutants-samples.js';
import { STATEMENT_MUTATIONS } from './mutants-statements.js';
import { TOGETHER_MUTATIONS } from './mutants-together.js';
import type { Mutation } from './mutation.js';

/** Every class of mutation; each gives as many variants as one likes. */
export const MUTATIONS: readonly Mutation[] = [
  ...FILE_MUTATIONS,
  ...LOG_MUTATIONS,
  ...LOOK_MUTATIONS,
  ...ASSIGNMENT_MUTATIONS,
  ...SAMPLE_MUTATIONS,
  ...STATEMENT_MUTATIONS,
  ...TOGETHER_MUTATIONS,
  ...RECEIPT_MUTATIONS,
  ...RETRACTION_MUTATIONS,
  ...LEAGUE_MUTATIONS,
  ...KEEPING_MUTATIONS,
  ...EVIDENCE_MUTATIONS,
];
