import { describe, expect, it } from '@jest/globals';
import type { Response } from 'express';
import { createHash } from 'node:crypto';
import { escaped, prose, sendPage } from './page.js';
import { problemPage } from './problem-page.controller.js';
import { PROBLEMS } from './problem-table.js';
import type { ProblemCode } from './problem-table.js';
import { PROBLEM_WORDS, problemExample } from './problem-words.js';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

it.each(codes)('tells of %s its cause, who acts and an example, in Swedish and in English', (code) => {
  const page = problemPage(code);
  const { sv, en, cause } = PROBLEMS[code];
  for (const text of [sv, en, cause, PROBLEM_WORDS[code][1]]) expect(page).toContain(prose(text));
  expect(page).toContain(escaped(`"type": "/problems/${code}"`));
  for (const heading of ['Orsak: ', 'Vem som agerar: ', 'Cause: ', 'Who acts: ']) expect(page).toContain(heading);
  expect(problemExample(code)).toMatchObject({ type: `/problems/${code}`, status: PROBLEM_WORDS[code][0] });
});

describe('a page', () => {
  const sent: { body?: string; headers: Record<string, string> } = { headers: {} };
  const response = {
    setHeader: (name: string, value: string) => {
      sent.headers[name] = value;
      return response;
    },
    type: () => response,
    send: (body: string) => void (sent.body = body),
  };
  sendPage(response as unknown as Response, '<x>', '<p>y</p>');

  it('allows its own style by its digest, and nothing else', () => {
    const style = /<style>([^]*)<\/style>/.exec(sent.body ?? '')?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(sent.headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it('has no script, loads nothing, and takes no text for markup', () => {
    expect(sent.body).not.toMatch(/<script|<link|<img|src=|url\(|@import/);
    expect(sent.body).toContain('<title>&lt;x&gt;</title>');
    expect(prose('a `<b>` "c"')).toBe('a <code>&lt;b&gt;</code> &quot;c&quot;');
  });
});
