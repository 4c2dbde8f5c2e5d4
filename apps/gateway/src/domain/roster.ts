import type { MessageState, RosterRow } from '#contracts';
import { isTerminal } from './message-state.js';

/** So many messages of one type to one authority, in one state. */
export interface RosterCount {
  readonly authority: string;
  readonly type: string;
  readonly state: MessageState;
  readonly count: number;
  readonly retracted: number;
  readonly givenAnotherWay: number;
  readonly changedAt: Date;
}

/** Nobody has received what waits for an officer, nor is it on its way. */
const isDraft = ({ state }: RosterCount): boolean => state === 'awaiting-assessment';
const isReceived = ({ state }: RosterCount): boolean => state === 'fetched' || state === 'acknowledged';
const sum = (counts: readonly RosterCount[]): number => counts.reduce((all, { count }) => all + count, 0);

/** Who has received what: a row for each authority, by its id. */
export const rosterOf = (counts: readonly RosterCount[]): readonly RosterRow[] => {
  const sent = counts.filter((one) => !isDraft(one));
  return [...new Set(sent.map(({ authority }) => authority))].toSorted().map((authority) => {
    const own = sent.filter((one) => one.authority === authority);
    const received = own.filter(isReceived);
    return {
      authority,
      received: [...new Set(received.map(({ type }) => type))].toSorted().map((type) => {
        const ofType = received.filter((one) => one.type === type);
        return { type, count: sum(ofType), retracted: ofType.reduce((all, { retracted }) => all + retracted, 0) };
      }),
      underWay: sum(own.filter((one) => !isReceived(one) && !isTerminal(one.state))),
      ended: sum(own.filter(({ state }) => isTerminal(state))),
      givenAnotherWay: own.reduce((all, one) => all + one.givenAnotherWay, 0),
      changedAt: new Date(Math.max(...own.map(({ changedAt }) => changedAt.getTime()))).toISOString(),
    };
  });
};
