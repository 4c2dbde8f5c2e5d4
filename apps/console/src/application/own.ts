import { UUID } from '#contracts';
import type { WithinAssignment } from './within-assignment.js';
import { AuditorOwn } from './own-ports.js';
import type { ActProof, OwnAct, SavedSearch } from './own-ports.js';
import { ConsoleError } from './ports.js';
import type { Acting, Page } from './ports.js';

const PAGE = 50;
const MOST_SAVED = 100;
const NAME = /^[^\p{C}]{1,80}$/u;

export interface ActPlace {
  readonly at: string;
  readonly entryId: string;
}
export interface OwnStore {
  /** Newest first. */
  acts(auditor: string, limit: number, after?: ActPlace): Promise<readonly OwnAct[]>;
  act(
    auditor: string,
    entryId: string,
  ): Promise<{ readonly index?: string; readonly salt?: string; readonly query?: string } | undefined>;
  searches(acting: Acting): Promise<readonly SavedSearch[]>;
  /** @returns false when there are `most` others */
  save(acting: Acting, saved: SavedSearch, most: number): Promise<boolean>;
  forget(acting: Acting, id: string): Promise<void>;
}
/** The log as the ledger gives it. */
export interface ActProofs {
  /** @throws {ConsoleError} NOT_READY */
  of(index: string, entryId: string): Promise<Pick<ActProof, 'entry' | 'blind' | 'proof'> | undefined>;
}

export class Own extends AuditorOwn {
  constructor(
    private readonly store: OwnStore,
    private readonly proofs: ActProofs,
    private readonly within: WithinAssignment,
    private readonly freshId: () => string,
  ) {
    super();
  }

  override async acts(auditor: string, cursor?: string): Promise<Page<OwnAct>> {
    const found = await this.store.acts(auditor, PAGE + 1, cursor === undefined ? undefined : placeIn(cursor));
    const rows = found.slice(0, PAGE);
    const last = rows.at(-1);
    return found.length <= PAGE || last === undefined ? { rows } : { rows, next: `${last.at}_${last.entryId}` };
  }

  override async proof(auditor: string, entryId: string): Promise<ActProof | undefined> {
    const act = UUID.test(entryId) ? await this.store.act(auditor, entryId) : undefined;
    if (act?.index === undefined) return undefined;
    const proven = await this.proofs.of(act.index, entryId);
    const { salt, query } = act;
    return proven && { ...proven, ...(salt === undefined || query === undefined ? {} : { salt, query }) };
  }

  override async searches(acting: Acting): Promise<readonly SavedSearch[]> {
    await this.within.granted(acting);
    return this.store.searches(acting);
  }

  override async save(acting: Acting, name: string, query: string): Promise<void> {
    await this.within.granted(acting);
    const trimmed = name.trim();
    if (!NAME.test(trimmed)) throw new ConsoleError('QUERY_INVALID', 'name');
    const saved = { id: this.freshId(), name: trimmed, query };
    if (!(await this.store.save(acting, saved, MOST_SAVED))) throw new ConsoleError('TOO_MANY');
  }

  override async forget(acting: Acting, id: string): Promise<void> {
    await this.within.granted(acting);
    if (UUID.test(id)) await this.store.forget(acting, id);
  }
}

const placeIn = (cursor: string): ActPlace => {
  const [at = '', entryId = ''] = cursor.split('_');
  if (!UUID.test(entryId) || Number.isNaN(Date.parse(at))) throw new ConsoleError('QUERY_INVALID', 'cursor');
  return { at: new Date(at).toISOString(), entryId };
};
