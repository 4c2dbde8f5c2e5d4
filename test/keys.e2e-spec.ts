import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from '#envelope';
import { parseEntry, signEntry } from '#snapshot';
import { keyFiles, storePlace } from '../tools/sandbox/keys.js';
import { keyFrom, signerFrom } from '../apps/cli/src/keys/request.js';
import { readKeys } from '../apps/cli/src/keys/site.js';
import { cli } from './support/cli.js';
import { FalseGateway } from './support/false-gateway.js';
import { Parties } from './support/parties.js';
import { TestStack, eventually } from './support/stack.js';

jest.setTimeout(180_000);
/** Of no other spec. */
const HOLDER = 'bv/bolagsverket';
const GATEWAY = 'myndigheterna';
const folder = mkdtempSync(join(tmpdir(), 'delge-keys-'));

interface Listed {
  readonly use: string;
  readonly kid: string;
  readonly state: string;
  readonly held: boolean;
}

describe('keys, by command', () => {
  let delge: TestStack;
  let gateway: FalseGateway;

  beforeAll(async () => {
    delge = await TestStack.shared();
    gateway = await FalseGateway.of(delge, new Parties(delge), 'kommunerna');
  });
  afterAll(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  const keys = async (...args: readonly string[]): Promise<unknown> => {
    const told = await cli('--sandbox', join(delge.sandbox.dir, 'sandbox.json'), 'keys', ...args);
    if (told.code !== 0) throw new Error(told.err);
    return args[0] === 'countersign' ? told.out : JSON.parse(told.out);
  };
  const list = async (...more: readonly string[]): Promise<readonly Listed[]> =>
    (await keys('list', HOLDER, ...more)) as readonly Listed[];
  const sealing = async (): Promise<readonly string[]> => {
    const { snapshot } = await readKeys(delge.stack.url('ledger'), delge.sandbox.trust);
    return snapshot.liveKeys(HOLDER, 'sealing').map(({ kid }) => kid);
  };
  const statement = async (id: string) => {
    const response = await fetch(`${delge.stack.url('registry')}/v1/statements/${id}`);
    return parseEntry(Buffer.from(await response.text())).statement;
  };

  it('are made anew with overlap, and the old one ends within ten seconds at the exchange', async () => {
    const before = await list();
    expect(before.map(({ use, state, held }) => [use, state, held])).toEqual([
      ['document', 'live', true],
      ['sealing', 'live', true],
    ]);
    const old = before[1]?.kid ?? '';
    await expect(keys('revoke', old, '--reason', 'superseded')).rejects.toThrow('LAST_KEY');

    const rotated = (await keys('rotate', HOLDER, 'sealing', '--expires-on', '2031-01-01')) as { readonly kid: string };
    expect(rotated).toMatchObject({ holder: HOLDER, use: 'sealing', old: [old] });
    const live = await eventually('the new key beside the old', 20_000, async () => {
      const both = await sealing();
      return both.length === 2 ? both : undefined;
    });
    expect(live).toEqual([old, rotated.kid]);

    const model = await gateway.genuine();
    const verification = async (sealingKey: string): Promise<readonly string[]> => {
      const { messageId, ...message } = await gateway.made(model, {
        recipient: HOLDER,
        recipientFunction: 'registrator',
        sealingKey,
      });
      await gateway.send(message);
      const decision = await gateway.decided(messageId);
      at = decision.decidedAt;
      return (decision.verdict as { readonly verification?: readonly string[] }).verification ?? [];
    };
    let at = '';
    expect(await verification(old)).toEqual([]);
    expect(await verification(rotated.kid)).toEqual([]);

    const { statement: id } = (await keys('revoke', old, '--reason', 'superseded')) as { readonly statement: string };
    const { issuedAt } = await statement(id);
    await eventually('the exchange refuses the old key', 30_000, async () =>
      (await verification(old)).length > 0 ? true : undefined,
    );
    const ms = Date.parse(at) - Date.parse(issuedAt);
    process.stdout.write(`revoked: refused by the exchange after ${ms} ms\n`);
    expect(ms).toBeLessThan(10_000);
    // Whatever time the sender names.
    const [past, until] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.parse(issuedAt) + ms).toISOString());
    const { messageId, ...message } = await gateway.made(model, {
      recipient: HOLDER,
      recipientFunction: 'registrator',
      sealingKey: old,
      issuedAt: past ?? '',
      expiresAt: until ?? '',
    });
    await gateway.send(message);
    expect((await gateway.decided(messageId)).verdict).toMatchObject({ verification: ['SEALING_KEY_NOT_LIVE'] });
    expect(await verification(rotated.kid)).toEqual([]);
    const ready = (await (await fetch(`${delge.stack.url(`gateway-${GATEWAY}`)}/health/ready`)).json()) as object;
    // The gateway found its new key by itself: it is nobody else's.
    expect(JSON.stringify(ready)).not.toContain('not-held');
  });

  it('go from hand to hand by a file: administrator, both operators, the machine with the key store', async () => {
    const files = keyFiles(delge.sandbox.dir);
    const { file, secretFile } = storePlace(delge.sandbox.dir, `gateway-${GATEWAY}`);
    const [request, trust] = [join(folder, 'request.json'), join(delge.sandbox.dir, 'trust.json')];
    const store = ['--store', file, '--secret', secretFile];
    const administrator = files.participant('bv', 'administrator');
    const signed = ['--administrator-key', administrator, '--trust', trust, '--out', request];
    const { kid } = (await keys('rotate', HOLDER, 'sealing', ...store, ...signed)) as { readonly kid: string };
    const shown = await keys('countersign', request, '--trust', trust, '--operator-key', files.operator(1));
    expect(shown).toContain(kid);
    await keys('countersign', request, '--trust', trust, '--operator-key', files.operator(2));
    await keys('submit', request, ...store);
    await eventually('the log has it', 20_000, async () => ((await sealing()).includes(kid) ? true : undefined));
  });

  it('of a person are written to a file of its own, and stated', async () => {
    const out = join(folder, 'jurist.jwk.json');
    const holder = 'participant:bv';
    const { kid, old } = (await keys('rotate', holder, 'jurist', '--key-out', out)) as {
      readonly kid: string;
      readonly old: readonly string[];
    };
    expect((await keyFrom(out, 'jurist')).kid).toBe(kid);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    await eventually('the log has it', 20_000, async () => {
      const { snapshot } = await readKeys(delge.stack.url('ledger'), delge.sandbox.trust);
      return snapshot.liveKeys(holder, 'jurist').length === old.length + 1 ? true : undefined;
    });
  });

  it('that open and do not answer the registry’s challenge are not taken', async () => {
    const files = keyFiles(delge.sandbox.dir);
    const key = await generateKey('sealing');
    const { environment: env } = delge.directory;
    const body = { kind: 'key-added', holder: HOLDER, use: 'sealing', key: key.jwk as Record<string, string> } as const;
    const operators = [
      await signerFrom(files.operator(1), 'operator'),
      await signerFrom(files.operator(2), 'operator'),
    ];
    const entry = await signEntry(
      { ...body, env, id: randomUUID(), issuedAt: new Date().toISOString() },
      await signerFrom(files.participant('bv', 'administrator'), 'administrator'),
      operators,
    );
    for (const answer of [undefined, 'x.y', `${'A'.repeat(43)}.${'A'.repeat(43)}`]) {
      const headers = { 'content-type': 'text/plain', ...(answer === undefined ? {} : { 'delge-possession': answer }) };
      const response = await fetch(`${delge.stack.url('registry')}/v1/statements`, {
        method: 'POST',
        headers,
        body: Buffer.from(entry),
      });
      expect([response.status, await response.json()]).toMatchObject([422, { code: 'NOT_POSSESSED' }]);
    }
  });
});
