import { KeysLog, SnapshotError } from '#snapshot';
import type { Trust } from '#snapshot';
import type { Verification } from '#tlog/verify';
import { Alarm, LOGS, Unreachable } from './alarm.js';
import type { LogName } from './alarm.js';
import { WatchedLog } from './watched-log.js';
import type { LedgerSource, Pinned } from './watched-log.js';

export type PinnedLogs = Readonly<Partial<Record<LogName, Pinned>>>;
/** What one look found. */
export interface Looked {
  readonly alarms: readonly Alarm[];
  /** Logs of which nothing could be seen. */
  readonly unreachable: readonly LogName[];
}

/**
 * Follows both logs from what it has seen itself: no account, no database, nobody's word. What it keeps moves on only to what was verified to
 * extend it.
 */
export class Watcher {
  private readonly logs: Readonly<Record<LogName, WatchedLog>>;
  private readonly keys: KeysLog;

  /** @param freezeMs a log whose witnesses have not cosigned for this long stands still */
  constructor(
    trust: Trust,
    private readonly source: LedgerSource,
    private readonly verification: Verification,
    pinned: PinnedLogs,
    private readonly freezeMs: number,
    private readonly startedAt: Date,
  ) {
    const log = (name: LogName): WatchedLog =>
      new WatchedLog(name, trust.logs[name], source, verification, pinned[name]);
    this.logs = { disclosure: log('disclosure'), keys: log('keys') };
    this.keys = KeysLog.empty(trust, verification.sha256);
  }

  /** What was verified so far. */
  get pinned(): PinnedLogs {
    const { disclosure, keys } = this.logs;
    return {
      ...(disclosure.pinned === undefined ? {} : { disclosure: disclosure.pinned }),
      ...(keys.pinned === undefined ? {} : { keys: keys.pinned }),
    };
  }
  /** When the witnesses cosigned the newest of this log that was seen. */
  seenAt(log: LogName): Date | undefined {
    return this.logs[log].seenAt;
  }

  async look(now: Date): Promise<Looked> {
    const alarms: Alarm[] = [];
    const unreachable: LogName[] = [];
    for (const name of LOGS) {
      try {
        await this.lookAt(this.logs[name], now);
      } catch (error) {
        if (error instanceof Unreachable) unreachable.push(name);
        else if (error instanceof Alarm) alarms.push(error);
        else throw error;
      }
      // A log that is not seen at all stands still as well.
      const since = this.logs[name].seenAt ?? this.startedAt;
      if (now.getTime() - since.getTime() > this.freezeMs) alarms.push(new Alarm('freeze', name, 'STALE'));
    }
    return { alarms, unreachable };
  }

  private async lookAt(log: WatchedLog, now: Date): Promise<void> {
    const next = await log.look(now);
    if (log.name === 'keys') await this.readKeys(log, next);
    log.pinned = next;
  }

  /** Every statement, from the first: what was kept is a root, and who may state what follows from all that was stated. */
  private async readKeys(log: WatchedLog, next: Pinned): Promise<void> {
    const entries: Uint8Array[] = [];
    while (this.keys.size + BigInt(entries.length) < next.size) {
      const from = this.keys.size + BigInt(entries.length);
      const more = await this.source.entries(from, next.size);
      if (more.length === 0) throw new Alarm('gap', 'keys', 'ENTRIES_MISSING');
      entries.push(...more.slice(0, Number(next.size - from)));
    }
    if (Buffer.compare(this.keys.rootWith(entries), next.root) !== 0) throw new Alarm('gap', 'keys', 'OTHER_ENTRIES');
    for (const entry of entries) {
      try {
        await this.keys.append(entry);
      } catch (error) {
        if (error instanceof SnapshotError) throw new Alarm('gap', log.name, error.code);
        throw error;
      }
    }
  }
}
