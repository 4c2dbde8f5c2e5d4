import type { CaseClosing, CaseType } from '#contracts';
import type { StoredCase } from '../application/ports/case.js';
import type { StorageCipher } from '../keys/storage-cipher.js';

export interface CaseRow {
  readonly case_id: string;
  readonly opened_at: Date;
  readonly type: CaseType | null;
  readonly named_at: Date | null;
  readonly detail: Buffer | null;
  readonly closed_at: Date | null;
  readonly reason: CaseClosing | null;
}
export const CASE_COLUMNS = 'case_id, opened_at, type, named_at, detail, closed_at, reason';

/** SQL: what another authority sent under the id, which makes the case its. Who asks for a subscription to a case has none of it. @param caseId its parameter or column */
export const RECEIVED_UNDER = (caseId: string): string =>
  `SELECT FROM gateway.delivery d WHERE d.authority = $1 AND d.case_id = ${caseId} AND d.type NOT LIKE 'subscription-request/%'`;

export const toCase = (row: CaseRow, cipher: StorageCipher): StoredCase => {
  const said = row.detail === null || row.detail.length === 0 ? {} : cipher.open(row.detail, 'owned_case', row.case_id);
  const { title } = said as { readonly title?: string };
  return {
    id: row.case_id,
    openedAt: row.opened_at,
    ...(row.type === null ? {} : { type: row.type }),
    ...(title === undefined ? {} : { title }),
    ...(row.closed_at === null || row.reason === null ? {} : { closed: { at: row.closed_at, reason: row.reason } }),
  };
};
