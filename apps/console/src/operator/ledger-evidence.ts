import { typOf } from '#envelope';
import { parseStrict } from '#json';
import { ruleSetByDigest } from '#legal-basis';
import { Cooperations, OperatorError } from '#operator';
import type { LedgerKeys, OperatorClient } from '#operator';
import { cooperationJson } from '#snapshot';
import type { Trust } from '#snapshot';
import { offerText } from '#tlog/build';
import { openCheckpoint, parseProof } from '#tlog/verify';
import type { Verification } from '#tlog/verify';
import { needsOf } from '#verifier';
import type { EvidenceFile, ProvenEntry } from '#verifier';
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

/** Puts an evidence file together of what the ledger shows an auditor, of what is open, and of what the registry has that verdicts are computed again by. */
export class LedgerEvidence extends Evidence {
  private readonly opened: Cooperations;

  constructor(
    private readonly ledger: OperatorClient,
    private readonly ledgerKeys: LedgerKeys,
    private readonly registry: OperatorClient,
    private readonly parsed: Trust,
    override readonly trust: Uint8Array,
    private readonly verification: Verification,
  ) {
    super();
    this.opened = new Cooperations(registry);
  }

  override async of(acting: Acting, messageId: string, since?: bigint): Promise<EvidenceFile | undefined> {
    const proven = await this.proven(acting, messageId, since);
    return proven === undefined ? undefined : { ...proven, keys: await this.keys() };
  }

  override async proven(
    { auditor, assignment }: Acting,
    messageId: string,
    since?: bigint,
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
      const needs = needsOf(entries);
      const ruleSets = await present(needs.ruleSets.map((digest) => this.ruleSet(digest)));
      const cooperations = await present(needs.cooperations.map((id) => this.cooperation(id)));
      return {
        ...{ format: 'delge-evidence/1', origins, messageId, entries },
        ...(ruleSets.length === 0 ? {} : { ruleSets }),
        ...(cooperations.length === 0 ? {} : { cooperations }),
        ...(since === undefined ? {} : { consistency: await this.consistency([since, ...sizesOf(entries)]) }),
      };
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

  /** Text of one that does not ship with the verifier. */
  private async ruleSet(digest: string): Promise<string | undefined> {
    if (ruleSetByDigest(digest, this.verification.sha256) !== undefined) return undefined;
    const bytes = await this.registry.get(`/v1/rule-sets/${digest}`);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }

  private async cooperation(id: string): Promise<string | undefined> {
    const opening = await this.opened.find(id);
    return opening === undefined ? undefined : JSON.stringify(cooperationJson(opening));
  }

  /** Links each of these sizes to the newest checkpoint, so that an older and a newer one than the reader's own both hang on it. */
  private async consistency(sizes: readonly bigint[]): Promise<readonly string[]> {
    const bytes = await this.ledger.get('/log/v1/disclosure/checkpoint');
    if (bytes === undefined) return [];
    const newest = Buffer.from(bytes).toString('utf8');
    const { size: to } = openCheckpoint(newest, this.parsed.logs.disclosure, this.verification);
    return present(
      [...new Set(sizes.filter((size) => size <= to))].map(async (from) => {
        const answer = await this.ledger.get(`/log/v1/disclosure/proof/consistency?from=${from}&to=${to}`);
        if (answer === undefined) return undefined;
        const { hashes } = read<{ readonly hashes: readonly string[] }>(answer);
        return offerText(
          from,
          hashes.map((hash) => Buffer.from(hash, 'base64')),
          newest,
        );
      }),
    );
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

const present = async (asked: readonly Promise<string | undefined>[]): Promise<readonly string[]> =>
  (await Promise.all(asked)).filter((text) => text !== undefined);

/** Of every checkpoint in the file: one that hangs on nothing may be of another log. */
const sizesOf = (entries: readonly ProvenEntry[]): readonly bigint[] =>
  entries
    .flatMap(({ proof, before }) => [parseProof(proof).checkpoint, ...(before === undefined ? [] : [before])])
    .map((note) => BigInt(note.split('\n')[1] ?? 0));

const read = <T>(body: Uint8Array | undefined): T => {
  if (body === undefined) throw new OperatorError('ledger', 404);
  return parseStrict(body, LIMITS) as unknown as T;
};
