import type { INestApplication } from '@nestjs/common';
import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiProperty,
  ApiResponse,
  DocumentBuilder,
  SwaggerModule,
  getSchemaPath,
} from '@nestjs/swagger';
import type { ApiPropertyOptions, ApiResponseOptions, OpenAPIObject } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import * as contracts from '#contracts';
import { PROBLEM, answers } from './answers.js';

/** Documents refusals: RFC 9457 problem details, each with a stable `type`. */
export const Problems = (...statuses: readonly number[]): MethodDecorator =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: 'Problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: PROBLEM } },
      } as ApiResponseOptions),
    ),
  );

/** Documents what a route answers with when it went well. */
export const Answer = (
  status: number,
  description: string,
  answer: keyof typeof answers,
  headers?: ApiResponseOptions['headers'],
): MethodDecorator =>
  ApiResponse({
    status,
    description,
    content: { 'application/json': { schema: answers[answer] } },
    ...(headers === undefined ? {} : { headers }),
  } as ApiResponseOptions);

type Class = new () => object;

/** Documents a body that is one of these. */
export const EitherBody = (...classes: readonly Class[]): MethodDecorator =>
  applyDecorators(
    ApiExtraModels(...classes),
    ApiBody({ schema: { oneOf: classes.map((one) => ({ $ref: getSchemaPath(one) })) } }),
  );

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
  return { required, type: 'string', ...own } as ApiPropertyOptions;
};

/** The rules that validate a body are the ones that document it: there is no second description to fall behind. */
export const describeDtos = (classes: readonly Class[]): void => {
  for (const target of classes) {
    const byProperty = new Map<string, Rule[]>();
    for (const rule of getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)) {
      byProperty.set(rule.propertyName, [...(byProperty.get(rule.propertyName) ?? []), rule as Rule]);
    }
    for (const [property, rules] of byProperty) {
      ApiProperty(propertyOf(target, property, rules))(target.prototype as object, property);
    }
  }
};

export const openApiDocument = (app: INestApplication, publicUrl: string): OpenAPIObject => {
  const dtos = Object.entries(contracts).filter(([name, value]) => name.endsWith('Dto') && typeof value === 'function');
  describeDtos(dtos.map(([, value]) => value as unknown as Class));
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Delge gateway')
    .setDescription(
      'Submit referrals about welfare crime, read what became of them, receive and acknowledge them. ' +
        'Skicka och ta emot underrättelser om välfärdsbrott. Limits (begränsningar): content 256 KiB, 20 recipients, sandbox with test persons alone.',
    )
    .setVersion('1.0.0')
    .setLicense('EUPL-1.2', 'https://eupl.eu/1.2/en/')
    .setContact('Delge', 'https://delge.example/', 'kontakt@delge.example')
    .setTermsOfService('https://delge.example/terms')
    .addServer(publicUrl)
    .addOAuth2(
      { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${publicUrl}/oauth2/token`, scopes: {} } } },
      'system',
    )
    .build();
  return SwaggerModule.createDocument(app, config, { ignoreGlobalPrefix: true });
};
