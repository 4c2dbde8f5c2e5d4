import {
  Cooperations,
  KeyExpiry,
  KeysFollower,
  KeysSeenStore,
  LedgerKeys,
  OperatorClient,
  RuleSetStore,
  RuleSets,
} from '#operator';
import type { Platform } from '#platform';
import { KeysFeed } from '#snapshot';
import type { Trust } from '#snapshot';
import { nodeVerifyEd25519 } from '#tlog/build';
import type { DataSource } from 'typeorm';
import { Law, sha256 } from '../application/law.js';
import { OwnKeys } from '../application/own-keys.js';
import { WitnessLog, witnessKeyOf } from '../application/witness-log.js';
import { Witnessing } from '../application/witnessing.js';
import type { GatewayConfig } from '../gateway.config.js';
import type { KeyStore } from '../keys/key-store.js';
import { LedgerOffers } from '../operator/ledger-offers.js';
import { RegistryCooperations } from '../operator/registry-cooperations.js';
import { PostgresForeignKeys } from '../persistence/foreign-keys.store.js';
import { schema } from '../persistence/index.js';
import { PostgresWitnessMemory } from '../persistence/witnessed.store.js';
import type { Now } from '../application/ports/time-and-ids.js';

interface Given {
  readonly holder: string;
  readonly trust: Trust;
  readonly keys: KeyStore;
  readonly dataSource: DataSource;
  readonly now: Now;
}
export interface FollowedLaw {
  readonly law: Law;
  readonly follower: KeysFollower;
  readonly ledger: OperatorClient;
  readonly ledgerKeys: LedgerKeys;
  readonly registry: OperatorClient;
  readonly cooperations: RegistryCooperations;
}

/** Witnesses the logs, and follows keys and rule sets, by which everything is judged. */
export const followLaw = async (
  config: GatewayConfig,
  platform: Platform,
  { holder, trust, keys, dataSource, now }: Given,
): Promise<FollowedLaw> => {
  const { log, health } = platform;
  const ledger = new OperatorClient('ledger', config.LEDGER_URL, holder, keys.requestSigner, now);
  // Before anything waits for a snapshot: at the logs' beginning there is none before the witnesses have cosigned.
  const memory = new PostgresWitnessMemory(dataSource);
  for (const name of ['disclosure', 'keys'] as const) {
    const witness = new WitnessLog(
      trust.logs[name],
      witnessKeyOf(trust.logs[name].policy, keys.witnesses),
      memory,
      now,
    );
    const witnessing = new Witnessing(name, witness, new LedgerOffers(ledger), config.WITNESS_GENESIS === 'true', log);
    const passedOver = witness.isPassedOver(config.GATEWAY_ID) ? 'not-in-policy' : undefined;
    health.watch(`witness-${name}`, () => witnessing.warning() ?? passedOver);
    witnessing.start();
    platform.onDrain('loops', () => witnessing.stop());
  }
  const ledgerKeys = new LedgerKeys(ledger);
  const feed = new KeysFeed(ledgerKeys, trust, { sha256, verifyEd25519: nodeVerifyEd25519 }, now);
  const seen = new KeysSeenStore(dataSource, schema);
  const follower = new KeysFollower(feed, seen, config.SNAPSHOT_MAX_AGE_MS, log, now);
  keys.follow(() => follower.newest()?.snapshot.on(now()));
  const registry = new OperatorClient('registry', config.REGISTRY_URL, holder, keys.requestSigner, now);
  const ruleSets = new RuleSets(
    (digest) => registry.get(`/v1/rule-sets/${digest}`),
    new RuleSetStore(dataSource, schema),
    () => follower.newest()?.snapshot,
    log,
  );
  await ruleSets.load();
  const ownKeys = new OwnKeys(keys, log, await PostgresForeignKeys.read(dataSource), (await seen.read())?.size);
  health.watch('own-keys', () => ownKeys.warning());
  follower.before(async (snapshot) => {
    await ownKeys.look(snapshot);
    return ruleSets.prepare(snapshot);
  });
  const expiry = new KeyExpiry(
    () => follower.newest()?.snapshot,
    (snapshot) => ownKeys.concerned(snapshot),
    log,
    now,
  );
  health.watch('key-expiry', () => expiry.warning());
  await follower.start();
  expiry.start();
  platform.onDrain('loops', () => expiry.stop());
  ruleSets.start();
  // Until the newest release is installed nothing can be judged, and an older one must not be applied.
  health.register('rules', () => ruleSets.missing());
  platform.onDrain('loops', () => ruleSets.stop());
  health.register('keys', () => follower.missing());
  health.watch('keys', () => follower.stale());
  platform.onDrain('loops', async () => {
    ledgerKeys.stop();
    await follower.stop();
  });
  const cooperations = new RegistryCooperations(new Cooperations(registry));
  const law = new Law(follower, cooperations, ruleSets);
  return { law, follower, ledger, ledgerKeys, registry, cooperations };
};
