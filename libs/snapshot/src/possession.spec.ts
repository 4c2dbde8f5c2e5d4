import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { generateKey, localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { aWorld, publicJwk } from '#testing';
import type { World } from '#testing';
import { nodeSha256 } from '#tlog/build';
import {
  KeysLog,
  SnapshotError,
  broughtKeys,
  countersign,
  entryOf,
  possessorsOf,
  provePossession,
  signStatement,
} from './index.js';
import type { StatementBody } from './index.js';

type Lines = (first: string) => Promise<readonly string[]>;
const none: Lines = () => Promise.resolve([]);
const by =
  (...keys: readonly PrivateKey[]): Lines =>
  (first) =>
    Promise.all(keys.map((key) => provePossession(first, localSigner(key))));

/** An entry of Linköping's with these lines between its own and the operators'. */
const entry = async (world: World, body: StatementBody, lines: Lines): Promise<Uint8Array> => {
  const statement = { ...body, env: world.environment, id: randomUUID(), issuedAt: '2026-11-24T08:00:00.000Z' };
  const first = await signStatement(statement, localSigner(world.keys.administrators['linkoping'] as PrivateKey));
  const operators = await Promise.all(world.keys.operators.map((key) => countersign(first, localSigner(key))));
  return entryOf([first, ...(await lines(first)), ...operators]);
};
/** What the log says of it, whether it comes alone or with all before it. */
const answer = async (world: World, body: StatementBody, lines: Lines): Promise<string> => {
  const item = await entry(world, body, lines);
  const codes = [false, true].map(async (together) => {
    const log = KeysLog.empty(world.trust, nodeSha256);
    try {
      if (together) await log.appendAll([...world.entries, item]);
      else {
        await log.appendAll(world.entries);
        await log.append(item);
      }
      return 'taken';
    } catch (error) {
      if (error instanceof SnapshotError) return error.code;
      throw error;
    }
  });
  const [alone, together] = await Promise.all(codes);
  return alone === together ? String(alone) : `${alone} or ${together}`;
};

describe('a key that is brought into the keys log', () => {
  it.each(['manifest', 'witness'] as const)('is taken with its own proof alone, a %s key', async (use) => {
    const world = await aWorld();
    const [key, other] = [await generateKey(use), await generateKey(use)];
    const body = { kind: 'key-added', holder: 'gateway:kommunerna', use, key: publicJwk(key) } as const;
    expect(await answer(world, body, none)).toBe('NOT_POSSESSED');
    expect(await answer(world, body, by(other))).toBe('NOT_POSSESSED');
    expect(await answer(world, body, by(key, other))).toBe('NOT_POSSESSED');
    expect(await answer(world, body, by(key, key))).toBe('NOT_POSSESSED');
    expect(await answer(world, body, by(key))).toBe('taken');
  });

  it('is not taken with a proof that was made for another statement, or is none', async () => {
    const world = await aWorld();
    const key = await generateKey('manifest');
    const body = { kind: 'key-added', holder: 'gateway:kommunerna', use: 'manifest', key: publicJwk(key) } as const;
    const of = await by(key)('eyJ.another.statement');
    expect(await answer(world, body, () => Promise.resolve(of))).toBe('MALFORMED_ENTRY');
    const bent: Lines = async (first) => {
      const [proof = ''] = await by(key)(first);
      return [`${proof.slice(0, -4)}AAAA`];
    };
    expect(await answer(world, body, bent)).toBe('NOT_POSSESSED');
    // A countersignature by the new key is no proof of possession: a token of one kind never passes for another.
    const other: Lines = async (first) => [await countersign(first, localSigner(key))];
    expect(await answer(world, body, other)).toBe('NOT_POSSESSED');
  });

  it('is not taken under the name of another algorithm', async () => {
    const world = await aWorld();
    const key = await generateKey('witness');
    const body = { kind: 'key-added', holder: 'gateway:kommunerna', use: 'witness', key: publicJwk(key) } as const;
    const renamed: Lines = async (first) => {
      const [proof = ''] = await by(key)(first);
      const [, payload, signature] = proof.split('.');
      const header = JSON.stringify({ alg: 'ES256', kid: key.kid, typ: 'delge-possession+jws' });
      return [`${Buffer.from(header).toString('base64url')}.${payload}.${signature}`];
    };
    expect(await answer(world, body, renamed)).toBe('NOT_POSSESSED');
  });

  it('is every one of an enrolment, but a sealing key, which signs nothing', async () => {
    const world = await aWorld();
    const [manifest, witness] = [await generateKey('manifest'), await generateKey('witness')];
    const gateway: StatementBody = {
      kind: 'gateway-enrolled',
      gateway: 'ny',
      operatedBy: 'linkoping',
      manifestKey: publicJwk(manifest),
      witnessKey: publicJwk(witness),
    };
    expect(await answer(world, gateway, by(manifest))).toBe('NOT_POSSESSED');
    expect(await answer(world, gateway, by(witness, manifest))).toBe('taken');
    const sealing = await generateKey('sealing');
    const holder = 'linkoping/socialnamnden';
    const added = { kind: 'key-added', holder, use: 'sealing', key: publicJwk(sealing) } as const;
    expect(await answer(world, added, none)).toBe('taken');
    expect(possessorsOf(broughtKeys(added), '')).toEqual([]);
  });
});
