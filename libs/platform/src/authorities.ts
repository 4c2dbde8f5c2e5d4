import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

let others: SecureContext | undefined;

/**
 * From here on every server that this process connects to is believed when its certificate leads to one of these authorities, and to no other: RabbitMQ, PostgreSQL and HTTPS alike.
 * @param file certificates of authorities, PEM
 * @returns what is wrong with it, and then nothing has changed; undefined: nothing
 */
export function trustAuthorities(file: string): string | undefined {
  const certificates = certificatesIn(file);
  if (typeof certificates === 'string') return certificates;
  const known = getCACertificates('default');
  setDefaultCACertificates(certificates);
  others = createSecureContext({ ca: known });
  return undefined;
}

/** For servers of others, as targets of webhooks: the authorities that Node knows. Undefined: nothing else was said, and they are believed anyway. */
export const contextOfOthers = (): SecureContext | undefined => others;

const certificatesIn = (file: string): readonly string[] | string => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return 'cannot be read';
  }
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) return 'holds no certificate';
  return found.every(isOfAuthority) ? found : 'holds something else than certificates of authorities';
};

const isOfAuthority = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
};
