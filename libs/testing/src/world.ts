import { createHash } from 'node:crypto';
import { localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { ruleSetByDigest } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { KeysFollower } from '#operator';
import { EventLog } from '#platform';
import { KeysFeed, KeysLog, parseTrust, signEntry } from '#snapshot';
import type { CooperationOpening, Snapshot, StatementBody, Trust } from '#snapshot';
import { checkpointText, nodeSha256, nodeVerifyEd25519, signNote, verifierKey } from '#tlog/build';
import type { NoteSigner } from '#tlog/build';
import { aClock, uuids } from './clock.js';
import type { TestClock } from './clock.js';
import { DisclosureLog } from './disclosure-log.js';
import { smallDirectory } from './examples.js';
import type { SandboxDirectory } from './examples.js';
import { planOf } from './world-statements.js';
import { possessorsIn, publicJwk, worldKeys } from './world-keys.js';
import type { WorldKeys } from './world-keys.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

/** The keys log as its ledger serves it: entries, and checkpoints signed by its signer. */
class ServedKeysLog {
  readonly entries: Uint8Array[] = [];
  readonly own: KeysLog;
  /** Readers get no further than this; absent: they get everything. */
  heldAt: bigint | undefined;

  constructor(
    trust: Trust,
    private readonly signer: NoteSigner,
  ) {
    this.own = KeysLog.empty(trust, nodeSha256);
  }

  checkpoint(): Promise<string> {
    const size = this.heldAt ?? this.own.size;
    const root = Buffer.from(this.own.at(size).rootBase64, 'base64');
    return Promise.resolve(signNote(checkpointText(this.signer.name, size, root), this.signer, nodeSha256));
  }

  read(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    return Promise.resolve(this.entries.slice(Number(from), Number(to)));
  }
}

/** A sandbox in memory: every key, trust.json, a keys log whose every statement is signed, an empty disclosure log. */
export class World {
  readonly newId = uuids();
  readonly environment: string;
  /** What every service here has installed: those of the build, and what a test adds. */
  readonly installed = new Map<string, RuleSet>();
  readonly ruleSets = { find: (digest: string) => this.installed.get(digest) ?? ruleSetByDigest(digest, sha256) };

  private constructor(
    readonly directory: SandboxDirectory,
    readonly keys: WorldKeys,
    readonly trust: Trust,
    readonly disclosure: DisclosureLog,
    readonly clock: TestClock,
    /** Cooperation decisions that the registry opens, by id. */
    readonly cooperations: Map<string, CooperationOpening>,
    private readonly served: ServedKeysLog,
  ) {
    this.environment = trust.environment;
  }

  static async create(clock = aClock()): Promise<World> {
    const directory = smallDirectory();
    const keys = await worldKeys(directory);
    const trust = await parseTrust(trustText(directory.environment, keys));
    const served = new ServedKeysLog(trust, keys.logs.keys);
    const { statements, openings } = planOf(directory, keys);
    const opened = new Map(openings.map((opening) => [opening.id, opening]));
    const world = new World(directory, keys, trust, new DisclosureLog(keys.logs.disclosure), clock, opened, served);
    for (const { body, principal, more } of statements) await world.state(body, principal, more);
    await world.disclosure.fill(5);
    return world;
  }

  /** The newest snapshot, as the registry has it. */
  get snapshot(): Snapshot {
    return this.served.own.at(this.served.own.size);
  }

  /** Entries of the keys log, oldest first. */
  get entries(): readonly Uint8Array[] {
    return this.served.entries;
  }

  /** The newest checkpoint of the keys log, a signed note. */
  keysCheckpoint(): Promise<string> {
    return this.served.checkpoint();
  }

  at(size: bigint): Snapshot {
    return this.served.own.at(size);
  }

  /** Appends a statement, signed by its principal and countersigned by both operators. */
  async state(body: StatementBody, principal: PrivateKey, more: readonly PrivateKey[] = []): Promise<void> {
    const statement = { ...body, env: this.environment, id: this.newId(), issuedAt: this.clock.now().toISOString() };
    const countersigners = [...more, ...this.keys.operators].map(localSigner);
    const entry = await signEntry(statement, localSigner(principal), countersigners, possessorsIn(body, principal));
    await this.served.own.append(entry);
    this.served.entries.push(entry);
  }

  /** A live key's end, stated by the administrator of its holder's participant. */
  revoke(kid: string, participant: string): Promise<void> {
    const administrator = this.keys.administrators[participant];
    if (administrator === undefined) throw new Error(`no participant ${participant}`);
    return this.state({ kind: 'key-revoked', kid, reason: 'compromised' }, administrator);
  }

  /** Readers see the keys log no longer than this, until it is set to undefined. */
  holdKeysAt(size: bigint | undefined): void {
    this.served.heldAt = size;
  }

  /** A service's own copy of the keys log, verified up to now; it learns of more when it asks. */
  async follower(): Promise<KeysFollower> {
    const { served } = this;
    const source = { checkpoint: () => served.checkpoint(), entries: (a: bigint, b: bigint) => served.read(a, b) };
    const feed = new KeysFeed(source, this.trust, verification, this.clock.now);
    const seen = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
    const follower = new KeysFollower(feed, seen, 900_000, new EventLog('test', 'silent'), this.clock.now);
    await follower.refresh();
    return follower;
  }
}

export const aWorld = (clock?: TestClock): Promise<World> => World.create(clock);

/** trust.json of these keys: no witness, the logs' own signatures are the whole policy. */
export const trustText = (environment: string, { operators, logs }: WorldKeys): string => {
  const logTrust = ({ name, publicKey }: NoteSigner): object => ({
    origin: name,
    keys: [verifierKey(name, publicKey, sha256)],
    policy: '',
  });
  return JSON.stringify({
    v: 1,
    environment,
    logs: { disclosure: logTrust(logs.disclosure), keys: logTrust(logs.keys) },
    operators: operators.map(publicJwk),
  });
};
