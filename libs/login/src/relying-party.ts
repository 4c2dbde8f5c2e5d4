import { timingSafeEqual } from 'node:crypto';
import * as client from 'openid-client';
import { BackOff } from './back-off.js';
import { LoginError } from './errors.js';
import type { LoginErrorCode } from './errors.js';
import { NATURAL_PERSON_ORG_SCOPE, ORG_AFFILIATION, ORG_NUMBER, personOf } from './person.js';
import type { Claims, Person } from './person.js';
import { NotAsked, ProviderCalls } from './provider-calls.js';

/** One issuer that the app's owner trusts, and how the app is known there. */
export interface IssuerSettings {
  /** Its identifier; metadata is fetched from below it and nowhere else (OpenID Connect Discovery 1.0 section 4). */
  readonly issuer: string;
  readonly clientId: string;
  /** For `private_key_jwt` with ES256 (RFC 7523); a public client without it. */
  readonly clientKey?: { readonly key: CryptoKey; readonly kid: string };
  readonly redirectUri: string;
  readonly postLogoutUri: string;
  /** Levels of assurance (`acr`) that are enough. */
  readonly acr: readonly string[];
  /** Ten digits: the one organisation whose people it may speak of here. */
  readonly organisation?: string;
  /** Over plain HTTP: for a sandbox on one machine. */
  readonly insecure?: boolean;
}

/** What is kept of a login that has begun, at the server, until the browser comes back. */
export interface Attempt {
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Path of the app to go to afterwards. */
  readonly returnTo: string;
}

const METADATA_MS = 3_600_000;
const TIMEOUT_S = 10;
const CLOCK_TOLERANCE_S = 10;

/**
 * The app at one issuer: OpenID Connect's code flow with PKCE (RFC 7636), state and nonce of 256 bits, issuer in the answer (RFC 9207) where it sends it and wherever the app has another,
 * and the id token's signature checked although it came over TLS.
 */
export class RelyingParty {
  private readonly calls: ProviderCalls;
  private readonly discovery: BackOff;
  private discovered?: { readonly config: Promise<client.Configuration>; readonly at: number };

  constructor(
    readonly settings: IssuerSettings,
    private readonly now: () => number,
    /** Whether the app has other issuers: they share its address to come back to, so an answer that does not say whose it is may be another's (RFC 9207). */
    private readonly hasOthers: boolean,
    fetch: client.CustomFetch = (url, options) => globalThis.fetch(url, options as RequestInit),
  ) {
    this.calls = new ProviderCalls(now, fetch);
    this.discovery = new BackOff(now);
  }

  /** @throws {LoginError} LOGIN_PROVIDER_AWAY */
  async begin(returnTo: string): Promise<{ readonly location: URL; readonly attempt: Attempt }> {
    const config = await this.config();
    const { issuer, redirectUri, acr } = this.settings;
    const [state, nonce, verifier] = [
      client.randomState(),
      client.randomNonce(),
      client.randomPKCECodeVerifier(),
    ] as const;
    const { scopes_supported: scopes, claims_parameter_supported: takesClaims } = config.serverMetadata();
    const location = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: scopes?.includes(NATURAL_PERSON_ORG_SCOPE) === true ? `openid ${NATURAL_PERSON_ORG_SCOPE}` : 'openid',
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      acr_values: acr.join(' '),
      ...(takesClaims === true ? { claims: WANTED } : {}),
    });
    return { location, attempt: { issuer, state, nonce, verifier, returnTo } };
  }

  /**
   * @param answer query of the address that the issuer sent the browser to
   * @throws {LoginError}
   */
  async complete(attempt: Attempt, answer: URLSearchParams): Promise<Person> {
    const { issuer, redirectUri, acr, organisation } = this.settings;
    if (attempt.issuer !== issuer) throw new LoginError('LOGIN_ISSUER');
    if (!same(answer.get('state') ?? '', attempt.state)) throw new LoginError('LOGIN_STATE');
    if ((this.hasOthers || answer.has('iss')) && answer.get('iss') !== issuer) throw new LoginError('LOGIN_ISSUER');
    const config = await this.config();
    try {
      const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}?${answer.toString()}`), {
        pkceCodeVerifier: attempt.verifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      let claims: Claims | undefined = tokens.claims();
      if (claims === undefined) throw new LoginError('LOGIN_TOKEN', 'no id token');
      if (claims[ORG_AFFILIATION] === undefined && config.serverMetadata().userinfo_endpoint !== undefined) {
        const more = await client.fetchUserInfo(config, tokens.access_token, String(claims['sub']));
        claims = { ...more, ...claims };
      }
      return personOf(issuer, claims, acr, organisation);
    } catch (error) {
      throw loginError(error);
    }
  }

  /** Where the browser ends its session at the issuer (OpenID Connect RP-Initiated Logout 1.0); none where the issuer has no such place. */
  async endUrl(): Promise<URL | undefined> {
    const config = await this.config();
    if (config.serverMetadata().end_session_endpoint === undefined) return undefined;
    // Without id_token_hint: an id token says who somebody is, and none is kept.
    return client.buildEndSessionUrl(config, { post_logout_redirect_uri: this.settings.postLogoutUri });
  }

  private async config(): Promise<client.Configuration> {
    if (this.discovered === undefined || this.now() - this.discovered.at > METADATA_MS) {
      if (this.discovery.isWaiting) throw new LoginError('LOGIN_PROVIDER_AWAY', 'backing-off');
      const discovered = { config: this.discover(), at: this.now() };
      this.discovered = discovered;
      discovered.config.then(
        () => this.discovery.succeeded(),
        () => {
          this.discovery.failed();
          if (this.discovered === discovered) delete this.discovered;
        },
      );
    }
    try {
      return await this.discovered.config;
    } catch (error) {
      throw new LoginError('LOGIN_PROVIDER_AWAY', reasonOf(error));
    }
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientKey, insecure = false } = this.settings;
    return client.discovery(
      new URL(issuer),
      clientId,
      { [client.clockTolerance]: CLOCK_TOLERANCE_S },
      clientKey === undefined ? client.None() : client.PrivateKeyJwt(clientKey),
      {
        timeout: TIMEOUT_S,
        execute: [client.enableNonRepudiationChecks, ...(insecure ? [allowInsecureRequests] : [])],
        [client.customFetch]: this.calls.fetch,
      },
    );
  }
}

const WANTED = JSON.stringify({ id_token: { [ORG_AFFILIATION]: null, [ORG_NUMBER]: null, name: null } });

// Marked as deprecated so that it stands out; it is meant, for a sandbox on one machine. openid-client looks for this very function.
// oxlint-disable-next-line typescript/no-deprecated
const { allowInsecureRequests } = client;

const same = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** Claims of the id token whose comparison failed, to the code that says so. */
const CLAIM_CODES: Readonly<Record<string, LoginErrorCode>> = {
  nonce: 'LOGIN_NONCE',
  iss: 'LOGIN_ISSUER',
  aud: 'LOGIN_AUDIENCE',
  azp: 'LOGIN_AUDIENCE',
  exp: 'LOGIN_EXPIRED',
  nbf: 'LOGIN_EXPIRED',
  iat: 'LOGIN_EXPIRED',
};

function loginError(error: unknown): LoginError {
  if (error instanceof LoginError) return error;
  // What the issuer said about the person, e.g. access_denied, or about the code, e.g. invalid_grant.
  if (error instanceof client.AuthorizationResponseError) return new LoginError('LOGIN_REFUSED', short(error.error));
  if (error instanceof client.ResponseBodyError) {
    return new LoginError(error.error === 'invalid_grant' ? 'LOGIN_CODE' : 'LOGIN_PROVIDER_AWAY', short(error.error));
  }
  const reason = reasonOf(error);
  if (reason === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' || reason === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') {
    return new LoginError(CLAIM_CODES[claimOf(error) ?? ''] ?? 'LOGIN_TOKEN', reason);
  }
  if (error instanceof TypeError || reason === 'OAUTH_TIMEOUT' || reason === 'OAUTH_RESPONSE_IS_NOT_CONFORM') {
    return new LoginError('LOGIN_PROVIDER_AWAY', reason);
  }
  return new LoginError('LOGIN_TOKEN', reason);
}

const reasonOf = (error: unknown): string => (error instanceof NotAsked ? error.code : codeOf(error));
const codeOf = (error: unknown): string =>
  error instanceof client.ClientError && error.code !== undefined ? error.code : 'unreachable';
const claimOf = (error: unknown): string | undefined => {
  const cause = (error as { readonly cause?: { readonly cause?: { readonly claim?: unknown } } }).cause?.cause?.claim;
  return typeof cause === 'string' ? cause : undefined;
};
const short = (said: string): string => (/^[a-z_]{1,64}$/.test(said) ? said : 'unreadable');
