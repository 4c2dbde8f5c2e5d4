import { Together } from '#platform';
import type { EventLog } from '#platform';
import { TlogError, parseNote } from '#tlog/verify';
import { LOGS } from '../domain/log.js';
import type { LogName } from '../domain/log.js';

import type { CheckpointStore, Cosignature } from '../persistence/checkpoint.store.js';
import type { Checkpoints } from './checkpoints.js';
import type { Cosigned, Quorum } from './quorum.js';

/** A witness's clock may be off by this much. */
const SKEW_MS = 60_000;
/** Written in one statement at most. */
const AT_ONCE = 64;

/** Why a cosignature is not taken. */
export type CosignatureFault = 'malformed' | 'unknown-checkpoint' | 'not-a-witness' | 'time';

/** Takes what witnesses say of checkpoints: only what verifies, of witnesses in the policy, on a checkpoint that the signer published. */
export class TakeCosignatures {
  /** Witnesses answer at the same time: what comes while some are written is written together. */
  private readonly keeping = new Together<readonly [LogName, Cosignature], void>(async (those) => {
    for (const log of LOGS) {
      const own = those.flatMap(([of, cosignature]) => (of === log ? [cosignature] : []));
      for (const different of rounds(own)) await this.store.keep(log, different);
    }
    return those.map(() => undefined);
  }, AT_ONCE);

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
    const body = textOf(text);
    if (body === undefined) return 'malformed';
    const offered = this.checkpoints.offeredNote(log);
    const isOffered = offered !== undefined && textOf(offered) === body;
    const checkpoint = quorum.signed(isOffered ? offered : text);
    if (checkpoint === undefined) return 'malformed';
    const notes = isOffered ? [offered] : await this.store.notes(log, checkpoint.size);
    const published = notes.find((note) => textOf(note) === body);
    if (published === undefined) return 'unknown-checkpoint';
    const lines = text.slice(body.length + 1).split(/(?<=\n)/);
    const cosigned = quorum.cosigned(published, lines);
    if (cosigned.length === 0) return 'not-a-witness';
    const timely = cosigned.filter(({ time }) => Math.abs(Number(time) * 1000 - this.now().getTime()) <= SKEW_MS);
    if (timely.length === 0) return 'time';
    const newest = newestOfEach(timely);
    this.crash('ledger.cosignature.before-keep');
    await Promise.all(
      newest.map(({ witness: { name }, line, time }) =>
        this.keeping.add([log, { size: checkpoint.size, witness: name, line, at: new Date(Number(time) * 1000) }]),
      ),
    );
    this.crash('ledger.cosignature.after-keep');
    await this.checkpoints.kept(log, published, newest);
    return undefined;
  }
}

/** A witness may cosign one checkpoint any number of times, and only the newest matters. */
const newestOfEach = (all: readonly Cosigned[]): readonly Cosigned[] => {
  const found = new Map<string, Cosigned>();
  for (const one of all) {
    const known = found.get(one.witness.name);
    if (known === undefined || known.time < one.time) found.set(one.witness.name, one);
  }
  return [...found.values()];
};

/** Nothing twice in one of them: one statement writes no row twice. */
const rounds = (all: readonly Cosignature[]): readonly (readonly Cosignature[])[] => {
  const places = new Map<string, number>();
  const found: Cosignature[][] = [];
  for (const one of all) {
    const key = `${one.size} ${one.witness}`;
    const place = places.get(key) ?? 0;
    places.set(key, place + 1);
    (found[place] ??= []).push(one);
  }
  return found;
};

const textOf = (note: string): string | undefined => {
  try {
    return parseNote(note).text;
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};
