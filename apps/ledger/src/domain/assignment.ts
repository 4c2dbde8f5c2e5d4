import type { StatementFault } from './statement.js';

/** Why an assignment or its end is not taken. */
export type AssignmentFault = StatementFault | 'expiry';

/** One that is not taken; nothing of it was kept. */
export class AssignmentRefused extends Error {
  override readonly name = 'AssignmentRefused';
  constructor(readonly code: AssignmentFault) {
    super(code);
  }
}
