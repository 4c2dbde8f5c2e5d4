import { localSigner, sealDocument, contextOf, signReceipt } from '#envelope';
import type { PrivateKey, Receipt } from '#envelope';
import { canonicalBytes } from '#json';
import { randomBytes } from 'node:crypto';
import { evidenceOf, linksOf } from './evidence.js';
import type { MutableEvidence } from './evidence.js';
import type { Draft } from './draft.js';
import { anyDraft, decisionOf, flipped, manifestOf, respelled, taking } from './mutation.js';
import type { Mutation, Random } from './mutation.js';
import type { Scene } from './scene.js';
import type { FindingCode } from '#verifier';

export const ofEvidence = (
  name: string,
  expect: readonly FindingCode[],
  alter: (
    file: MutableEvidence,
    at: { readonly draft: Draft; readonly scene: Scene; readonly random: Random },
  ) => void | Promise<void>,
): Mutation => ({
  name: `evidence: ${name}`,
  expect,
  make: async (scene, random) => {
    const draft = anyDraft(scene, random);
    const file = await evidenceOf(draft);
    await alter(file, { draft, scene, random });
    return { evidence: file };
  },
});
const some = (file: MutableEvidence, random: Random) => random.pick(file.entries);
/** Lines of a proof: header, index, hashes, an empty one, the checkpoint. */
const rehashed = (proof: string, change: (hashes: string[]) => void): string => {
  const [header = '', index = '', ...rest] = proof.split('\n');
  const end = rest.indexOf('');
  const hashes = rest.slice(0, end);
  change(hashes);
  return [header, index, ...hashes, ...rest.slice(end)].join('\n');
};
const withHashes = (file: MutableEvidence, random: Random) =>
  random.pick(file.entries.filter(({ proof }) => proof.split('\n').indexOf('') > 2));
/** The scene's document with another content, or by other keys, as a forger would make it. */
const documentOf = (
  scene: Scene,
  draft: Draft,
  change: (document: Record<string, unknown>) => unknown,
  signer?: PrivateKey,
) => {
  const manifest = manifestOf(draft.act('permit'));
  const octets = Buffer.from(scene.document.split('.')[1] ?? '', 'base64url').toString();
  const { keys } = scene.world;
  return sealDocument({
    document: canonicalBytes(change(JSON.parse(octets) as Record<string, unknown>)),
    context: contextOf(manifest),
    documentSigner: localSigner(signer ?? (keys.documents[manifest.sender] as PrivateKey)),
    sealingKey: keys.sealings[manifest.recipient] as PrivateKey,
  });
};

/** What is done to one message's evidence. */
export const EVIDENCE_MUTATIONS: readonly Mutation[] = [
  ofEvidence('a proof of another tree', ['not-included'], async (file, { draft, random }) => {
    const at = random.below(file.entries.length);
    draft.acts[draft.scene.at('refusal')] = { ...draft.act('refusal'), blind: randomBytes(32) };
    const other = await evidenceOf(draft, ['other-permit', 'deny', 'expired', 'delay']);
    const entry = file.entries[at];
    if (entry !== undefined) entry.proof = other.entries[at]?.proof ?? '';
  }),
  ofEvidence('a bit flipped in a hash of a proof', ['not-included'], (file, { random }) => {
    const entry = withHashes(file, random);
    entry.proof = rehashed(entry.proof, (hashes) => {
      const at = random.below(hashes.length);
      hashes[at] = Buffer.from(flipped(Buffer.from(hashes[at] ?? '', 'base64'), random)).toString('base64');
    });
  }),
  ofEvidence('a hash left out of a proof, or one too many', ['not-included'], (file, { random }) => {
    const entry = withHashes(file, random);
    entry.proof = rehashed(entry.proof, (hashes) => {
      const at = random.below(hashes.length);
      hashes.splice(
        at,
        random.below(2) === 0 ? 1 : 0,
        ...(random.below(2) === 0 ? [] : [hashes[at] ?? '', hashes[at] ?? '']),
      );
      if (hashes.length === 0) hashes.push(randomBytes(32).toString('base64'), randomBytes(32).toString('base64'));
      else hashes.splice(0, 1, randomBytes(32).toString('base64'));
    });
  }),
  ofEvidence('a proof for another index', ['not-included'], (file, { draft, random }) => {
    const entry = some(file, random);
    entry.proof = entry.proof.replace(
      /^index ([0-9]+)$/m,
      (_line, index) => `index ${(Number(index) + 1 + random.below(7)) % (draft.first + 30)}`,
    );
  }),
  ofEvidence('a proof that is none', ['proof-malformed'], (file, { random }) => {
    const entry = some(file, random);
    entry.proof = random.pick([
      () => entry.proof.replace('c2sp.org/tlog-proof@v1', 'c2sp.org/tlog-proof@v2'),
      () => entry.proof.replace('index ', 'index 0'),
      () => entry.proof.slice(0, random.below(30)),
      () => '',
    ])();
  }),
  ofEvidence('a proof under a checkpoint without quorum', ['checkpoint-quorum'], (file, { random }) => {
    const entry = some(file, random);
    entry.proof = `${entry.proof
      .split('\n')
      .slice(0, -3 - random.below(2))
      .join('\n')}\n`;
  }),
  ofEvidence('a proof under a forged checkpoint', ['checkpoint-signature'], (file, { random }) => {
    const entry = some(file, random);
    const [top = '', ...lines] = entry.proof.split('\n— ');
    const at = random.below(lines.length);
    const [name = '', encoded = ''] = (lines[at] ?? '').trim().split(' ');
    lines[at] =
      `${name} ${Buffer.from(flipped(Buffer.from(encoded, 'base64'), random, 4)).toString('base64')}${at === lines.length - 1 ? '\n' : ''}`;
    entry.proof = [top, ...lines].join('\n— ');
  }),
  ofEvidence('an entry respelled by one character', ['not-included'], (file, { random }) => {
    const entry = some(file, random);
    entry.entry = respelled(entry.entry, random);
  }),
  ofEvidence('a bit flipped in a blind', ['not-included'], (file, { random }) => {
    const entry = some(file, random);
    entry.blind = Buffer.from(flipped(Buffer.from(entry.blind, 'base64url'), random)).toString('base64url');
  }),
  ofEvidence('a blind that is none', ['opening-malformed'], (file, { random }) => {
    const entry = some(file, random);
    entry.blind = random.pick([entry.blind.slice(1), `${entry.blind}=`, '', `${entry.blind}AAAA`]);
  }),
  ofEvidence('an annex respelled by one character', ['annex-digest'], (file, { random }) => {
    const entry = some(file, random);
    entry.annex = respelled(entry.annex ?? '', random);
  }),
  ofEvidence('an annex left out', ['annex-missing'], (file, { random }) => {
    const at = random.below(file.entries.length);
    const { annex: _annex, ...rest } = file.entries[at] as MutableEvidence['entries'][number];
    file.entries[at] = rest;
  }),
  ofEvidence('the decision left out', ['decision-missing', 'receipt-unbound'], (file) => void file.entries.shift()),
  ofEvidence('an entry of another message among them', ['foreign-entry'], async (file, { draft, random }) => {
    const other = await evidenceOf(draft, [random.pick(['other-permit', 'deny', 'expired', 'refusal'] as const)]);
    file.entries.push(...other.entries);
  }),
  ofEvidence(
    'the evidence of another message under this id',
    ['foreign-entry', 'decision-missing'],
    async (file, { draft, random }) => {
      const other = await evidenceOf(draft, [random.pick(['other-permit', 'deny', 'cooperation-permit'] as const)]);
      file.messageId = other.messageId;
    },
  ),
  ofEvidence(
    'the same entry twice',
    ['entry-repeated'],
    (file, { random }) => void file.entries.push({ ...some(file, random) }),
  ),
  ofEvidence('two checkpoints of one size', ['inconsistent'], async (file, { draft, random }) => {
    const size = draft.at('handled') + 1;
    for (const entry of file.entries.slice(-1)) entry.before = draft.checkpoint(size - 1);
    draft.acts[draft.scene.at('refusal')] = { ...draft.act('refusal'), blind: randomBytes(32) };
    const at = random.below(3);
    const entry = file.entries[at];
    if (entry !== undefined) entry.before = draft.checkpoint(size);
  }),
  ofEvidence(
    'a keys log that stops short',
    ['keys-root'],
    (file, { random }) => void file.keys.entries.splice(-1 - random.below(5)),
  ),
  ofEvidence('an entry of the keys log respelled by one character', ['keys-root'], (file, { random }) => {
    const at = random.below(file.keys.entries.length);
    file.keys.entries[at] = respelled(file.keys.entries[at] ?? '', random);
  }),
  ofEvidence('the origin of another log', ['checkpoint-origin'], (file, { random }) => {
    file.origins = random.pick([
      { ...file.origins, disclosure: `${file.origins.disclosure}-other` },
      { ...file.origins, keys: file.origins.disclosure },
    ]);
  }),
  ofEvidence('a member that the format does not have', ['file-malformed'], (file, { random }) => {
    random.pick([
      () => void Object.assign(file, { note: 'x' }),
      () => void Object.assign(some(file, random), { note: 'x' }),
      () => void Object.assign(file, { format: 'delge-evidence/2' }),
      () => void Object.assign(file.keys, { entries: 'x' }),
      () => void Object.assign(file, { document: 1 }),
    ])();
  }),
  ofEvidence('the checkpoint before an entry left out', ['time-not-bounded'], (file, { random }) => {
    const at = random.below(file.entries.length);
    const { before: _before, ...rest } = file.entries[at] as MutableEvidence['entries'][number];
    file.entries[at] = rest;
  }),
  {
    name: 'evidence: another log than the one the auditor has seen',
    expect: ['forked-from-pinned', 'inconsistent'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const file = await evidenceOf(draft);
      const [from, to] = [draft.at('handled') + 1, draft.leaves.length];
      const linked = random.below(2) === 0;
      if (linked) file.consistency = await linksOf(draft);
      draft.acts[random.below(2)] = { ...(draft.acts[0] as Draft['acts'][number]), blind: randomBytes(32) };
      return { evidence: file, pinned: draft.checkpoint(linked ? to : from) };
    },
  },
  {
    name: 'evidence: nothing that links it to what the auditor has seen',
    expect: ['pinned-not-compared'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      return { evidence: await evidenceOf(draft), pinned: draft.checkpoint(draft.leaves.length) };
    },
  },
  {
    name: 'evidence: one checkpoint that nothing links to what the auditor has seen',
    expect: ['pinned-not-compared'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const file = await evidenceOf(draft);
      const links = await linksOf(draft);
      file.consistency = links.toSpliced(random.below(links.length), 1);
      return { evidence: file, pinned: draft.checkpoint() };
    },
  },
  ofEvidence('a bit flipped in the document', ['content-signature', 'content-key'], (file, { random }) => {
    file.document = respelled(file.document ?? '', random);
  }),
  ofEvidence(
    'the document with the signature of another',
    ['content-signature'],
    async (file, { draft, scene, random }) => {
      const { jws } = await documentOf(scene, draft, (document) => ({ ...document, note: random.below(1_000) }));
      const text = file.document ?? '';
      file.document = text.slice(0, text.lastIndexOf('.')) + jws.slice(jws.lastIndexOf('.'));
    },
  ),
  ofEvidence('a document signed by another authority', ['content-key'], async (file, { draft, scene, random }) => {
    const { sender } = decisionOf(draft.act('permit'));
    const other = random.pick(Object.entries(scene.world.keys.documents).filter(([id]) => id !== sender))[1];
    file.document = (await documentOf(scene, draft, (document) => document, other)).jws;
  }),
  ofEvidence(
    'a document that says something else of itself',
    ['content-binding'],
    async (file, { draft, scene, random }) => {
      const change = random.pick([
        { messageId: '01930000-0000-7000-8000-000000000001' },
        { recipientFunction: 'annan' },
        { sentAt: '2026-11-24T07:00:00.000Z' },
        { type: 'crime-report/1' },
        { note: 'x' },
      ]);
      file.document = (await documentOf(scene, draft, (document) => ({ ...document, ...change }))).jws;
    },
  ),
  ofEvidence(
    'a document of another message of the same sender',
    ['content-binding'],
    async (file, { draft, scene, random }) => {
      const manifest = manifestOf(draft.act('permit'));
      const { keys } = scene.world;
      const octets = Buffer.from(scene.document.split('.')[1] ?? '', 'base64url');
      const change = random.pick([
        { messageId: '01930000-0000-7000-8000-000000000001' },
        { attempt: 2 },
        { recipient: 'polis/polismyndigheten' },
      ]);
      const { jws } = await sealDocument({
        document: octets,
        context: { ...contextOf(manifest), ...change },
        documentSigner: localSigner(keys.documents[manifest.sender] as PrivateKey),
        sealingKey: keys.sealings[manifest.recipient] as PrivateKey,
      });
      file.document = jws;
    },
  ),
  ofEvidence(
    'a document that holds something else than was claimed',
    ['content-claims'],
    async (file, { draft, scene, random }) => {
      const { jws } = await documentOf(scene, draft, (document) => {
        const content = { ...(document['content'] as Record<string, unknown>) };
        const gone = random.pick(Object.keys(content));
        const { [gone]: _gone, ...rest } = content;
        return { ...document, content: random.below(2) === 0 ? rest : { ...content, added: 'x' } };
      });
      file.document = jws;
    },
  ),
  ofEvidence(
    'a second document that its sender signed for the same message',
    ['content-receipt'],
    async (file, { draft, scene, random }) => {
      const { jws } = await documentOf(scene, draft, (document) => ({
        ...document,
        registration: { ...(document['registration'] as object), subject: `Något annat ${random.below(1_000)}` },
      }));
      file.document = jws;
    },
  ),
  ofEvidence(
    "a document without the recipient's receipt for it",
    ['content-unattested'],
    async (file, { draft, scene, random }) => {
      if (random.below(2) === 0) file.entries.splice(1, 1);
      else {
        // A technical receipt that names none.
        const receipt = JSON.parse(
          Buffer.from((draft.act('technical').annex ?? '').split('.')[1] ?? '', 'base64url').toString(),
        ) as Receipt;
        const { documentSha256: _named, ...rest } = receipt;
        const signer = localSigner(scene.world.keys.manifests[receipt.gateway] as PrivateKey);
        draft.replace('technical', await taking(scene, draft.act('technical'), await signReceipt(signer, rest)));
        Object.assign(file, await evidenceOf(draft));
      }
    },
  ),
];
