import type { OpenAPIObject } from '@nestjs/swagger';
import { answers } from './answers.js';
import { PROBLEM } from './answers/problem.js';
import type { Schema } from './answers/schema.js';
import { refusedRecipients, written } from './example-answers.js';
import { problemsOf } from './example-problems.js';
import { requests, texts } from './example-requests.js';
import { exampleOf } from './examples.js';

type Named = Readonly<Record<string, Schema>>;
interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Readonly<Record<string, object>>;
}
interface Answered {
  description: string;
  headers?: Readonly<Record<string, object>>;
  content?: Readonly<Record<string, Media>>;
}
interface Operation {
  readonly tags?: readonly string[];
  readonly security?: unknown;
  readonly parameters?: readonly { schema?: Schema; name: string; in: string; example?: unknown }[];
  readonly requestBody?: { content: Readonly<Record<string, Media>> };
  responses: Record<string, Answered>;
}

/** `referral` is published as `Referral`. */
export const nameOfAnswer = (answer: string): string => `${answer.charAt(0).toUpperCase()}${answer.slice(1)}`;
const lastOf = (schema: Schema | undefined): string =>
  ((schema?.['$ref'] as string | undefined) ?? '').split('/').at(-1) ?? '';

const header = (description: string, example: string): object => ({
  description,
  schema: { type: 'string' },
  example,
});
/** What answers bring beside their body. */
const HEADERS = {
  'RateLimit-Policy': header(
    'How many requests of one system may be in hand at once (draft-ietf-httpapi-ratelimit-headers)',
    '"in-hand";q=200;qu="concurrent-requests"',
  ),
  RateLimit: header('How many more may be in hand now', '"in-hand";r=199'),
  'Retry-After': header('Seconds after which it is worth trying again', '5'),
  'WWW-Authenticate': header('The one scheme; with 403 the scope that is lacking (RFC 6750)', 'Bearer'),
  ETag: header(
    'Of this body: ask with `If-None-Match` whether there is another',
    '"q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80"',
  ),
  'Cache-Control': header('Nothing of it is for a cache', 'no-store'),
  'Delge-Environment': header(
    '`sandbox`, `test` or `production`: what is done here counts in the last alone',
    'sandbox',
  ),
} as const;
const headers = (...names: readonly (keyof typeof HEADERS)[]): Readonly<Record<string, object>> =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** What comes with a status, whatever the route. */
const headersOf = (status: string, isLimited: boolean): Readonly<Record<string, object>> => ({
  ...headers('Delge-Environment'),
  ...(isLimited && status !== '401' && status !== 'default' ? headers('RateLimit-Policy', 'RateLimit') : {}),
  ...(isLimited && /^[23]/.test(status) ? headers('Cache-Control') : {}),
  ...(['401', '403'].includes(status) ? headers('WWW-Authenticate') : {}),
  ...(['429', '503', '507'].includes(status) ? headers('Retry-After') : {}),
});

/** What a description made of decorators lacks: examples of every request and answer, headers, and the refusals that any route may end in. */
export const completed = (document: OpenAPIObject): OpenAPIObject => {
  const components = document.components ?? {};
  const schemas: Named = {
    ...(components.schemas as Named),
    ...Object.fromEntries(Object.entries(answers).map(([name, schema]) => [nameOfAnswer(name), schema as Schema])),
    Problem: PROBLEM,
  };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods as Readonly<Record<string, Operation>>))
      complete(operation, `${method} ${path}`, schemas);
  }
  const used = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods as Readonly<Record<string, Operation>>).flatMap((operation) => operation.tags ?? []),
  );
  // One that nobody has described is published without words, and `npm run lint:api` says so.
  const tags = [...new Set(used)].sort().map((name) => ({ name, description: TAGS.get(name) ?? '' }));
  return { ...document, tags, components: { ...components, schemas, headers: HEADERS } as never };
};

const complete = (operation: Operation, route: string, schemas: Named): void => {
  for (const parameter of operation.parameters ?? [])
    parameter.example ??= exampleOf(parameter.schema ?? {}, schemas, parameter.name);
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
    Object.assign(media, requestExample(type, media, schemas));
  operation.responses['default'] ??= {
    description: 'Any other refusal, as problem details (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  const isConditional = '304' in operation.responses;
  for (const [status, answer] of Object.entries(operation.responses)) {
    const tag = isConditional && ['200', '304'].includes(status) ? headers('ETag') : {};
    answer.headers = { ...answer.headers, ...headersOf(status, operation.security !== undefined), ...tag };
    for (const [type, media] of Object.entries(answer.content ?? {})) {
      if (type === 'application/problem+json') media.examples = problemsOf(route, status, refusedRecipients);
      else media.example ??= answerExample(type, media, schemas);
    }
  }
};

const requestExample = (type: string, media: Media, schemas: Named): Pick<Media, 'example' | 'examples'> => {
  const choices = (media.schema?.['oneOf'] as readonly Schema[] | undefined)?.map(lastOf) ?? [];
  const of = (name: string): unknown =>
    (requests as Readonly<Record<string, unknown>>)[name] ?? exampleOf(schemas[name] ?? {}, schemas);
  if (choices.length > 0)
    return { examples: Object.fromEntries(choices.map((name) => [name, { summary: name, value: of(name) }])) };
  return { example: texts[type] ?? of(lastOf(media.schema)) };
};

const WRITTEN = new Map(Object.entries(written).map(([name, example]) => [nameOfAnswer(name), example]));
const answerExample = (type: string, { schema = {} }: Media, schemas: Named): unknown => {
  if (type === 'text/event-stream')
    return 'id: 01890a5d-ac96-774b-bcce-b302099a8057\nevent: message.fetched\ndata: {"id":"01890a5d-ac96-774b-bcce-b302099a8057"}\n\n';
  return WRITTEN.get(lastOf(schema)) ?? exampleOf(schema, schemas);
};

/** What the routes are about, in Swedish after the English. */
const TAGS = new Map([
  ['access', 'Registration and tokens of systems. Registrering och åtkomsttoken.'],
  ['api', 'About this API. Om detta API.'],
  [
    'authorities',
    'To whom a referral can be addressed. Myndigheter och funktioner som en underrättelse kan ställas till.',
  ],
  ['attachments', 'Files that a referral brings. Bilagor.'],
  ['cases', 'Cases that the authority owns. Egna ärenden.'],
  ['deliveries', 'What the authority received, and its receipts. Mottagna underrättelser och kvittenser.'],
  ['disclosure-checks', 'Dry run of the check. Torrkörning av kontrollen.'],
  ['erasure', 'Erasure of messages. Gallring.'],
  ['events', 'What happened. Händelser.'],
  ['evidence', 'What proves a message to others. Bevis.'],
  ['incidents', 'Personal data that went to the wrong authority. Incidenter.'],
  ['logs', 'The logs, and one’s own entries in them. Loggarna och egna poster.'],
  ['recorded-disclosures', 'Disclosures that were made another way. Dokumenterade utlämnanden.'],
  ['persons', 'Search by personal identity or organisation number. Personsökning.'],
  ['referrals', 'What the authority sends. Skickade underrättelser.'],
  ['requests', 'What authorities ask each other for. Begäranden om uppgift.'],
  ['subscriptions', 'Who is sent what comes in a case. Prenumerationer på ärenden.'],
  ['webhooks', 'Where systems are told of events. Webhookar.'],
]);
