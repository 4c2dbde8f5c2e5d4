import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { Scene, aDraft, evidenceOf } from '#testing';
import type { BundleFiles } from '#testing';
import { verifyCommand } from './verify.js';

const folder = mkdtempSync(join(tmpdir(), 'delge-verify-'));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const put = (name: string, files: BundleFiles): string => {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(at(name, path)), { recursive: true });
    writeFileSync(at(name, path), bytes);
  }
  return at(name);
};

/** Runs `delge verify` in this process. */
const verify = async (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> => {
  const said: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => said.push(String(text)) > 0;
  try {
    const program = new Command();
    verifyCommand(program);
    await program.parseAsync(['node', 'delge', 'verify', '--threads', '1', '--trust', at('trust.json'), ...args]);
    return { code: Number(process.exitCode ?? 0), out: said.join('') };
  } finally {
    process.stdout.write = write;
    process.exitCode = 0;
  }
};

/** A world of its own is made first, which takes seconds on a machine that is busy. */
jest.setTimeout(60_000);

beforeAll(async () => {
  const scene = await Scene.create();
  const draft = aDraft(scene);
  writeFileSync(at('trust.json'), scene.trustText);
  writeFileSync(at('seen'), draft.checkpoint(5));
  const files = await draft.build();
  put('bundle', files);
  symlinkSync(at('trust.json'), join(put('linked', files), 'trust.json'));
  draft.hidden.add(draft.at('permit'));
  put('lacking', await draft.build());
  const file = await evidenceOf(aDraft(scene));
  writeFileSync(at('case.delge-evidence.json'), JSON.stringify(file));
  writeFileSync(at('bent.delge-evidence.json'), JSON.stringify({ ...file, document: `${file.document}A` }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('delge verify', () => {
  it('says of a bundle that it holds, how far, and what that does not show', async () => {
    const { code, out } = await verify(at('bundle'), '--checkpoint', at('seen'));
    expect(code).toBe(0);
    expect(out).toMatch(/^Granskning av en period av Delges logg\nAllt som kontrollerades stämmer\.\n/);
    expect(out).toContain(
      'komplett för helsingborg/tillstandsnamnden, nummer 1 till 2, avvisade inräknade (1), gallrade 0',
    );
    expect(out).toContain('Brister: inga');
    expect(out).toContain('Fri text styrks av sitt digest');
    expect(out).not.toContain('Ingen tidigare kontrollpunkt');
  });

  it('says it in English', async () => {
    const { code, out } = await verify(at('case.delge-evidence.json'), '--en');
    expect(code).toBe(0);
    expect(out).toContain('Everything that was checked holds.');
    expect(out).toContain('linkoping/omsorgsnamnden to fk/forsakringskassan, attempt 1, number 1');
    expect(out).toContain("fetched by the recipient's gateway");
  });

  it('names what does not hold, by code and place, and ends with the code of its class', async () => {
    const lacking = await verify(at('lacking'));
    expect([lacking.code, lacking.out]).toEqual([7, expect.stringContaining('[opening-missing]\n      post 0\n')]);
    expect((await verify(at('bent.delge-evidence.json'))).code).toBe(11);
  });

  it('takes a link inside a bundle for a file that has no place', async () => {
    const { code, out } = await verify(at('linked'), '--json');
    expect([code, JSON.parse(out)]).toMatchObject([2, { findings: [{ code: 'file-unlisted', file: 'trust.json' }] }]);
  });

  it('tells what it cannot begin with', async () => {
    await expect(verify(at('nothing'))).rejects.toThrow('there is no');
    await expect(verify(at('bundle'), '--trust', at('seen'))).rejects.toThrow('is no trust.json');
    await expect(verify(at('bundle'), '--threads', '0')).rejects.toThrow('--threads');
  });
});
