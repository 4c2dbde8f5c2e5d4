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

/** What stands in the place of what an example has. */
export interface Change {
  readonly inPath?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of a body; a text is all of it. */
  readonly body?: object | string;
}
interface Request {
  readonly url: string;
  readonly init: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
}
/** A request of the published description, as its example has it. */
export interface Published extends Request {
  readonly name: string;
  readonly needsToken: boolean;
  readonly responses: Operation['responses'];
  /** The same about other things. */
  readonly changed: (change: Change) => Request;
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
/** Media type and example of each body; undefined: there is none. */
const bodiesOf = ({ requestBody }: Operation): readonly (readonly [string, unknown] | undefined)[] => {
  const bodies = Object.entries(requestBody?.content ?? {}).flatMap(([type, { example, examples }]) => {
    const values = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value);
    return values.map((value): readonly [string, unknown] => [type, value]);
  });
  return bodies.length === 0 ? [undefined] : bodies;
};
const written = (type: string, example: unknown, change: Change['body']): string => {
  const body = typeof change === 'object' ? { ...(example as object), ...change } : (change ?? example);
  return type.endsWith('urlencoded') ? new URLSearchParams(body as Record<string, string>).toString() : textOf(body);
};

/** Every request example of the published description. */
export const publishedRequests = (): readonly Published[] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { parameters = [], security, responses } = operation;
      const of = (place: Parameter['in']): Readonly<Record<string, string>> =>
        Object.fromEntries(parameters.filter((one) => one.in === place).map((one) => [one.name, textOf(one.example)]));
      return bodiesOf(operation).map((example) => {
        const changed = (change: Change): Request => {
          const named = Object.entries({ ...of('path'), ...change.inPath });
          const inPath = named.reduce((at, [name, value]) => at.replace(`{${name}}`, value), path);
          const query = new URLSearchParams({ ...of('query'), ...change.query }).toString();
          const type = example === undefined ? {} : { 'content-type': example[0] };
          return {
            url: query === '' ? inPath : `${inPath}?${query}`,
            init: {
              method: method.toUpperCase(),
              headers: { ...of('header'), ...type, ...change.headers },
              ...(example === undefined ? {} : { body: written(...example, change.body) }),
            },
          };
        };
        const name = `${method.toUpperCase()} ${path}`;
        return { name, needsToken: security !== undefined, responses, changed, ...changed({}) };
      });
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
/** The request to a route by its name; the first where there are several. */
export const publishedAs = (name: string): Published => {
  const found = publishedRequests().find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not published`);
  return found;
};
