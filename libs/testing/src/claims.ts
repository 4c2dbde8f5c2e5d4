/** Generators of the law's own property specs, for those of the services around it. */
export { anyClaims, anyDate } from '../../legal-basis/src/arbitraries.js';
