import type { CallerItem, ListCallersQueryDto } from '#contracts';

export interface CallerStore {
  /** Systems and staff of an authority, by id; those that have ended too. */
  list(authority: string, query: ListCallersQueryDto): Promise<readonly CallerItem[]>;
}
