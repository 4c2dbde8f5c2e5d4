import { errors, jwtVerify } from 'jose';
import { publicCryptoKey } from '#envelope';
import type { PublicKey, Signer } from '#envelope';
import { canonicalBytes } from '#json';

export const TOKEN_LIFETIME_S = 600;

/** The token keys of a gateway, newest first. */
interface TokenKeys {
  readonly signers: readonly Signer[];
  readonly keys: readonly PublicKey[];
}

/** Access tokens of this gateway (RFC 9068): they say which system calls, never for which authority. */
export class AccessTokens {
  /** @param held asked at each token: a key that is made signs from then on */
  constructor(
    private readonly held: () => TokenKeys,
    private readonly issuer: string,
  ) {}

  async issue(system: string, jti: string, now: Date): Promise<string> {
    const iat = Math.floor(now.getTime() / 1000);
    const [newest] = this.held().signers;
    if (newest === undefined) throw new Error('the key store has no token key');
    const claims = { iss: this.issuer, aud: this.issuer, sub: system, client_id: system, jti, iat };
    return newest.sign('at+jwt', canonicalBytes({ ...claims, exp: iat + TOKEN_LIFETIME_S }));
  }

  /** @returns id of the system, or undefined for anything but a token of this gateway that is still good */
  async verify(token: string, now: Date): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.key(kid), {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: this.issuer,
        audience: this.issuer,
        currentDate: now,
        requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti'],
        maxTokenAge: TOKEN_LIFETIME_S + 60,
        clockTolerance: 5,
      });
      return payload.sub;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private key(kid: string | undefined): ReturnType<typeof publicCryptoKey> {
    const found = this.held().keys.find((key) => key.kid === kid);
    if (found === undefined) throw new errors.JWKSNoMatchingKey();
    return publicCryptoKey(found);
  }
}
