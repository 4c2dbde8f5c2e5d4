import {
  BACKFILL_OUTCOMES,
  HELD_REASONS,
  SUBSCRIPTION_ANSWERS,
  SUBSCRIPTION_SCOPES,
  SUBSCRIPTION_STATES,
} from '#contracts';
import type { BackfillView, HeldItem, SheetRow, StandingOrderView, SubscriptionView } from '#contracts';
import { verdict } from './check.js';
import { absent, authority, count, described, instant, listOf, object, page, state, text, uuid } from './schema.js';
import type { Schema } from './schema.js';

export const subscriptionState: Schema = { type: 'string', enum: SUBSCRIPTION_STATES };

const messageTypeNames = described(listOf(text), 'Without version');

const subscription = object<SubscriptionView>({
  id: described(uuid, 'Message id of the request'),
  direction: { type: 'string', enum: ['received', 'sent'] },
  owner: authority,
  subscriber: authority,
  scope: { type: 'string', enum: SUBSCRIPTION_SCOPES },
  caseId: absent(described(uuid, 'With scope `case`')),
  messageTypes: messageTypeNames,
  function: described(text, 'Of the subscriber, to which messages go'),
  state: subscriptionState,
  retractedAt: absent(described(instant, 'When the request was taken back; of one that was received')),
  requestState: absent(described(state, 'Of one that was sent: how far the request has come')),
  answers: listOf(
    object<SubscriptionView['answers'][number]>({
      number: count,
      answer: { type: 'string', enum: SUBSCRIPTION_ANSWERS },
      at: instant,
      office: absent(described(text, 'Shown to the owner alone')),
      standingOrder: absent(uuid),
    }),
  ),
});

const standingOrder = object<StandingOrderView>({
  id: uuid,
  subscriber: authority,
  scope: { type: 'string', enum: SUBSCRIPTION_SCOPES },
  messageTypes: messageTypeNames,
  office: text,
  madeAt: instant,
  endedAt: absent(instant),
});

export const subscriptionAnswers = {
  subscription,
  subscriptions: page(subscription),
  standingOrder,
  standingOrders: { type: 'object', required: ['items'], properties: { items: listOf(standingOrder) } },
  backfill: {
    type: 'object',
    required: ['items'],
    properties: {
      items: listOf(
        object<BackfillView['items'][number]>({
          referralId: uuid,
          outcome: described({ type: 'string', enum: BACKFILL_OUTCOMES }, 'What became of it; of a new one its state'),
          newReferralId: absent(described(uuid, 'Of the new disclosure')),
          verdict: absent(described(verdict, 'Of what is `refused`')),
        }),
      ),
    },
  },
  sheet: {
    type: 'object',
    required: ['items'],
    properties: {
      items: listOf(
        object<SheetRow>({
          subscription: described(uuid, 'Message id of the request'),
          authority,
          function: text,
          state: subscriptionState,
          verdict: absent(described(verdict, 'Absent where nothing may be sent to it as a subscriber')),
        }),
      ),
    },
  },
  held: page(
    object<HeldItem>({
      messageId: uuid,
      referralId: uuid,
      caseId: uuid,
      type: text,
      authority,
      state,
      reason: described({ type: 'string', enum: HELD_REASONS }, 'Why it was not released'),
      reasonText: object<HeldItem['reasonText']>({ sv: text, en: text }),
      recorded: absent(described({ type: 'boolean' }, 'Of a hold: whether the exchange has it')),
      since: instant,
    }),
  ),
} as const satisfies Readonly<Record<string, Schema>>;
