import type { DataSource } from 'typeorm';
import type { Assignment, AssignmentField } from '../domain/assignment.js';

interface Row {
  readonly id: string;
  readonly auditor: string;
  readonly authorities: readonly string[];
  readonly provision: string;
  readonly diary_number: string;
  readonly since: string;
  readonly until: string | null;
  readonly fields: readonly AssignmentField[];
  readonly expires: string;
  readonly granted_at: Date;
  readonly index: string;
  readonly ended_at: Date | null;
}

/** Assignments that stand in the log, as far as its root has been computed again. */
export class PostgresAssignmentStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. */
  async of(auditor: string): Promise<readonly Assignment[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT a.id, a.auditor, a.authorities, a.provision, a.diary_number, a.since::text, a.until::text, a.fields, a.expires::text, a.granted_at,
         a.index, a.ended_at
       FROM console.assignment a, console.projection p WHERE a.auditor = $1 AND a.index < p.checked ORDER BY a.index DESC`,
      [auditor],
    );
    return rows.map(assignmentIn);
  }
}

const assignmentIn = (row: Row): Assignment => ({
  id: row.id,
  auditor: row.auditor,
  authorities: row.authorities,
  provision: row.provision,
  diaryNumber: row.diary_number,
  period: { from: row.since, ...(row.until === null ? {} : { until: row.until }) },
  fields: row.fields,
  expires: row.expires,
  grantedAt: row.granted_at.toISOString(),
  index: row.index,
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
});
