import { IsIn, Matches } from 'class-validator';
import { Optional } from './rules.js';

/** Size of a log or an index in it, decimal. */
export const DECIMAL = /^(0|[1-9][0-9]{0,17})$/;

export class EvidenceQueryDto {
  /** `true`: with the document as its sender signed it, content in the clear. */
  @Optional() @IsIn(['true', 'false']) readonly content?: 'true' | 'false';
  /** Size of a checkpoint of the `disclosure` log that the reader has seen: the file is linked to it. */
  @Optional() @Matches(DECIMAL) readonly since?: string;
}

/** An entry of the `disclosure` log with its opening and what proves its place and time. */
export interface EvidenceEntryView {
  /** Compact JWS. */
  readonly entry: string;
  /** base64url, 32 octets. */
  readonly blind: string;
  /** Exact characters of the participant's statement that the entry records. */
  readonly annex?: string;
  /** c2sp.org/tlog-proof@v1, under the first checkpoint that covers the entry. */
  readonly proof: string;
  /** The checkpoint before that one, a signed note. */
  readonly before?: string;
}

/** What proves one message to somebody who trusts nobody: docs/evidence.md, `delge-evidence/1`. */
export interface EvidenceView {
  readonly format: 'delge-evidence/1';
  readonly origins: { readonly disclosure: string; readonly keys: string };
  readonly messageId: string;
  readonly entries: readonly EvidenceEntryView[];
  readonly keys: { readonly checkpoint: string; readonly entries: readonly string[] };
  readonly ruleSets?: readonly string[];
  readonly cooperations?: readonly string[];
  readonly consistency?: readonly string[];
  /** Compact JWS: what was sent, in the clear. */
  readonly document?: string;
}
