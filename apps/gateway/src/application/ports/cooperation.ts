import type { CooperationOpening } from '#snapshot';

/** Cooperation decisions opened to their parties; asked of the registry and kept. */
export interface Cooperations {
  /** @returns undefined when the registry has none that this gateway may see. @throws {NotYet} when it cannot be asked */
  find(id: string): Promise<CooperationOpening | undefined>;
}
