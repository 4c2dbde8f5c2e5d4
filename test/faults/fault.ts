/**
 * Something that breaks, as an object. A fault that did not happen proves nothing, so each says for itself that it happened, and that it is over:
 * a run in which one of the two cannot be seen fails.
 */
export interface Fault {
  /** In words, e.g. `gateway-kommunerna killed`. */
  readonly name: string;
  inject(): Promise<void>;
  /** @throws {Error} when it did not happen */
  verify(): Promise<void>;
  /** Idempotent: also asked for when `inject` failed halfway. */
  heal(): Promise<void>;
  /** Waits until everything works again. @throws {Error} when it does not */
  verifyHealed(): Promise<void>;
}

/** Injects, sees that it happened, works while it lasts, heals, and sees that it is over. Heals whatever happens. */
export async function undergo<T>(fault: Fault, meanwhile: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    await fault.inject();
    await fault.verify().catch((error: unknown) => {
      throw new Error(`this fault did not happen: ${fault.name}`, { cause: error });
    });
    result = await meanwhile();
  } finally {
    await fault.heal();
  }
  await fault.verifyHealed().catch((error: unknown) => {
    throw new Error(`this fault did not end: ${fault.name}`, { cause: error });
  });
  return result;
}
