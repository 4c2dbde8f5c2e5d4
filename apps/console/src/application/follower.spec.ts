import { expect, it } from '@jest/globals';
import type { EventLog } from '#platform';
import { Follower } from './follower.js';
import type { ProjectLog } from './project-log.js';

type Outcome = Awaited<ReturnType<ProjectLog['execute']>>;
class OneRound extends Follower {
  override round(): Promise<number> {
    return super.round();
  }
}

it('follows for a minute after the log was last read to its end, and not once it has stopped', async () => {
  let elapsed = 0;
  let outcome: Outcome | undefined = 'behind';
  const execute = (): Promise<Outcome> =>
    outcome === undefined ? Promise.reject(new Error('unreachable')) : Promise.resolve(outcome);
  const log = { failure: () => undefined } as unknown as EventLog;
  const follower = new OneRound({ execute } as unknown as ProjectLog, log, () => elapsed);
  await follower.round();
  expect(follower.follows()).toBe(false);
  outcome = 'followed';
  await follower.round();
  outcome = undefined;
  elapsed = 60_000;
  await follower.round();
  expect(follower.follows()).toBe(true);
  elapsed = 60_001;
  expect(follower.follows()).toBe(false);
  outcome = 'followed';
  await follower.round();
  expect(follower.follows()).toBe(true);
  outcome = 'stopped';
  await follower.round();
  expect(follower.follows()).toBe(false);
});
