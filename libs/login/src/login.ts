import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { LoginError } from './errors.js';
import type { Person } from './person.js';
import type { Attempt, RelyingParty } from './relying-party.js';

export interface Session {
  readonly person: Person;
  /** Milliseconds since 1970, as all instants here. */
  readonly begunAt: number;
  readonly seenAt: number;
}

/** Where attempts and sessions lie. Keys are SHA-256 of what the browser holds, so that who reads the table holds no session. */
export interface LoginStore {
  /** @param most kept at once: anybody may begin one, and the oldest that nobody has come back from gives way */
  keepAttempt(key: Buffer, attempt: Attempt, endsAt: number, most: number): Promise<void>;
  /** Once: it is gone afterwards, and two that ask together do not both get it. */
  takeAttempt(key: Buffer, now: number): Promise<Attempt | undefined>;
  keepSession(key: Buffer, session: Session, endsAt: number): Promise<void>;
  session(key: Buffer): Promise<Session | undefined>;
  seen(key: Buffer, at: number, endsAt: number): Promise<void>;
  endSession(key: Buffer): Promise<void>;
}

export interface LoginLimits {
  /** From the click to the way back. */
  readonly attemptMs: number;
  /** Begun and not come back from, at once. */
  readonly attempts: number;
  /** Without a call. */
  readonly idleMs: number;
  /** From login, whatever is called. */
  readonly absoluteMs: number;
}
export const LOGIN_LIMITS: LoginLimits = {
  attemptMs: 10 * 60_000,
  attempts: 10_000,
  idleMs: 30 * 60_000,
  absoluteMs: 8 * 3_600_000,
};

/** Written no oftener than this, so that a page of ten calls is one write. */
const SEEN_MS = 60_000;

/** Login, session and logout for an app that has issuers and a store. */
export class Login {
  constructor(
    private readonly parties: readonly RelyingParty[],
    private readonly store: LoginStore,
    private readonly now: () => number,
    /** @returns 32 random bytes */
    private readonly random: () => Uint8Array,
    private readonly limits: LoginLimits = LOGIN_LIMITS,
  ) {}

  get issuers(): readonly string[] {
    return this.parties.map(({ settings }) => settings.issuer);
  }

  /**
   * @param returnTo path of the app; anything else becomes `/`
   * @returns where to send the browser, and the secret of the attempt for its cookie
   * @throws {LoginError} LOGIN_UNKNOWN_ISSUER, LOGIN_PROVIDER_AWAY
   */
  async begin(issuer: string, returnTo = '/'): Promise<{ readonly location: URL; readonly attempt: string }> {
    const { location, attempt } = await this.party(issuer).begin(ownPath(returnTo));
    const secret = this.secret();
    const { attemptMs, attempts } = this.limits;
    await this.store.keepAttempt(keyOf(secret), attempt, this.now() + attemptMs, attempts);
    return { location, attempt: secret };
  }

  /**
   * Takes what the issuer sent the browser back with. The session is a new one, and one that the browser had before has ended.
   * @param attempt secret from the attempt's cookie
   * @param answer query of the address called
   * @param before secret of a session that the browser has
   * @throws {LoginError}
   */
  async finish(
    attempt: string | undefined,
    answer: URLSearchParams,
    before?: string,
  ): Promise<{ readonly session: string; readonly person: Person; readonly returnTo: string }> {
    const begun = isSecret(attempt) ? await this.store.takeAttempt(keyOf(attempt), this.now()) : undefined;
    if (begun === undefined) throw new LoginError('LOGIN_NOT_BEGUN');
    const person = await this.party(begun.issuer).complete(begun, answer);
    if (isSecret(before)) await this.store.endSession(keyOf(before));
    const session = this.secret();
    const at = this.now();
    await this.store.keepSession(keyOf(session), { person, begunAt: at, seenAt: at }, this.endsAt(at, at));
    return { session, person, returnTo: begun.returnTo };
  }

  /** Who calls with this secret from the session's cookie; nobody once the session has ended, or its issuer is trusted no more. */
  async session(secret: string | undefined): Promise<Session | undefined> {
    if (!isSecret(secret)) return undefined;
    const key = keyOf(secret);
    const session = await this.store.session(key);
    if (session === undefined || !this.issuers.includes(session.person.issuer)) return undefined;
    const at = this.now();
    if (at >= this.endsAt(session.begunAt, session.seenAt)) {
      await this.store.endSession(key);
      return undefined;
    }
    if (at - session.seenAt >= SEEN_MS) await this.store.seen(key, at, this.endsAt(session.begunAt, at));
    return session;
  }

  /** @returns where the browser ends its session at the issuer, when there is such a place and the issuer answers */
  async end(secret: string | undefined): Promise<URL | undefined> {
    if (!isSecret(secret)) return undefined;
    const session = await this.store.session(keyOf(secret));
    await this.store.endSession(keyOf(secret));
    const party = this.parties.find(({ settings }) => settings.issuer === session?.person.issuer);
    try {
      return await party?.endUrl();
    } catch (error) {
      if (error instanceof LoginError) return undefined;
      throw error;
    }
  }

  private party(issuer: string): RelyingParty {
    const party = this.parties.find(({ settings }) => settings.issuer === issuer);
    if (party === undefined) throw new LoginError('LOGIN_UNKNOWN_ISSUER');
    return party;
  }

  private secret(): string {
    return Buffer.from(this.random()).toString('base64url');
  }

  private endsAt(begunAt: number, seenAt: number): number {
    return Math.min(begunAt + this.limits.absoluteMs, seenAt + this.limits.idleMs);
  }
}

/** Token that proves that a page of the app made the call: whoever knows the session's secret can compute it, and nobody else. */
export const csrfToken = (session: string): string =>
  hash('sha256', `delge-csrf/v1\n${session}`, 'buffer').toString('base64url');
/** @param session secret from the cookie @param token from the header or the form */
export const isCsrfToken = (session: string, token: unknown): boolean => {
  if (typeof token !== 'string') return false;
  const [expected, given] = [Buffer.from(csrfToken(session)), Buffer.from(token)];
  return expected.length === given.length && timingSafeEqual(expected, given);
};

const SECRET = /^[A-Za-z0-9_-]{43}$/;
const isSecret = (value: string | undefined): value is string => value !== undefined && SECRET.test(value);
const keyOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Whether it is a path of this app, perhaps with a query: no other host by `//` or `/\`, no control character, 2,000 characters at most. */
export const isOwnPath = (path: string): boolean =>
  /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\') && path.length <= 2_000;
const ownPath = (path: string): string => (isOwnPath(path) ? path : '/');
