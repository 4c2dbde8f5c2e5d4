import type { JsonValue } from '#json';
import { isObject } from './classify.js';
import { isOrganisationNumber, isPersonalIdentityNumber } from './identity-numbers.js';
import { messageTypeOf, type FieldSchema, type RootSchema } from './message-type.js';

/** A number in content that says who somebody is, as it stands there. */
export interface Named {
  /** Twelve digits, `YYYYMMDDNNNC`, also of a samordningsnummer; or `NNNNNN-NNNN`. */
  readonly number: string;
  readonly kind: 'person' | 'organisation';
  /** Id of the item that it stands in, e.g. `children.0`. */
  readonly item: string;
  /** Whom that item is about, by the message type: e.g. `subject`, `other-person`, `informant`. */
  readonly about: string;
}

const KINDS: Readonly<Record<string, Named['kind']>> = {
  'personal-identity-number': 'person',
  'organisation-number': 'organisation',
};

/**
 * Who is named by number in content of a message type: fields whose schema says that they hold such a number. Words are not searched: who stands in free text, or by
 * name alone, is not found.
 * @throws {ClassificationError} MESSAGE_TYPE_UNKNOWN
 */
export function namedIn(type: string, content: JsonValue): readonly Named[] {
  const root: RootSchema = messageTypeOf(type).schema;
  const found: Named[] = [];
  const walk = (
    schema: FieldSchema | undefined,
    value: JsonValue,
    path: string,
    within?: Pick<Named, 'item' | 'about'>,
  ): void => {
    if (schema === undefined) return;
    const annotation = schema['x-item'];
    const inside = within ?? (annotation === undefined ? undefined : { item: path, about: annotation.about });
    const kind = KINDS[schema['format'] as string];
    if (typeof value === 'string' && kind !== undefined && inside !== undefined)
      found.push({ number: value, kind, ...inside });
    if (schema.$ref !== undefined) walk(root.$defs[schema.$ref.replace('#/$defs/', '')], value, path, inside);
    if (Array.isArray(value))
      value.forEach((member, at) => walk(schema.items, member as JsonValue, `${path}.${at}`, inside));
    else if (isObject(value))
      for (const [name, member] of Object.entries(value)) {
        const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
        if (known) walk(schema.properties[name], member, path === '' ? name : `${path}.${name}`, inside);
      }
  };
  walk(root, content, '');
  return found;
}

/**
 * A number as content has it, from how people write it.
 * @returns undefined when it is none: a personal identity number without its century says nothing, since it may be two persons'
 */
export const personalIdentityNumberOf = (text: string): string | undefined => {
  const digits = text.trim().replace(/^(\d{8})[-+](\d{4})$/, '$1$2');
  return isPersonalIdentityNumber(digits) ? digits : undefined;
};
/** As `personalIdentityNumberOf`; also without its hyphen, and with the `16` of registers before it. */
export const organisationNumberOf = (text: string): string | undefined => {
  const [, head = '', tail = ''] = /^(?:16)?(\d{6})-?(\d{4})$/.exec(text.trim()) ?? [];
  const number = `${head}-${tail}`;
  return isOrganisationNumber(number) ? number : undefined;
};
