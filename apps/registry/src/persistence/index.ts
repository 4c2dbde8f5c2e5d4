import { Registry1763900000000 } from './migrations/1763900000000-registry.js';

export const schema = 'registry';
/** In order; never edited once merged. */
export const migrations = [Registry1763900000000];
