import { signLook } from '#envelope';
import type { Look } from '#envelope';
import type { EventLog } from '#platform';
import type { Fresh } from '../domain/fresh.js';
import type { Asked, FoundOpening, OpeningStore } from '../persistence/opening.store.js';
import { hand } from '../persistence/hand.js';
import { unlessBehind } from '../persistence/own-keys.js';
import type { AccessKey } from './access-key.js';
import { partiesOf } from './parties.js';
import type { ReadLog } from './read-log.js';
import type { ReadParties } from './read-parties.js';

/** Openings in one answer: what names them is one entry. */
const PAGE = 100;

export interface Looking {
  /** Gateway that asks, as its service token says. */
  readonly gateway: string;
  readonly authority: string;
  readonly purpose: Look['purpose'];
  readonly asked: Asked;
}
export interface Shown {
  readonly openings: readonly FoundOpening[];
  /** Those of the same stretch whose openings are erased. */
  readonly erased: readonly { readonly index: bigint; readonly by: bigint }[];
  /** First index that was not looked at; absent when nothing is left. */
  readonly next?: bigint;
}

/**
 * Shows an authority, through the gateway that hosts it, openings of entries that it is party to. That it looked is an entry of its own, committed before anything
 * is shown: whoever takes the answer and says no more has looked.
 */
export class ShowOpenings {
  constructor(
    private readonly store: OpeningStore,
    private readonly parties: Pick<ReadParties, 'upTo'>,
    private readonly access: AccessKey,
    private readonly reading: Pick<ReadLog, 'size'>,
    private readonly environment: string,
    private readonly fresh: Fresh,
    private readonly now: () => Date,
    private readonly log: EventLog,
    private readonly crash: (point: string) => void = () => undefined,
  ) {}

  /**
   * @returns `not-hosted`: for this gateway there is no such authority; `not-ready`: nothing can be signed, or an erasure does not stand in the log yet, so nothing
   * is shown
   */
  async execute({ gateway, authority, purpose, asked }: Looking): Promise<Shown | 'not-hosted' | 'not-ready'> {
    const signing = await this.access.live();
    if (signing === undefined) return 'not-ready';
    const { signer, snapshot } = signing;
    if (snapshot.authority(authority)?.gateway !== gateway) return 'not-hosted';
    const size = this.reading.size('disclosure');
    await this.parties.upTo(size);
    const shown = await this.store
      .transaction(async (tx) => {
        const found = await this.store.of(tx, authority, asked, size, PAGE + 1);
        const page = found.slice(0, PAGE);
        const next = found[PAGE];
        const openings = page.filter((one) => 'entry' in one);
        const erased = page.flatMap((one) => ('entry' in one ? [] : [{ index: one.index, by: one.erasedBy }]));
        if (!erased.every(hasEntry)) return 'not-ready';
        const answer = { openings, erased, ...(next === undefined ? {} : { next: next.index }) };
        if (openings.length === 0) return answer;
        const entryId = this.fresh.id();
        const look: Look = {
          v: 1,
          kind: 'look',
          env: this.environment,
          entryId,
          gateway,
          authority,
          purpose,
          seen: openings.map(seenOf),
          keys: { size: snapshot.size.toString(), root: snapshot.rootBase64 },
          at: this.now().toISOString(),
        };
        await hand(tx, {
          entryId,
          entry: await signLook(signer, look),
          blind: this.fresh.blind(),
          keysSize: snapshot.size,
        });
        this.crash('ledger.look.before-commit');
        return answer;
      })
      .catch(unlessBehind);
    if (shown === undefined || shown === 'not-ready') return 'not-ready';
    const count = shown.openings.length;
    if (count === 0) return shown;
    this.crash('ledger.look.after-commit');
    this.log.info('openings.shown', { gatewayId: gateway, authorityId: authority, code: purpose, count });
    return shown;
  }
}

const hasEntry = (one: {
  readonly index: bigint;
  readonly by: bigint | undefined;
}): one is { readonly index: bigint; readonly by: bigint } => one.by !== undefined;

export const seenOf = ({ index, entryId, entry }: FoundOpening): Look['seen'][number] => {
  const { sender, recipient } = partiesOf(entry);
  return {
    index: index.toString(),
    entryId,
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
  };
};
