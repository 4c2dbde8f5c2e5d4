import { uptime } from 'node:os';
import { Loop } from './loop.js';
import type { Platform } from './run-service.js';

const OFF_MS = 2_000;
/** A clock further off than this at its start dates nothing that anybody would take. */
const MOST_OFF_MS = 60_000;
const EVERY_MS = 5_000;
/** An answer that took longer says too little about the moment at which it was given. */
const PROMPT_MS = 1_000;

/**
 * What time it is: by the machine's clock for as long as it goes on from where the database's agreed with it last, within two seconds; else by a count from there that nobody sets.
 * So a machine's clock that jumps dates nothing wrongly, takes nothing that is to come or over, and refuses nothing that is right; and a database, whose owner may wish for another
 * day, moves no clock: it can be disagreed with, and people are told.
 */
export class Clock extends Loop {
  private agreed: { readonly time: number; readonly ms: number; readonly up: number } | undefined;
  /** What the database's clock was ahead of the machine's when it was asked last. */
  private apartMs = 0;
  private wasOff = false;

  /** @param ask the database's time */
  constructor(
    private readonly ask: () => Promise<Date>,
    private readonly log: Platform['log'],
  ) {
    super();
  }

  /**
   * Compared once before it is asked, and on and on until the service drains.
   * @throws {Error} when the machine's clock and the database's are more than a minute apart: nobody can say which is wrong
   */
  static async of(dataSource: { query(sql: string): Promise<unknown> }, platform: Platform): Promise<Clock> {
    const clock = new Clock(async () => {
      const [row] = (await dataSource.query('SELECT pg_catalog.clock_timestamp() AS now')) as [{ readonly now: Date }];
      return row.now;
    }, platform.log);
    platform.health.watch('clock', () => (clock.isOff() ? 'off' : undefined));
    await clock.round();
    if (Math.abs(clock.apartMs) > MOST_OFF_MS)
      throw new Error('the clocks of this machine and of its database are more than a minute apart: set them');
    clock.start();
    platform.onDrain('loops', () => clock.stop());
    return clock;
  }

  readonly now = (): Date => new Date(Date.now() + this.behindMs());

  /** Whether the machine's clock is not gone by, or the database's does not agree with it. */
  isOff(): boolean {
    return this.behindMs() !== 0 || Math.abs(this.apartMs) > OFF_MS;
  }

  protected override async round(): Promise<number> {
    await this.compare().catch(() => undefined);
    const isOff = this.isOff();
    if (isOff && !this.wasOff) this.log.error('clock.off', { ms: Math.round(-this.behindMs() || -this.apartMs) });
    this.wasOff = isOff;
    return EVERY_MS;
  }

  private async compare(): Promise<void> {
    const asked = performance.now();
    const database = (await this.ask()).getTime();
    const [ms, time] = [performance.now(), Date.now()];
    if (ms - asked >= PROMPT_MS) return;
    this.apartMs = database + (ms - asked) / 2 - time;
    if (Math.abs(this.apartMs) <= OFF_MS) this.agreed = { time, ms, up: uptime() };
  }

  /** What has to be added to the machine's clock; 0 while it goes on from where it was agreed with. */
  private behindMs(): number {
    if (this.agreed === undefined) return 0;
    const machine = Date.now();
    const { time, ms, up } = this.agreed;
    if (Math.abs(time + performance.now() - ms - machine) <= OFF_MS) return 0;
    // The same with the time in which the machine slept, which the quicker count leaves out.
    const behind = time + (uptime() - up) * 1_000 - machine;
    return Math.abs(behind) <= OFF_MS ? 0 : behind;
  }
}
