export { openConnection } from './connection.js';
export { HoldError, PublishError, QuarantineError } from './errors.js';
export { claimInbox, claimInboxes, inboxHasId, inboxHolds } from './inbox.js';
export {
  HANDED_LEASE_S,
  enqueue,
  enqueueAll,
  isHanded,
  messagingTablesSql,
  ofKeySql,
  shortBoxesSql,
  waitingByKeySql,
  waitingKeysSql,
  type Handing,
  type OutboxRow,
} from './outbox.js';
export { OutboxRoom, type RoomLimits } from './outbox-room.js';
export { ConfirmPublisher, type Publication } from './publisher.js';
export { OutboxRelay, claimSql, type RelayOptions } from './relay.js';
export { Suspects, suspectRunTableSql, suspectTableSql } from './suspects.js';
export { settlementOf, type Settlement } from './settlement.js';
export {
  EXCHANGE_QUEUE,
  IN_EXCHANGE,
  OUT_EXCHANGE,
  QUARANTINE_QUEUE,
  declareTopology,
  exchangePermissions,
  gatewayAccount,
  gatewayDeliveryKey,
  gatewayPermissions,
  gatewayQueue,
  gatewayRoutingKey,
  topology,
  type Permissions,
  type Topology,
} from './topology.js';
export type { IncomingMessage } from './incoming.js';
export { DisclosureTransport, type TransportOptions } from './transport.js';
