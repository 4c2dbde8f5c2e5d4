import { sha256Base64url, signSearch } from '#envelope';
import type { Assignment } from '../domain/assignment.js';
import type { AccessKey } from './access-key.js';
import { ConsoleError } from './ports.js';

export interface Act {
  readonly entryId: string;
  readonly auditor: string;
  readonly assignment: string;
  readonly kind: 'search' | 'export';
  /** 32 octets; with `query` it opens the entry's commitment. */
  readonly salt: Buffer;
  readonly query: string;
  readonly shown: number;
  readonly at: Date;
}
export interface ActStore {
  /** Act and entry together, or neither. @returns false when an entry has named a larger keys log than this one */
  commit(act: Act, entry: string, blind: Buffer, keysSize: bigint): Promise<boolean>;
}
export interface Fresh {
  id(): string;
  /** 32 random octets. */
  octets(): Buffer;
}

/** Puts what an auditor did into the log, before anything of it is shown. */
export class RecordAct {
  constructor(
    private readonly store: ActStore,
    private readonly access: AccessKey,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /**
   * @param query its canonical spelling: kept here, and committed to in the entry
   * @param shown disclosures that will be shown
   * @returns id of the entry
   * @throws {ConsoleError} NOT_READY
   */
  async execute(assignment: Assignment, kind: Act['kind'], query: string, shown: number): Promise<string> {
    const signing = this.access.live();
    if (signing === undefined) throw new ConsoleError('NOT_READY');
    const { signer, snapshot } = signing;
    const [entryId, salt, at] = [this.fresh.id(), this.fresh.octets(), this.now()];
    const entry = await signSearch(signer, {
      v: 1,
      kind,
      env: this.environment,
      entryId,
      auditor: assignment.auditor,
      assignment: assignment.id,
      authorities: assignment.authorities,
      query: sha256Base64url(Buffer.concat([salt, Buffer.from(query)])),
      shown,
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: at.toISOString(),
    });
    this.crash('console.act.before-commit');
    const { auditor, id } = assignment;
    const act: Act = { entryId, auditor, assignment: id, kind, salt, query, shown, at };
    if (!(await this.store.commit(act, entry, this.fresh.octets(), snapshot.size))) throw new ConsoleError('NOT_READY');
    this.crash('console.act.after-commit');
    return entryId;
  }
}
