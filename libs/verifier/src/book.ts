import type { ErasureDecision, ErasureReport, Hold } from '#envelope';
import { stockholmDate } from '#legal-basis';
import { AssignmentsTogether } from './check-assignment.js';
import { agrees, goneBy } from './check-erasure.js';
import type { Gone, Naming } from './check-erasure.js';
import { FindingsTogether } from './check-finding.js';
import { isSeen, isSendersAlone, placeOf } from './check-look.js';
import type { Place } from './check-look.js';
import { ReceiptsTogether } from './check-receipts.js';
import { RetractionsTogether } from './check-retraction.js';
import { SamplesTogether } from './check-sample.js';
import type { DrawnBy } from './check-sample.js';
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
  readonly message: string;
  readonly manifest: string;
  readonly ciphertext: string;
  superseded: boolean;
  received: boolean;
}

/** Something that names an entry which did not stand before it. */
interface Unseen extends Naming {
  /** Of the entry named. */
  readonly id: string;
  readonly say: Say;
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
    recorded: 0,
    notices: 0,
    erasures: 0,
    looks: 0,
    searches: 0,
    samples: 0,
    findings: 0,
    receiptsOfEarlier: 0,
  };
  private readonly numbers: Numbers;
  private readonly receipts = new ReceiptsTogether();
  private readonly retractions = new RetractionsTogether();
  private readonly assignments: AssignmentsTogether;
  private readonly samples: SamplesTogether;
  private readonly findings: FindingsTogether;
  /** By id. */
  private readonly entries = new Map<string, Place>();
  private readonly statements = new Set<string>();
  private readonly attempts = new Map<string, Decided>();
  private readonly decisions = new Map<string, Decided>();
  /** By message, the first attempt that arrived. */
  private readonly arrived = new Map<string, number>();
  /** Attempts. */
  private readonly expired = new Set<string>();
  /** Receipts whose decision did not stand before them. */
  private readonly unseen: Unseen[] = [];
  /** Entries that were looked at and do not stand before the look. */
  private readonly unknown: Unseen[] = [];
  /** Entries that are called late and do not stand before that. */
  private readonly late: Unseen[] = [];
  /** By index. */
  private readonly erasedBy = new Map<bigint, bigint>();
  /** By the erased entry's id. */
  private readonly erasedEntries = new Map<string, Gone>();
  /** Those that stand, by id. */
  private readonly holds = new Map<string, Hold & { readonly index: bigint }>();
  /** Decisions to erase, by id. */
  private readonly decided = new Map<string, ErasureDecision & { readonly index: bigint }>();
  /** Erased while a hold stood of an authority that the erasure does not name. */
  private readonly underHold: { readonly authority: string; readonly message: string; readonly say: Say }[] = [];
  /** The largest that was named, by who signs. */
  private readonly keysSize = { exchange: 0, ledger: 0, console: 0 };

  constructor(
    private readonly options: BookOptions,
    private readonly say: Say,
  ) {
    this.numbers = new Numbers(options.scope === 'log');
    const whole = options.scope === 'log';
    this.assignments = new AssignmentsTogether(whole);
    this.samples = new SamplesTogether(whole, this.assignments);
    this.findings = new FindingsTogether(whole, this.assignments);
  }

  take(fact: Fact): void {
    const { messageId } = fact;
    const say = sayingOf(this.say, { index: fact.index.toString(), ...(messageId === undefined ? {} : { messageId }) });
    const id = fingerprint(fact.entryId);
    if (this.entries.has(id)) say('entry-repeated');
    else this.entries.set(id, placeOf(fact, this.decidedOf(fact)));
    if (!this.withinBounds(fact)) say('outside-bounds');
    // The ledger's own entries, and the console's, follow the keys log apart from the exchange.
    const signer = signerOf(fact);
    if (fact.keysSize < this.keysSize[signer]) say('keys-decreasing');
    this.keysSize[signer] = Math.max(this.keysSize[signer], fact.keysSize);
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
      case 'retraction':
        this.counts.notices += 1;
        this.retraction(fact, say);
        break;
      case 'refusal':
        this.counts.refusals += 1;
        this.numbers.take(fact.sender, fact.number, true, say);
        if (fact.refusalId !== undefined) this.once(`${fact.sender} ${fact.refusalId}`, say);
        break;
      case 'recorded':
        this.counts.recorded += 1;
        this.numbers.take(fact.sender, fact.number, false, say);
        this.once(`recorded ${fact.sender} ${fact.messageId}`, say);
        break;
      case 'erasure':
        this.counts.erasures += 1;
        for (const erased of fact.erased) {
          this.heldAgainst(erased, fact, say);
          this.erase(goneBy(erased, fact), say);
        }
        break;
      case 'keeping':
        this.counts.notices += 1;
        if (fact.hold !== undefined) this.hold(fact.hold, fact.index, say);
        if (fact.decision !== undefined)
          this.decided.set(fact.decision.decisionId, { ...fact.decision, index: fact.index });
        if (fact.report !== undefined) this.reported(fact.report, say);
        break;
      case 'look':
        this.counts.looks += 1;
        this.assignments.act(fact, say);
        for (const seen of fact.seen) this.seen(seen, fact, say);
        break;
      case 'assignment':
        this.counts.notices += 1;
        this.assignments.take(fact, say);
        break;
      case 'search':
        this.counts.searches += 1;
        this.assignments.act(fact, say);
        break;
      case 'sample':
        this.counts.samples += 1;
        this.assignments.act(fact, say);
        this.samples.take(fact, say);
        break;
      case 'finding':
        this.counts.findings += 1;
        this.assignments.act(fact, say);
        this.findings.take(fact, say);
        break;
      case 'delay': {
        this.counts.notices += 1;
        const late = fingerprint(fact.delayedEntryId);
        if (!this.entries.has(late)) this.late.push({ id: late, say, index: fact.index });
        break;
      }
      case 'notice':
        this.counts.notices += 1;
        if (fact.expired !== undefined) this.expire(attemptKey(fact, fact.expired), say);
    }
  }

  /** @returns index of the entry that says that this one's opening is erased */
  erasureOf(index: bigint): bigint | undefined {
    return this.erasedBy.get(index);
  }

  erasedIndices(): Iterable<bigint> {
    return this.erasedBy.keys();
  }

  /** The checkpoints by which samples were drawn. */
  drawnBy(): readonly DrawnBy[] {
    return this.samples.drawnBy;
  }

  /** When everything was taken. @returns the rows of numbers that are shown whole; an empty one for each bound that nothing is shown of */
  close(): readonly Row[] {
    const { bounds, from, scope } = this.options;
    for (const { id, say } of this.unseen) {
      if (this.decisions.has(id)) say('receipt-before-decision');
      else if (scope !== 'period' && !this.erasedEntries.has(id)) say('receipt-unbound');
      else this.counts.receiptsOfEarlier += 1;
    }
    // Under another index than was erased: something else was hidden in its name.
    for (const [id, { by }] of this.erasedEntries)
      if (this.entries.has(id)) this.say('erased-but-kept', { index: by.toString() });
    const gone = [...this.erasedEntries.values()].map((one) => ({ index: one.index, parties: partiesKey(one) }));
    this.receipts.close(gone);
    this.retractions.close((fact) =>
      gone.some(({ index, parties }) => index < fact.index && parties === partiesKey(fact)),
    );
    for (const { id, at = from, say } of this.unknown)
      if (at >= from && !this.erasedEntries.has(id)) say('look-unbound');
    for (const { authority, message, say } of this.underHold)
      if (this.isParty(authority, message)) say('erased-under-hold');
    // What names an entry that is gone says whose it was: who erased it in the name of other parties is found by that.
    for (const named of [...this.unseen, ...this.unknown, ...this.late]) {
      const gone = this.erasedEntries.get(named.id);
      if (gone !== undefined && !agrees(gone, named)) named.say('erasure-unbound');
    }
    if (scope === 'message') return [];
    const rows = this.numbers.close((authority) => bounds === undefined || bounds.has(authority), this.say);
    const silent = [...(bounds ?? [])].filter((authority) => rows.every((row) => row.authority !== authority)).sort();
    return [...rows, ...silent.map((authority) => ({ authority, from: 1, to: 0, seen: 0, refused: 0, erased: 0 }))];
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
      message: fingerprint(fact.messageId),
      manifest: fingerprint(fact.manifestSha256),
      ciphertext: fingerprint(fact.jweSha256),
      superseded: false,
      received: false,
    };
    const key = attemptKey(fact, attempt);
    const before = this.attempts.get(key);
    if (before !== undefined) {
      if (!mayReplace(before, decided)) say('second-decision');
      before.superseded = true;
    }
    if ((this.arrived.get(messageKey(fact)) ?? attempt) < attempt) say('attempt-order');
    this.attempts.set(key, decided);
    this.decisions.set(id, decided);
  }

  /** What expired was never released: nobody can have received it (design.md I1). */
  private expire(key: string, say: Say): void {
    if (this.attempts.get(key)?.received === true) say('two-ends');
    this.expired.add(key);
  }

  private receipt(fact: Fact & { readonly kind: 'receipt' }, say: Say): void {
    const { receipt, attempt } = fact;
    if (receipt === undefined) return;
    this.once(`${fact.recipient} ${receipt.id}`, say);
    // Technical receipt or rejection: one of them, once.
    const kind = receipt.kind === 'rejected' ? 'technical' : receipt.kind;
    // Answers to who asked for a subscription are many, each under a number of its own.
    this.once(`${fact.sender} ${fact.messageId} ${attempt} ${kind} ${receipt.number ?? ''}`, say);
    if (this.expired.has(attemptKey(fact, attempt))) say('two-ends');
    const id = fingerprint(receipt.decisionEntryId);
    const decided = this.decisions.get(id);
    // A file about one message has what its maker put in.
    const whole = decided !== undefined && this.options.scope !== 'message';
    this.receipts.take(attemptKey(fact, attempt), receipt.kind, fact.index, partiesKey(fact), whole, say);
    this.retractions.answered(attemptKey(fact, attempt), fact, whole, say);
    if (decided === undefined) {
      const { index, sender, recipient, messageId } = fact;
      this.unseen.push({ id, say, index, parties: { sender, recipient }, messageId });
      return;
    }
    const same = this.attempts.get(attemptKey(fact, attempt));
    // Of the decision's own parties: a receipt by anybody else, the sender itself too, says nothing of the recipient.
    const ofParties = decided.sender === fact.sender && decided.recipient === fact.recipient;
    if (!ofParties || decided.ciphertext !== fingerprint(receipt.jweSha256)) say('receipt-unbound');
    else if (same !== decided) say(decided.superseded ? 'receipt-of-superseded' : 'receipt-unbound');
    else if (decided.outcome !== 'permit') say('receipt-without-permit');
    decided.received = true;
    if (receipt.kind !== 'technical') return;
    const message = messageKey(fact);
    this.arrived.set(message, Math.min(attempt, this.arrived.get(message) ?? attempt));
  }

  /** One of each message, of the decision that stands; one that ended so was never released. */
  private retraction(fact: Fact & { readonly kind: 'retraction' }, say: Say): void {
    const { retraction, attempt, withdrawn, sender, recipient, messageId } = fact;
    const key = attemptKey(fact, attempt);
    if (withdrawn) this.expire(key, say);
    if (retraction === undefined) return;
    this.once(`retraction ${sender} ${messageId}`, say);
    const decided = this.attempts.get(key);
    const { decisionEntryId: id } = retraction;
    const bound =
      decided === undefined
        ? undefined
        : decided.recipient === recipient &&
          decided.ciphertext === fingerprint(retraction.jweSha256) &&
          (id === undefined || this.decisions.get(fingerprint(id)) === decided);
    this.retractions.take(key, fact, bound, this.options.scope === 'log', say);
  }

  private erase(gone: Gone, say: Say): void {
    const { index, entryId, sender, number, by } = gone;
    if (index >= by) say('erasure-order');
    const id = fingerprint(entryId);
    if (this.erasedBy.has(index) || this.erasedEntries.has(id)) say('erased-twice');
    this.erasedBy.set(index, by);
    this.erasedEntries.set(id, gone);
    if (number !== undefined && index >= this.options.from) this.numbers.erase(sender, number, say);
  }

  /** A look names entries that are there; one whose opening is erased or stands before the period cannot be held against it. */
  private seen(seen: Seen, look: Fact & { readonly kind: 'look' }, say: Say): void {
    const id = fingerprint(seen.entryId);
    const place = this.entries.get(id);
    if (place !== undefined) {
      if (!isSeen(seen, place, look)) say('look-unbound');
      else this.assignments.shown(look, place, say);
    } else {
      const { index, sender, recipient } = seen;
      const parties = {
        ...(sender === undefined ? {} : { sender }),
        ...(recipient === undefined ? {} : { recipient }),
      };
      this.unknown.push({ id, say, index: look.index, at: index, parties });
    }
  }

  /** A hold is lifted by the authority that laid it. */
  private hold(hold: Hold, index: bigint, say: Say): void {
    const standing = this.holds.get(hold.holdId);
    if (hold.kind === 'laid') this.holds.set(hold.holdId, standing ?? { ...hold, index });
    else if (standing !== undefined && standing.authority !== hold.authority) say('annex-binding');
    else this.holds.delete(hold.holdId);
  }

  /** A hold of a party stops it: of one that the erasure names, or that the rest of the log shows for the message, which is known at the end. */
  private heldAgainst(
    { entryId, sender, recipient }: Erased,
    erasure: Fact & { readonly kind: 'erasure' },
    say: Say,
  ): void {
    const on = erasure.decisions.filter(({ openings }) => openings.some((one) => one.entryId === entryId));
    for (const { authority, caseId, messageIds } of this.holds.values()) {
      const held = on.filter((one) => one.caseId === caseId || messageIds?.includes(one.messageId) === true);
      if (held.length === 0) continue;
      if (authority === sender || authority === recipient) say('erased-under-hold');
      else
        for (const messageId of new Set(held.map((one) => one.messageId)))
          this.underHold.push({ authority, message: fingerprint(messageId), say });
    }
  }

  /**
   * A gateway erases what its authority decided on, and not while a hold of a party stands: one that stood before the decision and stands still was never out of
   * the way. One that was laid later may have come after the erasure, which is reported when the ledger can be reached.
   */
  private reported({ decisionId, authority, messageId }: ErasureReport, say: Say): void {
    const decided = this.decided.get(decisionId);
    if (decided === undefined) {
      if (this.options.scope === 'log') say('annex-binding');
      return;
    }
    if (decided.authority !== authority || decided.messageId !== messageId) say('annex-binding');
    const named = new Set([
      authority,
      ...decided.openings.flatMap(({ sender, recipient = sender }) => [sender, recipient]),
    ]);
    for (const hold of this.holds.values()) {
      if (hold.index > decided.index) continue;
      if (hold.caseId !== decided.caseId && hold.messageIds?.includes(messageId) !== true) continue;
      if (named.has(hold.authority)) say('erased-under-hold');
      else this.underHold.push({ authority: hold.authority, message: fingerprint(messageId), say });
    }
  }

  private isParty(authority: string, message: string): boolean {
    const within = (party: { readonly sender?: string; readonly recipient?: string }): boolean =>
      party.sender === authority || party.recipient === authority;
    for (const decided of this.decisions.values()) if (decided.message === message && within(decided)) return true;
    return this.unseen.some(
      ({ messageId, parties = {} }) => messageId !== undefined && fingerprint(messageId) === message && within(parties),
    );
  }

  private once(name: string, say: Say): void {
    const id = fingerprint(name);
    if (this.statements.has(id)) say('receipt-repeated');
    this.statements.add(id);
  }

  /** When the attempt was decided that a receipt or a retraction is about. */
  private decidedOf(fact: Fact): number | undefined {
    return fact.kind === 'receipt' || fact.kind === 'retraction'
      ? this.attempts.get(attemptKey(fact, fact.attempt))?.at
      : undefined;
  }

  private withinBounds(fact: Fact): boolean {
    const { bounds } = this.options;
    if (bounds === undefined) return true;
    const within = (party: string | undefined): boolean => party !== undefined && bounds.has(party);
    if (fact.kind === 'erasure') return fact.erased.every((one) => within(one.sender) || within(one.recipient));
    if (fact.kind === 'delay') return true;
    if (isSendersAlone(fact)) return within(fact.sender);
    if (fact.kind === 'keeping' || fact.kind === 'look') return within(fact.authority);
    if ('authorities' in fact) return fact.authorities.some(within);
    return within(fact.sender) || within(fact.recipient);
  }
}

const signerOf = ({ kind }: Fact): 'exchange' | 'ledger' | 'console' => {
  if (kind === 'search' || kind === 'sample' || kind === 'finding') return 'console';
  return kind === 'erasure' || kind === 'keeping' || kind === 'look' || kind === 'assignment' ? 'ledger' : 'exchange';
};

/** A permit that was not released may be decided anew: on another day, a day later, or when the keys log has grown. */
const mayReplace = (before: Decided, now: Decided): boolean =>
  before.outcome === 'permit' &&
  !before.received &&
  before.manifest === now.manifest &&
  before.ciphertext === now.ciphertext &&
  (now.keysSize > before.keysSize ||
    now.at - before.at > DAY_MS ||
    stockholmDate(new Date(now.at)) !== stockholmDate(new Date(before.at)));

interface OfMessage {
  readonly sender?: string;
  readonly messageId?: string;
}
const attemptKey = ({ sender, messageId }: OfMessage, attempt: number): string =>
  fingerprint(`${sender} ${messageId} ${attempt}`);
const messageKey = ({ sender, messageId }: OfMessage): string => fingerprint(`${sender} ${messageId}`);
const partiesKey = ({ sender, recipient }: { readonly sender?: string; readonly recipient?: string }): string =>
  `${sender} ${recipient}`;
