export { OBSTACLES, obstaclesOf, type VerificationObstacle } from './obstacles.js';
export { CONTRADICTIONS, LACKING, replay, type NotReplayable, type Recorded, type Replayed } from './replay.js';
