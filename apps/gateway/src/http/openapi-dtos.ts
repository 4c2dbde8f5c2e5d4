import { ApiProperty } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import * as contracts from '#contracts';

export type Class = new () => object;

type Rule = { readonly name?: string; readonly type: string; readonly constraints?: unknown[]; readonly each: boolean };

/** One rule of class-validator as JSON Schema. */
const keywordsOf = ({ name, constraints = [] }: Rule): object => {
  const [first, second] = constraints;
  switch (name) {
    case 'isString':
      return { type: 'string' };
    case 'isInt':
      return { type: 'integer' };
    case 'isBoolean':
      return { type: 'boolean' };
    case 'isIn':
      return { type: 'string', enum: first };
    case 'matches':
      return { type: 'string', pattern: (first as RegExp).source };
    case 'isInstant':
      return { format: 'date-time' };
    case 'isLocalDate':
      return { format: 'date' };
    case 'isLength':
      return { minLength: first, maxLength: second };
    case 'min':
      return { minimum: first };
    case 'max':
      return { maximum: first };
    case 'arrayNotEmpty':
      return { minItems: 1 };
    case 'arrayMaxSize':
      return { maxItems: first };
    case 'isFacts':
      return { type: 'object', additionalProperties: { oneOf: [{ type: 'boolean' }, { type: 'string' }] } };
    case 'isCodeMap':
      return { type: 'object', additionalProperties: { type: 'string' } };
    case 'isCodeListMap':
      return { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } };
    case 'isItems':
      return {
        oneOf: [
          { type: 'string', enum: ['all'] },
          { type: 'array', items: { type: 'string' } },
        ],
      };
    case 'isJsonObject':
      return { type: 'object', additionalProperties: true };
    default:
      return {};
  }
};

const propertyOf = (target: Class, property: string, rules: readonly Rule[]): ApiPropertyOptions => {
  const required = !rules.some((rule) => rule.type === 'conditionalValidation');
  const nested = contracts.nestedClass(target, property);
  const isArray = rules.some((rule) => rule.name === 'isArray');
  const own = Object.assign({}, ...rules.filter((rule) => !rule.each).map(keywordsOf)) as Record<string, unknown>;
  const isNested = rules.some((rule) => rule.type === 'nestedValidation') && nested !== undefined;
  if (isNested) {
    const { minItems, maxItems } = own as { minItems?: number; maxItems?: number };
    const bounds = { ...(minItems === undefined ? {} : { minItems }), ...(maxItems === undefined ? {} : { maxItems }) };
    return { required, type: isArray ? [nested] : nested, ...(isArray ? bounds : {}) } as ApiPropertyOptions;
  }
  if (isArray) {
    const items = Object.assign({}, ...rules.filter((rule) => rule.each).map(keywordsOf)) as object;
    return { required, ...own, type: 'array', items } as ApiPropertyOptions;
  }
  const preset = (new target() as Readonly<Record<string, unknown>>)[property];
  return {
    required,
    type: 'string',
    ...own,
    ...(preset === undefined ? {} : { default: preset }),
  } as ApiPropertyOptions;
};

/** The rules that validate a body are the ones that document it: there is no second description to fall behind. */
export const describeDtos = (): void => {
  const classes = Object.entries(contracts).filter(
    ([name, value]) => name.endsWith('Dto') && typeof value === 'function',
  ) as unknown as readonly (readonly [string, Class])[];
  for (const [, target] of classes) {
    const byProperty = new Map<string, Rule[]>();
    for (const rule of getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)) {
      byProperty.set(rule.propertyName, [...(byProperty.get(rule.propertyName) ?? []), rule as Rule]);
    }
    for (const [property, rules] of byProperty) {
      ApiProperty(propertyOf(target, property, rules))(target.prototype as object, property);
    }
  }
};
