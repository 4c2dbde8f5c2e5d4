import type { ToGateway } from '#contracts';
import { canonicalBytes } from '#json';
import { OUT_EXCHANGE, gatewayDeliveryKey } from '#messaging';
import type { OutboxRow } from '#messaging';
import type { StoredDecision, StoredNotice } from '../persistence/entry.store.js';
import type { StoredMessage } from '../persistence/message.store.js';

/** A message to a gateway. */
export interface Told {
  readonly gateway: string;
  readonly type: ToGateway;
  readonly body: object;
}

export const outboxRow = ({ gateway, type, body }: Told, id: string): OutboxRow => ({
  id,
  exchange: OUT_EXCHANGE,
  routingKey: gatewayDeliveryKey(gateway),
  type,
  body: canonicalBytes(body),
});

const provenDecision = ({ decision, blind }: StoredDecision, proof: string) => ({
  decision,
  blind: blind.toString('base64url'),
  proof,
});
const provenNotice = ({ notice, blind }: StoredNotice, proof: string) => ({
  notice,
  blind: blind.toString('base64url'),
  proof,
});

/** The sender's gateway, of the decision. */
export const decidedTold = (
  decision: StoredDecision,
  { gateway, messageId, attempt }: StoredMessage,
  proof: string,
): Told => ({
  gateway,
  type: 'message.decided.v1',
  body: { messageId, attempt, ...provenDecision(decision, proof) },
});

/** The recipient's gateway: the message itself. */
export const releasedTold = (
  gateway: string,
  decision: StoredDecision,
  { manifest, jwe }: StoredMessage,
  proof: string,
  deliveryNumber: number,
): Told => ({
  gateway,
  type: 'delivery.released.v1',
  body: { manifest, jwe, ...provenDecision(decision, proof), deliveryNumber },
});

/** Of those, who is told depends on more than the notice. */
export const isOfRetraction = ({ kind }: StoredNotice): boolean =>
  kind === 'retraction-recorded' || kind === 'withdrawn';

export const retractionTold = (gateway: string, notice: StoredNotice, proof: string): Told => ({
  gateway,
  type: 'retraction.recorded.v1',
  body: { retraction: notice.statement, ...provenNotice(notice, proof) },
});

/** Any other notice; a receipt goes along with the one that took it into the log. */
export const noticeTold = (notice: StoredNotice, proof: string): Told => {
  const { kind, gateway, statement: receipt, sealed } = notice;
  const proven = provenNotice(notice, proof);
  if (kind !== 'receipt-recorded') return { gateway, type: 'notice.issued.v1', body: proven };
  if (receipt === undefined) throw new Error('a receipt notice without its receipt');
  const body = { receipt, ...(sealed === undefined ? {} : { sealed }), ...proven };
  return { gateway, type: 'receipt.recorded.v1', body };
};
