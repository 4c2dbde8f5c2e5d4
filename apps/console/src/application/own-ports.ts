import type { Acting, Page } from './ports.js';

/** Something that the auditor did, within whatever assignment. */
export interface OwnAct {
  readonly entryId: string;
  /** `search`, `export`, `look` …: as the entry has it. */
  readonly kind: string;
  readonly at: string;
  /** UUID. */
  readonly assignment: string;
  /** Place in the log, decimal; absent: on its way into it. */
  readonly index?: string;
  /** Disclosures, or openings of a look, that were shown. */
  readonly shown?: number;
  /** What was asked, where the entry commits to it. */
  readonly query?: string;
}
/** What proves one act: its entry's place in the log, and what the entry commits to. */
export interface ActProof {
  readonly entry: string;
  /** base64url */
  readonly blind: string;
  /** c2sp.org/tlog-proof@v1 */
  readonly proof: string;
  /** base64url; SHA-256 of `salt` and `query` is the entry's `query`. */
  readonly salt?: string;
  readonly query?: string;
}
export interface SavedSearch {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  /** Canonical, see `queryString`. */
  readonly query: string;
}

/** What is the auditor's own: what the log has under the auditor's id, and questions kept for another day. Nothing here shows a disclosure, so nothing is an act. */
export abstract class AuditorOwn {
  /** Newest first, 50 a page. @throws {ConsoleError} QUERY_INVALID */
  abstract acts(auditor: string, cursor?: string): Promise<Page<OwnAct>>;
  /** @returns undefined of another auditor's, and of one that is not in the log yet @throws {ConsoleError} NOT_READY */
  abstract proof(auditor: string, entryId: string): Promise<ActProof | undefined>;
  /** Of this assignment, by name. */
  abstract searches(acting: Acting): Promise<readonly SavedSearch[]>;
  /** One of the same name is replaced. @throws {ConsoleError} QUERY_INVALID `name`, TOO_MANY */
  abstract save(acting: Acting, name: string, query: string): Promise<void>;
  abstract forget(acting: Acting, id: string): Promise<void>;
}
