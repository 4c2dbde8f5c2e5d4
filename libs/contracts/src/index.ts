export * from './errors.js';
export * from './sdk-receipt.js';
export * from './v1/http/index.js';
export * from './v1/wire/index.js';
export * from './words.js';
