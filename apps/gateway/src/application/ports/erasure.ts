/** What a gateway has of a message that could be erased. */
export interface ErasureSubject {
  /** Absent where nothing but a refusal was kept. */
  readonly caseId?: string;
  readonly ended: boolean;
  readonly erasedAt?: Date;
  /** Refusals by this gateway, signed. */
  readonly refusals: readonly string[];
}

export interface DecidedErasure {
  readonly decisionId: string;
  readonly messageId: string;
  /** Exact characters of the decision. */
  readonly statement: string;
  readonly at: Date;
}

export type UnreportedErasure = Omit<DecidedErasure, 'statement'>;

export interface ErasureStore {
  subject(authority: string, messageId: string): Promise<ErasureSubject | undefined>;
  /**
   * Empties everything that holds content of the message or comes of it, in one transaction; ids, states and digests of sealed bytes stay.
   * @returns false, and nothing is changed, when the message has not ended
   */
  erase(authority: string, erasure: DecidedErasure): Promise<boolean>;
  /** Exact characters of the decisions by which it was erased. */
  decisions(authority: string, messageId: string): Promise<readonly string[]>;
  /** Some of those not yet reported, in the order of their decisions' ids. @param after the last one of the page before */
  unreported(authority: string, after?: string): Promise<readonly UnreportedErasure[]>;
  reported(authority: string, decisionId: string, at: Date): Promise<void>;
}

/** Where what parties state about keeping and erasing is logged. */
export interface KeepingLog {
  /** @returns whether a hold stops it now @throws {GatewayError} ERASURE_REFUSED, ID_REUSE @throws {NotYet} */
  state(statement: string): Promise<{ readonly held: boolean }>;
}
