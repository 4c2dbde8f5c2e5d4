import { sha256Base64url } from '#envelope';
import { evidenceOf } from './evidence.js';
import type { Draft } from './draft.js';
import { aDraft, decisionOf, ofLog, renoticed } from './mutation.js';
import type { Mutation, Random } from './mutation.js';
import type { Scene } from './scene.js';

/** A receipt for `permit` by somebody else: its sender, or an authority that has nothing to do with it. */
const receivedByAnother = async (draft: Draft, scene: Scene, random: Random): Promise<void> => {
  const { sender } = decisionOf(draft.act('permit'));
  const by = random.pick([sender, 'polis/polismyndigheten', 'uppsala/socialnamnden']);
  const annex = await scene.receiptFor('permit', 'technical', { by });
  const statementSha256 = sha256Base64url(annex);
  draft.replace('technical', {
    annex,
    entry: await renoticed(scene, draft.act('technical'), { recipient: by, statementSha256 }),
  });
};

/** What the operator and one party can do together with genuine keys, each entry whole in itself. */
export const LEAGUE_MUTATIONS: readonly Mutation[] = [
  ofLog('a receipt by another than the recipient', ['receipt-unbound'], receivedByAnother),
  {
    name: 'evidence: a receipt by another than the recipient',
    expect: ['receipt-unbound'],
    make: async (scene, random) => {
      const draft = aDraft(scene);
      await receivedByAnother(draft, scene, random);
      return { evidence: await evidenceOf(draft, ['permit', 'technical']) };
    },
  },
];
