import type {
  DeliveryListItem,
  DeliveryView,
  HandledView,
  HandlingView,
  ListDeliveriesQueryDto,
  Page,
  ReceivedCaseQueryDto,
  ReceivedCaseView,
} from '#contracts';
import { isCorrection } from '../domain/correction.js';
import { GatewayError } from '../domain/errors.js';
import { gapsOf } from '../domain/gaps.js';
import { clocksOf, statusOf } from '../domain/handling.js';
import type { HandlingChange } from '../domain/handling.js';
import type { CaseDeliveries, DeliveryStore, ListedDelivery, StoredDelivery } from './ports/delivery.js';
import type { HandlingStore } from './ports/handling.js';
import type { ReceivedRetraction, RetractionStore } from './ports/retraction.js';
import type { Now } from './ports/time-and-ids.js';

/** What a recipient sees of its own deliveries. */
export class ReadDeliveries {
  constructor(
    private readonly store: DeliveryStore & CaseDeliveries,
    private readonly retractions: Pick<RetractionStore, 'received'>,
    private readonly handlings: Pick<HandlingStore, 'changes'>,
    private readonly now: Now,
  ) {}

  async list(authority: string, query: ListDeliveriesQueryDto): Promise<Page<DeliveryListItem>> {
    const { overdue, ...asked } = query;
    const rows = await this.store.list(authority, {
      ...asked,
      ...(overdue === undefined ? {} : { overdueAt: this.now() }),
    });
    // An empty page repeats the cursor it was asked with: whoever follows the list simply goes on from `next`.
    const next = rows.at(-1)?.cursor ?? query.after;
    return { items: await this.items(authority, rows), ...(next === undefined ? {} : { next }) };
  }

  /** What was received of a case, in the order of release, and which of it are not here. @throws {GatewayError} NOT_FOUND: nothing was */
  async ofCase(authority: string, caseId: string, { after, limit }: ReceivedCaseQueryDto): Promise<ReceivedCaseView> {
    const rows = await this.store.inOrder(authority, caseId, after, limit);
    const isKnown = rows.length > 0 || (await this.store.inOrder(authority, caseId, 0, 1)).length > 0;
    if (!isKnown) throw new GatewayError('NOT_FOUND');
    const numbers = rows.map(({ deliveryNumber }) => deliveryNumber);
    return {
      caseId,
      items: await this.items(authority, rows),
      missing: gapsOf(after, numbers),
      next: numbers.at(-1) ?? after,
    };
  }

  private async items(authority: string, rows: readonly ListedDelivery[]): Promise<readonly DeliveryListItem[]> {
    const now = this.now();
    const ids = rows.map(({ messageId }) => messageId);
    const retracted = new Map((await this.retractions.received(authority, ids)).map((one) => [one.messageId, one.at]));
    const handlings = await this.handlings.changes(authority, ids);
    return rows.map((row) => itemOf(row, handlings.get(row.messageId) ?? [], now, retracted.get(row.messageId)));
  }

  /** @throws {GatewayError} NOT_FOUND */
  async read(authority: string, messageId: string): Promise<DeliveryView> {
    const delivery = await this.store.find(authority, messageId);
    if (delivery === undefined) throw new GatewayError('NOT_FOUND');
    const { document, manifest, decision, blind, proof, registration, content, attachments, sentAt, verdict } =
      delivery.detail;
    const receipts = await this.store.receipts(authority, messageId);
    const [retracted] = await this.retractions.received(authority, [messageId]);
    const changes = (await this.handlings.changes(authority, [messageId])).get(messageId) ?? [];
    return {
      ...itemOf(delivery, changes, this.now(), retracted?.at),
      handlingChanges: changes.map(changeView),
      ...(retracted === undefined ? {} : { retracted: retractedView(retracted) }),
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

const changeView = ({ status, at, system }: HandlingChange): HandledView['changes'][number] => ({
  status,
  at: at.toISOString(),
  ...(system === undefined ? {} : { system }),
});

/** Nobody is waited for of what is erased or taken back. */
const handlingView = (
  delivery: Pick<ListedDelivery, 'type' | 'receivedAt' | 'takenUpBy' | 'erasedAt'>,
  changes: readonly HandlingChange[],
  now: Date,
  retractedAt: Date | undefined,
): HandlingView => {
  const status = statusOf(changes);
  const clocks = delivery.erasedAt === undefined && retractedAt === undefined ? clocksOf(delivery, status) : [];
  return {
    status,
    changedAt: (changes.at(-1)?.at ?? delivery.receivedAt).toISOString(),
    due: clocks.map(({ what, at }) => ({ what, at: at.toISOString(), overdue: at <= now })),
  };
};

/** @param changes oldest first */
export const handledView = (
  delivery: Pick<StoredDelivery, 'type' | 'receivedAt' | 'takenUpBy'>,
  changes: readonly HandlingChange[],
  now: Date,
  retractedAt: Date | undefined,
): HandledView => ({ ...handlingView(delivery, changes, now, retractedAt), changes: changes.map(changeView) });

const itemOf = (
  row: Omit<ListedDelivery, 'cursor'>,
  changes: readonly HandlingChange[],
  now: Date,
  retractedAt: Date | undefined,
): DeliveryListItem => ({
  id: row.messageId,
  attempt: row.attempt,
  caseId: row.caseId,
  type: row.type,
  sender: row.sender,
  recipientFunction: row.function,
  deliveryNumber: row.deliveryNumber,
  receivedAt: row.receivedAt.toISOString(),
  handling: handlingView(row, changes, now, retractedAt),
  ...(row.erasedAt === undefined ? {} : { erasedAt: row.erasedAt.toISOString() }),
  ...(retractedAt === undefined ? {} : { retractedAt: retractedAt.toISOString() }),
});
