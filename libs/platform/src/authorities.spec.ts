import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, rootCertificates, setDefaultCACertificates } from 'node:tls';
import { contextOfOthers, trustAuthorities } from './authorities.js';

/** `CA:FALSE`. */
const OF_NO_AUTHORITY = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBdDCCARqgAwIBAgIUekjHQPmCi71PTIpcAPUu/8PLqn4wCgYIKoZIzj0EAwIw',
  'ETEPMA0GA1UEAwwGbm9ib2R5MB4XDTI2MTEyOTE3MDkzMloXDTI2MTEzMDE3MDkz',
  'MlowETEPMA0GA1UEAwwGbm9ib2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE',
  'Tse/meFxkvGccm1Z1vTa3kIXM5WBB+q8Yb3uWFI5HfksVj+26z2RpooOwKPy28wQ',
  'L38mDrXNklDY4+Ie77MqZqNQME4wHQYDVR0OBBYEFIBU/gynoWSFVRDo/LfRVA6j',
  'DR1mMB8GA1UdIwQYMBaAFIBU/gynoWSFVRDo/LfRVA6jDR1mMAwGA1UdEwEB/wQC',
  'MAAwCgYIKoZIzj0EAwIDSAAwRQIgOpCTc0aqUjuZy7ZWMehTem+A5XWsfRUAZeUC',
  'nEQsvnECIQDOk+G1ERie74nIjPMusEy1IUIw0bzteXwe7FD7are0KA==',
  '-----END CERTIFICATE-----',
].join('\n');

const printsOf = (all: readonly string[]): readonly string[] =>
  [...new Set(all.map((pem) => new X509Certificate(pem).fingerprint256))].toSorted();

describe('the authorities that servers are believed by', () => {
  let folder: string;
  const known = getCACertificates('default');
  const file = (text: string): string => {
    const path = join(folder, 'authorities.pem');
    writeFileSync(path, text);
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'delge-authorities-'));
  });
  afterEach(() => setDefaultCACertificates(known));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, string]>([
    ['holds no certificate', ''],
    ['holds no certificate', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----'],
    ['holds something else than certificates of authorities', OF_NO_AUTHORITY],
    ['holds something else than certificates of authorities', `${rootCertificates[0]}\n${OF_NO_AUTHORITY}`],
    [
      'holds something else than certificates of authorities',
      '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----',
    ],
  ])('are not had from a file that %s', (fault, text) => {
    expect(trustAuthorities(file(text))).toBe(fault);
    expect(printsOf(getCACertificates('default'))).toEqual(printsOf(known));
    expect(contextOfOthers()).toBeUndefined();
  });

  it('are not had from a file that is not there', () => {
    expect(trustAuthorities(join(folder, 'nowhere.pem'))).toBe('cannot be read');
  });

  it('are those of the file alone, and for others those that Node knows', () => {
    const own = rootCertificates.slice(0, 2);
    expect(trustAuthorities(file(own.join('\n')))).toBeUndefined();
    expect(printsOf(getCACertificates('default'))).toEqual(printsOf(own));
    expect(contextOfOthers()).toBeDefined();
  });
});
