import { readdirSync } from 'node:fs';
import { contentValidator, type AuthorityKind, type Declarations, type MessageType } from '#legal-basis';
import type { JsonValue } from '#json';
import { assertClassified, assertDerived, assertTexts, fieldPaths } from './message-type-checks.js';
import { fail, fields, list, readYaml, text, type Fields, type Plain } from './yaml.js';

type Text = { readonly sv: string; readonly en: string };
/** A content that the type takes, from one kind of authority. */
export interface MessageTypeExample {
  readonly sender: AuthorityKind;
  readonly declarations: Declarations;
  readonly content: JsonValue;
}
/** A message type with what its readers need and no machine does. */
export interface MessageTypeSource extends MessageType {
  readonly descriptionSv: string;
  readonly descriptionEn: string;
  /** Field path → what the field is; `$defs` by their own names. */
  readonly texts: { readonly [path: string]: Text };
  readonly examples: readonly MessageTypeExample[];
}

/** Replaces `[$benefits]` in a schema by the closed list. */
function substitute(value: Plain, lists: { readonly [name: string]: Plain[] }): Plain {
  if (Array.isArray(value)) {
    const only = value.length === 1 ? value[0] : undefined;
    if (typeof only === 'string' && only.startsWith('$')) return lists[only.slice(1)] ?? fail(`unknown list ${only}`);
    return value.map((member) => substitute(member, lists));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, substitute(member, lists)]));
}

/** The parts of the folder that every type shares. */
function readShared(folder: string): { readonly defs: Fields; readonly texts: Fields } {
  const shared = readYaml(folder, 'shared.yaml');
  const defs = fields(shared['$defs'], 'shared');
  const paths = Object.entries(defs).flatMap(([name, def]) => [name, ...fieldPaths(fields(def, name), name)]);
  assertTexts(shared['texts'], paths, 'shared.yaml');
  return { defs, texts: fields(shared['texts'], 'shared') };
}

/**
 * Reads the message types of a folder with their texts and examples; benefits are those of the rules.
 * @throws RuleSourceError at a field without classification or text, of an unknown category, or an example that the type refuses
 */
export function readMessageTypeSources(folder: string, benefits: readonly string[]): readonly MessageTypeSource[] {
  const categories = new Set(
    list(readYaml(folder, 'categories.yaml')['categories'], 'categories').map((category) =>
      text(fields(category, 'category')['id'], 'id'),
    ),
  );
  const { defs, texts: shared } = readShared(folder);
  const files = readdirSync(folder).filter((file) => !['categories.yaml', 'shared.yaml'].includes(file));
  return files
    .map((file) => {
      const { name, version, schema, texts, examples, ...rest } = readYaml(folder, file);
      if (typeof version !== 'number') return fail(`${file}: version must be a number`);
      const id = `${text(name, file)}/${version}`;
      const body = fields(substitute(schema ?? null, { benefits: [...benefits] }), file);
      const paths = fieldPaths(body);
      for (const member of ['titleSv', 'titleEn', 'descriptionSv', 'descriptionEn'])
        text(rest[member], `${file}: ${member}`);
      assertClassified(body, defs, text(name, file), categories);
      assertTexts(texts, paths, file);
      assertDerived(rest['derive'], paths, file);
      const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:delge:message-type:${id}` };
      const source = {
        ...{ id, name: name ?? '', version, ...rest },
        schema: { ...head, ...body, $defs: defs },
        texts: { ...shared, ...fields(texts, file) },
        examples: list(examples, `${file}: examples`),
      } as unknown as MessageTypeSource;
      assertExamples(source, file);
      return source;
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function assertExamples({ schema, examples }: MessageTypeSource, file: string): void {
  const validate = contentValidator(schema);
  if (examples.length === 0) fail(`${file}: no example`);
  for (const { content } of examples)
    for (const { path, code } of validate(content)) fail(`${file}: the example is refused at ${path}: ${code}`);
}

/** What is compiled: categories, and message types without what only people read. @throws RuleSourceError */
export function readMessageTypes(folder: string, benefits: readonly string[]): Fields {
  const { classes, categories } = readYaml(folder, 'categories.yaml');
  const types = readMessageTypeSources(folder, benefits).map(
    ({ texts: _texts, examples: _examples, descriptionSv: _sv, descriptionEn: _en, ...type }) =>
      type as unknown as Fields,
  );
  return { classes: classes ?? {}, categories: categories ?? [], types };
}
