import type { Awaited, Due } from '../../domain/deadlines.js';

/** What is awaited from now on, and what is no more. */
export interface Dues {
  readonly set?: readonly Due[];
  readonly met?: readonly Awaited[];
  /** When it was met. */
  readonly at: Date;
}

export interface MessageDue extends Due {
  readonly messageId: string;
  readonly metAt?: Date;
}

export interface Overdue {
  readonly messageId: string;
  readonly what: Awaited;
}

export interface DueStore {
  /** What has a time and was not met. */
  open(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]>;
  /** What has a time, met or not. */
  all(authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]>;
  /** @returns what has passed unmet and was not returned before */
  alarm(authority: string, at: Date): Promise<readonly Overdue[]>;
  /** How many have passed unmet. */
  overdue(authority: string, at: Date): Promise<number>;
}
