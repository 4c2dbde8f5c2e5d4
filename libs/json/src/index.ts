export { JsonError, type JsonErrorCode } from './errors.js';
export { parseStrict, defaultLimits, type JsonLimits, type JsonValue } from './parse-strict.js';
export { canonicalize, canonicalBytes } from './canonicalize.js';
