import { stockholmDate } from '#legal-basis';
import type { EventLog } from '#platform';
import type { KeyRecord, Snapshot } from '#snapshot';

/** How near the nearest end is. */
export type Expiring = 'expired' | 'expires-in-1-day' | 'expires-in-7-days' | 'expires-in-30-days';

const thresholds: readonly (readonly [number, Expiring])[] = [
  [0, 'expired'],
  [1, 'expires-in-1-day'],
  [7, 'expires-in-7-days'],
  [30, 'expires-in-30-days'],
];
const MS_PER_DAY = 86_400_000;
const LOOK_MS = 60_000;

/** @returns how near it is, by whole days in Europe/Stockholm; undefined: farther than all of them, or never */
export function expiring(expiresOn: string | undefined, now: Date): Expiring | undefined {
  if (expiresOn === undefined) return undefined;
  const days = (Date.parse(`${expiresOn}T00:00Z`) - Date.parse(`${stockholmDate(now)}T00:00Z`)) / MS_PER_DAY;
  return thresholds.find(([least]) => days <= least)?.[1];
}

/**
 * Alarms before the keys that a service goes by expire, and when they have. One that another of its use outlives is of no concern any more.
 */
export class KeyExpiry {
  private readonly told = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  /** @param holders whose keys it goes by: itself, and the authorities that it hosts */
  constructor(
    private readonly newest: () => Snapshot | undefined,
    private readonly holders: (snapshot: Snapshot) => Iterable<string>,
    private readonly log: EventLog,
    private readonly now: () => Date,
  ) {}

  /** Looks now and every minute: days pass while nothing else happens. */
  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }
  stop(): void {
    clearInterval(this.timer);
  }

  /** @returns why people should look: the nearest end of all */
  warning(): Expiring | undefined {
    const all = this.ending().map(([, code]) => code);
    return thresholds.find(([, code]) => all.includes(code))?.[1];
  }

  /** Tells of each key once for each threshold. */
  look(): void {
    for (const [{ kid, use, holder }, code] of this.ending()) {
      if (this.told.has(`${code} ${kid}`)) continue;
      this.told.add(`${code} ${kid}`);
      const [scheme, id] = holder.split(':');
      const about =
        scheme === 'gateway' && id !== undefined
          ? { gatewayId: id }
          : holder.includes('/')
            ? { authorityId: holder }
            : {};
      const fields = { code, kid, type: use, ...about };
      if (code === 'expired' || code === 'expires-in-1-day') this.log.error('key.expiring', fields);
      else this.log.warn('key.expiring', fields);
    }
  }

  private ending(): readonly (readonly [KeyRecord, Expiring])[] {
    const snapshot = this.newest();
    if (snapshot === undefined) return [];
    return [...this.holders(snapshot)].flatMap((holder) =>
      snapshot.lastingKeys(holder).flatMap((key) => {
        const code = expiring(key.expiresOn, this.now());
        return code === undefined ? [] : [[key, code] as const];
      }),
    );
  }
}
