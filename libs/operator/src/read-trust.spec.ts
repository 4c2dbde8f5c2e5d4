import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, ServiceConfig } from '#platform';
import { aWorld, trustText } from '#testing';
import { readTrust } from './read-trust.js';

class Config extends ServiceConfig {
  TRUST_FILE = '';
}

describe('trust.json at the start of a service', () => {
  let dir: string;
  let file: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'delge-'));
    file = join(dir, 'trust.json');
    writeFileSync(file, trustText('sandbox', (await aWorld()).keys));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const configured = (environment: string): Config =>
    Object.assign(new Config(), { DELGE_ENVIRONMENT: environment, TRUST_FILE: file });

  it('is that of the environment that the service is configured for', async () => {
    expect((await readTrust(configured('sandbox'))).environment).toBe('sandbox');
    const refused = readTrust(configured('production'));
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toMatchObject({ faults: ['DELGE_ENVIRONMENT is not the environment of TRUST_FILE'] });
  });
});
