import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonValue } from '#json';
import { ClassificationError } from './errors.js';
import { catalogue } from './generated/message-types.js';
import { isOrganisationNumber, isPersonalIdentityNumber } from './identity-numbers.js';

/** Annotation `x-item`: the field is one item with all it contains. */
export interface ItemAnnotation {
  readonly category?: string;
  readonly about: string;
  readonly known?: string;
  /** The sender declares what the text contains. */
  readonly freeText?: boolean;
  /** A class of secrecy that is added while a field of the content has this value. */
  readonly when?: { readonly field: string; readonly equals: string; readonly class: string };
}
/** JSON Schema 2020-12 as the message types use it. */
export interface FieldSchema {
  readonly 'x-item'?: ItemAnnotation;
  readonly type?: string;
  readonly $ref?: string;
  readonly properties?: { readonly [name: string]: FieldSchema };
  readonly items?: FieldSchema;
  readonly [keyword: string]: unknown;
}
export interface RootSchema extends FieldSchema {
  readonly $id: string;
  readonly $defs: { readonly [name: string]: FieldSchema };
}
/** Where in the content the derived facts come from; field paths. */
export interface DeriveRule {
  readonly benefit?: string;
  readonly circumstances?: string;
  readonly subjects?: readonly string[];
  /** Who suffers the crime; only a type that has them derives `victimAgeBand`. */
  readonly victims?: readonly string[];
  readonly award?: string;
}
export interface MessageType {
  /** `name/version` */
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly cls: 'document' | 'receipt' | 'notice' | 'record';
  readonly titleSv: string;
  readonly titleEn: string;
  readonly derive: DeriveRule;
  readonly schema: RootSchema;
}
export interface DataCategory {
  readonly id: string;
  readonly class: string;
  readonly nameSv: string;
  readonly nameEn: string;
}
export interface Catalogue {
  /** Class → kind of authority → provisions. A kind that is absent has no default. */
  readonly classes: { readonly [cls: string]: { readonly [kind: string]: readonly string[] } };
  readonly categories: readonly DataCategory[];
  readonly types: readonly MessageType[];
}
/** A fault in content: JSON pointer and schema keyword, never the value. */
export interface Violation {
  readonly path: string;
  readonly code: string;
}

export const messageTypes: readonly MessageType[] = catalogue.types;
const byId = new Map(messageTypes.map((type) => [type.id, type]));
export const dataCategories = new Map(catalogue.categories.map((category) => [category.id, category]));

/** @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN */
export function messageTypeOf(id: string): MessageType {
  const type = byId.get(id);
  if (type === undefined) throw new ClassificationError('MESSAGE_TYPE_UNKNOWN', '$');
  return type;
}

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, validateFormats: true });
// CommonJS default export: under Node's ESM it arrives as the function or wrapped, depending on the loader.
const plugin = addFormats as unknown as { readonly default?: typeof addFormats.default };
(plugin.default ?? (addFormats as unknown as typeof addFormats.default))(ajv, ['date']);
ajv.addVocabulary(['x-item']);
ajv.addFormat('personal-identity-number', isPersonalIdentityNumber);
ajv.addFormat('organisation-number', isOrganisationNumber);
const validators = new Map<string, ValidateFunction>();

/** Validates by a schema that is not, or not yet, in the catalogue. */
export function contentValidator(schema: RootSchema): (content: JsonValue) => readonly Violation[] {
  // By its content, not its id: the catalogue may have another under the same id.
  const { $id: _id, ...anonymous } = schema;
  const validate = ajv.compile(anonymous);
  return (content) => violationsOf(validate, content);
}

/** @returns [] for valid content; an unknown type is a violation of its own */
export function validateContent(type: string, content: JsonValue): readonly Violation[] {
  const known = byId.get(type);
  if (known === undefined) return [{ path: '', code: 'message-type-unknown' }];
  return violationsOf(validatorOf(known), content);
}
/** Compiles the schemas of all types, some tenths of a second; without it each is compiled when content of its type first comes. */
export function compileSchemas(): void {
  for (const type of messageTypes) validatorOf(type);
}
function validatorOf({ id, schema }: MessageType): ValidateFunction {
  const compiled = validators.get(id) ?? ajv.compile(schema);
  validators.set(id, compiled);
  return compiled;
}
function violationsOf(validate: ValidateFunction, content: JsonValue): readonly Violation[] {
  if (validate(content)) return [];
  const violations = (validate.errors ?? []).map((error: ErrorObject) => ({
    path: error.instancePath,
    code: error.keyword,
  }));
  return violations.filter((v, at) => violations.findIndex((w) => w.path === v.path && w.code === v.code) === at);
}
