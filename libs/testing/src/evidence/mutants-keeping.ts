import { localSigner, signErasureDecision, signErasureReport } from '#envelope';
import type { ErasureDecision, ErasureReport, Hold, PrivateKey } from '#envelope';
import type { Draft } from './draft.js';
import { decisionOf, noticeOf, ofLog } from './mutation.js';
import type { Mutation } from './mutation.js';
import { looked, seenOf } from './mutants-looks.js';
import { bounded, lately } from './mutants-together.js';
import { fresh } from './scene.js';
import type { KeptAct, Scene } from './scene.js';

/** Puts a statement about keeping or erasing at the end of the log. */
const keep = async (draft: Draft, scene: Scene, name: KeptAct, authority: string, statement: string): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const { entry, annex } = await scene.keptAs(name, statement, { change: { authority, keys, at } });
  draft.append(entry, annex);
};
const lay = async (draft: Draft, scene: Scene, authority: string, change: Partial<Hold>): Promise<void> => {
  const { at } = lately(draft, scene);
  const laid = { kind: 'laid', ground: 'court', holdId: fresh(), authority, at, ...change } as const;
  await keep(draft, scene, 'hold', authority, await scene.holdOf(laid, authority.split('/')[0]));
};
/** The sender of `permit` decides that it is erased, naming none of its openings, and its gateway reports that it has done so. */
const eraseAtSender = async (
  draft: Draft,
  scene: Scene,
  change: Partial<ErasureReport> = {},
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<void> => {
  const { environment: env, keys } = scene.world;
  const { sender: authority, messageId, caseId } = decisionOf(draft.act('permit'));
  const common = { v: 1, env, decisionId: fresh(), authority, messageId, at: lately(draft, scene).at } as const;
  const decision: ErasureDecision = { ...common, caseId, openings: [] };
  const administrator = localSigner(keys.administrators[authority.split('/')[0] ?? ''] as PrivateKey);
  await keep(draft, scene, 'erasure-decided', authority, await signErasureDecision(administrator, decision));
  await between();
  const gateway = scene.snapshot.authority(authority)?.gateway ?? '';
  const report: ErasureReport = { ...common, gateway, ...change };
  const signer = localSigner(keys.manifests[gateway] as PrivateKey);
  await keep(draft, scene, 'erasure-reported', authority, await signErasureReport(signer, report));
};

/** A message whose sender's gateway has erased it, and nobody held it: what is genuine. */
export const erasedAtSender = async (draft: Draft, scene: Scene): Promise<void> => {
  const { recipient, caseId } = decisionOf(draft.act('permit'));
  // Laid when it was gone there already: the report comes when it can.
  await eraseAtSender(draft, scene, {}, () => lay(draft, scene, recipient, { caseId }));
};

/** Erasure at gateways, and what is a refusal's sender's alone. */
export const KEEPING_MUTATIONS: readonly Mutation[] = [
  ofLog(
    'a message erased at its gateway by a decision that names nothing of it, under the other party’s hold',
    ['erased-under-hold'],
    async (draft, scene, random) => {
      const { recipient, caseId, messageId } = decisionOf(draft.act('permit'));
      await lay(draft, scene, recipient, random.pick([{ caseId }, { messageIds: [messageId] }]));
      await eraseAtSender(draft, scene);
    },
  ),
  ofLog('a report of another message than was decided on', ['annex-binding'], async (draft, scene) => {
    await eraseAtSender(draft, scene, { messageId: fresh() });
  }),
  ofLog('a refusal looked at by whom it was meant for', ['look-unbound'], async (draft, scene) => {
    const { recipient = '' } = noticeOf(draft.act('refusal'));
    const gateway = scene.snapshot.authority(recipient)?.gateway ?? '';
    await looked(draft, scene, { authority: recipient, gateway, seen: [seenOf(draft, 'refusal')] });
  }),
  {
    name: 'a refusal shown within the bounds of whom it was meant for',
    expect: ['outside-bounds'],
    make: async (scene, random) => {
      const draft = bounded(scene, random.below(2) === 0, noticeOf(scene.act('refusal')).recipient ?? '');
      draft.hidden.delete(draft.at('refusal'));
      return { bundle: await draft.build() };
    },
  },
];
