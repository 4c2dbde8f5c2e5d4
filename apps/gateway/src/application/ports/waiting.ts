import type { ListWaitingQueryDto, MessageState, OTHER_WAYS } from '#contracts';

/** That an item was given another way. */
export interface GivenAnotherWay {
  readonly how: (typeof OTHER_WAYS)[number];
  readonly office: string;
  readonly at: Date;
  readonly markedAt: Date;
}

export interface GivenStore {
  /** By message id. */
  given(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, GivenAnotherWay>>;
}

/** A message that was accepted and is not released. */
export interface WaitingMessage {
  readonly messageId: string;
  readonly referralId: string;
  readonly caseId: string;
  readonly type: string;
  readonly recipient: string;
  readonly function: string;
  readonly state: MessageState;
  readonly clock: 'none' | 'genast' | 'skyndsamt';
  readonly submittedAt: Date;
  readonly dueAt: Date;
  readonly expiresAt?: Date;
  /** Certainly not on its way. */
  readonly isHere: boolean;
  readonly cursor: string;
}

export interface WaitingStore {
  /** What the law hurries most comes first, then what is due first, then what is oldest. */
  list(authority: string, query: ListWaitingQueryDto): Promise<readonly WaitingMessage[]>;
}
