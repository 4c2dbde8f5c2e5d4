import type { RequestDirection } from '#contracts';
import { isLocalDate, stockholmDate } from '#legal-basis';
import { isTerminal } from '../domain/message-state.js';
import { isOverdue } from '../domain/request.js';
import type { AskedFor, DeadlineOfRequest, RequestDeadlines } from './ports/request-deadline.js';
import type { RequestStore, StoredRequest } from './ports/request.js';
import { isOpen, outcomeOf } from './read-requests.js';
import type { Now } from './ports/time-and-ids.js';

/** Of each authority in one round: what was received before there were deadlines is many. */
const PAGES = 20;

/** Says once of each request that the day to answer it by has passed, to whoever asked and whoever was asked, each at their own gateway. An alarm: nothing about the request changes. */
export class WatchRequests {
  constructor(
    private readonly requests: Pick<RequestStore, 'find' | 'answerBy'>,
    private readonly deadlines: RequestDeadlines,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  /** Those that nobody was told of before. */
  async alarms(): Promise<readonly (AskedFor & { readonly authority: string })[]> {
    const found: (AskedFor & { readonly authority: string })[] = [];
    for (const authority of this.authorities()) {
      await this.look(authority);
      for (const { direction, id } of await this.overdue(authority)) found.push({ authority, direction, id });
    }
    return found;
  }

  /** The day stands in what is encrypted at rest: each request is looked at once. */
  private async look(authority: string): Promise<void> {
    for (let page = 0; page < PAGES; page += 1) {
      const unseen = Map.groupBy(await this.deadlines.unseen(authority), ({ direction }) => direction);
      if (unseen.size === 0) return;
      for (const [direction, rows] of unseen) {
        const days = await this.requests.answerBy(
          authority,
          direction,
          rows.map(({ id }) => id),
        );
        const deadlines = [...days].flatMap(([id, answerBy]) =>
          isLocalDate(answerBy) ? [{ direction, id, answerBy }] : [],
        );
        await this.deadlines.keep(authority, direction, deadlines, rows.at(-1)?.cursor ?? '');
      }
    }
  }

  private async overdue(authority: string): Promise<readonly AskedFor[]> {
    const today = stockholmDate(this.now());
    const told: AskedFor[] = [];
    for (let after: DeadlineOfRequest | undefined; ;) {
      const passed = await this.deadlines.passed(authority, today, after);
      for (const one of passed) {
        const request = await this.find(authority, one);
        if (request === undefined || isSettled(request)) await this.deadlines.settle(authority, one);
        else if (isUnanswered(request, one.answerBy, today) && (await this.deadlines.alarm(authority, one, this.now())))
          told.push(one);
      }
      after = passed.at(-1);
      if (after === undefined) return told;
    }
  }

  private async find(authority: string, { direction, id }: AskedFor): Promise<StoredRequest | undefined> {
    const request = await this.requests.find(authority, id);
    return request?.direction === (direction satisfies RequestDirection) ? request : undefined;
  }
}

const isUnanswered = (request: StoredRequest, answerBy: string, today: string): boolean =>
  isOpen(request) && isOverdue(outcomeOf(request).state, answerBy, today);

/** Whatever happens, nobody waits for it any more. What was answered may be stopped on its way until it is there. */
const isSettled = (request: StoredRequest): boolean => {
  const { retractedAt, erasedAt, messageState, replies } = request;
  if (retractedAt !== undefined || erasedAt !== undefined) return true;
  if (messageState !== undefined && isTerminal(messageState)) return true;
  const { state } = outcomeOf(request);
  return state === 'refused' || (state !== 'open' && replies.every(({ isServed }) => isServed));
};
