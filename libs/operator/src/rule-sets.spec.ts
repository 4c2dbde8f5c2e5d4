import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import { ruleSets } from '#legal-basis';
import type { RuleSet } from '#legal-basis';
import { EventLog } from '#platform';
import { aWorld } from '#testing';
import type { World } from '#testing';
import { RuleSets } from './rule-sets.js';

const newest = ruleSets.at(-1) as RuleSet;
const next: RuleSet = { ...newest, number: newest.number + 1 };
const bytes = canonicalBytes(next);
const digestOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('base64url');
const digest = digestOf(bytes);

describe('the rule sets of a service', () => {
  let world: World;
  const release = (sha256: string, engineVersion = next.engine ?? 1): Promise<void> => {
    const [first, second] = Object.values(world.keys.jurists) as [PrivateKey, PrivateKey];
    const { number, date } = next;
    return world.state({ kind: 'rule-set-released', number, date, sha256, engineVersion }, first, [second]);
  };
  beforeAll(async () => {
    world = await aWorld();
    await release(digest);
  });

  const kept = (all: { sha256: string; bytes: Uint8Array }[] = []) => ({
    store: all,
    all: () => Promise.resolve(all),
    keep: (sha256: string, octets: Uint8Array) => Promise.resolve(void all.push({ sha256, bytes: octets })),
  });
  const source = (answer: () => Promise<Uint8Array | undefined>, store = kept(), of = world): RuleSets =>
    new RuleSets(answer, store, () => of.snapshot, new EventLog('test', 'silent'));
  const away = (): Promise<never> => Promise.reject(new Error('away'));

  it('take up a release when a snapshot shows it, and say so until they have', async () => {
    const store = kept();
    const one = source(() => Promise.resolve(bytes), store);
    expect([one.missing(), one.find(digest)]).toEqual(['rule-set', undefined]);
    await one.prepare(world.snapshot);
    expect([one.missing(), one.find(digest)]).toEqual([undefined, next]);
    expect(store.store.map(({ sha256 }) => sha256)).toEqual([digest]);
  });

  it('are there after a restart without the registry', async () => {
    const one = source(away, kept([{ sha256: digest, bytes }]));
    await one.load();
    expect([one.missing(), one.find(digest)]).toEqual([undefined, next]);
  });

  it.each<[string, () => Promise<Uint8Array | undefined>]>([
    ['is away', away],
    ['has none', () => Promise.resolve(undefined)],
    ['gives another', () => Promise.resolve(canonicalBytes({ ...next, number: 99 }))],
  ])('wait while the registry %s, and ask again', async (_, first) => {
    let answer = first;
    const one = source(() => answer());
    await one.prepare(world.snapshot);
    expect([one.missing(), one.find(digest)]).toEqual(['rule-set', undefined]);
    answer = () => Promise.resolve(bytes);
    await one.prepare(world.snapshot);
    expect(one.missing()).toBeUndefined();
  });

  it('are not used when kept bytes are not those of their digest', async () => {
    const one = source(away, kept([{ sha256: digest, bytes: canonicalBytes({ ...next, number: 99 }) }]));
    await one.load();
    expect(one.find(digest)).toBeUndefined();
  });

  it('do not hold up a snapshot for a registry that does not answer', async () => {
    const one = source(() => new Promise(() => undefined));
    await one.prepare(world.snapshot);
    expect(one.missing()).toBe('rule-set');
  });

  const other = async (octets: Uint8Array, engineVersion?: number): Promise<RuleSets> => {
    world = await aWorld();
    await release(digestOf(octets), engineVersion);
    const one = source(() => Promise.resolve(octets), kept(), world);
    await one.prepare(world.snapshot);
    return one;
  };

  it('refuse what this engine cannot apply, and what is not what was released', async () => {
    expect((await other(canonicalBytes({ ...next, versions: [] }))).missing()).toBe('rule-set-refused');
    expect((await other(canonicalBytes({ ...next, number: 99 }))).missing()).toBe('rule-set-refused');
  });

  it('leave a release for an engine to come alone', async () => {
    expect((await other(bytes, 99)).missing()).toBe('engine-version');
  });
});
