import { LoginCookie, isCsrfToken } from '#login';
import type { Login, Session } from '#login';
import { ProblemError } from '#platform';
import type { Violation } from '#platform';
import type { Member, StaffStore } from '../application/ports/staff.js';
import type { Pinned } from '../application/register-staff.js';
import type { AuthenticatedRequest } from './caller.js';
import type { OfficerMember, StaffMember } from './staff-may.js';

/** Names the authority that a member of staff acts for, needed of whoever acts for several. */
export const AUTHORITY_HEADER = 'delge-authority';
/** Carries the session's token on every call that changes something. */
export const CSRF_HEADER = 'delge-csrf';
const SAFE = ['GET', 'HEAD'];

/** Where staff may log in, and who they are. Without issuers nobody logs in. */
export class StaffAccess {
  readonly sessionCookie: LoginCookie;
  readonly attemptCookie: LoginCookie;

  constructor(
    readonly login: Login,
    private readonly staff: Pick<StaffStore, 'find'>,
    readonly issuers: readonly Pinned[],
    private readonly hosted: () => readonly string[],
    gateway: string,
    isSecure: boolean,
  ) {
    this.sessionCookie = new LoginCookie(`delge-staff-${gateway}`, isSecure);
    this.attemptCookie = new LoginCookie(`delge-staff-login-${gateway}`, isSecure);
  }

  secretOf(request: AuthenticatedRequest): string | undefined {
    return this.sessionCookie.read(request.headers.cookie);
  }

  session(request: AuthenticatedRequest): Promise<Session | undefined> {
    return this.login.session(this.secretOf(request));
  }

  /** What a person may do: for authorities of the one participant that their issuer is pinned to. */
  async members({ person }: Session): Promise<readonly Member[]> {
    const pinned = this.issuers.find(({ issuer }) => issuer === person.issuer);
    if (pinned === undefined) return [];
    return this.staff.find(
      this.hosted().filter((authority) => authority.split('/')[0] === pinned.participant),
      person,
    );
  }

  /**
   * The member of staff who calls, once the session, its token and the authority are what they should be.
   * @returns undefined when nobody who acts here has logged in
   * @throws {ProblemError} csrf; not-found for an authority that is not theirs
   */
  async caller(request: AuthenticatedRequest): Promise<Member | undefined> {
    const session = await this.session(request);
    const members = session === undefined ? [] : await this.members(session);
    if (members.length === 0) return undefined;
    if (!SAFE.includes(request.method)) this.refuseForged(request);
    const named = request.headers[AUTHORITY_HEADER];
    if (named === undefined && members.length > 1) throw new ProblemError('authority-not-named', 400);
    const member = named === undefined ? members[0] : members.find(({ authority }) => authority === named);
    if (member === undefined) throw new ProblemError('not-found', 404);
    return member;
  }

  /** @throws {ProblemError} csrf: another site made the browser call */
  refuseForged(request: AuthenticatedRequest): void {
    const secret = this.secretOf(request);
    if (secret === undefined || !isCsrfToken(secret, request.headers[CSRF_HEADER])) throw new ProblemError('csrf', 403);
  }
}

/**
 * Puts the officer into the body, from the table.
 * @throws {ProblemError} another-officer: the body names somebody else, or another office or mandate
 */
export function withOfficer(request: AuthenticatedRequest, member: Member, members: readonly StaffMember[]): void {
  const violations: Violation[] = [];
  const filled = (body: unknown, names: readonly StaffMember[], at: string): unknown => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
    const said = { ...body } as Record<string, unknown>;
    for (const name of names) {
      if (name === 'assessments') {
        const list = said[name];
        if (Array.isArray(list)) said[name] = list.map((one, n) => filled(one, OFFICER, `${at}${name}.${n}.`));
        continue;
      }
      if (said[name] !== undefined && said[name] !== member[name])
        violations.push({ path: `${at}${name}`, code: 'not-the-one-logged-in' });
      said[name] = member[name];
    }
    return said;
  };
  const body = members.length === 0 ? (request.body as unknown) : filled(request.body, members, '');
  if (violations.length > 0) throw new ProblemError('another-officer', 422, { violations });
  request.body = body;
}

const OFFICER: readonly OfficerMember[] = ['officer', 'office', 'mandate'];
