import type { JsonValue } from './parse-strict.js';

export interface Native {
  readonly value: JsonValue;
  /** Members stand in the order of RFC 8785 in every object, so that the text is the canonical form. */
  readonly sorted: boolean;
}

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Reads by JSON.parse a text of which it can be shown that the strict parser reads the same: JSON.stringify gives the very text back. So it has no white
 * space, each name once in its object, every number and escape in the one spelling; what that leaves open is looked at here. Of any other text nothing
 * is said, be it valid or not: that is for the strict parser.
 */
export function parseNative(text: string, maxDepth: number): Native | undefined {
  // As JSON.stringify writes NUL and lone surrogates, wherever they stand; raw ones do not come back as they were.
  if (text.includes('\\u0000') || text.includes('\\ud')) return undefined;
  const walk: Walk = { sorted: true, maxDepth };
  try {
    const value = JSON.parse(text) as JsonValue;
    if (JSON.stringify(value) !== text || !isStrict(value, 0, walk)) return undefined;
    return { value, sorted: walk.sorted };
  } catch {
    // No JSON, or nested deeper than the stack.
    return undefined;
  }
}

interface Walk {
  sorted: boolean;
  readonly maxDepth: number;
}

function isStrict(value: JsonValue, depth: number, walk: Walk): boolean {
  // An integer beyond 2^53 is one or another; written with an exponent it is a double like any other, which the strict parser tells apart.
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth + 1 > walk.maxDepth) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (!isStrict(item, depth + 1, walk)) return false;
    return true;
  }
  const members = value as { readonly [name: string]: JsonValue };
  let before = '';
  let first = true;
  for (const name of Object.keys(members)) {
    if (forbiddenNames.has(name) || !isStrict(members[name] as JsonValue, depth + 1, walk)) return false;
    // Compares UTF-16 units, as RFC 8785 section 3.2.3 does.
    if (!first && name < before) walk.sorted = false;
    before = name;
    first = false;
  }
  return true;
}
