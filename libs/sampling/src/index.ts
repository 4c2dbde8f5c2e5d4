export { allocate, strataOf, type SizedStratum, type Stratum } from './allocate.js';
export { draw, nonceDigest, nonceOctets, rankOf, rootOctets, seedOf } from './draw.js';
export { SamplingError, type SamplingErrorCode } from './errors.js';
export {
  WHOLE,
  drawnFile,
  fileDigest,
  populationDigest,
  populationFile,
  readLines,
  type SampleLine,
} from './population.js';
