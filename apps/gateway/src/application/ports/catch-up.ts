import type { ToGateway } from '#contracts';

/** A place in what the exchange told this gateway. */
export interface ToldAt {
  readonly at: Date;
  /** Absent: before everything at that time. */
  readonly entryId?: string;
}

/** Something that it told. */
export interface ToldItem extends ToldAt {
  readonly entryId: string;
  readonly is: 'delivery' | 'decision' | 'notice';
  /** Of a delivery the recipient, of a decision the sender. */
  readonly authority?: string;
  readonly messageId?: string;
  readonly attempt?: number;
  /** Of a delivery, within its recipient and case. */
  readonly number?: number;
}

/** The same as it was sent. */
export interface ToldAgain extends Pick<ToldItem, 'entryId' | 'is'> {
  readonly type: ToGateway;
  readonly body: object;
  readonly octets: Uint8Array;
  /** Beside a decision. */
  readonly manifest?: string;
}

export interface ToldLog {
  /** In the order in which it was told, from the last one read on; that one comes again. */
  list(after: ToldAt, limit: number): Promise<readonly ToldItem[]>;
  /** Those that are still there. */
  bodies(asked: readonly ToldItem[]): Promise<readonly ToldAgain[]>;
}

/** What was sent and is not here, or not as it was sent. */
export interface SentBefore {
  readonly authority: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly recipient: string;
  readonly function: string;
  readonly caseId: string;
  readonly type: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly manifest: string;
  readonly manifestSha256: string;
  readonly jweSha256: string;
}

export interface CatchUpStore {
  /** How far was looked before. */
  read(): Promise<ToldAt | undefined>;
  keep(at: Required<ToldAt>): Promise<void>;
  /** Those of which nothing is here. */
  missing(items: readonly ToldItem[]): Promise<readonly ToldItem[]>;
  /** That a notice came of which nothing else is kept under its entry id. */
  note(entryId: string): Promise<void>;
  rebuild(sent: SentBefore): Promise<'rebuilt' | 'known'>;
}
