import type { ExpireAttachments } from './expire-attachments.js';
import type { ReferralStore } from './ports/referral.js';
import type { Now } from './ports/time-and-ids.js';

export interface Expired {
  readonly drafts: number;
  readonly messages: number;
  readonly attachments: number;
}

/** Ends what nobody assessed in time and what could not be published before its manifest lapsed (design.md I1). */
export class Expire {
  constructor(
    private readonly store: ReferralStore,
    private readonly attachments: ExpireAttachments,
    private readonly authorities: () => readonly string[],
    private readonly now: Now,
  ) {}

  async execute(): Promise<Expired> {
    let drafts = 0;
    let messages = 0;
    let attachments = 0;
    for (const authority of this.authorities()) {
      const expired = await this.store.expire(authority, this.now());
      drafts += expired.drafts;
      messages += expired.messages;
      attachments += await this.attachments.execute(authority);
    }
    return { drafts, messages, attachments };
  }
}
