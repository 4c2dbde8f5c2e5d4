const shiftMs = Number(process.env['DELGE_CLOCK_MS']);
const Real = Date;

/** A process whose clock is wrong, as by its machine. The database's stays right. */
class Shifted extends Real {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [Real.now() + shiftMs] : given) as [number]));
  }
  static override now(): number {
    return Real.now() + shiftMs;
  }
}
globalThis.Date = Shifted as DateConstructor;
