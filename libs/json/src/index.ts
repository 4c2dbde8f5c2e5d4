export { JsonError, type JsonErrorCode } from './errors.js';
export { parseCanonical, parseStrict, defaultLimits, type JsonLimits, type JsonValue } from './parse-strict.js';
export { canonicalize, canonicalBytes } from './canonicalize.js';
