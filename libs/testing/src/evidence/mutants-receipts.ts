import { localSigner, parseReceipt, parseRetraction, sha256Base64url, signReceipt } from '#envelope';
import type { PrivateKey, Receipt, Retraction } from '#envelope';
import type { Draft } from './draft.js';
import { aDraft, decisionOf, ofLog, renoticed, taking } from './mutation.js';
import type { Mutation } from './mutation.js';
import { lately } from './mutants-together.js';
import { fresh } from './scene.js';
import type { ActName, Scene } from './scene.js';

/** A further receipt of the recipient at the end of the log. */
const further = async (draft: Draft, scene: Scene, of: ActName, change: Partial<Receipt>): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const { entryId, messageId, attempt, sender, recipient, jweSha256 } = decisionOf(draft.act(of));
  const gateway = scene.snapshot.authority(recipient)?.gateway ?? '';
  const receipt = await signReceipt(localSigner(scene.world.keys.manifests[gateway] as PrivateKey), {
    v: 1,
    env: scene.world.environment,
    receiptId: fresh(),
    messageId,
    attempt,
    kind: 'handled',
    by: recipient,
    gateway,
    decisionEntryId: entryId,
    jweSha256,
    at,
    ...change,
  });
  const about = { messageId, attempt, sender, recipient, statementSha256: sha256Base64url(receipt) };
  draft.append(await renoticed(scene, draft.act('technical'), { entryId: fresh(), keys, at, ...about }), receipt);
};

/** Receipts that hold each by itself, and contradict each other. */
export const RECEIPT_MUTATIONS: readonly Mutation[] = [
  ofLog('a message accepted and turned down for its form', ['receipts-contradict'], async (draft, scene) =>
    further(draft, scene, 'permit', { kind: 'form-rejected', reason: 'incomplete' }),
  ),
  ofLog(
    'a message turned down for its form and then taken up',
    ['receipts-contradict'],
    async (draft, scene, random) => {
      await further(draft, scene, 'other-permit', { kind: 'form-rejected', reason: 'case-unknown' });
      await further(draft, scene, 'other-permit', { kind: random.pick(['accepted', 'handled'] as const) });
    },
  ),
  ofLog('a message handled that was never accepted', ['receipts-contradict'], async (draft, scene) =>
    further(draft, scene, 'other-permit', { kind: 'handled' }),
  ),
  ofLog('a message handled before it was accepted', ['receipts-contradict'], async (draft, scene) => {
    await further(draft, scene, 'other-permit', { kind: 'handled' });
    await further(draft, scene, 'other-permit', { kind: 'accepted' });
  }),
  ofLog('a message rejected and then taken up', ['receipts-contradict'], async (draft, scene, random) =>
    further(draft, scene, 'cooperation-permit', { kind: random.pick(['accepted', 'handled'] as const) }),
  ),
  ofLog('a message taken up and then rejected', ['receipts-contradict'], async (draft, scene) =>
    further(draft, scene, 'permit', { kind: 'rejected', reason: 'content-invalid' }),
  ),
  ofLog('a message accepted that its gateway never received', ['receipts-contradict'], (draft) =>
    draft.remove('technical'),
  ),
];

/** The retraction of the scene said otherwise, in its place. */
const retracting = async (draft: Draft, scene: Scene, change: Partial<Retraction>, key?: PrivateKey): Promise<void> => {
  const before = parseRetraction(draft.act('retraction').annex ?? '').retraction;
  draft.replace(
    'retraction',
    await taking(
      scene,
      draft.act('retraction'),
      await scene.retractionOf('other-permit', { ...before, ...change }, key),
    ),
  );
};
const answering = async (draft: Draft, scene: Scene, change: Partial<Receipt>): Promise<void> => {
  const before = parseReceipt(draft.act('retraction-acknowledged').annex ?? '').receipt;
  const receipt = await scene.receiptFor('other-permit', 'retraction-acknowledged', { ...before, ...change });
  draft.replace('retraction-acknowledged', await taking(scene, draft.act('retraction-acknowledged'), receipt));
};

/** What senders take back and recipients answer. */
export const RETRACTION_MUTATIONS: readonly Mutation[] = [
  ofLog('a retraction of another ciphertext', ['retraction-unbound'], async (draft, scene) =>
    retracting(draft, scene, { jweSha256: sha256Base64url(fresh()) }),
  ),
  ofLog('a retraction under the decision on another message', ['retraction-unbound'], async (draft, scene, random) => {
    const { entryId } = decisionOf(draft.act(random.pick(['permit', 'cooperation-permit'] as const)));
    await retracting(draft, scene, { decisionEntryId: entryId });
  }),
  ofLog('a retraction by a key that is not the sender’s', ['annex-key', 'annex-signature'], async (draft, scene) =>
    retracting(draft, scene, {}, scene.world.keys.manifests['myndigheterna']),
  ),
  ofLog('a retraction of another message than its notice names', ['annex-binding'], async (draft, scene) =>
    retracting(draft, scene, { messageId: decisionOf(draft.act('permit')).messageId }),
  ),
  ofLog('a retraction whose annex is another', ['annex-digest'], async (draft, scene) => {
    draft.replace('retraction', { annex: await scene.retractionOf('other-permit') });
  }),
  ofLog('a message taken back twice', ['receipt-repeated'], async (draft, scene) => {
    const { keys, at } = lately(draft, scene);
    const annex = await scene.retractionOf('other-permit');
    const about = { entryId: fresh(), keys, at, statementSha256: sha256Base64url(annex) };
    draft.append(await renoticed(scene, draft.act('retraction'), about), annex);
  }),
  ofLog('an answer to another retraction', ['acknowledgement-unbound'], async (draft, scene) =>
    answering(draft, scene, { retractionId: fresh() }),
  ),
  ofLog(
    'an answer to what was never taken back',
    ['acknowledgement-unbound'],
    (draft) => draft.remove('retraction'),
    aDraft,
  ),
  ofLog(
    'an answer before what it answers',
    ['acknowledgement-unbound'],
    (draft) => {
      const [at, before] = [draft.scene.at('retraction-acknowledged'), draft.scene.at('retraction')];
      const [moved] = draft.acts.splice(at, 1);
      if (moved !== undefined) draft.acts.splice(before, 0, moved);
    },
    aDraft,
  ),
  ofLog('a message withdrawn that was received', ['two-ends'], async (draft, scene, random) =>
    further(draft, scene, 'withdrawn-permit', { kind: random.pick(['technical', 'accepted'] as const) }),
  ),
];
