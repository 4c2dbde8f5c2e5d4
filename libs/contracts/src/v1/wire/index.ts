export { MAX_BODY, MAX_PROOF, MAX_SEALED, MAX_STATEMENT } from './shape.js';
export * from './to-exchange.js';
export * from './to-gateway.js';
