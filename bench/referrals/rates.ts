import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../arguments.js';
import { perSecond } from '../table.js';
import type { Seconds } from './cost.js';
import type { Journey, Journeys } from './journeys.js';
import type { Load } from './load.js';
import { loggedAt } from './sizes.js';

const STEPS = [20, 40, 60, 80, 100, 125, 150, 200, 250, 300, 400];
const LEAST = 2;
export const SETTLED_MS = 120_000;
/** A rate is sustained when receipts come back at it, and no more than so many seconds' worth is under way. */
const [KEEPS_UP, UNDER_WAY_S] = [0.95, 2];

/** What became of a rate that was held. */
export interface Held {
  readonly sent: readonly Journey[];
  /** Processor seconds by process, from the first referral to the last receipt. */
  readonly seconds: Seconds;
  /** Accepted, and never come back. */
  readonly lost: number;
}

/** Looks for the highest rate that the stack keeps up with, step by step, and once between the last two. */
export async function highest(
  seconds: number,
  load: Load,
  journeys: Journeys,
  say: (text: string) => void,
): Promise<number> {
  const keepsUp = async (rate: number): Promise<boolean> => {
    const before = journeys.receipted();
    const running = load.run(rate, seconds, journeys.add);
    await delay(seconds * 500);
    const middle = journeys.receipted();
    await delay(seconds * 500);
    const end = journeys.receipted();
    const sent = await running;
    const settled = await journeys.settled(sent, SETTLED_MS);
    const [came, underWay] = [(end - middle) / (seconds / 2), rate * seconds - (end - before)];
    const keeps =
      settled &&
      came >= rate * KEEPS_UP &&
      underWay <= rate * UNDER_WAY_S &&
      sent.every(({ accepted }) => accepted !== undefined);
    say(
      `${perSecond(rate)}: ${came.toFixed(1)}/s come back, ${underWay} under way: ${keeps ? 'kept up' : 'not kept up'}`,
    );
    return keeps;
  };
  let best = 0;
  for (const rate of STEPS) {
    if (await keepsUp(rate)) {
      best = rate;
      continue;
    }
    let next = Math.round((best + rate) / 2);
    // A machine with much else on it may not keep up with the lowest step.
    while (!(await keepsUp(next))) {
      if (best > 0 || next <= LEAST) return Math.max(best, LEAST);
      next = Math.round(next / 2);
    }
    return next;
  }
  return best;
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** From the instant at which a referral was due until each step was committed, in milliseconds; of one that never came, for ever. */
export async function stagesOf(
  sent: readonly Journey[],
  databases: Parameters<typeof loggedAt>[0],
): Promise<Readonly<Record<string, Spread>>> {
  const logged = await loggedAt(
    databases,
    sent.map(({ messageId }) => messageId),
  );
  const spread = (at: (journey: Journey) => number | undefined): Spread => {
    const waits = sent.map((one) => (at(one) ?? Infinity) - one.due).sort((a, b) => a - b);
    return { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95), p99: quantile(waits, 0.99) };
  };
  return {
    accept: spread(({ accepted }) => accepted),
    decide: spread(({ decided }) => decided),
    log: spread(({ messageId }) => logged.get(messageId)),
    deliver: spread(({ delivered }) => delivered),
    receipt: spread(({ receipted }) => receipted),
  };
}

/** Receipts a second, from when the first was due until the last was back, over all rounds. */
export function rateBack(held: readonly Held[]): number {
  let [count, seconds] = [0, 0];
  for (const { sent } of held) {
    const back = sent.flatMap(({ receipted }) => (receipted === undefined ? [] : [receipted])).sort((a, b) => a - b);
    const first = back[0];
    const last = back.at(-1);
    if (first === undefined || last === undefined) continue;
    count += back.length - 1;
    seconds += (last - first) / 1000;
  }
  return seconds === 0 ? 0 : count / seconds;
}
