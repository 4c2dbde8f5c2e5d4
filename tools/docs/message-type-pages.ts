import { join } from 'node:path';
import { readMessageTypeSources, readRules, type MessageTypeSource } from '#rules';
import type { FieldSchema } from '#legal-basis';
import { code, table } from './markdown.js';

const PAGE = 'docs/message-types.md';
const FOLDER = 'docs/message-types';
const fileOf = ({ name, version }: MessageTypeSource): string => `${name}-${version}.schema.json`;

/** @returns the page of message types and the JSON Schema of each, by path */
export function messageTypePages(root: string): {
  readonly page: readonly [path: string, text: string];
  readonly schemas: readonly (readonly [path: string, text: string])[];
} {
  const lib = join(root, 'libs/legal-basis');
  const benefits = readRules(join(lib, 'rules')).benefits.map((benefit) => benefit.code);
  const types = readMessageTypeSources(join(lib, 'message-types'), benefits);
  const rows = types.map((type) => [code(type.id), type.cls, type.titleSv, type.titleEn, schemaLink(type)]);
  const text = [
    '# Meddelandetyper – message types',
    'Gjord av libs/legal-basis/message-types med `npm run docs`. Made from libs/legal-basis/message-types by `npm run docs`.',
    'Ett fält som inte klassificeras kan inte skickas: varje fält hör till ett slag av uppgift, och avsändarens slag av myndighet ger den sekretess som gäller minst. Fri text deklareras. En typ av klassen record skickas aldrig.',
    'A field without classification cannot be sent: each belongs to a data category, and the kind of the sending authority gives the least secrecy. Free text is declared. A type of class record is never sent.',
    table(['id', 'klass / class', 'svenska', 'English', 'JSON Schema'], rows),
    ...types.map(section),
  ].join('\n\n');
  const schemas = types.map((type) => [`${FOLDER}/${fileOf(type)}`, JSON.stringify(told(type))] as const);
  return { page: [PAGE, text], schemas };
}

const schemaLink = (type: MessageTypeSource): string => `[${fileOf(type)}](message-types/${fileOf(type)})`;

function section(type: MessageTypeSource): string {
  const rows = fieldsIn(type.schema, '').map(([path, schema, required]) => {
    const item = schema['x-item'] ?? schema.items?.['x-item'];
    const category =
      item === undefined ? '' : item.freeText === true ? 'fri text / free text' : code(item.category ?? '');
    const { sv = '', en = '' } = type.texts[path] ?? {};
    return [code(path), required ? '×' : '', sv, en, category, item === undefined ? '' : code(item.about)];
  });
  const examples = type.examples.map(({ content }) => `\`\`\`json\n${JSON.stringify(content, undefined, 2)}\n\`\`\``);
  return [
    `## ${type.id}`,
    type.descriptionSv,
    type.descriptionEn,
    table(['fält / field', '!', 'svenska', 'English', 'slag / category', 'om / about'], rows),
    ...examples,
  ].join('\n\n');
}

/** Fields as the texts name them, with whether each must be there. */
function fieldsIn(
  schema: FieldSchema,
  path: string,
): (readonly [path: string, schema: FieldSchema, required: boolean])[] {
  if (schema.items !== undefined) return fieldsIn(schema.items, path);
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    return [[inner, member, required.includes(name)] as const, ...fieldsIn(member, inner)];
  });
}

/** The schema with the words of each field, as an editor shows them. */
function told({ schema, texts, titleSv, titleEn, descriptionSv, descriptionEn, examples }: MessageTypeSource): object {
  const words = (path: string): object => {
    const found = texts[path];
    return found === undefined ? {} : { description: `${found.sv} / ${found.en}` };
  };
  const describe = (part: FieldSchema, path: string): object => ({
    ...part,
    ...words(path),
    ...(part.items === undefined ? {} : { items: describe(part.items, path) }),
    ...(part.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(part.properties).map(([name, member]) => [
              name,
              describe(member, path === '' ? name : `${path}.${name}`),
            ]),
          ),
        }),
  });
  return {
    title: `${titleSv} / ${titleEn}`,
    ...describe(schema, ''),
    description: `${descriptionSv} / ${descriptionEn}`,
    examples: examples.map(({ content }) => content),
    $defs: Object.fromEntries(Object.entries(schema.$defs).map(([name, def]) => [name, describe(def, name)])),
  };
}
