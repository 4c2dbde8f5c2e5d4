import type { CallerItem, ListCallersQueryDto, Page } from '#contracts';
import type { CallerStore } from './ports/caller.js';

/** Who may call for an authority, for whoever checks that. */
export class ReadCallers {
  constructor(private readonly callers: CallerStore) {}

  async list(authority: string, query: ListCallersQueryDto): Promise<Page<CallerItem>> {
    const items = await this.callers.list(authority, query);
    const next = items.at(-1)?.id ?? query.after;
    return { items, ...(next === undefined ? {} : { next }) };
  }
}
