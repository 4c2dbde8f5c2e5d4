import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance } from './instance.js';

describe('an instance that several processes open', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'delge-instance-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('keeps the ports that each of them is given, and gives none twice', async () => {
    const names = Array.from({ length: 8 }, (_, nth) => `service-${nth}`);
    const given = await Promise.all(names.map((name) => Instance.open('one', root).ports([name])));
    const kept = Instance.open('one', root).keptPorts();
    expect(Object.keys(kept).sort()).toEqual(names);
    expect(Object.assign({}, ...given)).toEqual(kept);
    expect(new Set(Object.values(kept)).size).toBe(names.length);
  });

  it('has one secret of a name', () => {
    const secrets = [1, 2].map(() => Instance.open('one', root).secret('password'));
    expect(secrets[0]).toHaveLength(32);
    expect(secrets[1]).toBe(secrets[0]);
  });
});
