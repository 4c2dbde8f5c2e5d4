import { EVENT_TYPES, WEBHOOK_ATTEMPTS, WEBHOOK_FAULTS, WEBHOOK_STATES } from '#contracts';
import type { EventView, WebhookAttemptView, WebhookReplayView, WebhookView } from '#contracts';
import { absent, described, instant, listOf, object, page, text, uuid } from './schema.js';
import type { Schema } from './schema.js';

const webhook = object<WebhookView>({
  id: uuid,
  url: { type: 'string', format: 'uri' },
  system: described(uuid, 'That registered it last'),
  state: described(
    { type: 'string', enum: WEBHOOK_STATES },
    '`not-listed`: the operator lists its target no more; `suspended`: its system has another key since; `failed`: an event was not taken for three days; `gone`: the receiver answered 410. Registered again it goes on',
  ),
  registeredAt: instant,
  cursor: absent(described(uuid, 'Id of the newest event that it took, or before which it was registered')),
  failures: described({ type: 'integer', minimum: 0 }, 'How often the event in hand was tried in vain'),
  nextAttemptAt: absent(instant),
  keys: described(
    listOf(
      object<WebhookView['keys'][number]>({
        publicKey: described(text, '`whpk_` and base64 of the raw Ed25519 public key'),
        madeAt: instant,
        until: absent(described(instant, 'Until when it signs beside the newer one')),
      }),
    ),
    'Newest first',
  ),
});

const webhookAttempt = object<WebhookAttemptView>({
  kind: { type: 'string', enum: WEBHOOK_ATTEMPTS },
  eventId: uuid,
  at: instant,
  status: absent(described({ type: 'integer' }, 'HTTP status')),
  code: absent(described({ type: 'string', enum: WEBHOOK_FAULTS }, 'Why there is no status')),
  milliseconds: { type: 'integer', minimum: 0 },
  bodySha256: described(text, 'Of what was sent, base64url'),
});

export const toldAnswers = {
  events: page(
    object<EventView>({
      id: uuid,
      type: described({ type: 'string', enum: EVENT_TYPES }, 'What happened'),
      timestamp: described(instant, 'When it happened'),
      data: object<EventView['data']>({
        messageId: absent(described(uuid, 'Absent where it is about a case alone')),
        referralId: absent(described(uuid, 'Of what the authority sends itself')),
        caseId: absent(uuid),
        messageType: absent(described(text, 'Of the referral, as `request/1`')),
        deliveryNumber: absent(described({ type: 'integer' }, 'Of a delivery, within its case: the order of release')),
        code: absent(
          described(
            text,
            'Of a notice its kind, of what is overdue the receipt that is awaited or the clock of its handling, of an incident the side or the clock, of handling the status, of a case its type, `message` or `case` that it was linked to, or why it is closed, of a subscription the answer, or `asked`',
          ),
        ),
      }),
    }),
  ),
  eventsAcknowledged: object<{ readonly acknowledged: string }>({
    acknowledged: described(uuid, 'Id of the newest event that this system has acknowledged'),
  }),
  webhooks: { type: 'object', required: ['items'], properties: { items: listOf(webhook) } },
  webhook,
  webhookAttempt,
  webhookAttempts: page(webhookAttempt),
  webhookReplay: object<WebhookReplayView>({
    items: described(
      listOf(webhookAttempt),
      'In the order in which they were sent; the first that was not taken is the last',
    ),
    next: absent(described(uuid, '`after` of what is left; absent: nothing is, or none was taken')),
  }),
} as const satisfies Readonly<Record<string, Schema>>;
