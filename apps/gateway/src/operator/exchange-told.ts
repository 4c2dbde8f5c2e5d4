import { canonicalBytes, parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import type { ToldAgain, ToldAt, ToldItem, ToldLog } from '../application/ports/catch-up.js';

const LIMITS = { maxBytes: 64 * 1024 * 1024, maxDepth: 8 };

/** What the exchange told this gateway, as the exchange gives it again. Each is verified by who uses it. */
export class ExchangeTold implements ToldLog {
  constructor(private readonly exchange: OperatorClient) {}

  async list({ at, entryId }: ToldAt, limit: number): Promise<readonly ToldItem[]> {
    const of = entryId === undefined ? '' : `&entryId=${entryId}`;
    const path = `/v1/told?after=${encodeURIComponent(at.toISOString())}${of}&limit=${limit}`;
    const { items } = this.read<readonly (Omit<ToldItem, 'at'> & { readonly at: string })[]>(
      await this.exchange.get(path),
    );
    return items.map((item) => ({ ...item, at: new Date(item.at) }));
  }

  async bodies(asked: readonly ToldItem[]): Promise<readonly ToldAgain[]> {
    const items = asked.map(({ entryId, is }) => ({ entryId, is }));
    const answer = this.read<readonly (Omit<ToldAgain, 'octets'> & { readonly body: object })[]>(
      await this.exchange.post('/v1/told', { items }),
    );
    return answer.items.map((one) => ({ ...one, octets: canonicalBytes(one.body as never) }));
  }

  private read<T>(answer: Uint8Array | undefined): { readonly items: T } {
    if (answer === undefined) throw new OperatorError('exchange', 404);
    return parseStrict(answer, LIMITS) as unknown as { readonly items: T };
  }
}
