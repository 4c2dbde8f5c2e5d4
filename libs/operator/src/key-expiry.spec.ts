import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import { EventLog } from '#platform';
import { aWorld, publicJwk } from '#testing';
import type { World } from '#testing';
import { KeyExpiry, expiring } from './key-expiry.js';

describe('how near the end of a key is', () => {
  it.each<[string, string, ReturnType<typeof expiring>]>([
    // Days begin at midnight in Stockholm: 23:00 UTC in winter, 22:00 in summer.
    ['2027-01-31', '2026-12-31T22:59:59.999Z', undefined],
    ['2027-01-31', '2026-12-31T23:00:00.000Z', 'expires-in-30-days'],
    ['2027-01-31', '2027-01-23T22:59:59.999Z', 'expires-in-30-days'],
    ['2027-01-31', '2027-01-23T23:00:00.000Z', 'expires-in-7-days'],
    ['2027-01-31', '2027-01-29T22:59:59.999Z', 'expires-in-7-days'],
    ['2027-01-31', '2027-01-29T23:00:00.000Z', 'expires-in-1-day'],
    ['2027-01-31', '2027-01-30T22:59:59.999Z', 'expires-in-1-day'],
    ['2027-01-31', '2027-01-30T23:00:00.000Z', 'expired'],
    ['2027-03-29', '2027-03-27T22:59:59.999Z', 'expires-in-7-days'],
    ['2027-03-29', '2027-03-28T21:59:59.999Z', 'expires-in-1-day'],
    ['2027-03-29', '2027-03-28T22:00:00.000Z', 'expired'],
  ])('of %s at %s: %s', (expiresOn, now, code) => {
    expect(expiring(expiresOn, new Date(now))).toBe(code);
  });

  it('is nothing for one that does not expire', () => {
    expect(expiring(undefined, new Date('9999-01-01T00:00:00Z'))).toBeUndefined();
  });
});

describe('who goes by keys that expire', () => {
  const HOLDER = 'fk/forsakringskassan';
  const GATEWAY = 'gateway:myndigheterna';
  let world: World;
  let key: PrivateKey;
  const add = async (use: 'sealing' | 'manifest', holder: string, expiresOn?: string): Promise<PrivateKey> => {
    const made = await generateKey(use);
    const body = { kind: 'key-added', holder, use, key: publicJwk(made) } as const;
    const participant = world.snapshot.gateway('myndigheterna')?.operatedBy ?? '';
    const administrator = world.keys.administrators[holder === HOLDER ? 'fk' : participant] as PrivateKey;
    await world.state({ ...body, ...(expiresOn === undefined ? {} : { expiresOn }) }, administrator);
    return made;
  };
  const watching = (now: () => Date) => {
    const lines: Record<string, unknown>[] = [];
    const log = new EventLog('test', 'info', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    return {
      lines,
      expiry: new KeyExpiry(
        () => world.snapshot,
        () => [GATEWAY, HOLDER],
        log,
        now,
      ),
    };
  };

  beforeAll(async () => {
    world = await aWorld();
    const { sealings, manifests } = world.keys;
    key = await add('sealing', HOLDER, '2027-01-31');
    await world.revoke(sealings[HOLDER]?.kid ?? '', 'fk');
    await add('manifest', GATEWAY, '2027-06-01');
    await world.revoke(
      manifests['myndigheterna']?.kid ?? '',
      world.snapshot.gateway('myndigheterna')?.operatedBy ?? '',
    );
  });

  it('is told once for each threshold, and when it has happened', () => {
    let now = new Date('2026-12-01T08:00:00.000Z');
    const { expiry, lines } = watching(() => now);
    const after = (time: string): unknown => {
      now = new Date(time);
      expiry.look();
      expiry.look();
      return [
        expiry.warning(),
        lines.map(({ level, code, kid }) => `${String(level)} ${String(code)} ${kid === key.kid}`),
      ];
    };
    expect(after('2026-12-31T22:59:59Z')).toEqual([undefined, []]);
    const told = ['warn expires-in-30-days true'];
    expect(after('2026-12-31T23:00:00Z')).toEqual(['expires-in-30-days', told]);
    told.push('warn expires-in-7-days true');
    expect(after('2027-01-24T12:00:00Z')).toEqual(['expires-in-7-days', told]);
    told.push('error expires-in-1-day true');
    expect(after('2027-01-30T12:00:00Z')).toEqual(['expires-in-1-day', told]);
    told.push('error expired true');
    expect(after('2027-01-31T12:00:00Z')).toEqual(['expired', told]);
    expect(lines[0]).toMatchObject({ event: 'key.expiring', type: 'sealing', authorityId: HOLDER });
  });

  it('has nothing to fear from a key that another outlives', async () => {
    const now = new Date('2027-01-30T12:00:00Z');
    expect(watching(() => now).expiry.warning()).toBe('expires-in-1-day');
    await add('sealing', HOLDER);
    expect(watching(() => now).expiry.warning()).toBeUndefined();
    const { expiry, lines } = watching(() => new Date('2027-05-31T12:00:00Z'));
    expiry.look();
    expect(lines).toMatchObject([{ code: 'expires-in-1-day', type: 'manifest', gatewayId: 'myndigheterna' }]);
  });
});
