import {
  EnvelopeError,
  parseAssignmentNotice,
  parseDecision,
  parseErasure,
  parseFindingAct,
  parseLedgerNotice,
  parseLook,
  parseManifest,
  parseNotice,
  parseReceipt,
  parseRecordedDisclosure,
  parseRefusal,
  parseReleaseHold,
  parseSampleAct,
  parseSearch,
  sha256Base64url,
  signedBy,
  typOf,
} from '#envelope';
import type {
  Decision,
  KeysHead,
  Manifest,
  Notice,
  PublicKey,
  RecordedDisclosure,
  Refusal,
  ReviewAct,
} from '#envelope';
import type { JsonValue } from '#json';
import { SKEW_MS, groundsAt, recomputed, recordedGroundsAt, refusalGroundsAt } from '#replay';
import type { NotReplayable, VerdictGrounds } from '#replay';
import type { KeyRecord, Snapshot } from '#snapshot';
import { assignmentIn } from './check-assignment.js';
import { decisionsOn, undecided } from './check-erasure.js';
import { keptStatement } from './check-ledger-notice.js';
import { entitled } from './check-look.js';
import { retractionIn } from './check-retraction.js';
import type { Fact, Opening } from './facts.js';
import type { Finding, FindingCode } from './findings.js';
import type { Ground } from './ground.js';
import { manifestKey } from './holders.js';
import { attempt, sayingOf } from './say.js';
import type { Say } from './say.js';

/** What one opening says, and what does not hold of it when nothing but the keys log is asked. */
export interface Checked {
  readonly findings: readonly Finding[];
  readonly fact?: Fact;
}

type Member =
  'messageId' | 'attempt' | 'sender' | 'recipient' | 'statementSha256' | 'number' | 'reason' | 'delayedEntryId';
const SUBJECT: readonly Member[] = ['messageId', 'attempt', 'sender', 'recipient'];
/** Members that a notice of each kind has, and those that it may have. */
export const NOTICE_MEMBERS: Readonly<
  Record<Notice['kind'], { readonly has: readonly Member[]; readonly may?: readonly Member[] }>
> = {
  'receipt-recorded': { has: [...SUBJECT, 'statementSha256'] },
  'refusal-recorded': { has: ['messageId', 'sender', 'recipient', 'statementSha256', 'number'] },
  'disclosure-recorded': { has: ['messageId', 'sender', 'recipient', 'statementSha256', 'number'] },
  'hold-recorded': { has: ['sender', 'recipient', 'statementSha256'] },
  'retraction-recorded': { has: [...SUBJECT, 'statementSha256'] },
  withdrawn: { has: [...SUBJECT, 'statementSha256'] },
  expired: { has: SUBJECT },
  quarantined: { has: ['reason'], may: SUBJECT },
  discarded: { has: ['reason'], may: SUBJECT },
  'retraction-quarantined': { has: [...SUBJECT, 'reason'] },
  'retraction-discarded': { has: [...SUBJECT, 'reason'] },
  delayed: { has: ['delayedEntryId', 'reason'] },
};
const OPTIONAL: readonly Member[] = [...SUBJECT, 'statementSha256', 'number', 'reason', 'delayedEntryId'];

const LACKING: Readonly<Partial<Record<NotReplayable, FindingCode>>> = {
  'claims-digest': 'claims-digest',
  'rule-set-not-released': 'rule-set-not-released',
  'engine-too-old': 'engine-too-old',
  'rule-set-unknown': 'rule-set-unknown',
  'engine-unknown': 'engine-unknown',
  'cooperation-missing': 'cooperation-missing',
};

/**
 * Checks entries one by one: form, signatures under keys live at the size that the entry names, the annex, and the verdict computed again. Everything at
 * once on one thread, so that threads can share the work.
 */
export class EntryChecker {
  constructor(private readonly ground: Ground) {}

  check(opening: Opening): Checked {
    const findings: Finding[] = [];
    const say: Say = (code, more) => void findings.push({ code, index: opening.index.toString(), ...more });
    const fact = this.entry(opening, say);
    return { findings, ...(fact === undefined ? {} : { fact }) };
  }

  private entry(opening: Opening, say: Say): Fact | undefined {
    switch (typOf(opening.entry)) {
      case 'delge-decision+jws':
        return this.decision(opening, say);
      case 'delge-notice+jws':
        return this.notice(opening, say);
      case 'delge-erasure+jws':
        return this.erasure(opening, say);
      case 'delge-ledger-notice+jws':
        return this.ledgerNotice(opening, say);
      case 'delge-look+jws':
        return this.look(opening, say);
      case 'delge-assignment-notice+jws':
        return this.assignment(opening, say);
      case 'delge-search+jws':
        return this.search(opening, say);
      case 'delge-sample+jws':
        return this.sample(opening, say);
      case 'delge-finding+jws':
        return this.finding(opening, say);
      default:
        say('entry-malformed');
        return undefined;
    }
  }

  private decision(opening: Opening, sayHere: Say): Fact | undefined {
    const parsed = read(() => parseDecision(opening.entry), 'entry-malformed', sayHere);
    if (parsed === undefined) return undefined;
    const { decision } = parsed;
    const say = sayingOf(sayHere, { messageId: decision.messageId });
    const snapshot = this.signer(decision, parsed.kid, opening.entry, EXCHANGE, say);
    const verdict = decision.verdict as { readonly outcome?: JsonValue };
    if (verdict.outcome !== decision.outcome) say('outcome-differs');
    const text = annexOf(opening, decision.manifestSha256, say);
    const annex = text === undefined ? undefined : read(() => parseManifest(text), 'annex-malformed', say);
    if (text !== undefined && annex !== undefined) {
      if (!agree(decision, annex.manifest)) say('annex-binding');
      if (decision.decidedAt > annex.manifest.expiresAt) say('decided-after-expiry');
      if (snapshot !== undefined) this.manifest(decision, annex, text, snapshot, say);
    }
    const { entryId, sender, recipient, messageId, outcome, number, manifestSha256, jweSha256 } = decision;
    const messageType = annex?.manifest.messageType;
    const common = {
      index: opening.index,
      entryId,
      at: Date.parse(decision.decidedAt),
      keysSize: Number(decision.keys.size),
    };
    const { attempt } = decision;
    return {
      kind: 'decision',
      ...common,
      sender,
      recipient,
      messageId,
      attempt,
      outcome,
      number,
      manifestSha256,
      jweSha256,
      ruleSetSha256: decision.ruleSet.sha256,
      bases: basesOf(decision.verdict),
      ...(messageType === undefined ? {} : { messageType }),
    };
  }

  private manifest(
    decision: Decision,
    annex: { readonly manifest: Manifest; readonly kid: string },
    text: string,
    snapshot: Snapshot,
    say: Say,
  ): void {
    const { manifest, kid } = annex;
    // Decided anew after the key had ended: the signature was made before that, and the verdict says it.
    const ended = JSON.stringify(decision.verdict) === '{"outcome":"deny","verification":["MANIFEST_KEY_NOT_LIVE"]}';
    const record = ended
      ? this.ground.keys.known(kid, snapshot.size)
      : snapshot.on(new Date(decision.decidedAt)).key(kid);
    const hosted = ended || snapshot.authority(manifest.sender)?.gateway === manifest.gateway;
    annexSignature(text, hosted ? manifestKey(record, manifest.gateway) : undefined, say);
    const cooperation = this.cooperation(manifest.claims);
    this.verdict(
      recomputed(groundsAt(snapshot, decision, annex, cooperation), this.ground.ruleSetOf),
      'verdict-differs',
      say,
    );
  }

  private notice(opening: Opening, sayHere: Say): Fact | undefined {
    const parsed = read(() => parseNotice(opening.entry), 'entry-malformed', sayHere);
    if (parsed === undefined) return undefined;
    const { notice } = parsed;
    const { entryId, sender, recipient, messageId, attempt, number, delayedEntryId } = notice;
    const say = sayingOf(sayHere, messageId === undefined ? {} : { messageId });
    const snapshot = this.signer(notice, parsed.kid, opening.entry, EXCHANGE, say);
    if (!hasMembersOfItsKind(notice)) {
      say('entry-malformed');
      return undefined;
    }
    const common = { index: opening.index, entryId, at: Date.parse(notice.at), keysSize: Number(notice.keys.size) };
    const about = {
      ...common,
      ...(sender === undefined ? {} : { sender }),
      ...(recipient === undefined ? {} : { recipient }),
      ...(messageId === undefined ? {} : { messageId }),
    };
    if (notice.statementSha256 === undefined) {
      if (opening.annex !== undefined) say('annex-unexpected');
      const { kind, reason } = notice;
      if (delayedEntryId !== undefined)
        return { kind: 'delay', ...about, delayedEntryId, ...(reason === undefined ? {} : { reason }) };
      return { kind: 'notice', ...about, ...(kind === 'expired' && attempt !== undefined ? { expired: attempt } : {}) };
    }
    if (notice.kind === 'hold-recorded') {
      const text = annexOf(opening, notice.statementSha256, say);
      if (text !== undefined) this.hold(notice, text, snapshot, say);
      return { kind: 'notice', ...about, isHold: true };
    }
    if (sender === undefined || recipient === undefined || messageId === undefined) return undefined;
    const ofMessage = { ...common, sender, recipient, messageId };
    const text = annexOf(opening, notice.statementSha256, say);
    if (number !== undefined && notice.kind === 'disclosure-recorded') {
      const outcome = text === undefined ? undefined : this.recorded(notice, text, snapshot, say);
      return { kind: 'recorded', ...ofMessage, number, ...(outcome === undefined ? {} : { outcome }) };
    }
    if (number !== undefined) {
      const refusalId = text === undefined ? undefined : this.refusal(notice, text, snapshot, say);
      return { kind: 'refusal', ...ofMessage, number, ...(refusalId === undefined ? {} : { refusalId }) };
    }
    if (notice.kind === 'retraction-recorded' || notice.kind === 'withdrawn') {
      const retraction = text === undefined ? undefined : retractionIn(notice, text, snapshot, say);
      const withdrawn = notice.kind === 'withdrawn';
      const of = { ...ofMessage, attempt: attempt ?? 0, withdrawn };
      return { kind: 'retraction', ...of, ...(retraction === undefined ? {} : { retraction }) };
    }
    const receipt = text === undefined ? undefined : this.receipt(notice, text, snapshot, say);
    return { kind: 'receipt', ...ofMessage, attempt: attempt ?? 0, ...(receipt === undefined ? {} : { receipt }) };
  }

  /** The hold that a notice takes into the log: the sender's, under a key live then. */
  private hold(notice: Notice, text: string, snapshot: Snapshot | undefined, say: Say): void {
    const parsed = read(() => parseReleaseHold(text), 'annex-malformed', say);
    if (parsed === undefined) return;
    const { hold, kid } = parsed;
    const { sender, recipient, env, gateway } = hold;
    if (sender !== notice.sender || recipient !== notice.recipient || env !== notice.env) say('annex-binding');
    if (snapshot === undefined) return;
    const hosted = snapshot.authority(sender)?.gateway === gateway;
    annexSignature(text, hosted ? manifestKey(snapshot.on(new Date(notice.at)).key(kid), gateway) : undefined, say);
  }

  private receipt(notice: Notice, text: string, snapshot: Snapshot | undefined, say: Say) {
    const parsed = read(() => parseReceipt(text), 'annex-malformed', say);
    if (parsed === undefined) return undefined;
    const { receipt, kid } = parsed;
    const { messageId, attempt, by, env, gateway, receiptId: id, kind, decisionEntryId, jweSha256 } = receipt;
    const { retractionId, number } = receipt;
    const same =
      messageId === notice.messageId && attempt === notice.attempt && by === notice.recipient && env === notice.env;
    if (!same) say('annex-binding');
    if (snapshot !== undefined) {
      const hosted = snapshot.authority(by)?.gateway === gateway;
      annexSignature(text, hosted ? manifestKey(snapshot.on(new Date(notice.at)).key(kid), gateway) : undefined, say);
    }
    return {
      id,
      kind,
      decisionEntryId,
      jweSha256,
      ...(retractionId === undefined ? {} : { retractionId }),
      ...(number === undefined ? {} : { number }),
    };
  }

  private refusal(notice: Notice, text: string, snapshot: Snapshot | undefined, say: Say): string | undefined {
    const parsed = read(() => parseRefusal(text), 'annex-malformed', say);
    if (parsed === undefined) return undefined;
    const { refusal, kid } = parsed;
    this.judged(notice, refusal, { kid, text, snapshot }, say);
    const own = this.snapshot(refusal.keys, say);
    if (own !== undefined) {
      const grounds = refusalGroundsAt(own, refusal, this.cooperation(refusal.claims));
      this.anyOf(grounds, 'refusal-verdict-differs', say);
    }
    return refusal.refusalId;
  }

  private recorded(
    notice: Notice,
    text: string,
    snapshot: Snapshot | undefined,
    say: Say,
  ): RecordedDisclosure['outcome'] | undefined {
    const parsed = read(() => parseRecordedDisclosure(text), 'annex-malformed', say);
    if (parsed === undefined) return undefined;
    const { recorded, kid } = parsed;
    this.judged(notice, recorded, { kid, text, snapshot }, say);
    const isLater = Date.parse(recorded.at) > Date.parse(notice.at) + SKEW_MS;
    if (isLater || BigInt(recorded.keys.size) > BigInt(notice.keys.size)) say('recorded-ahead');
    const own = this.snapshot(recorded.keys, say);
    if (own !== undefined) {
      const grounds = recordedGroundsAt(own, recorded, this.cooperation(recorded.claims));
      this.anyOf(grounds, 'recorded-verdict-differs', say);
    }
    return recorded.outcome;
  }

  /** What a sender's gateway judged itself: the statement that the notice is about, signed by the gateway that hosts the sender, and at one with itself. */
  private judged(
    notice: Notice,
    stated: Refusal | RecordedDisclosure,
    { kid, text, snapshot }: { readonly kid: string; readonly text: string; readonly snapshot: Snapshot | undefined },
    say: Say,
  ): void {
    const { messageId, sender, recipient, env, gateway } = stated;
    const same =
      messageId === notice.messageId &&
      sender === notice.sender &&
      recipient === notice.recipient &&
      env === notice.env;
    if (!same) say('annex-binding');
    const verdict = stated.verdict as { readonly outcome?: JsonValue };
    if (verdict.outcome !== stated.outcome) say('outcome-differs');
    if (snapshot === undefined) return;
    const hosted = snapshot.authority(sender)?.gateway === gateway;
    annexSignature(text, hosted ? manifestKey(snapshot.on(new Date(notice.at)).key(kid), gateway) : undefined, say);
  }

  /** Of a gateway that may have seen a cooperation decision opened, or not. */
  private anyOf(grounds: readonly VerdictGrounds[] | NotReplayable, differs: FindingCode, say: Say): void {
    const { ruleSetOf } = this.ground;
    const all = typeof grounds === 'string' ? [grounds] : grounds.map((one) => recomputed(one, ruleSetOf));
    this.verdict(all.find((again) => again === 'same') ?? all[0] ?? 'mismatch', differs, say);
  }

  private erasure(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseErasure(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { erasure } = parsed;
    const snapshot = this.signer(erasure, parsed.kid, opening.entry, LEDGER, say);
    const text = annexOf(opening, erasure.decisionsSha256, say);
    const decisions = text === undefined || snapshot === undefined ? [] : decisionsOn(erasure, text, snapshot, say);
    if (text !== undefined && snapshot !== undefined && undecided(erasure, decisions)) say('erasure-undecided');
    const erased = erasure.erased.map(({ index, ...one }) => ({ ...one, index: BigInt(index) }));
    const { entryId, keys } = erasure;
    return {
      kind: 'erasure',
      index: opening.index,
      entryId,
      at: Date.parse(erasure.at),
      keysSize: Number(keys.size),
      erased,
      decisions,
    };
  }

  private ledgerNotice(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseLedgerNotice(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { notice, kid } = parsed;
    const snapshot = this.signer(notice, kid, opening.entry, LEDGER, say);
    const text = annexOf(opening, notice.statementSha256, say);
    const kept =
      text === undefined || snapshot === undefined
        ? {}
        : keptStatement(notice, text, snapshot.on(new Date(notice.at)), say);
    const { entryId, authority, keys } = notice;
    const common = { index: opening.index, entryId, at: Date.parse(notice.at), keysSize: Number(keys.size) };
    return { kind: 'keeping', ...common, authority, ...kept };
  }

  private look(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseLook(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { look, kid } = parsed;
    entitled(look, this.signer(look, kid, opening.entry, LEDGER, say), say);
    if (opening.annex !== undefined) say('annex-unexpected');
    const { entryId, authority, auditor, assignment, keys, at } = look;
    const common = { index: opening.index, entryId, at: Date.parse(at), keysSize: Number(keys.size) };
    const seen = look.seen.map(({ index, ...one }) => ({ ...one, index: BigInt(index) }));
    const within = auditor === undefined || assignment === undefined ? {} : { auditor, assignment };
    return { kind: 'look', ...common, authority, ...within, seen };
  }

  private assignment(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseAssignmentNotice(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { notice, kid } = parsed;
    const snapshot = this.signer(notice, kid, opening.entry, LEDGER, say);
    const text = annexOf(opening, notice.statementSha256, say);
    const stated =
      text === undefined || snapshot === undefined
        ? undefined
        : assignmentIn(notice, text, snapshot.on(new Date(notice.at)), say);
    const { entryId, assignment, authorities, keys, at } = notice;
    const common = { index: opening.index, entryId, at: Date.parse(at), keysSize: Number(keys.size) };
    const ends = notice.kind === 'assignment-ended';
    const granted = stated?.kind === 'assignment-granted' ? { granted: stated } : {};
    return { kind: 'assignment', ...common, assignment, authorities, ends, ...granted };
  }

  private search(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseSearch(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    return { kind: 'search', ...this.ofReview(parsed.search, parsed.kid, opening, say) };
  }

  private sample(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseSampleAct(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { act, kid } = parsed;
    return { kind: 'sample', ...this.ofReview(act, kid, opening, say), act };
  }

  private finding(opening: Opening, say: Say): Fact | undefined {
    const parsed = read(() => parseFindingAct(opening.entry), 'entry-malformed', say);
    if (parsed === undefined) return undefined;
    const { act, kid } = parsed;
    return { kind: 'finding', ...this.ofReview(act, kid, opening, say), act };
  }

  /** What the console records of an auditor has no annex. */
  private ofReview(act: ReviewAct, kid: string, opening: Opening, say: Say) {
    this.signer(act, kid, opening.entry, CONSOLE, say);
    if (opening.annex !== undefined) say('annex-unexpected');
    const { entryId, assignment, auditor, authorities, keys, at } = act;
    const common = { index: opening.index, entryId, at: Date.parse(at), keysSize: Number(keys.size) };
    return { ...common, assignment, auditor, authorities };
  }

  /** @returns the keys log at the size named, when it is the log that the signer says */
  private snapshot(head: KeysHead, say: Say): Snapshot | undefined {
    const size = BigInt(head.size);
    if (size > this.ground.keys.size) {
      say('keys-shorter');
      return undefined;
    }
    const snapshot = this.ground.keys.at(size);
    if (snapshot.rootBase64 === head.root) return snapshot;
    say('keys-head');
    return undefined;
  }

  private signer(
    stated: { readonly env: string; readonly keys: KeysHead } & (
      { readonly at: string } | { readonly decidedAt: string }
    ),
    kid: string,
    text: string,
    by: { readonly use: KeyRecord['use']; readonly holder: string },
    say: Say,
  ): Snapshot | undefined {
    if (stated.env !== this.ground.environment) say('wrong-environment');
    const snapshot = this.snapshot(stated.keys, say);
    if (snapshot === undefined) return undefined;
    const key = snapshot.on(new Date('at' in stated ? stated.at : stated.decidedAt)).key(kid);
    if (key?.use !== by.use || key.holder !== by.holder) say('entry-key');
    else if (!signedBy(text, key.public)) say('entry-signature');
    return snapshot;
  }

  private cooperation(claims: object): object | undefined {
    const { cooperationDecision: id } = claims as { readonly cooperationDecision?: unknown };
    return typeof id === 'string' ? this.ground.cooperations.get(id) : undefined;
  }

  private verdict(again: 'same' | 'mismatch' | NotReplayable, differs: FindingCode, say: Say): void {
    if (again === 'same') return;
    if (again === 'mismatch') say(differs);
    else say(LACKING[again] ?? differs, { why: again });
  }
}

const EXCHANGE = { use: 'decision', holder: 'exchange' } as const;
const LEDGER = { use: 'access', holder: 'ledger' } as const;
const CONSOLE = { use: 'access', holder: 'console' } as const;

const read = <T>(parse: () => T, code: FindingCode, say: Say): T | undefined =>
  attempt(parse, EnvelopeError, (why) => say(code, { why }));

/** The annex, when it is the one that the entry names. */
const annexOf = ({ annex }: Opening, digest: string, say: Say): string | undefined => {
  if (annex === undefined) say('annex-missing');
  else if (sha256Base64url(annex) !== digest) say('annex-digest');
  else return annex;
  return undefined;
};

const annexSignature = (text: string, key: PublicKey | undefined, say: Say): void => {
  if (key === undefined) say('annex-key');
  else if (!signedBy(text, key)) say('annex-signature');
};

const basesOf = (verdict: object): readonly string[] => {
  const { bases } = verdict as { readonly bases?: unknown };
  return Array.isArray(bases) ? bases.filter((id) => typeof id === 'string') : [];
};

const agree = (decision: Decision, manifest: Manifest): boolean =>
  decision.env === manifest.env &&
  decision.messageId === manifest.messageId &&
  decision.attempt === manifest.attempt &&
  decision.caseId === manifest.caseId &&
  decision.sender === manifest.sender &&
  decision.recipient === manifest.recipient;

const hasMembersOfItsKind = (notice: Notice): boolean => {
  const { has, may = [] } = NOTICE_MEMBERS[notice.kind];
  return OPTIONAL.every((member) => {
    const there = notice[member] !== undefined;
    return has.includes(member) ? there : !there || may.includes(member);
  });
};
