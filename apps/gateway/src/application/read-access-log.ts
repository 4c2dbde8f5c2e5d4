import type { AccessLogItem, ListAccessLogQueryDto, Page } from '#contracts';
import type { AccessLog } from './ports/access-log.js';

/** Who was shown content of an authority, for whoever checks that. */
export class ReadAccessLog {
  constructor(private readonly log: Pick<AccessLog, 'list'>) {}

  async list(authority: string, query: ListAccessLogQueryDto): Promise<Page<AccessLogItem>> {
    const rows = await this.log.list(authority, query);
    const next = rows.at(-1)?.cursor ?? query.after;
    const items = rows.map(({ authority: _, cursor: _cursor, at, ...item }) => ({ at: at.toISOString(), ...item }));
    return { items, ...(next === undefined ? {} : { next }) };
  }
}
