import { expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsString, ValidateNested } from 'class-validator';
import { ProblemError } from './problem.js';
import { validationPipe } from './validation.pipe.js';

class Inner {
  @IsString() readonly name!: string;
}
class Body {
  @IsInt() readonly count!: number;
  @IsBoolean() readonly yes!: boolean;
  @ValidateNested() @Type(() => Inner) readonly inner!: Inner;
}
const good = { count: 1, yes: false, inner: { name: 'x' } };
const pipe = validationPipe();
const outcome = async (value: unknown, type: 'body' | 'query' = 'body'): Promise<string> => {
  try {
    await pipe.transform(value, { type, metatype: Body });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const where = (error.options.violations ?? []).map(({ path, code }) => `${path} ${code}`).sort();
    return [error.code, ...where].join(', ');
  }
};

it('gives a body of its class', async () => {
  expect(await pipe.transform(good, { type: 'body', metatype: Body })).toBeInstanceOf(Body);
});

it('names what is not known, wherever it lies', async () => {
  expect(await outcome({ ...good, extra: 1 })).toBe('unknown-property, /extra whitelistValidation');
  expect(await outcome({ ...good, inner: { name: 'x', 'a/b~': 1 } })).toBe(
    'unknown-property, /inner/a~1b~0 whitelistValidation',
  );
});

it.each([
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toString',
  'valueOf',
  '__defineGetter__',
  '__proto__',
])('does not know %s either, though every object does', async (name) => {
  const body = JSON.parse(JSON.stringify(good).replace('{', `{"${name}":1,`)) as object;
  expect(await outcome(body)).toBe(`unknown-property, /${name} whitelistValidation`);
  expect(await outcome(body, 'query')).toBe(`unknown-property, /${name} whitelistValidation`);
  const inner = JSON.parse(`{"name":"x","${name}":1}`) as object;
  expect(await outcome({ ...good, inner })).toBe(`unknown-property, /inner/${name} whitelistValidation`);
});

it('converts nothing in silence', async () => {
  expect(await outcome({ ...good, yes: 'false' })).toBe('invalid-request, /yes isBoolean');
  expect(await outcome({ ...good, count: '1' })).toBe('invalid-request, /count isInt');
  expect(await outcome({ ...good, inner: { name: {} } })).toBe('invalid-request, /inner/name isString');
});

it('tells faults by place and rule, never by value', async () => {
  const text = await outcome({ count: 'Provberg', yes: 'Provberg', inner: { name: 1 } });
  expect(text).toBe('invalid-request, /count isInt, /inner/name isString, /yes isBoolean');
});

it.each([null, 'text', 1, [], [good], undefined])('is no body: %j', async (value) => {
  expect(await outcome(value)).toMatch(/^(invalid-request|unknown-property)/);
});

it('does not walk the octets of a message from the broker', async () => {
  const octets = new Proxy(new Uint8Array(3), {
    ownKeys: () => {
      throw new Error('walked');
    },
  });
  const message = { body: octets, type: 'x.v1' };
  expect(await pipe.transform(message, { type: 'body', metatype: Object })).toBe(message);
});
