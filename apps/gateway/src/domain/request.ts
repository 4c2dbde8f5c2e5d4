import type { RequestState } from '#contracts';

/**
 * Types of messages that ask another authority for what it has (OSL 2009:400 6:5). A consultation asks for an opinion, e.g. as alkohollagen 2010:1622 8:11 demands.
 * To ask for a subscription is no request: nothing is answered under a request-only ground because of it (design.md section 10).
 */
const ASKING = ['request', 'permit-consultation'] as const;

/** Message type without its version. */
export const nameOfType = (type: string): string => type.split('/')[0] ?? '';
/** @param type e.g. `request/2` */
export const isRequest = (type: string): boolean => (ASKING as readonly string[]).includes(nameOfType(type));

/** Types whose content names another message, by the member that does. */
const NAMING: Readonly<Record<string, string>> = { feedback: 'answers' };

/**
 * The message that another is about: the request that it answers, or what its content names.
 * @returns undefined when it is about none
 */
export const namedBy = (type: string, requestId: string | undefined, content: object): string | undefined => {
  const member = NAMING[nameOfType(type)];
  const named = member === undefined ? undefined : (content as Readonly<Record<string, unknown>>)[member];
  return requestId ?? (typeof named === 'string' ? named : undefined);
};

/** Types that name a request and answer nothing of it. */
const NO_ANSWERS: readonly string[] = [...ASKING, 'feedback'];

/** Something that names the request, as far as its gateway has it. */
export interface Reply {
  readonly messageId: string;
  readonly type: string;
  /** Submitted by who was asked, received by who asked. */
  readonly at: Date;
}

/** What has come of a request. */
export interface Outcome {
  readonly state: RequestState;
  readonly answers: readonly Reply[];
}

/** @param replies that stand: neither stopped on their way nor taken back */
export const outcomeOfRequest = (replies: readonly Reply[]): Outcome => {
  const answers = replies.filter(({ type }) => !NO_ANSWERS.includes(nameOfType(type)));
  return { state: answers.length > 0 ? 'answered' : 'open', answers };
};

/**
 * @param answerBy local date in Europe/Stockholm; absent: whoever asked set no time
 * @param today likewise
 */
export const isOverdue = (state: RequestState, answerBy: string | undefined, today: string): boolean =>
  state === 'open' && answerBy !== undefined && answerBy < today;
