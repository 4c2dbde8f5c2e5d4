import { randomBytes, randomUUID } from 'node:crypto';
import { signDecision, signManifest, signNotice, signReceipt, signRefusal, type Notice, type Receipt } from '#envelope';
import { canonicalBytes } from '#json';
import {
  ENGINE_VERSION,
  check,
  messageTypes,
  ruleSetDigest,
  ruleSets,
  stockholmDate,
  verdictCodes,
  type Claims,
  type DirectoryView,
  type RuleSet,
} from '#legal-basis';
import { parseCooperation } from '#snapshot';
import { nodeSha256 } from '#tlog/build';
import { exampleInputs, newestRuleSet } from '../law/mix.js';
import { digestOf, type BenchWorld } from './world.js';

/** An entry as it lies beside the log. */
export interface Act {
  readonly entry: string;
  readonly annex: string;
  readonly messageId: string;
}

/** An example referral to one of its recipients, and the keys log and rule set that it is judged by. */
interface Case {
  readonly sender: string;
  readonly recipient: string;
  readonly claims: Claims;
  readonly size: bigint;
  readonly ruleSet: RuleSet;
  readonly directory: DirectoryView;
}
interface Sent {
  readonly decision: Act;
  readonly parties: { readonly messageId: string; readonly sender: string; readonly recipient: string };
  readonly entryId: string;
  readonly jweSha256: string;
}

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const random = (): string => randomBytes(32).toString('base64url');
const iso = (ms: number): string => new Date(ms).toISOString();

/** Signs what exchange and gateways would: example referrals over and over, each with ids, pseudonyms and digests of its own. */
export class Acts {
  private readonly numbers = new Map<string, number>();
  /** By rule set, oldest first: cases with a permit, and those that the sender's own gateway stops. */
  private readonly permitted: (readonly Case[])[] = [];
  private readonly stopped: (readonly Case[])[] = [];

  constructor(
    root: string,
    private readonly world: BenchWorld,
    private readonly today: string,
  ) {
    const opened = world.cooperations.map((bytes) => parseCooperation(bytes));
    const examples = exampleInputs(root, newestRuleSet());
    for (const [at, ruleSet] of ruleSets.entries()) {
      const size = sizeUnder(world, at);
      const directory = world.keys.at(size).withCooperations(opened);
      const cases = examples
        .filter(({ claims }) => messageTypes.some(({ id, cls }) => id === claims.messageType && cls === 'document'))
        .map(({ sender, recipient, claims }) => ({ sender, recipient, claims, size, ruleSet, directory }));
      const permits = (one: Case): boolean => check({ ...one, on: this.today }).outcome === 'permit';
      this.permitted.push(cases.filter(permits));
      this.stopped.push(cases.filter((one) => !permits(one)));
    }
  }

  /** The n-th disclosure. @param era which rule set, oldest first @param at milliseconds */
  permit(n: number, era: number, at: number): Promise<Sent> {
    return this.decided(pick(this.permitted, era, n), at);
  }
  /** A message that passed its own gateway and is stopped by the exchange. */
  denied(n: number, era: number, at: number): Promise<Sent> {
    return this.decided(pick(this.stopped, era, n), at);
  }

  private async decided(one: Case, at: number): Promise<Sent> {
    const { sender, recipient, ruleSet, size } = one;
    const { directory } = this.world;
    const claims = withOwnIds(one.claims, at);
    const snapshot = this.world.keys.at(size);
    const gateway = snapshot.authority(sender)?.gateway ?? '';
    const jweSha256 = random();
    const common = {
      env: directory.environment,
      messageId: randomUUID(),
      attempt: 1,
      caseId: randomUUID(),
      sender,
      recipient,
    };
    const annex = await signManifest(this.world.manifestSigner(gateway), {
      v: 1,
      ...common,
      recipientFunction: snapshot.authority(recipient)?.functions[0]?.id ?? '',
      gateway,
      messageType: claims.messageType,
      class: 'document',
      issuedAt: iso(at - 1_000),
      expiresAt: iso(at - 1_000 + LIFETIME_MS),
      claims,
      jwe: { sha256: jweSha256, length: 4_321 },
      sealingKey: snapshot.liveKeys(recipient, 'sealing')[0]?.kid ?? '',
      documentKey: snapshot.liveKeys(sender, 'document')[0]?.kid ?? '',
    });
    const verdict = check({ ...one, claims, on: stockholmDate(new Date(at)) });
    const entryId = randomUUID();
    const entry = await signDecision(this.world.exchange, {
      v: 1,
      kind: 'decision',
      ...common,
      entryId,
      outcome: verdict.outcome,
      verdict: verdictCodes(verdict),
      claimsSha256: digestOf(canonicalBytes(claims)),
      manifestSha256: digestOf(annex),
      jweSha256,
      ruleSet: { number: ruleSet.number, sha256: ruleSetDigest(ruleSet, nodeSha256) },
      engineVersion: ENGINE_VERSION,
      keys: this.world.head(size),
      number: this.nextNumber(sender),
      decidedAt: iso(at),
    });
    const { messageId } = common;
    return {
      decision: { entry, annex, messageId },
      parties: { messageId, sender, recipient },
      entryId,
      jweSha256,
    };
  }

  /** A receipt of the recipient's gateway, taken into the log. */
  async receipt(sent: Sent, kind: Receipt['kind'], era: number, at: number): Promise<Act> {
    const size = sizeUnder(this.world, era);
    const { messageId, recipient } = sent.parties;
    const gateway = this.world.keys.at(size).authority(recipient)?.gateway ?? '';
    const annex = await signReceipt(this.world.manifestSigner(gateway), {
      v: 1,
      env: this.world.directory.environment,
      receiptId: randomUUID(),
      messageId,
      attempt: 1,
      kind,
      by: recipient,
      gateway,
      decisionEntryId: sent.entryId,
      jweSha256: sent.jweSha256,
      at: iso(at - 500),
    });
    const body = { kind: 'receipt-recorded', ...sent.parties, attempt: 1, statementSha256: digestOf(annex) } as const;
    return { entry: await this.notice(body, size, at), annex, messageId };
  }

  /** A refusal by the sender's own gateway, taken into the log. */
  async refusal(n: number, era: number, at: number): Promise<Act> {
    const one = pick(this.stopped, era, n);
    const { sender, recipient, ruleSet, size } = one;
    const claims = withOwnIds(one.claims, at);
    const verdict = check({ ...one, claims, on: stockholmDate(new Date(at - 500)) });
    if (verdict.outcome === 'permit') throw new Error('a permit is no refusal');
    const gateway = this.world.keys.at(size).authority(sender)?.gateway ?? '';
    const messageId = randomUUID();
    const annex = await signRefusal(this.world.manifestSigner(gateway), {
      v: 1,
      env: this.world.directory.environment,
      refusalId: randomUUID(),
      messageId,
      caseId: randomUUID(),
      sender,
      recipient,
      gateway,
      claims,
      outcome: verdict.outcome,
      verdict: verdictCodes(verdict),
      ruleSet: { number: ruleSet.number, sha256: ruleSetDigest(ruleSet, nodeSha256) },
      engineVersion: ENGINE_VERSION,
      keys: this.world.head(size),
      at: iso(at - 500),
    });
    const number = this.nextNumber(sender);
    const statementSha256 = digestOf(annex);
    const body = { kind: 'refusal-recorded', messageId, sender, recipient, statementSha256, number } as const;
    return { entry: await this.notice(body, size, at), annex, messageId };
  }

  private notice(body: Omit<Notice, 'v' | 'env' | 'entryId' | 'keys' | 'at'>, size: bigint, at: number) {
    const { environment: env } = this.world.directory;
    const keys = this.world.head(size);
    return signNotice(this.world.exchange, { v: 1, env, entryId: randomUUID(), keys, at: iso(at), ...body });
  }

  private nextNumber(sender: string): number {
    const number = (this.numbers.get(sender) ?? 0) + 1;
    this.numbers.set(sender, number);
    return number;
  }
}

const pick = (byEra: readonly (readonly Case[])[], era: number, n: number): Case => {
  const cases = byEra[era] ?? [];
  const one = cases[n % cases.length];
  if (one === undefined) throw new Error('no such case');
  return one;
};

/** The keys log as it was when this rule set, oldest first, was the newest one and everybody had adopted it. */
const sizeUnder = ({ entries, keys }: BenchWorld, era: number): bigint => {
  for (let size = 1; size < entries.length; size += 1)
    if (keys.at(BigInt(size)).ruleSets().length === era + 2) return BigInt(size - 1);
  return keys.size;
};

const withOwnIds = (claims: Claims, at: number): Claims => ({
  ...claims,
  assessments: claims.assessments.map((one) => ({
    ...one,
    id: randomUUID(),
    officer: random(),
    commitment: random(),
    digest: random(),
    at: iso(at - 60_000),
  })),
});
