import { HANDLINGS } from '#contracts';
import { verdict } from './check.js';
import { authority, described, instant, listOf, text, uuid } from './schema.js';
import type { Schema } from './schema.js';
import { leftOut } from './sent.js';
import { subscriptionState } from './subscriptions.js';

/** RFC 9457 problem details, as every refusal has them. */
export const PROBLEM: Schema = {
  type: 'object',
  required: ['type', 'title', 'titleSv', 'status', 'detail', 'instance'],
  properties: {
    type: {
      type: 'string',
      format: 'uri-reference',
      description: '/problems/<slug>, stable, and a page that tells more',
    },
    title: text,
    titleSv: described(text, 'The title in Swedish'),
    status: { type: 'integer' },
    detail: described(text, 'What the problem means; the same each time'),
    instance: {
      type: 'string',
      format: 'uri',
      description: 'This one answer, as `urn:uuid:`: for whoever looks for it in the log',
    },
    violations: listOf({
      type: 'object',
      required: ['path', 'code'],
      properties: { path: described(text, 'Where; never a value'), code: described(text, 'Which rule') },
    }),
    recipients: described(
      listOf({
        type: 'object',
        required: ['authority', 'function', 'messageId', 'verdict'],
        properties: { authority, function: text, messageId: uuid, verdict, leftOut },
      }),
      'With `formal-obstacle` and `assessment-missing`: the verdict for each recipient',
    ),
    scope: described(text, 'With `insufficient-scope`: the one that is lacking'),
    handling: described({ type: 'string', enum: HANDLINGS }, 'With `handling-conflict`: where it is'),
    received: described(
      { type: 'integer', minimum: 0 },
      'With `upload-offset`: octets that are there; the next part begins at this one',
    ),
    state: described(subscriptionState, 'With `subscription-conflict`: where it is'),
    erasedAt: described(instant, 'With `erased`: when it was erased here'),
    code: described(text, 'With `keeping-refused`: which rule'),
    fallBack: {
      type: 'object',
      required: ['messageId', 'retracted'],
      properties: {
        messageId: uuid,
        retracted: described(
          { type: 'boolean' },
          'Whether `onDeny=retract` took it back just now; else a retraction may',
        ),
      },
      description: 'With these of a correction: the message that it would have put right',
    },
  },
};
