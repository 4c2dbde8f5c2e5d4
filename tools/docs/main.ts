import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ruleSets, vocabularySchema } from '#legal-basis';
import { PROBLEMS } from '#platform';
import { format } from 'prettier';
import { asyncApiYaml } from './asyncapi.js';
import { auditorTables } from './auditor-tables.js';
import { basisPages } from './basis-pages.js';
import { faultsIn, missingWords, pagesOf, unknownEvents } from './check.js';
import { cliPage } from './cli-page.js';
import { configTables, variableNames } from './config-tables.js';
import { anchorsOf, replaceBetween } from './markdown.js';
import { jsonPage } from './json-page.js';
import { messageTypePages } from './message-type-pages.js';
import { openApiJson } from './openapi.js';
import { problemStatuses, problemsPage } from './problems-page.js';
import { allRoutes, routesTable, scopesTable } from './routes.js';
import { parseFile, sourceFiles, wordsOf } from './source.js';
import { entriesPage } from './entries-page.js';
import { FAULTS, faultsOfRows, faultsPage } from './faults-page.js';
import { statementsPage } from './statements-page.js';
import { textsPage } from './texts-page.js';
import { vocabularyTables } from './vocabulary-tables.js';
import { buildVerifier, digestOfFile } from '../verifier/build.js';

const DIST = fileURLToPath(new URL('../../', import.meta.url));
const ROOT = resolve(DIST, '..');
const STYLE = { printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
/** Left as it was made: a table whose columns are aligned changes in every line when one is longer. */
const LAID_OUT = 'none';
const OPERATOR = 'docs/operator.md';
const INTEGRATOR = 'docs/integrator.md';
const AUDITOR = 'docs/auditor.md';
const CLI = 'docs/cli.md';
const EXAMPLE = 'examples/referrals/12-orebro-studiemedel.json';

const LAW = 'libs/legal-basis/README.md';
const VOCABULARY = 'libs/legal-basis/vocabulary.schema.json';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Of the one file that this code makes. */
const verifierDigest = async (): Promise<string> =>
  `\`\`\`\n${digestOfFile((await buildVerifier(ROOT))['delge-verifier.html'])}  delge-verifier.html\n\`\`\``;

/** Every page that is made from the code, as it should be now. */
async function generate(): Promise<ReadonlyMap<string, string>> {
  const routes = await allRoutes(DIST);
  const operator = replaceBetween(
    replaceBetween(read(OPERATOR), 'config', configTables(ROOT)),
    'routes',
    routesTable(routes),
  );
  const messages = messageTypePages(ROOT);
  const made: readonly (readonly [string, string, string])[] = [
    [VOCABULARY, vocabularyJson(), 'json'],
    [LAW, replaceBetween(read(LAW), 'vocabulary', vocabularyTables(ROOT)), 'markdown'],
    ['docs/problems.md', problemsPage(problemStatuses(ROOT)), 'markdown'],
    ['docs/openapi.json', await openApiJson(DIST), 'json'],
    ['docs/asyncapi.yaml', asyncApiYaml(ROOT), 'yaml'],
    ['docs/entries.md', entriesPage(ROOT), 'markdown'],
    ['docs/statements.md', statementsPage(ROOT), 'markdown'],
    ['docs/texts.md', textsOfNewest(), 'markdown'],
    ...(await jsonAtTheDoor()),
    [OPERATOR, operator, 'markdown'],
    [AUDITOR, replaceBetween(auditorTables(read(AUDITOR)), 'verifier', await verifierDigest()), 'markdown'],
    [CLI, cliPage(read(CLI)), 'markdown'],
    [FAULTS, faultsPage(read(FAULTS)), LAID_OUT],
    [
      INTEGRATOR,
      replaceBetween(replaceBetween(read(INTEGRATOR), 'example', exampleBody()), 'scopes', scopesTable(routes)),
      'markdown',
    ],
    ...basisPages(ROOT).map(([path, text]) => [path, text, 'markdown'] as const),
    [...messages.page, 'markdown'],
    ...messages.schemas.map(([path, text]) => [path, text, 'json'] as const),
  ];
  const pages = new Map<string, string>();
  for (const [path, text, parser] of made)
    pages.set(path, parser === LAID_OUT ? text : await format(text, { ...STYLE, parser }));
  return pages;
}

/** The codes of claims, as the newest rule set has them. */
const vocabularyJson = (): string => {
  const newest = ruleSets.at(-1);
  return newest === undefined ? '' : JSON.stringify(vocabularySchema(newest));
};

/** Every text, as the newest rule set has it. */
const textsOfNewest = (): string => {
  const newest = ruleSets.at(-1);
  return newest === undefined ? '' : textsPage(newest);
};

/** Left as it is where the suite is not at hand. */
const jsonAtTheDoor = async (): Promise<readonly (readonly [string, string, string])[]> => {
  const corpora = process.env['DELGE_CORPORA'];
  const suite = corpora === undefined ? undefined : resolve(ROOT, corpora, 'json-test-suite');
  return suite === undefined || !existsSync(suite) ? [] : [['docs/json.md', await jsonPage(suite), 'markdown']];
};

/** Body of the one example that the integrator's page shows. */
const exampleBody = (): string => {
  const { referral } = JSON.parse(read(EXAMPLE)) as { readonly referral: object };
  return `\`\`\`json\n${JSON.stringify(referral, undefined, 2)}\n\`\`\``;
};

/** Source of everything, for looking words up in. */
const sources = (): string =>
  ['apps', 'libs', 'tools']
    .flatMap((folder) => sourceFiles(join(ROOT, folder)))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n') + (existsSync(join(ROOT, 'tools/run.mjs')) ? read('tools/run.mjs') : '');

function check(pages: ReadonlyMap<string, string>): readonly string[] {
  const stale = [...pages].filter(([path, text]) => !existsSync(join(ROOT, path)) || read(path) !== text);
  const source = sources();
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const faults = faultsIn(pagesOf(ROOT), {
    variables: variableNames(),
    scripts: new Set(Object.keys(scripts)),
    isCode: (word) => new RegExp(`\\b${word}\\b`).test(source),
    exists: (path) => existsSync(join(ROOT, path)),
    textOf: read,
  });
  const operator = { path: OPERATOR, text: read(OPERATOR) };
  const problems = { path: 'docs/problems.md', text: pages.get('docs/problems.md') ?? '' };
  const anchors = anchorsOf(existsSync(join(ROOT, problems.path)) ? read(problems.path) : '');
  const refusals = wordsOf(parseFile(join(ROOT, 'apps/signer/src/domain/errors.ts')), 'RefusalCode');
  const events = eventsIn(source);
  return [
    ...stale.map(([path]) => `${path}: not as the code has it; npm run docs writes it anew`),
    ...Object.keys(PROBLEMS)
      .filter((slug) => !anchors.has(slug))
      .map((slug) => `${problems.path}: does not tell of ${slug}`),
    ...missingWords(operator, refusals, 'the refusal'),
    ...missingWords(operator, events, 'the event'),
    ...unknownEvents(operator, events),
    ...faults,
    ...faultsOfRows((path) => (existsSync(join(ROOT, path)) ? read(path) : undefined)),
  ];
}

/** Events that services write, e.g. `service.started`. */
const eventsIn = (source: string): ReadonlySet<string> => {
  const logged = /(?:log|events|this)\s*\.(?:debug|info|warn|error|failure)\(\s*'([a-z-]+\.[a-z-]+)'/g;
  const outcomes = /'(outcome\.[a-z-]+)'/g;
  return new Set([logged, outcomes].flatMap((pattern) => [...source.matchAll(pattern)].map(([, event = '']) => event)));
};

const pages = await generate();
if (process.argv.includes('--check')) {
  const faults = check(pages);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.stdout.write(faults.length === 0 ? 'the documents agree with the code\n' : `${faults.length} faults\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of pages) {
    if (existsSync(join(ROOT, path)) && read(path) === text) continue;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    process.stdout.write(`${path}\n`);
  }
}
