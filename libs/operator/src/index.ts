export { Cooperations } from './cooperations.js';
export { KeysFollower, type KeysSeen } from './keys-follower.js';
export { KEYS_SEEN_LOCK, KeysSeenStore, keysSeenTableSql } from './keys-seen.store.js';
export { LedgerKeys } from './ledger-keys.js';
export { OperatorClient, OperatorError, type Ask } from './operator-client.js';
export { readTrust } from './read-trust.js';
export { RuleSetStore, ruleSetTableSql } from './rule-sets.store.js';
export { RuleSets, type FetchRuleSet, type RuleSetsKept } from './rule-sets.js';
export { ServiceTokenGuard, type ServiceRequest } from './service-token.guard.js';
