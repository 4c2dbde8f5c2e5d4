export { cooperationCommitment, cooperationJson, parseCooperation, type CooperationOpening } from './cooperation.js';
export { SnapshotError, type SnapshotErrorCode } from './errors.js';
export { KeysFeed, type KeysSource, type Newest } from './feed.js';
export { KeysLog } from './keys-log.js';
export { usesOf } from './rights.js';
export { signServiceToken, verifyServiceToken, type Audience } from './service-token.js';
export {
  Snapshot,
  type AuthorityRecord,
  type GatewayRecord,
  type KeyRecord,
  type ReleasedRuleSet,
} from './snapshot.js';
export { broughtKeys, possessorsOf, type BroughtKey } from './brought.js';
export { countersign, entryOf, parseEntry, provePossession, signEntry, signStatement, type Entry } from './entry.js';
export {
  REVOCATION_REASONS,
  addedUses,
  type EnrolledAuthority,
  type FunctionView,
  type ParticipantView,
  type RevocationReason,
  type Statement,
  type StatementBody,
} from './statement.js';
export { parseTrust, type Trust } from './trust.js';
