import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { bodyReader } from './body.js';
import type { BodyRule } from './body.js';

const MAX = 64 * 1024;
const rules: readonly BodyRule[] = [
  { method: 'POST', path: /^\/oauth2\/token$/, type: 'application/x-www-form-urlencoded', as: 'form' },
  { method: 'PUT', path: /^\/v1\/systems\//, type: 'application/jose', as: 'text' },
];
const read = bodyReader({ maxBytes: MAX, rules });

interface Given {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Answer {
  readonly status: number;
  readonly slug?: string;
  readonly body?: unknown;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a route would be given, or the problem that is answered instead. */
const answer = (sending: Uint8Array | Iterable<Buffer>, given: Given = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method = 'POST', path = '/v1/referrals', headers = {} } = given;
    const bytes = sending instanceof Uint8Array ? sending : new Uint8Array();
    const sent = { 'content-type': 'application/json', 'content-length': String(bytes.length), ...headers };
    const chunks = sending instanceof Uint8Array ? slices(sending) : sending;
    const request = Object.assign(Readable.from(chunks), { method, path, headers: sent });
    const out: Record<string, string> = {};
    let code = 0;
    const response = {
      setHeader: (name: string, value: string) => void (out[name] = value),
      removeHeader: () => undefined,
      status: (status: number) => {
        code = status;
        return response;
      },
      type: (type: string) => {
        out['Content-Type'] = type;
        return response;
      },
      send: (text: string) => {
        const { type } = JSON.parse(text) as { readonly type: string };
        resolve({ status: code, slug: type.replace('/problems/', ''), text, headers: out });
      },
    };
    read(request as unknown as Request, response as unknown as Response, (error?: unknown) => {
      if (error !== undefined) reject(error instanceof Error ? error : new Error('next'));
      else resolve({ status: 200, body: (request as { readonly body?: unknown }).body, text: '', headers: out });
    });
  });
const slices = function* (bytes: Uint8Array): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 16_384) yield Buffer.from(bytes.subarray(at, at + 16_384));
};
const json = (text: string, given?: Given): Promise<Answer> => answer(Buffer.from(text), given);
const problem = async (text: string | Uint8Array, given?: Given): Promise<string> => {
  const { status, slug } = await answer(typeof text === 'string' ? Buffer.from(text) : text, given);
  return `${status} ${slug ?? ''}`.trim();
};

it('gives a route what was sent', async () => {
  expect((await json('{"a":[1,"å",null,true]}')).body).toEqual({ a: [1, 'å', null, true] });
  expect((await json('', { method: 'GET', headers: { 'content-type': '' } })).body).toBeUndefined();
  expect((await json('', { headers: { 'content-type': '' } })).body).toBeUndefined();
});

describe('B1 malformed JSON', () => {
  it.each([
    '{',
    '{"a":}',
    "{'a':1}",
    '{"a":1,}',
    '[1,]',
    'NaN',
    '01',
    '+1',
    '"\t"',
    '{}{}',
    '\uFEFF{}',
    '{"a":1}\0',
    ' ',
  ])('%j', async (text) => {
    expect(await problem(text)).toBe('400 malformed-json');
  });

  it('is not echoed', async () => {
    const { text } = await json('{"namn":"Provberg" oj}');
    expect(text).not.toMatch(/Provberg|namn|oj/);
  });
});

describe('B2 duplicate keys', () => {
  it.each(['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"x":{"b":1,"c":2,"b":3}}', '[{"a":1,"a":2}]'])(
    '%s',
    async (text) => {
      expect(await problem(text)).toBe('400 duplicate-key');
    },
  );

  it('however they are spelled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[a-z]{1,5}$/), async (name) => {
        const escaped = [...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
        expect(await problem(`{"${name}":1,"${escaped}":2}`)).toBe('400 duplicate-key');
      }),
      { numRuns: 30 },
    );
  });
});

describe('B3 deep nesting', () => {
  it('is refused past 32 levels, and taken up to them', async () => {
    expect(await problem('['.repeat(33) + ']'.repeat(33))).toBe('400 json-too-deep');
    expect(await problem('['.repeat(32) + ']'.repeat(32))).toBe('200');
  });

  it.each(['['.repeat(49_000), '{"a":'.repeat(12_000), '[{"a":'.repeat(8_000)])(
    'is refused without following it',
    async (text) => {
      expect(await problem(text)).toBe('400 json-too-deep');
    },
  );
});

describe('B4 a body over the limit', () => {
  const large = Buffer.from(`"${'x'.repeat(MAX)}"`);

  it('is refused by what it says of its length, and by its length', async () => {
    expect(await problem(large)).toBe('413 too-large');
    expect(await problem('{}', { headers: { 'content-length': String(MAX + 1) } })).toBe('413 too-large');
    const chunked = { 'transfer-encoding': 'chunked', 'content-length': '0' };
    expect(await problem(large, { headers: chunked })).toBe('413 too-large');
  });

  it('is not read to its end', async () => {
    let given = 0;
    const endless = function* (): Generator<Buffer> {
      for (; given < 100 * MAX; given += 1024) yield Buffer.alloc(1024, 0x20);
    };
    const chunked = { 'transfer-encoding': 'chunked', 'content-length': '0' };
    expect((await answer(endless(), { headers: chunked })).status).toBe(413);
    expect(given).toBeLessThan(3 * MAX);
  });

  it('ends the connection, since the rest of it would be taken for the next request', async () => {
    expect((await answer(large)).headers).toMatchObject({
      Connection: 'close',
      'Content-Type': 'application/problem+json',
    });
  });

  it('is taken at the limit', async () => {
    expect(await problem(Buffer.from(`"${'x'.repeat(MAX - 2)}"`))).toBe('200');
  });
});

describe('B5 and B15 another encoding or media type', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['gzip', { 'content-encoding': 'gzip' }],
    ['identity, said aloud', { 'content-encoding': 'identity' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form of parts', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['text', { 'content-type': 'text/plain' }],
    ['JSON of another kind', { 'content-type': 'application/merge-patch+json' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['another parameter', { 'content-type': 'application/json; profile=x' }],
    ['nothing', { 'content-type': '' }],
  ])('%s', async (_, headers) => {
    expect(await problem('{}', { headers })).toBe('415 unsupported-media-type');
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('%s is JSON', async (type) => {
    expect(await problem('{}', { headers: { 'content-type': type } })).toBe('200');
  });
});

describe('B6 invalid UTF-8', () => {
  it.each<[string, readonly number[]]>([
    ['a lone continuation', [0x80]],
    ['a cut sequence', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['past the last character', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe5]],
  ])('%s', async (_, octets) => {
    expect(await problem(Uint8Array.of(0x22, ...octets, 0x22))).toBe('400 invalid-encoding');
    const text = { method: 'PUT', path: '/v1/systems/1', headers: { 'content-type': 'application/jose' } };
    expect(await problem(Uint8Array.of(...octets), text)).toBe('400 invalid-encoding');
  });
});

describe('B7 texts that no store can keep', () => {
  it.each(['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '{"\\ud83d":1}', '["a\\u0000b"]'])('%s', async (text) => {
    expect(await problem(text)).toBe('400 invalid-text');
  });
});

describe('B10 names that belong to every object', () => {
  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'])('%s', async (name) => {
    expect(await problem(`{"${name}":{"admin":true}}`)).toBe('400 forbidden-key');
    expect(await problem(`{"a":[{"${name}":1}]}`)).toBe('400 forbidden-key');
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });
});

describe('B13 numbers that would be rounded', () => {
  it.each(['9007199254740992', '-9007199254740993', '1e400', '123456789012345678901234567890'])('%s', async (text) => {
    expect(await problem(`{"n":${text}}`)).toBe('400 number-out-of-range');
  });

  it('none that is exact', async () => {
    expect((await json('[9007199254740991,-9007199254740991,0.5]')).body).toEqual([
      9007199254740991, -9007199254740991, 0.5,
    ]);
  });
});

describe('a route that takes a form', () => {
  const form = { path: '/oauth2/token', headers: { 'content-type': 'application/x-www-form-urlencoded' } };

  it('is given its parameters', async () => {
    expect((await json('grant_type=client_credentials&x=%C3%A5+b', form)).body).toEqual({
      grant_type: 'client_credentials',
      x: 'å b',
    });
  });

  it('refuses a parameter that is given twice', async () => {
    expect(await problem('scope=a&scope=b', form)).toBe('400 duplicate-key');
  });

  it('takes no JSON, and no other route takes a form', async () => {
    expect(await problem('{}', { path: '/oauth2/token' })).toBe('415 unsupported-media-type');
    expect(await problem('a=b', { ...form, path: '/oauth2/token/' })).toBe('415 unsupported-media-type');
    expect(await problem('a=b', { ...form, method: 'PUT' })).toBe('415 unsupported-media-type');
  });

  it('is given parameters with no prototype to reach', async () => {
    const { body } = await json('__proto__=x&a=b', form);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect((body as Record<string, unknown>)['a']).toBe('b');
  });
});
