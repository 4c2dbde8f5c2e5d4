import { setTimeout as delay } from 'node:timers/promises';
import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { SignerRefusal, StateInUse } from '../domain/errors.js';
import type { SignLog } from './sign-log.js';

const IDLE_MS = 250;
/** Under load one checkpoint is of all that was sequenced since the last (design.md section 8: 50 ms at most). */
const TICK_MS = 40;
const RETRY_MS = 500;

/** Signs one log until told to stop, or until the log cannot be signed any more. */
export class Signing extends Loop {
  private refusal: string | undefined;
  private isInUse = false;
  private started = false;
  private ticked = false;
  private signedAt: number;

  constructor(
    private readonly name: string,
    private readonly signing: SignLog,
    private readonly genesis: boolean,
    /** Signed note under quorum, to go on from where the state is lost. */
    private readonly witnessed: string | undefined,
    private readonly heartbeatMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {
    super();
    this.signedAt = now().getTime();
  }

  /** @returns undefined when it signs */
  fault(): string | undefined {
    if (this.refusal !== undefined) return this.refusal;
    // A log that begins is not ready before its beginning is remembered: it could not begin again once it has leaves.
    if (this.ticked) return undefined;
    return this.isInUse ? 'state-in-use' : 'not-started';
  }

  protected override async round(): Promise<number | undefined> {
    try {
      await this.once();
      return IDLE_MS;
    } catch (error) {
      if (error instanceof SignerRefusal) {
        this.refusal = error.code;
        this.log.error('signer.refused', { log: this.name, code: error.code });
        return undefined;
      }
      if (error instanceof StateInUse) this.standsBy();
      else if (isStoreFailure(error)) this.log.warn('signer.waits', { log: this.name });
      else this.log.failure('signer.failed', error, { log: this.name });
      return RETRY_MS;
    }
  }

  /** Whoever has the state may die: this one reads it then. */
  private standsBy(): void {
    if (!this.isInUse) this.log.warn('signer.stands-by', { log: this.name });
    this.isInUse = true;
  }

  private async once(): Promise<void> {
    if (!this.started) {
      const recovered = await this.signing.start(this.genesis, this.witnessed);
      if (recovered !== undefined) this.log.warn('signer.recovered', { log: this.name, size: recovered.toString() });
      this.started = true;
    }
    const size = await this.signing.tick();
    this.ticked = true;
    // Not to be woken from: it is woken by each tick of the sequencer.
    if (size !== undefined) await delay(TICK_MS, undefined, { signal: this.stopping }).catch(() => undefined);
    if (size !== undefined) this.log.debug('checkpoint.signed', { log: this.name, size: size.toString() });
    else if (this.now().getTime() - this.signedAt < this.heartbeatMs) return;
    else await this.signing.heartbeat();
    this.signedAt = this.now().getTime();
  }
}
