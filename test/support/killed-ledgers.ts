import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '#testing';
import { LEDGERS, crashPoints } from './ledger-processes.js';
import type { Death, LedgerProcesses } from './ledger-processes.js';

/** A busy machine gives a process seconds to start, and lets others win what it is to die at. */
const TIMEOUT_MS = 120_000;
const MAX_PAUSE_MS = 400;

/** Everything runs, and entries come in from now on. */
export async function begin(log: LedgerProcesses): Promise<void> {
  for (const service of log.services) log.start(service);
  for (const service of log.services) await log.ready(service);
  log.produce();
}

/** No more entries come in, and everything runs. */
export async function finish(log: LedgerProcesses): Promise<void> {
  await log.stopProducing();
  for (const service of log.services) await log.ready(service);
}

/**
 * Lets ledgers and signer die at every named point, each once, and starts them again. Two ledgers are never touched: what the others leave behind
 * when they die must not need them.
 * @returns how each ended that was to die at a point, and the point at which it said it did
 */
export async function killAtEveryPoint(log: LedgerProcesses): Promise<Readonly<Record<string, Death>>> {
  const deaths: Record<string, Death> = {};
  const sweep = async (service: string, points: string[]): Promise<void> => {
    await log.stop(service);
    for (let point = points.shift(); point !== undefined; point = points.shift()) {
      deaths[point] = await within(`${service} dies at ${point}`, log.dieAt(service, point));
    }
    log.start(service);
    await log.ready(service);
  };
  const ofLedger = [...crashPoints('ledger')];
  await Promise.all([
    ...LEDGERS.slice(0, 2).map((service) => sweep(service, ofLedger)),
    sweep('signer', [...crashPoints('signer')]),
  ]);
  return deaths;
}

/** Kills some of them wherever they are, `rounds` times, and starts them again. @returns how each of them ended */
export async function killAnywhere(log: LedgerProcesses, random: Random, rounds: number): Promise<readonly string[]> {
  const ended: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const chosen = log.services.filter(() => random.below(3) === 0);
    const victims = chosen.length === 0 ? [random.pick(log.services)] : chosen;
    await Promise.all(victims.map((service) => log.ready(service)));
    await delay(random.below(MAX_PAUSE_MS));
    ended.push(...(await Promise.all(victims.map((service) => log.kill(service)))));
  }
  return ended;
}

const within = async <T>(what: string, work: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const late = delay(TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not after ${TIMEOUT_MS} ms: ${what}`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    await late.catch(() => undefined);
  }
};
