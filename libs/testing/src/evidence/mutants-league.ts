import { localSigner, parseErasure, sha256Base64url } from '#envelope';
import type { ErasedOpening, ErasureDecision, PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import { randomBytes } from 'node:crypto';
import { evidenceOf, linksOf } from './evidence.js';
import type { Draft } from './draft.js';
import { aDraft, anyDraft, decisionOf, noticeOf, ofLog, renoticed } from './mutation.js';
import type { Mutation, Random } from './mutation.js';
import { looked } from './mutants-looks.js';
import { lately } from './mutants-together.js';
import { fresh } from './scene.js';
import type { ActName, Scene } from './scene.js';

const STRANGER = 'uppsala/socialnamnden';

/** A receipt for `permit` by somebody else: its sender, or an authority that has nothing to do with it. */
const receivedByAnother = async (draft: Draft, scene: Scene, random: Random): Promise<void> => {
  const { sender } = decisionOf(draft.act('permit'));
  const by = random.pick([sender, 'polis/polismyndigheten', STRANGER]);
  const annex = await scene.receiptFor('permit', 'technical', { by });
  const statementSha256 = sha256Base64url(annex);
  draft.replace('technical', {
    annex,
    entry: await renoticed(scene, draft.act('technical'), { recipient: by, statementSha256 }),
  });
};

/** An opening of the scene as those who erase it describe it. */
const described = (draft: Draft, name: ActName, change: Partial<ErasedOpening>): ErasedOpening => ({
  ...draft.scene.erasedOpening(name, draft.at(name)),
  ...change,
});
/** The same in the name of somebody who has nothing to do with it. */
const asStranger = (draft: Draft, name: ActName): ErasedOpening => {
  const { index, entryId } = described(draft, name, {});
  return { index, entryId, sender: STRANGER };
};
/** A further erasure at the end of the log, by the parties that it names, of what is then called erased. */
const eraseAlso = async (
  draft: Draft,
  scene: Scene,
  name: ActName,
  opening: ErasedOpening,
  decided: Partial<ErasureDecision> = { messageId: fresh(), caseId: fresh() },
): Promise<void> => {
  const { at } = lately(draft, scene);
  const { entry, annex } = await scene.erasureOf([opening], { change: { at }, decided: () => decided });
  draft.erased.set(draft.at(name), draft.append(entry, annex));
};

/** Dates `handled` hours back. @returns its index */
const backDated = async (draft: Draft, scene: Scene, random: Random): Promise<number> => {
  const act = draft.act('handled');
  const at = new Date(act.loggedAt - (16 + random.below(6)) * 3_600_000).toISOString();
  draft.replace('handled', { entry: await renoticed(scene, act, { at }) });
  return draft.at('handled');
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

  ofLog(
    'a decision erased by its sender alone',
    ['entry-malformed', 'erasure-unbound'],
    async (draft, scene, random) => {
      const name = random.pick(['other-permit', 'cooperation-permit'] as const);
      const { recipient: _recipient, ...alone } = described(draft, name, {});
      const { messageId, caseId } = decisionOf(draft.act(name));
      // As it stands no codec writes or reads it; called a refusal, what is left tells.
      if (random.below(2) === 0) {
        const { at } = lately(draft, scene);
        const { entry, annex } = await scene.erasureOf([described(draft, name, {})], { change: { at } });
        const { erased: _erased, ...rest } = parseErasure(entry).erasure;
        const payload = canonicalBytes({ ...rest, erased: [alone] });
        const bent = await localSigner(scene.access).sign('delge-erasure+jws', payload);
        draft.erased.set(draft.at(name), draft.append(bent, annex));
      } else await eraseAlso(draft, scene, name, { ...alone, kind: 'refusal' }, { messageId, caseId });
    },
  ),
  ofLog(
    'a decision erased by its sender and another authority of its own participant',
    ['erasure-unbound'],
    async (draft, scene, random) => {
      const { messageId, caseId } = decisionOf(draft.act('permit'));
      const opening = described(draft, 'permit', { recipient: 'linkoping/socialnamnden' });
      const decided = random.pick([
        { messageId, caseId },
        { messageId: fresh(), caseId },
      ]);
      await eraseAlso(draft, scene, 'permit', opening, decided);
    },
  ),
  ofLog('a decision erased by its parties as of another message', ['erasure-unbound'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit', 'cooperation-permit'] as const);
    await eraseAlso(draft, scene, name, described(draft, name, {}));
  }),
  ofLog('a decision erased by a stranger', ['erasure-unbound'], async (draft, scene) =>
    eraseAlso(draft, scene, 'cooperation-permit', asStranger(draft, 'cooperation-permit')),
  ),
  ofLog('an opening that was looked at erased by a stranger', ['erasure-unbound'], async (draft, scene, random) => {
    await looked(draft, scene);
    const name = random.pick(['technical', 'accepted', 'anew-technical'] as const);
    await eraseAlso(draft, scene, name, asStranger(draft, name));
  }),
  ofLog("a message erased by others over somebody's hold", ['erased-under-hold'], async (draft, scene, random) => {
    const { messageId, caseId } = decisionOf(draft.act('permit'));
    const authority = 'fk/forsakringskassan';
    const on = random.pick([{ messageIds: [messageId] }, { caseId }]);
    const hold = await scene.holdOf({ kind: 'laid', ground: 'court', authority, holdId: fresh(), ...on }, 'fk');
    const kept = await scene.keptAs('hold', hold, { change: { authority, at: lately(draft, scene).at } });
    draft.append(kept.entry, kept.annex);
    // A receipt: nothing else names it.
    await eraseAlso(draft, scene, 'handled', asStranger(draft, 'handled'), { messageId, caseId });
  }),
  ofLog(
    'an opening erased under the number of another entry',
    ['number-repeated'],
    async (draft, scene, random) => {
      // Of two that its authority sent, and one that is erased already.
      const [name, number] = random.pick([
        ['cooperation-permit', 1],
        ['deny', 1],
      ] as const);
      await eraseAlso(draft, scene, name, described(draft, name, { number }));
    },
    aDraft,
  ),
  ofLog('two openings erased under one number', ['number-repeated'], async (draft, scene) => {
    const { sender, recipient, number } = described(draft, 'erased-permit', {});
    const opening = described(draft, 'handled', {
      sender,
      ...(recipient === undefined ? {} : { recipient }),
      ...(number === undefined ? {} : { number }),
    });
    await eraseAlso(draft, scene, 'handled', opening);
  }),
  ofLog(
    'a hold lifted, or an opening erased, by an administrator key revoked before',
    ['keys-decreasing'],
    async (draft, scene, random) => {
      const key = scene.world.keys.administrators[scene.holder.split('/')[0] ?? ''] as PrivateKey;
      const { entries, head } = await scene.withRevoked(key.kid, key);
      draft.keysEntries = entries;
      // Something of the ledger's own names the newer keys log; what the revoked key signed names the older.
      await looked(draft, scene, { keys: head });
      const { at } = lately(draft, scene);
      if (random.below(2) === 0) {
        const { entry, annex } = await scene.keptAs('hold-lifted', draft.act('hold-lifted').annex ?? '', {
          change: { at, entryId: fresh() },
        });
        draft.append(entry, annex);
      } else {
        const { messageId, caseId } = decisionOf(draft.act('deny'));
        await eraseAlso(draft, scene, 'deny', described(draft, 'deny', {}), { messageId, caseId });
      }
    },
  ),
  {
    name: 'evidence: two logs linked where they have one size',
    expect: ['inconsistent', 'forked-from-pinned'],
    make: async (scene, random) => {
      const [seen, other] = [aDraft(scene), aDraft(scene)];
      other.acts = other.acts.map((act) => ({ ...act, blind: randomBytes(32) }));
      const size = 1 + random.below(seen.leaves.length - 1);
      const file = await evidenceOf(other, ['permit', 'technical']);
      file.consistency = [
        await seen.consistency(size, seen.leaves.length),
        ...(await linksOf(other, ['permit', 'technical'])),
      ];
      return { evidence: file, pinned: seen.checkpoint(size) };
    },
  },
  {
    name: "an entry dated back across the auditor's own checkpoint, the bundle's left out",
    expect: ['back-dated'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const at = await backDated(draft, scene, random);
      draft.previous = undefined;
      const files = await draft.build();
      files.delete('checkpoints.jsonl');
      return { bundle: draft.listed(files), pinned: draft.checkpoint(at) };
    },
  },
  {
    name: "evidence: an entry dated back across the auditor's own checkpoint",
    expect: ['back-dated'],
    make: async (scene, random) => {
      const draft = aDraft(scene);
      const at = await backDated(draft, scene, random);
      const names = ['permit', 'technical', 'handled'] as const;
      const file = await evidenceOf(draft, names);
      for (const entry of file.entries.slice(-1)) entry.before = draft.checkpoint(2);
      file.consistency = [...(await linksOf(draft, names)), await draft.consistency(2, draft.leaves.length)];
      return { evidence: file, pinned: draft.checkpoint(at) };
    },
  },
  {
    name: 'evidence: an entry dated back across a checkpoint that another entry has',
    expect: ['back-dated'],
    make: async (scene, random) => {
      const draft = aDraft(scene);
      // After the old checkpoint, before what another entry has.
      const at = new Date(draft.act('accepted').loggedAt - 100_000 - random.below(60_000)).toISOString();
      draft.replace('handled', { entry: await renoticed(scene, draft.act('handled'), { at }) });
      const file = await evidenceOf(draft, ['permit', 'technical', 'accepted', 'handled']);
      for (const entry of file.entries.slice(-1)) entry.before = draft.checkpoint(2);
      return { evidence: file };
    },
  },
  ofLog('an attempt that expired, and was received', ['two-ends'], async (draft, scene, random) => {
    const { messageId, sender, recipient } = decisionOf(draft.act('permit'));
    const { at } = lately(draft, scene);
    const of = { messageId, attempt: 1, sender, recipient };
    if (random.below(2) === 0)
      draft.append(
        await renoticed(scene, draft.act('expired'), {
          ...of,
          entryId: fresh(),
          keys: noticeOf(scene.act('rejected')).keys,
          at,
        }),
      );
    // In the place of another that expired, between its receipts.
    else draft.replace('expired', { entry: await renoticed(scene, draft.act('expired'), of) });
  }),
];
