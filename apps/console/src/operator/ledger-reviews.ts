import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import type { Reviews } from '../application/answer-auditor.js';
import { ConsoleError } from '../application/ports.js';
import type { Acting } from '../application/ports.js';

/** Has the ledger write down an auditor's look, within the bounds that it holds itself. */
export class LedgerReviews implements Reviews {
  constructor(private readonly ledger: OperatorClient) {}

  async look({ auditor, assignment }: Acting, messageId: string): Promise<boolean> {
    try {
      return (await this.ledger.post('/log/v1/disclosure/reviews', { auditor, assignment, messageId })) !== undefined;
    } catch (error) {
      if (error instanceof OperatorError) throw new ConsoleError('NOT_READY');
      throw error;
    }
  }
}
