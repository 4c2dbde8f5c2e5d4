import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MUTATIONS, Random, Scene, sourceOf, variantsWanted } from '#testing';
import type { Altered } from '#testing';
import { KeysCache, verifyBundle, verifyEvidence } from './index.js';
import type { Report } from './index.js';

jest.setTimeout(600_000);

/** A few of each class here; `npm run test:evidence-mutants` makes a hundred of each and prints the table. */
const { variants, table } = variantsWanted();
const now = new Date('2026-12-01T08:00:00.000Z');
const cache = new KeysCache(64);
const rows: { readonly class: string; readonly detected: string; readonly by: string }[] = [];
let scene: Scene;

const verified = (altered: Altered): Promise<Report> => {
  const options = { now, cache, ...(altered.pinned === undefined ? {} : { pinned: altered.pinned }) };
  return 'bundle' in altered
    ? verifyBundle(sourceOf(altered.bundle), scene.trust, options)
    : verifyEvidence(Buffer.from(JSON.stringify(altered.evidence)), scene.trust, options);
};

beforeAll(async () => {
  scene = await Scene.create();
});
afterAll(() => {
  if (table)
    process.stdout.write(
      `${rows.map((row) => `${row.detected}  ${row.class}  [${row.by}]`).join('\n')}\n${rows.length} classes\n`,
    );
});

describe('what a verifier must not pass', () => {
  it('is of forty kinds at least, each under a name of its own', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    '%s',
    async (name, { expect: codes, make }) => {
      const random = new Random(name.length * 7919);
      const missed: unknown[] = [];
      const by = new Map<string, number>();
      for (let variant = 0; variant < variants; variant += 1) {
        const { findings, exitCode } = await verified(await make(scene, random));
        const found = findings.map(({ code }) => code);
        const named = codes.find((code) => found.includes(code));
        if (named === undefined || exitCode === 0) missed.push({ variant, exitCode, findings: findings.slice(0, 5) });
        else by.set(named, (by.get(named) ?? 0) + 1);
      }
      rows.push({
        class: name,
        detected: `${variants - missed.length}/${variants}`,
        by: [...by].map(([code, count]) => `${code} ${count}`).join(', '),
      });
      expect(missed).toEqual([]);
    },
  );
});
