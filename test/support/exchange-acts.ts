import { randomBytes, randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import { localSigner, parseNotice, signRetraction } from '#envelope';
import type { Notice, PrivateKey, Retraction } from '#envelope';
import { aGateway, aWorld, anExchange, example, sealed } from '#testing';
import type { Sealed, TestExchange, TestGateway, World } from '#testing';
import type { DataSource } from 'typeorm';
import { DecideMessage } from '../../apps/exchange/src/application/decide-message.js';
import { Recorder } from '../../apps/exchange/src/application/recorder.js';
import { ReleaseProven } from '../../apps/exchange/src/application/release-proven.js';
import { entries } from '../../apps/exchange/src/persistence/entry.store.js';
import type { Waiting } from '../../apps/exchange/src/persistence/entry.store.js';
import { messages } from '../../apps/exchange/src/persistence/message.store.js';
import type { MessageKey, StoredMessage } from '../../apps/exchange/src/persistence/message.store.js';
import { OwnDatabases } from './databases.js';
import { noRelay } from './no-relay.js';

/** Account of the gateway that submits. */
export const ACCOUNT = 'gw-kommunerna';
const { system, referral } = example('01');
const nothing = (): void => undefined;

/** The exchange's own classes on a database of the spec's own, and a gateway that submits to it. */
export class ExchangeActs {
  readonly recorder: Recorder;
  readonly deciding: DecideMessage;
  readonly releasing: ReleaseProven;

  private constructor(
    readonly world: World,
    readonly databases: OwnDatabases,
    readonly db: DataSource,
    readonly gateway: TestGateway,
    readonly exchange: TestExchange,
    newEntryId: () => string,
  ) {
    const { now } = world.clock;
    const fresh = { id: newEntryId, blind: () => randomBytes(32) };
    this.recorder = new Recorder(
      () => [exchange.signer],
      world.environment,
      fresh,
      () => true,
    );
    this.deciding = new DecideMessage(db, exchange.senders, exchange.judge, this.recorder, now, nothing);
    this.releasing = new ReleaseProven(
      db,
      world.trust.logs.disclosure,
      exchange.law,
      exchange.judge,
      this.deciding,
      this.recorder,
      1e9,
      randomUUID,
      now,
      nothing,
      noRelay,
    );
  }

  /** @param newEntryId of what is recorded */
  static async deploy(name: string, newEntryId: () => string = randomUUID): Promise<ExchangeActs> {
    const world = await aWorld();
    const databases = await OwnDatabases.deploy(name);
    const db = await databases.connect(databases.urls.operator.exchange, 'exchange');
    return new ExchangeActs(
      world,
      databases,
      db,
      await aGateway(world, 'kommunerna'),
      await anExchange(world),
      newEntryId,
    );
  }

  drop(): Promise<void> {
    return this.databases.drop();
  }

  /** A message as its sender's gateway submits it; its verdict is permit. */
  message(caseId: string = randomUUID()): Promise<Sealed> {
    const body = { ...referral, id: randomUUID(), caseId } as SubmitReferralDto;
    return sealed(this.world, this.gateway, { ...example('01'), referral: body });
  }

  /** A retraction of it that its sender's gateway signed. */
  retraction({ message }: Sealed, change: Partial<Retraction> = {}): Promise<string> {
    return signRetraction(localSigner(this.world.keys.manifests['kommunerna'] as PrivateKey), {
      v: 1,
      env: this.world.environment,
      retractionId: randomUUID(),
      ...keyOf(message),
      recipient: message.recipient,
      gateway: 'kommunerna',
      jweSha256: message.jweSha256 ?? '',
      reason: 'wrong-recipient',
      at: this.world.clock.now().toISOString(),
      ...change,
    });
  }

  state(key: MessageKey): Promise<StoredMessage['state'] | undefined> {
    return this.db.transaction(async (tx) => (await messages.find(tx, key))?.state);
  }

  /** Kinds of the notices about a message, in their order. */
  async noticed({ messageId }: Pick<MessageKey, 'messageId'>): Promise<readonly Notice['kind'][]> {
    const rows = await this.db.query<{ notice: string }[]>(`SELECT notice FROM exchange.notice ORDER BY seq`);
    const all = rows.map(({ notice }) => parseNotice(notice).notice);
    return all.filter((one) => one.messageId === messageId).map(({ kind }) => kind);
  }

  /** Moves a permit as its release does, without a proof. @returns id of the decision */
  released(key: MessageKey): Promise<string> {
    const at = this.world.clock.now();
    return this.db.transaction(async (tx) => {
      const found = await messages.find(tx, key);
      const waiting = await entries.waitingOn(tx, key);
      if (found === undefined || waiting === undefined) throw new Error('nothing waits');
      await messages.deliver(tx, found, waiting.entryId, at);
      await messages.move(tx, found, 'released', at);
      await entries.released(tx, 'decision', waiting.entryId, at);
      return waiting.entryId;
    });
  }

  /** Logs what waits. @returns proofs by entry id */
  async proofs(waiting: readonly Pick<Waiting, 'entryId' | 'is'>[]): Promise<Map<string, string>> {
    const proofs = new Map<string, string>();
    for (const { entryId, is } of waiting) {
      const [row] = await this.db.query<{ text: string; blind: Buffer<ArrayBuffer> }[]>(
        `SELECT ${is} AS text, blind FROM exchange.${is} WHERE entry_id = $1`,
        [entryId],
      );
      proofs.set(entryId, (await this.world.disclosure.append(row?.text ?? '', row?.blind)).proof);
    }
    return proofs;
  }
}

/** Of the first attempt of a message that `ExchangeActs` made. */
export const keyOf = ({ messageId }: Pick<MessageKey, 'messageId'>): MessageKey => ({
  sender: system,
  messageId,
  attempt: 1,
});
