import type { DeliveryListItem, DeliveryView, ListDeliveriesQueryDto, Page } from '#contracts';
import { isCorrection } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import type { DeliveryStore, ListedDelivery, ReceivedRetraction, RetractionStore, StoredDelivery } from './ports.js';

/** What a recipient sees of its own deliveries. */
export class ReadDeliveries {
  constructor(
    private readonly store: DeliveryStore,
    private readonly retractions: Pick<RetractionStore, 'received'>,
  ) {}

  async list(authority: string, query: ListDeliveriesQueryDto): Promise<Page<DeliveryListItem>> {
    const rows = await this.store.list(authority, query);
    // An empty page repeats the cursor it was asked with: whoever follows the list simply goes on from `next`.
    const next = rows.at(-1)?.cursor ?? query.after;
    const ids = rows.map(({ messageId }) => messageId);
    const retracted = new Map((await this.retractions.received(authority, ids)).map((one) => [one.messageId, one.at]));
    const items = rows.map((row) => {
      const at = retracted.get(row.messageId);
      return { ...itemOf(row), ...(at === undefined ? {} : { retractedAt: at.toISOString() }) };
    });
    return { items, ...(next === undefined ? {} : { next }) };
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, messageId: string): Promise<DeliveryView> {
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const { document, manifest, decision, blind, proof, registration, content, attachments, sentAt, verdict } =
      delivery.detail;
    const receipts = await this.store.receipts(authority, messageId);
    const [retracted] = await this.retractions.received(authority, [messageId]);
    return {
      ...itemOf(delivery),
      ...(retracted === undefined
        ? {}
        : { retractedAt: retracted.at.toISOString(), retracted: retractedView(retracted) }),
      ...(await this.corrects(authority, delivery)),
      registration,
      content,
      // Without the key: a system reads what the gateway opens for it.
      ...(attachments === undefined ? {} : { attachments: attachments.map(({ key: _key, ...told }) => told) }),
      sentAt,
      verdict,
      evidence: { document, manifest, decision, blind, proof },
      receipts: receipts.map(({ receiptId, kind, at, receipt, detail }) => ({
        receiptId,
        kind,
        at: at.toISOString(),
        receipt,
        ...detail,
      })),
    };
  }

  private async corrects(
    authority: string,
    { type, sender, detail }: StoredDelivery,
  ): Promise<Pick<DeliveryView, 'corrects'>> {
    const { corrects: messageId } = detail.content as { readonly corrects?: unknown };
    if (!isCorrection(type) || typeof messageId !== 'string') return {};
    const original = await this.store.taken(authority, messageId);
    return { corrects: { messageId, bound: original?.sender === sender } };
  }
}

const retractedView = ({
  retractionId,
  reason,
  receivedAt,
  statement,
  notice,
  blind,
  proof,
}: ReceivedRetraction): NonNullable<DeliveryView['retracted']> => ({
  retractionId,
  reason,
  receivedAt: receivedAt.toISOString(),
  entry: notice,
  statement,
  blind,
  proof,
});

const itemOf = (row: Omit<ListedDelivery, 'cursor'>): DeliveryListItem => ({
  id: row.messageId,
  attempt: row.attempt,
  caseId: row.caseId,
  type: row.type,
  sender: row.sender,
  recipientFunction: row.function,
  deliveryNumber: row.deliveryNumber,
  receivedAt: row.receivedAt.toISOString(),
  ...(row.erasedAt === undefined ? {} : { erasedAt: row.erasedAt.toISOString() }),
});
