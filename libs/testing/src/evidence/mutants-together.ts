import { generateKey, localSigner, parseDecision, sha256Base64url, signErasureDecision, signReceipt } from '#envelope';
import type { ErasureDecision, PrivateKey, Receipt } from '#envelope';
import type { Draft } from './draft.js';
import {
  aDraft,
  aLaterDraft,
  decisionOf,
  manifestOf,
  noticeOf,
  ofLog,
  onManifest,
  redecided,
  remanifested,
  renoticed,
  taking,
} from './mutation.js';
import type { Mutation } from './mutation.js';
import { ERASED, fresh } from './scene.js';
import type { ActName, Scene } from './scene.js';

const RECEIVED: readonly (readonly [receipt: ActName, decision: ActName, kind: Receipt['kind']])[] = [
  ['technical', 'permit', 'technical'],
  ['other-technical', 'other-permit', 'technical'],
  ['accepted', 'permit', 'accepted'],
  ['handled', 'permit', 'handled'],
  ['rejected', 'cooperation-permit', 'rejected'],
];
const nextNumber = (draft: Draft, sender: string): number =>
  1 +
  draft.acts.filter(({ entry }) => payloadOf(entry)['sender'] === sender && payloadOf(entry)['number'] !== undefined)
    .length;
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
/** Keys and time of the last entry, so that what is appended goes neither back nor ahead. */
export const lately = (draft: Draft, scene: Scene) => ({
  keys: noticeOf(scene.act('rejected')).keys,
  at: new Date((draft.acts.at(-1)?.loggedAt ?? 0) + 100_000).toISOString(),
  key: scene.world.keys.decision,
});
/** A further decision at the end of the log, under the sender's next number. */
const decideAgain = async (
  draft: Draft,
  scene: Scene,
  name: ActName,
  change: object = {},
  annex = draft.act(name).annex,
): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const number = nextNumber(draft, decisionOf(draft.act(name)).sender);
  const digest = sha256Base64url(annex ?? '');
  const entry = await redecided(scene, draft.act(name), {
    entryId: fresh(),
    keys,
    decidedAt: at,
    number,
    manifestSha256: digest,
    ...change,
  });
  draft.append(entry, annex);
};
const receiptAgain = async (draft: Draft, scene: Scene, name: ActName, change: Partial<Receipt>): Promise<void> => {
  const { keys, at } = lately(draft, scene);
  const receipt = { ...(payloadOf(draft.act(name).annex ?? '') as unknown as Receipt), ...change };
  const signed = await signReceipt(localSigner(scene.world.keys.manifests[receipt.gateway] as PrivateKey), receipt);
  draft.append(
    await renoticed(scene, draft.act(name), { entryId: fresh(), keys, at, statementSha256: sha256Base64url(signed) }),
    signed,
  );
};

/** Entries that hold each by itself, and not together: ids, receipts, numbers, erasures, time. */
export const TOGETHER_MUTATIONS: readonly Mutation[] = [
  ofLog('an attempt decided again after it had arrived', ['second-decision'], (draft, scene, random) =>
    decideAgain(draft, scene, random.pick(['permit', 'other-permit'])),
  ),
  ofLog('an attempt decided again at once, on nothing new', ['second-decision'], async (draft, scene, random) => {
    const act = draft.act('superseded');
    const decidedAt = new Date(Date.parse(decisionOf(act).decidedAt) + 1_000 + random.below(30_000)).toISOString();
    draft.replace('decided-anew', {
      entry: await redecided(scene, draft.act('decided-anew'), { decidedAt, keys: decisionOf(act).keys }),
    });
  }),
  ofLog('a refused attempt decided again', ['second-decision'], async (draft, scene) =>
    decideAgain(draft, scene, 'deny'),
  ),
  ofLog('an attempt decided again on another manifest', ['second-decision'], async (draft, scene, random) => {
    const act = draft.act('decided-anew');
    const expiresAt = new Date(Date.parse(manifestOf(act).expiresAt) - 1_000 - random.below(100_000)).toISOString();
    draft.replace('decided-anew', {
      ...(await onManifest(scene, act, await remanifested(scene, act, { expiresAt }))),
    });
  }),
  ofLog('a new attempt after the message had arrived', ['attempt-order'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    const attempt = random.pick([2, 3, 7]);
    const annex = await remanifested(scene, draft.act(name), { attempt });
    await decideAgain(draft, scene, name, { attempt }, annex);
  }),
  ofLog('a receipt for what was not permitted', ['receipt-without-permit'], async (draft, scene, random) => {
    const { entryId, messageId, attempt, jweSha256, sender, recipient } = decisionOf(draft.act('deny'));
    const kind = random.pick(['technical', 'accepted', 'handled', 'rejected'] as const);
    const { keys, at } = lately(draft, scene);
    const signed = await scene.receiptFor('deny', kind, {
      receiptId: fresh(),
      decisionEntryId: entryId,
      messageId,
      attempt,
      jweSha256,
    });
    const notice = {
      entryId: fresh(),
      keys,
      at,
      messageId,
      attempt,
      sender,
      recipient,
      statementSha256: sha256Base64url(signed),
    };
    draft.append(await renoticed(scene, draft.act('technical'), notice), signed);
  }),
  ofLog('a receipt for another ciphertext', ['receipt-unbound'], async (draft, scene, random) => {
    const [name, of, kind] = random.pick(RECEIVED);
    draft.replace(
      name,
      await taking(scene, draft.act(name), await scene.receiptFor(of, kind, { jweSha256: sha256Base64url(fresh()) })),
    );
  }),
  ofLog('a receipt for the decision on another message', ['receipt-unbound'], async (draft, scene, random) => {
    const [name, of, kind] = random.pick(RECEIVED);
    const { entryId, jweSha256 } = decisionOf(draft.act(of === 'permit' ? 'other-permit' : 'permit'));
    // Both digests are the other's, so that nothing but the message tells.
    const signed = await scene.receiptFor(of, kind, { decisionEntryId: entryId, jweSha256 });
    await draft.remove(name);
    const { keys, at } = lately(draft, scene);
    draft.append(
      await renoticed(scene, scene.act(name), { keys, at, statementSha256: sha256Base64url(signed) }),
      signed,
    );
  }),
  ofLog(
    'a receipt for a decision that is in no log',
    ['receipt-unbound'],
    async (draft, scene, random) => {
      const [name, of, kind] = random.pick(RECEIVED);
      draft.replace(
        name,
        await taking(scene, draft.act(name), await scene.receiptFor(of, kind, { decisionEntryId: fresh() })),
      );
    },
    aDraft,
  ),
  ofLog('a receipt for a decision that was replaced', ['receipt-of-superseded'], async (draft, scene, random) => {
    const kind = random.pick(['technical', 'rejected'] as const);
    const { entryId } = decisionOf(draft.act('superseded'));
    draft.replace(
      'anew-technical',
      await taking(
        scene,
        draft.act('anew-technical'),
        await scene.receiptFor('decided-anew', kind, { decisionEntryId: entryId }),
      ),
    );
  }),
  ofLog('a receipt before its decision', ['receipt-before-decision'], (draft, _, random) => {
    const [receipt, decision] = random.pick([
      ['technical', 'permit'],
      ['other-technical', 'other-permit'],
    ] as const);
    const [at, before] = [draft.scene.at(receipt), draft.scene.at(decision)];
    const [moved] = draft.acts.splice(at, 1);
    if (moved !== undefined) draft.acts.splice(before, 0, moved);
  }),
  ofLog('a receipt taken into the log twice', ['receipt-repeated'], async (draft, scene, random) => {
    const [name] = random.pick(RECEIVED);
    await receiptAgain(draft, scene, name, {});
  }),
  ofLog('a second receipt of one kind', ['receipt-repeated'], async (draft, scene, random) => {
    const [name] = random.pick(RECEIVED);
    await receiptAgain(draft, scene, name, { receiptId: fresh() });
  }),
  ofLog('a rejection after a technical receipt', ['receipt-repeated'], async (draft, scene, random) =>
    receiptAgain(draft, scene, random.pick(['technical', 'other-technical']), {
      receiptId: fresh(),
      kind: 'rejected',
      reason: 'expired',
    }),
  ),
  ofLog('a refusal taken into the log twice', ['receipt-repeated'], async (draft, scene) => {
    const act = draft.act('refusal');
    const { keys, at } = lately(draft, scene);
    const number = nextNumber(draft, noticeOf(act).sender ?? '');
    draft.append(await renoticed(scene, act, { entryId: fresh(), keys, at, number }), act.annex);
  }),
  ofLog('a recorded disclosure taken into the log twice', ['receipt-repeated'], async (draft, scene) => {
    const act = draft.act('recorded');
    const { keys, at } = lately(draft, scene);
    const number = nextNumber(draft, noticeOf(act).sender ?? '');
    draft.append(await renoticed(scene, act, { entryId: fresh(), keys, at, number }), act.annex);
  }),
  ofLog('an entry id that stands twice', ['entry-repeated'], async (draft, scene, random) => {
    const [name, other] = random.pick([
      ['other-technical', 'technical'],
      ['expired', 'quarantined'],
      ['handled', 'accepted'],
    ] as const);
    const { entryId } = noticeOf(draft.act(other));
    draft.replace(name, { entry: await renoticed(scene, draft.act(name), { entryId }) });
  }),

  ofLog(
    'an entry that never came into the log',
    ['number-gap'],
    (draft, _, random) => draft.remove(random.pick(['superseded', 'other-permit', 'delayed-permit'])),
    aDraft,
  ),
  ofLog('a number left out', ['number-gap'], async (draft, scene, random) => {
    const name = random.pick(['decided-anew', 'deny', 'cooperation-permit'] as const);
    const { number } = decisionOf(draft.act(name));
    const key = name === 'decided-anew' ? scene.secondKey : scene.world.keys.decision;
    draft.replace(name, {
      entry: await redecided(scene, draft.act(name), { number: number + 1 + random.below(50) }, key),
    });
  }),
  ofLog('a number given twice', ['number-repeated'], async (draft, scene, random) => {
    const name = random.pick(['decided-anew', 'deny', 'cooperation-permit'] as const);
    const key = name === 'decided-anew' ? scene.secondKey : scene.world.keys.decision;
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { number: 1 }, key) });
  }),
  ofLog(
    'a row that does not begin with 1',
    ['number-gap'],
    async (draft, scene, random) => {
      const name = random.pick(['permit', 'other-permit', 'superseded'] as const);
      draft.replace(name, { entry: await redecided(scene, draft.act(name), { number: 2 + random.below(9) }) });
    },
    aDraft,
  ),
  {
    name: 'an entry of the reader hidden among foreign ones',
    expect: ['number-gap'],
    make: async (scene, random) => {
      const draft = bounded(scene, random.below(2) === 0, 'skv/skatteverket');
      draft.hidden.add(draft.at('superseded'));
      if (random.below(2) === 0) draft.hidden.add(draft.at('expired'));
      if (draft.first > 0) {
        // Of a later period the first number is not known; the one in the middle is.
        draft.hidden.delete(draft.at('superseded'));
        const { annex } = draft.act('decided-anew');
        await decideAgain(draft, scene, 'decided-anew', { messageId: fresh() }, annex);
        draft.hidden.add(draft.at('decided-anew'));
      }
      return { bundle: await draft.build() };
    },
  },
  {
    name: 'an opening outside the bounds',
    expect: ['outside-bounds'],
    make: async (scene, random) => {
      const draft = bounded(scene, random.below(2) === 0, 'skv/skatteverket');
      draft.hidden.delete(draft.at(random.pick(['other-permit', 'other-technical', 'cooperation-permit', 'deny'])));
      return { bundle: await draft.build() };
    },
  },
  ofLog('an opening called erased that no entry erased', ['erased-without-entry'], (draft, _, random) => {
    const name = random.pick(['permit', 'technical', 'other-permit', 'accepted', 'deny', 'quarantined'] as const);
    draft.erased.set(draft.at(name), draft.at('erasure'));
  }),
  ofLog(
    'an opening called erased by another entry than the one that erased it',
    ['erased-without-entry'],
    (draft, _, random) => {
      draft.erased.set(draft.at('erased-permit'), draft.at(random.pick(['handled', 'delay', 'permit', 'deny'])));
    },
  ),
  ofLog('an opening erased twice', ['erased-twice'], async (draft, scene, random) => {
    const name = random.pick(['erased-permit', 'erased-technical'] as const);
    const { entry, annex } = await scene.erasureOf([scene.erasedOpening(name, draft.at(name))]);
    draft.append(entry, annex);
  }),
  ofLog(
    'an erased opening that is still there',
    ['erased-but-kept'],
    (draft, _, random) => void draft.erased.delete(draft.at(random.pick(['erased-permit', 'erased-technical']))),
  ),
  ofLog('an erasure of what comes after it', ['erasure-order'], async (draft, scene, random) => {
    const items = [{ ...scene.erasedOpening('erased-permit'), index: String(draft.at('erasure') + random.below(4)) }];
    await erasing(draft, scene, items, {});
  }),
  ofLog("an erasure without one party's decision", ['erasure-undecided'], async (draft, scene, random) =>
    erasing(draft, scene, undefined, { deciding: (parties) => [random.pick(parties)] }),
  ),
  ofLog('an erasure that its decisions do not cover', ['erasure-undecided'], async (draft, scene, random) => {
    const extra = scene.erasedOpening(random.pick(['permit', 'other-permit']));
    const items = ERASED.map((name) => scene.erasedOpening(name, draft.at(name)));
    const { annex } = await scene.erasureOf(items);
    const { entry } = await scene.erasureOf([...items, extra], { change: { decisionsSha256: sha256Base64url(annex) } });
    draft.replace('erasure', { entry, annex });
  }),
  ofLog(
    'an erasure of another entry than was decided, or under another number or party',
    ['erasure-undecided'],
    async (draft, scene, random) => {
      const items = ERASED.map((name) => scene.erasedOpening(name, draft.at(name)));
      const { annex } = await scene.erasureOf(items);
      const bent = random.pick([
        { index: String(draft.at('permit')) },
        { entryId: fresh() },
        { number: 1 + random.below(1000) + draft.acts.length },
        { recipient: 'uppsala/socialnamnden' },
      ]);
      const { entry } = await scene.erasureOf(
        [{ ...(items[0] as (typeof items)[number]), ...bent }, ...items.slice(1)],
        {
          change: { decisionsSha256: sha256Base64url(annex) },
        },
      );
      draft.replace('erasure', { entry, annex });
    },
  ),
  ofLog(
    'an entry hidden in the name of one whose erasure was decided',
    ['erased-but-kept', 'erased-twice'],
    async (draft, scene, random) => {
      const hidden = random.pick(['other-technical', 'handled', 'accepted'] as const);
      const [first, ...rest] = ERASED.map((name) => scene.erasedOpening(name, draft.at(name)));
      const moved = { ...(first as NonNullable<typeof first>), index: String(draft.at(hidden)) };
      const twice = random.below(2) === 0;
      const items = twice ? [moved, first as NonNullable<typeof first>, ...rest] : [moved, ...rest];
      draft.replace('erasure', await scene.erasureOf(items));
      draft.erased.set(draft.at(hidden), draft.at('erasure'));
      if (!twice) draft.erased.delete(draft.at('erased-permit'));
    },
  ),
  ofLog('an erasure by a key that is not the ledger’s', ['entry-key'], async (draft, scene, random) =>
    erasing(draft, scene, undefined, { signer: random.pick([scene.world.keys.decision, await generateKey('access')]) }),
  ),
  ofLog("an erasure decided by somebody else's administrator", ['annex-key'], async (draft, scene) => {
    const [line = '', other = ''] = (draft.act('erasure').annex ?? '').split('\n');
    const stranger = localSigner(scene.world.keys.administrators['uppsala'] as PrivateKey);
    const annex = [await signErasureDecision(stranger, payloadOf(line) as unknown as ErasureDecision), other].join(
      '\n',
    );
    const items = ERASED.map((name) => scene.erasedOpening(name, draft.at(name)));
    const { entry } = await scene.erasureOf(items, { change: { decisionsSha256: sha256Base64url(annex) } });
    draft.replace('erasure', { entry, annex });
  }),

  ofLog(
    'an erasure by parties that decided on different messages',
    ['erasure-undecided'],
    async (draft, scene, random) =>
      erasing(draft, scene, undefined, {
        decided: (authority) =>
          authority === scene.holder ? { [random.pick(['messageId', 'caseId'] as const)]: fresh() } : {},
      }),
  ),
  ofLog('an erasure while a hold stands', ['erased-under-hold'], async (draft, scene, random) => {
    const { messageId, caseId } = parseDecision(scene.act('erased-permit').entry).decision;
    const held = random.pick([{ caseId }, { messageIds: [fresh(), messageId] }]);
    draft.replace('hold', await scene.keptAs('hold', await scene.holdOf({ kind: 'laid', ground: 'court', ...held })));
    const other = await scene.holdOf({ kind: 'lifted', holdId: fresh() });
    draft.replace('hold-lifted', await scene.keptAs('hold-lifted', other));
  }),
  ofLog('a hold lifted by another than laid it', ['annex-binding'], async (draft, scene, random) => {
    const authority = random.pick(['skv/skatteverket', 'fk/forsakringskassan']);
    const lifted = await scene.holdOf({ kind: 'lifted', authority }, authority.split('/')[0]);
    draft.replace('hold-lifted', await scene.keptAs('hold-lifted', lifted, { change: { authority } }));
  }),
  ofLog("a hold lifted by somebody else's administrator", ['annex-key'], async (draft, scene, random) => {
    const lifted = await scene.holdOf({ kind: 'lifted' }, random.pick(['uppsala', 'skv']));
    draft.replace('hold-lifted', await scene.keptAs('hold-lifted', lifted));
  }),
  ofLog(
    'a hold taken into the log as something else',
    ['annex-malformed', 'annex-binding'],
    async (draft, scene, random) => {
      const name = random.pick(['erasure-decided', 'hold-lifted', 'erasure-reported'] as const);
      draft.replace(name, await scene.keptAs(name, draft.act('hold').annex ?? ''));
    },
  ),
  ofLog(
    'a statement taken into the log by a key that is not the ledger’s',
    ['entry-key'],
    async (draft, scene, random) => {
      const name = random.pick(['hold', 'erasure-decided', 'hold-lifted', 'erasure-reported'] as const);
      const signer = random.pick([scene.world.keys.decision, await generateKey('access')]);
      draft.replace(name, await scene.keptAs(name, draft.act(name).annex ?? '', { signer }));
    },
  ),
  ofLog('another statement than the one taken into the log', ['annex-digest'], async (draft, scene) => {
    draft.replace('hold-lifted', { annex: await scene.holdOf({ kind: 'lifted', at: '2026-01-01T00:00:00.000Z' }) });
  }),

  ofLog('an entry dated back', ['back-dated'], async (draft, scene, random) => {
    const name = random.pick(['other-technical', 'accepted', 'handled', 'expired'] as const);
    const before = draft.act(name).loggedAt - 400_000 - random.below(40_000_000);
    draft.replace(name, { entry: await renoticed(scene, draft.act(name), { at: new Date(before).toISOString() }) });
  }),
  ofLog('a decision dated back', ['back-dated'], async (draft, scene, random) => {
    const name = random.pick(['other-permit', 'cooperation-permit'] as const);
    const before = draft.act(name).loggedAt - 400_000 - random.below(3_000_000);
    draft.replace(name, {
      entry: await redecided(scene, draft.act(name), { decidedAt: new Date(before).toISOString() }),
    });
  }),
  ofLog('an entry dated ahead', ['post-dated'], async (draft, scene, random) => {
    const name = random.pick(['other-technical', 'accepted', 'expired'] as const);
    const after = draft.act(name).loggedAt + 400_000 + random.below(40_000_000);
    draft.replace(name, { entry: await renoticed(scene, draft.act(name), { at: new Date(after).toISOString() }) });
  }),
  ofLog('a delay that nobody named', ['back-dated'], async (draft, scene) =>
    draft.replace('delay', { entry: await renoticed(scene, draft.act('delay'), { delayedEntryId: fresh() }) }),
  ),
  ofLog('a delay named before the entry that is late', ['back-dated'], (draft) => {
    const at = draft.scene.at('delayed-permit');
    const [late, delay] = draft.acts.slice(at, at + 2);
    if (late !== undefined && delay !== undefined)
      draft.acts.splice(at, 2, { ...delay, loggedAt: late.loggedAt }, { ...late, loggedAt: delay.loggedAt });
  }),
];

/** The scene's erasure, made otherwise. */
const erasing = async (
  draft: Draft,
  scene: Scene,
  items: Parameters<Scene['erasureOf']>[0] | undefined,
  deviation: Parameters<Scene['erasureOf']>[1],
): Promise<void> => {
  const own = ERASED.map((name) => scene.erasedOpening(name, draft.at(name)));
  draft.replace('erasure', await scene.erasureOf(items ?? own, deviation));
};

/** What one authority may see of the scene; all else stays blinded. */
export const bounded = (scene: Scene, later: boolean, authority: string): Draft => {
  const draft = later ? aLaterDraft(scene) : aDraft(scene);
  draft.bounds = [authority];
  for (const [at, { entry }] of draft.acts.entries()) {
    const { kind, sender, recipient } = payloadOf(entry);
    const isOther = kind === 'refusal-recorded' || kind === 'disclosure-recorded' || recipient !== authority;
    if (sender !== authority && isOther) draft.hidden.add(draft.first + at);
  }
  return draft;
};
