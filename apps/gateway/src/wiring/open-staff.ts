import { randomBytes } from 'node:crypto';
import { Login, RelyingParty, readIssuers } from '#login';
import type { LoginStore } from '#login';
import type { StaffStore } from '../application/ports/staff.js';
import type { GatewayConfig } from '../gateway.config.js';
import { StaffAccess } from '../http/staff-access.js';

/** Puts together how staff log in here. @throws {Error} when an issuer of the file is pinned to no participant */
export async function openStaff(
  config: GatewayConfig,
  staff: Pick<StaffStore, 'find'>,
  store: LoginStore,
  hosted: () => readonly string[],
  now: () => Date,
): Promise<StaffAccess> {
  const { LOGIN_ISSUERS_FILE: file, GATEWAY_ID: gateway, DELGE_ENVIRONMENT: environment, PUBLIC_URL: url } = config;
  const places = { redirectUri: `${url}/staff/callback`, postLogoutUri: `${url}/staff` };
  const issuers = file === undefined ? [] : await readIssuers(file, environment, places);
  const pinned = issuers.map(({ issuer, participant }) => {
    if (participant === undefined) throw new Error(`${file}: an issuer is pinned to no participant`);
    return { issuer, participant };
  });
  const time = (): number => now().getTime();
  const login = new Login(
    issuers.map((settings) => new RelyingParty(settings, time, issuers.length > 1)),
    store,
    time,
    () => randomBytes(32),
  );
  return new StaffAccess(login, staff, pinned, hosted, gateway, url.startsWith('https:'));
}
