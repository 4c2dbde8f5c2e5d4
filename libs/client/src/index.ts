export { whyAway } from './away.js';
export { DelgeClient, type ClientOptions, type Readiness } from './client.js';
export { DelgeProblem, type ProblemDetails } from './problem.js';
export { WebhookRefused, receivedWebhook, type WebhookRefusal } from './received-webhook.js';
export { verifyProven, type Proven } from './verify.js';
