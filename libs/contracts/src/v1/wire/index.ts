export * from './to-exchange.js';
export * from './to-gateway.js';
