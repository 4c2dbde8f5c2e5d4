import { KeyStoreError } from '#keystore';
import type { EventLog } from '#platform';
import type { KeyRecord, Snapshot } from '#snapshot';
import type { KeyStore } from '../keys/key-store.js';
import type { ForeignKeys } from './ports/foreign-keys.js';

/** `not-held`: a key stands in the keys log for this gateway or an authority it hosts, and is not in its key store. `revoked`: one in the store was ended, and no other of its use there is live. */
export type OwnKeyFault = 'not-held' | 'revoked';

/**
 * Whether the keys log says of this gateway's keys what this gateway knows of them. Whoever has an administrator's key, or both operators', can
 * have a key enrolled for somebody else, and senders would seal to it: here, where the true keys lie, is the one place at which it shows.
 */
export class OwnKeys {
  private readonly told = new Set<string>();
  private fault: OwnKeyFault | undefined;

  /**
   * @param foreign keys that came while this gateway followed the log and were not its own: neither their end nor a restart makes them forgotten
   * @param known size of the keys log that was judged before; undefined: none was
   */
  constructor(
    private readonly keys: KeyStore,
    private readonly log: EventLog,
    private readonly foreign: ForeignKeys,
    private known: bigint | undefined,
  ) {}

  /** @returns why people should look; `not-held` before `revoked` */
  warning(): OwnKeyFault | undefined {
    return this.foreign.kids().some((kid) => !this.keys.holds(kid)) ? 'not-held' : this.fault;
  }

  /** Judges every key that came since the last look, and every one that is live: one that came and went in between is seen too. */
  async look(snapshot: Snapshot): Promise<void> {
    if (this.lacks(snapshot)) await this.readAgain();
    const faults: OwnKeyFault[] = [];
    for (const holder of this.holders(snapshot)) {
      for (const { key, from, isLive } of snapshot.keysEver(holder)) {
        const isHeld = this.keys.holds(key.kid);
        const isNew = this.known !== undefined && from > this.known;
        if (isHeld && !isLive && !this.succeeded(key, snapshot)) faults.push(this.tell('revoked', key, snapshot));
        if (isHeld || !(isLive || isNew)) continue;
        if (isNew) await this.foreign.keep(key.kid);
        faults.push(this.tell('not-held', key, snapshot));
      }
    }
    this.fault = faults.includes('not-held') ? 'not-held' : faults[0];
    this.known = snapshot.size;
  }

  /** A store that cannot be read is the watch's to tell: it stops nobody from following the keys log, who judges by the keys held. */
  private async readAgain(): Promise<void> {
    await this.keys.reload().catch((error: unknown) => {
      if (!(error instanceof KeyStoreError)) throw error;
    });
  }

  /** Whether another of its use that is held here is live: then its end stops nothing, and is what a rotation ends with. */
  private succeeded({ holder, use }: KeyRecord, snapshot: Snapshot): boolean {
    return snapshot.liveKeys(holder, use).some(({ kid }) => this.keys.holds(kid));
  }

  /** Whether a live key is not held: it may have been made since the store was read. */
  private lacks(snapshot: Snapshot): boolean {
    return [...this.holders(snapshot)].some((holder) =>
      snapshot.keysEver(holder).some(({ key, isLive }) => isLive && !this.keys.holds(key.kid)),
    );
  }

  /** Itself, and the authorities that it holds keys of or that the log says it hosts. */
  holders(snapshot: Snapshot): ReadonlySet<string> {
    const { gateway } = this.keys;
    const hosted = snapshot.authorities().filter((authority) => authority.gateway === gateway);
    return new Set([`gateway:${gateway}`, ...this.keys.authorities, ...hosted.map(({ id }) => id)]);
  }

  /** As `holders`, and the participants whose administrators and jurists speak for them: without one of those no key of theirs is replaced any more. */
  concerned(snapshot: Snapshot): ReadonlySet<string> {
    const own = this.holders(snapshot);
    const participants = [...own].map((holder) =>
      holder.startsWith('gateway:')
        ? snapshot.gateway(this.keys.gateway)?.operatedBy
        : snapshot.authority(holder)?.participant,
    );
    return new Set([...own, ...participants.flatMap((slug) => (slug === undefined ? [] : [`participant:${slug}`]))]);
  }

  /** Once for each key and fault. */
  private tell(code: OwnKeyFault, { kid, use, holder }: KeyRecord, { size }: Snapshot): OwnKeyFault {
    const about = holder.startsWith('gateway:') ? { gatewayId: this.keys.gateway } : { authorityId: holder };
    if (!this.told.has(`${code} ${kid}`)) {
      this.log.error('own-keys.alarm', { code, kid, type: use, ...about, size: size.toString() });
    }
    this.told.add(`${code} ${kid}`);
    return code;
  }
}
