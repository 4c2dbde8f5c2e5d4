import { expect, it } from '@jest/globals';
import { AnswerAuditor } from './answer-auditor.js';
import type { Assignment, DisclosureRecord } from './ports.js';
import type { DisclosureStore, LogStore, Tables } from './disclosure-store.js';

const assignment: Assignment = {
  ...{ id: '0190d9f0-7a53-7cc0-8cde-8b09c5d9a001', auditor: 'a'.repeat(43), authorities: ['linkoping/socialnamnden'] },
  ...{
    provision: 'municipal-audit',
    diaryNumber: 'REV 1',
    period: { from: '2020-01-01' },
    fields: ['parties', 'ground'],
  },
  ...{ expires: '2999-01-01', grantedAt: '2026-01-01T00:00:00Z', index: '1' },
};
const acting = { auditor: assignment.auditor, assignment: assignment.id };
const answering = (store: Partial<DisclosureStore>) =>
  new AnswerAuditor(
    { of: () => Promise.resolve([assignment]) },
    store as DisclosureStore,
    {} as LogStore,
    { execute: () => Promise.resolve('') },
    { look: () => Promise.resolve(true) },
    () => ({}),
    () => true,
    () => new Date('2026-03-03T08:00:00Z'),
  );

it('months stand in the order of time, and what was noted is no obstacle', async () => {
  const row = (key: string, count: number) => ({ key, count });
  const rows: Partial<Record<Tables['of'], Tables['rows']>> = {
    month: [row('2026-02', 30), row('2025-12', 20), row('2026-01', 10)],
    reason: [row('TEXT_CONFIRMATION_PASSED', 40), row('NO_BASIS', 12), row('SECRECY_AT_RECIPIENT_MAY_BE_WEAKER', 9)],
  };
  const tables: DisclosureStore['tables'] = (_assignment, _query, _now, wanted) =>
    Promise.resolve(wanted.map((of) => ({ of, rows: rows[of] ?? [] })));
  const found = await answering({ tables }).statistics(acting, { filters: {} });
  const keys = (of: Tables['of']) => found.tables.find((table) => table.of === of)?.rows.map(({ key }) => key);
  expect(keys('month')).toEqual(['2025-12', '2026-01', '2026-02']);
  expect(keys('reason')).toEqual(['NO_BASIS']);
  expect(found.tables.find((table) => table.of === 'reason')?.total).toBe(12);
});

it('a refusal is told with its lines, also when the exchange stopped it before it asked the law', async () => {
  const refused = (index: string, verdict: object): DisclosureRecord => ({
    ...{ index, record: 'decision', messageId: 'm', number: 1, at: '2026-03-02T09:10:11Z', outcome: 'deny' },
    ...{ sender: 'a/a', recipient: 'fk/fk', senderKind: 'socialnamnd', recipientKind: 'skattemyndighet' },
    verdict: verdict as NonNullable<DisclosureRecord['verdict']>,
  });
  const line = 'SECRECY_NOT_REACHED LUF-2008-206-3 26:1 -';
  const records = () =>
    Promise.resolve([refused('2', { codes: [line] }), refused('1', { verification: ['CIPHERTEXT_DIGEST'] })]);
  const { rows } = await answering({ records }).refusals(acting, 'exchange', { filters: {} });
  expect(rows.map(({ lines }) => lines)).toEqual([[line], ['CIPHERTEXT_DIGEST']]);
  expect(rows.flatMap(({ row }) => Object.keys(row))).not.toContain('verdict');
});
