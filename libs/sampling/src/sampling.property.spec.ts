import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  allocate,
  draw,
  drawnFile,
  nonceDigest,
  populationDigest,
  populationFile,
  readLines,
  seedOf,
  strataOf,
} from './index.js';
import type { SampleLine } from './index.js';

const anyOctets = fc.uint8Array({ minLength: 32, maxLength: 32 });
const anyPopulation = fc.uniqueArray(
  fc.record({
    stratum: fc.constantFrom('fk/forsakringskassan', 'permit', '2026-01', 'A'),
    index: fc.bigInt(0n, 10n ** 18n),
  }),
  { selector: ({ index }) => index, minLength: 1, maxLength: 60 },
);
const anyCase = anyPopulation.chain((population) =>
  fc.record({
    population: fc.constant(population),
    shuffled: fc.shuffledSubarray(population, { minLength: population.length }),
    size: fc.integer({ min: 1, max: population.length }),
    seed: anyOctets,
  }),
);
const sampled = (population: readonly SampleLine[], size: number, seed: Uint8Array): string =>
  drawnFile(draw(population, allocate(strataOf(population), size), seed));

it('draws the same whatever the order of the lines', () => {
  fc.assert(
    fc.property(anyCase, ({ population, shuffled, size, seed }) => {
      expect(populationFile(shuffled)).toBe(populationFile(population));
      expect(sampled(shuffled, size, seed)).toBe(sampled(population, size, seed));
      expect(sampled(readLines(populationFile(population)), size, seed)).toBe(sampled(population, size, seed));
    }),
  );
});

it('draws from each stratum as many as its size, nothing twice and nothing from elsewhere', () => {
  fc.assert(
    fc.property(anyCase, ({ population, size, seed }) => {
      const sizes = allocate(strataOf(population), size);
      const drawn = draw(population, sizes, seed);
      expect(drawn).toHaveLength(size);
      expect(new Set(drawn.map(({ index }) => index)).size).toBe(size);
      expect(population).toEqual(expect.arrayContaining([...drawn]));
      for (const { key, size: own } of sizes) expect(drawn.filter(({ stratum }) => stratum === key)).toHaveLength(own);
    }),
  );
});

it('draws more by drawing on: a smaller sample of a stratum is the beginning of a larger', () => {
  fc.assert(
    fc.property(anyCase, ({ population, size, seed }) => {
      const whole = population.map(({ index }) => ({ stratum: 'all', index }));
      const larger = draw(whole, [{ key: 'all', size: whole.length }], seed);
      expect(draw(whole, [{ key: 'all', size }], seed)).toEqual(larger.slice(0, size));
    }),
  );
});

it('commits to another population and to another nonce by another digest', () => {
  fc.assert(
    fc.property(anyPopulation, anyPopulation, (one, other) => {
      fc.pre(populationFile(one) !== populationFile(other));
      expect(populationDigest(one)).not.toBe(populationDigest(other));
    }),
  );
  fc.assert(
    fc.property(anyOctets, anyOctets, anyOctets, (one, other, root) => {
      fc.pre(Buffer.compare(one, other) !== 0);
      expect(nonceDigest(one)).not.toBe(nonceDigest(other));
      // Whoever has one of the two does not have the seed: it changes with each.
      expect(seedOf(one, root)).not.toEqual(seedOf(other, root));
      expect(seedOf(root, one)).not.toEqual(seedOf(root, other));
    }),
  );
});

it('allocates what it is asked for, within each stratum, and one each while it lasts', () => {
  const anyStrata = fc
    .uniqueArray(fc.record({ key: fc.string(), population: fc.integer({ min: 1, max: 10_000_000 }) }), {
      selector: ({ key }) => key,
      minLength: 1,
      maxLength: 200,
    })
    .chain((strata) => {
      const whole = strata.reduce((sum, { population }) => sum + population, 0);
      return fc.tuple(
        fc.constant(strata),
        fc.shuffledSubarray(strata, { minLength: strata.length }),
        fc.integer({ min: 1, max: Math.min(whole, 500) }),
      );
    });
  fc.assert(
    fc.property(anyStrata, ([strata, shuffled, size]) => {
      const allocated = allocate(strata, size);
      expect(allocated.reduce((sum, { size: own }) => sum + own, 0)).toBe(size);
      expect(allocated.every(({ population, size: own }) => own >= 0 && own <= population)).toBe(true);
      expect(allocated.filter(({ size: own }) => own > 0).length).toBe(size >= strata.length ? strata.length : size);
      for (const one of allocated)
        for (const other of allocated)
          if (one.population > other.population) expect(one.size).toBeGreaterThanOrEqual(other.size);
      expect(allocate(shuffled, size)).toEqual(allocated);
    }),
    { numRuns: 30 },
  );
});
