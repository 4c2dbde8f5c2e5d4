import { SignJWT, errors, importJWK, jwtVerify } from 'jose';
import type { CryptoKey, JWK } from 'jose';

export const TOKEN_LIFETIME_S = 600;

/** Access tokens of this gateway (RFC 9068): they say which system calls, never for which authority. */
export class AccessTokens {
  private constructor(
    private readonly privateKey: CryptoKey,
    private readonly publicKey: CryptoKey,
    private readonly kid: string,
    private readonly issuer: string,
  ) {}

  /** @param jwk private ES256 key with `kid` */
  static async create(jwk: JWK, issuer: string): Promise<AccessTokens> {
    const { d: _secret, ...open } = jwk;
    const privateKey = await importJWK(jwk, 'ES256');
    const publicKey = await importJWK(open, 'ES256');
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array || jwk.kid === undefined) {
      throw new Error('the token key is not an EC key with a kid');
    }
    return new AccessTokens(privateKey, publicKey, jwk.kid, issuer);
  }

  issue(system: string, jti: string, now: Date): Promise<string> {
    const iat = Math.floor(now.getTime() / 1000);
    return new SignJWT({ client_id: system })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid })
      .setIssuer(this.issuer)
      .setAudience(this.issuer)
      .setSubject(system)
      .setJti(jti)
      .setIssuedAt(iat)
      .setExpirationTime(iat + TOKEN_LIFETIME_S)
      .sign(this.privateKey);
  }

  /** @returns id of the system, or undefined for anything but a token of this gateway that is still good */
  async verify(token: string, now: Date): Promise<string | undefined> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.publicKey, {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: this.issuer,
        audience: this.issuer,
        currentDate: now,
        requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat', 'jti'],
        maxTokenAge: TOKEN_LIFETIME_S + 60,
        clockTolerance: 5,
      });
      return protectedHeader.kid === this.kid ? payload.sub : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
