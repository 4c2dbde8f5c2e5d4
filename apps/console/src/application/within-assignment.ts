import { stockholmDate } from '#legal-basis';
import { stateOf } from '../domain/assignment.js';
import type { Assignment, AssignmentField } from '../domain/assignment.js';
import { closedFilters } from '../domain/query.js';
import type { Query } from '../domain/query.js';
import { ConsoleError } from './ports.js';
import type { Acting } from './ports.js';

export interface AssignmentsOf {
  of(auditor: string): Promise<readonly Assignment[]>;
}

/** What an auditor may ask: within an assignment that is the auditor's own and live, of what it opens. */
export class WithinAssignment {
  constructor(
    private readonly assignments: AssignmentsOf,
    /** Whether the log is followed: while it is not, an assignment may have ended without anybody's knowing. */
    readonly follows: () => boolean,
    private readonly now: () => Date,
  ) {}

  /** @throws {ConsoleError} NOT_READY, NOT_WITHIN_ASSIGNMENT, FIELD_NOT_GRANTED */
  async granted(acting: Acting, query?: Query, field: AssignmentField = 'parties'): Promise<Assignment> {
    if (!this.follows()) throw new ConsoleError('NOT_READY');
    const found = await this.own(acting);
    const [closed] = query === undefined ? [] : closedFilters(query, found.fields);
    if (closed !== undefined) throw new ConsoleError('FIELD_NOT_GRANTED', closed);
    if (!found.fields.includes(field)) throw new ConsoleError('FIELD_NOT_GRANTED', field);
    return found;
  }

  /** @throws {ConsoleError} NOT_WITHIN_ASSIGNMENT */
  async own({ auditor, assignment: id }: Acting): Promise<Assignment> {
    const found = (await this.assignments.of(auditor)).find((one) => one.id === id);
    if (found === undefined || stateOf(found, stockholmDate(this.now())) !== 'live')
      throw new ConsoleError('NOT_WITHIN_ASSIGNMENT');
    return found;
  }
}
