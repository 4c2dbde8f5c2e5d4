import { parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import type { KeepingLog } from '../application/ports/erasure.js';
import { GatewayError, NotYet } from '../domain/errors.js';

const PATH = '/log/v1/disclosure/keeping';

/** What parties state about keeping and erasing, at the ledger. */
export class LedgerKeeping implements KeepingLog {
  constructor(private readonly ledger: OperatorClient) {}

  async state(statement: string): Promise<{ readonly held: boolean }> {
    const answer = await this.answered(() => this.ledger.post(PATH, statement));
    const { held } = parseStrict(answer ?? new Uint8Array()) as { readonly held?: unknown };
    return { held: held !== false };
  }

  private async answered<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      if (error.status === 409) throw new GatewayError('ID_REUSE');
      if (error.status === 422)
        throw new GatewayError('ERASURE_REFUSED', { extensions: { code: error.code ?? 'refused' } });
      throw new NotYet('ledger');
    }
  }
}
