import { EnvelopeError, signingByKnown } from '#envelope';
import type { PublicKey } from '#envelope';
import type { StatementFault } from '../domain/statement.js';

const SKEW_MS = 60_000;

interface Signed {
  readonly env: string;
  readonly at: string;
  /** Absent when the signer's key is not live. */
  readonly key: PublicKey | undefined;
}

/**
 * What a party states, once it is proven that its signer did: whoever brings it, the signature counts.
 * @param read @throws {EnvelopeError} of what is no such statement
 * @throws what `refused` makes of a fault
 */
export async function proven<T extends Signed>(
  text: string,
  read: () => T | Promise<T>,
  { environment, now }: { readonly environment: string; readonly now: Date },
  refused: (fault: StatementFault) => Error,
): Promise<T> {
  let stated: T;
  try {
    stated = await read();
  } catch (error) {
    if (error instanceof EnvelopeError) throw refused('malformed');
    throw error;
  }
  if (stated.env !== environment) throw refused('environment');
  // As long for a key that is not there as for one that is: whoever brings it is nobody yet.
  const genuine = await signingByKnown(text, stated.key);
  if (stated.key === undefined) throw refused('key');
  if (!genuine) throw refused('signature');
  if (Date.parse(stated.at) > now.getTime() + SKEW_MS) throw refused('time');
  return stated;
}
