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
const NAMING: Readonly<Record<string, string>> = {
  feedback: 'answers',
  'decision-demand': 'request',
  'request-decision': 'answers',
};

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
const NO_ANSWERS: readonly string[] = [...ASKING, 'feedback', 'decision-demand'];

/** Something that names the request, as far as its gateway has it. */
export interface Reply {
  readonly messageId: string;
  readonly type: string;
  /** Submitted by who was asked, received by who asked. */
  readonly at: Date;
}

/** The authority's own, in writing (OSL 6:7 second paragraph). */
export const isDecision = (type: string): boolean => nameOfType(type) === 'request-decision';
/** Of whoever asked, that there be one (OSL 6:3). */
export const isDemand = (type: string): boolean => nameOfType(type) === 'decision-demand';

/** What has come of a request. */
export interface Outcome<R extends Reply> {
  readonly state: RequestState;
  readonly answers: readonly R[];
  readonly decision?: R;
}

/**
 * The last word counts: who was refused may be answered after all, and who was answered in part refused the rest.
 * @param replies of whoever was asked that stand, oldest first: neither stopped on their way nor taken back
 * @param isRefused by an officer
 * @param decidedAt when the authority decided, where no message says so
 */
export const outcomeOfRequest = <R extends Reply>(
  replies: readonly R[],
  isRefused: boolean,
  decidedAt?: Date,
): Outcome<R> => {
  const said = replies.filter(({ type }) => !NO_ANSWERS.includes(nameOfType(type)));
  const last = said.at(-1);
  const decision = said.findLast(({ type }) => isDecision(type));
  const isDecided =
    (last !== undefined && isDecision(last.type)) ||
    (decidedAt !== undefined && (last === undefined || last.at <= decidedAt));
  return {
    state: isDecided ? 'decision-issued' : last !== undefined ? 'answered' : isRefused ? 'refused' : 'open',
    answers: said.filter(({ type }) => !isDecision(type)),
    ...(decision === undefined ? {} : { decision }),
  };
};

/**
 * @param answerBy local date in Europe/Stockholm; absent: whoever asked set no time
 * @param today likewise
 */
export const isOverdue = (state: RequestState, answerBy: string | undefined, today: string): boolean =>
  state === 'open' && answerBy !== undefined && answerBy < today;
