import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorsOf, linksOf } from './markdown.js';

/** A page by its path from the repository's root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** What pages may name. */
export interface Known {
  readonly variables: ReadonlySet<string>;
  readonly scripts: ReadonlySet<string>;
  /** Codes and constants that stand in the code as they are. */
  readonly isCode: (word: string) => boolean;
  readonly exists: (path: string) => boolean;
  readonly textOf: (path: string) => string;
}

/** Pages that people read: those of docs/, and the READMEs. */
export const pagesOf = (root: string): readonly Page[] => {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`);
  const libs = readdirSync(join(root, 'libs')).map((lib) => `libs/${lib}/README.md`);
  return ['README.md', 'examples/README.md', ...docs, ...libs]
    .filter((path) => existsSync(join(root, path)))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
};

const linkFaults = ({ path, text }: Page, { exists, textOf }: Known): readonly string[] =>
  linksOf(text).flatMap((target) => {
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? path : normalize(join(dirname(path), file));
    if (!exists(to)) return [`${path}: no such file: ${target}`];
    const missing =
      anchor !== undefined && to.endsWith('.md') && !anchorsOf(file === '' ? text : textOf(to)).has(anchor);
    return missing ? [`${path}: no such heading: ${target}`] : [];
  });

const nameFaults = ({ path, text }: Page, { variables, isCode }: Known): readonly string[] =>
  [...new Set([...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([word]) => word))]
    .filter((word) => !variables.has(word) && !isCode(word))
    .map((word) => `${path}: no such variable or code: ${word}`);

const scriptFaults = ({ path, text }: Page, { scripts }: Known): readonly string[] => {
  const run = [...text.matchAll(/npm run (?:-s |--silent )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
  const bare = [...text.matchAll(/npm (start|test|stop)\b/g)].map(([, name = '']) => name);
  return [...new Set([...run, ...bare])]
    .filter((name) => !scripts.has(name))
    .map((name) => `${path}: no such script: npm run ${name}`);
};

const exampleFaults = ({ path, text }: Page, { exists }: Known): readonly string[] =>
  [...new Set([...text.matchAll(/examples\/referrals\/[\w.-]+\.json/g)].map(([file]) => file))]
    .filter((file) => !exists(file))
    .map((file) => `${path}: no such example: ${file}`);

/** Everything that pages say and that is not so; a line each. */
export const faultsIn = (pages: readonly Page[], known: Known): readonly string[] =>
  pages.flatMap((page) => [
    ...linkFaults(page, known),
    ...nameFaults(page, known),
    ...scriptFaults(page, known),
    ...exampleFaults(page, known),
  ]);

/** Words that a page must name: each once at least, in code type. */
export const missingWords = ({ path, text }: Page, words: Iterable<string>, what: string): readonly string[] =>
  [...words].filter((word) => !text.includes(`\`${word}\``)).map((word) => `${path}: does not tell of ${what} ${word}`);

/** Words of a table's first column, between two headings, that are not among those known. */
export const unknownEvents = ({ path, text }: Page, events: ReadonlySet<string>): readonly string[] => {
  const section = text.split(/^## Log events$/m)[1]?.split(/^## /m)[0] ?? '';
  const told = [...section.matchAll(/`([a-z-]+\.[a-z-]+)`/g)].map(([, event = '']) => event);
  return [...new Set(told)].filter((event) => !events.has(event)).map((event) => `${path}: no such event: ${event}`);
};
