import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { parseSampleAct } from '#envelope';
import {
  allocate,
  draw,
  drawnFile,
  fileDigest,
  nonceOctets,
  populationDigest,
  rootOctets,
  seedOf,
  strataOf,
} from '#sampling';
import { Sampling, Scene, aDraft } from '#testing';
import type { Draft } from '#testing';
import { sampleCommands } from './sample.js';

jest.setTimeout(120_000);
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'delge-sample-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = async (
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly told: string }> => {
  const [out, told]: [string[], string[]] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  try {
    const program = new Command().exitOverride();
    sampleCommands(program);
    await program.parseAsync(['node', 'delge', 'sample', ...args]);
    return { code: Number(process.exitCode ?? 0), out: out.join(''), told: told.join('') };
  } finally {
    jest.restoreAllMocks();
    process.exitCode = 0;
  }
};

const NONCE = 'OYo_7AkR0BwL1BZHuVwzXJ6bWvK8VTYLomO9SR2EL5w';
const ROOT = 'SIJCi/kuxh9tWno9FYYffvzN1RztaxSZKycmemVK7mQ=';
const LINES = [
  ...[3, 17, 42, 260, 1_000, 65_536].map((index) => `fk/forsakringskassan\t${index}\n`),
  ...[0, 9, 4_294_967_296].map((index) => `skv/skatteverket\t${index}\n`),
];
const SIZES = 'fk/forsakringskassan=3,skv/skatteverket=1';

describe('delge sample draw', () => {
  const drawn = (name: string, nonce = NONCE, root = ROOT, sizes = SIZES) =>
    sample('draw', '--population', at(name), '--nonce', nonce, '--root', root, '--sizes', sizes);
  beforeAll(() => {
    writeFileSync(at('population.tsv'), LINES.join(''));
    writeFileSync(at('shuffled.tsv'), LINES.toReversed().join(''));
    writeFileSync(at('changed.tsv'), LINES.with(0, 'fk/forsakringskassan\t4\n').join(''));
  });

  it('prints the same in two processes that share nothing but the four, as a shell computed it', async () => {
    const main = join(import.meta.dirname, '../../../dist/apps/cli/src/main.js');
    const args = ['sample', 'draw', '--nonce', NONCE, '--root', ROOT, '--sizes', SIZES, '--population'];
    const both = await Promise.all(
      ['population.tsv', 'shuffled.tsv'].map((name) =>
        run(process.execPath, [main, ...args, at(name)], { cwd: folder, env: {} }),
      ),
    );
    const expected =
      'fk/forsakringskassan\t260\nfk/forsakringskassan\t42\nfk/forsakringskassan\t17\nskv/skatteverket\t0\n';
    expect(both.map(({ stdout }) => stdout)).toEqual([expected, expected]);
    expect(both.map(({ stderr }) => stderr.split('\n')[0])).toEqual(
      Array.from({ length: 2 }, () => 'population aMvmeZ6_9MtVuLOIUU7_ECM3p9MSNgOPHG_KmbJgjxc'),
    );
  });

  it('tells another commitment of another population and of another nonce', async () => {
    const own = (await drawn('population.tsv')).told.split('\n');
    const changed = (await drawn('changed.tsv')).told.split('\n');
    expect([changed[0] === own[0], changed[1] === own[1]]).toEqual([false, true]);
    const other = (await drawn('population.tsv', ROOT.replaceAll('/', '_').replace('=', ''))).told.split('\n');
    expect([other[0] === own[0], other[1] === own[1]]).toEqual([true, false]);
  });

  it('draws otherwise by another nonce and by another root: neither side has the seed alone', async () => {
    const roots = Array.from({ length: 20 }, (_, n) => Buffer.alloc(32, n + 1).toString('base64'));
    const byRoot = await inTurn(roots, async (root) => (await drawn('population.tsv', NONCE, root)).out);
    const nonces = Array.from({ length: 20 }, (_, n) => Buffer.alloc(32, n + 1).toString('base64url'));
    const byNonce = await inTurn(nonces, async (nonce) => (await drawn('population.tsv', nonce)).out);
    expect(new Set(byRoot).size).toBeGreaterThan(10);
    expect(new Set(byNonce).size).toBeGreaterThan(10);
  });

  it('says what it cannot draw by', async () => {
    await expect(drawn('population.tsv', 'short')).rejects.toThrow('the nonce is not 32 octets');
    await expect(drawn('population.tsv', NONCE, NONCE)).rejects.toThrow('the root is not 32 octets');
    await expect(drawn('population.tsv', NONCE, ROOT, 'skv/skatteverket=1')).rejects.toThrow('fk/forsakringskassan');
    await expect(drawn('population.tsv', NONCE, ROOT, `${SIZES.slice(0, -1)}4`)).rejects.toThrow('more would be drawn');
    await expect(drawn('population.tsv', NONCE, ROOT, 'all')).rejects.toThrow('key=n');
    await expect(drawn('nothing.tsv')).rejects.toThrow('there is no');
  });
});

const inTurn = async <T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> => {
  const done: R[] = [];
  for (const one of all) done.push(await work(one));
  return done;
};

describe('delge sample nonce', () => {
  it('makes a nonce and its digest, another each time', async () => {
    const made = await inTurn(
      [1, 2],
      async () => JSON.parse((await sample('nonce')).out) as { nonce: string; digest: string },
    );
    for (const { nonce, digest } of made) expect(digest).toBe(hash('sha256', nonceOctets(nonce), 'base64url'));
    expect(made[0]!.nonce).not.toBe(made[1]!.nonce);
  });
});

describe('delge sample check', () => {
  let scene: Scene;
  let draft: Draft;
  const lines = [0, 1, 2, 3].map((index) => ({ stratum: index < 1 ? 'deny' : 'permit', index: BigInt(index) }));
  const check = (...args: readonly string[]) =>
    sample('check', '--bundle', at('bundle'), '--trust', at('trust.json'), ...args);

  beforeAll(async () => {
    scene = await Scene.create();
    draft = aDraft(scene);
    const sampling = await Sampling.begin(draft, scene);
    const strata = allocate(strataOf(lines), 2);
    await sampling.fixed({ strata, population: populationDigest(lines) });
    const seed = seedOf(sampling.nonce, rootOctets(sampling.checkpoint().root));
    await sampling.drawn({ drawn: fileDigest(drawnFile(draw(lines, strata, seed))) });
    for (const [path, bytes] of await draft.build()) {
      mkdirSync(dirname(at('bundle', path)), { recursive: true });
      writeFileSync(at('bundle', path), bytes);
    }
    writeFileSync(at('trust.json'), scene.trustText);
    writeFileSync(at('own.tsv'), 'deny\t0\npermit\t1\npermit\t2\npermit\t3\n');
    writeFileSync(at('other.tsv'), 'deny\t0\npermit\t1\npermit\t2\npermit\t400\n');
  });

  it('says that the sample is what is drawn of the population that was fixed', async () => {
    const { code, out } = await check('--population', at('own.tsv'));
    const { sample: id } = parseSampleAct(draft.acts.at(-1)?.entry ?? '').act;
    expect([code, JSON.parse(out)]).toEqual([0, { sample: id, state: 'drawn', differs: [] }]);
  });

  it('says in what another population differs', async () => {
    const { code, out } = await check('--population', at('other.tsv'));
    expect([code, JSON.parse(out)]).toMatchObject([1, { differs: expect.arrayContaining(['population', 'log-size']) }]);
  });

  it('takes no bundle that does not hold, and no sample that is not there', async () => {
    await expect(check('--population', at('own.tsv'), '--sample', 'none')).rejects.toThrow('no such sample');
    writeFileSync(at('bundle', 'openings', '0.jsonl'), '');
    await expect(check('--population', at('own.tsv'))).rejects.toThrow('does not hold');
  });
});
