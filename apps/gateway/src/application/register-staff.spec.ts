import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import { aGateway, aWorld } from '#testing';
import type { TestGateway, World } from '#testing';
import { GatewayError } from '../domain/errors.js';
import type { StaffStore, StatedMember } from './ports/staff.js';
import { RegisterStaff } from './register-staff.js';

const STAFF = '01930000-0000-7000-8000-00000000aaaa';
const AUTHORITY = 'linkoping/socialnamnden';
const ISSUER = 'https://idp.example';

let world: World;
let gateway: TestGateway;
let stored: StatedMember[];
let outcome: Awaited<ReturnType<StaffStore['put']>>;
beforeAll(async () => {
  world = await aWorld();
  gateway = await aGateway(world, 'kommunerna');
});
beforeEach(() => {
  [stored, outcome] = [[], 'stored'];
});

/** @returns what became of it, or where it was refused and why */
const put = async (change: object = {}): Promise<string> => {
  const store = {
    put: async (member: StatedMember) => {
      stored.push(member);
      return outcome;
    },
  };
  const pinned = [{ issuer: ISSUER, participant: 'linkoping' }];
  const staff = new RegisterStaff(store, gateway.law, gateway.keys, pinned, world.environment, world.clock.now);
  const said = {
    ...{ v: 1, env: 'sandbox', staff: STAFF, authority: AUTHORITY, issuer: ISSUER, subject: 'anna01@2120000449' },
    ...{ officer: 'LKP-1', office: 'handlaggare', mandate: 'delegation', scopes: ['referrals:read'], ended: false },
    at: world.clock.now().toISOString(),
    ...change,
  };
  const signer = localSigner(world.keys.administrators['linkoping'] as PrivateKey);
  const text = await signer.sign('delge-staff+jws', canonicalBytes(said));
  try {
    return await staff.execute(STAFF, text);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const [fault] = error.details.faults ?? [];
    return `${error.code} ${fault?.path} ${fault?.code}`;
  }
};

describe('an entry of staff', () => {
  it("is stored on the word of its participant's administrator", async () => {
    expect(await put()).toBe('stored');
    expect(stored).toMatchObject([{ id: STAFF, authority: AUTHORITY, officer: 'LKP-1', scopes: ['referrals:read'] }]);
  });

  it.each([
    ['subject', { subject: '189001019802@2120000449' }],
    ['subject', { subject: '900101-9802' }],
    ['officer', { officer: '19900101-9802' }],
  ])('has no personal number for a %s', async (path, change) => {
    expect(await put(change)).toBe(`REGISTRATION_REFUSED ${path} personal-number`);
    expect(stored).toEqual([]);
  });

  it('may have an organisation number in its subject', async () => {
    expect(await put({ subject: 'x@2120000449' })).toBe('stored');
    expect(await put({ subject: '2120000449' })).toBe('stored');
  });

  it('has the id of no system, nor of another officer', async () => {
    outcome = 'system';
    expect(await put()).toBe('REGISTRATION_REFUSED staff id-of-a-system');
    outcome = 'taken';
    expect(await put()).toBe('REGISTRATION_REFUSED staff registered-for-another');
  });
});
