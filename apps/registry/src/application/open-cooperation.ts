import { cooperationCommitment } from '#snapshot';
import type { CooperationOpening, Snapshot } from '#snapshot';
import type { CooperationStore } from '../persistence/cooperation.store.js';
import type { TakeStatement } from './take-statement.js';

/**
 * Cooperation decisions: an opaque id and a commitment in the `keys` log, opened here to the parties and the exchange alone, and one by one to the console, which puts it with the evidence of a
 * verdict that was computed by it (design.md section 3). An opening needs no other authority than to fit the commitment that an administrator signed.
 */
export class OpenCooperation {
  constructor(
    private readonly statements: TakeStatement,
    private readonly store: CooperationStore,
  ) {}

  /** @returns undefined when it does not fit what was committed to */
  async open(opening: CooperationOpening): Promise<'opened' | 'known' | undefined> {
    const snapshot = await this.statements.snapshot();
    if (snapshot.cooperationCommitment(opening.id) !== cooperationCommitment(opening)) return undefined;
    return (await this.store.add(opening)) ? 'opened' : 'known';
  }

  /** @param holder `gateway:<id>`, `exchange` or `console` */
  async find(holder: string, id: string): Promise<CooperationOpening | undefined> {
    const opening = await this.store.find(id);
    if (opening === undefined) return undefined;
    return holder === 'console' || mayRead(holder, opening, this.statements.newest()) ? opening : undefined;
  }

  async list(holder: string): Promise<readonly CooperationOpening[]> {
    const snapshot = this.statements.newest();
    return (await this.store.all()).filter((opening) => mayRead(holder, opening, snapshot));
  }
}

const mayRead = (holder: string, { parties }: CooperationOpening, snapshot: Snapshot): boolean =>
  holder === 'exchange' || parties.some((id) => `gateway:${snapshot.authority(id)?.gateway}` === holder);
