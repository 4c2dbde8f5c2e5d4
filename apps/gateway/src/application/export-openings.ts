import type { OpeningsView } from '#contracts';
import { parseProof } from '#tlog/verify';
import type { EntryNeeds } from './entry-needs.js';
import type { ExportSource } from './ports/evidence.js';

/** Gives an authority the openings of its own entries in a period, a page at a time, with all that a bundle needs for them but the tree. */
export class ExportOpenings {
  constructor(
    private readonly source: ExportSource,
    private readonly needs: EntryNeeds,
  ) {}

  /** @throws {NotYet} */
  async execute(authority: string, from: bigint, to: bigint): Promise<OpeningsView> {
    const { items, next } = await this.source.period(authority, from, to);
    const opened = items.filter((item) => 'entry' in item);
    const dated = await this.source.dated(opened.map(({ entryId }) => entryId));
    const notes = [...dated.values()].flatMap(({ proof, before }) => [
      ...(before === undefined ? [] : [before]),
      parseProof(proof).checkpoint,
    ]);
    return {
      authority,
      items: items.map((item) => {
        if (!('entry' in item)) return item;
        const { entryId: _, ...line } = item;
        return line;
      }),
      ...(next === undefined ? {} : { next }),
      checkpoints: [...new Set(notes)],
      ruleSets: await this.needs.ruleSets(opened),
      cooperations: await this.needs.opened(opened),
    };
  }
}
