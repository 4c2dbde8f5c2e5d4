import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { verifyProven } from '#client';
import { parseDeliveryReleasedV1, parseReceiptSignedV1 } from '#contracts';
import { parseDecision, parseManifest, parseReceipt, signDecision } from '#envelope';
import { IN_EXCHANGE, gatewayRoutingKey } from '#messaging';
import { OperatorClient } from '#operator';
import { noteSigner } from '#testing';
import { checkpointText, nodeSha256, signNote } from '#tlog/build';
import { verify } from '../tools/demo/verify.js';
import type { Row } from '../tools/demo/send.js';
import { Interception, Tap } from './support/broker.js';
import { Parties } from './support/parties.js';
import { TestStack, eventually, example, permitted, problemOf } from './support/stack.js';

jest.setTimeout(240_000);
const SETTLED_MS = 60_000;

/** Tables that the ledger's database superuser can change, triggers or not; what refers to another before it, since the ledger works meanwhile. */
const TABLES = ['round', 'cosignature', 'checkpoint', 'leaf', 'opening', 'tile', 'edge', 'pending', 'log'];

describe('a log that the superuser of its database changed', () => {
  let delge: TestStack;
  let parties: Parties;
  const rows: Row[] = [];

  beforeAll(async () => {
    delge = await TestStack.own('tampered');
    parties = new Parties(delge);
    for (let nth = 0; nth < 2; nth += 1) await travel();
    await copy('ledger', 'early');
    for (let nth = 0; nth < 2; nth += 1) await travel();
    await delge.stack.stop('signer');
    await copy('ledger', 'kept');
  });
  afterAll(() => delge.end());

  const superuser = (...statements: readonly string[]) =>
    delge.sql('operator', [`SET session_replication_role = 'replica'`, ...statements].join(';\n'));
  /** All tables of the log, with what is in them. */
  const copy = async (from: string, to: string): Promise<void> => {
    await superuser(
      `CREATE SCHEMA IF NOT EXISTS ${to}`,
      ...TABLES.map(
        (table) => `DROP TABLE IF EXISTS ${to}.${table}; CREATE TABLE ${to}.${table} AS TABLE ${from}.${table}`,
      ),
    );
  };
  const restore = (from: string) =>
    superuser(
      ...TABLES.map((table) => `DELETE FROM ledger.${table}`),
      ...[...TABLES]
        .reverse()
        .map((table) => `INSERT INTO ledger.${table} OVERRIDING SYSTEM VALUE SELECT * FROM ${from}.${table}`),
    );

  /** A referral that goes all the way. */
  const travel = async (): Promise<void> => {
    const { system, referral } = permitted();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched'], SETTLED_MS);
    if (message === undefined) throw new Error('it did not travel');
    rows.push({
      example: example('01'),
      recipient: message.authority,
      ground: '',
      verdict: 'permit',
      delivered: true,
      faults: [],
      message,
    });
  };
  /** What an auditor's machine finds: proofs the senders hold, against the log as the ledger gives it now. */
  const audit = async (): Promise<string> => {
    try {
      const { faults } = await verify(delge.sandbox, rows, delge.stack.url('ledger'), 'kommunerna');
      return faults.length === 0 ? 'whole' : 'other-leaves';
    } catch {
      return 'other-root';
    }
  };
  /** What the signer's readiness says when it is started over the log as it is. */
  const signing = async (): Promise<Readonly<Record<string, string>>> => {
    const starting = delge.stack.run('signer').catch(() => undefined);
    const faults = await eventually('the signer has made up its mind', SETTLED_MS, async () => {
      const response = await fetch(`${delge.stack.url('signer')}/health/ready`).catch(() => undefined);
      const body = (await response?.json()) as { readonly faults?: Readonly<Record<string, string>> } | undefined;
      if (body === undefined) return undefined;
      const found = body.faults ?? {};
      return Object.values(found).includes('not-started') ? undefined : found;
    });
    await delge.stack.stop('signer');
    await starting;
    return faults;
  };
  const restarted = async (service: string): Promise<void> => {
    await delge.stack.stop(service);
    await delge.stack.run(service);
  };

  it('is signed and whole as long as nobody did', async () => {
    expect(await audit()).toBe('whole');
    expect(await signing()).toEqual({});
  });

  const log = `log = 'disclosure'`;
  const other = `set_byte(data, 5, get_byte(data, 5) # 1)`;
  const swap = (column: string): string =>
    `UPDATE ledger.leaf a SET ${column} = b.${column} FROM early.leaf b
     WHERE a.${log} AND b.${log} AND ((a.index = 1 AND b.index = 2) OR (a.index = 2 AND b.index = 1))`;

  it.each<[string, Readonly<Record<string, string>>, string, readonly string[]]>([
    [
      'a leaf altered',
      { disclosure: 'LOG_CHANGED' },
      'other-root',
      [`UPDATE ledger.leaf SET data = ${other} WHERE ${log} AND index = 1`],
    ],
    [
      'a leaf of the keys altered',
      { keys: 'LOG_CHANGED' },
      'other-root',
      [`UPDATE ledger.leaf SET data = ${other} WHERE log = 'keys' AND index = 3`],
    ],
    ['two leaves swapped', { disclosure: 'LOG_CHANGED' }, 'other-root', [swap('data')]],
    [
      'a leaf deleted',
      { disclosure: 'LEAF_MISSING' },
      'other-root',
      [`DELETE FROM ledger.leaf WHERE ${log} AND index = 1`],
    ],
    [
      'its last leaf deleted',
      { disclosure: 'LOG_TRUNCATED' },
      'other-root',
      [`DELETE FROM ledger.leaf WHERE ${log} AND index = (SELECT max(index) FROM ledger.leaf WHERE ${log})`],
    ],
    [
      'all leaves deleted',
      { disclosure: 'LOG_TRUNCATED', keys: 'LOG_TRUNCATED' },
      'other-root',
      ['DELETE FROM ledger.leaf'],
    ],
    [
      'a forged leaf in between',
      { disclosure: 'LOG_CHANGED' },
      'other-root',
      [
        `UPDATE ledger.leaf SET index = index + 1000 WHERE ${log} AND index > 1`,
        `UPDATE ledger.leaf SET index = index - 999 WHERE ${log} AND index > 1000`,
        `INSERT INTO ledger.leaf (log, index, entry_id, data) SELECT log, 2, gen_random_uuid(), ${other} FROM ledger.leaf WHERE ${log} AND index = 1`,
      ],
    ],
  ])('%s: the signer refuses, %j, and so does an auditor: %s', async (_, faults, audited, change) => {
    await superuser(...change);
    expect(await audit()).toBe(audited);
    expect(await signing()).toEqual(faults);
    await restore('kept');
    expect([await audit(), await signing()]).toEqual(['whole', {}]);
  });

  it('rolled back to a copy of before: the signer refuses, and the proofs that senders hold say so', async () => {
    await restore('early');
    await restarted('ledger');
    expect(await audit()).toBe('other-leaves');
    expect(await signing()).toEqual({ disclosure: 'LOG_TRUNCATED' });
    await restore('kept');
    await restarted('ledger');
  });

  it.each<[string, string, () => Promise<string>]>([
    ['by a key of somebody else', 'WRONG_KEY', async () => note(noteSigner(parties.log().name))],
    ["by the log's own key, over another root", 'CHECKPOINT_FORKED', async () => note(parties.log())],
  ])('with a checkpoint put in that was signed %s: %s', async (_, code, make) => {
    await superuser(
      `INSERT INTO ledger.checkpoint (log, size, note) SELECT 'disclosure', size, '${await make()}' FROM ledger.log WHERE ${log}`,
    );
    await restarted('ledger');
    // Nobody cosigned it: readers get the one before.
    expect(await audit()).toBe('whole');
    expect(await signing()).toEqual({ disclosure: code });
    await restore('kept');
    await restarted('ledger');
  });
  const note = async (signer: ReturnType<Parties['log']>): Promise<string> => {
    const [row] = await delge.sql<{ size: string }>('operator', `SELECT size FROM ledger.log WHERE ${log}`);
    return signNote(checkpointText(signer.name, BigInt(row?.size ?? 0), randomBytes(32)), signer, nodeSha256);
  };

  it('into which a decision was put that the exchange did not sign: it is proven, and still opens no delivery', async () => {
    await delge.stack.run('signer');
    const between = await Interception.of(delge, 'myndigheterna');
    const receipts = await Tap.on(delge, IN_EXCHANGE, gatewayRoutingKey('myndigheterna'));
    const { system, recipient, referral } = permitted();
    const messageId = (await delge.sandbox.client(system).submit(referral)).recipients[0]?.messageId ?? '';
    const released = await between.tap.next('a delivery', ({ type, body }) =>
      type === 'delivery.released.v1' ? parseDeliveryReleasedV1(body) : undefined,
    );
    expect(parseManifest(released.manifest).manifest.messageId).toBe(messageId);
    const genuine = parseDecision(released.decision).decision;
    const entryId = 'f0000000-0000-4000-8000-000000000001';
    const decision = await signDecision(await parties.gateway('kommunerna'), { ...genuine, entryId });
    const blind = randomBytes(32);
    await superuser(
      `INSERT INTO ledger.pending (log, entry_id, entry, blind) VALUES ('disclosure', '${entryId}', '${decision}', '\\x${blind.toString('hex')}')`,
      `NOTIFY ledger_pending`,
    );
    const ledger = new OperatorClient('ledger', delge.stack.url('ledger'), 'exchange', await parties.exchange());
    const proof = await eventually('a proof', SETTLED_MS, async () => {
      const found = await ledger.get(`/log/v1/disclosure/proof/${entryId}`);
      return found === undefined ? undefined : Buffer.from(found).toString('utf8');
    });
    const proven = { entry: decision, blind: blind.toString('base64url'), proof };
    // The log gives order and permanence, not authority.
    expect(verifyProven(proven, delge.sandbox.trust.logs.disclosure).size).toBeGreaterThan(0n);
    await between.put('delivery.released.v1', { ...released, decision, blind: proven.blind, proof });
    const reason = await receipts.next(
      'a receipt',
      ({ body }) => parseReceipt(parseReceiptSignedV1(body).receipt).receipt,
    );
    expect([reason.messageId, reason.kind, reason.reason]).toEqual([messageId, 'rejected', 'decision-key']);
    expect(await problemOf(delge.sandbox.client(recipient).delivery(messageId))).toBe('not-found');
    await between.end();
    await receipts.close();
  });

  it('from which an entry was taken before it became a leaf: its message reaches nobody', async () => {
    await delge.stack.stop('ledger');
    const { system, recipient, referral } = permitted();
    const messageId = (await delge.sandbox.client(system).submit(referral)).recipients[0]?.messageId ?? '';
    await eventually('decided', SETTLED_MS, async () => {
      const decided = await delge.sql('operator', `SELECT 1 FROM exchange.decision WHERE message_id = $1`, [messageId]);
      return decided.length === 1 ? true : undefined;
    });
    await superuser('DELETE FROM ledger.pending');
    await delge.stack.run('ledger');
    await travel();
    expect(await problemOf(delge.sandbox.client(recipient).delivery(messageId))).toBe('not-found');
    const [message] = (await delge.sandbox.client(system).referral(referral.id)).recipients;
    expect([message?.state, message?.decision, message?.receipts]).toEqual(['accepted', undefined, []]);
  });
});
