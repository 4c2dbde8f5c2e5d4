import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { importPrivate, localSigner } from '#envelope';
import type { KeyUse, Signer } from '#envelope';
import { state } from '../apps/cli/src/rules/state.js';
import { readKeys } from '../apps/cli/src/keys/site.js';
import { keyFiles, readKey } from '../tools/sandbox/keys.js';
import { TestStack, eventually } from './support/stack.js';
import { rulesCommand } from './support/subscriptions.js';

jest.setTimeout(120_000);
/** Sends nothing in any spec. */
const AUTHORITY = 'tvv/tillvaxtverket';
const VERSION = 'ALK-8-11@2015-01-01';

describe("an authority's jurist", () => {
  let delge: TestStack;
  beforeAll(async () => {
    delge = await TestStack.shared();
  });

  const isAdopted = async (): Promise<boolean> => {
    const { snapshot } = await readKeys(delge.stack.url('ledger'), delge.sandbox.trust);
    return snapshot.directory.adopted(AUTHORITY, VERSION);
  };
  const becomes = (expected: boolean) =>
    eventually(`${VERSION} to be ${expected ? 'adopted' : 'withdrawn'}`, 30_000, async () =>
      (await isAdopted()) === expected ? true : undefined,
    );

  it('withdraws the adoption of a version and adopts it again, by command', async () => {
    expect(await isAdopted()).toBe(true);
    expect(await rulesCommand(delge, 'withdraw', AUTHORITY, VERSION)).toBe(`${AUTHORITY}: 1 adoptions withdrawn\n`);
    await becomes(false);
    await expect(rulesCommand(delge, 'withdraw', AUTHORITY, VERSION)).rejects.toThrow('NOT_ADOPTED');
    expect(await rulesCommand(delge, 'adopt', AUTHORITY, VERSION)).toBe(`${AUTHORITY}: 1 versions adopted\n`);
    await becomes(true);
  });

  it('is told what is wrong with a version that there is none of, an authority that is not there, and no version at all', async () => {
    await expect(rulesCommand(delge, 'adopt', AUTHORITY, 'OSL-99-1@2009-06-30')).rejects.toThrow('OSL-99-1@2009-06-30');
    await expect(rulesCommand(delge, 'withdraw', 'tvv/ingen', VERSION)).rejects.toThrow('no authority tvv/ingen');
    await expect(rulesCommand(delge, 'withdraw', AUTHORITY)).rejects.toThrow('versions');
  });

  it.each(['rules-adopted', 'adoption-withdrawn'] as const)('states no %s of nothing, however signed', async (kind) => {
    const files = keyFiles(delge.stack.options.dir);
    const signer = async (file: string, use: KeyUse): Promise<Signer> =>
      localSigner(await importPrivate(readKey(file), use));
    const about = { authority: AUTHORITY, versions: [] };
    const stated = state(delge.stack.url('registry'), delge.directory.environment, {
      body: kind === 'rules-adopted' ? { kind, ruleSet: 1, ...about } : { kind, ...about },
      principal: await signer(files.participant('tvv', 'jurist'), 'jurist'),
      countersigners: [await signer(files.operator(1), 'operator'), await signer(files.operator(2), 'operator')],
    });
    await expect(stated).rejects.toThrow('NO_VERSIONS');
  });
});
