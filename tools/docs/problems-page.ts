import { join } from 'node:path';
import ts from 'typescript';
import { ACTS, PROBLEMS, PROBLEM_WORDS, problemExample } from '#platform';
import { findAll, parseFile, sourceFiles } from './source.js';
import { code, table } from './markdown.js';

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
    const [status, causeSv] = PROBLEM_WORDS[slug];
    // What each page says is what the code answers with.
    const answered = statuses.get(slug) ?? [];
    if (answered.join() !== String(status)) throw new Error(`${slug} is answered with ${answered.join(', ')}`);
    const told = table(
      ['', 'English', 'svenska'],
      [
        ['title', en, sv],
        ['cause', cause, causeSv],
        ['who acts', ACTS[acts].en, ACTS[acts].sv],
      ],
    );
    const example = `\`\`\`json\n${JSON.stringify(problemExample(slug), undefined, 2)}\n\`\`\``;
    return `## ${slug}\n\n${status}\n\n${told}\n\n${example}`;
  });
  return `# Problems

Every refusal of every service is \`application/problem+json\` (RFC 9457). \`type\` is \`/problems/<slug>\` and stable: programs
decide on it. The service that answered serves it as a page with what stands here. \`title\` (English) and \`titleSv\` (Swedish) are for people and may
change. \`violations\` names members and rules, never values. \`instance\` names the one answer: the service's log has it where it says why. This page is generated from \`libs/platform/src/problem-table.ts\` and \`problem-words.ts\`; \`npm run docs\` writes it anew.

${table(['slug', 'status', 'titleSv'], rows)}

${sections.join('\n\n')}
`;
};
