import type { EvidenceFile, ProvenEntry } from '#verifier';
import type { Draft } from './draft.js';
import type { ActName } from './scene.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** An evidence file that is to be altered. */
export type MutableEvidence = Writable<Omit<EvidenceFile, 'entries' | 'keys'>> & {
  entries: Writable<ProvenEntry>[];
  keys: { checkpoint: string; entries: string[] };
};

/** What there is to prove about the scene's first message. */
export const ABOUT_PERMIT: readonly ActName[] = ['permit', 'technical', 'accepted', 'handled'];

/** Proofs that link every checkpoint of such a file to the newest. */
export const linksOf = (draft: Draft, names: readonly ActName[] = ABOUT_PERMIT): Promise<string[]> => {
  const sizes = new Set(names.flatMap((name) => [draft.at(name), draft.at(name) + 1]));
  return Promise.all([...sizes].map((size) => draft.consistency(size, draft.leaves.length)));
};

/** An evidence file about these acts, each proven under the newest checkpoint unless another size is given. */
export async function evidenceOf(
  draft: Draft,
  names: readonly ActName[] = ABOUT_PERMIT,
  sizeOf: (name: ActName) => number = (name) => draft.at(name) + 1,
): Promise<MutableEvidence> {
  const { scene } = draft;
  const entries: ProvenEntry[] = [];
  for (const name of names) {
    const { entry, blind, annex } = draft.act(name);
    const index = draft.at(name);
    entries.push({
      entry,
      blind: Buffer.from(blind).toString('base64url'),
      ...(annex === undefined ? {} : { annex }),
      proof: await draft.proof(index, sizeOf(name)),
      before: draft.checkpoint(index),
    });
  }
  const { disclosure, keys } = scene.trust.logs;
  const payload = draft.act(names[0] ?? 'permit').entry.split('.')[1] ?? '';
  const { messageId } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly messageId: string };
  return {
    format: 'delge-evidence/1',
    origins: { disclosure: disclosure.origin, keys: keys.origin },
    messageId,
    entries,
    keys: {
      checkpoint: draft.keysCheckpoint(),
      entries: draft.keysEntries.map((entry) => Buffer.from(entry).toString()),
    },
    ...(names.includes('permit') ? { document: scene.document } : {}),
  };
}
