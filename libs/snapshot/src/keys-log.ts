import type { KeyUse } from '#envelope';
import { rootOfLeaves } from '#tlog/verify';
import type { Sha256 } from '#tlog/verify';
import { verifiedAhead } from './ahead.js';
import type { Ahead } from './ahead.js';
import { broughtKeys, possessorsOf } from './brought.js';
import type { BroughtKey } from './brought.js';
import { isSigned, parseEntry } from './entry.js';
import type { Entry, Line } from './entry.js';
import { SnapshotError } from './errors.js';
import { requireHolder, requireOwner } from './rights.js';
import type { AuthorityRecord, GatewayRecord, KeyRecord, LoggedState, ReleasedRuleSet, Spell } from './snapshot.js';
import { Snapshot } from './snapshot.js';
import type { Statement } from './statement.js';
import type { Trust } from './trust.js';

/**
 * The `keys` log as a reader has verified it: every statement's signatures and rights, in the log's order. From the same first n statements everybody
 * gets the same snapshot.
 */
export class KeysLog {
  private readonly entries: Uint8Array[] = [];
  private readonly ids = new Set<string>();
  private readonly state: LoggedState = {
    participants: new Map(),
    gateways: new Map(),
    authorities: new Map(),
    keys: new Map(),
    ruleSets: [],
    adoptions: new Map(),
    positions: [],
    cooperations: new Map(),
  };
  private readonly snapshots = new Map<number, Snapshot>();

  private constructor(
    private readonly trust: Trust,
    private readonly sha256: Sha256,
  ) {}

  static empty(trust: Trust, sha256: Sha256): KeysLog {
    return new KeysLog(trust, sha256);
  }

  get size(): bigint {
    return BigInt(this.entries.length);
  }
  get root(): Uint8Array {
    return rootOfLeaves(this.entries, this.sha256);
  }
  has(statementId: string): boolean {
    return this.ids.has(statementId);
  }

  /** A key that was ever enrolled up to this size, be it revoked since. */
  known(kid: string, size: bigint): KeyRecord | undefined {
    const logged = this.state.keys.get(kid);
    return logged !== undefined && BigInt(logged.from) <= size ? logged.value : undefined;
  }

  /** The root the log would have with these entries after its own, for holding against a checkpoint before they are taken. */
  rootWith(entries: readonly Uint8Array[]): Uint8Array {
    return rootOfLeaves([...this.entries, ...entries], this.sha256);
  }

  /**
   * Verifies the entry against the log so far, and appends it.
   * @throws {SnapshotError} and nothing is appended
   */
  append(bytes: Uint8Array): Promise<Statement> {
    return new Promise((resolve) => resolve(this.take(bytes, parseEntry(bytes))));
  }

  /**
   * As `append`, one after the other, their signatures verified together.
   * @throws {SnapshotError} and nothing is appended from the first on that does not hold
   */
  async appendAll(all: readonly Uint8Array[]): Promise<void> {
    const entries = parsedUntilFault(all);
    const known = [...this.state.keys.values()].map(({ value }) => value.public);
    const ahead = await verifiedAhead(entries, [...this.trust.operators, ...known]);
    for (const [at, bytes] of all.entries()) this.take(bytes, entries[at] ?? parseEntry(bytes), ahead);
  }

  private take(bytes: Uint8Array, entry: Entry, ahead?: Ahead): Statement {
    const { statement } = entry;
    if (statement.env !== this.trust.environment) throw new SnapshotError('WRONG_ENVIRONMENT');
    if (this.ids.has(statement.id)) throw new SnapshotError('ALREADY_ENROLLED', 'id');
    const brought = broughtKeys(statement);
    const signers = this.verifySignatures(entry, brought, ahead);
    const change = this.prepare(statement, signers);
    this.requireUnused(brought);
    const from = this.entries.length + 1;
    for (const one of brought) this.state.keys.set(one.key.kid, { value: recordOf(one), from });
    change(this.entries.length);
    this.entries.push(Uint8Array.from(bytes));
    this.ids.add(statement.id);
    return statement;
  }

  /** Every statement in the order of the log: the first stands at index 0. */
  statements(): readonly Statement[] {
    return this.entries.map((bytes) => parseEntry(bytes).statement);
  }

  /** What was true when the log had this size. @throws {SnapshotError} SIZE_NOT_HELD when it was never read that far */
  at(size: bigint): Snapshot {
    if (size < 0n || size > this.size) throw new SnapshotError('SIZE_NOT_HELD');
    const length = Number(size);
    const known = this.snapshots.get(length);
    if (known !== undefined) return known;
    const snapshot = new Snapshot(this.state, length, () => rootOfLeaves(this.entries.slice(0, length), this.sha256));
    if (this.snapshots.size > 64) this.snapshots.delete([...this.snapshots.keys()][0] as number);
    this.snapshots.set(length, snapshot);
    return snapshot;
  }

  /** @returns keys that signed, the principal's first */
  private verifySignatures(
    entry: Entry,
    brought: readonly BroughtKey[],
    ahead: Ahead | undefined,
  ): { readonly principal: KeyRecord; readonly others: readonly KeyRecord[] } {
    const principal = this.verifiedLine(
      entry.principal,
      ahead,
      this.signerOf(entry.principal.kid, entry.statement, brought),
    );
    requirePossession(entry, brought, ahead);
    const others: KeyRecord[] = [];
    for (const line of entry.countersignatures) {
      others.push(this.verifiedLine(line, ahead, this.signerOf(line.kid)));
    }
    for (const operator of this.trust.operators) {
      if (!others.some(({ kid }) => kid === operator.kid)) throw new SnapshotError('NOT_COUNTERSIGNED', 'operator');
    }
    return { principal, others };
  }

  private signerOf(kid: string, statement?: Statement, brought: readonly BroughtKey[] = []): KeyRecord | undefined {
    const operator = this.trust.operators.find((key) => key.kid === kid);
    if (operator !== undefined) return { kid, use: 'operator', holder: 'operator', public: operator };
    const known = this.at(this.size).key(kid);
    if (known !== undefined) return known;
    // A participant is enrolled under the key that it brings.
    const own = brought.find(({ key }) => statement?.kind === 'participant-enrolled' && key.kid === kid);
    return own === undefined ? undefined : recordOf(own);
  }

  /** Takes as long for a key that is not there as for one that is: whoever brings a statement to the registry is nobody yet. */
  private verifiedLine(line: Line, ahead: Ahead | undefined, signer: KeyRecord | undefined): KeyRecord {
    const genuine = isSigned(line, signer?.public, ahead);
    if (signer === undefined) throw new SnapshotError('UNKNOWN_KEY', 'signer');
    if (!genuine) throw new SnapshotError('BAD_SIGNATURE', 'signer');
    return signer;
  }

  /** Judges the statement against the log so far. @returns what it changes */
  private prepare(
    statement: Statement,
    { principal, others }: { readonly principal: KeyRecord; readonly others: readonly KeyRecord[] },
  ): (index: number) => void {
    const now = this.at(this.size);
    const by = (use: KeyUse, participant: string): void => {
      if (principal.use !== use || principal.holder !== `participant:${participant}`)
        throw new SnapshotError('WRONG_PRINCIPAL');
    };
    switch (statement.kind) {
      case 'participant-enrolled': {
        const { participant } = statement;
        if (now.participant(participant.slug) !== undefined) throw new SnapshotError('ALREADY_ENROLLED', 'participant');
        by('administrator', participant.slug);
        return (index) => put(this.state.participants, participant.slug, participant, index);
      }
      case 'gateway-enrolled': {
        if (now.gateway(statement.gateway) !== undefined) throw new SnapshotError('ALREADY_ENROLLED', 'gateway');
        if (now.participant(statement.operatedBy) === undefined) throw new SnapshotError('UNKNOWN_PARTICIPANT');
        by('administrator', statement.operatedBy);
        const record: GatewayRecord = { id: statement.gateway, operatedBy: statement.operatedBy };
        return (index) => put(this.state.gateways, record.id, record, index);
      }
      case 'authority-enrolled': {
        const { authority } = statement;
        const participant = authority.id.split('/')[0] as string;
        if (now.authority(authority.id) !== undefined) throw new SnapshotError('ALREADY_ENROLLED', 'authority');
        if (now.participant(participant) === undefined) throw new SnapshotError('UNKNOWN_PARTICIPANT');
        if (now.gateway(statement.gateway) === undefined) throw new SnapshotError('UNKNOWN_GATEWAY');
        by('administrator', participant);
        const record: AuthorityRecord = {
          ...authority,
          participant,
          functions: statement.functions,
          gateway: statement.gateway,
        };
        return (index) => put(this.state.authorities, authority.id, record, index);
      }
      case 'key-added': {
        requireHolder(now, statement.holder, statement.use, principal, this.trust);
        return () => undefined;
      }
      case 'key-revoked': {
        const record = now.key(statement.kid);
        if (record === undefined || record.use === 'operator') throw new SnapshotError('UNKNOWN_KEY');
        requireOwner(now, record.holder, principal, this.trust);
        const isLast = now.liveKeys(record.holder, record.use).length === 1;
        if (isLast && statement.reason === 'superseded') throw new SnapshotError('LAST_KEY');
        return (index) => {
          const logged = this.state.keys.get(statement.kid);
          if (logged !== undefined) logged.until = index + 1;
        };
      }
      case 'rule-set-released': {
        const jurists = others.filter(({ use, holder }) => use === 'jurist' && holder !== principal.holder);
        if (principal.use !== 'jurist') throw new SnapshotError('WRONG_PRINCIPAL');
        if (jurists.length === 0) throw new SnapshotError('NOT_COUNTERSIGNED', 'jurist');
        if (statement.number <= (now.ruleSet()?.number ?? 0)) throw new SnapshotError('RULE_SET_OUT_OF_ORDER');
        const { number, date, sha256, engineVersion } = statement;
        return (index) => {
          const released: ReleasedRuleSet = { number, date, sha256, engineVersion };
          this.state.ruleSets.push({ value: released, from: index + 1 });
        };
      }
      case 'rules-adopted': {
        by('jurist', this.participantOf(now, statement.authority));
        const released = now.ruleSets().some(({ number }) => number === statement.ruleSet);
        if (!released) throw new SnapshotError('UNKNOWN_RULE_SET');
        return (index) => {
          const adopted = this.state.adoptions.get(statement.authority) ?? new Map<string, Spell[]>();
          for (const version of statement.versions) {
            const spells = adopted.get(version) ?? [];
            if (spells.length === 0 || spells.at(-1)?.until !== undefined) spells.push({ from: index + 1 });
            adopted.set(version, spells);
          }
          this.state.adoptions.set(statement.authority, adopted);
        };
      }
      case 'adoption-withdrawn': {
        const { authority, versions } = statement;
        by('jurist', this.participantOf(now, authority));
        const isAdopted = versions.every((version) => now.directory.adopted(authority, version));
        if (!isAdopted) throw new SnapshotError('NOT_ADOPTED');
        return (index) => {
          for (const version of versions) {
            const last = this.state.adoptions.get(authority)?.get(version)?.at(-1);
            if (last !== undefined) last.until = index + 1;
          }
        };
      }
      case 'legal-position-taken': {
        by('jurist', this.participantOf(now, statement.authority));
        const { authority, question, answer, from } = statement;
        return (index) => this.state.positions.push({ value: { authority, question, answer, from }, from: index + 1 });
      }
      case 'cooperation-decided': {
        if (principal.use !== 'administrator') throw new SnapshotError('WRONG_PRINCIPAL');
        if (now.cooperationCommitment(statement.cooperation) !== undefined)
          throw new SnapshotError('ALREADY_ENROLLED', 'cooperation');
        return (index) => put(this.state.cooperations, statement.cooperation, statement.commitment, index);
      }
    }
  }

  private participantOf(now: Snapshot, authority: string): string {
    const record = now.authority(authority);
    if (record === undefined) throw new SnapshotError('UNKNOWN_AUTHORITY');
    return record.participant;
  }

  /** A key id is never used twice, not even after revocation. */
  private requireUnused(brought: readonly BroughtKey[]): void {
    const kids = brought.map(({ key }) => key.kid);
    const operators = this.trust.operators.map(({ kid }) => kid);
    if (new Set(kids).size < kids.length || kids.some((kid) => this.state.keys.has(kid) || operators.includes(kid))) {
      throw new SnapshotError('KEY_IN_USE');
    }
  }
}

/** Every signing key that is brought has signed the statement's digest, once, and nobody else has. */
const requirePossession = (entry: Entry, brought: readonly BroughtKey[], ahead: Ahead | undefined): void => {
  const keys = possessorsOf(brought, entry.principal.kid);
  const proven = keys.filter((key) => entry.possessions.some((line) => isSigned(line, key, ahead)));
  if (proven.length < keys.length || entry.possessions.length > keys.length) throw new SnapshotError('NOT_POSSESSED');
};

/** Entries as far as they can be read; what cannot has its fault told when its turn comes. */
const parsedUntilFault = (all: readonly Uint8Array[]): readonly Entry[] => {
  const entries: Entry[] = [];
  try {
    for (const bytes of all) entries.push(parseEntry(bytes));
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
  }
  return entries;
};

const recordOf = ({ key, holder, expiresOn }: BroughtKey): KeyRecord => ({
  kid: key.kid,
  use: key.use,
  holder,
  public: key,
  ...(expiresOn === undefined ? {} : { expiresOn }),
});

function put<T>(map: Map<string, { value: T; from: number }>, id: string, value: T, index: number): void {
  map.set(id, { value, from: index + 1 });
}
