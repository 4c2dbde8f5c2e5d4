import { fail, fields, text, type Fields, type Plain } from './yaml.js';

/** A field that no annotation covers could be sent unclassified; the compiler refuses the schema instead. */
export function assertClassified(schema: Fields, defs: Fields, path: string, categories: ReadonlySet<string>): void {
  const item = schema['x-item'];
  if (item !== undefined) {
    const { category, freeText } = fields(item, path);
    if (freeText !== true && !categories.has(text(category, path)))
      fail(`${path}: unknown category ${text(category, path)}`);
    if (freeText !== true) assertNoText(schema, defs, path);
    if (schema['$ref'] === undefined) assertNoPerson(schema, defs, path);
    return;
  }
  const ref = schema['$ref'];
  if (typeof ref === 'string') {
    assertClassified(definition(ref, defs, path), defs, path, categories);
  } else if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) fail(`${path}: additionalProperties must be false`);
    for (const [name, member] of Object.entries(fields(schema['properties'], path)))
      assertClassified(fields(member, path), defs, `${path}.${name}`, categories);
  } else if (schema['type'] === 'array') assertClassified(fields(schema['items'], path), defs, `${path}[]`, categories);
  else fail(`${path}: field without classification`);
}

/** The protection of a person counts for the item that is the person; inside another item it would be lost (OSL 21:3, 22:2). */
function assertNoPerson(schema: Fields, defs: Fields, path: string): void {
  const ref = schema['$ref'];
  const body = typeof ref === 'string' ? definition(ref, defs, path) : schema;
  const members = body['properties'] === undefined ? {} : fields(body['properties'], path);
  if (Object.hasOwn(members, 'protection')) fail(`${path}: a person must be an item of its own`);
  for (const [name, member] of Object.entries(members)) assertNoPerson(fields(member, path), defs, `${path}.${name}`);
  if (body['items'] !== undefined) assertNoPerson(fields(body['items'], path), defs, `${path}[]`);
}
/** Longer words say more than one category does. */
const MOST_CHARACTERS = 300;
/** Words inside an item have its category in silence: long ones must be free text, of which the sender says what it contains. */
function assertNoText(schema: Fields, defs: Fields, path: string): void {
  const ref = schema['$ref'];
  const body = typeof ref === 'string' ? definition(ref, defs, path) : schema;
  const closed = ['enum', 'const', 'pattern', 'format'].some((word) => Object.hasOwn(body, word));
  if (body['type'] === 'string' && !closed && !(Number(body['maxLength']) <= MOST_CHARACTERS))
    fail(`${path}: words of more than ${MOST_CHARACTERS} characters must be free text`);
  if (body['properties'] !== undefined)
    for (const [name, member] of Object.entries(fields(body['properties'], path)))
      assertNoText(fields(member, path), defs, `${path}.${name}`);
  if (body['items'] !== undefined) assertNoText(fields(body['items'], path), defs, `${path}[]`);
}
const definition = (ref: string, defs: Fields, path: string): Fields =>
  fields(defs[ref.replace('#/$defs/', '')], `${path}: ${ref}`);

/** Every field that a schema names itself, by dotted path; members of a list go by the list's name. */
export function fieldPaths(schema: Fields, path = ''): string[] {
  const { properties, items } = schema;
  if (items !== undefined) return fieldPaths(fields(items, path), path);
  if (properties === undefined) return [];
  return Object.entries(fields(properties, path)).flatMap(([name, member]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return [inner, ...fieldPaths(fields(member, inner), inner)];
  });
}

/** What a person reads of each field, in both languages; kept beside the schema, which stays what is validated. */
export function assertTexts(texts: Plain | undefined, paths: readonly string[], type: string): void {
  const told = fields(texts, `${type}: texts`);
  for (const path of paths) {
    const { sv, en } = fields(told[path], `${type}: text of ${path}`);
    for (const words of [sv, en])
      if (text(words, `${type}: text of ${path}`) === '') fail(`${type}: ${path} has no text`);
  }
  for (const path of Object.keys(told)) if (!paths.includes(path)) fail(`${type}: text of ${path}, which is no field`);
}

/** Facts come from fields that exist: a misspelt path would derive nothing, in silence. */
export function assertDerived(rule: Plain | undefined, paths: readonly string[], type: string): void {
  for (const [fact, from] of Object.entries(fields(rule, `${type}: derive`)))
    for (const path of Array.isArray(from) ? from : [from])
      if (!paths.includes(text(path, `${type}: ${fact}`)))
        fail(`${type}: ${fact} comes from ${text(path, fact)}, no field`);
}
