import type { Look } from '#envelope';

/** An entry's place in the log, and what bounds when it was signed. */
export interface Dated {
  /** c2sp.org/tlog-proof@v1, under the first checkpoint that covers the entry. */
  readonly proof: string;
  /** The checkpoint before that one, a signed note. */
  readonly before?: string;
}

/** An entry of the `disclosure` log with its opening, as the ledger shows it. */
export interface ShownOpening {
  readonly entryId: string;
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  readonly annex?: string;
}

/** What openings about a message are looked at for. */
export type OpeningsFor = Exclude<Look['purpose'], 'export'>;

/** What the operator's services give out for evidence. Nothing of it is believed: whoever is handed the file verifies it. Each call: @throws {NotYet} */
export interface EvidenceSource {
  /** By entry id, those that stand in the log. */
  dated(entryIds: readonly string[]): Promise<ReadonlyMap<string, Dated>>;
  /** All openings of entries about a message that the authority is party to. The ledger makes an entry of it that it looked, and what for. */
  openings(authority: string, messageId: string, purpose: OpeningsFor): Promise<readonly ShownOpening[]>;
  /** The `keys` log whole, each entry's text, with the checkpoint that covers it. */
  keys(): Promise<{ readonly checkpoint: string; readonly entries: readonly string[] }>;
  /** @returns text of a released rule set's bytes, undefined when it ships with every verifier */
  ruleSet(sha256: string): Promise<string | undefined>;
  /** Proofs that the newest checkpoint extends those of these sizes: bodies of c2sp.org/tlog-witness `add-checkpoint`. Sizes beyond it are left out. */
  consistency(sizes: readonly bigint[]): Promise<readonly string[]>;
}

/** What the ledger gives out of a period. Each call: @throws {NotYet} */
export interface ExportSource extends Pick<EvidenceSource, 'dated'> {
  /** A page of the authority's entries in [from, to). The ledger makes an entry of it that it looked. */
  period(authority: string, from: bigint, to: bigint): Promise<ShownPeriod>;
}

export interface ShownPeriod {
  readonly items: readonly ((ShownOpening & { readonly idx: string }) | ErasedLine)[];
  /** First index that the page does not reach; absent when nothing is left. */
  readonly next?: string;
}

/** An entry whose opening is erased, and the index of the entry that says so. */
export interface ErasedLine {
  readonly idx: string;
  readonly erasedBy: string;
}
