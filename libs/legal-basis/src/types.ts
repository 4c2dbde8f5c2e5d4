export type * from './claim-types.js';
export type * from './rule-types.js';
export type * from './verdict-types.js';
