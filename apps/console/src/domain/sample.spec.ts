import { describe, expect, it } from '@jest/globals';
import type { SampleAct, SheetOutcome } from '#envelope';
import { ReviewRefusal } from './review-refusal.js';
import { progressOf, sampleOf, secondFor, sheetFor, signable } from './sample.js';
import type { Kept, Sample } from './sample.js';

const [ME, OTHER] = ['a'.repeat(43), 'b'.repeat(43)];
let acts: Kept<SampleAct>[] = [];
const act = (auditor: string, said: object, opening?: object): string => {
  const entryId = `entry-${acts.length}`;
  const kept = { act: { entryId, auditor, ...said } as unknown as SampleAct, salt: '' };
  acts.push(opening === undefined ? kept : { ...kept, said: JSON.stringify(opening) });
  return entryId;
};
const sample = (): Sample => sampleOf('s', acts);
const drawn = (count: number): void => {
  acts = [];
  act(ME, { kind: 'sample-fixed' });
  if (count > 0) act(ME, { kind: 'sample-drawn', count });
};
const sheet = (auditor: string, item: number, outcome: SheetOutcome, comment = 'why'): string => {
  const said = sheetFor(sample(), item, outcome, comment);
  return act(auditor, { kind: 'item-reviewed', item, outcome, second: false }, said);
};
const confirm = (auditor: string, item: number, confirms: string): string => {
  const said = secondFor(sample(), item, auditor, confirms, '');
  return act(auditor, { kind: 'item-reviewed', item, outcome: said.outcome, second: true }, said);
};
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ReviewRefusal) return error.code;
    throw error;
  }
  return 'done';
};

describe('a sample', () => {
  it('has sheets once it is drawn, for each item that was drawn', () => {
    drawn(0);
    expect(sample()).toMatchObject({ state: 'fixed', items: [] });
    expect(codeOf(() => sheet(ME, 0, 'nothing'))).toBe('NOT_DRAWN');
    expect(codeOf(() => signable(sample()))).toBe('NOT_DRAWN');
    drawn(2);
    expect(codeOf(() => sheet(ME, 2, 'nothing'))).toBe('NOT_DRAWN');
    expect(codeOf(() => sheet(ME, 1, 'nothing'))).toBe('done');
    expect(sample().items.map(({ first }) => first?.sheet.outcome)).toEqual([undefined, 'nothing']);
  });

  it('counts the newest sheet, and keeps those before', () => {
    drawn(1);
    sheet(ME, 0, 'serious');
    sheet(OTHER, 0, 'nothing', '');
    const [item] = sample().items;
    expect(item?.sheets).toHaveLength(2);
    expect(progressOf(sample())).toEqual({ items: 1, reviewed: 1, awaitingSecond: 0, remarks: 0, serious: 0 });
  });

  it('is confirmed by another than who wrote the sheet, once, and the sheet that counts alone', () => {
    drawn(1);
    const before = sheet(ME, 0, 'remark');
    const counts = sheet(ME, 0, 'serious');
    expect(codeOf(() => confirm(ME, 0, counts))).toBe('OWN_SHEET');
    expect(codeOf(() => confirm(OTHER, 0, before))).toBe('SHEET_CHANGED');
    expect(codeOf(() => confirm(OTHER, 0, counts))).toBe('done');
    expect(codeOf(() => confirm(OTHER, 0, counts))).toBe('SHEET_CHANGED');
    expect(sample().items[0]?.second?.act.auditor).toBe(OTHER);
  });

  it('loses what was confirmed when a new sheet comes', () => {
    drawn(1);
    confirm(OTHER, 0, sheet(ME, 0, 'remark'));
    expect(codeOf(() => signable(sample()))).toBe('done');
    sheet(OTHER, 0, 'serious');
    expect(progressOf(sample()).awaitingSecond).toBe(1);
    expect(codeOf(() => signable(sample()))).toBe('NOT_ALL_REVIEWED');
  });

  it('is signed when every item has a sheet and every remark a second pair of eyes, and then stays', () => {
    drawn(3);
    sheet(ME, 0, 'nothing', '');
    sheet(ME, 1, 'nothing', '');
    expect(codeOf(() => signable(sample()))).toBe('NOT_ALL_REVIEWED');
    const remark = sheet(ME, 2, 'remark');
    expect(codeOf(() => signable(sample()))).toBe('NOT_ALL_REVIEWED');
    confirm(OTHER, 2, remark);
    expect(signable(sample())).toEqual({ items: 3, reviewed: 3, awaitingSecond: 0, remarks: 1, serious: 0 });
    act(ME, { kind: 'sample-signed' });
    for (const late of [() => sheet(ME, 0, 'remark'), () => confirm(OTHER, 0, remark), () => signable(sample())])
      expect(codeOf(late)).toBe('ALREADY_SIGNED');
  });

  it.each([
    ['another outcome', 'deny', 'why'],
    ['a remark without a word', 'remark', '  '],
    ['a comment without end', 'nothing', 'x'.repeat(5_001)],
  ])('takes no sheet with %s', (_, outcome, comment) => {
    drawn(1);
    expect(codeOf(() => sheetFor(sample(), 0, outcome, comment))).toBe('SHEET_INVALID');
  });
});
