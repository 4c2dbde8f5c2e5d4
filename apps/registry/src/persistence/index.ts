import { Registry1763900000000 } from './migrations/1763900000000-registry.js';
import { RuleSets1764072800000 } from './migrations/1764072800000-rule-sets.js';

export const schema = 'registry';
/** In order; never edited once merged. */
export const migrations = [Registry1763900000000, RuleSets1764072800000];
