import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { asyncApi, findingsOf, profile } from './profile.js';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

/** `npm run lint:api`: the published descriptions against Digg's profile, OpenAPI 3.1 and AsyncAPI 3. */
const documents = [
  ['docs/openapi.json', JSON.parse(read('docs/openapi.json')) as object, profile],
  ['docs/asyncapi.yaml', parse(read('docs/asyncapi.yaml')) as object, asyncApi],
] as const;
let errors = 0;
let warnings = 0;
for (const [path, document, ruleset] of documents) {
  for (const { rule, isError, text } of await findingsOf(document, ruleset)) {
    if (isError) errors += 1;
    else warnings += 1;
    process.stdout.write(`${path}: ${isError ? 'error' : 'warning'} ${rule}: ${text}\n`);
  }
}
process.stdout.write(`${errors} errors, ${warnings} warnings\n`);
process.exitCode = errors === 0 ? 0 : 1;
