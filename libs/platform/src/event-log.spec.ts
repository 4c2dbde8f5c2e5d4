import { beforeEach, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { EventLog } from './event-log.js';

const lines: string[] = [];
const log = new EventLog('gateway', 'info', { write: (line) => void lines.push(line) });
const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

beforeEach(() => void (lines.length = 0));

it('writes one JSON object a line: service, level, time, event and the fields', () => {
  log.info('referral.accepted', { referralId: 'r', authorityId: 'a/b', ms: 3 });
  expect(lines).toHaveLength(1);
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: 'gateway',
    event: 'referral.accepted',
    referralId: 'r',
    authorityId: 'a/b',
    ms: 3,
  });
});

it('is silent below its level', () => {
  log.debug('noise');
  expect(lines).toEqual([]);
});

describe('a text that somebody outside chose', () => {
  it.each([
    'x\n{"level":"error","event":"forged"}',
    'x\r\nforged',
    '"} {"event":"forged',
    '\u001b[2J\u001b[31m',
    '\u0000\u0007\u007f',
    '\u2028\u2029',
  ])('%j stays one line and one value', (type) => {
    log.warn('message.quarantined', { type });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/);
    expect(last()).toMatchObject({ event: 'message.quarantined', type });
  });

  it('is never more than the value of its field', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (type) => {
        lines.length = 0;
        log.warn('message.quarantined', { type });
        expect(lines).toHaveLength(1);
        expect(Object.keys(last()).sort()).toEqual(['event', 'level', 'service', 'time', 'type']);
      }),
    );
  });
});

describe('what nobody foresaw', () => {
  const failure = (error: unknown): string => {
    log.failure('service.failed', error);
    return lines.at(-1) ?? '';
  };
  const secret = 'Anna Andersson 19850101';

  it('is logged by its kind and place, never by its text', () => {
    const driverError = Object.assign(new Error(secret), { code: '23505', detail: `Key (name)=(${secret})` });
    const error = Object.assign(new TypeError(secret, { cause: new RangeError(secret) }), {
      code: 'ERR_X',
      driverError,
      query: secret,
      parameters: [secret],
    });
    expect(failure(error)).not.toContain('Anna');
    expect(last()).toMatchObject({ error: 'TypeError', errorCode: 'ERR_X', sqlState: '23505', cause: 'RangeError' });
    expect(last()['at']).toEqual(expect.arrayContaining([expect.stringMatching(/^at /)]));
  });

  it('has no code that is a text of its own', () => {
    expect(failure(Object.assign(new Error('x'), { code: `no such user ${secret}` }))).not.toContain('Anna');
  });

  it('has no second line in its stack that a message of many lines could forge', () => {
    const error = new Error(`x\n    at ${secret}\n`);
    expect(failure(error)).not.toContain('Anna');
  });

  it.each<[unknown, string]>([
    [secret, 'string'],
    [{ name: secret }, 'object'],
    [undefined, 'undefined'],
  ])('may be no error at all: %j', (thrown, kind) => {
    expect(failure(thrown)).not.toContain('Anna');
    expect(last()).toMatchObject({ error: kind });
  });
});

it('has fields for ids, codes, counts and times, and none that a person would fit in', () => {
  const file = join(import.meta.dirname, 'event-log.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const fields: Record<string, string> = {};
  for (const node of source.statements) {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== 'LogFields') continue;
    for (const member of node.members) {
      // An index signature would let anything in.
      expect(ts.isPropertySignature(member)).toBe(true);
      if (ts.isPropertySignature(member)) fields[member.name.getText(source)] = member.type?.getText(source) ?? 'any';
    }
  }
  expect(fields).toEqual({
    messageId: 'string',
    referralId: 'string',
    attachmentId: 'string',
    webhookId: 'string',
    entryId: 'string',
    authorityId: 'string',
    gatewayId: 'string',
    kid: 'string',
    system: 'string',
    attempt: 'number',
    type: 'string',
    code: 'string',
    state: 'string',
    log: 'string',
    size: 'string',
    count: 'number',
    ms: 'number',
    port: 'number',
    queue: 'string',
    instance: 'string',
  });
});
