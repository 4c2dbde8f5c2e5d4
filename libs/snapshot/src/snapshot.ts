import { stockholmDate } from '#legal-basis';
import type { AuthorityView, CooperationView, DirectoryView, LegalPositionView, LocalDate } from '#legal-basis';
import type { KeyUse, PublicKey } from '#envelope';
import type { EnrolledAuthority, FunctionView, ParticipantView } from './statement.js';

export interface KeyRecord {
  readonly kid: string;
  readonly use: KeyUse;
  /** `<authority>`, `gateway:<id>`, `participant:<slug>`, `exchange`, `ledger`, `console` or `operator`. */
  readonly holder: string;
  readonly public: PublicKey;
  /** The day, Europe/Stockholm, from whose beginning on it does nothing new; absent: it ends when it is revoked. */
  readonly expiresOn?: LocalDate;
}
export interface GatewayRecord {
  readonly id: string;
  readonly operatedBy: string;
}
export interface AuthorityRecord extends EnrolledAuthority {
  readonly participant: string;
  readonly functions: readonly FunctionView[];
  /** Gateway that hosts it. */
  readonly gateway: string;
}
export interface ReleasedRuleSet {
  readonly number: number;
  readonly date: LocalDate;
  readonly sha256: string;
  /** Least engine version it needs. */
  readonly engineVersion: number;
}
interface Position extends LegalPositionView {
  readonly authority: string;
}

/** Log sizes at which something holds: from the first, before the second. */
export interface Spell {
  readonly from: number;
  until?: number;
}
export interface Logged<T> extends Spell {
  readonly value: T;
}
export interface LoggedState {
  readonly participants: Map<string, Logged<ParticipantView>>;
  readonly gateways: Map<string, Logged<GatewayRecord>>;
  readonly authorities: Map<string, Logged<AuthorityRecord>>;
  readonly keys: Map<string, Logged<KeyRecord>>;
  readonly ruleSets: Logged<ReleasedRuleSet>[];
  /** By authority and basis version, oldest first. */
  readonly adoptions: Map<string, Map<string, Spell[]>>;
  readonly positions: Logged<Position>[];
  readonly cooperations: Map<string, Logged<string>>;
}

/** What the `keys` log says at one size. */
export class Snapshot {
  readonly directory: DirectoryView;
  private computedRoot: string | undefined;
  private dated: Snapshot | undefined;
  private newest: { readonly ruleSet: ReleasedRuleSet | undefined } | undefined;
  constructor(
    private readonly state: LoggedState,
    private readonly length: number,
    /** Computed when asked for: most readers of a snapshot never do. */
    private readonly root: () => Uint8Array,
    private readonly day?: LocalDate,
  ) {
    this.directory = this.withCooperations([]);
  }

  /** The same, at a time: a key that had expired by then is not live. Without a time none has, and what it signed stays good. */
  on(at: Date): Snapshot {
    const day = stockholmDate(at);
    if (this.dated?.day !== day)
      this.dated = new Snapshot(this.state, this.length, () => Buffer.from(this.rootBase64, 'base64'), day);
    return this.dated;
  }

  get size(): bigint {
    return BigInt(this.length);
  }
  /** Root of the log at this size: Base 64, 32 octets. */
  get rootBase64(): string {
    this.computedRoot ??= Buffer.from(this.root()).toString('base64');
    return this.computedRoot;
  }
  participant(slug: string): ParticipantView | undefined {
    return this.held(this.state.participants.get(slug));
  }
  gateway(id: string): GatewayRecord | undefined {
    return this.held(this.state.gateways.get(id));
  }
  authority(id: string): AuthorityRecord | undefined {
    return this.held(this.state.authorities.get(id));
  }
  authorities(): readonly AuthorityRecord[] {
    return this.all(this.state.authorities.values());
  }
  /** The key, if it is live at this size; see `on` for those that expire. */
  key(kid: string): KeyRecord | undefined {
    const key = this.held(this.state.keys.get(kid));
    return key === undefined || this.expired(key) ? undefined : key;
  }
  private expired({ expiresOn }: KeyRecord): boolean {
    return this.day !== undefined && expiresOn !== undefined && expiresOn <= this.day;
  }
  /** Live keys of one holder and use, oldest first. */
  liveKeys(holder: string, use: KeyUse): readonly KeyRecord[] {
    return this.all(this.state.keys.values()).filter(
      (key) => key.holder === holder && key.use === use && !this.expired(key),
    );
  }
  /** Of each use that this holder has live keys for, the one that lasts longest, expired ones too. */
  lastingKeys(holder: string): readonly KeyRecord[] {
    const longest = new Map<KeyUse, KeyRecord>();
    for (const key of this.all(this.state.keys.values())) {
      const other = longest.get(key.use);
      if (key.holder === holder && (other === undefined || lasts(key) >= lasts(other))) longest.set(key.use, key);
    }
    return [...longest.values()];
  }
  /** The key, if it is a live one of an administrator of the authority's participant. */
  administratorOf(authority: string, kid: string): PublicKey | undefined {
    const participant = this.authority(authority)?.participant;
    const key = this.key(kid);
    return participant !== undefined && key?.use === 'administrator' && key.holder === `participant:${participant}`
      ? key.public
      : undefined;
  }
  /** Everyone who ever had a key, in the order in which they came. */
  holders(): readonly string[] {
    const keys = [...this.state.keys.values()].filter(({ from }) => from <= this.length);
    return [...new Set(keys.map(({ value }) => value.holder))];
  }
  /** Every key that this holder ever had up to this size, revoked ones too, oldest first; `from` is the size at which it came. */
  keysEver(holder: string): readonly { readonly key: KeyRecord; readonly from: bigint; readonly isLive: boolean }[] {
    return [...this.state.keys.values()]
      .filter(({ value, from }) => value.holder === holder && from <= this.length)
      .map((logged) => ({ key: logged.value, from: BigInt(logged.from), isLive: this.held(logged) !== undefined }));
  }
  /** Whether this holder ever had the key up to this size, be it ended since. */
  everHad(holder: string, kid: string): boolean {
    const logged = this.state.keys.get(kid);
    return logged?.value.holder === holder && logged.from <= this.length;
  }
  /** The newest released rule set. */
  ruleSet(): ReleasedRuleSet | undefined {
    // Nothing that comes into the log later changes what it said at this size.
    this.newest ??= { ruleSet: this.ruleSets().at(-1) };
    return this.newest.ruleSet;
  }
  ruleSets(): readonly ReleasedRuleSet[] {
    return this.all(this.state.ruleSets);
  }
  /** Commitment to a cooperation decision; its opening is the registry's to give to its parties. */
  cooperationCommitment(id: string): string | undefined {
    return this.held(this.state.cooperations.get(id));
  }

  /** The directory as the check reads it, with these cooperation decisions opened. */
  withCooperations(opened: readonly CooperationView[]): DirectoryView {
    return {
      authority: (id) => {
        const record = this.authority(id);
        return record === undefined ? undefined : viewOf(record);
      },
      adopted: (authority, version) =>
        (this.state.adoptions.get(authority)?.get(version) ?? []).some((spell) => this.isWithin(spell)),
      position: (authority, question, on) =>
        this.all(this.state.positions)
          .filter(
            (position) => position.authority === authority && position.question === question && position.from <= on,
          )
          .at(-1),
      cooperation: (id) => opened.find((view) => view.id === id && this.cooperationCommitment(id) !== undefined),
    };
  }

  private held<T>(logged: Logged<T> | undefined): T | undefined {
    return logged !== undefined && this.isWithin(logged) ? logged.value : undefined;
  }
  private isWithin({ from, until = Infinity }: Spell): boolean {
    return from <= this.length && this.length < until;
  }
  private all<T>(logged: Iterable<Logged<T>>): readonly T[] {
    return Array.from(logged, (item) => this.held(item)).filter((value) => value !== undefined) as readonly T[];
  }
}

const lasts = ({ expiresOn = '9999-12-31' }: KeyRecord): string => expiresOn;

const viewOf = ({ id, participant, kind, branches, agency }: AuthorityRecord): AuthorityView => ({
  id,
  participant,
  kind,
  branches,
  ...(agency === undefined ? {} : { agency }),
});
