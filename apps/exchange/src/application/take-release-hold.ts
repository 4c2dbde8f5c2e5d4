import { parseReleaseHold, sha256Base64url, verifyReleaseHold } from '#envelope';
import type { ReleaseHold } from '#envelope';
import type { ReleaseHoldSignedV1 } from '#contracts';
import type { DataSource } from 'typeorm';
import { SetAside } from '../domain/errors.js';
import { releaseHolds } from '../persistence/release-hold.store.js';
import type { Recorder } from './recorder.js';
import { readable } from './sender.js';
import type { EstablishSender } from './sender.js';

export interface TakenReleaseHold {
  readonly sender: string;
  readonly code: ReleaseHold['code'];
  readonly outcome: 'taken' | 'known';
}

/** Takes a sender's hold, or that it is lifted, into the log. When this is committed nothing that it stops is released any more (design.md section 4, step 5). */
export class TakeReleaseHold {
  constructor(
    private readonly dataSource: DataSource,
    private readonly senders: EstablishSender,
    private readonly recorder: Recorder,
    private readonly now: () => Date,
  ) {}

  /** @throws {SetAside | NotYet} */
  async execute({ hold: text }: ReleaseHoldSignedV1, account: string): Promise<TakenReleaseHold> {
    const { hold, kid } = readable('hold-unreadable', () => parseReleaseHold(text));
    const { env, gateway, sender, recipient, code } = hold;
    const at = this.now();
    const snapshot = await this.senders.establish(
      { kid, env, gateway, authority: sender, at },
      account,
      { key: 'hold-key', signature: 'hold-signature' },
      (key) => verifyReleaseHold(text, key),
    );
    const statementSha256 = sha256Base64url(text);
    const outcome = await this.dataSource.transaction(async (tx) => {
      // As whoever releases: the keys log first, and then the holds.
      await this.recorder.mayName(tx, [snapshot]);
      const added = await releaseHolds.add(tx, hold, statementSha256, at);
      if (added === undefined) throw new SetAside('hold-conflict');
      if (!added) return 'known';
      const body = { kind: 'hold-recorded', sender, recipient, statementSha256 } as const;
      await this.recorder.notice(tx, gateway, body, snapshot, at, { statement: text });
      return 'taken';
    });
    return { sender, code, outcome };
  }
}
