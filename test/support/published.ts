import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv';
import { readFileSync } from 'node:fs';

interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly example: unknown;
}
interface Operation {
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
const api = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(api, 'api');
const compiled = new Map<string, ValidateFunction>();
const faultsOf = (schema: object, value: unknown): string => {
  const located = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
  const validate = compiled.get(located) ?? ajv.compile(JSON.parse(located) as object);
  compiled.set(located, validate);
  return validate(value) ? '' : ajv.errorsText(validate.errors);
};

/** A request of the published description, as its example has it. */
export interface Published {
  readonly name: string;
  readonly needsToken: boolean;
  readonly url: string;
  readonly init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly responses: Operation['responses'];
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const bodiesOf = ({ requestBody }: Operation): readonly (readonly [string, string] | undefined)[] => {
  const bodies = Object.entries(requestBody?.content ?? {}).flatMap(([type, { example, examples }]) => {
    const values = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);
    return values.map((value): readonly [string, string] => [
      type,
      type.endsWith('urlencoded') ? new URLSearchParams(value as Record<string, string>).toString() : textOf(value),
    ]);
  });
  return bodies.length === 0 ? [undefined] : bodies;
};

/** Every request example of the published description. */
export const publishedRequests = (): readonly Published[] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { parameters = [], security, responses } = operation;
      const of = (place: Parameter['in']): readonly (readonly [string, string])[] =>
        parameters.filter((one) => one.in === place).map(({ name, example }) => [name, textOf(example)]);
      const inPath = of('path').reduce((at, [name, value]) => at.replace(`{${name}}`, value), path);
      const query = new URLSearchParams(of('query').map(([name, value]) => [name, value])).toString();
      return bodiesOf(operation).map((body) => ({
        name: `${method.toUpperCase()} ${path}`,
        needsToken: security !== undefined,
        url: query === '' ? inPath : `${inPath}?${query}`,
        init: {
          method: method.toUpperCase(),
          headers: { ...Object.fromEntries(of('header')), ...(body === undefined ? {} : { 'content-type': body[0] }) },
          ...(body === undefined ? {} : { body: body[1] }),
        },
        responses,
      }));
    }),
  );

/** What is wrong with an answer, by what is published of its route; empty: nothing. */
export const faultOfAnswer = async ({ responses }: Published, response: Response): Promise<string> => {
  const { status } = response;
  const described = responses[status];
  if (described === undefined) {
    await response.body?.cancel();
    return `${status} is not published`;
  }
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const media = described.content?.[type];
  if (type === 'text/event-stream') {
    await response.body?.cancel();
    return media === undefined ? `${type} is not published` : '';
  }
  const text = await response.text();
  if (described.content === undefined) return text === '' ? '' : `${status} has a body`;
  if (media === undefined) return `${status} is ${type}`;
  return type.endsWith('json') ? faultsOf(media.schema, JSON.parse(text)) : '';
};
/** The same, of the body of an answer to a route by its name. */
export const publishedAs = (name: string): Published => {
  const found = publishedRequests().find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not published`);
  return found;
};
