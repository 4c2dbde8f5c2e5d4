import { readdirSync } from 'node:fs';
import { fail, fields, list, readYaml, text, type Fields, type Plain } from './yaml.js';

/** Replaces `[$benefits]` and `[$categories]` in a schema by the closed lists. */
function substitute(value: Plain, lists: { readonly [name: string]: Plain[] }): Plain {
  if (Array.isArray(value)) {
    const only = value.length === 1 ? value[0] : undefined;
    if (typeof only === 'string' && only.startsWith('$')) return lists[only.slice(1)] ?? fail(`unknown list ${only}`);
    return value.map((member) => substitute(member, lists));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member, lists)]));
}

/** A field that no annotation covers could be sent unclassified; the compiler refuses the schema instead. */
function assertClassified(schema: Fields, defs: Fields, path: string, categories: ReadonlySet<string>): void {
  const item = schema['x-item'];
  if (item !== undefined) {
    const { category, freeText } = fields(item, path);
    if (freeText !== true && !categories.has(text(category, path)))
      fail(`${path}: unknown category ${text(category, path)}`);
    return;
  }
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    assertClassified(fields(defs[ref.replace('#/$defs/', '')], path), defs, path, categories);
  } else if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) fail(`${path}: additionalProperties must be false`);
    for (const [name, member] of Object.entries(fields(schema['properties'], path)))
      assertClassified(fields(member, path), defs, `${path}.${name}`, categories);
  } else if (schema['type'] === 'array') assertClassified(fields(schema['items'], path), defs, `${path}[]`, categories);
  else fail(`${path}: field without classification`);
}

/**
 * Reads the message types of a folder; benefits are those of the rules.
 * @throws RuleSourceError at a field without classification, or of an unknown category
 */
export function readMessageTypes(folder: string, benefits: readonly string[]): Fields {
  const { classes, categories } = readYaml(folder, 'categories.yaml');
  const ids = list(categories, 'categories').map((category) => text(fields(category, 'category')['id'], 'id'));
  const defs = fields(readYaml(folder, 'shared.yaml')['$defs'], 'shared');
  const types = readdirSync(folder)
    .filter((file) => !['categories.yaml', 'shared.yaml'].includes(file))
    .sort()
    .map((file) => {
      const { name, version, schema, ...rest } = readYaml(folder, file);
      const body = fields(substitute(schema ?? null, { benefits: [...benefits], categories: ids }), file);
      assertClassified(body, defs, text(name, file), new Set(ids));
      if (typeof version !== 'number') return fail(`${file}: version must be a number`);
      const id = `${text(name, file)}/${version}`;
      const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:delge:message-type:${id}` };
      return { id, name: name ?? '', version, ...rest, schema: { ...head, ...body, $defs: defs } };
    });
  return { classes: classes ?? {}, categories: categories ?? [], types };
}
