import { describe, expect, it } from '@jest/globals';
import { isOverdue, isRequest, namedBy, outcomeOfRequest } from './request.js';
import type { Reply } from './request.js';

const reply = (type: string): Reply => ({ messageId: type, type, at: new Date(0) });

describe('a request', () => {
  it.each([
    ['request/1', true],
    ['request/2', true],
    ['permit-consultation/1', true],
    // To follow a case is not to ask for what is in it (design.md section 10).
    ['subscription-request/1', false],
    ['answer/1', false],
    ['requests/1', false],
  ])('of type %s: %s', (type, is) => {
    expect(isRequest(type)).toBe(is);
  });

  it.each([
    [[], false, 'open'],
    [['answer/1'], false, 'answered'],
    [['permit-opinion/1'], false, 'answered'],
    // Whoever asks back has not answered.
    [['request/2', 'feedback/1'], false, 'open'],
    [['request/2', 'answer/1'], false, 'answered'],
    [[], true, 'refused'],
    [['answer/1'], true, 'answered'],
    [['request-decision/1'], true, 'decision-issued'],
    [['answer/1', 'request-decision/1'], true, 'decision-issued'],
    [['request-decision/1', 'answer/1'], true, 'answered'],
  ])('that was replied to with %j, and refused: %s, is %s', (types, isRefused, state) => {
    expect(outcomeOfRequest(types.map(reply), isRefused).state).toBe(state);
  });

  it.each([
    [[], 'decision-issued'],
    [[[1, 'answer/1']], 'decision-issued'],
    [[[3, 'answer/1']], 'answered'],
    [[[3, 'request-decision/1']], 'decision-issued'],
  ] as const)('that was decided on without a message, and replied to with %j, is %s', (replies, state) => {
    const said = replies.map(([at, type]) => ({ ...reply(type), at: new Date(at) }));
    expect(outcomeOfRequest(said, true, new Date(2)).state).toBe(state);
  });

  it('is overdue from the day after the one to answer by, while nothing has come of it', () => {
    expect(isOverdue('open', '2026-12-15', '2026-12-15')).toBe(false);
    expect(isOverdue('open', '2026-12-15', '2026-12-16')).toBe(true);
    expect(isOverdue('answered', '2026-12-15', '2026-12-16')).toBe(false);
    expect(isOverdue('open', undefined, '2026-12-16')).toBe(false);
  });
});

describe('a message', () => {
  const answers = '0e0d6b3a-2c66-8a53-9b3f-0a7de1f4c210';

  it('is about the request that it answers, or what its content names', () => {
    expect(namedBy('answer/1', 'request', {})).toBe('request');
    expect(namedBy('feedback/1', undefined, { answers })).toBe(answers);
    expect(namedBy('decision-demand/1', undefined, { request: answers })).toBe(answers);
    expect(namedBy('crime-report/2', undefined, { answers })).toBeUndefined();
  });
});
