export const LOGS = ['disclosure', 'keys'] as const;
export type LogName = (typeof LOGS)[number];

/** What can be wrong with a log, worst first, and what the command ends with when it looks once. */
export const EXIT = { fork: 2, freeze: 3, gap: 4 } as const;
export type AlarmClass = keyof typeof EXIT;

/** Two notes that do not go together, kept as they came. */
export interface Evidence {
  readonly held: string;
  readonly shown: string;
  /** Base 64 hashes that were to lead from the one to the other. */
  readonly proof?: readonly string[];
}

/** The log is not as a log must be. */
export class Alarm extends Error {
  override readonly name = 'Alarm';
  constructor(
    readonly kind: AlarmClass,
    readonly log: LogName,
    /** `FORKED`, `INCONSISTENT`, `STALE`, `WENT_BACK`, `NOT_PROVEN`, `ENTRIES_MISSING`, `OTHER_ENTRIES`, or of what refused it. */
    readonly code: string,
    readonly evidence?: Evidence,
  ) {
    super(`${kind} ${log} ${code}`);
  }
}
/** The ledger gave no answer that could be judged. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
