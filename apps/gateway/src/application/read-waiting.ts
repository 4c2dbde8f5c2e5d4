import type { ListWaitingQueryDto, Page, WaitingItem } from '#contracts';
import { stateText } from '../domain/message-state.js';
import type { Now } from './ports/time-and-ids.js';
import type { GivenStore, WaitingStore } from './ports/waiting.js';

/** What was accepted and is not released, in the order in which the law hurries: what people look at when the exchange is away. */
export class ReadWaiting {
  constructor(
    private readonly store: WaitingStore & GivenStore,
    private readonly now: Now,
  ) {}

  async list(authority: string, query: ListWaitingQueryDto): Promise<Page<WaitingItem>> {
    const rows = await this.store.list(authority, query);
    const now = this.now();
    const ids = rows.map(({ messageId }) => messageId);
    const given = await this.store.given(authority, ids);
    const items = rows.map(({ recipient, submittedAt, dueAt, expiresAt, isHere, cursor: _, ...rest }) => ({
      ...rest,
      givenAnotherWay: given.has(rest.messageId),
      authority: recipient,
      stateText: stateText[rest.state],
      submittedAt: submittedAt.toISOString(),
      dueAt: dueAt.toISOString(),
      overdue: dueAt <= now,
      ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
      here: isHere,
    }));
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items, ...(next === undefined ? {} : { next }) };
  }
}
