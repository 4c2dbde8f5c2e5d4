import { parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import type { ActProofs } from '../application/own.js';
import type { ActProof } from '../application/own-ports.js';
import { ConsoleError } from '../application/ports.js';
import type { Feed } from '../application/project-log.js';

/** Puts together what proves an auditor's own act. */
export class LedgerActs implements ActProofs {
  constructor(
    private readonly ledger: OperatorClient,
    private readonly feed: Pick<Feed, 'openings'>,
  ) {}

  async of(index: string, entryId: string): Promise<Pick<ActProof, 'entry' | 'blind' | 'proof'> | undefined> {
    try {
      const [fed] = await this.feed.openings(BigInt(index), 1);
      const dated = await this.ledger.post('/log/v1/disclosure/dated-proofs', { entryIds: [entryId] });
      if (fed?.opening === undefined || fed.index !== BigInt(index) || dated === undefined) return undefined;
      const { proofs } = parseStrict(dated) as unknown as {
        readonly proofs: Readonly<Record<string, { readonly proof: string }>>;
      };
      const { entry, blind } = fed.opening;
      const proven = proofs[entryId];
      return proven && { entry, blind: Buffer.from(blind).toString('base64url'), proof: proven.proof };
    } catch (error) {
      if (error instanceof OperatorError) throw new ConsoleError('NOT_READY');
      throw error;
    }
  }
}
