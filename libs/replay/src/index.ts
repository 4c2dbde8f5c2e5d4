export { holdsFreeText } from './attached.js';
export { OBSTACLES, SKEW_MS, obstaclesOf, type VerificationObstacle } from './obstacles.js';
export {
  CONTRADICTIONS,
  LACKING,
  groundsAt,
  recordedGroundsAt,
  refusalGroundsAt,
  type NotReplayable,
  type Recorded,
  type VerdictGrounds,
} from './grounds.js';
export { recomputed, type By, type RuleSetOf } from './compute.js';
export { replay, type Replayed } from './replay.js';
export { impact, type FallsOut, type Impact } from './impact.js';
