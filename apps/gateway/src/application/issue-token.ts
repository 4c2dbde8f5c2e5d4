import { EnvelopeError, generateKey, parseCompact } from '#envelope';
import { errors, importJWK, jwtVerify } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { CLIENT_ASSERTION_TYPE, UUID, isScope } from '#contracts';
import type { Scope, TokenRequestDto } from '#contracts';
import type { JsonValue } from '#json';
import type { AccessTokens } from '../keys/access-tokens.js';
import { TOKEN_LIFETIME_S } from '../keys/access-tokens.js';
import { GatewayError } from '../domain/errors.js';
import type { RegisteredSystem, SystemStore } from './ports/system.js';
import type { NewId, Now } from './ports/time-and-ids.js';

const SKEW_S = 60;
/** An assertion is used once, so it need not live longer (RFC 7523 section 3). */
const MAX_ASSERTION_S = 300;
const MAX_JTI = 128;
const MAX_ASSERTION = 4_096;

export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

/** Client credentials with `private_key_jwt` (RFC 7523). Every failure is the same UNAUTHENTICATED after the same work. */
export class IssueToken {
  private constructor(
    private readonly systems: SystemStore,
    private readonly tokens: AccessTokens,
    private readonly audiences: readonly string[],
    private readonly newId: NewId,
    private readonly now: Now,
    private readonly nobody: JWK,
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
    const { jwk } = await generateKey('system');
    return new IssueToken(systems, tokens, audiences, newId, now, jwk);
  }

  /** @throws {GatewayError} UNAUTHENTICATED, whatever the reason, which is for the own log; INVALID_SCOPE to a system that has shown who it is */
  async execute(request: Partial<TokenRequestDto>): Promise<IssuedToken> {
    const system = await this.authenticate(request);
    const scopes = scopesOf(request.scope, system.scopes);
    return {
      access_token: await this.tokens.issue(system, this.newId(), this.now(), scopes),
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_S,
      scope: scopes.join(' '),
    };
  }

  /** @returns the system that signed */
  private async authenticate(request: Partial<TokenRequestDto>): Promise<RegisteredSystem> {
    const { client_assertion: assertion, client_id: client } = request;
    if (request.grant_type !== 'client_credentials' || request.client_assertion_type !== CLIENT_ASSERTION_TYPE)
      throw refused('request');
    if (typeof assertion !== 'string' || !['undefined', 'string'].includes(typeof request.scope))
      throw refused('request');
    const kid = kidOf(assertion);
    const id = unverifiedSubject(assertion);
    const system = id === undefined ? undefined : await this.systems.find(id);
    const known = system !== undefined && system.kid === kid;
    const now = this.now();
    // The same work for a key that is not there: imported and verified against.
    const payload = await this.verified(assertion, known ? system.jwk : this.nobody, now).catch((error: unknown) => {
      if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
      throw refused(system === undefined ? 'system' : known ? reasonOf(error) : 'key');
    });
    if (id === undefined || !known) throw refused('key');
    const { iss, sub, jti, exp, iat } = payload;
    if (sub !== id || iss !== id || (client !== undefined && client !== id)) throw refused('claims');
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI) throw refused('claims');
    if (exp === undefined || iat === undefined || exp - iat > MAX_ASSERTION_S) throw refused('claims');
    const expiresAt = new Date((exp + SKEW_S) * 1000);
    if (!(await this.systems.useOnce(id, jti, expiresAt, now))) throw refused('replayed');
    return system;
  }

  private async verified(assertion: string, jwk: JWK, now: Date): Promise<JWTPayload> {
    const { payload } = await jwtVerify(assertion, await importJWK({ ...jwk }, 'ES256'), {
      algorithms: ['ES256'],
      audience: [...this.audiences],
      currentDate: now,
      clockTolerance: SKEW_S,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
      maxTokenAge: MAX_ASSERTION_S,
    });
    return payload;
  }
}

/** RFC 6749 section 3.3. Some of those that the system has; not said which: all of them. */
const scopesOf = (asked: string | undefined, registered: readonly Scope[]): readonly Scope[] => {
  if (asked === undefined) return registered;
  const scopes = [...new Set(asked.split(' '))];
  if (!scopes.every((scope) => isScope(scope) && registered.includes(scope))) throw new GatewayError('INVALID_SCOPE');
  return registered.filter((scope) => scopes.includes(scope));
};

const refused = (reason: string): GatewayError => new GatewayError('UNAUTHENTICATED', { reason });
const reasonOf = (error: unknown): string =>
  error instanceof errors.JWSSignatureVerificationFailed ? 'signature' : 'claims';

/** The form of every token here; a header of another spelling, padding or white space is no assertion. */
const kidOf = (assertion: string): JsonValue | undefined => {
  try {
    return parseCompact(assertion, 3, MAX_ASSERTION).header['kid'];
  } catch (error) {
    if (error instanceof EnvelopeError) throw refused('malformed');
    throw error;
  }
};

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
