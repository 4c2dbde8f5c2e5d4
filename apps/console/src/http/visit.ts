import { createHmac } from 'node:crypto';
import type { Request, Response } from 'express';
import { LoginCookie, csrfToken, isCsrfToken } from '#login';
import type { Login } from '#login';
import { ProblemError } from '#platform';
import type { Acting, Assignment, AssignmentState, AuditorQueries } from '../application/ports.js';
import type { Lang } from '../views/words.js';
import { ownAddress } from './address.js';
import { languageOf, parametersOf } from './language.js';

export type GrantedAssignment = Assignment & { readonly state: AssignmentState };

/** One call of one browser. */
export interface Visit {
  readonly lang: Lang;
  /** Path and query as called, without `lang`. */
  readonly address: string;
  readonly parameters: URLSearchParams;
  readonly auditor?: Auditor;
  /** Chosen by the auditor, live. */
  readonly assignment?: GrantedAssignment;
}
export interface Auditor {
  /** 43 characters of base64url. */
  readonly id: string;
  /** Goes with every form. */
  readonly csrf: string;
}

/** Who calls: an auditor with an assignment chosen. */
export interface Reading extends Visit {
  readonly auditor: Auditor;
  readonly assignment: GrantedAssignment;
}

/**
 * Whoever logs in is known by this alone: no name and no number of an auditor is kept.
 * @returns base64url HMAC-SHA-256 of `issuer \n subject`
 */
export const auditorIdOf = (secret: Uint8Array, issuer: string, subject: string): string =>
  createHmac('sha256', secret).update(`${issuer}\n${subject}`).digest('base64url');

/** What a browser says of itself, by cookies: session, attempt to log in and assignment. */
export class Visits {
  readonly session: LoginCookie;
  readonly attempt: LoginCookie;
  private readonly chosen: LoginCookie;
  private readonly known = new WeakMap<Request, Promise<Visit>>();

  /** @param secure false over plain HTTP */
  constructor(
    private readonly login: Login,
    private readonly queries: AuditorQueries,
    secure: boolean,
  ) {
    this.session = new LoginCookie('delge-console', secure);
    this.attempt = new LoginCookie('delge-console-login', secure);
    // Without it nothing is read, also where a browser does not say that another site led it here.
    this.chosen = new LoginCookie('delge-console-uppdrag', secure, 'Strict');
  }

  of(request: Request): Promise<Visit> {
    const known = this.known.get(request) ?? this.read(request);
    this.known.set(request, known);
    return known;
  }

  /** Of a route that the guard lets nobody else to. */
  async reading(request: Request): Promise<Reading> {
    const { auditor, assignment, ...visit } = await this.of(request);
    if (auditor === undefined || assignment === undefined) throw new ProblemError('not-found', 404);
    return { ...visit, auditor, assignment };
  }

  choose(response: Response, assignment: string | undefined): void {
    response.append('Set-Cookie', assignment === undefined ? this.chosen.clear() : this.chosen.set(assignment));
  }

  /** @throws {ProblemError} the form is not of this session's pages */
  assertOwnForm(request: Request): void {
    const secret = this.session.read(request.headers.cookie) ?? '';
    const { csrf } = (request.body ?? {}) as { readonly csrf?: unknown };
    if (!isCsrfToken(secret, csrf))
      throw new ProblemError('invalid-request', 400, { violations: [{ path: '/csrf', code: 'FORM_NOT_OF_SESSION' }] });
  }

  private async read(request: Request): Promise<Visit> {
    const { cookie } = request.headers;
    const visit = {
      lang: languageOf(request),
      address: ownAddress(request.originalUrl),
      parameters: parametersOf(request),
    };
    const secret = this.session.read(cookie);
    const session = await this.login.session(secret);
    if (session === undefined || secret === undefined) return visit;
    const auditor = { id: session.person.subject, csrf: csrfToken(secret) };
    const chosen = this.chosen.read(cookie);
    if (chosen === undefined) return { ...visit, auditor };
    const assignment = (await this.queries.assignmentsOf(auditor.id)).find(({ id }) => id === chosen);
    return assignment?.state === 'live' ? { ...visit, auditor, assignment } : { ...visit, auditor };
  }
}

export const actingOf = ({ auditor, assignment }: Reading): Acting => ({
  auditor: auditor.id,
  assignment: assignment.id,
});
