import type { JsonValue } from '#json';
import type { AuthorityKind } from './codes.js';
import { fieldsOf, INFORMANT, isDeclarable, leastSecrecy, type FoundField } from './classify.js';
import { derive } from './derive.js';
import { ClassificationError } from './errors.js';
import { messageTypeOf } from './message-type.js';
import type { ClaimItem, Claims, LocalDate } from './types.js';

export type MismatchCode =
  | 'message-type'
  | 'content-invalid'
  | 'item-undeclared'
  | 'item-absent'
  | 'item-about'
  | 'item-category'
  | 'item-secrecy'
  | 'derived-facts';

/**
 * Recipient's side: whether claims say what the content says. Items must be the same, about the same, with at least the default secrecy of
 * the sender's kind; derived facts must be equal.
 * @returns sorted mismatch codes; [] when they agree
 */
export function compareClaims(
  type: string,
  content: JsonValue,
  claims: Claims,
  senderKind: AuthorityKind,
  on: LocalDate,
  registration: JsonValue = null,
): readonly MismatchCode[] {
  if (claims.messageType !== type) return ['message-type'];
  const found = new Set<MismatchCode>();
  try {
    compareItems(type, content, claims, senderKind, found);
    const actual = derive(type, content, { items: claims.items, on, registration });
    const codes = new Set([...Object.keys(actual), ...Object.keys(claims.derived)]);
    for (const code of codes) if (actual[code] !== claims.derived[code]) found.add('derived-facts');
  } catch (error) {
    if (!(error instanceof ClassificationError)) throw error;
    found.add('content-invalid');
  }
  return [...found].sort();
}

function compareItems(
  type: string,
  content: JsonValue,
  claims: Claims,
  kind: AuthorityKind,
  found: Set<MismatchCode>,
): void {
  const unseen = new Map(claims.items.map((item) => [item.id, item]));
  for (const field of fieldsOf(messageTypeOf(type).schema, content)) {
    const freeText = field.annotation.freeText === true;
    if (freeText && field.value === '') continue;
    const parts = claims.items.filter(
      (item) => item.id === field.id || (freeText && item.id.startsWith(`${field.id}~`)),
    );
    if (parts.length === 0) found.add('item-undeclared');
    for (const part of parts) {
      unseen.delete(part.id);
      if (part.dataCategory !== categoryOf(part, field)) found.add('item-category');
      if (freeText && part.dataCategory !== UNDECLARED && !isDeclarable(part.dataCategory)) found.add('item-category');
      // Whom a field is about stands in the schema; of free text the sender says it, and an informant stays one.
      if (part.about !== field.annotation.about && (!freeText || field.annotation.about === INFORMANT))
        found.add('item-about');
      const least = leastSecrecy(field, part.dataCategory, content, kind);
      // Undeclared free text carries no provision: it is never permitted (FREE_TEXT_UNDECLARED).
      const stated = least.hasDefault || part.secrecy.length > 0 || part.dataCategory === UNDECLARED;
      const covered =
        part.dataCategory === UNDECLARED || least.provisions.every((provision) => part.secrecy.includes(provision));
      if (!stated || !covered) found.add('item-secrecy');
    }
  }
  if (unseen.size > 0) found.add('item-absent');
}

const UNDECLARED = 'undeclared-free-text';
function categoryOf(part: ClaimItem, field: FoundField): string | undefined {
  if (field.annotation.freeText !== true) return field.annotation.category;
  return part.id === field.id ? UNDECLARED : part.id.slice(field.id.length + 1);
}
