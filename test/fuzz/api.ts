import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { PROBLEM_WORDS } from '#platform';
import { readFileSync } from 'node:fs';

/** What of JSON Schema our description uses. */
export interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}
export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Described {
  readonly parameters?: readonly Parameter[];
  readonly security?: readonly { readonly staff?: unknown }[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, Media>>;
  };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** One operation of the published description. */
export interface Operation {
  /** As `POST /v1/referrals`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly isGuarded: boolean;
  /** Open to staff too. */
  readonly isOfStaff: boolean;
  readonly parameters: readonly Parameter[];
  readonly body?: {
    readonly type: string;
    readonly schema: Schema;
    readonly isRequired: boolean;
    readonly examples: readonly unknown[];
  };
  /** That it says it answers with; undefined: with any. */
  readonly statuses: readonly number[];
}

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const OF_PROBLEMS = Object.values(PROBLEM_WORDS).map(([status]) => status);
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const bodyOf = (
  [type, { schema, example, examples }]: readonly [string, Media],
  isRequired: boolean,
): NonNullable<Operation['body']> => ({
  ...{ type, schema, isRequired },
  examples: examples === undefined ? [example] : Object.values(examples).map(({ value }) => value),
});

export const OPERATIONS: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([method]) => METHODS.includes(method))
    .map(([method, { parameters = [], security, requestBody, responses }]) => {
      const [content] = Object.entries(requestBody?.content ?? {});
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        isGuarded: (security ?? []).length > 0,
        isOfStaff: (security ?? []).some(({ staff }) => staff !== undefined),
        parameters,
        // `default` is a problem: one of those that there are.
        statuses: Object.keys(responses).flatMap((status) => (status === 'default' ? OF_PROBLEMS : Number(status))),
        ...(content === undefined ? {} : { body: bodyOf(content, requestBody?.required === true) }),
      };
    }),
);

export const resolved = (schema: Schema): Schema => {
  const { $ref } = schema;
  if ($ref === undefined) return schema;
  const found = document.components.schemas[$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`nothing described as ${$ref}`);
  return resolved(found);
};

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const compiled = new WeakMap<Schema, ValidateFunction>();
/** Whether the published description allows this. */
export const allows = (schema: Schema, value: unknown): boolean => {
  const known = compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
  compiled.set(schema, known);
  return known(value);
};

const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
/** The same of a text in a URL or a header. */
export const allowsText = (schema: Schema, text: string): boolean =>
  resolved(schema).type === 'integer' ? INTEGER.test(text) && allows(schema, Number(text)) : allows(schema, text);
