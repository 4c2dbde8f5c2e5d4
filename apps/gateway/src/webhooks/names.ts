import type { LookupAddress } from 'node:dns';
import { Turns } from '#platform';
import type { Now } from '../application/ports/time-and-ids.js';

export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;
/** @param over takes the question back, where it can be taken back */
export type Ask = (hostname: string, over: AbortSignal) => Promise<readonly LookupAddress[]>;
export interface NameLimits {
  /** Asked for at once, of all names. */
  readonly atOnce: number;
  /** Nobody waits longer for a name that is asked for. */
  readonly timeoutMs: number;
  /** For so long it is not asked for again when it led nowhere. */
  readonly restMs: number;
}

interface Question {
  /** It has its turn. */
  readonly begun: Promise<void>;
  readonly answer: Promise<readonly LookupAddress[]>;
}

class NameLeadsNowhere extends Error {
  override readonly name = 'NameLeadsNowhere';
}

/** Asks where names lead. One that waited for its turn alone was not asked for: it may lead somewhere, and does not rest. */
export class Names {
  private readonly turns: Turns;
  private readonly pending = new Map<string, Question>();
  private readonly restsUntil = new Map<string, number>();

  constructor(
    private readonly ask: Ask,
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
    const { begun, answer } = this.pending.get(hostname) ?? this.question(hostname);
    await begun;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NameLeadsNowhere()), this.limits.timeoutMs);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      this.restsUntil.set(hostname, this.now().getTime() + this.limits.restMs);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  /** Once for all who ask meanwhile. */
  private question(hostname: string): Question {
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const answer = this.turns
      .take(() => {
        begin();
        return this.ask(hostname, AbortSignal.timeout(this.limits.timeoutMs));
      })
      .finally(() => {
        this.pending.delete(hostname);
      });
    const question = { begun, answer };
    this.pending.set(hostname, question);
    // Nobody may wait for it any more.
    answer.catch(() => undefined);
    return question;
  }
}
