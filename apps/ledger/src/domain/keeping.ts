import type { StatementFault } from './statement.js';

/** Why a statement about keeping or erasing is not taken. */
export type KeepingFault =
  | StatementFault
  | 'entry-unknown'
  | 'too-many'
  | 'not-a-party'
  | 'other-message'
  | 'opening-differs'
  | 'not-erasable'
  | 'hold-unknown'
  | 'decision-unknown';

/** A statement that is not taken; nothing of it was kept. */
export class KeepingRefused extends Error {
  override readonly name = 'KeepingRefused';
  constructor(readonly code: KeepingFault) {
    super(code);
  }
}
