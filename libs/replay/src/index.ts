export { OBSTACLES, obstaclesOf, type VerificationObstacle } from './obstacles.js';
export { CONTRADICTIONS, LACKING, type NotReplayable, type Recorded } from './grounds.js';
export type { By, RuleSetOf } from './compute.js';
export { replay, type Replayed } from './replay.js';
export { impact, type FallsOut, type Impact } from './impact.js';
