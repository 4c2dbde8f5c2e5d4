export {
  Policy,
  PolicyGuard,
  Public,
  assertEveryRouteHasPolicy,
  routesOf,
  routesOfController,
  type Route,
} from './access.js';
export { contextOfOthers, trustAuthorities } from './authorities.js';
export { MAX_REQUEST_BODY, bodyReader, type BodyRule } from './body.js';
export { certificateEnd } from './certificates.js';
export { Clock } from './clock.js';
export {
  Conditional,
  IfMatch,
  TakesIfMatch,
  entityTagOf,
  isAmong,
  onlyConditional,
  type Expected,
} from './conditional.js';
export { ChecksCertificates, ConfigError, IsUrls, ServiceConfig, loadConfig, urlsOf } from './config.js';
export { crashPoint, type CrashPoint } from './crash-point.js';
export { EventLog, type LogFields } from './event-log.js';
export { Health, HealthController, type Probe } from './health.js';
export { Load, type LoadLimits } from './load.js';
export { Lookout, UNSEEN_MS } from './lookout.js';
export { Loop } from './loop.js';
export { octetsOf, sendOctets } from './octets.js';
export { paced } from './pace.js';
export { escaped, prose, sendPage, shown } from './page.js';
export { ProblemError, type ProblemOptions, type Violation } from './problem.js';
export { ProblemFilter, retryAfterOf, sendProblem, type Refuse, type Translate } from './problem.filter.js';
export { ProblemPageController } from './problem-page.controller.js';
export { PROBLEMS, type ProblemCode } from './problem-table.js';
export { ACTS, PROBLEM_WORDS, problemExample } from './problem-words.js';
export { Rate } from './rate.js';
export { runService, type Platform, type Service, type Stage } from './run-service.js';
export { Together } from './together.js';
export { Turns } from './turns.js';
export { validationPipe } from './validation.pipe.js';
