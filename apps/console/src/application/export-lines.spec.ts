import { expect, it } from '@jest/globals';
import type { AssignmentField } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import { ExportLines } from './export-lines.js';
import type { LineFormat } from './export-lines.js';

const ROW: DisclosureRow = {
  index: '7',
  record: 'decision',
  messageId: '6f2a1f5e-0000-8000-8000-000000000001',
  number: 3,
  at: '2026-11-30T10:00:00.000Z',
  sender: 'orebro/socialnamnden',
  recipient: 'fk/forsakringskassan',
  senderKind: 'socialnamnd',
  recipientKind: 'socialforsakringsmyndighet',
  outcome: 'permit',
  messageType: 'nämnd/1',
  grounds: ['OSL-10-2', 'OSL-10-15a'],
};
const textOf = (
  rows: readonly DisclosureRow[],
  format: LineFormat,
  fields: readonly AssignmentField[] = ['parties', 'ground'],
): string => {
  const lines = new ExportLines(format, fields, (authority) =>
    authority === ROW.recipient ? 'Försäkringskassan' : authority,
  );
  return `${lines.head()}${lines.lines(rows)}${lines.lines(rows)}`;
};

it('a spreadsheet gets a byte order mark, one head, and semicolons or commas', () => {
  for (const [format, delimiter] of [
    ['csv', ';'],
    ['csv-comma', ','],
  ] as const) {
    const text = textOf([ROW], format);
    expect(text.startsWith('\uFEFFindex' + delimiter)).toBe(true);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('nämnd/1');
    expect(lines[1]).toContain('Försäkringskassan');
    expect(lines[1]).toContain('OSL-10-2 OSL-10-15a');
    expect(lines[1]).toBe(lines[2]);
  }
});

it('a cell that a spreadsheet would compute stays text', () => {
  for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\uFF1D1', '\uFF0B1', '\uFF0D1', '\uFF20A1']) {
    const text = textOf([{ ...ROW, sender: formula }], 'csv');
    expect(text).toContain(`'${formula}`);
  }
});

it.each(['one\rtwo', 'one\ntwo', 'one\r\ntwo'])('a cell with an end of line in it is quoted: %j', (sender) => {
  expect(textOf([{ ...ROW, sender }], 'csv')).toContain(`;"${sender}";`);
});

it('there is no column of a field that is not opened', () => {
  const [head] = textOf([], 'csv', ['parties']).split('\r\n');
  expect(head).not.toMatch(/ground|categories|officers|caseId|received/);
  const all = textOf([], 'csv', ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case']);
  expect(all).toMatch(/grounds;.*categories;officers;caseId;receivedAt;receiptDueAt/);
});

it('JSON lines are the rows, one a line', () => {
  const lines = textOf([ROW], 'jsonl').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([ROW, ROW]);
});
