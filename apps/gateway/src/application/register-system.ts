import { EnvelopeError, importPublic } from '#envelope';
import { ALL_SCOPES, AUTHORITY_ID, UUID, isInstant, isScope } from '#contracts';
import type { Scope } from '#contracts';
import type { JWK } from 'jose';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import { AdministratorsWord, isText } from './administrators-word.js';
import type { Said } from './administrators-word.js';
import type { Law } from './law.js';
import type { SystemStore } from './ports/system.js';
import type { Now } from './ports/time-and-ids.js';

const TYP = 'delge-system+jws';
const SKEW_MS = 60_000;

interface Registration extends Said {
  readonly system: string;
  readonly key: JWK;
  readonly scopes?: readonly string[];
}
/** It acts no more. */
interface End extends Said {
  readonly system: string;
  readonly ended: true;
}
type Statement = Registration | End;
const MEMBERS = ['at,authority,env,key,system,v', 'at,authority,env,key,scopes,system,v'];
const END_MEMBERS = 'at,authority,ended,env,system,v';
const MOST_SCOPES = 64;

/** Registers a system's key, or ends the system, on the word of its participant's administrator; the signature is the caller's authentication. */
export class RegisterSystem {
  private readonly word: AdministratorsWord;

  constructor(
    private readonly systems: SystemStore,
    law: Pick<Law, 'current'>,
    keys: Pick<KeyStore, 'gateway' | 'hosts'>,
    environment: string,
    private readonly now: Now,
  ) {
    this.word = new AdministratorsWord(law, keys, environment, now);
  }

  /**
   * @param text compact JWS, typ `delge-system+jws`
   * @returns whether anything changed
   * @throws {GatewayError} UNAUTHENTICATED for every failure of the signature, after the same work; REGISTRATION_REFUSED for one that was signed
   */
  async execute(id: string, text: string): Promise<'stored' | 'same'> {
    const statement = await this.word.verified(text, TYP, wellFormed);
    if (statement.system !== id) throw refused('system', 'not-the-system-of-the-path');
    const at = new Date(statement.at);
    if (at.getTime() > this.now().getTime() + SKEW_MS) throw refused('at', 'invalid-time');
    return 'ended' in statement ? this.end(statement, text, at) : this.register(statement, text, at);
  }

  private async register(statement: Registration, text: string, at: Date): Promise<'stored' | 'same'> {
    const { system: id } = statement;
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
    if (outcome === 'staff') throw refused('system', 'id-of-staff');
    return outcome;
  }

  private async end({ system: id, authority }: End, text: string, at: Date): Promise<'stored' | 'same'> {
    const outcome = await this.systems.end({ id, authority, statement: text, statedAt: at });
    if (outcome === 'stale') throw refused('at', 'older-than-registered');
    if (outcome === 'unknown') throw refused('system', 'not-registered');
    return outcome;
  }
}

const wellFormed = (s: Statement): boolean =>
  typeof s === 'object' &&
  s !== null &&
  s.v === 1 &&
  isText(s.system, UUID) &&
  isText(s.authority, AUTHORITY_ID) &&
  isInstant(s.at) &&
  ('ended' in s ? isEnd(s) : isRegistration(s));

const isEnd = (s: End): boolean => Object.keys(s).sort().join() === END_MEMBERS && (s.ended as unknown) === true;

const isRegistration = (s: Registration): boolean =>
  MEMBERS.includes(Object.keys(s).sort().join()) &&
  typeof s.key === 'object' &&
  s.key !== null &&
  !Array.isArray(s.key) &&
  (s.scopes === undefined || isListOfTexts(s.scopes));

const isListOfTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length <= MOST_SCOPES && value.every((one) => typeof one === 'string');

/** @returns in our order; undefined where the statement leaves them as they are */
const scopesOf = ({ scopes }: Registration): readonly Scope[] | undefined => {
  if (scopes === undefined) return undefined;
  if (scopes.length === 0 || new Set(scopes).size !== scopes.length || !scopes.every(isScope))
    throw refused('scopes', 'invalid-scope');
  return ALL_SCOPES.filter((scope) => scopes.includes(scope));
};

const admitted = async (jwk: JWK): Promise<{ readonly kid: string; readonly jwk: JWK }> => {
  try {
    return await importPublic(jwk, 'system');
  } catch (error) {
    if (error instanceof EnvelopeError) throw refused('key', error.code);
    throw error;
  }
};

const refused = (path: string, code: string): GatewayError =>
  new GatewayError('REGISTRATION_REFUSED', { faults: [{ path, code }] });
