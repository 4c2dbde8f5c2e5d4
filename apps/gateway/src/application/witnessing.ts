import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import { NotYet } from '../domain/errors.js';
import type { LedgerOffers } from '../operator/ledger-offers.js';
import type { WitnessLog } from './witness-log.js';

/** The ledger answers when there is more; after this long the same checkpoint is cosigned anew. */
const WAIT_MS = 25_000;
const RETRY_MS = 500;
/** A ledger that answers at once with what was cosigned already is not asked in a tight circle. */
const AGAIN_MS = 50;

/** Asks the ledger for checkpoints of one log, and gives it this gateway's cosignatures. */
export class Witnessing extends Loop {
  /** Why it does not cosign. */
  private fault: string | undefined = 'not-started';
  private forks = 0;
  private isStarted = false;
  /** Asks without waiting: what was cosigned last may not have arrived. */
  private atOnce = true;

  constructor(
    private readonly name: string,
    private readonly witness: WitnessLog,
    private readonly ledger: LedgerOffers,
    /** A key that has cosigned nothing may begin with the empty log. */
    private readonly genesis: boolean,
    private readonly log: EventLog,
  ) {
    super();
  }

  /** @returns why people should look; undefined when all it was shown fits together */
  warning(): string | undefined {
    return this.forks > 0 ? 'forked' : this.fault;
  }

  protected override async round(): Promise<number> {
    try {
      return await this.once();
    } catch (error) {
      if (this.stopping.aborted) return 0;
      this.atOnce = true;
      if (error instanceof NotYet) this.waits(error.code);
      else if (isStoreFailure(error)) this.waits('store');
      else this.log.failure('witness.failed', error, { log: this.name });
      return RETRY_MS;
    }
  }

  private async once(): Promise<number> {
    this.isStarted ||= await this.begun();
    const size = this.isStarted ? await this.witness.size() : undefined;
    if (size === undefined) return this.waits('state-lost');
    const offer = await this.ledger.offer(this.name, size, this.atOnce ? 0 : WAIT_MS, this.stopping);
    if (offer === undefined) return this.waits('log-behind');
    const outcome = await this.witness.take(offer);
    if (outcome.is === 'refused') return this.waits(outcome.code);
    if (outcome.is === 'forked') {
      this.atOnce = true;
      if (outcome.isNew) {
        this.forks += 1;
        this.log.error('witness.forked', { log: this.name, code: outcome.code, size: outcome.size.toString() });
      }
      return RETRY_MS;
    }
    // Whoever was faster may die before it says so: the same is asked for once more.
    this.atOnce = outcome.is === 'overtaken';
    if (outcome.is === 'overtaken') return RETRY_MS;
    if (outcome.is === 'cosigned') {
      if (!(await this.ledger.cosign(this.name, outcome.note, this.stopping))) return this.waits('cosignature-refused');
      this.log.debug('witness.cosigned', { log: this.name, size: outcome.size.toString() });
    }
    this.fault = undefined;
    return outcome.size === size ? AGAIN_MS : 0;
  }

  /** @returns false when this key has a past that is not remembered here */
  private async begun(): Promise<boolean> {
    this.forks = await this.witness.forks();
    const shown = await this.ledger.newest(this.name, this.stopping);
    const size = await this.witness.size();
    if (shown !== undefined && this.witness.hasForgotten(shown)) return false;
    if (size === undefined && this.genesis) await this.witness.begin();
    return size !== undefined || this.genesis;
  }

  private waits(code: string): number {
    this.atOnce = true;
    if (this.fault !== code) this.log.warn('witness.waits', { log: this.name, code });
    this.fault = code;
    return RETRY_MS;
  }
}
