import { readFileSync } from 'node:fs';

const LOOK_MS = 50;
const file = process.env['DELGE_CLOCK_FILE'] ?? '';
const Real = Date;
let shiftMs = 0;

/** The clock of this process alone is wrong, as that of its machine would be, by what a file says now. That of its database stays right. */
class Shifted extends Real {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [Real.now() + shiftMs] : given) as [number]));
  }
  static override now(): number {
    return Real.now() + shiftMs;
  }
}
globalThis.Date = Shifted as DateConstructor;
setInterval(() => {
  try {
    shiftMs = Number(readFileSync(file, 'utf8'));
  } catch {
    // Nobody has set it.
  }
}, LOOK_MS).unref();
