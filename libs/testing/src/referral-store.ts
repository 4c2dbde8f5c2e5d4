import { advanceBy } from '../../../apps/gateway/src/domain/message-state.js';
import type { DueStore, Dues, MessageDue } from '../../../apps/gateway/src/application/ports/due.js';
import type { NewIncident } from '../../../apps/gateway/src/application/ports/incident.js';
import type { Outgoing } from '../../../apps/gateway/src/application/ports/outgoing.js';
import type {
  AwaitingKey,
  ListedReferral,
  MessageOutline,
  ReferralStore,
  StoredMessage,
  StoredReferral,
  StoredRefusal,
  StoredStatement,
} from '../../../apps/gateway/src/application/ports/referral.js';

/** ReferralStore in memory, with the transactions of the real one: each method changes everything or nothing. */
export class MemoryReferralStore implements ReferralStore, Pick<DueStore, 'open'> {
  readonly outbox: Outgoing[] = [];
  readonly refusals: StoredRefusal[] = [];
  readonly incidents: NewIncident[] = [];
  readonly dues: (Dues & { readonly messageId: string })[] = [];
  private readonly referrals = new Map<string, StoredReferral>();
  private readonly kept = new Map<string, StoredStatement>();

  find(authority: string, id: string): Promise<StoredReferral | undefined> {
    return Promise.resolve(this.referrals.get(`${authority} ${id}`));
  }

  put(
    referral: StoredReferral,
    expected: string | undefined,
    outgoing: readonly Outgoing[],
    refusals: readonly StoredRefusal[],
  ): Promise<boolean> {
    const key = `${referral.authority} ${referral.id}`;
    const before = this.referrals.get(key);
    const free = expected === undefined ? before === undefined : before?.version === expected;
    if (!free || before?.phase === 'accepted') return Promise.resolve(false);
    this.referrals.set(key, referral);
    this.outbox.push(...outgoing);
    this.keep(refusals);
    return Promise.resolve(true);
  }

  refuse(_authority: string, refusals: readonly StoredRefusal[]): Promise<void> {
    this.keep(refusals);
    return Promise.resolve();
  }

  withdraw(authority: string, id: string, at: Date): Promise<'withdrawn' | 'too-late' | 'not-found'> {
    const found = this.referrals.get(`${authority} ${id}`);
    if (found === undefined) return Promise.resolve('not-found');
    const waiting = found.messages.map(({ outboxId }) => this.outbox.findIndex((row) => row.id === outboxId));
    if (found.phase === 'accepted' && waiting.includes(-1)) return Promise.resolve('too-late');
    for (const index of waiting.toSorted((a, b) => b - a)) if (index >= 0) this.outbox.splice(index, 1);
    const messages = found.messages.map((message) => ({ ...message, state: 'withdrawn' as const, changedAt: at }));
    const phase = found.phase === 'draft' ? 'lapsed' : found.phase;
    this.referrals.set(`${authority} ${id}`, { ...found, phase, messages });
    return Promise.resolve('withdrawn');
  }

  list(authority: string): Promise<readonly ListedReferral[]> {
    const own = [...this.referrals.values()].filter((referral) => referral.authority === authority);
    return Promise.resolve(own.map((referral, at) => ({ ...referral, cursor: `1.${at}` })));
  }

  statements(_authority: string, messageIds: readonly string[]): Promise<readonly StoredStatement[]> {
    return Promise.resolve([...this.kept.values()].filter(({ messageId }) => messageIds.includes(messageId)));
  }

  refusalsOf(_authority: string, messageId: string): Promise<readonly string[]> {
    const own = this.refusals.filter((refusal) => refusal.messageId === messageId);
    return Promise.resolve(own.map(({ statement }) => statement));
  }

  findMessage(authority: string, messageId: string): Promise<StoredMessage | undefined> {
    const own = [...this.referrals.values()].filter((referral) => referral.authority === authority);
    return Promise.resolve(own.flatMap(({ messages }) => messages).find((message) => message.messageId === messageId));
  }

  async outline(authority: string, messageId: string): Promise<MessageOutline | undefined> {
    const message = await this.findMessage(authority, messageId);
    const isOf = ({ messages }: StoredReferral): boolean => messages.some((one) => one.messageId === messageId);
    const type = [...this.referrals.values()].find((one) => one.authority === authority && isOf(one))?.type ?? '';
    return message === undefined ? undefined : { ...message, type };
  }

  record(
    authority: string,
    statement: StoredStatement,
    fact: Parameters<ReferralStore['record']>[2],
    dues?: Dues,
    incident?: NewIncident,
  ): Promise<'recorded' | 'unknown'> {
    const { messageId, entryId } = statement;
    const holds = (referral: StoredReferral): boolean => referral.messages.some((m) => m.messageId === messageId);
    const found = [...this.referrals].find(([, referral]) => referral.authority === authority && holds(referral));
    if (found === undefined && !this.refusals.some((refusal) => refusal.messageId === messageId))
      return Promise.resolve('unknown');
    if (found !== undefined && incident !== undefined) this.incidents.push(incident);
    if (found !== undefined && dues !== undefined) this.dues.push({ ...dues, messageId });
    this.kept.set(entryId, { ...statement, ...this.kept.get(entryId) });
    if (found !== undefined && fact !== undefined) {
      const moved = (message: StoredMessage): StoredMessage =>
        message.messageId === messageId ? { ...message, state: advanceBy(message, fact, statement.attempt) } : message;
      this.referrals.set(found[0], { ...found[1], messages: found[1].messages.map(moved) });
    }
    return Promise.resolve('recorded');
  }

  open(_authority: string, messageIds: readonly string[]): Promise<readonly MessageDue[]> {
    const own = this.dues.filter(({ messageId }) => messageIds.includes(messageId));
    const met = new Set(own.flatMap(({ messageId, met: all = [] }) => all.map((what) => `${messageId} ${what}`)));
    const set = own.flatMap(({ messageId, set: all = [] }) => all.map((due) => ({ ...due, messageId })));
    return Promise.resolve(set.filter(({ messageId, what }) => !met.has(`${messageId} ${what}`)));
  }

  awaitingKey(authority: string): Promise<readonly AwaitingKey[]> {
    const own = [...this.referrals.values()].filter((referral) => referral.authority === authority);
    const of = ({ id, messages }: StoredReferral): AwaitingKey[] =>
      messages.filter(({ state }) => state === 'awaiting-key').map(({ messageId }) => ({ referralId: id, messageId }));
    return Promise.resolve(own.flatMap(of));
  }

  sealedAgain(authority: string, message: StoredMessage, outgoing: Outgoing): Promise<boolean> {
    return this.replaced(authority, message.messageId, message.attempt - 1, (before) => {
      this.outbox.push(outgoing);
      const { attempt, manifestSha256 = '', jweSha256 = '', detail, earlier = [] } = before;
      return { ...message, earlier: [...earlier, { attempt, manifestSha256, jweSha256, detail }] };
    });
  }

  refusedAgain(authority: string, message: StoredMessage, refusal: StoredRefusal): Promise<boolean> {
    return this.replaced(authority, message.messageId, message.attempt, () => {
      this.keep([refusal]);
      return { ...message, state: 'refused' };
    });
  }

  private replaced(
    authority: string,
    messageId: string,
    attempt: number,
    next: (before: StoredMessage) => StoredMessage,
  ): Promise<boolean> {
    for (const [key, referral] of this.referrals) {
      const at = referral.messages.findIndex(
        (one) => one.messageId === messageId && one.attempt === attempt && one.state === 'awaiting-key',
      );
      const before = referral.messages[at];
      if (referral.authority !== authority || before === undefined) continue;
      this.referrals.set(key, { ...referral, messages: referral.messages.with(at, next(before)) });
      return Promise.resolve(true);
    }
    return Promise.resolve(false);
  }

  expire(): Promise<{ readonly drafts: number; readonly messages: number }> {
    return Promise.resolve({ drafts: 0, messages: 0 });
  }

  private keep(refusals: readonly StoredRefusal[]): void {
    for (const refusal of refusals) {
      if (this.refusals.some(({ fingerprint }) => fingerprint === refusal.fingerprint)) continue;
      this.refusals.push(refusal);
      this.outbox.push(refusal.outgoing);
    }
  }
}
