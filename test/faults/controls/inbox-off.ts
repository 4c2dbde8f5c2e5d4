import { PostgresDeliveryStore } from '../../../apps/gateway/src/persistence/delivery.store.js';
import { patch } from './patch.js';

/** A gateway that does not remember what it has received. The memory of its database is taken off beside it. */
patch<() => Promise<undefined>>(PostgresDeliveryStore, 'taken', () => () => Promise.resolve(undefined));
