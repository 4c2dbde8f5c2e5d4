import {
  generateKey,
  localSigner,
  parseRecordedDisclosure,
  sha256Base64url,
  signLook,
  signNotice,
  signReleaseHold,
} from '#envelope';
import type { Look, PrivateKey, SeenOpening } from '#envelope';
import type { Draft } from './draft.js';
import { noticeOf, ofLog } from './mutation.js';
import type { Mutation } from './mutation.js';
import { bounded } from './mutants-together.js';
import { fresh } from './scene.js';
import type { ActName, Scene } from './scene.js';

/** Who looks in the genuine case: the recipient of what `permit` is about, at its own gateway. */
const READER = { authority: 'fk/forsakringskassan', gateway: 'myndigheterna' } as const;
/** Acts that it is party to. */
const OWN = ['permit', 'technical', 'accepted', 'decided-anew', 'anew-technical'] as const satisfies readonly ActName[];
const OTHERS = ['other-permit', 'other-technical'] as const satisfies readonly ActName[];

/** What a look says of an act. */
export const seenOf = (draft: Draft, name: ActName): SeenOpening => {
  const payload = draft.act(name).entry.split('.')[1] ?? '';
  const { entryId, sender, recipient } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    string,
    string
  >;
  return {
    index: String(draft.at(name)),
    entryId: entryId ?? '',
    ...(sender === undefined ? {} : { sender }),
    ...(recipient === undefined ? {} : { recipient }),
  };
};

/** Puts a look at the end of the log. @returns its index */
export const looked = async (
  draft: Draft,
  scene: Scene,
  change: Partial<Look> = {},
  { signer = scene.access, annex }: { readonly signer?: PrivateKey; readonly annex?: string } = {},
): Promise<number> => {
  const { gateway, authority } = READER;
  const look: Look = {
    v: 1,
    kind: 'look',
    env: scene.world.environment,
    entryId: fresh(),
    authority,
    ...(change.auditor === undefined ? { gateway } : {}),
    purpose: 'export',
    seen: OWN.map((name) => seenOf(draft, name)),
    keys: noticeOf(scene.act('rejected')).keys,
    at: new Date((draft.acts.at(-1)?.loggedAt ?? 0) + 100_000).toISOString(),
    ...change,
  };
  return draft.append(await signLook(localSigner(signer), look), annex);
};

/** Looks that show what they should not, or say what is not so. */
export const LOOK_MUTATIONS: readonly Mutation[] = [
  ofLog('a look signed by a key that is not the ledger’s', ['entry-key'], async (draft, scene, random) => {
    const signer = random.pick([scene.world.keys.decision, await generateKey('access')]);
    await looked(draft, scene, {}, { signer });
  }),
  ofLog(
    'a look through a gateway that does not host the authority',
    ['look-not-hosted'],
    async (draft, scene, random) => {
      await looked(draft, scene, { gateway: random.pick(['kommunerna', 'ingen']) });
    },
  ),
  ofLog('a look for an authority that nobody hosts', ['look-not-hosted'], async (draft, scene) => {
    await looked(draft, scene, { authority: 'ingen/ingen' });
  }),
  ofLog("a look at somebody else's openings", ['look-unentitled'], async (draft, scene, random) => {
    const names = [random.pick(OWN), random.pick(OTHERS)];
    await looked(draft, scene, { seen: names.map((name) => seenOf(draft, name)) });
  }),
  ofLog(
    "a look at somebody else's openings as if they were its own",
    ['look-unbound'],
    async (draft, scene, random) => {
      const seen = { ...seenOf(draft, random.pick(OTHERS)), recipient: READER.authority };
      await looked(draft, scene, { seen: [seen] });
    },
  ),
  ofLog("a look at somebody else's openings that names no party", ['look-unbound'], async (draft, scene, random) => {
    const { index, entryId } = seenOf(draft, random.pick(OTHERS));
    await looked(draft, scene, { seen: [{ index, entryId }] });
  }),
  ofLog("a recipient's look at what its sender holds from it", ['look-unbound'], async (draft, scene) => {
    const { recorded } = parseRecordedDisclosure(draft.act('recorded').annex ?? '');
    const { sender, gateway, caseId, env } = recorded;
    const recipient = READER.authority;
    const at = new Date((draft.acts.at(-1)?.loggedAt ?? 0) + 100_000).toISOString();
    const held = { sender, gateway, recipient, caseId, env, holdId: fresh(), number: 1, code: 'case-closed' } as const;
    const signer = localSigner(scene.world.keys.manifests[gateway] as PrivateKey);
    const annex = await signReleaseHold(signer, { v: 1, ...held, at });
    const { keys } = noticeOf(draft.act('recorded'));
    const entryId = fresh();
    const notice = { v: 1, kind: 'hold-recorded', env, entryId, sender, recipient, keys, at } as const;
    const signed = { ...notice, statementSha256: sha256Base64url(annex) };
    const index = draft.append(await signNotice(localSigner(scene.world.keys.decision), signed), annex);
    await looked(draft, scene, { seen: [{ index: index.toString(), entryId, sender, recipient }] });
  }),
  ofLog('a look at another place than the entry has', ['look-unbound'], async (draft, scene, random) => {
    const [one, other] = [random.pick(OWN.slice(0, 2)), random.pick(OWN.slice(2))].map((name) => seenOf(draft, name));
    await looked(draft, scene, { seen: [{ ...(one as SeenOpening), index: other?.index ?? '0' }] });
  }),
  ofLog('a look at an entry that stands in no log', ['look-unbound'], async (draft, scene, random) => {
    await looked(draft, scene, { seen: [{ ...seenOf(draft, random.pick(OWN)), entryId: fresh() }] });
  }),
  ofLog('a look at what came after it', ['look-unbound'], async (draft, scene, random) => {
    const later = fresh();
    const at = String(draft.at('permit') + draft.acts.length + 1);
    await looked(draft, scene, { seen: [{ index: at, entryId: later }] });
    await looked(draft, scene, { entryId: later, purpose: random.pick(['export', 'evidence']) });
  }),
  ofLog("a look at another's look", ['look-unbound'], async (draft, scene) => {
    const entryId = fresh();
    const index = await looked(draft, scene, {
      entryId,
      authority: 'skv/skatteverket',
      seen: [seenOf(draft, 'decided-anew')],
    });
    await looked(draft, scene, { seen: [{ index: String(index), entryId }] });
  }),
  ofLog('a look with an annex', ['annex-unexpected'], async (draft, scene) => {
    await looked(draft, scene, {}, { annex: draft.act('permit').annex ?? '' });
  }),
  ofLog('a look dated back', ['back-dated'], async (draft, scene, random) => {
    const at = (draft.acts.at(-1)?.loggedAt ?? 0) - 400_000 - random.below(40_000_000);
    await looked(draft, scene, { at: new Date(at).toISOString() });
  }),
  {
    name: "another's look within the bounds of a reader",
    expect: ['outside-bounds'],
    make: async (scene, random) => {
      const draft = bounded(scene, random.below(2) === 0, 'skv/skatteverket');
      await looked(draft, scene, { seen: [seenOf(draft, 'decided-anew')] });
      return { bundle: await draft.build() };
    },
  },
];
