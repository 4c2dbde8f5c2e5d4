import type { EventLog } from '#platform';
import { TlogError, parseNote } from '#tlog/verify';
import type { LogName } from '../domain/log.js';
import type { CheckpointStore } from '../persistence/checkpoint.store.js';
import type { Checkpoints } from './checkpoints.js';
import type { Quorum } from './quorum.js';

/** A witness's clock may be off by this much. */
const SKEW_MS = 60_000;

/** Why a cosignature is not taken. */
export type CosignatureFault = 'malformed' | 'unknown-checkpoint' | 'not-a-witness' | 'time';

/** Takes what witnesses say of checkpoints: only what verifies, of witnesses in the policy, on a checkpoint that the signer published. */
export class TakeCosignatures {
  constructor(
    private readonly store: CheckpointStore,
    private readonly quorums: Readonly<Record<LogName, Quorum>>,
    private readonly checkpoints: Checkpoints,
    private readonly log: EventLog,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /**
   * @param text the checkpoint with signature lines, c2sp.org/signed-note; lines of others are passed over
   * @param from who brings it, for the log
   * @returns why none was taken; undefined: they are kept
   */
  async execute(log: LogName, text: string, from?: string): Promise<CosignatureFault | undefined> {
    const fault = await this.take(log, text);
    if (fault !== undefined) {
      this.log.warn('cosignature.refused', { log, code: fault, ...(from === undefined ? {} : { gatewayId: from }) });
    }
    return fault;
  }

  private async take(log: LogName, text: string): Promise<CosignatureFault | undefined> {
    const quorum = this.quorums[log];
    const checkpoint = quorum.signed(text);
    if (checkpoint === undefined) return 'malformed';
    const body = parseNote(text).text;
    const published = (await this.store.notes(log, checkpoint.size)).find((note) => textOf(note) === body);
    if (published === undefined) return 'unknown-checkpoint';
    const lines = text.slice(body.length + 1).split(/(?<=\n)/);
    const cosigned = quorum.cosigned(published, lines);
    if (cosigned.length === 0) return 'not-a-witness';
    const timely = cosigned.filter(({ time }) => Math.abs(Number(time) * 1000 - this.now().getTime()) <= SKEW_MS);
    for (const { witness, line, time } of timely) {
      const at = new Date(Number(time) * 1000);
      this.crash('ledger.cosignature.before-keep');
      await this.store.keep(log, { size: checkpoint.size, witness: witness.name, line, at });
      this.crash('ledger.cosignature.after-keep');
    }
    if (timely.length === 0) return 'time';
    await this.checkpoints.look();
    return undefined;
  }
}

const textOf = (note: string): string | undefined => {
  try {
    return parseNote(note).text;
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};
