import type { SubscriptionAnswer, SubscriptionScope, SubscriptionState } from '#contracts';

export const isSubscriptionRequest = (type: string): boolean => type.startsWith('subscription-request/');

/** What a request asks for, as its content says it. */
export interface SubscriptionAsked {
  readonly scope: SubscriptionScope;
  /** Without version. */
  readonly messageTypes: readonly string[];
  readonly function: string;
}
/** @param content of a request, valid by its schema */
export const askedIn = (content: object): SubscriptionAsked => {
  const { scope, messageTypes, function: to } = content as SubscriptionAsked;
  return { scope, messageTypes, function: to };
};

/** What an answer leaves the subscription as: its first word. */
export const stateAfter = (answer: SubscriptionAnswer): SubscriptionState => {
  const [word] = answer.split('-');
  if (word === 'refused') return 'refused';
  if (word === 'suspended') return 'suspended';
  return word === 'ended' ? 'ended' : 'granted';
};

const FROM: Readonly<Record<string, readonly SubscriptionState[]>> = {
  granted: ['asked'],
  refused: ['asked'],
  suspended: ['granted'],
  resumed: ['suspended'],
  ended: ['granted', 'suspended'],
};
/** Whether it may be said of a subscription in this state. What is ended or refused is asked for anew. */
export const mayAnswer = (state: SubscriptionState, answer: SubscriptionAnswer): boolean =>
  FROM[answer.split('-')[0] ?? '']?.includes(state) ?? false;

/** @param type e.g. `crime-report/2` */
export const typeName = (type: string): string => type.split('/')[0] ?? '';
