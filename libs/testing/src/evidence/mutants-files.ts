import { canonicalBytes } from '#json';
import { ruleSetBytes, ruleSets } from '#legal-basis';
import type { BundleFiles, Draft } from './draft.js';
import { anyDraft, flipped, ofFiles, ofLog, respelled } from './mutation.js';
import type { Mutation, Random } from './mutation.js';

interface Line {
  idx: string;
  entry?: string;
  blind?: string;
  annex?: string;
  erasedBy?: string;
}
const openingsFile = (files: BundleFiles): string =>
  [...files.keys()].find((path) => path.startsWith('openings/')) ?? '';
/** Lines of the file that has the last openings. */
const relined = (files: BundleFiles, alter: (lines: Line[]) => readonly (Line | string)[]): void => {
  const path = openingsFile(files);
  const lines = Buffer.from(files.get(path) ?? [])
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  const text = alter(lines).map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  files.set(path, Buffer.from(text.join('')));
};
const shown = (lines: readonly Line[]): readonly Line[] => lines.filter(({ entry }) => entry !== undefined);
const withAnnex = (lines: readonly Line[]): readonly Line[] => lines.filter(({ annex }) => annex !== undefined);
const replace = (files: BundleFiles, path: string, change: (bytes: Uint8Array) => Uint8Array): void =>
  void files.set(path, change(files.get(path) ?? new Uint8Array()));
const some = (files: BundleFiles, random: Random, prefix: string): string =>
  random.pick([...files.keys()].filter((path) => path.startsWith(prefix)));
const partialTile = (draft: Draft, files: BundleFiles, random: Random): string =>
  some(files, random, random.below(2) === 0 || draft.first === 0 ? 'tile/0/' : 'tile/1/');

/** What is altered in files that lie in an auditor's hands, by whoever has no key at all. */
export const FILE_MUTATIONS: readonly Mutation[] = [
  ofFiles('an entry respelled by one character', ['opening-leaf'], (files, _, random) =>
    relined(files, (lines) => {
      const line = random.pick(shown(lines));
      line.entry = respelled(line.entry ?? '', random);
      return lines;
    }),
  ),
  ofFiles('a bit flipped in a blind', ['opening-leaf'], (files, _, random) =>
    relined(files, (lines) => {
      const line = random.pick(shown(lines));
      line.blind = Buffer.from(flipped(Buffer.from(line.blind ?? '', 'base64url'), random)).toString('base64url');
      return lines;
    }),
  ),
  ofFiles('an annex respelled by one character', ['annex-digest'], (files, _, random) =>
    relined(files, (lines) => {
      const line = random.pick(withAnnex(lines));
      line.annex = respelled(line.annex ?? '', random);
      return lines;
    }),
  ),
  ofFiles('openings of two indices swapped', ['opening-leaf'], (files, _, random) =>
    relined(files, (lines) => {
      const one = random.pick(shown(lines));
      const other = random.pick(shown(lines).filter((line) => line !== one));
      return lines.map((line) =>
        line === one ? { ...other, idx: one.idx } : line === other ? { ...one, idx: other.idx } : line,
      );
    }),
  ),
  ofFiles('annexes of two entries swapped', ['annex-digest'], (files, _, random) =>
    relined(files, (lines) => {
      const one = random.pick(withAnnex(lines));
      const other = random.pick(withAnnex(lines).filter((line) => line !== one));
      [one.annex, other.annex] = [other.annex ?? '', one.annex ?? ''];
      return lines;
    }),
  ),
  ofFiles('an annex left out', ['annex-missing'], (files, _, random) =>
    relined(files, (lines) => {
      const one = random.pick(withAnnex(lines));
      return lines.map((line) => {
        const { annex: _annex, ...without } = line;
        return line === one ? without : line;
      });
    }),
  ),
  ofFiles('an annex added to an entry that has none', ['annex-unexpected'], (files, _, random) =>
    relined(files, (lines) => {
      const bare = random.pick(shown(lines).filter(({ annex }) => annex === undefined));
      bare.annex = random.pick(withAnnex(lines)).annex ?? '';
      return lines;
    }),
  ),
  ofFiles('an opening left out', ['opening-missing'], (files, _, random) =>
    relined(files, (lines) => {
      const gone = random.pick(lines);
      return lines.filter((line) => line !== gone);
    }),
  ),
  ofFiles('the end of the openings cut off', ['opening-missing'], (files, _, random) =>
    relined(files, (lines) => lines.slice(0, random.below(lines.length))),
  ),
  ofFiles('lines of openings in another order', ['opening-order'], (files, _, random) =>
    relined(files, (lines) => {
      const at = random.below(lines.length - 1);
      return [...lines.slice(0, at), lines[at + 1] as Line, lines[at] as Line, ...lines.slice(at + 2)];
    }),
  ),
  ofFiles('an opening twice', ['opening-order'], (files, _, random) =>
    relined(files, (lines) => {
      const at = random.below(lines.length);
      return [...lines.slice(0, at + 1), ...lines.slice(at)];
    }),
  ),
  ofFiles('a line with a member more, or cut short', ['opening-malformed'], (files, _, random) =>
    relined(files, (lines) => {
      const at = random.below(lines.length);
      const text = JSON.stringify(lines[at]);
      const bent =
        random.below(2) === 0 ? `${text.slice(0, -1)},"note":"x"}` : text.slice(0, 1 + random.below(text.length - 1));
      return lines.map((line, i) => (i === at ? bent : line));
    }),
  ),
  ofFiles('a bit flipped in a leaf', ['leaf-malformed', 'root-mismatch'], (files, _, random) =>
    replace(files, some(files, random, 'tile/entries/'), (bytes) => flipped(bytes, random)),
  ),
  ofFiles('leaves cut off', ['leaf-malformed'], (files, _, random) =>
    replace(files, some(files, random, 'tile/entries/'), (bytes) => bytes.slice(0, random.below(bytes.length))),
  ),
  ofFiles('a bit flipped in a tile', ['tile-mismatch'], (files, draft, random) =>
    replace(files, partialTile(draft, files, random), (bytes) => flipped(bytes, random)),
  ),
  ofFiles('a tile cut off', ['tile-mismatch'], (files, draft, random) =>
    replace(files, partialTile(draft, files, random), (bytes) => bytes.slice(0, random.below(bytes.length))),
  ),
  ofFiles('two hashes of a tile swapped', ['tile-mismatch'], (files, _, random) =>
    replace(files, some(files, random, 'tile/0/'), (bytes) => {
      const at = random.below(bytes.length / 32 - 1);
      const hash = (i: number): Uint8Array => bytes.slice(32 * i, 32 * (i + 1));
      return Buffer.concat([bytes.slice(0, 32 * at), hash(at + 1), hash(at), bytes.slice(32 * (at + 2))]);
    }),
  ),
  ofFiles('a file left out of folder and list', ['file-missing'], (files, _, random) => {
    const needed = [...files.keys()].filter(
      (path) => !/^(openings|cooperations|rule-sets|manifest|checkpoints|checkpoint\.prev)/.test(path),
    );
    files.delete(random.pick(needed));
  }),
  ofFiles(
    'a file added that has no place',
    ['file-unlisted'],
    (files, _, random) =>
      void files.set(
        random.pick(['tile/0/x001/000', 'notes.txt', 'openings/7.jsonl', 'trust.json', 'keys/tile/0/000']),
        Buffer.from('x'),
      ),
  ),
  {
    name: 'a file changed, and the list of files not',
    expect: ['file-digest'],
    make: async (scene, random) => {
      const files = await anyDraft(scene, random).build();
      const path = random.pick([...files.keys()].filter((name) => name !== 'manifest.json'));
      return { bundle: new Map([...files, [path, flipped(files.get(path) ?? new Uint8Array(1), random)]]) };
    },
  },
  {
    name: 'a file there that the list does not name',
    expect: ['file-unlisted'],
    make: async (scene, random) => {
      const files = await anyDraft(scene, random).build();
      return { bundle: new Map([...files, [`added-${random.below(1_000)}`, Buffer.from('x')]]) };
    },
  },
  {
    name: 'a list of files that is none',
    expect: ['file-malformed'],
    make: async (scene, random) => {
      const files = await anyDraft(scene, random).build();
      const text = Buffer.from(files.get('manifest.json') ?? []).toString();
      const bent = random.pick([
        () => text.slice(0, random.below(text.length)),
        () => text.replace('delge-bundle/1', 'delge-bundle/2'),
        () => text.replace('"from"', '"From"'),
        () => text.replace('{', '{"note":1,'),
        () => text.replace('"openings/', '"../openings/'),
      ]);
      return { bundle: new Map([...files, ['manifest.json', Buffer.from(bent())]]) };
    },
  },
  ofFiles('a rule set that was never released', ['rule-set-foreign'], (files, _, random) => {
    const set = { ...random.pick(ruleSets), number: 3 + random.below(1_000) };
    files.set('rule-sets/1.json', canonicalBytes(set));
  }),
  ofFiles(
    'a bit flipped in a rule set',
    ['rule-set-foreign'],
    (files, _, random) => void files.set('rule-sets/1.json', flipped(ruleSetBytes(random.pick(ruleSets)), random)),
  ),
  ofFiles('an opened cooperation decision altered', ['cooperation-commitment'], (files, _, random) =>
    replace(files, some(files, random, 'cooperations/'), (bytes) => {
      const opening = JSON.parse(Buffer.from(bytes).toString()) as { from: string; parties: string[]; blind: string };
      random.pick([
        () => void (opening.from = `20${10 + random.below(16)}-02-0${1 + random.below(9)}`),
        () => void opening.parties.splice(random.below(opening.parties.length), 1),
        () => void (opening.blind = respelled(opening.blind.slice(0, 42), random) + 'A'),
        () => void opening.parties.push('csn/csn'),
      ])();
      return Buffer.from(JSON.stringify(opening));
    }),
  ),
  ofLog('an opened cooperation decision left out', ['cooperation-missing'], (draft) => void (draft.cooperations = [])),
];
