import { accessAnswers } from './answers/access.js';
import { caseAnswers } from './answers/cases.js';
import { checkAnswers } from './answers/check.js';
import { logAnswers } from './answers/log.js';
import { receivedAnswers } from './answers/received.js';
import { requestAnswers } from './answers/requests.js';
import type { Schema } from './answers/schema.js';
import { sentAnswers } from './answers/sent.js';
import { subscriptionAnswers } from './answers/subscriptions.js';
import { toldAnswers } from './answers/told.js';

/** What the routes answer with. Written beside the contracts' types and held against them by the compiler. */
export const answers = {
  ...accessAnswers,
  ...sentAnswers,
  ...receivedAnswers,
  ...requestAnswers,
  ...caseAnswers,
  ...subscriptionAnswers,
  ...toldAnswers,
  ...logAnswers,
  ...checkAnswers,
} as const satisfies Readonly<Record<string, Schema>>;
