import { ALL_SCOPES, AUTHORITY_ID, MANDATES, UUID, isInstant, isScope } from '#contracts';
import { OFFICES } from '#legal-basis';
import { isPersonalNumber } from '#login';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import { AdministratorsWord, isText } from './administrators-word.js';
import type { Said } from './administrators-word.js';
import type { Law } from './law.js';
import type { StaffStore } from './ports/staff.js';
import type { Now } from './ports/time-and-ids.js';

const TYP = 'delge-staff+jws';
const SKEW_MS = 60_000;

interface Statement extends Said {
  readonly staff: string;
  readonly issuer: string;
  readonly subject: string;
  readonly officer: string;
  readonly office: string;
  readonly mandate: string;
  readonly scopes: readonly string[];
  /** Acts no more. */
  readonly ended: boolean;
}
const MEMBERS = 'at,authority,ended,env,issuer,mandate,office,officer,scopes,staff,subject,v';
const MOST_SCOPES = 64;

/** An issuer that this gateway trusts, and the one participant whose people it speaks of. */
export interface Pinned {
  readonly issuer: string;
  readonly participant: string;
}

/** Says who of an authority's people may do what, on the word of its participant's administrator; the signature is the caller's authentication. */
export class RegisterStaff {
  private readonly word: AdministratorsWord;

  constructor(
    private readonly staff: Pick<StaffStore, 'put'>,
    law: Pick<Law, 'current'>,
    keys: Pick<KeyStore, 'gateway' | 'hosts'>,
    private readonly issuers: readonly Pinned[],
    environment: string,
    private readonly now: Now,
  ) {
    this.word = new AdministratorsWord(law, keys, environment, now);
  }

  /**
   * @param text compact JWS, typ `delge-staff+jws`
   * @returns whether anything changed
   * @throws {GatewayError} UNAUTHENTICATED for every failure of the signature, after the same work; REGISTRATION_REFUSED for one that was signed
   */
  async execute(id: string, text: string): Promise<'stored' | 'same'> {
    const said = await this.word.verified(text, TYP, wellFormed);
    const { authority, issuer, subject, officer, office, mandate, ended } = said;
    if (said.staff !== id) throw refused('staff', 'not-the-one-of-the-path');
    const statedAt = new Date(said.at);
    if (statedAt.getTime() > this.now().getTime() + SKEW_MS) throw refused('at', 'invalid-time');
    // It would stand in tables and in the access log: nobody logs in by one either.
    if (isPersonalNumber(subject)) throw refused('subject', 'personal-number');
    if (isPersonalNumber(officer)) throw refused('officer', 'personal-number');
    const [slug] = authority.split('/');
    if (!this.issuers.some((one) => one.issuer === issuer && one.participant === slug))
      throw refused('issuer', 'not-pinned-to-participant');
    if (!(OFFICES as readonly string[]).includes(office)) throw refused('office', 'unknown-code');
    if (!isMandate(mandate)) throw refused('mandate', 'unknown-code');
    const { scopes } = said;
    if (new Set(scopes).size !== scopes.length || !scopes.every(isScope)) throw refused('scopes', 'invalid-scope');
    const outcome = await this.staff.put({
      id,
      authority,
      issuer,
      subject,
      officer,
      office,
      mandate,
      scopes: ALL_SCOPES.filter((scope) => scopes.includes(scope)),
      ended,
      statement: text,
      statedAt,
    });
    if (outcome === 'stale') throw refused('at', 'older-than-registered');
    if (outcome === 'taken') throw refused('staff', 'registered-for-another');
    if (outcome === 'system') throw refused('staff', 'id-of-a-system');
    return outcome;
  }
}

const wellFormed = (s: Statement): boolean =>
  typeof s === 'object' &&
  s !== null &&
  Object.keys(s).sort().join() === MEMBERS &&
  s.v === 1 &&
  isText(s.staff, UUID) &&
  isText(s.authority, AUTHORITY_ID) &&
  isInstant(s.at) &&
  [s.issuer, s.subject].every((one) => isText(one, /^\S{1,512}$/)) &&
  [s.officer, s.office, s.mandate].every((one) => isText(one, /^.{1,128}$/)) &&
  typeof s.ended === 'boolean' &&
  Array.isArray(s.scopes) &&
  s.scopes.length <= MOST_SCOPES &&
  s.scopes.every((one) => typeof one === 'string');

const isMandate = (code: string): code is (typeof MANDATES)[number] => (MANDATES as readonly string[]).includes(code);

const refused = (path: string, code: string): GatewayError =>
  new GatewayError('REGISTRATION_REFUSED', { faults: [{ path, code }] });
