import { EXCHANGE_QUEUE, claimInboxes, inboxHasId } from '#messaging';
import type { EntityManager } from 'typeorm';
import { StillHeld } from '../domain/errors.js';
import { schema } from '../persistence/index.js';
import { messages } from '../persistence/message.store.js';
import type { MessageKey, StoredMessage } from '../persistence/message.store.js';
import { quarantine } from '../persistence/quarantine.store.js';
import type { SetAsideMessage } from '../persistence/quarantine.store.js';
import { subjectHeld } from './about.js';
import { inboxIdOf } from './decide-message.js';

/** The exchange's own account at the broker. */
export const EXCHANGE_ACCOUNT = 'exchange';

/**
 * Ends the message that a row holds, in the transaction that discards it: no copy of it is decided on or delivered afterwards (design.md I1). Where that
 * cannot be said, nothing is discarded.
 * @param hosting gateway that hosts the sender now
 * @throws {StillHeld}
 */
export const endDiscarded = async (
  tx: EntityManager,
  held: SetAsideMessage,
  hosting: string | undefined,
  at: Date,
): Promise<void> => {
  const subject = messageHeld(held);
  if (subject === undefined) return;
  const { key, signed } = subject;
  if (isDelivery(held)) {
    const message = await messages.find(tx, key);
    if (message !== undefined) return endReleased(tx, held, message, at);
  }
  // Of an authority that another gateway speaks for: an id that a stranger used stays free for those whose it is.
  if (hosting !== undefined && hosting !== held.gateway) return;
  if (!(await claimed(tx, key, signed))) throw new StillHeld('decided');
  if (await messages.mayArrive(tx, key)) throw new StillHeld('other-attempt');
};

/** Whether something else stands under the id of what a row holds, so that the row can end alone. */
export const standsAlready = async (tx: EntityManager, held: SetAsideMessage): Promise<boolean> => {
  const subject = messageHeld(held);
  if (subject === undefined) return false;
  const { key } = subject;
  if (isDelivery(held)) return (await messages.find(tx, key))?.state !== 'released';
  return (await inboxHasId(tx, schema, 'message', inboxIdOf(key))) || messages.mayArrive(tx, key);
};

/** Whether its message was discarded: then it is given to nobody. */
export const isDiscarded = async (tx: EntityManager, held: SetAsideMessage): Promise<boolean> => {
  const subject = messageHeld(held);
  return subject !== undefined && (await messages.find(tx, subject.key))?.state === 'discarded';
};

/** What was released ends only when its recipient's gateway gave it back itself, and no other copy is known to be on its way. */
const endReleased = async (
  tx: EntityManager,
  held: SetAsideMessage,
  message: StoredMessage,
  at: Date,
): Promise<void> => {
  if (message.state !== 'released') throw new StillHeld('decided');
  // Whoever was stopped with it in hand may have committed before: then its receipt comes.
  const isGivenBack = held.reason === 'refused-by-gateway' && !(await quarantine.isUnderWay(tx, held));
  if (!isGivenBack) throw new StillHeld('may-be-received');
  await messages.move(tx, message, 'discarded', at);
};

/** What the exchange itself published to a gateway. */
const isDelivery = ({ queue, type, userId }: SetAsideMessage): boolean =>
  queue !== EXCHANGE_QUEUE && userId === EXCHANGE_ACCOUNT && type === 'delivery.released.v1';

/** The message that a row holds, where it is one and says which. */
const messageHeld = (held: SetAsideMessage): { readonly key: MessageKey; readonly signed: Uint8Array } | undefined => {
  const { sender, messageId, attempt, signed } = subjectHeld(held);
  const isMessage = (held.queue === EXCHANGE_QUEUE && held.type === 'message.submitted.v1') || isDelivery(held);
  if (!isMessage || sender === undefined || messageId === undefined || attempt === undefined || signed === undefined)
    return undefined;
  return { key: { sender, messageId, attempt }, signed };
};

/** As whoever decides on it claims it: a copy that comes later, or is in hand now, is known. */
const claimed = async (tx: EntityManager, key: MessageKey, digest: Uint8Array): Promise<boolean> => {
  const id = inboxIdOf(key);
  return (await claimInboxes(tx, schema, 'message', [{ id, digest }])).has(id);
};
