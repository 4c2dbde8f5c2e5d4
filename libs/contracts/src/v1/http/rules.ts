import 'reflect-metadata';
import 'reflect-metadata';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, Matches, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import type { ValidationOptions } from 'class-validator';

/** Authority id `<slug>/<unit>`. */
export const AUTHORITY_ID = /^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/;
/** Slug, unit, gateway or function id. */
export const SIMPLE_ID = /^[a-z][a-z0-9-]{0,62}$/;
/** RFC 9562, lower case, any version from 1 to 8. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** A code of a closed list; which list is the law's business (`#legal-basis`), not the transport's. */
export const CODE = /^[A-Za-z0-9][A-Za-z0-9:_.~@/-]{0,127}$/;
export const LOCAL_DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
/** RFC 3339 instant; any offset is taken, UTC is given back. */
export const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
/** Keyset cursor as given in `next`. */
export const CURSOR = /^\d{1,20}\.\d{1,20}$/;

/** Absent is fine, `null` is not: class-validator's own `IsOptional` lets `null` through unchecked. */
export const Optional = (): PropertyDecorator => ValidateIf((_object: unknown, value: unknown) => value !== undefined);

export const IsAuthorityId = (options?: ValidationOptions): PropertyDecorator => Matches(AUTHORITY_ID, options);
export const IsSimpleId = (options?: ValidationOptions): PropertyDecorator => Matches(SIMPLE_ID, options);
export const IsUuid = (options?: ValidationOptions): PropertyDecorator => Matches(UUID, options);
export const IsCode = (options?: ValidationOptions): PropertyDecorator => Matches(CODE, options);

const MAX_ENTRIES = 64;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const recordOf =
  (accepts: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    isRecord(value) &&
    Object.keys(value).length <= MAX_ENTRIES &&
    Object.entries(value).every(([key, entry]) => CODE.test(key) && accepts(entry));
const isCode = (value: unknown): boolean => typeof value === 'string' && CODE.test(value);

const rule = (name: string, validate: (value: unknown) => boolean, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    { name, validator: { validate: (value: unknown) => validate(value), defaultMessage: () => name } },
    options,
  );

/** Whether the calendar has this day: a day that no store knows would come back as its error. */
const isDay = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};
/** Whether an instant in this form is one; RFC 3339 has offsets up to 23:59, and stores take fewer. */
export const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && INSTANT.test(value) && isDay(value) && !Number.isNaN(Date.parse(value));

/** A pattern, for those who describe bodies, and a rule that no pattern can say. */
const both =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, property) =>
    decorators.forEach((decorate) => decorate(target, property));
export const IsLocalDate = (options?: ValidationOptions): PropertyDecorator =>
  both(
    Matches(LOCAL_DATE, options),
    rule('isLocalDate', (value) => typeof value === 'string' && isDay(value), options),
  );
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  both(Matches(INSTANT, options), rule('isInstant', isInstant, options));

/** A whole number in a query, in decimal digits: `Number` itself takes `0x10`, `1e1` and spaces as well. */
export const Decimal = (): PropertyDecorator =>
  Transform(({ value }: { readonly value: unknown }) =>
    typeof value === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(value) ? Number(value) : value,
  );

/** `{code: true | false | code}` */
export const IsFacts = (options?: ValidationOptions): PropertyDecorator =>
  rule(
    'isFacts',
    recordOf((value) => typeof value === 'boolean' || isCode(value)),
    options,
  );
/** `{item: code}` */
export const IsCodeMap = (options?: ValidationOptions): PropertyDecorator =>
  rule('isCodeMap', recordOf(isCode), options);
/** `{item: [code, ...]}` */
export const IsCodeListMap = (options?: ValidationOptions): PropertyDecorator =>
  rule(
    'isCodeListMap',
    recordOf((value) => Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isCode)),
    options,
  );
/** `'all'` or a list of item ids. */
export const IsItems = (options?: ValidationOptions): PropertyDecorator =>
  rule(
    'isItems',
    (value) =>
      value === 'all' ||
      (Array.isArray(value) && value.length > 0 && value.length <= MAX_ENTRIES && value.every(isCode)),
    options,
  );
/** A JSON object, checked elsewhere by the JSON Schema of its message type. */
export const IsJsonObject = (options?: ValidationOptions): PropertyDecorator => rule('isJsonObject', isRecord, options);

type Class = new () => object;
const nested = new WeakMap<object, Map<string | symbol, () => Class>>();
const remember = (target: object, property: string | symbol, type: () => Class): void => {
  const known = nested.get(target) ?? new Map<string | symbol, () => Class>();
  nested.set(target, known.set(property, type));
};

/** A member that is a body of its own: an object, its class known, every member of it checked. */
export const Nested =
  (type: () => Class): PropertyDecorator =>
  (target, property) => {
    remember(target, property, type);
    for (const decorate of [Type(type), ValidateNested(), IsJsonObject()]) decorate(target, property as string);
  };

type KeyOf = (entry: never) => unknown;
/** One step for each entry, and none for a list that is too long, which another rule refuses. */
const hasEachOnce =
  (max: number, key: KeyOf) =>
  (value: unknown): boolean =>
    Array.isArray(value) &&
    (value.length > max || new Set(value.map((one) => key(one as never))).size === value.length);
const eachOnce = (max: number, key: KeyOf): PropertyDecorator => rule('arrayUnique', hasEachOnce(max, key));

/** A list that is not empty, each entry once. `ArrayUnique` compares each with all before it, however many there are. @param max absent: what fits into a body */
export const UniqueList = (max?: number): PropertyDecorator =>
  both(
    IsArray(),
    ArrayNotEmpty(),
    ...(max === undefined ? [] : [ArrayMaxSize(max)]),
    eachOnce(max ?? Infinity, (one) => one),
  );

/** A list of such bodies; an entry that is no object is refused, not passed over. @param key what no two of them share */
export const NestedList =
  (type: () => Class, max: number, key?: KeyOf): PropertyDecorator =>
  (target, property) => {
    remember(target, property, type);
    const rules = [
      Type(type),
      ValidateNested({ each: true }),
      IsJsonObject({ each: true }),
      IsArray(),
      ArrayMaxSize(max),
      ...(key === undefined ? [] : [eachOnce(max, key)]),
    ];
    for (const decorate of rules) decorate(target, property as string);
  };

/** Class of a nested member, its own or inherited, for those who describe bodies. */
export const nestedClass = (target: Class, property: string): Class | undefined => {
  for (let at = target.prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = nested.get(at)?.get(property);
    if (found !== undefined) return found();
  }
  return undefined;
};
