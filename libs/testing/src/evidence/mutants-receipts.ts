import { localSigner, sha256Base64url, signReceipt } from '#envelope';
import type { PrivateKey, Receipt } from '#envelope';
import type { Draft } from './draft.js';
import { decisionOf, ofLog, renoticed } from './mutation.js';
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
];
