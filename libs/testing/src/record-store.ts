import type { RecordState } from '#contracts';
import type { Outgoing } from '../../../apps/gateway/src/application/ports/outgoing.js';
import type {
  ListedRecord,
  RecordNotice,
  RecordStore,
  StoredRecord,
} from '../../../apps/gateway/src/application/ports/record.js';

/** Records kept in memory, as the database keeps them. */
export class MemoryRecordStore implements RecordStore {
  readonly outbox: Outgoing[] = [];
  private readonly records = new Map<string, StoredRecord>();

  find(authority: string, id: string): Promise<StoredRecord | undefined> {
    return Promise.resolve(this.records.get(`${authority} ${id}`));
  }

  ofMessage(authority: string, messageId: string): Promise<StoredRecord | undefined> {
    const all = [...this.records.values()];
    return Promise.resolve(all.find((one) => one.authority === authority && one.messageId === messageId));
  }

  add(record: StoredRecord, outgoing: Outgoing): Promise<boolean> {
    const key = `${record.authority} ${record.id}`;
    if (this.records.has(key)) return Promise.resolve(false);
    this.records.set(key, record);
    this.outbox.push(outgoing);
    return Promise.resolve(true);
  }

  list(authority: string): Promise<readonly ListedRecord[]> {
    const own = [...this.records.values()].filter((one) => one.authority === authority);
    return Promise.resolve(own.map((one, at) => ({ ...one, cursor: `1.${at}` })));
  }

  told(authority: string, messageId: string, state: RecordState, notice: RecordNotice): Promise<void> {
    for (const [key, one] of this.records)
      if (one.authority === authority && one.messageId === messageId) this.records.set(key, { ...one, state, notice });
    return Promise.resolve();
  }
}
