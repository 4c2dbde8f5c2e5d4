import { SealReferral } from '../../../apps/gateway/src/application/seal-referral.js';
import { EvaluateReferral } from '../../../apps/gateway/src/application/evaluate-referral.js';
import type { Evaluation } from '../../../apps/gateway/src/application/evaluate-referral.js';
import { Law } from '../../../apps/gateway/src/application/law.js';
import { VerifyDelivery } from '../../../apps/gateway/src/application/verify-delivery.js';
import { VerifyEvidence } from '../../../apps/gateway/src/application/verify-evidence.js';
import type { KeyStore } from '../../../apps/gateway/src/keys/key-store.js';
import type { Cooperations } from '../../../apps/gateway/src/application/ports/cooperation.js';
import type { StoredMessage } from '../../../apps/gateway/src/application/ports/referral.js';
import type { MessageSubmittedV1, SubmitReferralDto } from '#contracts';
import { parseMessageSubmittedV1 } from '#contracts';
import type { KeysFollower } from '#operator';
import type { Example } from './examples.js';
import type { World } from './world.js';

export const MESSAGE_LIFETIME_MS = 7 * 24 * 3600 * 1000;

/** A gateway of the world: its own keys, its own copy of the keys log, and the product's classes on them. */
export interface TestGateway {
  readonly id: string;
  readonly keys: KeyStore;
  readonly follower: KeysFollower;
  readonly law: Law;
  readonly evaluate: EvaluateReferral;
  readonly sealing: SealReferral;
  readonly evidence: VerifyEvidence;
  readonly verify: VerifyDelivery;
}

/** @param deviation keys, an answering registry or a copy of the keys log that are not the world's own for this gateway */
export const aGateway = async (
  world: World,
  id: string,
  deviation: { readonly keys?: KeyStore; readonly cooperations?: Cooperations; readonly follower?: KeysFollower } = {},
): Promise<TestGateway> => {
  const keys = deviation.keys ?? world.keys.stores[id];
  if (keys === undefined) throw new Error(`no gateway ${id}`);
  const follower = deviation.follower ?? (await world.follower());
  const opened = { find: (cooperation: string) => Promise.resolve(world.cooperations.get(cooperation)) };
  const law = new Law(follower, deviation.cooperations ?? opened, world.ruleSets);
  const evidence = new VerifyEvidence(law, world.trust, { keep: () => Promise.resolve() });
  return {
    id,
    keys,
    follower,
    law,
    evidence,
    evaluate: new EvaluateReferral(law, keys, world.newId),
    sealing: new SealReferral(keys, world.environment, MESSAGE_LIFETIME_MS, world.newId),
    verify: new VerifyDelivery(law, keys, evidence, world.environment),
  };
};

/** A referral to one recipient, signed and sealed by its sender's gateway. */
export interface Sealed extends MessageSubmittedV1 {
  readonly sender: string;
  readonly referral: SubmitReferralDto;
  readonly evaluation: Evaluation;
  readonly message: StoredMessage;
}

/** Evaluates, signs and seals an example whose verdict is permit, as its sender's gateway does. */
export const sealed = async (world: World, sender: TestGateway, { system, referral }: Example): Promise<Sealed> => {
  const now = world.clock.now();
  const evaluation = await sender.evaluate.execute(system, referral, { now, added: referral.assessments ?? [] });
  const [to] = evaluation.recipients;
  if (to === undefined || to.verdict.outcome !== 'permit') throw new Error(`not a permit: ${evaluation.outcome}`);
  const { message, outgoing } = await sender.sealing.seal(system, referral, to, evaluation, now);
  return { ...parseMessageSubmittedV1(outgoing.body), sender: system, referral, evaluation, message };
};
