export { anyClaims, anyDate } from './claims.js';
import 'reflect-metadata';

export { aClock, uuids, type TestClock } from './clock.js';
export { outcomeOf } from './codes.js';
export * from './corpora.js';
export { MemoryDeliveryStore } from './delivery-store.js';
export { DisclosureLog, type LoggedEntry } from './disclosure-log.js';
export { example, smallDirectory, type Example } from './examples.js';
export { TestExchange, anExchange, type Deviation } from './exchange.js';
export { aProblem, fakeGateway, fakeServer, type FakeAnswer, type FakeRequest } from './fake-gateway.js';
export { documentOf, forged, sealAround, type Forgery } from './forgery.js';
export { MESSAGE_LIFETIME_MS, aGateway, sealed, type Sealed, type TestGateway } from './gateway.js';
export { MemoryLeafStore } from './leaf-store.js';
export { MemoryRetractionStore } from './retraction-store.js';
export { MemoryRecordStore } from './record-store.js';
export { toldByTelephone } from './recorded.js';
export { MemoryReferralStore } from './referral-store.js';
export { MemorySystemStore } from './system-store.js';
export { MemoryWitnessMemory } from './witness-memory.js';
export { ModuleKeys } from './key-module.js';
export { keyStore, noteSigner, publicJwk, type WorldKeys } from './world-keys.js';
export { World, aWorld, trustText } from './world.js';
export { ACTS, Scene, type Act, type ActName } from './evidence/scene.js';
export { Draft, someLeaves, type BundleFiles } from './evidence/draft.js';
export { ABOUT_PERMIT, evidenceOf, linksOf, type MutableEvidence } from './evidence/evidence.js';
export { sourceOf } from './evidence/source.js';
export { MUTATIONS } from './evidence/mutants.js';
export { Sampling } from './evidence/mutants-samples.js';
export { endedIn, grantedIn, reviewed, searched } from './evidence/mutants-assignments.js';
export { looked, seenOf } from './evidence/mutants-looks.js';
export { erasedAtSender } from './evidence/mutants-keeping.js';
export { bounded } from './evidence/mutants-together.js';
export {
  Random,
  aDraft,
  aLaterDraft,
  manifestOf,
  redecided,
  type Altered,
  type Mutation,
} from './evidence/mutation.js';
export { variantsWanted } from './evidence/variants.js';
