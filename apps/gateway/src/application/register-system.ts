import { EnvelopeError, importPublic, parseToken, signingByKnown } from '#envelope';
import { ALL_SCOPES, AUTHORITY_ID, UUID, isInstant, isScope } from '#contracts';
import type { Scope } from '#contracts';
import { parseStrict } from '#json';
import type { JWK } from 'jose';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { Law } from './law.js';
import type { SystemStore } from './ports/system.js';
import type { Now } from './ports/time-and-ids.js';

const TYP = 'delge-system+jws';
const SKEW_MS = 60_000;

interface Statement {
  readonly v: 1;
  readonly env: string;
  readonly system: string;
  readonly authority: string;
  readonly key: JWK;
  readonly at: string;
  readonly scopes?: readonly string[];
}
const MEMBERS = ['at,authority,env,key,system,v', 'at,authority,env,key,scopes,system,v'];
const MOST_SCOPES = 64;

/** Registers a system's key on the word of its participant's administrator; the signature is the caller's authentication. */
export class RegisterSystem {
  constructor(
    private readonly systems: SystemStore,
    private readonly law: Pick<Law, 'current'>,
    private readonly keys: Pick<KeyStore, 'gateway' | 'hosts'>,
    private readonly environment: string,
    private readonly now: Now,
  ) {}

  /**
   * @param text compact JWS, typ `delge-system+jws`
   * @returns whether anything changed
   * @throws {GatewayError} UNAUTHENTICATED for every failure of the signature, after the same work; REGISTRATION_REFUSED for one that was signed
   */
  async execute(id: string, text: string): Promise<'stored' | 'same'> {
    const statement = await this.verified(text);
    if (statement.system !== id) throw refused('system', 'not-the-system-of-the-path');
    const at = new Date(statement.at);
    if (at.getTime() > this.now().getTime() + SKEW_MS) throw refused('at', 'invalid-time');
    const scopes = scopesOf(statement);
    const key = await admitted(statement.key);
    const outcome = await this.systems.put({
      id,
      authority: statement.authority,
      kid: key.kid,
      jwk: key.jwk,
      statement: text,
      statedAt: at,
      ...(scopes === undefined ? {} : { scopes }),
    });
    if (outcome === 'stale') throw refused('at', 'older-than-registered');
    if (outcome === 'taken') throw refused('key', 'registered-for-another');
    return outcome;
  }

  private async verified(text: string): Promise<Statement> {
    try {
      const { kid, payload } = parseToken(text, TYP);
      const statement = parseStrict(payload) as unknown as Statement;
      if (!wellFormed(statement)) throw unauthenticated('malformed');
      if (statement.env !== this.environment) throw unauthenticated('environment');
      const { snapshot } = this.law.current();
      const authority = snapshot.authority(statement.authority);
      const key = snapshot.on(this.now()).key(kid);
      const [slug] = statement.authority.split('/');
      const hosted = authority?.gateway === this.keys.gateway && this.keys.hosts(statement.authority);
      const administrator = key?.use === 'administrator' && key.holder === `participant:${slug}`;
      const genuine = await signingByKnown(text, administrator ? key.public : undefined);
      if (!administrator) throw unauthenticated('key');
      if (!genuine) throw unauthenticated('signature');
      if (!hosted) throw unauthenticated('not-hosted');
      return statement;
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      if (error instanceof EnvelopeError || (error as { name?: string }).name === 'JsonError') {
        throw unauthenticated('malformed', error);
      }
      throw error;
    }
  }
}

const wellFormed = (s: Statement): boolean =>
  typeof s === 'object' &&
  s !== null &&
  MEMBERS.includes(Object.keys(s).sort().join()) &&
  s.v === 1 &&
  text(s.system, UUID) &&
  text(s.authority, AUTHORITY_ID) &&
  isInstant(s.at) &&
  typeof s.key === 'object' &&
  s.key !== null &&
  !Array.isArray(s.key) &&
  (s.scopes === undefined || isListOfTexts(s.scopes));

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_SCOPES && value.every((one) => typeof one === 'string');

/** @returns in our order; undefined where the statement leaves them as they are */
const scopesOf = ({ scopes }: Statement): readonly Scope[] | undefined => {
  if (scopes === undefined) return undefined;
  if (scopes.length === 0 || new Set(scopes).size !== scopes.length || !scopes.every(isScope))
    throw refused('scopes', 'invalid-scope');
  return ALL_SCOPES.filter((scope) => scopes.includes(scope));
};

/** A pattern alone would take a list of one text for the text. */
const text = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

const admitted = async (jwk: JWK): Promise<{ readonly kid: string; readonly jwk: JWK }> => {
  try {
    return await importPublic(jwk, 'system');
  } catch (error) {
    if (error instanceof EnvelopeError) throw refused('key', error.code);
    throw error;
  }
};

const unauthenticated = (reason: string, cause?: unknown): GatewayError =>
  new GatewayError('UNAUTHENTICATED', { reason, cause });

const refused = (path: string, code: string): GatewayError =>
  new GatewayError('REGISTRATION_REFUSED', { faults: [{ path, code }] });
