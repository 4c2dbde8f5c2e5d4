import { Loop } from '#platform';
import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { DataSource } from 'typeorm';
import { NotYet } from '../domain/errors.js';
import { messages } from '../persistence/message.store.js';
import { quarantine } from '../persistence/quarantine.store.js';
import { BlobStoreAway } from '../blobs/blob-store.js';
import type { KeepBlobs } from './keep-blobs.js';
import type { QuarantineDepth } from './quarantine-depth.js';
import type { ReleaseProven } from './release-proven.js';

const LIMIT = 200;

/** Now and then: permits that waited too long, and sealed copies of what ended long ago. */
export class Sweep extends Loop {
  constructor(
    private readonly releasing: ReleaseProven,
    private readonly dataSource: DataSource,
    private readonly keeping: KeepBlobs,
    private readonly depth: QuarantineDepth,
    private readonly sealedCopyMs: number,
    private readonly intervalMs: number,
    private readonly log: EventLog,
    private readonly now: () => Date,
    /** Called when something was put in the log that waits for its proof. */
    private readonly superseded: () => void,
  ) {
    super();
  }

  protected override async round(): Promise<number> {
    try {
      const { expired, anew, failures } = await this.releasing.overdue(LIMIT);
      for (const failure of failures) this.failed(failure);
      if (expired > 0) this.log.info('message.expired', { count: expired });
      if (anew > 0) this.log.info('message.decided-anew', { count: anew });
      if (expired + anew > 0) this.superseded();
      await this.releasing.markHeld(LIMIT);
      const until = new Date(this.now().getTime() - this.sealedCopyMs);
      const { manager } = this.dataSource;
      const forgotten = (await messages.forgetSealed(manager, until)) + (await quarantine.forgetBodies(manager, until));
      const blobs = await this.keeping.sweep();
      if (blobs > 0) this.log.info('blob.deleted', { count: blobs });
      await this.depth.look();
      if (forgotten > 0) this.log.info('sealed-copy.deleted', { count: forgotten });
    } catch (error) {
      this.failed(error);
    }
    return this.intervalMs;
  }
  private failed(error: unknown): void {
    if (error instanceof NotYet || error instanceof BlobStoreAway || isStoreFailure(error))
      this.log.warn('sweep.waits');
    else this.log.failure('sweep.failed', error);
  }
}
