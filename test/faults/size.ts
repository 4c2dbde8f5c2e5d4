import { describe } from '@jest/globals';
import { randomInt } from 'node:crypto';

/** `npm run test:faults -- --quick`: everything in short, as CI runs it. */
export const QUICK = process.env['DELGE_QUICK'] === 'true';
/** @returns `DELGE_REFERRALS` where it is set, else the number for this kind of run */
export const sized = (full: number, quick: number): number =>
  Number(process.env['DELGE_REFERRALS'] ?? (QUICK ? quick : full));
/** A bar of time, in milliseconds: it is judged on a machine of one's own. A short run has another spec beside it, on whatever machine, and is held to three times as much. */
export const barOf = (ms: number): number => (QUICK ? 3 * ms : ms);
/** For what cannot be short: left out of a quick run, and told as skipped. */
export const describeFull = QUICK ? describe.skip : describe;
/** Chosen anew each time, told in the names of tests, given again as `DELGE_SEED`. */
export const SEED = Number(process.env['DELGE_SEED'] ?? randomInt(2 ** 31));
