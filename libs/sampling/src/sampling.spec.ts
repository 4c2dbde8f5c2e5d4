import { describe, expect, it } from '@jest/globals';
import {
  SamplingError,
  allocate,
  draw,
  drawnFile,
  fileDigest,
  nonceDigest,
  nonceOctets,
  populationDigest,
  populationFile,
  rankOf,
  readLines,
  rootOctets,
  seedOf,
} from './index.js';
import type { SampleLine } from './index.js';

/** Population, nonce and root; what follows of them was computed by sha256sum, xxd, base64 and sort, as docs/auditor.md does it. */
const population: readonly SampleLine[] = [
  ...[3n, 17n, 42n, 260n, 1_000n, 65_536n].map((index) => ({ stratum: 'fk/forsakringskassan', index })),
  ...[0n, 9n, 4_294_967_296n].map((index) => ({ stratum: 'skv/skatteverket', index })),
];
const nonce = nonceOctets('OYo_7AkR0BwL1BZHuVwzXJ6bWvK8VTYLomO9SR2EL5w');
const root = rootOctets('SIJCi/kuxh9tWno9FYYffvzN1RztaxSZKycmemVK7mQ=');
const sizes = [
  { key: 'fk/forsakringskassan', size: 3 },
  { key: 'skv/skatteverket', size: 1 },
];

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof SamplingError) return error.at === undefined ? error.code : `${error.code} ${error.at}`;
    throw error;
  }
  return 'done';
};

describe('a sample', () => {
  it('is drawn as a shell draws it', () => {
    expect(populationDigest(population)).toBe('aMvmeZ6_9MtVuLOIUU7_ECM3p9MSNgOPHG_KmbJgjxc');
    expect(nonceDigest(nonce)).toBe('m-AQSOzK3QNGIopiQIxXb7rmGI4k4obB1HEDMYLhVRU');
    const seed = seedOf(nonce, root);
    expect(Buffer.from(seed).toString('hex')).toBe('99a282b5b8ae8964f51a6cc473198570abdbeab7a3d607dcd36fe44078684b14');
    expect(Buffer.from(rankOf(seed, 4_294_967_296n)).toString('hex')).toBe(
      'a493118860d4b64539f4b7369b6e8fecfba4df05c46d00f9f751b17e24d77d2f',
    );
    const drawn = drawnFile(draw(population, sizes, seed));
    expect(drawn).toBe(
      'fk/forsakringskassan\t260\nfk/forsakringskassan\t42\nfk/forsakringskassan\t17\nskv/skatteverket\t0\n',
    );
    expect(fileDigest(drawn)).toBe('wU8bFgGrrrQouW6umxbVSk7Mjp5-fVqa41fQ6H3TmYM');
  });

  it.each<[string, () => unknown, string]>([
    ['a disclosure twice', () => draw([...population, population[0]!], sizes, root), 'repeated 3'],
    ['no size for a stratum', () => draw(population, sizes.slice(1), root), 'strata fk/forsakringskassan'],
    ['a size for no stratum', () => draw(population, [...sizes, { key: 'x', size: 0 }], root), 'strata x'],
    ['two sizes for a stratum', () => draw(population, [...sizes, sizes[0]!], root), 'strata'],
    [
      'more than a stratum has',
      () => draw(population, [sizes[0]!, { key: 'skv/skatteverket', size: 4 }], root),
      'size skv/skatteverket',
    ],
    [
      'half a disclosure',
      () => draw(population, [sizes[0]!, { key: 'skv/skatteverket', size: 0.5 }], root),
      'size skv/skatteverket',
    ],
    ['a short nonce', () => seedOf(nonce.subarray(1), root), 'nonce'],
    ['a short root', () => seedOf(nonce, root.subarray(1)), 'root'],
    ['a nonce in another spelling', () => nonceOctets('OYo/7AkR0BwL1BZHuVwzXJ6bWvK8VTYLomO9SR2EL5w='), 'nonce'],
    ['a root that has spare bits', () => rootOctets('SIJCi/kuxh9tWno9FYYffvzN1RztaxSZKycmemVK7mR='), 'root'],
    ['a key that would be two columns', () => populationFile([{ stratum: 'a\tb', index: 1n }]), 'line 1'],
    ['an index below the first', () => populationFile([{ stratum: 'a', index: -1n }]), 'line -1'],
  ])('is refused with %s', (_, act, code) => {
    expect(codeOf(act)).toBe(code);
  });
});

describe('a population file', () => {
  it('is sorted by key and then by index as a number', () => {
    const lines = [9n, 10n, 1n].flatMap((index) => [
      { stratum: 'b', index },
      { stratum: 'A', index: index + 100n },
    ]);
    expect(populationFile(lines)).toBe('A\t101\nA\t109\nA\t110\nb\t1\nb\t9\nb\t10\n');
  });

  it('is read back, whatever stands first', () => {
    expect(readLines(populationFile(population))).toEqual(population);
    expect(readLines('b\t1\na\t2\n')).toEqual([
      { stratum: 'b', index: 1n },
      { stratum: 'a', index: 2n },
    ]);
    expect(readLines('')).toEqual([]);
  });

  it.each([
    ['no end of its last line', 'a\t1\nb\t2', 'line 2'],
    ['an empty line', 'a\t1\n\n', 'line 2'],
    ['a line end of another system', 'a\t1\r\n', 'line 1'],
    ['an index with a zero before it', 'a\t01\n', 'line 1'],
    ['a third column', 'a\t1\t2\n', 'line 1'],
    ['blanks for a tab', 'a 1\n', 'line 1'],
  ])('is refused with %s', (_, file, code) => {
    expect(codeOf(() => readLines(file))).toBe(code);
  });
});

describe('an allocation', () => {
  const strata = [
    { key: 'a', population: 1 },
    { key: 'b', population: 30 },
    { key: 'c', population: 69 },
  ];

  it('gives the smallest stratum one, and the rest in proportion', () => {
    expect(allocate(strata, 10).map(({ key, size }) => [key, size])).toEqual([
      ['a', 1],
      ['b', 3],
      ['c', 6],
    ]);
  });

  it('gives the largest one each when there are not enough for all', () => {
    expect(allocate(strata, 2).map(({ size }) => size)).toEqual([0, 1, 1]);
  });

  it('is refused with nothing to draw, more than there is, or a stratum twice', () => {
    expect(codeOf(() => allocate(strata, 0))).toBe('size 0');
    expect(codeOf(() => allocate(strata, 101))).toBe('size 101');
    expect(codeOf(() => allocate([], 1))).toBe('size 1');
    expect(codeOf(() => allocate([...strata, { key: 'b', population: 2 }], 5))).toBe('strata b');
  });
});
