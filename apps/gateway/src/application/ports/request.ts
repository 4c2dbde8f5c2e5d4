import type {
  MessageState,
  NoteDecisionDto,
  NoteDemandDto,
  RecordRequestDto,
  RefuseRequestDto,
  RequestDirection,
  RequestRefusal,
  VerdictView,
} from '#contracts';
import type { Reply } from '../../domain/request.js';

/** A request that an authority received, sent or recorded. */
export interface StoredRequest {
  readonly id: string;
  readonly direction: RequestDirection;
  readonly from: string;
  readonly to: string;
  readonly type?: string;
  readonly caseId?: string;
  readonly at: Date;
  /** Of one that was sent. */
  readonly messageState?: MessageState;
  readonly retractedAt?: Date;
  readonly erasedAt?: Date;
  /** Of whoever was asked: those that stand. */
  readonly replies: readonly StoredReply[];
  /** Likewise. */
  readonly refusal?: { readonly reason: RequestRefusal; readonly office: string; readonly at: Date };
  /** Of whoever asked. */
  readonly demand?: Reply;
  /** Of one that was recorded: when the authority's decision was demanded, and made, without a message. */
  readonly demandedAt?: Date;
  readonly decidedAt?: Date;
}

export interface StoredReply extends Reply {
  /** Encrypted at rest. */
  readonly verdict?: VerdictView;
  /** Whether it is at whoever asked. */
  readonly isServed: boolean;
}

/** What was asked for without a message, encrypted at rest. */
export interface RecordedRequest extends Omit<RecordRequestDto, 'id' | 'from'> {
  readonly recordedAt: string;
  readonly system: string;
}

/** What was said of a request that was recorded, and is kept where it was said. */
export type RecordedAct =
  | ({ readonly kind: 'refusal'; readonly at: string } & RefuseRequestDto)
  | ({ readonly kind: 'demand' } & NoteDemandDto)
  | ({ readonly kind: 'decision' } & NoteDecisionDto);

export interface RequestStore {
  /** Who asked this authority, by message or otherwise, under that id. */
  asker(
    authority: string,
    requestId: string,
  ): Promise<{ readonly authority: string; readonly isRetracted: boolean } | undefined>;
  /** A message that was received names another one. Said of what is not stored in the end it means nothing. */
  noteReply(authority: string, messageId: string, names: string): Promise<void>;
  list(
    authority: string,
    query: { readonly direction: RequestDirection; readonly after?: string; readonly limit: number },
  ): Promise<readonly (StoredRequest & { readonly cursor: string })[]>;
  /** With the verdicts of what was replied. */
  find(authority: string, id: string): Promise<StoredRequest | undefined>;
  /** Message ids of feedback from its recipient, by the message that it is about. */
  feedbackOn(authority: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Days to answer by, of those requests that have one. */
  answerBy(
    authority: string,
    direction: RequestDirection,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string>>;
  recorded(authority: string, id: string): Promise<RecordedRequest | undefined>;
  /** What was said of one that was recorded; of none of what is erased. */
  acts(authority: string, id: string): Promise<readonly RecordedAct[]>;
  /** One of each kind. @returns that one when it was said before @throws {GatewayError} ERASED */
  act(authority: string, id: string, act: RecordedAct, system: string, at: Date): Promise<RecordedAct | undefined>;
  /** Empties it: that it was made, by whom and when stays, and which system erased it first. @returns false when there is none */
  eraseRecorded(authority: string, id: string, system: string, at: Date): Promise<boolean>;
  /** @returns `other` when something else was recorded under the id */
  record(
    authority: string,
    id: string,
    from: string,
    request: RecordedRequest,
    at: Date,
  ): Promise<'recorded' | 'same' | 'other'>;
}
