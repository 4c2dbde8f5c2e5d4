import { readFileSync } from 'node:fs';
import { parseStrict } from '#json';
import { LOA_3 } from './person.js';
import type { IssuerSettings } from './relying-party.js';

/** An issuer of the file, and the participant whose people it speaks of: a slug, absent where the app has no participants. */
export interface PinnedIssuer extends IssuerSettings {
  readonly participant?: string;
}

const FIELDS = ['issuer', 'clientId', 'clientKeyFile', 'participant', 'organisation', 'acr'] as const;
type Entry = Readonly<Partial<Record<(typeof FIELDS)[number], unknown>>>;

/**
 * Reads the issuers that an app trusts: `{"issuers": [{"issuer", "clientId", "clientKeyFile"?, "participant"?, "organisation"?, "acr"?}]}`. `clientKeyFile` is
 * a private JWK (ES256, with `kid`) for `private_key_jwt`, `organisation` ten digits, `acr` a list, levels of assurance 3 when absent.
 * @param places addresses of the app that issuers send the browser to
 * @throws {Error} that names file and field, never a value
 */
export async function readIssuers(
  file: string,
  environment: string,
  places: Pick<IssuerSettings, 'redirectUri' | 'postLogoutUri'>,
): Promise<readonly PinnedIssuer[]> {
  const fault = (what: string): Error => new Error(`${file}: ${what}`);
  // Whoever listens would have the code, and the session's cookie.
  if (environment === 'production' && !places.redirectUri.startsWith('https://'))
    throw fault('people log in over https alone in production: PUBLIC_URL is not');
  const whole = parseStrict(readFileSync(file)) as { readonly issuers?: unknown };
  if (!Array.isArray(whole.issuers)) throw fault('"issuers" is not a list');
  const issuers = await Promise.all(
    whole.issuers.map(async (one: unknown, at): Promise<PinnedIssuer> => {
      const wrong = (field: string): Error => fault(`issuers[${at}].${field} is missing or wrong`);
      const entry = (typeof one === 'object' && one !== null ? one : {}) as Entry;
      const unknown = Object.keys(entry).find((field) => !(FIELDS as readonly string[]).includes(field));
      if (unknown !== undefined) throw fault(`issuers[${at}] has an unknown field`);
      const { issuer, clientId, clientKeyFile, participant, organisation, acr = [...LOA_3] } = entry;
      if (typeof issuer !== 'string' || !URL.canParse(issuer)) throw wrong('issuer');
      const { protocol, hostname } = new URL(issuer);
      // In clear only to a test provider on this machine.
      const insecure = protocol === 'http:' && LOOPBACK.includes(hostname) && environment !== 'production';
      if (protocol !== 'https:' && !insecure) throw wrong('issuer');
      if (typeof clientId !== 'string' || clientId === '') throw wrong('clientId');
      if (participant !== undefined && typeof participant !== 'string') throw wrong('participant');
      if (organisation !== undefined && !(typeof organisation === 'string' && /^\d{10}$/.test(organisation))) {
        throw wrong('organisation');
      }
      if (!isTexts(acr) || acr.length === 0) throw wrong('acr');
      if (clientKeyFile !== undefined && typeof clientKeyFile !== 'string') throw wrong('clientKeyFile');
      const clientKey = clientKeyFile === undefined ? undefined : await readClientKey(clientKeyFile);
      return {
        issuer,
        clientId,
        acr,
        insecure,
        ...places,
        ...(clientKey === undefined ? {} : { clientKey }),
        ...(participant === undefined ? {} : { participant }),
        ...(organisation === undefined ? {} : { organisation }),
      };
    }),
  );
  if (new Set(issuers.map(({ issuer }) => issuer)).size !== issuers.length) throw fault('an issuer stands twice');
  return issuers;
}

async function readClientKey(file: string): Promise<{ readonly key: CryptoKey; readonly kid: string }> {
  const jwk = parseStrict(readFileSync(file)) as JsonWebKey & { readonly kid?: unknown };
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || jwk.d === undefined || typeof jwk.kid !== 'string') {
    throw new Error(`${file}: not a private JWK on P-256 with a kid`);
  }
  const key = await crypto.subtle.importKey(
    'jwk',
    { kty: jwk.kty, crv: jwk.crv, x: jwk.x ?? '', y: jwk.y ?? '', d: jwk.d },
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  return { key, kid: jwk.kid };
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
