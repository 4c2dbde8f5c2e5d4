import { errors, generateKeyPair, importJWK, jwtVerify } from 'jose';
import type { CryptoKey } from 'jose';
import { CLIENT_ASSERTION_TYPE, UUID } from '#contracts';
import type { TokenRequestDto } from '#contracts';
import type { AccessTokens } from '../keys/access-tokens.js';
import { TOKEN_LIFETIME_S } from '../keys/access-tokens.js';
import { GatewayError } from '../domain/errors.js';
import type { NewId, Now, SystemStore } from './ports.js';

const SKEW_S = 60;
/** An assertion is used once, so it need not live longer (RFC 7523 section 3). */
const MAX_ASSERTION_S = 300;
const MAX_JTI = 128;

export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

/** Client credentials with `private_key_jwt` (RFC 7523). Every failure is the same UNAUTHENTICATED after the same work. */
export class IssueToken {
  private constructor(
    private readonly systems: SystemStore,
    private readonly tokens: AccessTokens,
    private readonly audiences: readonly string[],
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly nobody: CryptoKey,
  ) {}

  /** @param audiences the token endpoint's URL and the issuer's */
  static async create(
    systems: SystemStore,
    tokens: AccessTokens,
    audiences: readonly string[],
    newId: NewId,
    now: Now,
  ): Promise<IssueToken> {
    // Verifying against nobody's key takes as long as against a system's, so time does not tell which ids exist.
    const { publicKey } = await generateKeyPair('ES256');
    return new IssueToken(systems, tokens, audiences, newId, now, publicKey);
  }

  /** @throws {GatewayError} UNAUTHENTICATED, whatever the reason */
  async execute(request: Partial<TokenRequestDto>): Promise<IssuedToken> {
    const system = await this.authenticate(request);
    if (system === undefined) throw new GatewayError('UNAUTHENTICATED');
    return {
      access_token: await this.tokens.issue(system, this.newId(), this.now()),
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_S,
    };
  }

  private async authenticate(request: Partial<TokenRequestDto>): Promise<string | undefined> {
    const assertion = request.client_assertion;
    if (request.grant_type !== 'client_credentials' || request.client_assertion_type !== CLIENT_ASSERTION_TYPE)
      return undefined;
    if (typeof assertion !== 'string' || assertion.length > 4096) return undefined;
    const now = this.now();
    let candidate: string | undefined;
    try {
      const { payload } = await jwtVerify(
        assertion,
        async (header) => {
          candidate = unverifiedSubject(assertion);
          const system = candidate === undefined ? undefined : await this.systems.find(candidate);
          if (system === undefined || header.kid !== system.kid) return this.nobody;
          return importJWK(system.jwk, 'ES256');
        },
        {
          algorithms: ['ES256'],
          audience: [...this.audiences],
          currentDate: now,
          clockTolerance: SKEW_S,
          requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
          maxTokenAge: MAX_ASSERTION_S,
        },
      );
      const { iss, sub, jti, exp, iat } = payload;
      if (candidate === undefined || sub !== candidate || iss !== candidate) return undefined;
      if (request.client_id !== undefined && request.client_id !== candidate) return undefined;
      if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) return undefined;
      if (exp === undefined || iat === undefined || exp - iat > MAX_ASSERTION_S) return undefined;
      const expiresAt = new Date((exp + SKEW_S) * 1000);
      return (await this.systems.useOnce(candidate, jti, expiresAt, now)) ? candidate : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
      throw error;
    }
  }
}

/** Which system the assertion claims to be from; trusted for looking up a key and for nothing else. */
const unverifiedSubject = (assertion: string): string | undefined => {
  try {
    const payload = JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      sub?: unknown;
    };
    return typeof payload.sub === 'string' && UUID.test(payload.sub) ? payload.sub : undefined;
  } catch {
    return undefined;
  }
};
