import { EnvelopeError, parseToken, signingByKnown } from '#envelope';
import type { Signer } from '#envelope';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import { SnapshotError } from './errors.js';
import { Reader, patterns } from './shape.js';
import type { KeyRecord, Snapshot } from './snapshot.js';

/** A service of the operator that admits others by their own keys. */
export type Audience = 'ledger' | 'registry' | 'exchange';
const LIFETIME_S = 60;
const SKEW_S = 60;
/** A caller shows one token again and again while it is good: its signature is verified once. What it claims is judged each time. */
const MAX_VERIFIED = 1000;
/** Texts whose signature verified, each with the key that it verified under. */
const verified = new Map<string, string>();

/** A caller's own proof of who it is, good for one minute at one service: signed by a gateway's manifest key, the exchange's decision key or the console's access key. */
export function signServiceToken(
  signer: Signer,
  claims: { readonly iss: string; readonly aud: Audience; readonly now: Date; readonly jti: string },
): Promise<string> {
  const iat = Math.floor(claims.now.getTime() / 1000);
  const payload = canonicalBytes({ iss: claims.iss, aud: claims.aud, iat, exp: iat + LIFETIME_S, jti: claims.jti });
  return signer.sign('delge-service+jwt', payload);
}

/** The ledger has an access key too, and asks nobody. */
const asks = ({ use, holder }: KeyRecord): boolean =>
  use === 'manifest' || use === 'decision' || (use === 'access' && holder === 'console');

/**
 * @returns holder of the key that signed, `gateway:<id>`, `exchange` or `console`
 * @throws {SnapshotError} TOKEN_REFUSED, whatever is wrong, after the same work whichever of key and signature it is; the path is for the own log
 */
export async function verifyServiceToken(
  text: string,
  at: { readonly aud: Audience; readonly now: Date; readonly snapshot: Snapshot },
): Promise<string> {
  try {
    const { kid, payload } = parseToken(text, 'delge-service+jwt');
    const known = at.snapshot.on(at.now).key(kid);
    const key = known !== undefined && asks(known) ? known : undefined;
    const genuine = (key !== undefined && verified.get(text) === kid) || (await signingByKnown(text, key?.public));
    if (key === undefined) throw new SnapshotError('TOKEN_REFUSED', 'key');
    if (!genuine) throw new SnapshotError('TOKEN_REFUSED', 'signature');
    const reader = new Reader(parseStrict(payload), 'TOKEN_REFUSED');
    reader.oneOf('aud', [at.aud]);
    reader.oneOf('iss', [key.holder]);
    const now = at.now.getTime() / 1000;
    const [iat, exp] = [reader.count('iat'), reader.count('exp')];
    reader.text('jti', patterns.uuid);
    reader.end();
    if (iat > now + SKEW_S || exp < now - SKEW_S || exp - iat > LIFETIME_S)
      throw new SnapshotError('TOKEN_REFUSED', 'time');
    if (verified.size >= MAX_VERIFIED) verified.clear();
    verified.set(text, kid);
    return key.holder;
  } catch (cause) {
    if (cause instanceof SnapshotError) throw cause;
    if (cause instanceof EnvelopeError || cause instanceof JsonError) {
      throw new SnapshotError('TOKEN_REFUSED', 'malformed', { cause });
    }
    throw cause;
  }
}
