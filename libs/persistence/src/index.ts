export { dataSourceOptions, type StoreOptions } from './data-source.js';
export { isDuplicate, isStoreAway, isStoreFailure } from './errors.js';
export { Gathered, Octets, octets } from './gathered.js';
export { HintGiver, Hints } from './hints.js';
export { migrate } from './migrate.js';
export { faultsOf, type MigrationFault } from './migration-lint.js';
