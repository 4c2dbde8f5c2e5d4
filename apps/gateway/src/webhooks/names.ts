import type { LookupAddress } from 'node:dns';
import { Turns } from '#platform';
import type { Now } from '../application/ports/time-and-ids.js';

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;
export interface NameLimits {
  /** Asked for at once, of all names: each takes a thread, of which files need some too. */
  readonly atOnce: number;
  /** Nobody waits longer for a name. */
  readonly timeoutMs: number;
  /** For so long it is not asked for again when it led nowhere. */
  readonly restMs: number;
}

class NameLeadsNowhere extends Error {
  override readonly name = 'NameLeadsNowhere';
}

/** Asks where names lead, so that one which is not answered for keeps few waiting: a question to the system cannot be taken back. */
export class Names {
  private readonly turns: Turns;
  private readonly pending = new Map<string, Promise<readonly LookupAddress[]>>();
  private readonly restsUntil = new Map<string, number>();

  constructor(
    private readonly ask: Resolve,
    private readonly now: Now,
    private readonly limits: NameLimits,
  ) {
    this.turns = new Turns(limits.atOnce);
  }

  /** @throws {Error} when it leads nowhere, or did not in time */
  readonly resolve: Resolve = async (hostname) => {
    const at = this.now().getTime();
    for (const [name, until] of this.restsUntil) if (until <= at) this.restsUntil.delete(name);
    if (this.restsUntil.has(hostname)) throw new NameLeadsNowhere();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NameLeadsNowhere()), this.limits.timeoutMs);
    });
    try {
      return await Promise.race([this.asked(hostname), late]);
    } catch (error) {
      this.restsUntil.set(hostname, this.now().getTime() + this.limits.restMs);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  /** Once for all who ask meanwhile. */
  private asked(hostname: string): Promise<readonly LookupAddress[]> {
    const before = this.pending.get(hostname);
    if (before !== undefined) return before;
    const asking = this.turns
      .take(() => this.ask(hostname))
      .finally(() => {
        this.pending.delete(hostname);
      });
    this.pending.set(hostname, asking);
    // Nobody may wait for it any more.
    asking.catch(() => undefined);
    return asking;
  }
}
