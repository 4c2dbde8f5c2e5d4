import type { JsonValue } from '#json';
import { KNOWN, ABOUT, type AuthorityKind } from './codes.js';
import { ClassificationError } from './errors.js';
import { catalogue } from './generated/message-types.js';
import {
  dataCategories,
  messageTypeOf,
  type FieldSchema,
  type ItemAnnotation,
  type RootSchema,
} from './message-type.js';
import type { ClaimItem } from './types.js';

type JsonObject = { readonly [key: string]: JsonValue };
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the sender says about items; nothing here takes a default away. */
export interface Declarations {
  /** Free-text field → data categories it contains; none that says nothing about anyone. */
  readonly freeText?: { readonly [item: string]: readonly string[] };
  /** Item → provisions to add, or to state where the kind of authority has no default. */
  readonly secrecy?: { readonly [item: string]: readonly string[] };
  readonly known?: { readonly [item: string]: string };
  /** Free text alone: of any other field the schema says whom it is about. */
  readonly about?: { readonly [item: string]: string };
}
/** One annotated field of the content, as found. */
export interface FoundField {
  readonly id: string;
  readonly annotation: ItemAnnotation;
  readonly value: JsonValue;
}

/** The value at a dotted field path, or undefined. */
export function fieldAt(content: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = content;
  for (const name of path.split('.')) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Walks content along its schema. @throws {ClassificationError} FIELD_UNCLASSIFIED for anything the schema does not classify */
export function fieldsOf(root: RootSchema, content: JsonValue): FoundField[] {
  const found: FoundField[] = [];
  const walk = (schema: FieldSchema | undefined, value: JsonValue, path: string): void => {
    if (schema === undefined) throw new ClassificationError('FIELD_UNCLASSIFIED', path);
    const annotation = schema['x-item'];
    if (annotation !== undefined) found.push({ id: path, annotation, value });
    else if (schema.$ref !== undefined) walk(root.$defs[schema.$ref.replace('#/$defs/', '')], value, path);
    else if (Array.isArray(value))
      value.forEach((member, at) => walk(schema.items, member as JsonValue, `${path}.${at}`));
    else if (isObject(value)) {
      for (const [name, member] of Object.entries(value))
        walk(own(schema.properties, name), member, path === '' ? name : `${path}.${name}`);
    } else throw new ClassificationError('FIELD_UNCLASSIFIED', path);
  };
  walk(root, content, '');
  return found;
}
const own = <T>(map: { readonly [key: string]: T } | undefined, key: string): T | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;

export const INFORMANT = 'informant';

/** Provisions a protection status adds, whatever else protects the item. */
const PROTECTION_SECRECY: { readonly [status: string]: string } = {
  'secrecy-marking': '21:3',
  'protected-registration': '22:2',
  'fictitious-identity': '21:3-st3',
};
function protectionOf(value: JsonValue): readonly string[] {
  const status = isObject(value) ? value['protection'] : undefined;
  const provision = typeof status === 'string' ? own(PROTECTION_SECRECY, status) : undefined;
  return provision === undefined ? [] : [provision];
}

/** Default secrecy of a category held by a kind of authority; undefined when there is no default. @param cls class, when another than the category's */
export function defaultSecrecy(category: string, kind: AuthorityKind, cls?: string): readonly string[] | undefined {
  const name = cls ?? dataCategories.get(category)?.class;
  if (name === undefined) return undefined;
  return name === 'open' ? [] : own(catalogue.classes[name], kind);
}
/** What a field carries at least: the default of its category, and what a protection status in it adds. */
export interface LeastSecrecy {
  readonly provisions: readonly string[];
  /** False where the kind of authority has no default: the sender must state something. */
  readonly hasDefault: boolean;
}
export function leastSecrecy(
  field: FoundField,
  category: string,
  content: JsonValue,
  kind: AuthorityKind,
): LeastSecrecy {
  const { when } = field.annotation;
  const cls = when !== undefined && fieldAt(content, when.field) === when.equals ? when.class : undefined;
  const defaults = defaultSecrecy(category, kind);
  const added = cls === undefined ? undefined : defaultSecrecy(category, kind, cls);
  return {
    provisions: [...new Set([...(defaults ?? []), ...(added ?? []), ...protectionOf(field.value)])],
    hasDefault: defaults !== undefined || added !== undefined,
  };
}

/**
 * The items of one content: classification follows from content, and only free text and what a kind of authority has no default for
 * is declared.
 * @param senderKind decides the default secrecy
 * @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN, FIELD_UNCLASSIFIED, SECRECY_UNDECLARED, DECLARATION_UNKNOWN; `path` is an item id
 */
export function classify(
  type: string,
  content: JsonValue,
  senderKind: AuthorityKind,
  declared: Declarations,
): readonly ClaimItem[] {
  const fields = fieldsOf(messageTypeOf(type).schema, content);
  const items = fields.flatMap((field) => itemsOf(field, content, senderKind, declared));
  const ids = new Set([...items.map((item) => item.id), ...fields.map((field) => field.id)]);
  for (const map of Object.values(declared))
    for (const id of Object.keys(map as object))
      if (!ids.has(id)) throw new ClassificationError('DECLARATION_UNKNOWN', id);
  return items;
}

function itemsOf(field: FoundField, content: JsonValue, kind: AuthorityKind, declared: Declarations): ClaimItem[] {
  const { annotation, id } = field;
  if (annotation.freeText !== true) return [item(id, annotation.category ?? '', field, content, kind, declared)];
  if (field.value === '') return [];
  const contains = own(declared.freeText, id) ?? [];
  // Free text inherits no category in silence.
  if (contains.length === 0)
    return [
      { id, dataCategory: 'undeclared-free-text', about: annotation.about, known: 'unknown-origin', secrecy: [] },
    ];
  return [...new Set(contains)].map((category) => {
    if (!isDeclarable(category)) throw new ClassificationError('DECLARATION_UNKNOWN', id);
    return item(`${id}~${category}`, category, field, content, kind, declared);
  });
}

/** Whether an item is a part of a free text, of which the sender has said what it contains. */
export const isFreeText = ({ id }: Pick<ClaimItem, 'id'>): boolean => id.includes('~');

/** Words can say anything: no text is of a category without secrecy. */
export function isDeclarable(category: string): boolean {
  const cls = dataCategories.get(category)?.class;
  return cls !== undefined && cls !== 'open' && category !== 'undeclared-free-text';
}

function item(
  id: string,
  category: string,
  field: FoundField,
  content: JsonValue,
  kind: AuthorityKind,
  declared: Declarations,
): ClaimItem {
  const stated = [
    ...(own(declared.secrecy, id) ?? []),
    ...(id === field.id ? [] : (own(declared.secrecy, field.id) ?? [])),
  ];
  const least = leastSecrecy(field, category, content, kind);
  if (!least.hasDefault && stated.length === 0) throw new ClassificationError('SECRECY_UNDECLARED', id);
  const known = own(declared.known, id) ?? own(declared.known, field.id) ?? field.annotation.known ?? 'own-case';
  const about = own(declared.about, id) ?? own(declared.about, field.id) ?? field.annotation.about;
  // What is said of an item must not lift what withholds it: whom a field is about stands in the schema, and an informant stays one.
  if (about !== field.annotation.about && (field.annotation.freeText !== true || field.annotation.about === INFORMANT))
    throw new ClassificationError('DECLARATION_UNKNOWN', id);
  if (field.annotation.about === INFORMANT && known !== (field.annotation.known ?? known))
    throw new ClassificationError('DECLARATION_UNKNOWN', id);
  if (!(KNOWN as readonly string[]).includes(known) || !(ABOUT as readonly string[]).includes(about))
    throw new ClassificationError('DECLARATION_UNKNOWN', id);
  return { id, dataCategory: category, about, known, secrecy: [...new Set([...least.provisions, ...stated])].sort() };
}
