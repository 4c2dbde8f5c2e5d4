import type {
  Force,
  ListRequestsQueryDto,
  Page,
  RecordedRequestView,
  RequestAnswer,
  RequestItem,
  RequestView,
} from '#contracts';
import { stockholmDate } from '#legal-basis';
import { GatewayError } from '../domain/errors.js';
import { isTerminal } from '../domain/message-state.js';
import { isOverdue, outcomeOfRequest } from '../domain/request.js';
import type { Outcome } from '../domain/request.js';
import type { RecordedAct, RecordedRequest, RequestStore, StoredReply, StoredRequest } from './ports/request.js';
import type { Now } from './ports/time-and-ids.js';

type Listed = StoredRequest & { readonly cursor: string };

/** Rows looked at in one go for those that are open, and how often in one request. */
const LOOKED_AT = 200;
const TIMES = 5;

/** What an authority was asked for and has asked for, and what came of it. */
export class ReadRequests {
  constructor(
    private readonly store: Pick<RequestStore, 'list' | 'find' | 'answerBy' | 'recorded' | 'acts'>,
    private readonly now: Now,
  ) {}

  /** In the order in which they came; a request to several stands on one page. Of those that are open, a page may have few or none and be followed by another: `next` says how far it looked. */
  async list(authority: string, { direction, after, limit, open }: ListRequestsQueryDto): Promise<Page<RequestItem>> {
    const found: Listed[] = [];
    let next = after;
    for (let isLast = false, looks = 0; !isLast && looks < TIMES; looks += 1) {
      const rows = await this.store.list(authority, {
        direction,
        limit: open === undefined ? limit : LOOKED_AT,
        ...(next === undefined ? {} : { after: next }),
      });
      isLast = rows.length === 0 || open === undefined;
      for (const row of rows) {
        if (found.length >= limit && row.cursor !== next) {
          isLast = true;
          break;
        }
        next = row.cursor;
        if (open === undefined || isOpen(row)) found.push(row);
      }
    }
    const answerBy = await this.store.answerBy(
      authority,
      direction,
      found.map(({ id }) => id),
    );
    const items = found.map((row) => {
      const { answers, ...rest } = this.item(row, answerBy.get(row.id));
      return { ...rest, answers: answers.map(({ messageId }) => messageId) };
    });
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, id: string): Promise<RequestView> {
    const request = await this.store.find(authority, id);
    if (request === undefined) throw new GatewayError('NOT_FOUND');
    const answerBy = await this.store.answerBy(authority, request.direction, [id]);
    const recorded = request.direction === 'recorded' ? await this.store.recorded(authority, id) : undefined;
    const { answers, ...item } = this.item(request, answerBy.get(id));
    const { refusal, demand } = request;
    const { decision } = outcomeOf(request);
    return {
      ...item,
      answers: answers.map(answerView),
      ...(refusal === undefined ? {} : { refusal: { ...refusal, at: refusal.at.toISOString() } }),
      ...(demand === undefined ? {} : { demand: { messageId: demand.messageId, at: demand.at.toISOString() } }),
      ...(decision === undefined ? {} : { decision: decisionView(decision) }),
      ...(recorded === undefined ? {} : { recorded: recordedView(recorded, await this.store.acts(authority, id)) }),
    };
  }

  private item(
    request: StoredRequest,
    answerBy: string | undefined,
  ): Omit<RequestItem, 'answers'> & { readonly answers: readonly StoredReply[] } {
    const { id, direction, from, to, type, caseId, at, messageState, retractedAt, erasedAt } = request;
    const { state, answers } = outcomeOf(request);
    return {
      id,
      direction,
      from,
      to,
      ...(type === undefined ? {} : { type }),
      ...(caseId === undefined ? {} : { caseId }),
      at: at.toISOString(),
      ...(messageState === undefined ? {} : { messageState }),
      ...(answerBy === undefined ? {} : { answerBy }),
      overdue: isOpen(request) && isOverdue(state, answerBy, stockholmDate(this.now())),
      state,
      answers,
      ...(retractedAt === undefined ? {} : { retractedAt: retractedAt.toISOString() }),
      ...(erasedAt === undefined ? {} : { erasedAt: erasedAt.toISOString() }),
    };
  }
}

export const outcomeOf = ({ replies, refusal, decidedAt }: StoredRequest): Outcome<StoredReply> =>
  outcomeOfRequest(replies, refusal !== undefined, decidedAt);

/** Something is to come of it yet: what was asked for, or the decision that was demanded. */
export const isOpen = (request: StoredRequest): boolean => {
  const { demand, demandedAt, retractedAt, messageState } = request;
  const { state } = outcomeOf(request);
  const isAwaited = state === 'open' || (state === 'refused' && (demand !== undefined || demandedAt !== undefined));
  return isAwaited && retractedAt === undefined && (messageState === undefined || !isTerminal(messageState));
};

const answerView = ({ messageId, type, at, verdict }: StoredReply): RequestAnswer => {
  const { force } = (verdict?.codes ?? {}) as { readonly force?: Force };
  return { messageId, type, at: at.toISOString(), ...(force === undefined ? {} : { force }) };
};

const decisionView = ({ messageId, at, isServed: served }: StoredReply): NonNullable<RequestView['decision']> => ({
  messageId,
  at: at.toISOString(),
  served,
});

const recordedView = (recorded: RecordedRequest, acts: readonly RecordedAct[]): RecordedRequestView => {
  const { function: to, person, identityCheck, channel, asksFor, office, officer, recordedAt } = recorded;
  return {
    ...{ function: to, person, identityCheck, channel, asksFor, office, officer, recordedAt },
    ...Object.fromEntries(acts.map(({ kind, ...said }) => [kind, said])),
  };
};
