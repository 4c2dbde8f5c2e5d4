import { parseStrict } from '#json';
import { ruleSetByDigest } from '#legal-basis';
import { OperatorError } from '#operator';
import type { LedgerKeys, OperatorClient } from '#operator';
import type { Trust } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519, offerText } from '#tlog/build';
import { openCheckpoint } from '#tlog/verify';
import type { LogTrust } from '#tlog/verify';
import type {
  Dated,
  EvidenceSource,
  ExportSource,
  OpeningsFor,
  ShownOpening,
  ShownPeriod,
} from '../application/ports/evidence.js';
import { GatewayError, NotYet } from '../domain/errors.js';

type Item = Omit<ShownOpening, 'entry'> & { readonly entry?: string };
const TILE = /^(entries|[0-9]{1,2})\/(x[0-9]{3}\/){0,5}[0-9]{3}(\.p\/[0-9]{1,3})?$/;
const PAGE = 100;
const LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 8 };
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

/** What ledger and registry give a gateway for evidence. */
export class LedgerEvidence implements EvidenceSource, ExportSource {
  constructor(
    private readonly ledger: OperatorClient,
    private readonly ledgerKeys: LedgerKeys,
    private readonly registry: OperatorClient,
    private readonly trust: Trust,
  ) {}

  async dated(entryIds: readonly string[]): Promise<ReadonlyMap<string, Dated>> {
    const dated = new Map<string, Dated>();
    for (let at = 0; at < entryIds.length; at += PAGE) {
      const body = { entryIds: entryIds.slice(at, at + PAGE) };
      const answer = await answered('ledger', () => this.ledger.post('/log/v1/disclosure/dated-proofs', body));
      const { proofs } = read<{ readonly proofs: Readonly<Record<string, Dated>> }>(answer);
      for (const [entryId, one] of Object.entries(proofs)) dated.set(entryId, one);
    }
    return dated;
  }

  async openings(authority: string, messageId: string, purpose: OpeningsFor): Promise<readonly ShownOpening[]> {
    const shown: ShownOpening[] = [];
    for (let from: string | undefined = '0'; from !== undefined;) {
      const body: object = { authority, purpose, messageId, from };
      const answer = await answered('ledger', () => this.ledger.post('/log/v1/disclosure/looks', body));
      if (answer === undefined) break;
      const page: { readonly items: readonly Item[]; readonly next?: string } = read(answer);
      // What is erased has no entry.
      for (const { entryId, entry, blind, annex } of page.items)
        if (entry !== undefined) shown.push({ entryId, entry, blind, ...(annex === undefined ? {} : { annex }) });
      if (page.next !== undefined && BigInt(page.next) <= BigInt(from)) throw new NotYet('ledger');
      from = page.next;
    }
    return shown;
  }

  async period(authority: string, from: bigint, to: bigint): Promise<ShownPeriod> {
    const body = { authority, purpose: 'export', from: from.toString(), to: to.toString() };
    return read<ShownPeriod>(await answered('ledger', () => this.ledger.post('/log/v1/disclosure/looks', body)));
  }

  async sizeAt(at: string): Promise<bigint> {
    const path = `/log/v1/disclosure/size?at=${encodeURIComponent(at)}`;
    return BigInt(read<{ readonly size: string }>(await answered('ledger', () => this.ledger.get(path))).size);
  }

  /** @throws {GatewayError} NOT_FOUND */
  async checkpoint(log: 'disclosure' | 'keys'): Promise<string> {
    return Buffer.from(await this.file(`/log/v1/${log}/checkpoint`)).toString('utf8');
  }

  /** @param path what stands after `tile/` @throws {GatewayError} NOT_FOUND */
  tile(log: 'disclosure' | 'keys', path: string): Promise<Uint8Array> {
    if (!TILE.test(path)) throw new GatewayError('NOT_FOUND');
    return this.file(`/log/v1/${log}/tile/${path}`);
  }

  private async file(path: string): Promise<Uint8Array> {
    const bytes = await answered('ledger', () => this.ledger.get(path));
    if (bytes === undefined) throw new GatewayError('NOT_FOUND');
    return bytes;
  }

  keys(): Promise<{ readonly checkpoint: string; readonly entries: readonly string[] }> {
    return answered('ledger', async () => {
      const checkpoint = await this.ledgerKeys.checkpoint(0n, false);
      const size = sizeOf(checkpoint, this.trust.logs.keys);
      const entries: string[] = [];
      while (BigInt(entries.length) < size) {
        const more = await this.ledgerKeys.entries(BigInt(entries.length), size);
        if (more.length === 0) throw new NotYet('ledger');
        entries.push(...more.map((entry) => Buffer.from(entry).toString('utf8')));
      }
      return { checkpoint, entries };
    });
  }

  async ruleSet(sha256: string): Promise<string | undefined> {
    if (ruleSetByDigest(sha256, nodeSha256) !== undefined) return undefined;
    const bytes = await answered('rule-set', () => this.registry.get(`/v1/rule-sets/${sha256}`));
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  consistency(sizes: readonly bigint[]): Promise<readonly string[]> {
    return answered('ledger', async () => {
      const bytes = await this.ledger.get('/log/v1/disclosure/checkpoint');
      if (bytes === undefined) return [];
      const newest = Buffer.from(bytes).toString('utf8');
      const to = sizeOf(newest, this.trust.logs.disclosure);
      const proofs: string[] = [];
      for (const from of new Set(sizes.filter((size) => size <= to))) {
        const answer = await this.ledger.get(`/log/v1/disclosure/proof/consistency?from=${from}&to=${to}`);
        if (answer === undefined) continue;
        const { hashes } = read<{ readonly hashes: readonly string[] }>(answer);
        proofs.push(
          offerText(
            from,
            hashes.map((hash) => Buffer.from(hash, 'base64')),
            newest,
          ),
        );
      }
      return proofs;
    });
  }
}

const sizeOf = (note: string, trust: LogTrust): bigint => openCheckpoint(note, trust, verification).size;

const read = <T>(body: Uint8Array | undefined): T => {
  if (body === undefined) throw new NotYet('ledger');
  return parseStrict(body, LIMITS) as unknown as T;
};

const answered = async <T>(code: NotYet['code'], ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OperatorError) throw new NotYet(code);
    throw error;
  }
};
