export { LoginCookie } from './cookies.js';
export { LoginError, type LoginErrorCode } from './errors.js';
export { readIssuers, type PinnedIssuer } from './issuers-file.js';
export {
  LOGIN_LIMITS,
  Login,
  csrfToken,
  isCsrfToken,
  isOwnPath,
  type LoginLimits,
  type LoginStore,
  type Session,
} from './login.js';
export { LOA_3, type Person } from './person.js';
export { isPersonalNumber } from './personal-number.js';
export { RelyingParty, type Attempt, type IssuerSettings } from './relying-party.js';
