import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OperatorClient, OperatorError } from '#operator';
import { DisclosureLog } from '#testing';
import { cosignatureLine, nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, openCheckpoint, parseNote, parseOffer } from '#tlog/verify';
import { Instance } from '../../tools/machine/instance.js';
import { LedgerProxy } from '../support/ledger-proxy.js';
import { Parties } from '../support/parties.js';
import { TestStack, eventually, permitted } from '../support/stack.js';
import { record } from './results.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;
/** Ports are kept by the service's name: the ledger will have this one. */
const LEDGER = 'witnesses/ledger';
/** None of these hosts the sender or the recipient of what is sent here. */
const [FIRST, SECOND] = ['rattsvasendet', 'utbetalningar'] as const;
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

interface Sent {
  readonly system: string;
  readonly referral: string;
}

describe('three of four witnesses', () => {
  let delge: TestStack;
  let parties: Parties;
  const proxies = new Map<string, LedgerProxy>();

  beforeAll(async () => {
    for (const gateway of [FIRST, SECOND]) proxies.set(gateway, await LedgerProxy.start());
    const variables = Object.fromEntries(
      [...proxies].map(([gateway, { url }]) => [`gateway-${gateway}`, { LEDGER_URL: url }]),
    );
    const { [LEDGER]: port = 0 } = await Instance.open('test').ports([LEDGER]);
    for (const proxy of proxies.values()) proxy.ledger = `http://127.0.0.1:${port}`;
    delge = await TestStack.own('witnesses', variables);
    parties = new Parties(delge);
  });
  afterAll(async () => {
    await delge.end();
    for (const proxy of proxies.values()) proxy.stop();
  });

  const proxyOf = (gateway: string): LedgerProxy => {
    const found = proxies.get(gateway);
    if (found === undefined) throw new Error(`${gateway} has no proxy`);
    return found;
  };
  const send = async (): Promise<Sent> => {
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    return { system, referral: referral.id };
  };
  const arrives = async ({ system, referral }: Sent): Promise<void> => {
    await delge.settled(system, referral, ['fetched'], SETTLED_MS);
  };
  const waits = async ({ system, referral }: Sent): Promise<void> => {
    const { recipients } = await delge.sandbox.client(system).referral(referral);
    expect(recipients.map(({ state, decision }) => [state, decision])).toEqual([['accepted', undefined]]);
  };
  const warnings = async (service: string): Promise<Readonly<Record<string, string>>> => {
    const response = await fetch(`${delge.stack.url(service)}/health/ready`);
    return ((await response.json()) as { readonly warnings: Readonly<Record<string, string>> }).warnings;
  };
  const warned = (service: string, name: string, code: string | undefined): Promise<true> =>
    eventually(`${service} says ${code} of ${name}`, SETTLED_MS, async () =>
      (await warnings(service))[name] === code ? true : undefined,
    );
  const decided = (before: number): Promise<true> =>
    eventually('decided and signed', SETTLED_MS, async () => ((await leaves()).length > before ? true : undefined));
  const leaves = async (): Promise<readonly Buffer[]> => {
    const rows = await delge.sql<{ data: Buffer }>(
      'operator',
      `SELECT data FROM ledger.leaf WHERE log = 'disclosure' ORDER BY index`,
    );
    return rows.map(({ data }) => data);
  };
  /** Cosignatures that the ledger keeps, by witness. */
  const cosignedSizes = async (witness: string): Promise<readonly string[]> => {
    const sql = `SELECT size FROM ledger.cosignature WHERE log = 'disclosure' AND witness = $1 ORDER BY size`;
    return (await delge.sql<{ size: string }>('operator', sql, [witness])).map(({ size }) => size);
  };

  it('stand under every proof that a party holds', async () => {
    const sent = await send();
    await arrives(sent);
    const [message] = (await delge.sandbox.client(sent.system).referral(sent.referral)).recipients;
    const { signatures } = parseNote((message?.decision?.proof ?? '').split('\n\n').slice(1).join('\n\n'));
    expect(signatures.length).toBeGreaterThanOrEqual(4);
    expect(signatures.length).toBeLessThanOrEqual(16);
  });

  it('are enough when the fourth signs something else: what it gives is refused, and nothing else changes', async () => {
    const proxy = proxyOf(FIRST);
    const before = await cosignedSizes(FIRST);
    proxy.statuses.length = 0;
    proxy.lie((note) => {
      const at = note.trimEnd().length - 20;
      return `${note.slice(0, at)}${note[at] === 'A' ? 'B' : 'A'}${note.slice(at + 1)}`;
    });
    await arrives(await send());
    await warned(`gateway-${FIRST}`, 'witness-disclosure', 'cosignature-refused');
    expect(new Set(proxy.statuses)).toEqual(new Set([422]));
    expect(await cosignedSizes(FIRST)).toEqual(before);
    proxy.lie(undefined);
    await warned(`gateway-${FIRST}`, 'witness-disclosure', undefined);
  });

  it('are enough when one is down and another cosigns whatever it is shown', async () => {
    await delge.stack.stop(`gateway-${SECOND}`);
    const fork = new DisclosureLog(parties.log());
    await fork.fill(3);
    const note = fork.checkpoint();
    const liar = parties.witnesses()[2];
    if (liar === undefined) throw new Error('there is no third witness');
    const time = BigInt(Math.floor(Date.now() / 1000));
    const ledger = new OperatorClient(
      'ledger',
      delge.stack.url('ledger'),
      `gateway:${FIRST}`,
      await parties.gateway(FIRST),
    );
    const lie = { note: `${note}${cosignatureLine(parseNote(note).text, liar, time, nodeSha256)}` };
    const refused = await ledger.post('/log/v1/disclosure/cosignature', lie).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OperatorError);
    expect((refused as OperatorError).status).toBe(422);
    await arrives(await send());
  });

  it('are not there when two are down: nothing is released, and it is when one returns', async () => {
    await delge.stack.stop(`gateway-${FIRST}`);
    const before = (await leaves()).length;
    const sent = await send();
    await decided(before);
    await warned('ledger', 'quorum', 'quorum-not-met');
    await waits(sent);
    await delge.stack.run(`gateway-${SECOND}`);
    const back = performance.now();
    await arrives(sent);
    const arrivedMs = Math.round(performance.now() - back);
    record('F29', { 'without a quorum, released': 0, 'a witness ready, released after': `${arrivedMs} ms` });
    await warned('ledger', 'quorum', undefined);
    await delge.stack.run(`gateway-${FIRST}`);
    await arrives(await send());
  });

  it('cannot be had for two trees of one key: neither gets its quorum, and the evidence is kept', async () => {
    // Two gateways are shown another tree, which extends all that they have seen.
    const fork = new DisclosureLog(parties.log());
    for (const leaf of await leaves()) await fork.take(leaf);
    await fork.append('a permit that nobody gave');
    const shown = [proxyOf(FIRST), proxyOf(SECOND)];
    for (const proxy of shown) proxy.show((from) => fork.offer(from));
    await eventually('both have cosigned it', SETTLED_MS, () =>
      Promise.resolve(shown.every(({ cosigned }) => cosigned.some(isOf(fork.size))) ? true : undefined),
    );
    const before = (await leaves()).length;
    const sent = await send();
    await decided(before);
    const lines = shown.map(({ cosigned }) => parts(cosigned.find(isOf(fork.size)) ?? '').at(-1) ?? '');
    const note = `${fork.checkpoint()}${lines.join('')}`;
    expect(codeOf(() => openCheckpoint(note, delge.sandbox.trust.logs.disclosure, verification))).toBe(
      'QUORUM_NOT_MET',
    );
    await warned('ledger', 'quorum', 'quorum-not-met');
    await waits(sent);

    // They meet the tree that the others saw.
    for (const proxy of shown) proxy.show(undefined);
    for (const gateway of [FIRST, SECOND]) {
      await warned(`gateway-${gateway}`, 'witness-disclosure', 'forked');
      const [kept] = await delge.sql<{ code: string; held: string; offered: string }>(
        gateway,
        'SELECT code, held, offered FROM gateway.log_fork ORDER BY at LIMIT 1',
      );
      if (kept === undefined) throw new Error('nothing was kept');
      expect(kept.code).toMatch(/^(FORKED|INCONSISTENT)$/);
      const alone = { ...delge.sandbox.trust.logs.disclosure, policy: '' };
      const [held, other] = [kept.held, parseOffer(kept.offered).checkpoint].map((one) =>
        openCheckpoint(one, alone, verification),
      );
      // Both are signed by the log's key.
      expect(held?.size).toBe(fork.size);
      expect(Buffer.from(held?.root ?? []).toString('hex')).toBe(Buffer.from(fork.root).toString('hex'));
      expect(Buffer.from(other?.root ?? []).toString('hex')).not.toBe(Buffer.from(fork.root).toString('hex'));
    }
    await waits(sent);
  });
});

const isOf =
  (size: bigint) =>
  (note: string): boolean =>
    note.split('\n')[1] === size.toString();
/** Lines of a note, each with its line feed. */
const parts = (note: string): readonly string[] => note.split(/(?<=\n)/);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    if (error instanceof TlogError) return error.code;
    throw error;
  }
};
