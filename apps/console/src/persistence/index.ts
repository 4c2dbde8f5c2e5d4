import { Console1769400000000 } from './migrations/1769400000000-console.js';
import { ConsoleLogin1769500000000 } from './migrations/1769500000000-console-login.js';

export const schema = 'console';
/** In order; never edited once merged. */
export const migrations = [Console1769400000000, ConsoleLogin1769500000000];
