import type { RulesetFunction } from '@stoplight/spectral-core';

/** Under no version: what stands at the root by the profile itself, and by OAuth. */
const UNVERSIONED = ['/api-info', '/oauth2/token'];
/** Open to anyone by what they carry: a signature of an administrator. */
const SIGNED = ['put /v1/systems/{id}', 'put /v1/staff/{id}', 'post /v1/erasures'];
const fault = (message: string): { readonly message: string }[] => [{ message }];

type Members = Readonly<Record<string, unknown>>;
interface Described {
  readonly example?: unknown;
  readonly examples?: Members;
}
const hasExample = ({ example, examples = {} }: Described): boolean =>
  example !== undefined || Object.keys(examples).length > 0;

export const bodiesHaveExamples: RulesetFunction<Members> = (content) =>
  Object.entries(content).flatMap(([type, body]) =>
    hasExample(body as Described) ? [] : fault(`${type} has no example`),
  );
export const refusalsAreProblems: RulesetFunction<Members> = (responses) =>
  Object.entries(responses)
    .filter(([status]) => status === 'default' || Number(status) >= 400)
    .flatMap(([status, answer]) => {
      const types = Object.keys((answer as { readonly content?: object }).content ?? {});
      return types.join() === 'application/problem+json' ? [] : fault(`${status} is no application/problem+json`);
    });
const REFUSAL_MEMBERS = ['type', 'title', 'status', 'detail', 'instance'];
export const problemsAreWhole: RulesetFunction<{ readonly schema?: { readonly required?: readonly string[] } }> = (
  body,
) =>
  REFUSAL_MEMBERS.filter((member) => body.schema?.required?.includes(member) !== true).flatMap((member) =>
    fault(`a problem has no ${member} for certain`),
  );
/** Of ARP.02, and those of RFC 9110 and RFC 6585 that say more than 400 or 500 would. */
const STATUSES = /^(200|201|202|204|304|40[0-5]|408|409|410|412|413|415|422|429|500|501|502|503|504|507|default)$/;
export const statusesAreKnown: RulesetFunction<Members> = (responses) =>
  Object.keys(responses).flatMap((status) => (STATUSES.test(status) ? [] : fault(`${status} is not of the profile`)));
export const refusalsSayWhen: RulesetFunction<Members> = (responses) =>
  Object.entries({ 401: 'WWW-Authenticate', 429: 'Retry-After', 503: 'Retry-After' }).flatMap(([status, name]) => {
    const answer = responses[status] as { readonly headers?: Members } | undefined;
    return answer === undefined || name in (answer.headers ?? {}) ? [] : fault(`${status} has no ${name}`);
  });
export const pathsHaveVersion: RulesetFunction<Members> = (paths) =>
  Object.keys(paths).flatMap((path) =>
    UNVERSIONED.includes(path) || /^\/v[1-9][0-9]*\//.test(path) ? [] : fault(`${path} has no version`),
  );
export const pathsAreLowerCase: RulesetFunction<Members> = (paths) =>
  Object.keys(paths).flatMap((path) => {
    const segments = path
      .slice(1)
      .split('/')
      .filter((segment) => !/^\{[a-z][A-Za-z0-9]*\}$/.test(segment));
    return segments.every((segment) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(segment))
      ? []
      : fault(`${path} is not lower case with hyphens`);
  });
const NAMES_OF_PERSONS = /person(nummer|al-?identity)|pnr|ssn/i;
export const noPersonsInUrls: RulesetFunction<Members> = (paths) =>
  Object.entries(paths).flatMap(([path, methods]) => {
    const parameters = Object.values(methods as Members).flatMap(
      (operation) => (operation as { readonly parameters?: readonly { readonly name: string }[] }).parameters ?? [],
    );
    return [path, ...parameters.map(({ name }) => name)]
      .filter((name) => NAMES_OF_PERSONS.test(name))
      .flatMap((name) => fault(`${name} would put a person into a URL`));
  });
export const secured: RulesetFunction<Members> = (paths) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, { readonly security?: unknown[] }>>).flatMap(
      ([method, { security = [] }]) =>
        UNVERSIONED.includes(path) || SIGNED.includes(`${method} ${path}`) || security.length > 0
          ? []
          : fault(`${method} ${path} asks for no authorisation`),
    ),
  );
export const apiInfo: RulesetFunction<Members> = (paths) => {
  const info = paths['/api-info'] as
    | {
        readonly get?: {
          readonly responses?: Readonly<
            Record<
              string,
              {
                readonly content?: Readonly<
                  Record<string, { readonly schema?: { readonly required?: readonly string[] } }>
                >;
              }
            >
          >;
        };
      }
    | undefined;
  const required = info?.get?.responses?.['200']?.content?.['application/json']?.schema?.required ?? [];
  return ['apiName', 'apiVersion', 'apiReleased', 'apiDocumentation', 'apiStatus']
    .filter((member) => !required.includes(member))
    .flatMap((member) => fault(`GET /api-info does not tell ${member}`));
};
export const CAMEL = /^[a-z][a-zA-Z0-9]*$/;
/** RFC 6749 and RFC 7523 say how these are spelt. */
const OF_OAUTH = [
  'access_token',
  'token_type',
  'expires_in',
  'grant_type',
  'client_assertion',
  'client_assertion_type',
  'client_id',
];
export const membersAreCamelCase: RulesetFunction<Members> = (properties) =>
  Object.keys(properties).flatMap((name) =>
    CAMEL.test(name) || OF_OAUTH.includes(name) ? [] : fault(`${name} is not in camel case`),
  );
export const instantsAreInstants: RulesetFunction<Readonly<Record<string, { readonly format?: string }>>> = (
  properties,
) =>
  Object.entries(properties).flatMap(([name, { format }]) =>
    /(At|^timestamp)$/.test(name) && format !== 'date-time' ? fault(`${name} is not of the format date-time`) : [],
  );
interface Bounds {
  readonly default?: unknown;
  readonly minimum?: number;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Bounds;
}
type Bodies = Readonly<
  Record<string, { readonly schema?: { readonly properties?: Readonly<Record<string, Bounds>> } }>
>;
interface Paged {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Bodies };
}
/** Also of a list that is asked for by a body, since addresses are written to logs. */
export const pagingIsBounded: RulesetFunction<Paged> = ({ parameters = [], requestBody }) => {
  const query = (name: string): Parameter | undefined =>
    parameters.find((one) => one.in === 'query' && one.name === name);
  const limit = query('limit');
  const ofBodies = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema?.properties?.['limit']);
  return [
    ...(ofBodies.some((one) => one !== undefined && one.default !== 20)
      ? fault('limit of its body is not 20 by default')
      : []),
    ...(limit !== undefined && limit.schema?.default !== 20 ? fault('limit is not 20 by default') : []),
    ...(query('page') !== undefined && query('page')?.schema?.minimum !== 1 ? fault('page does not begin at 1') : []),
    ...(limit === undefined && ['page', 'offset', 'after'].some((name) => query(name) !== undefined)
      ? fault('a list that has pages has no limit')
      : []),
  ];
};
interface Told {
  readonly summary?: string;
  readonly description?: string;
}
const ENGLISH = /\b(the|and|or|of|a|an|what|when|where|which|with|is|are|by|about|as|that|how)\b/i;
const SWEDISH =
  /[åäö]|\b(en|ett|och|av|om|som|ej|inte|med|lista|byt|loggens|bilagor|bevis|gallring|incidenter|webhookar)\b/i;
export const inBothLanguages: RulesetFunction<Told> = ({ summary = '', description = '' }) => {
  const text = `${summary} ${description}`;
  return [
    ...(ENGLISH.test(text) ? [] : fault('is not told in English')),
    ...(SWEDISH.test(text) ? [] : fault('is not told in Swedish')),
  ];
};
