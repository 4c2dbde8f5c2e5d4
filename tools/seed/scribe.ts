import { randomBytes } from 'node:crypto';
import {
  sha256Base64url,
  signDecision,
  signManifest,
  signNotice,
  signReceipt,
  signRecordedDisclosure,
  signRefusal,
  signRetraction,
} from '#envelope';
import type { KeysHead, Notice, RuleSetReference, Signer } from '#envelope';
import { ENGINE_VERSION, claimsDigest } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import { nodeSha256 } from '#tlog/build';
import type { Act } from './acts.js';
import type { Message } from './teller.js';
import { DAY_MS } from './days.js';

/** Who signs: the exchange, and each gateway what is its own. */
export interface Pens {
  readonly exchange: Signer;
  readonly gateway: (id: string) => Signer;
}

/** An entry as it is handed to the ledger. */
export interface Entry {
  readonly entryId: string;
  readonly entry: string;
  readonly blind: Buffer;
  readonly annex?: string;
}
type Body = Omit<Notice, 'v' | 'env' | 'entryId' | 'keys' | 'at'>;

/** Signs what happened as exchange and gateways sign it, each decision, refusal and record under its sender's next number. */
export class Scribe {
  private readonly head: KeysHead;
  private readonly ruleSet: RuleSetReference;
  private readonly kids = new Map<string, string>();

  /** @param numbers last one by sender; what is signed is counted on in it */
  constructor(
    private readonly env: string,
    private readonly snapshot: Snapshot,
    private readonly pens: Pens,
    readonly numbers: Map<string, number>,
    private readonly newId: () => string,
  ) {
    const released = snapshot.ruleSet();
    if (released === undefined) throw new Error('no rule set is released');
    this.ruleSet = { number: released.number, sha256: released.sha256 };
    this.head = { size: snapshot.size.toString(), root: snapshot.rootBase64 };
  }

  /** @param act the next one: acts are signed in the order in which they stand in the log */
  async entry(act: Act): Promise<Entry> {
    const { of, at } = act;
    switch (act.kind) {
      case 'decision':
        return this.decision(of, at);
      case 'refusal': {
        if (of.outcome === 'permit') throw new Error('a permit is not refused');
        const statement = this.said(of, at);
        const signer = this.pens.gateway(statement.gateway);
        const annex = await signRefusal(signer, { ...statement, v: 1, refusalId: this.newId(), outcome: of.outcome });
        return this.notice(act, { kind: 'refusal-recorded', ...parties(of), number: this.next(of.sender) }, annex);
      }
      case 'recorded': {
        const { officer, channel, identityCheck, disclosedAt } = act;
        const statement = this.said(of, at);
        const annex = await signRecordedDisclosure(this.pens.gateway(statement.gateway), {
          ...statement,
          v: 1,
          outcome: of.outcome,
          ...{ channel, identityCheck, office: 'enhetschef', officer },
          disclosedAt: new Date(disclosedAt).toISOString(),
        });
        return this.notice(act, { kind: 'disclosure-recorded', ...parties(of), number: this.next(of.sender) }, annex);
      }
      case 'receipt': {
        const { receipt: kind, reason, retractionId } = act;
        const gateway = this.gatewayOf(of.recipient);
        const annex = await signReceipt(this.pens.gateway(gateway), {
          v: 1,
          ...{ env: this.env, receiptId: this.newId(), messageId: of.messageId, attempt: 1, kind },
          ...{ by: of.recipient, gateway, decisionEntryId: of.entryId, jweSha256: of.jweSha256 },
          ...(reason === undefined ? {} : { reason }),
          ...(retractionId === undefined ? {} : { retractionId }),
          at: shortlyBefore(at),
        });
        return this.notice(act, { kind: 'receipt-recorded', ...parties(of), attempt: 1 }, annex);
      }
      case 'retraction': {
        const { reason, retractionId } = act;
        const gateway = this.gatewayOf(of.sender);
        const annex = await signRetraction(this.pens.gateway(gateway), {
          v: 1,
          ...{ env: this.env, retractionId, ...parties(of), attempt: 1, gateway },
          ...{ decisionEntryId: of.entryId, jweSha256: of.jweSha256, reason, at: shortlyBefore(at) },
        });
        return this.notice(act, { kind: 'retraction-recorded', ...parties(of), attempt: 1 }, annex);
      }
      case 'expired':
        return this.notice(act, { kind: 'expired', ...parties(of), attempt: 1 });
    }
  }

  private async decision(of: Message, at: number): Promise<Entry> {
    const { env, head, ruleSet } = this;
    const { messageId, caseId, sender, recipient, claims, jweSha256 } = of;
    const about = { env, messageId, attempt: 1, caseId, sender, recipient };
    const gateway = this.gatewayOf(sender);
    const manifest = await signManifest(this.pens.gateway(gateway), {
      ...about,
      v: 1,
      class: 'document',
      ...{ recipientFunction: of.recipientFunction, gateway, messageType: claims.messageType },
      issuedAt: new Date(of.issuedAt).toISOString(),
      expiresAt: new Date(of.issuedAt + 7 * DAY_MS).toISOString(),
      claims,
      jwe: { sha256: jweSha256, length: 4_096 },
      sealingKey: this.kid(recipient, 'sealing'),
      documentKey: this.kid(sender, 'document'),
    });
    const entry = await signDecision(this.pens.exchange, {
      ...about,
      v: 1,
      kind: 'decision',
      ...{ entryId: of.entryId, outcome: of.outcome, verdict: of.verdict },
      claimsSha256: claimsDigest(claims, nodeSha256),
      manifestSha256: sha256Base64url(manifest),
      ...{ jweSha256, ruleSet, engineVersion: ENGINE_VERSION, keys: head, number: this.next(sender) },
      decidedAt: new Date(at).toISOString(),
    });
    return { entryId: of.entryId, entry, blind: randomBytes(32), annex: manifest };
  }

  private async notice({ at }: Act, body: Body, annex?: string): Promise<Entry> {
    const entryId = this.newId();
    const entry = await signNotice(this.pens.exchange, {
      v: 1,
      ...{ env: this.env, entryId, ...body, keys: this.head, at: new Date(at).toISOString() },
      ...(annex === undefined ? {} : { statementSha256: sha256Base64url(annex) }),
    });
    return { entryId, entry, blind: randomBytes(32), ...(annex === undefined ? {} : { annex }) };
  }

  /** What a sender's gateway says of a message that it judged itself. */
  private said(of: Message, at: number) {
    const { env, ruleSet, head: keys } = this;
    const { caseId, claims, verdict } = of;
    const gateway = this.gatewayOf(of.sender);
    const stated = { env, ...parties(of), caseId, gateway, claims, verdict, ruleSet, keys, at: shortlyBefore(at) };
    return { ...stated, engineVersion: ENGINE_VERSION };
  }

  private next(sender: string): number {
    const number = (this.numbers.get(sender) ?? 0) + 1;
    this.numbers.set(sender, number);
    return number;
  }

  private gatewayOf(authority: string): string {
    const gateway = this.snapshot.authority(authority)?.gateway;
    if (gateway === undefined) throw new Error(`${authority} is not enrolled`);
    return gateway;
  }

  private kid(authority: string, use: 'document' | 'sealing'): string {
    const name = `${use} ${authority}`;
    const known = this.kids.get(name) ?? this.snapshot.liveKeys(authority, use).at(-1)?.kid;
    if (known === undefined) throw new Error(`${authority} has no live ${use} key`);
    this.kids.set(name, known);
    return known;
  }
}

const parties = ({ messageId, sender, recipient }: Message) => ({ messageId, sender, recipient });
/** Signed at a gateway before the exchange took it. */
const shortlyBefore = (at: number): string => new Date(at - 300).toISOString();
