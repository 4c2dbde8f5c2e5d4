import type { KeysHead, PublicKey } from '#envelope';
import type { Snapshot } from '#snapshot';

/** The keys log as far as it has been read. */
export interface KeysRead {
  /** What it said at a size; undefined: not read that far. */
  at(size: bigint): Promise<Snapshot | undefined>;
  newest(): Snapshot;
  /** Whether all that stood in it at an instant has been read, also of an instant that nobody honest could name yet. Absent: never known. */
  hasAllOf?(at: Date): boolean;
}

/**
 * Whether an entry is the ledger's: signed by an access key that was live when it says that it was made.
 * @param verify @throws {EnvelopeError} when another key signed it
 * @returns the keys log as the entry names it, on its day; `behind`: not read that far; undefined: the entry is nothing
 * @throws {EnvelopeError} the signature does not verify
 */
export async function ledgerSigned(
  { keys, at }: { readonly keys: KeysHead; readonly at: string },
  kid: string,
  verify: (key: PublicKey) => Promise<unknown>,
  read: KeysRead,
): Promise<Snapshot | 'behind' | undefined> {
  const snapshot = await read.at(BigInt(keys.size));
  if (snapshot === undefined) {
    // A larger keys log is waited for when the ledger asks for it, and not for what somebody else wrote in its name.
    const known = read
      .newest()
      .keysEver('ledger')
      .find(({ key }) => key.kid === kid);
    if (known !== undefined) await verify(known.key.public);
    // Of a key that nobody has: waited for until the keys log has been read past the day that it names. It named a larger log than there was, and is nothing.
    else if (read.hasAllOf?.(new Date(at)) === true) return undefined;
    return 'behind';
  }
  const then = snapshot.on(new Date(at));
  const key = then.key(kid);
  if (snapshot.rootBase64 !== keys.root || key?.use !== 'access' || key.holder !== 'ledger') return undefined;
  await verify(key.public);
  return then;
}
