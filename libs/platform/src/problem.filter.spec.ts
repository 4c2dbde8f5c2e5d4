import { expect, it } from '@jest/globals';
import type { Response } from 'express';
import { ProblemError } from './problem.js';
import { sendProblem } from './problem.filter.js';

/** Paths that an answer tells of a violation at this one. */
const told = (path: string): string => {
  let sent = '';
  const response = {
    setHeader: () => response,
    removeHeader: () => undefined,
    status: () => response,
    type: () => response,
    send: (body: string) => void (sent = body),
  };
  const problem = new ProblemError('unknown-property', 400, { violations: [{ path, code: 'whitelistValidation' }] });
  sendProblem(response as unknown as Response, problem);
  return (JSON.parse(sent) as { violations: readonly [{ path: string }] }).violations[0].path;
};

it.each([
  '/priority',
  '/to/0/authority',
  '/content/subject/personalIdentityNumber',
  '/declarations/freeText/circumstances~0observation',
  '/facts/toString',
  '/__proto__',
  '/content/assistants/12',
  'Upload-Offset',
  '',
])('tells that %j is where it is', (path) => {
  expect(told(path)).toBe(path);
});

it.each([
  ['/195201161857', ''],
  ['/to/0/Tolvan Provberg', '/to/0'],
  ['/content/Tolvan/name', '/content'],
  ['/content/subject/pnr-19520116-1857', '/content/subject'],
  ['/facts/åäö', '/facts'],
  ['/', ''],
  ["/' OR '1'='1' --", ''],
  [`/${'x'.repeat(65)}`, ''],
])('does not echo what a caller named itself: of %j it tells %j', (path, known) => {
  expect(told(path)).toBe(known);
});
