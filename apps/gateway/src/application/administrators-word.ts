import { EnvelopeError, parseToken, signingByKnown } from '#envelope';
import type { Typ } from '#envelope';
import { parseStrict } from '#json';
import { GatewayError } from '../domain/errors.js';
import type { KeyStore } from '../keys/key-store.js';
import type { Law } from './law.js';
import type { Now } from './ports/time-and-ids.js';

/** What every statement of an administrator to a gateway says. */
export interface Said {
  readonly v: 1;
  readonly env: string;
  readonly authority: string;
  readonly at: string;
}

/** Statements signed by the administrator of an authority's participant: the signature is the caller's authentication. */
export class AdministratorsWord {
  constructor(
    private readonly law: Pick<Law, 'current'>,
    private readonly keys: Pick<KeyStore, 'gateway' | 'hosts'>,
    private readonly environment: string,
    private readonly now: Now,
  ) {}

  /**
   * @param text compact JWS
   * @throws {GatewayError} UNAUTHENTICATED for every failure of the signature, after the same work
   */
  async verified<T extends Said>(text: string, typ: Typ, isWellFormed: (statement: T) => boolean): Promise<T> {
    try {
      const { kid, payload } = parseToken(text, typ);
      const statement = parseStrict(payload) as unknown as T;
      if (!isWellFormed(statement)) throw unauthenticated('malformed');
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

/** A pattern alone would take a list of one text for the text. */
export const isText = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

const unauthenticated = (reason: string, cause?: unknown): GatewayError =>
  new GatewayError('UNAUTHENTICATED', { reason, cause });
