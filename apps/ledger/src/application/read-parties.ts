import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { PartyStore } from '../persistence/party.store.js';
import { isSendersAlone, partiesOf } from './parties.js';

const BATCH = 500;
const ROUND_MS = 1_000;

/** Finds out, in the order of the log, whose each entry is. Any process may; a look waits until all that it may show has been read. */
export class ReadParties extends Loop {
  constructor(
    private readonly store: PartyStore,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** Reads on until every entry below `size` has been read, or no more are there. */
  async upTo(size: bigint): Promise<void> {
    while ((await this.store.read()) < size && (await this.batch()) > 0);
  }

  /** Reads on until every entry that stands in the log has been read. */
  async upToNow(): Promise<void> {
    while ((await this.batch()) === BATCH);
  }

  protected override async round(): Promise<number> {
    try {
      if (!(await this.store.isBehind())) return ROUND_MS;
      return (await this.batch()) < BATCH ? ROUND_MS : 0;
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('parties.wait');
      else this.log.failure('parties.failed', error);
      return ROUND_MS;
    }
  }

  /** @returns how many entries were read */
  private batch(): Promise<number> {
    return this.store.transaction(async (tx) => {
      const from = await this.store.lock(tx);
      const entries = await this.store.entries(tx, from, BATCH);
      if (entries.length === 0) return 0;
      const alone = entries.filter(({ entry }) => entry !== undefined && isSendersAlone(entry));
      const annexes = await this.store.annexes(
        tx,
        alone.map(({ index }) => index),
      );
      const parties = entries.flatMap(({ index, entry }) =>
        entry === undefined ? [] : [{ index, ...partiesOf(entry, annexes.get(index)) }],
      );
      await this.store.add(tx, parties, from + BigInt(entries.length));
      return entries.length;
    });
  }
}
