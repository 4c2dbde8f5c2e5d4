import type { OpenAPIObject } from '@nestjs/swagger';
import { escaped, prose, shown } from '#platform';

interface Media {
  readonly schema?: { readonly $ref?: string };
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}

const idOf = (route: string): string => route.replaceAll(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '');
const jsonOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const cells = (...texts: readonly string[]): string => `<tr>${texts.map((text) => `<td>${text}</td>`).join('')}</tr>`;
const headed = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;

const schemaLink = ({ schema }: Media): string => {
  const name = schema?.$ref?.split('/').at(-1);
  return name === undefined ? '' : ` <a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
};
const bodiesOf = (content: Readonly<Record<string, Media>>): string =>
  Object.entries(content)
    .map(([type, media]) => {
      const values =
        media.examples === undefined ? [media.example] : Object.values(media.examples).map(({ value }) => value);
      return `<p><code>${escaped(type)}</code>${schemaLink(media)}</p>${values.map(shown).join('')}`;
    })
    .join('');

const answersOf = ({ responses }: Operation): string =>
  Object.entries(responses)
    .map(([status, { description, content = {} }]) => {
      const problems = Object.keys(content['application/problem+json']?.examples ?? {});
      const links = problems.map((code) => `<a href="/problems/${escaped(code)}"><code>${escaped(code)}</code></a>`);
      if (problems.length > 0) return `<p><strong>${escaped(status)}</strong> ${links.join(', ')}</p>`;
      return `<details><summary><strong>${escaped(status)}</strong> ${prose(description)}</summary>${bodiesOf(content)}</details>`;
    })
    .join('');

/** Who may call it: any of the schemes, a system with every scope that stands beside it. */
const accessOf = ({ security }: Operation): string => {
  if (security === undefined) return '<p>Without a token. <span lang="sv">Utan token.</span></p>';
  const ways = security.flatMap((way) =>
    Object.entries(way).map(([scheme, scopes]) =>
      [escaped(scheme), ...scopes.map((scope) => `<code>${escaped(scope)}</code>`)].join(' '),
    ),
  );
  return `<p>Access / <span lang="sv">Behörighet</span>: ${ways.join(', ')}</p>`;
};

const operationOf = (route: string, operation: Operation): string => {
  const { summary = '', description = '', parameters = [], requestBody } = operation;
  const rows = parameters.map((one) =>
    cells(
      `<code>${escaped(one.name)}</code>`,
      `${escaped(one.in)}${one.required === true ? '' : ', may be left out'}`,
      prose(one.description ?? ''),
      `<code>${escaped(jsonOf(one.example))}</code>`,
    ),
  );
  return (
    `<section id="${idOf(route)}"><h3><code>${escaped(route)}</code></h3><p><strong>${prose(summary)}.</strong> ${prose(description)}</p>` +
    accessOf(operation) +
    (rows.length === 0 ? '' : headed(['name', 'in', 'what', 'example'], rows)) +
    (requestBody === undefined
      ? ''
      : `<details><summary>Request / <span lang="sv">Anrop</span></summary>${bodiesOf(requestBody.content)}</details>`) +
    `${answersOf(operation)}</section>`
  );
};

/** HTML of the whole description: what each route does, takes and answers, with every example. */
export const docsPage = (document: OpenAPIObject): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, Operation>>).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
  const tags = (document.tags ?? []).map(({ name, description = '' }) => ({
    name,
    description,
    own: operations.filter(([, { tags: named = [] }]) => named.includes(name)),
  }));
  const contents = tags.map(
    ({ name, own }) =>
      `<li><a href="#tag-${escaped(name)}">${escaped(name)}</a><ul>${own
        .map(
          ([route, { summary = '' }]) =>
            `<li><a href="#${idOf(route)}"><code>${escaped(route)}</code></a> ${prose(summary)}</li>`,
        )
        .join('')}</ul></li>`,
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${escaped(name)}"><summary><code>${escaped(name)}</code></summary>${shown(schema)}</details>`,
  );
  return (
    `<h1>${escaped(document.info.title)} ${escaped(document.info.version)}</h1><p>${prose(document.info.description ?? '')}</p>` +
    `<ul><li><a href="/openapi.json">OpenAPI ${escaped(document.openapi)}</a></li><li><a href="/api-info">/api-info</a></li>` +
    `<li><a href="/problems">Problems / <span lang="sv">Avslag</span></a></li></ul><nav aria-label="Routes"><ul>${contents.join('')}</ul></nav>` +
    tags
      .map(
        ({ name, description, own }) =>
          `<section id="tag-${escaped(name)}"><h2>${escaped(name)}</h2><p>${prose(description)}</p>${own
            .map(([route, operation]) => operationOf(route, operation))
            .join('')}</section>`,
      )
      .join('') +
    `<section><h2>Schemas</h2>${schemas.join('')}</section>`
  );
};
