import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventLog } from '#platform';
import { KeysLog } from '#snapshot';
import type { KeysFeed, Newest } from '#snapshot';
import { aWorld } from '#testing';
import { nodeSha256 } from '#tlog/build';
import { KeysFollower } from './keys-follower.js';

/** A feed that has read up to a size, and waits for ever for more. */
class Feed {
  size = 1n;
  follows = 0;
  more: (() => void) | undefined;
  constructor(private readonly log: KeysLog) {}
  newest(): Newest {
    return { log: this.log, size: this.size, snapshot: this.log.at(this.size), asOf: new Date() };
  }
  refresh(): Promise<void> {
    return Promise.resolve();
  }
  follow(): Promise<void> {
    this.follows += 1;
    return new Promise((resolve) => {
      this.more = resolve;
    });
  }
}

describe('the follower of the keys log', () => {
  it('takes what it has read although it could not be kept at first, and waits for nothing more before', async () => {
    const world = await aWorld();
    const log = KeysLog.empty(world.trust, nodeSha256);
    for (const entry of world.entries.slice(0, 2)) await log.append(entry);
    const feed = new Feed(log);
    let failures = 1;
    const prepared: bigint[] = [];
    const keptUnprepared: bigint[] = [];
    const store = {
      read: () => Promise.resolve(undefined),
      write: (size: bigint) => {
        if (!prepared.includes(size)) keptUnprepared.push(size);
        return size === 2n && failures-- > 0 ? Promise.reject(new Error('busy')) : Promise.resolve();
      },
    };
    const follower = new KeysFollower(
      feed as unknown as KeysFeed,
      store,
      1_000,
      new EventLog('t', 'silent'),
      () => new Date(),
    );
    follower.before((snapshot) => Promise.resolve(void prepared.push(snapshot.size)));
    await follower.start();
    while (feed.more === undefined) await delay(5);
    feed.size = 2n;
    feed.more();
    while (follower.newest()?.size !== 2n) await delay(5);
    expect(failures).toBe(-1);
    expect(prepared).toEqual([1n, 2n]);
    // What counts as seen has been looked at: a crash in between would skip it for good.
    expect(keptUnprepared).toEqual([]);
    const stopping = follower.stop();
    while (feed.follows < 2) await delay(5);
    feed.more?.();
    await stopping;
  });
});
