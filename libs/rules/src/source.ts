import { readdirSync } from 'node:fs';
import type { RuleSet } from '#legal-basis';
import { ruleFileSchema } from './rule-file.js';
import { versionsOf, type Known } from './versions.js';
import { fail, fields, list, readYaml, text, type Fields, type Plain } from './yaml.js';

/** Members of rule files whose entries are taken together, whatever file they stand in. */
const COLLECTIONS = ['lists', 'sets', 'provisions', 'penaltyScales', 'benefits', 'nonBases'] as const;

/** @returns YAML files of the folder, by name */
export const ruleFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort();

/**
 * Reads every rule file of a folder. A file that names a `statute` holds its bases; lists, sets and the rest may stand in any file.
 * @throws RuleSourceError that says in which file, at which basis and member
 */
export function readRules(folder: string): RuleSet {
  const files = ruleFiles(folder).map((name) => ({ name, content: readYaml(folder, name) }));
  const schema = ruleFileSchema(folder);
  const faults = files.flatMap(({ name, content }) => schema.faultsOfFile(content, name));
  if (faults.length > 0) fail(faults.join('\n'));
  const together = (member: string): Plain[] =>
    files.flatMap(({ name, content }) => list(content[member] ?? [], `${name}, ${member}`));
  const collections = Object.fromEntries(COLLECTIONS.map((member) => [member, together(member)]));
  const ids = (member: string, key = 'id'): ReadonlySet<string> =>
    new Set(collections[member]?.map((entry) => text(fields(entry, member)[key], `${member}, ${key}`)));
  const known: Known = { sets: ids('sets'), lists: ids('lists') };
  const statutes = files.filter(({ content }) => content['statute'] !== undefined);
  const versions = statutes.flatMap(({ name, content }) =>
    list(content['bases'], name).flatMap((basis) =>
      versionsOf(fields(basis, name), fields(content['defaults'] ?? {}, name), known, name, schema),
    ),
  );
  const twice = repeated(statutes.flatMap(({ content }) => list(content['bases'], 'bases').map(idOf)));
  if (twice !== undefined)
    fail(`${twice} stands in more than one place; a basis has one place, and its versions there`);
  const certain = (value: Plain): Plain => ({ certainty: 'A', ...fields(value, 'entry') });
  const ruleSet: Fields = {
    ...(files.find(({ name }) => name === 'rule-set.yaml')?.content ?? fail('rule-set.yaml is missing')),
    versions,
    ...collections,
    provisions: together('provisions').map(certain),
    penaltyScales: together('penaltyScales').map(certain),
  };
  return ruleSet as unknown as RuleSet;
}

const idOf = (basis: Plain): string => text(fields(basis, 'basis')['id'], 'basis id');
const repeated = (ids: readonly string[]): string | undefined => ids.find((id, at) => ids.indexOf(id) !== at);
