/** For an outbox that nobody carries anywhere: what is put in it waits in its table. */
export const noRelay = { takes: (): undefined => undefined, hand: (): void => undefined, wake: (): void => undefined };
