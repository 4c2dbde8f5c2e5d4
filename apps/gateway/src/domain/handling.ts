import type { BusinessReceipt, Handling, HandlingClock, SaidHandling } from '#contracts';
import { acceptedWithin } from './deadlines.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a system has to take over what its gateway received, of every type. Our choice: systems ask or are told many times a day. */
export const TAKEN_OVER_MS = DAY_MS;

/** Status codes and their order are those of HL7 FHIR Task; an empty list marks the end. A system that does not say `received` has received what it takes up. */
const following: Readonly<Record<Handling, readonly SaidHandling[]>> = {
  requested: ['received', 'accepted', 'rejected'],
  received: ['accepted', 'rejected'],
  accepted: ['completed'],
  rejected: [],
  completed: [],
};
export const mayFollow = (from: Handling, to: SaidHandling): boolean => following[from].includes(to);

/** The receipt that tells the sender; `received` tells nobody else, since the gateway's own receipt has said that it is there. */
export const RECEIPT_OF: Readonly<Record<Exclude<SaidHandling, 'received'>, BusinessReceipt>> = {
  accepted: 'accepted',
  rejected: 'form-rejected',
  completed: 'handled',
};

/** @param kind of a receipt @returns undefined when the receipt says nothing of handling */
export const handlingOf = (kind: string): Exclude<SaidHandling, 'received'> | undefined =>
  kind === 'accepted'
    ? 'accepted'
    : kind === 'form-rejected'
      ? 'rejected'
      : kind === 'handled'
        ? 'completed'
        : undefined;

export interface HandlingChange {
  readonly status: SaidHandling;
  readonly at: Date;
  readonly system?: string;
}

const rank: Readonly<Record<SaidHandling, number>> = { received: 1, accepted: 2, rejected: 2, completed: 3 };
/** Oldest first, by their order and not by clocks that may differ. */
export const inOrder = (changes: readonly HandlingChange[]): readonly HandlingChange[] =>
  changes.toSorted((one, other) => rank[one.status] - rank[other.status]);

export const statusOf = (changes: readonly HandlingChange[]): Handling =>
  inOrder(changes).at(-1)?.status ?? 'requested';

/** Statuses in which a clock still runs. */
export const RUNS_IN: Readonly<Record<HandlingClock, readonly Handling[]>> = {
  received: ['requested'],
  accepted: ['requested', 'received'],
};

/** What the clocks of a delivery go by. */
export interface Clocked {
  /** E.g. `crime-report/2`. */
  readonly type: string;
  readonly receivedAt: Date;
  /** Absent of what was received before it was kept: by its type alone then. */
  readonly takenUpBy?: Date;
}

export const clocksOf = (
  { type, receivedAt, takenUpBy }: Clocked,
  status: Handling,
): readonly { readonly what: HandlingClock; readonly at: Date }[] => {
  const clocks = [
    { what: 'received', at: new Date(receivedAt.getTime() + TAKEN_OVER_MS) },
    { what: 'accepted', at: takenUpBy ?? new Date(receivedAt.getTime() + acceptedWithin(type)) },
  ] as const;
  return clocks.filter(({ what }) => RUNS_IN[what].includes(status));
};
