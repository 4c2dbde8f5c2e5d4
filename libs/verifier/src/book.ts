import type { Hold } from '#envelope';
import { stockholmDate } from '#legal-basis';
import { isSeen, placeOf } from './check-look.js';
import type { Place } from './check-look.js';
import { fingerprint } from './crypto.js';
import type { Erased, Fact, Seen } from './facts.js';
import { Numbers } from './numbers.js';
import type { Row } from './numbers.js';
import { sayingOf } from './say.js';
import type { Say } from './say.js';

/** How the decision of one attempt stands. */
interface Decided {
  readonly index: bigint;
  readonly outcome: string;
  readonly at: number;
  readonly keysSize: number;
  readonly sender: string;
  readonly recipient: string;
  readonly manifest: string;
  readonly ciphertext: string;
  superseded: boolean;
  received: boolean;
  arrived: boolean;
}

export interface BookOptions {
  /**
   * What is taken: the log from its first entry on, so that rows of numbers begin with 1; a later period of it, which has receipts of earlier
   * decisions; or one message, whose numbers have gaps.
   */
  readonly scope: 'log' | 'period' | 'message';
  /** Index from which on entries are taken. */
  readonly from: bigint;
  /** Authorities whose entries the reader may see; absent: all. */
  readonly bounds?: ReadonlySet<string>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What entries say together: numbers without gaps, one decision for an attempt, receipts after a permit and for its ciphertext, keys that never go back.
 * Takes facts in the order of the log. Ids are kept as the octets of their digest, so that a long log fits in memory.
 */
export class Book {
  /** Entries by kind, and what of a period's beginning cannot be held against anything. */
  readonly counts = {
    permit: 0,
    assess: 0,
    deny: 0,
    receipts: 0,
    refusals: 0,
    notices: 0,
    erasures: 0,
    looks: 0,
    receiptsOfEarlier: 0,
  };
  private readonly numbers: Numbers;
  /** By id. */
  private readonly entries = new Map<string, Place>();
  private readonly statements = new Set<string>();
  private readonly attempts = new Map<string, Decided>();
  private readonly decisions = new Map<string, Decided>();
  /** Receipts whose decision did not stand before them. */
  private readonly unseen: { readonly id: string; readonly say: Say }[] = [];
  /** Entries that were looked at and do not stand before the look. */
  private readonly unknown: { readonly id: string; readonly say: Say }[] = [];
  /** By index. */
  private readonly erasedBy = new Map<bigint, bigint>();
  /** By the erased entry's id, the index of the entry that says so. */
  private readonly erasedEntries = new Map<string, bigint>();
  /** Those that stand, by id. */
  private readonly holds = new Map<string, Hold>();
  private keysSize = 0;

  constructor(
    private readonly options: BookOptions,
    private readonly say: Say,
  ) {
    this.numbers = new Numbers(options.scope === 'log');
  }

  take(fact: Fact): void {
    const { messageId } = fact;
    const say = sayingOf(this.say, { index: fact.index.toString(), ...(messageId === undefined ? {} : { messageId }) });
    const id = fingerprint(fact.entryId);
    if (this.entries.has(id)) say('entry-repeated');
    else this.entries.set(id, placeOf(fact));
    if (!this.withinBounds(fact)) say('outside-bounds');
    // The ledger's own entries follow the keys log apart from the exchange.
    if (fact.kind !== 'erasure' && fact.kind !== 'keeping' && fact.kind !== 'look') {
      if (fact.keysSize < this.keysSize) say('keys-decreasing');
      this.keysSize = Math.max(this.keysSize, fact.keysSize);
    }
    switch (fact.kind) {
      case 'decision':
        this.counts[fact.outcome] += 1;
        this.numbers.take(fact.sender, fact.number, fact.outcome !== 'permit', say);
        this.decision(fact, id, say);
        break;
      case 'receipt':
        this.counts.receipts += 1;
        this.receipt(fact, say);
        break;
      case 'refusal':
        this.counts.refusals += 1;
        this.numbers.take(fact.sender, fact.number, true, say);
        if (fact.refusalId !== undefined) this.once(`${fact.sender} ${fact.refusalId}`, say);
        break;
      case 'erasure':
        this.counts.erasures += 1;
        for (const erased of fact.erased) {
          if (this.isHeld(erased, fact)) say('erased-under-hold');
          this.erase(erased, fact.index, say);
        }
        break;
      case 'keeping':
        this.counts.notices += 1;
        if (fact.hold !== undefined) this.hold(fact.hold, say);
        break;
      case 'look':
        this.counts.looks += 1;
        for (const seen of fact.seen) this.seen(seen, fact, say);
        break;
      default:
        this.counts.notices += 1;
    }
  }

  /** @returns index of the entry that says that this one's opening is erased */
  erasureOf(index: bigint): bigint | undefined {
    return this.erasedBy.get(index);
  }

  erasedIndices(): Iterable<bigint> {
    return this.erasedBy.keys();
  }

  /** When everything was taken. @returns the rows of numbers that are shown whole */
  close(): readonly Row[] {
    const { bounds, scope } = this.options;
    for (const { id, say } of this.unseen) {
      if (this.decisions.has(id)) say('receipt-before-decision');
      else if (scope !== 'period' && !this.erasedEntries.has(id)) say('receipt-unbound');
      else this.counts.receiptsOfEarlier += 1;
    }
    // Under another index than was erased: something else was hidden in its name.
    for (const [id, by] of this.erasedEntries)
      if (this.entries.has(id)) this.say('erased-but-kept', { index: by.toString() });
    for (const { id, say } of this.unknown) if (!this.erasedEntries.has(id)) say('look-unbound');
    if (scope === 'message') return [];
    return this.numbers.close((authority) => bounds === undefined || bounds.has(authority), this.say);
  }

  private decision(fact: Fact & { readonly kind: 'decision' }, id: string, say: Say): void {
    const { index, outcome, at, keysSize, sender, recipient, attempt } = fact;
    const decided: Decided = {
      index,
      outcome,
      at,
      keysSize,
      sender,
      recipient,
      manifest: fingerprint(fact.manifestSha256),
      ciphertext: fingerprint(fact.jweSha256),
      superseded: false,
      received: false,
      arrived: false,
    };
    const key = attemptKey(fact, attempt);
    const before = this.attempts.get(key);
    if (before !== undefined) {
      if (!mayReplace(before, decided)) say('second-decision');
      before.superseded = true;
    }
    if (attempt > 1 && this.attempts.get(attemptKey(fact, attempt - 1))?.arrived === true) say('attempt-order');
    this.attempts.set(key, decided);
    this.decisions.set(id, decided);
  }

  private receipt(fact: Fact & { readonly kind: 'receipt' }, say: Say): void {
    const { receipt, attempt } = fact;
    if (receipt === undefined) return;
    this.once(`${fact.recipient} ${receipt.id}`, say);
    // Technical receipt or rejection: one of them, once.
    const kind = receipt.kind === 'rejected' ? 'technical' : receipt.kind;
    this.once(`${fact.sender} ${fact.messageId} ${attempt} ${kind}`, say);
    const id = fingerprint(receipt.decisionEntryId);
    const decided = this.decisions.get(id);
    if (decided === undefined) {
      this.unseen.push({ id, say });
      return;
    }
    const same = this.attempts.get(attemptKey(fact, attempt));
    // Of the decision's own parties: a receipt by anybody else, the sender itself too, says nothing of the recipient.
    const ofParties = decided.sender === fact.sender && decided.recipient === fact.recipient;
    if (!ofParties || decided.ciphertext !== fingerprint(receipt.jweSha256)) say('receipt-unbound');
    else if (same !== decided) say(decided.superseded ? 'receipt-of-superseded' : 'receipt-unbound');
    else if (decided.outcome !== 'permit') say('receipt-without-permit');
    decided.received = true;
    if (receipt.kind === 'technical') decided.arrived = true;
  }

  private erase({ index, entryId, sender, number }: Erased, by: bigint, say: Say): void {
    if (index >= by) say('erasure-order');
    const id = fingerprint(entryId);
    if (this.erasedBy.has(index) || this.erasedEntries.has(id)) say('erased-twice');
    this.erasedBy.set(index, by);
    this.erasedEntries.set(id, by);
    if (number !== undefined && index >= this.options.from) this.numbers.erase(sender, number);
  }

  /** A look names entries that are there; one whose opening is erased or stands before the period cannot be held against it. */
  private seen(seen: Seen, look: Fact & { readonly kind: 'look' }, say: Say): void {
    const id = fingerprint(seen.entryId);
    const place = this.entries.get(id);
    if (place !== undefined) {
      if (!isSeen(seen, place, look)) say('look-unbound');
    } else if (seen.index >= this.options.from) this.unknown.push({ id, say });
  }

  /** A hold is lifted by the authority that laid it. */
  private hold(hold: Hold, say: Say): void {
    const standing = this.holds.get(hold.holdId);
    if (hold.kind === 'laid') this.holds.set(hold.holdId, standing ?? hold);
    else if (standing !== undefined && standing.authority !== hold.authority) say('annex-binding');
    else this.holds.delete(hold.holdId);
  }

  private isHeld({ entryId, sender, recipient }: Erased, { decisions }: Fact & { readonly kind: 'erasure' }): boolean {
    const on = decisions.filter(({ openings }) => openings.some((one) => one.entryId === entryId));
    return [...this.holds.values()].some(
      ({ authority, caseId, messageIds }) =>
        (authority === sender || authority === recipient) &&
        on.some((one) => one.caseId === caseId || messageIds?.includes(one.messageId) === true),
    );
  }

  private once(name: string, say: Say): void {
    const id = fingerprint(name);
    if (this.statements.has(id)) say('receipt-repeated');
    this.statements.add(id);
  }

  private withinBounds(fact: Fact): boolean {
    const { bounds } = this.options;
    if (bounds === undefined) return true;
    const within = (party: string | undefined): boolean => party !== undefined && bounds.has(party);
    if (fact.kind === 'erasure') return fact.erased.every((one) => within(one.sender) || within(one.recipient));
    if (fact.kind === 'delay') return true;
    if (fact.kind === 'keeping' || fact.kind === 'look') return within(fact.authority);
    return within(fact.sender) || within(fact.recipient);
  }
}

/** A permit that was not released may be decided anew: on another day, a day later, or when the keys log has grown. */
const mayReplace = (before: Decided, now: Decided): boolean =>
  before.outcome === 'permit' &&
  !before.received &&
  before.manifest === now.manifest &&
  before.ciphertext === now.ciphertext &&
  (now.keysSize > before.keysSize ||
    now.at - before.at > DAY_MS ||
    stockholmDate(new Date(now.at)) !== stockholmDate(new Date(before.at)));

const attemptKey = (
  { sender, messageId }: { readonly sender?: string; readonly messageId?: string },
  attempt: number,
): string => fingerprint(`${sender} ${messageId} ${attempt}`);
