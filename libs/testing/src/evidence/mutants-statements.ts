import {
  generateKey,
  localSigner,
  parseRecordedDisclosure,
  parseRefusal,
  sha256Base64url,
  signReceipt,
  signRecordedDisclosure,
  signRefusal,
} from '#envelope';
import type { PrivateKey, RecordedDisclosure, Refusal } from '#envelope';
import { canonicalBytes } from '#json';
import { ruleSetDigest, ruleSets } from '#legal-basis';
import { nodeSha256 } from '#tlog/build';
import type { Draft } from './draft.js';
import {
  DECISIONS,
  RECEIPTS,
  decisionOf,
  manifestOf,
  noticeOf,
  ofLog,
  onManifest,
  redecided,
  remanifested,
  renoticed,
  respelled,
  taking,
} from './mutation.js';
import type { Mutation, Random } from './mutation.js';
import { fresh } from './scene.js';
import type { ActName, Scene } from './scene.js';

const someDecision = (random: Random): ActName => random.pick(DECISIONS);
const someReceipt = (random: Random): ActName => random.pick(RECEIPTS);
const otherGatewayKey = (scene: Scene, gateway: string, random: Random): PrivateKey =>
  random.pick(Object.entries(scene.world.keys.manifests).filter(([id]) => id !== gateway))[1];
const headAt = (scene: Scene, size: bigint) => ({ size: size.toString(), root: scene.world.at(size).rootBase64 });
/** Entries that the log has taken and signed, and that a verifier must not believe. */
export const STATEMENT_MUTATIONS: readonly Mutation[] = [
  ofLog('a forged decision of the right form under a key of nobody', ['entry-key'], async (draft, scene, random) => {
    const name = someDecision(random);
    draft.replace(name, {
      entry: await redecided(scene, draft.act(name), { entryId: fresh() }, await generateKey('decision')),
    });
  }),
  ofLog('a decision signed by a key that is for something else', ['entry-key'], async (draft, scene, random) => {
    const name = someDecision(random);
    const { manifests, administrators, jurists, documents } = scene.world.keys;
    const keys = [
      ...Object.values(manifests),
      ...Object.values(administrators),
      ...Object.values(jurists),
      ...Object.values(documents),
      scene.access,
    ];
    draft.replace(name, { entry: await redecided(scene, draft.act(name), {}, random.pick(keys)) });
  }),
  ofLog('a decision with the signature of another entry', ['entry-signature'], (draft, _, random) => {
    const name = someDecision(random);
    const { entry } = draft.act(name);
    const other = draft.act(random.pick(DECISIONS.filter((one) => one !== name))).entry;
    draft.replace(name, { entry: entry.slice(0, entry.lastIndexOf('.')) + other.slice(other.lastIndexOf('.')) });
  }),
  ofLog(
    'a decision whose payload was changed after it was signed',
    ['entry-signature'],
    async (draft, scene, random) => {
      const name = someDecision(random);
      const { entry } = draft.act(name);
      const changed = await redecided(scene, draft.act(name), { caseId: fresh() });
      draft.replace(name, { entry: changed.slice(0, changed.lastIndexOf('.')) + entry.slice(entry.lastIndexOf('.')) });
    },
  ),
  ofLog('a decision under a key that was not yet live at its size', ['entry-key'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), {}, scene.secondKey) });
  }),
  ofLog('a decision under a key that was revoked at its size', ['entry-key'], async (draft, scene) => {
    const revoked = await scene.withRevoked(scene.secondKey.kid, scene.world.keys.operators[0]);
    draft.keysEntries = revoked.entries;
    draft.replace('rejected', {
      entry: await renoticed(scene, draft.act('rejected'), { keys: revoked.head }, scene.secondKey),
    });
  }),
  ofLog('a notice signed by a gateway', ['entry-key'], async (draft, scene, random) => {
    const name = random.pick([...RECEIPTS, 'expired', 'quarantined', 'refusal'] as const);
    draft.replace(name, {
      entry: await renoticed(scene, draft.act(name), {}, random.pick(Object.values(scene.world.keys.manifests))),
    });
  }),
  ofLog('an entry that is no statement of the exchange', ['entry-malformed'], (draft, _, random) => {
    const name = random.pick(['permit', 'technical', 'expired'] as const);
    const { entry, annex = '' } = draft.act(name);
    const bent = random.pick([
      () => annex,
      () => 'not a token',
      () => respelled(entry, random, 0, 20),
      () => `${entry}.x`,
    ]);
    draft.replace(name, { entry: bent() });
  }),
  ofLog('a notice without what its kind must have', ['entry-malformed'], async (draft, scene, random) => {
    const name = someReceipt(random);
    const { attempt: _attempt, ...rest } = noticeOf(draft.act(name));
    const kind = random.pick(['refusal-recorded', 'expired', 'quarantined', 'delayed'] as const);
    draft.replace(name, { entry: await renoticed(scene, { ...draft.act(name) }, { ...rest, kind }) });
  }),
  ofLog('an entry of another environment', ['wrong-environment'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    const annex = await remanifested(scene, draft.act(name), { env: 'production' });
    draft.replace(name, await onManifest(scene, draft.act(name), annex, { env: 'production' }));
  }),
  ofLog('an entry that names another root of the keys log', ['keys-head'], async (draft, scene, random) => {
    const name = someDecision(random);
    const { keys } = decisionOf(draft.act(name));
    const other = headAt(scene, BigInt(random.below(Number(keys.size))));
    draft.replace(name, {
      entry: await redecided(scene, draft.act(name), { keys: { size: keys.size, root: other.root } }),
    });
  }),
  ofLog('an entry that names a keys log longer than there is', ['keys-shorter'], async (draft, scene, random) => {
    const size = scene.world.snapshot.size + 1n + BigInt(random.below(1_000));
    draft.replace('rejected', {
      entry: await renoticed(scene, draft.act('rejected'), { keys: { ...headAt(scene, 1n), size: size.toString() } }),
    });
  }),
  ofLog(
    'an entry that names an older keys log than the one before it',
    ['keys-decreasing'],
    async (draft, scene, random) => {
      const name = random.pick(['anew-technical', 'expired', 'handled'] as const);
      const before = BigInt(noticeOf(draft.act('technical')).keys.size);
      draft.replace(name, { entry: await renoticed(scene, draft.act(name), { keys: headAt(scene, before) }) });
    },
  ),

  ofLog('a manifest signed by another gateway', ['annex-key'], async (draft, scene, random) => {
    const name = someDecision(random);
    const act = draft.act(name);
    const annex = await remanifested(scene, act, {}, otherGatewayKey(scene, manifestOf(act).gateway, random));
    draft.replace(name, await onManifest(scene, act, annex));
  }),
  ofLog(
    'a manifest in the name of a gateway that does not host the sender',
    ['annex-key'],
    async (draft, scene, random) => {
      const name = random.pick(['permit', 'other-permit'] as const);
      const act = draft.act(name);
      const gateway = random.pick(['myndigheterna', 'rattsvasendet']);
      draft.replace(name, await onManifest(scene, act, await remanifested(scene, act, { gateway })));
    },
  ),
  ofLog('a manifest whose signature is that of another', ['annex-signature'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    const act = draft.act(name);
    const other = await remanifested(scene, act, { caseId: fresh() });
    const { annex = '' } = act;
    draft.replace(
      name,
      await onManifest(scene, act, annex.slice(0, annex.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))),
    );
  }),
  ofLog('an annex that is of another kind', ['annex-malformed'], async (draft, scene, random) => {
    const name = someDecision(random);
    const annex = random.pick([draft.act('technical').annex ?? '', 'nothing', draft.act('permit').entry]);
    draft.replace(name, await onManifest(scene, draft.act(name), annex));
  }),
  ofLog('a receipt by a gateway that does not host the recipient', ['annex-key'], async (draft, scene, random) => {
    const name = random.pick(['technical', 'accepted'] as const);
    const gateway = random.pick(['kommunerna', 'rattsvasendet']);
    const signed = await signReceipt(localSigner(scene.world.keys.manifests[gateway] as PrivateKey), {
      ...receiptOf(draft, name),
      gateway,
    });
    draft.replace(name, await taking(scene, draft.act(name), signed));
  }),
  ofLog('a receipt signed by another gateway', ['annex-key'], async (draft, scene, random) => {
    const name = someReceipt(random);
    const receipt = receiptOf(draft, name);
    const signed = await signReceipt(localSigner(otherGatewayKey(scene, receipt.gateway, random)), receipt);
    draft.replace(name, await taking(scene, draft.act(name), signed));
  }),
  ofLog('a receipt for another message than its notice', ['annex-binding'], async (draft, scene, random) => {
    const name = someReceipt(random);
    const change = random.pick([{ messageId: fresh() }, { attempt: 2 }]);
    const receipt = { ...receiptOf(draft, name), ...change };
    const signed = await signReceipt(localSigner(scene.world.keys.manifests[receipt.gateway] as PrivateKey), receipt);
    draft.replace(name, await taking(scene, draft.act(name), signed));
  }),
  ofLog('a decision on another message than its manifest', ['annex-binding'], async (draft, scene, random) => {
    const name = someDecision(random);
    const change = random.pick([
      { messageId: fresh() },
      { caseId: fresh() },
      { attempt: 2 },
      { recipient: 'uppsala/socialnamnden' },
    ]);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), change) });
  }),
  ofLog('claims other than those that were checked', ['claims-digest'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    const act = draft.act(name);
    const { claims } = manifestOf(act);
    const annex = await remanifested(scene, act, { claims: { ...claims, more: `${random.below(1_000)}` } });
    draft.replace(name, await onManifest(scene, act, annex));
  }),
  ofLog('a manifest that was not the one decided on', ['annex-digest'], async (draft, scene, random) => {
    const name = someDecision(random);
    draft.replace(name, {
      annex: await remanifested(scene, draft.act(name), { expiresAt: '2027-01-01T00:00:00.000Z' }),
    });
  }),
  ofLog('a decision made after the message had expired', ['decided-after-expiry'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    const act = draft.act(name);
    const before = new Date(Date.parse(decisionOf(act).decidedAt) - 1 - random.below(100_000)).toISOString();
    draft.replace(name, await onManifest(scene, act, await remanifested(scene, act, { expiresAt: before })));
  }),

  ofLog('a permit where the law sees an obstacle', ['verdict-differs'], async (draft, scene) => {
    const { verdict } = decisionOf(draft.act('permit'));
    draft.replace('deny', { entry: await redecided(scene, draft.act('deny'), { outcome: 'permit', verdict }) });
  }),
  ofLog('a denial where the law sees none', ['verdict-differs'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit', 'cooperation-permit'] as const);
    const { verdict } = decisionOf(draft.act('deny'));
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { outcome: 'deny', verdict }) });
  }),
  ofLog('another ground than the law gives', ['verdict-differs'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit', 'cooperation-permit'] as const);
    const { verdict } = decisionOf(draft.act(name));
    const bent = random.pick<object>([
      { bases: ['FL-2017-900-8'] },
      { bases: [] },
      { force: 'duty-on-request' },
      { regime: 'none' },
      { codes: ['X'] },
    ]);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { verdict: { ...verdict, ...bent } }) });
  }),
  ofLog('a decision that contradicts itself on the outcome', ['outcome-differs'], async (draft, scene, random) => {
    const name = someDecision(random);
    const outcome = random.pick(
      (['permit', 'assess', 'deny'] as const).filter((one) => one !== decisionOf(draft.act(name)).outcome),
    );
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { outcome }) });
  }),
  ofLog('a rule set that was not the newest', ['rule-set-not-released'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit', 'cooperation-permit'] as const);
    const older = ruleSets[0];
    const { ruleSet } = decisionOf(draft.act(name));
    const named = random.pick([
      { number: 1, sha256: older === undefined ? '' : ruleSetDigest(older, nodeSha256) },
      { ...ruleSet, number: ruleSet.number + 1 },
      { ...ruleSet, sha256: sha256Base64url(fresh()) },
    ]);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { ruleSet: named }) });
  }),
  ofLog('another ciphertext than the manifest names', ['verdict-differs'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { jweSha256: sha256Base64url(fresh()) }) });
  }),
  ofLog('a decision for another day than its law', ['verdict-differs'], async (draft, scene, random) => {
    const act = draft.act('permit');
    // Before any version of the ground was in force.
    const decidedAt = `200${random.below(10)}-03-01T08:00:00.000Z`;
    draft.replace('permit', { entry: await redecided(scene, act, { decidedAt }) });
  }),
  ofLog(
    'a refusal with a verdict that the law does not give',
    ['refusal-verdict-differs'],
    async (draft, scene, random) => {
      const act = draft.act('refusal');
      const { refusal } = parseRefusal(act.annex ?? '');
      const bent = random.pick<Partial<Refusal>>([
        { outcome: 'assess', verdict: { ...refusal.verdict, outcome: 'assess' } },
        { verdict: { ...refusal.verdict, codes: [] } },
        { verdict: { ...refusal.verdict, secrecy: 'passes' } },
      ]);
      const signed = await signRefusal(localSigner(scene.world.keys.manifests[refusal.gateway] as PrivateKey), {
        ...refusal,
        ...bent,
      });
      draft.replace('refusal', await taking(scene, act, signed));
    },
  ),
  ofLog(
    'a recorded disclosure with a verdict that the law does not give for its day',
    ['recorded-verdict-differs'],
    async (draft, scene, random) => {
      const { verdict } = recordedIn(draft);
      const bent = random.pick<Partial<RecordedDisclosure>>([
        { outcome: 'deny', verdict: { ...verdict, outcome: 'deny' } },
        { verdict: { ...verdict, force: 'duty' } },
        // A day before the law reached it.
        { disclosedAt: '2025-03-31T12:00:00.000Z' },
      ]);
      draft.replace('recorded', await rerecorded(scene, draft, bent));
    },
  ),
  ofLog('a recorded disclosure dated after its entry', ['recorded-ahead'], async (draft, scene, random) => {
    const at = Date.parse(noticeOf(draft.act('recorded')).at) + 60_001 + random.below(40_000_000);
    draft.replace('recorded', await rerecorded(scene, draft, { at: new Date(at).toISOString() }));
  }),
  ofLog('a recorded disclosure by a newer keys log than its entry', ['recorded-ahead'], async (draft, scene) => {
    const { keys } = decisionOf(draft.act('permit'));
    draft.replace('recorded', { entry: await renoticed(scene, draft.act('recorded'), { keys }) });
  }),
  ofLog('a recorded disclosure with claims of another type', ['annex-malformed'], async (draft, scene, random) => {
    const messageType = random.pick(['crime-report/1', 'recorded-disclosure', 'recorded-disclosure/0']);
    const recorded = recordedIn(draft);
    const text = await localSigner(scene.world.keys.manifests[recorded.gateway] as PrivateKey).sign(
      'delge-recorded-disclosure+jws',
      canonicalBytes({ ...recorded, claims: { ...recorded.claims, messageType } }),
    );
    draft.replace('recorded', await taking(scene, draft.act('recorded'), text));
  }),
  ofLog('a recorded disclosure that says another verdict than its codes', ['outcome-differs'], async (draft, scene) => {
    draft.replace('recorded', await rerecorded(scene, draft, { outcome: 'deny' }));
  }),
  ofLog('a recorded disclosure of somebody else', ['annex-binding'], async (draft, scene, random) => {
    const bent = random.pick<Partial<RecordedDisclosure>>([
      { messageId: fresh() },
      { recipient: 'skv/skatteverket' },
      { sender: 'linkoping/socialnamnden' },
    ]);
    draft.replace('recorded', await rerecorded(scene, draft, bent));
  }),
  ofLog('a recorded disclosure signed by another gateway', ['annex-key'], async (draft, scene, random) => {
    const key = otherGatewayKey(scene, recordedIn(draft).gateway, random);
    draft.replace('recorded', await rerecorded(scene, draft, {}, key));
  }),
  ofLog('a recorded disclosure in the place of a refusal', ['annex-malformed'], async (draft, scene) => {
    const entry = await renoticed(scene, draft.act('recorded'), { kind: 'refusal-recorded' });
    draft.replace('recorded', { entry });
  }),
  ofLog('an engine older than its rule set demands', ['engine-too-old'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    draft.replace(name, { entry: await redecided(scene, draft.act(name), { engineVersion: 1 }) });
  }),
  ofLog('an engine that is not here', ['engine-unknown'], async (draft, scene, random) => {
    const name = random.pick(['permit', 'other-permit'] as const);
    draft.replace(name, {
      entry: await redecided(scene, draft.act(name), { engineVersion: 100 + random.below(1_000) }),
    });
  }),
];

const recordedIn = (draft: Draft): RecordedDisclosure =>
  parseRecordedDisclosure(draft.act('recorded').annex ?? '').recorded;
/** The scene's recorded disclosure, made otherwise. */
const rerecorded = async (scene: Scene, draft: Draft, change: Partial<RecordedDisclosure>, key?: PrivateKey) => {
  const recorded = { ...recordedIn(draft), ...change };
  const signer = localSigner(key ?? (scene.world.keys.manifests[recorded.gateway] as PrivateKey));
  return taking(scene, draft.act('recorded'), await signRecordedDisclosure(signer, recorded));
};

const receiptOf = (draft: Draft, name: ActName) => {
  const payload = (draft.act(name).annex ?? '').split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Parameters<typeof signReceipt>[1];
};
