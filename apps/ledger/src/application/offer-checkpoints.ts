import { offerText } from '#tlog/build';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { LogName } from '../domain/log.js';
import type { Checkpoints } from './checkpoints.js';
import type { ReadLog } from './read-log.js';

/** What a witness is asked to cosign. @see c2sp.org/tlog-witness */
export class OfferCheckpoints {
  /** Proofs that are being made: witnesses are told at the same moment, and most hold the same size. None is kept once it is made. */
  private readonly making = new Map<string, Promise<readonly Uint8Array[]>>();

  constructor(
    private readonly checkpoints: Checkpoints,
    private readonly reading: ReadLog,
    private readonly log: EventLog,
  ) {}

  /**
   * Waits for a checkpoint larger than `from`, for `ms` at most; then the same is offered again, and an idle log is cosigned anew.
   * @returns checkpoint and proof from `from`; undefined when the log is not that large
   */
  async next(log: LogName, from: bigint, ms: number): Promise<string | undefined> {
    const offered = await this.checkpoints.offered(log, from, ms);
    if (offered === undefined || offered.size < from) return undefined;
    return offerText(from, await this.proof(log, from, offered.size), offered.note);
  }

  /** A checkpoint that the leaves do not bear out is shown all the same: the witnesses keep it as evidence. */
  private async proof(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    try {
      return await this.shared(log, from, to);
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      this.log.failure('offer.not-proven', error, { log, size: to.toString() });
      return [];
    }
  }

  private shared(log: LogName, from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    const key = `${log} ${from} ${to}`;
    const made = this.making.get(key) ?? this.reading.proof(log, from, to).finally(() => this.making.delete(key));
    this.making.set(key, made);
    return made;
  }
}
