export { Cooperations } from './cooperations.js';
export { KeysFollower, type KeysSeen } from './keys-follower.js';
export { LedgerKeys } from './ledger-keys.js';
export { OperatorClient, OperatorError, type Ask } from './operator-client.js';
export { ServiceTokenGuard, type ServiceRequest } from './service-token.guard.js';
