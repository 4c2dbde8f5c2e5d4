import { parseRetraction, sha256Base64url, verifyRetraction } from '#envelope';
import type { Retraction } from '#envelope';
import type { RetractionSignedV1 } from '#contracts';
import type { Snapshot } from '#snapshot';
import type { DataSource, EntityManager } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { entries } from '../persistence/entry.store.js';
import { messages } from '../persistence/message.store.js';
import type { StoredMessage } from '../persistence/message.store.js';
import { retractions } from '../persistence/retraction.store.js';
import { subject } from './decide-message.js';
import type { Recorder } from './recorder.js';
import { publishedBy, readable } from './sender.js';
import type { EstablishSender } from './sender.js';

export interface TakenRetraction {
  readonly messageId: string;
  /** `early`: its message is not here yet, and nothing was done. */
  readonly outcome: 'taken' | 'withdrawn' | 'known' | 'early';
}

/** Takes a retraction into the log. A message that has not been released is not released any more; of one that was, its recipient is told. */
export class TakeRetraction {
  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
  ) {}

  /** @throws {SetAside | NotYet} */
  async execute({ retraction: text }: RetractionSignedV1, account: string): Promise<TakenRetraction> {
    const { retraction, kid } = readable('retraction-unreadable', () => parseRetraction(text));
    const { env, gateway, sender, messageId } = retraction;
    const sha256 = sha256Base64url(text);
    if (publishedBy(gateway, account) && (await retractions.holds(this.dataSource.manager, retraction, sha256))) {
      return { messageId, outcome: 'known' };
    }
    const at = this.now();
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: sender, at },
      account,
      { key: 'retraction-key', signature: 'retraction-signature' },
      (key) => verifyRetraction(text, key),
    );
    return { messageId, outcome: await this.take(retraction, text, sha256, { snapshot, at }) };
  }

  private take(
    retraction: Retraction,
    text: string,
    sha256: string,
    { snapshot, at }: { readonly snapshot: Snapshot; readonly at: Date },
  ): Promise<TakenRetraction['outcome']> {
    return this.dataSource.transaction(async (tx) => {
      // The decision before its message, as whoever releases locks them.
      const waiting = await entries.waitingOn(tx, retraction);
      const message = await messages.find(tx, retraction);
      // Or decided anew just now.
      if (message === undefined || (message.state === 'decided' && waiting === undefined)) return 'early';
      await bound(tx, retraction, message);
      const added = await retractions.add(tx, retraction, sha256, at);
      if (!added) {
        if (await retractions.holds(tx, retraction, sha256)) return 'known';
        throw new SetAside('retraction-conflict');
      }
      // A refusal that waits to be told is told all the same: nothing of it will be released.
      const stopped = waiting?.outcome === 'permit' && message.state === 'decided';
      if (stopped) {
        await entries.supersede(tx, waiting.entryId, at);
        await messages.move(tx, message, 'withdrawn', at);
      }
      const kind = stopped ? ('withdrawn' as const) : ('retraction-recorded' as const);
      const body = { kind, ...subject(message), statementSha256: sha256 };
      // Whoever never had it learns nothing: not even that it was to be given it, and was refused.
      const toRecipient = await messages.isReleased(tx, message);
      await this.recorder.notice(tx, message.gateway, body, snapshot, at, { statement: text, toRecipient });
      return stopped ? 'withdrawn' : 'taken';
    });
  }
}

/** To this message, as it was sealed, and to the decision on which it was released. */
const bound = async (tx: EntityManager, retraction: Retraction, message: StoredMessage): Promise<void> => {
  const { recipient, jweSha256, gateway, decisionEntryId } = retraction;
  const same = message.recipient === recipient && message.jweSha256 === jweSha256 && message.gateway === gateway;
  if (!same) throw new SetAside('retraction-unbound');
  if (decisionEntryId === undefined) return;
  if (!(await entries.isDecisionOn(tx, message, decisionEntryId))) throw new SetAside('retraction-unbound');
};
