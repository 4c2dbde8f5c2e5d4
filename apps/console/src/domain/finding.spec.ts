import { describe, expect, it } from '@jest/globals';
import type { FindingAct } from '#envelope';
import { answerTo, assignable, closing, findingOf, heldBy, resultsOf } from './finding.js';
import type { Finding } from './finding.js';
import { ReviewRefusal } from './review-refusal.js';
import type { Kept } from './sample.js';

const [ME, OTHER, AUTHORITY] = ['a'.repeat(43), 'b'.repeat(43), 'linkoping/socialnamnden'];
const HELD = { on: { message: 'm' }, title: 'title', text: 'text' };
const kept = (said: object, opening?: object): Kept<FindingAct> => ({
  act: { auditor: ME, ...said } as unknown as FindingAct,
  salt: '',
  ...(opening === undefined ? {} : { said: JSON.stringify(opening) }),
});
const opened = kept({ kind: 'finding-opened', severity: 'remark' }, HELD);
const to = (whom: string) => kept({ kind: 'finding-assigned', to: whom });
const answered = kept({ kind: 'finding-answered' }, { text: 'answer' });
const closed = kept({ kind: 'finding-closed', result: 'corrected' }, { text: 'reasons' });
const finding = (...acts: readonly Kept<FindingAct>[]): Finding => findingOf('f', [opened, ...acts]);
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ReviewRefusal) return error.code;
    throw error;
  }
  return 'done';
};

describe('a finding', () => {
  it('is what its acts come to', () => {
    expect(finding()).toMatchObject({ state: 'open', held: HELD });
    expect(finding(to(OTHER))).toMatchObject({ state: 'assigned', to: OTHER });
    expect(finding(to(OTHER), answered)).toMatchObject({ state: 'answered', to: OTHER });
    const all = finding(to(OTHER), answered, to(AUTHORITY), closed);
    expect(all).toMatchObject({ state: 'closed', to: AUTHORITY, result: 'corrected' });
    expect(all.timeline.map(({ text }) => text)).toEqual(['text', undefined, 'answer', undefined, 'reasons']);
  });

  it('is assigned within the review alone', () => {
    expect(assignable(finding(), OTHER, [ME, OTHER])).toBe(OTHER);
    expect(codeOf(() => assignable(finding(), OTHER, [ME, AUTHORITY]))).toBe('NOT_A_COLLEAGUE');
  });

  it('is answered by whom it is assigned to, and for an authority by any auditor of the review', () => {
    expect(codeOf(() => answerTo(finding(), ME, 'answer'))).toBe('NOT_ASSIGNED');
    expect(codeOf(() => answerTo(finding(to(OTHER)), ME, 'answer'))).toBe('NOT_ASSIGNED');
    expect(answerTo(finding(to(OTHER)), OTHER, ' answer ')).toEqual({ text: 'answer' });
    expect(codeOf(() => answerTo(finding(to(AUTHORITY)), ME, 'answer'))).toBe('done');
    expect(codeOf(() => answerTo(finding(to(AUTHORITY), answered), ME, 'answer'))).toBe('NOT_ASSIGNED');
  });

  it('is closed without an answer where it was wrong or put right, and has no answer to accept', () => {
    for (const unanswered of [finding(), finding(to(OTHER))]) {
      expect(codeOf(() => closing(unanswered, 'accepted', 'reasons'))).toBe('NOT_ANSWERED');
      expect(resultsOf(unanswered)).toEqual(['corrected', 'unfounded']);
      for (const result of resultsOf(unanswered))
        expect(codeOf(() => closing(unanswered, result, 'reasons'))).toBe('done');
    }
    expect(codeOf(() => closing(finding(to(OTHER), answered), 'accepted', 'reasons'))).toBe('done');
  });

  it('does not change once it is closed', () => {
    const all = finding(to(ME), closed);
    for (const late of [
      () => assignable(all, ME, [ME]),
      () => answerTo(all, ME, 'answer'),
      () => closing(all, 'corrected', 'reasons'),
    ])
      expect(codeOf(late)).toBe('FINDING_CLOSED');
  });

  it('says something, in words of some length, of a known severity and result', () => {
    const written = { title: 'a', text: 'b', severity: 'remark' };
    expect(codeOf(() => heldBy(HELD.on, written))).toBe('done');
    for (const wrong of [
      { title: ' ' },
      { text: '' },
      { severity: 'nothing' },
      { title: 'x'.repeat(201) },
      { text: 'x'.repeat(5_001) },
    ])
      expect(codeOf(() => heldBy(HELD.on, { ...written, ...wrong }))).toBe('FINDING_INVALID');
    expect(codeOf(() => closing(finding(), 'forgotten', 'reasons'))).toBe('FINDING_INVALID');
    expect(codeOf(() => closing(finding(), 'accepted', ' '))).toBe('FINDING_INVALID');
  });
});
