import { Console1769400000000 } from './migrations/1769400000000-console.js';

export const schema = 'console';
/** In order; never edited once merged. */
export const migrations = [Console1769400000000];
