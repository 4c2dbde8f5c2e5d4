import type { RequestDirection } from '#contracts';

/** A request that an authority received, sent or recorded. */
export interface AskedFor {
  readonly direction: RequestDirection;
  readonly id: string;
}

export interface DeadlineOfRequest extends AskedFor {
  /** Local date in Europe/Stockholm: the last day. */
  readonly answerBy: string;
}

export interface RequestDeadlines {
  /** Requests whose days have not been looked for, oldest first of each direction; some at a time. */
  unseen(authority: string): Promise<readonly (AskedFor & { readonly cursor: string })[]>;
  /** Keeps these, and that all of the direction up to the cursor have been looked at. */
  keep(
    authority: string,
    direction: RequestDirection,
    deadlines: readonly DeadlineOfRequest[],
    cursor: string,
  ): Promise<void>;
  /** Those whose day is before this one, neither told of nor settled, by day; some at a time. @param after the last one of those before */
  passed(authority: string, today: string, after?: DeadlineOfRequest): Promise<readonly DeadlineOfRequest[]>;
  /** Tells systems that it is overdue. @returns false when they had been told */
  alarm(authority: string, request: AskedFor, at: Date): Promise<boolean>;
  /** Nothing is awaited any more. */
  settle(authority: string, request: AskedFor): Promise<void>;
}
