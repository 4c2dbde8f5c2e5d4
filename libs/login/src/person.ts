import { LoginError } from './errors.js';
import { isPersonalNumber } from './personal-number.js';

/** Who logged in, as the issuer knows them. No personal number is taken over, whatever the issuer says. */
export interface Person {
  /** As configured, compared as a string (OpenID Connect Core 1.0 section 2). */
  readonly issuer: string;
  /** `<personal-id>@<organisation number>` where the issuer follows the Swedish profile, else its `sub`. */
  readonly subject: string;
  readonly name?: string;
}

/** Claims of an id token or of a userinfo answer. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Claims of the Swedish OpenID Connect profile for a person in an organisation.
 * @see https://www.oidc.se/specifications/swedish-oidc-claims-specification.html
 */
export const NATURAL_PERSON_ORG_SCOPE = 'https://id.oidc.se/scope/naturalPersonOrgId';
export const ORG_AFFILIATION = 'https://id.oidc.se/claim/orgAffiliation';
export const ORG_NUMBER = 'https://id.oidc.se/claim/orgNumber';

/** Levels of assurance 3, as the Swedish e-identity framework and the EU name them. */
export const LOA_3 = [
  'http://id.elegnamnden.se/loa/1.0/loa3',
  'http://id.swedenconnect.se/loa/1.0/loa3',
  'http://eidas.europa.eu/LoA/substantial',
] as const;

const MAX_TEXT = 255;

/**
 * @param claims verified: signature, issuer, audience, time and nonce hold
 * @param organisation number of the one organisation whose people the issuer may speak of here, ten digits; any when absent
 * @throws {LoginError} LOGIN_ASSURANCE, LOGIN_ORGANISATION, LOGIN_TOKEN
 */
export function personOf(
  issuer: string,
  claims: Claims,
  acr: readonly string[],
  organisation: string | undefined,
): Person {
  if (typeof claims['acr'] !== 'string' || !acr.includes(claims['acr'])) throw new LoginError('LOGIN_ASSURANCE');
  const affiliation = text(claims[ORG_AFFILIATION]);
  const subject = affiliation ?? text(claims['sub']);
  if (subject === undefined) throw new LoginError('LOGIN_TOKEN', 'no subject');
  const at = subject.lastIndexOf('@');
  // The database would hold it, and a personal number is not stored.
  if (isPersonalNumber(subject)) throw new LoginError('LOGIN_TOKEN', 'subject is a personal number');
  if (organisation !== undefined) {
    const said = [text(claims[ORG_NUMBER]), affiliation === undefined ? undefined : affiliation.slice(at + 1)];
    const numbers = said.filter((one) => one !== undefined).map((one) => one.replace('-', ''));
    if (numbers.length === 0 || numbers.some((one) => one !== organisation)) throw new LoginError('LOGIN_ORGANISATION');
  }
  const name = text(claims['name']);
  return { issuer, subject, ...(name === undefined ? {} : { name }) };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : undefined;
