import { createHash } from 'node:crypto';
import { Law } from '../../../apps/exchange/src/application/ground.js';
import { Judge } from '../../../apps/exchange/src/application/judge.js';
import { EstablishSender } from '../../../apps/exchange/src/application/sender.js';
import type { DeliveryReleasedV1, MessageDecidedV1, MessageSubmittedV1, ReceiptRecordedV1 } from '#contracts';
import { localSigner, parseManifest, sha256Base64url, signDecision, signNotice } from '#envelope';
import type { Decision, Notice, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { Cooperations } from '#operator';
import type { KeysFollower, OperatorClient } from '#operator';
import { cooperationJson } from '#snapshot';
import type { LoggedEntry } from './disclosure-log.js';
import type { World } from './world.js';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** How a statement of the exchange deviates from what the exchange itself would say. */
export interface Deviation<T> {
  readonly change?: (statement: T) => T;
  readonly signer?: Signer;
}

/** The exchange of the world: the product's judge on its own copy of the keys log; its records go to the world's disclosure log. */
export class TestExchange {
  private number = 0;
  private deliveryNumber = 0;

  private constructor(
    private readonly world: World,
    readonly follower: KeysFollower,
    readonly law: Law,
    readonly judge: Judge,
    readonly senders: EstablishSender,
  ) {}

  static async create(world: World): Promise<TestExchange> {
    const follower = await world.follower();
    const registry = {
      get: (path: string) => {
        const opening = world.cooperations.get(path.split('/').at(-1) ?? '');
        return Promise.resolve(opening === undefined ? undefined : canonicalBytes(cooperationJson(opening)));
      },
    };
    const law = new Law(follower, new Cooperations(registry as unknown as OperatorClient), world.ruleSets);
    return new TestExchange(world, follower, law, new Judge(law), new EstablishSender(law, world.environment));
  }

  get signer(): Signer {
    return localSigner(this.world.keys.decision);
  }

  /** Decides on what came, signs it, and puts it into the log. */
  async decide(submitted: MessageSubmittedV1, deviation: Deviation<Decision> = {}): Promise<LoggedEntry> {
    const { manifest } = parseManifest(submitted.manifest);
    const snapshot = this.law.newest();
    const decidedAt = this.world.clock.now();
    const jweSha256 = digestOf(submitted.jwe);
    const judgement = await this.judge.judge(manifest, jweSha256, snapshot, decidedAt);
    const { env, messageId, attempt, caseId, sender, recipient } = manifest;
    const decision: Decision = {
      v: 1,
      kind: 'decision',
      env,
      entryId: this.world.newId(),
      messageId,
      attempt,
      caseId,
      sender,
      recipient,
      outcome: judgement.outcome,
      verdict: judgement.verdict,
      claimsSha256: judgement.claimsSha256,
      manifestSha256: digestOf(submitted.manifest),
      jweSha256,
      ruleSet: judgement.ruleSet,
      engineVersion: judgement.engineVersion,
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      number: (this.number += 1),
      decidedAt: decidedAt.toISOString(),
    };
    const { change = (same) => same, signer = this.signer } = deviation;
    return this.world.disclosure.append(await signDecision(signer, change(decision)));
  }

  /** The delivery as the recipient's gateway gets it. */
  async release(submitted: MessageSubmittedV1, deviation?: Deviation<Decision>): Promise<DeliveryReleasedV1> {
    const { entry, blind, proof } = await this.decide(submitted, deviation);
    const { manifest, jwe } = submitted;
    return { manifest, jwe, decision: entry, blind, proof, deliveryNumber: (this.deliveryNumber += 1) };
  }

  /** The decision as the sender's gateway gets it. */
  async decided(submitted: MessageSubmittedV1, deviation?: Deviation<Decision>): Promise<MessageDecidedV1> {
    const { messageId, attempt } = parseManifest(submitted.manifest).manifest;
    const { entry, blind, proof } = await this.decide(submitted, deviation);
    return { messageId, attempt, decision: entry, blind, proof };
  }

  async notice(
    body: Omit<Notice, 'v' | 'env' | 'entryId' | 'keys' | 'at'>,
    { change = (same) => same, signer = this.signer }: Deviation<Notice> = {},
  ): Promise<LoggedEntry> {
    const snapshot = this.law.newest();
    const notice: Notice = {
      v: 1,
      env: this.world.environment,
      entryId: this.world.newId(),
      keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
      at: this.world.clock.now().toISOString(),
      ...body,
    };
    return this.world.disclosure.append(await signNotice(signer, change(notice)));
  }

  /** A gateway's receipt, taken into the log, as the sender's gateway gets it. */
  async recorded(
    of: { readonly messageId: string; readonly attempt: number; readonly sender: string; readonly recipient: string },
    receipt: string,
    sealed?: string,
    deviation?: Deviation<Notice>,
  ): Promise<ReceiptRecordedV1> {
    const { messageId, attempt, sender, recipient } = of;
    const statementSha256 = sha256Base64url(receipt);
    const kind = 'receipt-recorded';
    const body = { kind, messageId, attempt, sender, recipient, statementSha256 } as const;
    const { entry: notice, blind, proof } = await this.notice(body, deviation);
    return { receipt, notice, blind, proof, ...(sealed === undefined ? {} : { sealed }) };
  }
}

export const anExchange = (world: World): Promise<TestExchange> => TestExchange.create(world);
