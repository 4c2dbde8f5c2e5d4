import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, localSigner, provesPossession, sha256Base64url } from '#envelope';
import type { PrivateKey } from '#envelope';
import { createKeyStore, gatewayContent, makeSecret, publicKeysOf } from '#keystore';
import type { PublicKeys } from '#keystore';
import { KeysLog, broughtKeys, parseEntry } from '#snapshot';
import type { StatementBody } from '#snapshot';
import { aWorld } from '#testing';
import type { World } from '#testing';
import { nodeSha256 } from '#tlog/build';
import { countersigned } from './countersign.js';
import { described } from './describe.js';
import { enrolment } from './enrol.js';
import { readRequest, requestOf, writeRequest } from './request.js';
import { heldOf, submit } from './submit.js';

const folder = mkdtempSync(join(tmpdir(), 'delge-keys-'));
const at = (name: string): string => join(folder, name);
const place = { file: at('ny.keystore'), secretFile: at('ny.secret') };
const [participantAbout, authorityAbout] = [
  { organisationNumber: '2120000449', nameSv: 'Nya kommunen', nameEn: 'New municipality' },
  {
    kind: 'socialnamnd',
    branches: [],
    nameSv: 'Socialnämnden',
    nameEn: 'Social committee',
    functions: [{ id: 'registrator', nameSv: 'Registrator', nameEn: 'Registry' }],
  },
];

let world: World;
let administrator: PrivateKey;
let publicKeys: PublicKeys;
/** A registry of the least kind: gives a challenge, looks at the answer, and takes what the log takes. */
let registry: { readonly server: Server; readonly url: string; readonly log: KeysLog };

beforeAll(async () => {
  world = await aWorld();
  administrator = await generateKey('administrator');
  makeSecret(place.secretFile);
  const content = await gatewayContent('ny', ['ny/socialnamnden'], new Date());
  await createKeyStore(place, content);
  publicKeys = await publicKeysOf(content);
  const log = KeysLog.empty(world.trust, nodeSha256);
  await log.appendAll(world.entries);
  const challenge = await generateKey('sealing');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/possession-challenge') {
        response.end(JSON.stringify({ key: challenge.jwk }));
        return;
      }
      const { statement, principal } = parseEntry(Buffer.concat(chunks));
      const [kid, code = ''] = String(request.headers['delge-possession']).split('.');
      const isProven = broughtKeys(statement).every(({ key, holder }) => {
        const claim = { env: statement.env, holder, statementSha256: sha256Base64url(principal.text) };
        return key.use !== 'sealing' || (kid === challenge.kid && provesPossession(code, challenge, key, claim));
      });
      log.append(Buffer.concat(chunks)).then(
        () => response.writeHead(isProven ? 201 : 422).end(),
        (error: unknown) => response.writeHead(422).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, log };
});
afterAll(() => {
  registry.server.close();
  rmSync(folder, { recursive: true });
});

/** Goes from hand to hand by one file, as on three machines. */
const stated = async (body: StatementBody, principal = administrator): Promise<string> => {
  const file = at(`${body.kind}.json`);
  writeRequest(file, [await requestOf(world.trust, body, localSigner(principal))]);
  for (const operator of world.keys.operators)
    writeRequest(file, await countersigned(readRequest(file), world.trust, localSigner(operator)));
  const request = readRequest(file);
  return submit(registry.url, request, await heldOf(request, place));
};

describe('who joins', () => {
  it('is enrolled by three hands and a file: participant, gateway, authority', async () => {
    const administratorKey = administrator.jwk;
    await stated(enrolment('participant:ny', { about: participantAbout, administratorKey }));
    await stated(enrolment('gateway:ny', { publicKeys, operatedBy: 'ny', expiresOn: '2030-01-01' }));
    await stated(enrolment('ny/socialnamnden', { publicKeys, about: authorityAbout }));
    const snapshot = registry.log.at(registry.log.size);
    expect(snapshot.authority('ny/socialnamnden')).toMatchObject({ participant: 'ny', gateway: 'ny' });
    const { manifest, authorities } = publicKeys;
    expect(snapshot.key(manifest.kid)).toMatchObject({ holder: 'gateway:ny', expiresOn: '2030-01-01' });
    expect(snapshot.key(authorities['ny/socialnamnden']?.sealing.kid ?? '')).toMatchObject({ use: 'sealing' });
  });

  it.each<[string, string, Parameters<typeof enrolment>[1]]>([
    ['participant:ny', '--about', {}],
    ['gateway:ny', '--public', {}],
  ])('%s is asked for what is missing: %s', (holder, option, given) => {
    expect(() => enrolment(holder, given)).toThrow(option);
  });

  it('is told when the file has the keys of others', () => {
    expect(() => enrolment('gateway:annan', { publicKeys, operatedBy: 'ny' })).toThrow('gateway ny');
    expect(() => enrolment('fk/forsakringskassan', { publicKeys, about: authorityAbout })).toThrow('ny/socialnamnden');
    expect(() => enrolment('gateway:ny', { publicKeys })).toThrow('--operated-by');
  });
});

describe('an operator', () => {
  const one = (): Promise<string> =>
    requestOf(world.trust, { kind: 'key-revoked', kid: 'A'.repeat(43), reason: 'lost' }, localSigner(administrator));

  it('reads in two languages what is signed, with every key that it brings', async () => {
    const file = at('shown.json');
    const body = enrolment('ny/socialnamnden', { publicKeys, about: authorityAbout, expiresOn: '2030-01-01' });
    const line = await requestOf(world.trust, body, localSigner(administrator));
    writeRequest(file, [line]);
    const text = described(readRequest(file).entry).join('\n');
    const { document, sealing } = publicKeys.authorities['ny/socialnamnden'] ?? {};
    for (const part of [
      'Socialnämnden (ny/socialnamnden',
      'Social committee (ny/socialnamnden',
      `document  ${document?.kid}`,
      `sealing  ${sealing?.kid}`,
      '2030-01-01',
      administrator.kid,
      sha256Base64url(line),
    ])
      expect(text).toContain(part);
  });

  it('signs once, for the environment of its own trust.json, and nobody else does', async () => {
    const file = at('once.json');
    writeRequest(file, [await one()]);
    const [operator] = world.keys.operators;
    writeRequest(file, await countersigned(readRequest(file), world.trust, localSigner(operator)));
    const again = countersigned(readRequest(file), world.trust, localSigner(operator));
    await expect(again).rejects.toThrow('already');
    const stranger = localSigner(await generateKey('operator'));
    await expect(countersigned(readRequest(file), world.trust, stranger)).rejects.toThrow('does not name');
    const other = { ...world.trust, environment: 'production' };
    await expect(countersigned(readRequest(file), other, localSigner(operator))).rejects.toThrow('production');
  });
});

describe('a request', () => {
  it('is submitted only where the private halves lie', async () => {
    const file = at('elsewhere.json');
    const key = await generateKey('sealing');
    const body = { kind: 'key-added', holder: 'ny/socialnamnden', use: 'sealing', key: key.jwk } as StatementBody;
    writeRequest(file, [await requestOf(world.trust, body, localSigner(administrator))]);
    const request = readRequest(file);
    const size = registry.log.size;
    await expect(submit(registry.url, request, await heldOf(request, place))).rejects.toThrow('--store');
    const document = await generateKey('document');
    const added = { ...body, use: 'document', key: document.jwk } as StatementBody;
    writeRequest(file, [await requestOf(world.trust, added, localSigner(administrator))]);
    await expect(submit(registry.url, readRequest(file), [])).rejects.toThrow(document.kid);
    expect(registry.log.size).toBe(size);
  });

  it('is a file of its own kind, with nothing secret in it', () => {
    writeFileSync(at('other.json'), '{"v":2}');
    expect(() => readRequest(at('other.json'))).toThrow('no request');
    const text = readFileSync(at('authority-enrolled.json'), 'utf8');
    const lines = (JSON.parse(text) as { readonly lines: readonly string[] }).lines;
    expect(lines).toHaveLength(3);
    expect(text).not.toContain('"d"');
  });
});
