import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { LogName } from '../domain/log.js';
import type { StandardWitness } from '../witness/standard-witness.js';
import type { OfferCheckpoints } from './offer-checkpoints.js';
import type { TakeCosignatures } from './take-cosignatures.js';

/** Asked again for the same checkpoint this often: an idle log is cosigned anew. */
const ANEW_MS = 25_000;
const RETRY_MS = 1_000;

/** Asks one witness, which does not ask itself, for one log's cosignatures (the push form). */
export class AskingWitness extends Loop {
  /** What it last said it holds. A witness that was never asked says so at once. */
  private held = 0n;
  private isNew = true;

  constructor(
    private readonly name: LogName,
    private readonly witness: StandardWitness,
    private readonly offers: OfferCheckpoints,
    private readonly cosignatures: TakeCosignatures,
    private readonly log: EventLog,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      return await this.ask();
    } catch (error) {
      if (this.stopping.aborted) return 0;
      this.isNew = true;
      if (isStoreFailure(error)) this.log.warn('checkpoints.wait');
      else this.log.warn('witness.not-asked', { log: this.name, code: 'UNREACHABLE' });
      return RETRY_MS;
    }
  }

  /** @returns milliseconds until it is asked again */
  private async ask(): Promise<number> {
    const offer = await this.offers.next(this.name, this.held, this.isNew ? 0 : ANEW_MS);
    if (offer === undefined || this.stopping.aborted) return RETRY_MS;
    const answer = await this.witness.add(offer, this.stopping);
    if (answer.is === 'refused' || (answer.is === 'holds' && answer.size === this.held)) {
      this.isNew = true;
      this.log.warn('witness.refused', { log: this.name, code: answer.is === 'refused' ? answer.code : '409' });
      return RETRY_MS;
    }
    if (answer.is === 'holds') {
      this.held = answer.size;
      return 0;
    }
    const checkpoint = offer.slice(offer.indexOf('\n\n') + 2);
    this.isNew = (await this.cosignatures.execute(this.name, `${checkpoint}${answer.lines}`)) !== undefined;
    this.held = BigInt(checkpoint.split('\n')[1] ?? '0');
    return this.isNew ? RETRY_MS : 0;
  }
}
