import { randomBytes } from 'node:crypto';
import { checkpointText, nodeSha256, signNote } from '#tlog/build';
import { rootOfLeaves } from '#tlog/verify';
import { noteSigner } from '../world-keys.js';
import type { BundleFiles, Draft } from './draft.js';
import { aLaterDraft, anyDraft, flipped, ofFiles, ofLog } from './mutation.js';
import type { Mutation } from './mutation.js';

const text = (files: BundleFiles, path: string): string => Buffer.from(files.get(path) ?? []).toString();
/** Lines of signatures of a note: the log's own, then the witnesses'. */
const signatures = (note: string): readonly string[] => note.slice(note.indexOf('\n\n') + 2, -1).split('\n');
const noted = (note: string, lines: readonly string[]): string =>
  `${note.slice(0, note.indexOf('\n\n') + 2)}${lines.join('\n')}\n`;
/** The files of another log under the checkpoint of this one: whoever has the database and not the signer. */
const unsigned = (name: string, alter: (draft: Draft, random: Parameters<Mutation['make']>[1]) => void): Mutation => ({
  name,
  expect: ['root-mismatch', 'leaf-malformed', 'file-missing'],
  make: async (scene, random) => {
    const draft = anyDraft(scene, random);
    const genuine = draft.checkpoint();
    alter(draft, random);
    draft.previous = undefined;
    const files = await draft.build();
    files.set('checkpoint', Buffer.from(genuine));
    files.delete('checkpoints.jsonl');
    return { bundle: draft.listed(files) };
  },
});

/** What is done to the tree, its checkpoints and the keys log. */
export const LOG_MUTATIONS: readonly Mutation[] = [
  unsigned('a leaf removed and the tree built anew', (draft, random) => {
    draft.erased.clear();
    draft.acts.splice(random.below(draft.acts.length), 1);
    draft.to -= 1;
  }),
  unsigned('two leaves swapped and the tree built anew', (draft, random) => {
    draft.erased.clear();
    const at = random.below(draft.acts.length - 1);
    draft.acts.splice(at, 2, draft.acts[at + 1] as never, draft.acts[at] as never);
  }),
  unsigned('a leaf inserted and the tree built anew', (draft, random) => {
    draft.erased.clear();
    const copied = random.pick(draft.acts);
    draft.acts.splice(random.below(draft.acts.length), 0, { ...copied, blind: randomBytes(32) });
    draft.to += 1;
  }),
  unsigned('an entry replaced by another opening and the tree built anew', (draft, random) => {
    const at = random.below(draft.acts.length);
    draft.acts[at] = { ...(draft.acts[at] as Draft['acts'][number]), blind: randomBytes(32) };
  }),
  ofFiles('a checkpoint by a stranger under the name of the log', ['checkpoint-signature'], (files, draft) => {
    const stranger = noteSigner(draft.signer.name);
    const { leaves } = draft;
    const note = signNote(
      checkpointText(draft.signer.name, BigInt(leaves.length), rootOfLeaves(leaves, nodeSha256)),
      stranger,
      nodeSha256,
    );
    files.set('checkpoint', Buffer.from(draft.cosigned(note, draft.timeOf(leaves.length))));
  }),
  ofFiles('another root or size in a signed checkpoint', ['checkpoint-signature'], (files, _, random) => {
    const [origin, size, root, ...rest] = text(files, 'checkpoint').split('\n');
    const other =
      random.below(2) === 0
        ? [Number(size) + 1 + random.below(9), root]
        : [size, flipped(Buffer.from(root ?? '', 'base64'), random)];
    const [newSize, newRoot] = other;
    const spelled = typeof newRoot === 'string' ? newRoot : Buffer.from(newRoot as Uint8Array).toString('base64');
    files.set('checkpoint', Buffer.from([origin, newSize, spelled, ...rest].join('\n')));
  }),
  ofFiles('a bit flipped in a signature of a checkpoint', ['checkpoint-signature'], (files, _, random) => {
    const note = text(files, 'checkpoint');
    const lines = [...signatures(note)];
    const at = random.below(lines.length);
    const [dash, name, encoded = ''] = (lines[at] ?? '').split(' ');
    // After the key id, and after a cosignature's time, which is signed too.
    lines[at] = [dash, name, Buffer.from(flipped(Buffer.from(encoded, 'base64'), random, 4)).toString('base64')].join(
      ' ',
    );
    files.set('checkpoint', Buffer.from(noted(note, lines)));
  }),
  ofFiles("the log's own signature left out", ['checkpoint-signature'], (files) => {
    const note = text(files, 'checkpoint');
    files.set('checkpoint', Buffer.from(noted(note, signatures(note).slice(1))));
  }),
  ofFiles('too few cosignatures', ['checkpoint-quorum'], (files, _, random) => {
    const path = random.pick(['checkpoint', 'checkpoint.prev', 'keys/checkpoint']);
    const note = text(files, path);
    const [own = '', ...others] = signatures(note);
    const first = random.below(others.length);
    const kept = [others[first], others[(first + 1) % others.length]].slice(0, random.below(3)) as string[];
    files.set(path, Buffer.from(noted(note, [own, ...kept])));
  }),
  ofFiles('one witness twice instead of three', ['checkpoint-quorum'], (files, _, random) => {
    const note = text(files, 'checkpoint');
    const [own = '', ...others] = signatures(note);
    const one = random.pick(others);
    files.set('checkpoint', Buffer.from(noted(note, [own, one, one, one])));
  }),
  ofFiles('cosignatures by strangers', ['checkpoint-quorum'], (files, draft, random) => {
    const { leaves } = draft;
    const note = signNote(
      checkpointText(draft.signer.name, BigInt(leaves.length), rootOfLeaves(leaves, nodeSha256)),
      draft.signer,
      nodeSha256,
    );
    draft.witnesses = draft.witnesses.map((one, i) =>
      i < 2 + random.below(3) ? noteSigner(`${one.name}.other`) : one,
    );
    files.set('checkpoint', Buffer.from(draft.cosigned(note, draft.timeOf(leaves.length))));
  }),
  ofFiles('cosignatures of another checkpoint', ['checkpoint-signature'], (files, draft, random) => {
    const note = text(files, 'checkpoint');
    const [own = ''] = signatures(note);
    const [, ...others] = signatures(draft.checkpoint(draft.first + 1 + random.below(draft.acts.length - 1)));
    files.set('checkpoint', Buffer.from(noted(note, [own, ...others])));
  }),
  ofFiles('a checkpoint of another log', ['checkpoint-origin'], (files, draft, random) => {
    const other = { ...noteSigner(`logg.delge.example/other-${random.below(100)}/disclosure`) };
    const { leaves } = draft;
    const note = signNote(
      checkpointText(other.name, BigInt(leaves.length), rootOfLeaves(leaves, nodeSha256)),
      other,
      nodeSha256,
    );
    const foreign = random.pick([
      () => text(files, 'keys/checkpoint'),
      () => draft.cosigned(note, draft.timeOf(leaves.length)),
    ]);
    files.set('checkpoint', Buffer.from(foreign()));
  }),
  ofFiles('a checkpoint that is none', ['checkpoint-malformed'], (files, _, random) => {
    const path = random.pick(['checkpoint', 'keys/checkpoint']);
    const note = text(files, path);
    const bent = random.pick([
      () => note.replace('\n\n', '\nan extension\n\n'),
      () => note.slice(0, random.below(note.indexOf('\n\n'))),
      () => note.slice(0, -1),
      () => note.replace(/\n([0-9]+)\n/, '\n0$1\n'),
    ]);
    files.set(path, Buffer.from(bent()));
  }),
  ofFiles(
    'an older checkpoint for the newest',
    ['file-missing', 'file-malformed'],
    (files, draft, random) =>
      void files.set(
        'checkpoint',
        Buffer.from(draft.checkpoint(draft.first + 1 + random.below(draft.acts.length - 1))),
      ),
  ),
  ofFiles('a bit flipped in a consistency proof', ['inconsistent'], (files, _, random) => {
    const [first = '', ...lines] = text(files, 'consistency').split('\n');
    const count = lines.indexOf('');
    const at = random.below(count);
    lines[at] = Buffer.from(flipped(Buffer.from(lines[at] ?? '', 'base64'), random)).toString('base64');
    files.set('consistency', Buffer.from([first, ...lines].join('\n')));
  }),
  ofFiles('a consistency proof of another size, shortened or none', ['inconsistent'], (files, draft, random) => {
    const proof = text(files, 'consistency');
    const bent = random.pick([
      () => proof.replace(/^old [0-9]+/, `old ${draft.first + 5 + random.below(5)}`),
      () => proof.replace(/\n[^\n]+\n/, '\n'),
      () => 'old 1\n\n',
    ]);
    files.set('consistency', Buffer.from(bent()));
  }),
  {
    name: 'a previous checkpoint of another tree',
    expect: ['inconsistent'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const files = await draft.build();
      draft.acts[random.below(3)] = { ...(draft.acts[0] as Draft['acts'][number]), blind: randomBytes(32) };
      files.set('checkpoint.prev', Buffer.from(draft.checkpoint(draft.previous)));
      return { bundle: draft.listed(files) };
    },
  },
  {
    name: 'a checkpoint of the period of another tree',
    expect: ['inconsistent'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const files = await draft.build();
      const size = draft.first + 2 + random.below(draft.acts.length - 2);
      draft.acts[random.below(2)] = { ...(draft.acts[0] as Draft['acts'][number]), blind: randomBytes(32) };
      files.set('checkpoints.jsonl', Buffer.from(`${JSON.stringify(draft.checkpoint(size))}\n`));
      return { bundle: draft.listed(files) };
    },
  },
  {
    name: 'another log than the one the auditor has seen, signed and cosigned',
    expect: ['forked-from-pinned'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const pinned = draft.checkpoint(draft.first + 1 + random.below(draft.acts.length));
      draft.acts[0] = { ...(draft.acts[0] as Draft['acts'][number]), blind: randomBytes(32) };
      return { bundle: await draft.build(), pinned };
    },
  },
  {
    name: 'a log shorter than the one the auditor has seen',
    expect: ['older-than-pinned'],
    make: async (scene, random) => {
      const draft = anyDraft(scene, random);
      const pinned = draft.checkpoint();
      draft.acts.splice(-1 - random.below(3));
      draft.to = draft.first + draft.acts.length;
      return { bundle: await draft.build(), pinned };
    },
  },
  ofFiles('an entry of the keys log altered', ['keys-root'], (files, _, random) => {
    const path = random.pick([...files.keys()].filter((name) => name.startsWith('keys/tile/')));
    const bytes = Uint8Array.from(files.get(path) ?? []);
    // Within the first entry: after its length.
    files.set(path, flipped(bytes, random, 2, 300));
  }),
  ofLog(
    'an entry of the keys log left out, and its checkpoint signed anew',
    ['keys-statement', 'keys-head', 'keys-shorter'],
    (draft, _, random) => {
      draft.keysEntries.splice(random.below(draft.keysEntries.length), 1);
    },
  ),
  ofLog('a keys log that stops short', ['keys-shorter'], (draft, _, random) => {
    draft.keysEntries.splice(-2 - random.below(3));
  }),
  ofLog('a statement of the keys log without one operator', ['keys-statement'], (draft, _, random) => {
    const at = random.below(draft.keysEntries.length);
    const lines = Buffer.from(draft.keysEntries[at] ?? [])
      .toString()
      .split('\n');
    lines.splice(lines.length - 2 - random.below(2), 1);
    draft.keysEntries[at] = Buffer.from(lines.join('\n'));
  }),
  ofLog('a statement of the keys log with the signature of another', ['keys-statement'], (draft, _, random) => {
    const at = random.below(draft.keysEntries.length);
    const [first = '', ...others] = Buffer.from(draft.keysEntries[at] ?? [])
      .toString()
      .split('\n');
    const foreign =
      Buffer.from(random.pick(draft.keysEntries.filter((_entry, i) => i !== at)))
        .toString()
        .split('\n')[0] ?? '';
    const spliced = [first.slice(0, first.lastIndexOf('.')), foreign.slice(foreign.lastIndexOf('.'))].join('');
    draft.keysEntries[at] = Buffer.from([spliced, ...others].join('\n'));
  }),
  ofLog(
    'a period longer than its log',
    ['file-malformed'],
    (draft, _, random) => void (draft.to += 1 + random.below(1_000)),
    aLaterDraft,
  ),
];
