import fc from 'fast-check';
import type { Schema } from './api.js';
import { resolved } from './api.js';
import type { Values } from './values.js';

/** A body as octets, and what is certainly wrong with it whatever the description says. */
export interface Body {
  readonly octets: Buffer;
  readonly flaws: readonly string[];
}

type Path = readonly (string | number)[];
type Holder = Record<string, unknown>;
/** A member, and how it is described, if it is. */
interface Place {
  readonly path: Path;
  readonly schema: Schema | undefined;
}

const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;
const memberOf = ({ properties, items, additionalProperties }: Schema, name: string | number): Schema | undefined => {
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const found = typeof name === 'number' ? items : (properties?.[name] ?? other);
  return found === undefined ? undefined : resolved(found);
};
/** Every member of a body, at any depth. */
const placesOf = (value: unknown, schema: Schema | undefined, path: Path = []): readonly Place[] => {
  const own: readonly Place[] = path.length === 0 ? [] : [{ path, schema }];
  if (!isHolder(value)) return own;
  const names: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return names.reduce<readonly Place[]>((found, name) => {
    const member = schema === undefined ? undefined : memberOf(schema, name);
    return [...found, ...placesOf(value[String(name)], member, [...path, name])];
  }, own);
};

/** @param change given the holder of the last name of the path */
const changed = (body: unknown, path: Path, change: (holder: Holder, name: string) => void): unknown => {
  const copy = structuredClone(body);
  let holder = copy as Holder;
  for (const name of path.slice(0, -1)) {
    const next = holder[String(name)];
    // An earlier change has taken the way there away.
    if (!isHolder(next)) return copy;
    holder = next;
  }
  if (isHolder(holder)) change(holder, String(path.at(-1)));
  return copy;
};
const remove = (holder: Holder, name: string): void => {
  if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else Reflect.deleteProperty(holder, name);
};
const set = (holder: Holder, name: string, value: unknown): void => {
  // The one name that a list does not let anybody define; JSON knows nothing of it.
  if (Array.isArray(holder) && name === 'length') return;
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
};

/** Stands where octets are put that JSON.stringify would not write. */
const RAW = '@@raw@@';
const DEEP = ['['.repeat(40) + ']'.repeat(40), '{"a":'.repeat(60) + '1' + '}'.repeat(60), '['.repeat(20_000)];
const TOKENS: readonly (readonly [flaw: string, token: string])[] = [
  ...DEEP.map((token) => ['too deep', token] as const),
  ...['1e400', '-1e400', '9007199254740993', '1'.repeat(400)].map((token) => ['number out of range', token] as const),
  ...['"\\ud800"', '"\\udc00\\ud800"', '"a\\u0000"'].map((token) => ['text that is none', token] as const),
  ...['NaN', 'Infinity', '0x10', '01', '.5', "'a'", '"\\x41"', 'undefined', '/**/1', '1,', '"\n"', 'True'].map(
    (token) => ['malformed', token] as const,
  ),
  ['forbidden key', '{"__proto__":{"x":1}}'],
  ['forbidden key', '{"constructor":{"prototype":1}}'],
  ['duplicate key', '{"a":1,"a":2}'],
  ['duplicate key', '{"a":1,"\\u0061":2}'],
];

const none: readonly string[] = [];
/** A decision of cooperation that nobody made. What claims one and is accepted lacks its opening in the export of every authority that it names, which other specs verify. */
const UNMADE = /"cooperationDecision":"[0-9a-f-]{36}"/gi;
const asBody = (value: unknown): Body => ({
  octets: Buffer.from((JSON.stringify(value) ?? '').replaceAll(UNMADE, '"cooperationDecision":"none"')),
  flaws: none,
});

/** @returns the text with a raw token in place of one member */
const withToken = (value: unknown, path: Path, token: string): string | undefined => {
  const text = JSON.stringify(changed(value, path, (holder, name) => set(holder, name, RAW)));
  return text.includes(`"${RAW}"`) ? text.replace(`"${RAW}"`, () => token) : undefined;
};
/** @returns the text with the same member once more, before the others */
const withTwice = (value: unknown, path: Path): string | undefined => {
  const name = String(path.at(-1));
  const holder = path.slice(0, -1).reduce<unknown>((at, part) => (at as Holder | undefined)?.[String(part)], value);
  if (!isHolder(holder) || Array.isArray(holder) || !Object.hasOwn(holder, name)) return undefined;
  const text = JSON.stringify(changed(value, [...path.slice(0, -1), RAW], (at, key) => set(at, key, 0)));
  return text.replace(`"${RAW}":0`, () => `${JSON.stringify(name)}:${JSON.stringify(holder[name]) ?? '0'}`);
};

/** Under ids of its own, else all but the first of them would say that the id is used. */
const anew = (example: object): fc.Arbitrary<unknown> =>
  fc.tuple(fc.uuid({ version: 4 }), fc.uuid({ version: 4 }), fc.nat(9)).map(([id, caseId, dice]) => {
    const copy = structuredClone(example) as Holder;
    const holder = isHolder(copy['referral']) ? copy['referral'] : copy;
    if ('id' in holder && dice > 0) holder['id'] = id;
    if ('caseId' in holder && dice > 0) holder['caseId'] = caseId;
    return copy;
  });

/** Bodies of one operation: of the description alone, and of examples of it, whole and spoilt. */
export const bodiesOf = (schema: Schema, examples: readonly object[], values: Values): fc.Arbitrary<Body> => {
  const { valid, strange } = values;
  const shape = resolved(schema);
  const good = examples.length === 0 ? valid(schema) : fc.constantFrom(...examples).chain(anew);
  const any = fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: valid(schema) });

  const placeIn = (value: unknown): fc.Arbitrary<Place> => {
    const places = placesOf(value, shape.oneOf === undefined ? shape : undefined);
    return places.length === 0 ? fc.constant({ path: ['x'], schema: undefined }) : fc.constantFrom(...places);
  };
  const change = (value: unknown): fc.Arbitrary<unknown> =>
    placeIn(value).chain(({ path, schema: described }) =>
      fc.oneof(
        fc.constant(changed(value, path, remove)),
        strange.map((other) => changed(value, path, (holder, name) => set(holder, name, other))),
        (described === undefined ? strange : valid(described)).map((other) =>
          changed(value, path, (holder, name) => set(holder, name, other)),
        ),
        fc
          .tuple(
            fc.oneof(fc.constantFrom('x', 'Id', 'id ', 'toString', 'é', '$where', ''), values.strangeText),
            strange,
          )
          .map(([extra, other]) => changed(value, [...path.slice(0, -1), extra], (at, name) => set(at, name, other))),
      ),
    );
  const spoilt = any.chain((value) =>
    change(value).chain((once) =>
      fc.oneof({ weight: 3, arbitrary: fc.constant(once) }, { weight: 1, arbitrary: change(once) }),
    ),
  );

  const raw = fc.tuple(any, fc.constantFrom(...TOKENS)).chain(([value, [flaw, token]]) =>
    placeIn(value).map(({ path }) => {
      const text = withToken(value, path, token);
      return text === undefined ? asBody(value) : { octets: Buffer.from(text), flaws: [flaw] };
    }),
  );
  const twice = any.chain((value) =>
    placeIn(value).map(({ path }) => {
      const text = withTwice(value, path);
      return text === undefined ? asBody(value) : { octets: Buffer.from(text), flaws: ['duplicate key'] };
    }),
  );
  const octets = fc.tuple(any, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })).chain(([value, at]) => {
    const whole = Buffer.from(JSON.stringify(value) ?? '1');
    const cut = Math.floor(whole.length * at);
    const flawed = (flaw: string, ...parts: readonly Uint8Array[]): Body => ({
      octets: Buffer.concat(parts),
      flaws: [flaw],
    });
    const text = Buffer.from(JSON.stringify({ ...(value as object), x: '#' }));
    const [before, after] = [text.subarray(0, text.indexOf('#')), text.subarray(text.indexOf('#') + 1)];
    return fc.constantFrom<Body>(
      whole.length > 1 ? flawed('cut off', whole.subarray(0, Math.max(1, cut))) : flawed('malformed', Buffer.from('{')),
      flawed('something behind', whole, Buffer.from('{}')),
      flawed('byte order mark', Buffer.from([0xef, 0xbb, 0xbf]), whole),
      flawed('UTF-16', Buffer.from(whole.toString('utf8'), 'utf16le')),
      flawed('not UTF-8', before, Buffer.from([0xff]), after),
      flawed('overlong', before, Buffer.from([0xc0, 0xaf]), after),
      flawed('surrogate in UTF-8', before, Buffer.from([0xed, 0xa0, 0x80]), after),
      flawed('Latin-1', before, Buffer.from([0xe5]), after),
      flawed('nothing but spaces', Buffer.from(' \n')),
    );
  });
  const large = any.map((value) => ({
    octets: Buffer.from(JSON.stringify({ ...(value as object), x: 'y'.repeat(512 * 1024) })),
    flaws: ['too large'],
  }));
  const top = fc
    .oneof(
      strange,
      any.map((value) => [value]),
      any.map((value) => JSON.stringify(value)),
    )
    .map(asBody);

  return fc.oneof(
    { weight: 200, arbitrary: any.map(asBody) },
    { weight: 200, arbitrary: spoilt.map(asBody) },
    { weight: 60, arbitrary: raw },
    { weight: 40, arbitrary: twice },
    { weight: 60, arbitrary: octets },
    { weight: 20, arbitrary: top },
    { weight: 1, arbitrary: large },
  );
};
