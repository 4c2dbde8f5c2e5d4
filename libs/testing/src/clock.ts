/** A clock that stands still until it is moved. */
export interface TestClock {
  readonly now: () => Date;
  advance(ms: number): void;
  set(instant: string): void;
}

export const aClock = (instant = '2026-11-24T08:00:00.000Z'): TestClock => {
  let at = Date.parse(instant);
  return {
    now: () => new Date(at),
    advance: (ms) => void (at += ms),
    set: (next) => void (at = Date.parse(next)),
  };
};

/** Fresh UUIDs (version 7 in form) in the order in which they were asked for. */
export const uuids = (): (() => string) => {
  let count = 0;
  return () => `01930000-0000-7000-8000-${(count += 1).toString(16).padStart(12, '0')}`;
};
