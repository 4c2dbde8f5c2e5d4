import { EnvelopeError, parseToken, signingByKnown } from '#envelope';
import type { PublicKey, Signer } from '#envelope';
import { JsonError, canonicalBytes, parseStrict } from '#json';
import type { RegisteredSystem } from '../application/ports/system.js';

export const TOKEN_LIFETIME_S = 600;
const TOLERANCE_S = 5;
const MARGIN_S = 60;
/** After this no token is good any more that was signed before. */
export const TOKEN_END_MS = (TOKEN_LIFETIME_S + MARGIN_S) * 1000;

/** Tokens remembered at a time. */
const MOST_KNOWN = 1_000;

interface Claims {
  readonly sub: string;
  readonly scope: string;
  readonly client_kid?: string;
}
/** Who shows a token, and what it was given for. */
export interface Bearer {
  readonly system: string;
  /** Thumbprint of the key by which it asked for the token. Absent: of a token that was given before tokens named it, ten minutes at most after the gateway was upgraded. */
  readonly kid?: string;
  readonly scopes: readonly string[];
}
interface Known {
  readonly kid: string;
  readonly claims: Claims;
  readonly bearer: Bearer;
}

/** The token keys of a gateway, newest first. */
interface TokenKeys {
  readonly signers: readonly Signer[];
  readonly keys: readonly PublicKey[];
}

/** Access tokens of this gateway (RFC 9068): they say which system calls, and by which of its keys it came, never for which authority. */
export class AccessTokens {
  /** Claims of those that were verified, by their characters: a system shows the same one for minutes. */
  private readonly known = new Map<string, Known>();

  /** @param held asked at each token: a key that is made signs from then on */
  constructor(
    private readonly held: (now: Date) => TokenKeys,
    private readonly issuer: string,
  ) {}

  /** @param scopes those that it carries (RFC 9068 section 2.2.3) */
  async issue(
    { id, kid }: Pick<RegisteredSystem, 'id' | 'kid'>,
    jti: string,
    now: Date,
    scopes: readonly string[],
  ): Promise<string> {
    const iat = Math.floor(now.getTime() / 1000);
    const [newest] = this.held(now).signers;
    if (newest === undefined) throw new Error('the key store has no token key');
    const claims = {
      iss: this.issuer,
      aud: this.issuer,
      sub: id,
      client_id: id,
      client_kid: kid,
      jti,
      iat,
      scope: scopes.join(' '),
    };
    return newest.sign('at+jwt', canonicalBytes({ ...claims, exp: iat + TOKEN_LIFETIME_S }));
  }

  /** @returns undefined, after the same work, for anything but a token of this gateway that is still good */
  async verify(token: string, now: Date): Promise<Bearer | undefined> {
    const { keys } = this.held(now);
    const known = this.known.get(token);
    // Its key may have ended since, and its time passed.
    if (known !== undefined && this.isGood(known.claims, now) && keys.some(({ kid }) => kid === known.kid))
      return known.bearer;
    try {
      const { kid, payload } = parseToken(token, 'at+jwt');
      const claims: unknown = parseStrict(payload);
      const key = keys.find((one) => one.kid === kid);
      const genuine = await signingByKnown(token, key);
      if (!genuine || !this.isGood(claims, now)) return undefined;
      const bearer = bearerOf(claims);
      this.remember(token, { kid, claims, bearer });
      return bearer;
    } catch (error) {
      if (error instanceof EnvelopeError || error instanceof JsonError) return undefined;
      throw error;
    }
  }

  private remember(token: string, known: Known): void {
    const [oldest] = this.known.keys();
    if (this.known.size >= MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
    this.known.set(token, known);
  }

  private isGood(claims: unknown, now: Date): claims is Claims {
    if (typeof claims !== 'object' || claims === null) return false;
    const { iss, aud, sub, jti, iat, exp, scope, client_kid: kid } = claims as Readonly<Record<string, unknown>>;
    const at = Math.floor(now.getTime() / 1000);
    return (
      iss === this.issuer &&
      aud === this.issuer &&
      typeof sub === 'string' &&
      typeof jti === 'string' &&
      typeof scope === 'string' &&
      (kid === undefined || typeof kid === 'string') &&
      typeof iat === 'number' &&
      typeof exp === 'number' &&
      iat <= at + TOLERANCE_S &&
      at - iat <= TOKEN_LIFETIME_S + MARGIN_S &&
      at - TOLERANCE_S < exp
    );
  }
}

const bearerOf = ({ sub: system, scope, client_kid: kid }: Claims): Bearer => ({
  system,
  scopes: scope.split(' '),
  ...(kid === undefined ? {} : { kid }),
});
