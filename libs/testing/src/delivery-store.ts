import { QuarantineError } from '#messaging';
import { mayFollow } from '../../../apps/gateway/src/application/give-receipt.js';
import type {
  DeliveryStore,
  ListedDelivery,
  StoredDelivery,
  StoredReceipt,
} from '../../../apps/gateway/src/application/ports/delivery.js';
import type { NewIncident } from '../../../apps/gateway/src/application/ports/incident.js';
import type { Outgoing } from '../../../apps/gateway/src/application/ports/outgoing.js';

type Rejection = Parameters<DeliveryStore['reject']>[1];

/** DeliveryStore in memory, with the transactions of the real one: each method changes everything or nothing. */
export class MemoryDeliveryStore implements DeliveryStore {
  readonly outbox: Outgoing[] = [];
  readonly incidents: NewIncident[] = [];
  readonly rejections: Rejection[] = [];
  readonly deliveries = new Map<string, StoredDelivery>();
  private readonly given = new Map<string, StoredReceipt[]>();
  /** Digest of the manifest by message id and attempt. */
  private readonly claims = new Map<string, string>();

  taken(authority: string, messageId: string): Promise<StoredDelivery | undefined> {
    return Promise.resolve(this.deliveries.get(`${authority} ${messageId}`));
  }

  receive(
    delivery: StoredDelivery,
    manifestSha256: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
  ): Promise<boolean> {
    const { authority, messageId, attempt } = delivery;
    if (this.rejections.some((rejection) => isOf(rejection, delivery))) return Promise.resolve(false);
    const claimed = this.claims.get(`${messageId}.${attempt}`);
    if (claimed !== undefined && claimed !== manifestSha256) return Promise.reject(new QuarantineError('id-reuse'));
    if (claimed !== undefined) return Promise.resolve(false);
    this.claims.set(`${messageId}.${attempt}`, manifestSha256);
    if (this.deliveries.has(`${authority} ${messageId}`)) return Promise.resolve(false);
    this.deliveries.set(`${authority} ${messageId}`, delivery);
    this.given.set(`${authority} ${messageId}`, [receipt]);
    this.outbox.push(outgoing);
    return Promise.resolve(true);
  }

  reject(authority: string, rejection: Rejection, outgoing: Outgoing): Promise<boolean> {
    const taken = this.deliveries.get(`${authority} ${rejection.messageId}`);
    if (taken !== undefined && taken.attempt >= rejection.attempt) return Promise.resolve(false);
    if (this.rejections.some((other) => isOf(other, rejection))) return Promise.resolve(false);
    this.rejections.push(rejection);
    this.outbox.push(outgoing);
    return Promise.resolve(true);
  }

  find(authority: string, messageId: string): Promise<StoredDelivery | undefined> {
    return Promise.resolve(this.deliveries.get(`${authority} ${messageId}`));
  }

  list(authority: string): Promise<readonly ListedDelivery[]> {
    const own = [...this.deliveries.values()].filter((delivery) => delivery.authority === authority);
    return Promise.resolve(own.map(({ detail: _secret, ...listed }, at) => ({ ...listed, cursor: `1.${at}` })));
  }

  receipts(authority: string, messageId: string): Promise<readonly StoredReceipt[]> {
    return Promise.resolve([...(this.given.get(`${authority} ${messageId}`) ?? [])]);
  }

  addReceipt(
    authority: string,
    messageId: string,
    receipt: StoredReceipt,
    outgoing: Outgoing,
    incident?: NewIncident,
  ): Promise<StoredReceipt | undefined> {
    const before = this.given.get(`${authority} ${messageId}`) ?? [];
    const earlier = before.find(({ kind }) => kind === receipt.kind);
    if (earlier !== undefined) return Promise.resolve(earlier);
    try {
      mayFollow(receipt.kind, before);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    this.given.set(`${authority} ${messageId}`, [...before, receipt]);
    if (incident !== undefined) this.incidents.push(incident);
    this.outbox.push(outgoing);
    return Promise.resolve(undefined);
  }
}

type Subject = Pick<StoredDelivery, 'messageId' | 'attempt' | 'decisionEntryId' | 'jweSha256'>;
const isOf = (rejection: Subject, of: Subject): boolean =>
  rejection.messageId === of.messageId &&
  rejection.attempt === of.attempt &&
  rejection.decisionEntryId === of.decisionEntryId &&
  rejection.jweSha256 === of.jweSha256;
