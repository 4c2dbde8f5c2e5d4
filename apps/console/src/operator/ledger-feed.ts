import { parseStrict } from '#json';
import { OperatorError } from '#operator';
import type { OperatorClient } from '#operator';
import { disclosureLeaf } from '#tlog/verify';
import type { Sha256 } from '#tlog/verify';
import type { Fed, Feed } from '../application/project-log.js';

const LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 8 };
const MOST = 500;

interface Item {
  readonly idx: string;
  readonly entry?: string;
  readonly blind?: string;
  readonly annex?: string;
  readonly leaf?: string;
}

/** The disclosure log with its openings, as the ledger shows it to the console alone. */
export class LedgerFeed implements Feed {
  constructor(
    private readonly ledger: OperatorClient,
    private readonly sha256: Sha256,
  ) {}

  async checkpoint(): Promise<string> {
    return new TextDecoder('utf-8', { fatal: true }).decode(await this.get('/log/v1/disclosure/checkpoint'));
  }

  async openings(from: bigint, limit: number): Promise<readonly Fed[]> {
    const body = await this.get(`/log/v1/disclosure/openings?from=${from}&limit=${Math.min(limit, MOST)}`);
    const { items } = parseStrict(body, LIMITS) as unknown as { readonly items: readonly Item[] };
    return items.map((item) => this.fed(item));
  }

  private fed({ idx, entry, blind, annex, leaf }: Item): Fed {
    const index = BigInt(idx);
    // Of an opening that is erased the leaf alone is left.
    if (entry === undefined || blind === undefined) return { index, leaf: Buffer.from(leaf ?? '', 'base64url') };
    const opening = { entry, blind: Buffer.from(blind, 'base64url'), ...(annex === undefined ? {} : { annex }) };
    return { index, leaf: disclosureLeaf(opening.blind, Buffer.from(entry), this.sha256), opening };
  }

  private async get(path: string): Promise<Uint8Array> {
    const body = await this.ledger.get(path);
    if (body === undefined) throw new OperatorError('ledger', 404);
    return body;
  }
}
