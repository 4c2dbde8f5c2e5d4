import { join } from 'node:path';
import ts from 'typescript';
import { PROBLEMS } from '#platform';
import { findAll, parseFile, sourceFiles } from './source.js';
import { code, table } from './markdown.js';

/** Who acts, as people say it. */
const ACTS = {
  caller: "the caller: the system's developer or its user",
  participant: 'the participant: its administrator or the gateway it runs',
  operator: 'the operator of the service that answered',
} as const;

/** A call `new ProblemError('slug', 404)`, or a pair `['slug', 404]` of a table that maps errors to answers. */
const statusesIn = (root: ts.Node): readonly (readonly [string, number])[] => {
  const pair = ([slug, status]: readonly ts.Expression[]): (readonly [string, number])[] =>
    slug !== undefined && status !== undefined && ts.isStringLiteral(slug) && ts.isNumericLiteral(status)
      ? [[slug.text, Number(status.text)]]
      : [];
  return [
    ...findAll(root, ts.isNewExpression)
      .filter((call) => call.expression.getText() === 'ProblemError')
      .flatMap((call) => pair(call.arguments ?? [])),
    ...findAll(root, ts.isArrayLiteralExpression).flatMap((list) => pair(list.elements)),
  ];
};

/** Answers whose status is computed: those of the body reader and of the filter for the framework's own errors. */
const COMPUTED: readonly (readonly [string, number])[] = [
  ...['malformed-json', 'duplicate-key', 'json-too-deep', 'invalid-encoding', 'invalid-text'].map(
    (slug) => [slug, 400] as const,
  ),
  ['number-out-of-range', 400],
  ['forbidden-key', 400],
  ['too-large', 413],
  ['invalid-request', 400],
  ['unknown-property', 400],
  ['internal', 500],
];

/** Statuses that each problem is answered with, read from the code. */
export const problemStatuses = (root: string): ReadonlyMap<string, readonly number[]> => {
  const files = ['apps', 'libs'].flatMap((folder) => sourceFiles(join(root, folder)));
  const found = [...COMPUTED, ...files.flatMap((file) => statusesIn(parseFile(file)))];
  return new Map(
    Object.keys(PROBLEMS).map((slug) => {
      const statuses = found.filter(([name]) => name === slug).map(([, status]) => status);
      return [slug, [...new Set(statuses)].sort((a, b) => a - b)];
    }),
  );
};

export const problemsPage = (statuses: ReadonlyMap<string, readonly number[]>): string => {
  const slugs = Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[];
  const rows = slugs.map((slug) => [
    `[${code(slug)}](#${slug})`,
    (statuses.get(slug) ?? []).join(', '),
    PROBLEMS[slug].sv,
  ]);
  const sections = slugs.map((slug) => {
    const { sv, en, cause, acts } = PROBLEMS[slug];
    const told = table(
      ['', ''],
      [
        ['status', (statuses.get(slug) ?? []).join(', ')],
        ['titleSv', sv],
        ['title', en],
        ['cause', cause],
        ['who acts', ACTS[acts]],
      ],
    );
    return `## ${slug}\n\n${told}`;
  });
  return `# Problems

Every refusal of every service is \`application/problem+json\` (RFC 9457). \`type\` is \`/problems/<slug>\` and stable: programs
decide on it. \`title\` (English) and \`titleSv\` (Swedish) are for people and may change. \`violations\` names members and rules,
never values. This page is generated from \`libs/platform/src/problem-table.ts\`; \`npm run docs\` writes it anew.

${table(['slug', 'status', 'titleSv'], rows)}

${sections.join('\n\n')}
`;
};
