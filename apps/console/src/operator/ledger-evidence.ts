import { parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { LedgerKeys, OperatorClient } from '#operator';
import type { Trust } from '#snapshot';
import { openCheckpoint } from '#tlog/verify';
import type { Verification } from '#tlog/verify';
import { typOf } from '#envelope';
import type { EvidenceFile } from '#verifier';
import { Evidence } from '../application/evidence.js';
import { ConsoleError } from '../application/ports.js';
import type { Acting } from '../application/ports.js';

const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 8 };
interface Item {
  readonly entryId: string;
  readonly entry: string;
  readonly blind: string;
  readonly annex?: string;
}
interface Dated {
  readonly proof: string;
  readonly before?: string;
}

/** Puts an evidence file together of what the ledger shows an auditor, and of what is open. Rule sets are those that the verifier has. */
export class LedgerEvidence extends Evidence {
  constructor(
    private readonly ledger: OperatorClient,
    private readonly ledgerKeys: LedgerKeys,
    private readonly parsed: Trust,
    override readonly trust: Uint8Array,
    private readonly verification: Verification,
  ) {
    super();
  }

  override async of(acting: Acting, messageId: string): Promise<EvidenceFile | undefined> {
    const proven = await this.proven(acting, messageId);
    return proven === undefined ? undefined : { ...proven, keys: await this.keys() };
  }

  override async proven(
    { auditor, assignment }: Acting,
    messageId: string,
  ): Promise<Omit<EvidenceFile, 'keys'> | undefined> {
    return answered(async () => {
      const shown = await this.ledger.post('/log/v1/disclosure/reviews', { auditor, assignment, messageId });
      if (shown === undefined) return undefined;
      const { items } = read<{ readonly items: readonly Item[] }>(shown);
      const own = items.filter(({ entry }) => OF_A_MESSAGE.includes(typOf(entry) ?? ''));
      if (own.length === 0) return undefined;
      const entryIds = own.map(({ entryId }) => entryId);
      const dated = await this.ledger.post('/log/v1/disclosure/dated-proofs', { entryIds });
      const { proofs } = read<{ readonly proofs: Readonly<Record<string, Dated>> }>(dated);
      const entries = own.flatMap(({ entryId, entry, blind, annex }) => {
        const proven = proofs[entryId];
        return proven === undefined ? [] : [{ entry, blind, ...(annex === undefined ? {} : { annex }), ...proven }];
      });
      const { disclosure, keys } = this.parsed.logs;
      const origins = { disclosure: disclosure.origin, keys: keys.origin };
      return { format: 'delge-evidence/1', origins, messageId, entries };
    });
  }

  override async keys(): Promise<EvidenceFile['keys']> {
    return answered(async () => {
      const checkpoint = await this.ledgerKeys.checkpoint(0n, false);
      const { size } = openCheckpoint(checkpoint, this.parsed.logs.keys, this.verification);
      const entries: string[] = [];
      while (BigInt(entries.length) < size) {
        const more = await this.ledgerKeys.entries(BigInt(entries.length), size);
        if (more.length === 0) throw new OperatorError('ledger', undefined);
        entries.push(...more.map((entry) => Buffer.from(entry).toString('utf8')));
      }
      return { checkpoint, entries };
    });
  }
}

const answered = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperatorError) throw new ConsoleError('NOT_READY');
    throw error;
  }
};

const OF_A_MESSAGE: readonly string[] = ['delge-decision+jws', 'delge-notice+jws'];

const read = <T>(body: Uint8Array | undefined): T => {
  if (body === undefined) throw new OperatorError('ledger', 404);
  return parseStrict(body, LIMITS) as unknown as T;
};
