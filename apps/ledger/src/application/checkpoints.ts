import type { EventLog } from '#platform';
import { isStoreFailure } from '#persistence';
import type { LogName } from '../domain/log.js';
import { LOGS } from '../domain/log.js';
import type { CheckpointStore, Heads, SignedCheckpoint } from '../persistence/checkpoint.store.js';
import { Awaited } from './awaited.js';
import type { Cosigned, Quorum } from './quorum.js';

const POLL_MS = 250;
/** An idle log is signed, and cosigned, anew every minute: what is older is for people to look at. */
export const STALE_MS = 3 * 60_000;
/** A round of witnessing begins this long after the one before at the earliest: a tick under load (design.md section 8). */
const TICK_MS = 50;
/** Rounds that take long begin further apart, so that they are a part of what is done and not all of it: so many times as long as the last one took. */
const SPACING = 4;
const MOST_TICK_MS = 200;
/** Each round costs every witness the same, however many entries it is for: after one that had many the next begins so many milliseconds later for each of them, and then has as many. */
const [PER_ENTRY_MS, MOST_BUSY_MS] = [20, 300];
/** What this process has written itself is hinted at too, and has been read by then. */
const HINT_MS = 20;
/** A checkpoint that has not got its quorum by then gives way to the newest. */
const PATIENCE_MS = 2_000;
/** A quorum that is not met for this long is for people to look at. */
const UNMET_MS = 5_000;

/** A checkpoint as it is given out. */
export interface Given {
  readonly size: bigint;
  readonly note: string;
}

/** What one log shows now, and to whom. */
class Head {
  signedAt: Date | undefined;
  /** To readers: the newest that meets the policy. */
  readonly witnessed = new Awaited<Given>();
  /** To witnesses: one at a time, so that all cosign the same. */
  readonly offered = new Awaited<Given>();
  /** When the quorum cosigned what readers have. */
  witnessedAt: Date | undefined;
  /** Since when what is offered lacks its quorum. */
  unmetSince: Date | undefined;
  /** When it was offered, in milliseconds since 1970. */
  offeredAt: number | undefined;
  /** Cosignatures of it that are known here, by name in the policy: one of each witness, which may make any number. */
  readonly cosigned = new Map<string, Cosigned>();
  /** Looks when another may be offered. */
  soon: NodeJS.Timeout | undefined;
  /** A checkpoint that the log's key did not sign. */
  refused: bigint | undefined;
  /** The last that was seen to have its quorum, and from when on another may be offered, in milliseconds after it was. */
  met: { readonly id: bigint; readonly tickMs: number } | undefined;
  /** By name in the policy. */
  readonly cosignedAt = new Map<string, Date>();
}

/**
 * The newest checkpoint of each log that meets its policy, and the one for which witnesses are asked. Rounds: all witnesses are offered one checkpoint until
 * enough have cosigned it, since three of four cosignatures on four checkpoints would be a quorum on none. The round lies in the database: any replica serves it.
 */
export class Checkpoints {
  private readonly heads: Readonly<Record<LogName, Head>> = { disclosure: new Head(), keys: new Head() };
  private timer: NodeJS.Timeout | undefined;
  private hint: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private readonly asked = new Set<LogName>();
  /** Readings that were begun. */
  private begun = 0;

  constructor(
    private readonly store: CheckpointStore,
    private readonly quorums: Readonly<Record<LogName, Quorum>>,
    private readonly log: EventLog,
    private readonly now: () => Date,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.hint);
    for (const log of LOGS) {
      clearTimeout(this.heads[log].soon);
      this.heads[log].witnessed.end();
      this.heads[log].offered.end();
    }
  }

  newest(log: LogName): Given | undefined {
    return this.heads[log].witnessed.newest;
  }

  /** Waits for one larger than `after` that meets the policy, for `ms` at most. @returns the newest then */
  larger(log: LogName, after: bigint, ms: number): Promise<Given | undefined> {
    return this.heads[log].witnessed.larger(after, ms);
  }

  /** Waits for one larger than `after` to cosign, for `ms` at most. @returns what is offered then */
  offered(log: LogName, after: bigint, ms: number): Promise<Given | undefined> {
    return this.heads[log].offered.larger(after, ms);
  }

  /** What is offered now, with the log's signature alone. */
  offeredNote(log: LogName): string | undefined {
    return this.heads[log].offered.newest?.note;
  }

  /** @returns why nothing can be given out yet; undefined once both logs are signed */
  missing(): string | undefined {
    return LOGS.every((log) => this.heads[log].signedAt !== undefined) ? undefined : 'no-checkpoint';
  }

  /** @returns why people should look: an idle log is signed anew every minute, and one was not */
  stale(): string | undefined {
    return LOGS.some((log) => this.isOld(this.heads[log].signedAt)) ? 'stale' : undefined;
  }

  /** @returns why people should look: nothing is released, since too few witnesses cosign */
  unmet(): string | undefined {
    return LOGS.some((log) => this.isUnmet(log)) ? 'quorum-not-met' : undefined;
  }

  /** @returns why people should look: this witness has cosigned neither log for three minutes */
  silent(witness: string): string | undefined {
    return LOGS.every((log) => this.isOld(this.heads[log].cosignedAt.get(witness) ?? new Date(0)))
      ? 'silent'
      : undefined;
  }

  /** Milliseconds since this log was signed last; undefined before it was. */
  signedMs(log: LogName): number | undefined {
    return this.since(this.heads[log].signedAt);
  }

  /** Milliseconds since this witness cosigned last, either log; undefined before it did. */
  cosignedMs(witness: string): number | undefined {
    const times = LOGS.map((log) => this.since(this.heads[log].cosignedAt.get(witness)));
    const known = times.filter((ms) => ms !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Reads what is newest now; asked while it reads, it reads once more, since it may have passed the news by. */
  look(logs: readonly LogName[] = LOGS): Promise<void> {
    for (const log of logs) this.asked.add(log);
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** A round was begun, or a cosignature written, perhaps by this process: looks in a moment where it would not be news of its own, unless it does so anyway. */
  hinted(): void {
    const { begun } = this;
    this.hint ??= setTimeout(() => {
      this.hint = undefined;
      if (this.begun === begun) void this.look(LOGS.filter((log) => this.isOpen(log)));
    }, HINT_MS);
  }

  /** A checkpoint was signed: of use when another may be offered. */
  signed(): void {
    const due = LOGS.filter((log) => {
      const ms = this.untilNext(log);
      if (ms > 0) this.lookIn(log, ms);
      return ms <= 0;
    });
    if (due.length > 0) void this.look(due);
  }

  /** These cosignatures of this note were stored: looks, if there is a quorum with them that was not there before, as far as is known here. */
  async kept(log: LogName, note: string, cosigned: readonly Cosigned[]): Promise<void> {
    const head = this.heads[log];
    if (head.unmetSince === undefined || head.offered.newest?.note !== note) return;
    for (const one of cosigned) head.cosigned.set(one.witness.name, one);
    if (this.quorums[log].isMet([...head.cosigned.values()])) await this.look([log]);
  }

  private async readOn(): Promise<void> {
    for (let [log] = this.asked; log !== undefined; [log] = this.asked) {
      this.asked.delete(log);
      this.begun += 1;
      await this.read(log);
    }
  }

  private async read(log: LogName): Promise<void> {
    try {
      await this.take(log, await this.store.heads(log));
    } catch (error) {
      if (isStoreFailure(error)) this.log.warn('checkpoints.wait');
      else this.log.failure('checkpoints.failed', error);
    }
  }

  private async take(log: LogName, { newest, offered, witnessed }: Heads): Promise<void> {
    const head = this.heads[log];
    const quorum = this.quorums[log];
    if (newest === undefined) return;
    head.signedAt = newest.signedAt;
    if (witnessed !== undefined && head.witnessed.newest === undefined) this.give(log, witnessed);
    const met = offered !== undefined && this.give(log, offered);
    if (offered !== undefined && offered.note !== head.offered.newest?.note) {
      head.cosigned.clear();
      head.offered.set({ size: offered.size, note: offered.note });
    }
    if (offered !== undefined) {
      for (const one of quorum.cosigned(offered.note, offered.lines)) head.cosigned.set(one.witness.name, one);
    }
    head.offeredAt = offered === undefined ? undefined : this.now().getTime() - offered.ageMs;
    if (offered !== undefined && met && head.met?.id !== offered.id) {
      head.met = { id: offered.id, tickMs: tickAfter(offered.ageMs, offered.size - (witnessed?.size ?? offered.size)) };
    }
    head.unmetSince = met ? undefined : (head.unmetSince ?? new Date(this.now().getTime() - (offered?.ageMs ?? 0)));
    for (const checkpoint of [witnessed, offered]) this.hear(log, checkpoint);
    if (offered !== undefined && !isNext(offered, newest, met)) return;
    const tickMs = head.met?.id === offered?.id ? (head.met?.tickMs ?? TICK_MS) : TICK_MS;
    if (offered !== undefined && met && offered.ageMs < tickMs) return this.lookIn(log, tickMs - offered.ageMs);
    // Whoever can write into the database cannot sign for the log.
    if (quorum.signed(newest.note)?.size !== newest.size) return this.refuse(log, newest);
    if (offered !== undefined && !met) {
      const { length: count } = quorum.cosigned(offered.note, offered.lines);
      this.log.warn('quorum.not-met', { log, size: offered.size.toString(), count });
    }
    this.crash('ledger.round.before-offer');
    const isOurs = await this.store.offer(log, offered?.id, newest.id, met ? offered.id : undefined);
    this.crash('ledger.round.after-offer');
    if (isOurs) this.asked.add(log);
  }

  private refuse(log: LogName, { id, size }: SignedCheckpoint): void {
    const head = this.heads[log];
    if (head.refused !== id) this.log.error('checkpoint.refused', { log, size: size.toString() });
    head.refused = id;
  }

  /** Notes who cosigned last, and when. */
  private hear(log: LogName, checkpoint: SignedCheckpoint | undefined): void {
    if (checkpoint === undefined) return;
    for (const { witness, time } of this.quorums[log].cosigned(checkpoint.note, checkpoint.lines)) {
      this.heads[log].cosignedAt.set(witness.name, new Date(Number(time) * 1000));
    }
  }

  /** Gives it to readers when it meets the policy. @returns whether it does */
  private give(log: LogName, { size, note, lines }: SignedCheckpoint): boolean {
    const head = this.heads[log];
    const witnessed = this.quorums[log].witnessed(note, lines);
    if (witnessed === undefined) return false;
    // A log that went back is shown to nobody as the newest.
    if (size < (head.witnessed.newest?.size ?? 0n)) return true;
    if (witnessed.note !== head.witnessed.newest?.note) head.witnessed.set({ size, note: witnessed.note });
    head.witnessedAt = witnessed.at === undefined ? undefined : new Date(Number(witnessed.at) * 1000);
    return true;
  }

  private lookIn(log: LogName, ms: number): void {
    const head = this.heads[log];
    clearTimeout(head.soon);
    head.soon = setTimeout(() => void this.look([log]), ms);
  }

  /** Whether what is offered, as far as is known here, lacks its quorum or is no longer of a round that has just begun. */
  private isOpen(log: LogName): boolean {
    const { offeredAt, unmetSince } = this.heads[log];
    return unmetSince !== undefined || offeredAt === undefined || this.now().getTime() - offeredAt >= TICK_MS;
  }

  /** Milliseconds until another may be offered, as far as is known here. */
  private untilNext(log: LogName): number {
    const { offeredAt, unmetSince, met } = this.heads[log];
    if (offeredAt === undefined) return 0;
    const afterMs = unmetSince === undefined ? (met?.tickMs ?? TICK_MS) : PATIENCE_MS;
    return offeredAt + afterMs - this.now().getTime();
  }

  private isUnmet(log: LogName): boolean {
    const { unmetSince, witnessedAt, witnessed } = this.heads[log];
    if (unmetSince !== undefined && this.now().getTime() - unmetSince.getTime() > UNMET_MS) return true;
    return witnessed.newest !== undefined && witnessedAt !== undefined && this.isOld(witnessedAt);
  }

  private isOld(at: Date | undefined): boolean {
    return (this.since(at) ?? 0) > STALE_MS;
  }

  private since(at: Date | undefined): number | undefined {
    return at === undefined ? undefined : Math.max(0, this.now().getTime() - at.getTime());
  }
}

/** @param tookMs of the round that has met its quorum @param entries of which it is the first */
const tickAfter = (tookMs: number, entries: bigint): number =>
  Math.max(TICK_MS, Math.min(SPACING * tookMs, MOST_TICK_MS), Math.min(PER_ENTRY_MS * Number(entries), MOST_BUSY_MS));

const isNext = (
  offered: SignedCheckpoint & { readonly ageMs: number },
  newest: SignedCheckpoint,
  met: boolean,
): boolean => (met ? newest.size > offered.size : offered.ageMs >= PATIENCE_MS && newest.note !== offered.note);
