import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ReceiptSignedV1 } from '#contracts';
import { localSigner, parseDecision, signReceipt } from '#envelope';
import type { PrivateKey, Receipt } from '#envelope';
import { example, outcomeOf } from '#testing';
import type { Sealed, World } from '#testing';
import type { DataSource } from 'typeorm';
import type { DecideMessage } from '../apps/exchange/src/application/decide-message.js';
import type { ReleaseProven } from '../apps/exchange/src/application/release-proven.js';
import { TakeReceipt } from '../apps/exchange/src/application/take-receipt.js';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { ACCOUNT, ExchangeActs } from './support/exchange-acts.js';

jest.setTimeout(60_000);
const { system } = example('01');
const toldOf = async (work: Promise<{ readonly outcome: string }>): Promise<string> => {
  try {
    return (await work).outcome;
  } catch (error) {
    return outcomeOf(() => {
      throw error;
    });
  }
};
interface Delivered {
  readonly message_id: string;
  readonly entry_id: string;
  readonly jwe_sha256: string;
}
const numbersUpTo = (count: number): readonly number[] => Array.from({ length: count }, (_, nth) => nth + 1);

describe('acts of the exchange that are recorded together', () => {
  let acts: ExchangeActs;
  let world: World;
  let db: DataSource;
  let deciding: DecideMessage;
  let receipts: TakeReceipt;
  let releasing: ReleaseProven;
  /** Ids of entries to come, before those that are made up. */
  const ids: string[] = [];
  let transactions = 0;

  beforeAll(async () => {
    acts = await ExchangeActs.deploy('acts', () => ids.shift() ?? randomUUID());
    ({ world, db, deciding, releasing } = acts);
    const begin = db.transaction.bind(db) as (work: unknown) => Promise<unknown>;
    db.transaction = ((work: unknown) => {
      transactions += 1;
      return begin(work);
    }) as DataSource['transaction'];
    receipts = new TakeReceipt(db, acts.exchange.senders, acts.recorder, world.clock.now, () => undefined);
  });
  afterAll(() => acts.drop());

  const several = async (count: number, caseId?: string): Promise<readonly Sealed[]> => {
    const all: Sealed[] = [];
    while (all.length < count) all.push(await acts.message(caseId));
    return all;
  };
  const decided = (all: readonly Sealed[]): Promise<readonly string[]> =>
    Promise.all(all.map((one) => toldOf(deciding.execute(one, ACCOUNT))));
  const numbers = async (): Promise<readonly number[]> => {
    const rows = await db.query<{ decision: string; number: string }[]>(
      `SELECT decision, number FROM exchange.decision ORDER BY number`,
    );
    // What is signed is what is counted.
    for (const { decision, number } of rows) expect(parseDecision(decision).decision.number).toBe(Number(number));
    return rows.map(({ number }) => Number(number));
  };
  const pending = async (): Promise<number> => {
    const [row] = await db.query<{ count: string }[]>(
      `SELECT (SELECT count(*) FROM exchange.decision) + (SELECT count(*) FROM exchange.notice) AS count`,
    );
    return Number(row?.count);
  };
  /** All that waits, logged and proven; nothing is proven for these. */
  const released = async (except: readonly string[] = []) => {
    const waiting = await releasing.waiting(1000);
    const proofs = await acts.proofs(waiting);
    for (const entryId of except) proofs.set(entryId, (proofs.get(entryId) ?? '').replace(/^index \d+/m, 'index 999'));
    return releasing.releaseAll(proofs, waiting);
  };

  /** Released, and without a receipt. As if the sender's own gateway had received them: what is tried here is how receipts are taken, not whose they are. */
  const delivered = async (): Promise<readonly Delivered[]> => {
    await acts.databases.asAdmin(`UPDATE exchange.delivery SET recipient = '${system}'`);
    return db.query<Delivered[]>(
      `SELECT d.message_id, d.entry_id, m.jwe_sha256 FROM exchange.delivery d JOIN exchange.message m USING (sender, message_id, attempt)
       WHERE m.state = 'released'`,
    );
  };
  const signed = (row: Delivered, change: Partial<Receipt> = {}): Promise<string> =>
    signReceipt(localSigner(world.keys.manifests['kommunerna'] as PrivateKey), {
      ...{ v: 1, env: world.environment, receiptId: randomUUID(), kind: 'technical', by: system, attempt: 1 },
      ...{ messageId: row.message_id, decisionEntryId: row.entry_id, jweSha256: row.jwe_sha256 },
      ...{ gateway: world.snapshot.authority(system)?.gateway ?? '', at: world.clock.now().toISOString(), ...change },
    });
  const take = (receipt: string) => toldOf(receipts.execute({ receipt } as ReceiptSignedV1, ACCOUNT));

  it('are decisions: one transaction for all that come at once, numbered without a gap, each message once', async () => {
    const all = await several(20);
    const [first] = all as [Sealed];
    transactions = 0;
    const outcomes = await decided([first, ...all, first]);
    expect(outcomes.filter((outcome) => outcome === 'permit')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome === 'known')).toHaveLength(2);
    // The first alone, the others together, and each of the two that came again.
    expect(transactions).toBeLessThan(8);
    expect(await numbers()).toEqual(numbersUpTo(20));
    expect(await decided(all)).toEqual(all.map(() => 'known'));
  });

  it('fail alone: what cannot be recorded with the others takes none of them along, and leaves no number out', async () => {
    const before = (await numbers()).length;
    const all = await several(10);
    const [taken] = await entries.waiting(db.manager, 1);
    const [clash] = all as [Sealed];
    // Another message under an id that stands for one already, and an entry's id that was given before.
    await db.query(`INSERT INTO exchange.inbox (consumer, message_id, digest) VALUES ('message', $1, $2)`, [
      `${system} ${clash.message.messageId}.1`,
      randomBytes(32),
    ]);
    ids.push(taken?.entryId ?? '');
    const outcomes = await decided(all);
    expect(outcomes).toEqual(['id-reuse', ...Array.from({ length: 9 }, () => 'permit')]);
    expect(await numbers()).toEqual(numbersUpTo(before + 9));
  });

  it('are releases: delivery numbers of a case without a gap, an entry whose proof does not verify keeps waiting alone', async () => {
    const caseId = randomUUID();
    await decided(await several(6, caseId));
    const waiting = await releasing.waiting(1000);
    const unproven = waiting.at(-1)?.entryId ?? '';
    transactions = 0;
    const done = await released([unproven]);
    expect(transactions).toBe(1);
    expect(done.size).toBe(waiting.length - 1);
    expect((await releasing.waiting(1000)).map(({ entryId }) => entryId)).toEqual([unproven]);
    const delivered = (): Promise<readonly { number: string }[]> =>
      db.query(`SELECT number FROM exchange.delivery WHERE case_id = $1 ORDER BY number`, [caseId]);
    expect((await delivered()).map(({ number }) => Number(number))).toEqual(numbersUpTo(5));
    await released();
    expect((await delivered()).map(({ number }) => Number(number))).toEqual(numbersUpTo(6));
    const outbox = await db.query<{ type: string; body: Buffer }[]>(
      `SELECT type, body FROM exchange.outbox ORDER BY seq`,
    );
    expect(outbox.filter(({ type }) => type === 'message.decided.v1')).toHaveLength(waiting.length);
    for (const { body } of outbox) expect(() => JSON.parse(body.toString()) as unknown).not.toThrow();
  });

  it('are technical receipts: each taken once, one that is about nothing keeps nothing from being taken', async () => {
    const rows = await delivered();
    const [first, second] = rows as [Delivered, Delivered];
    const texts = await Promise.all(rows.map((row) => signed(row)));
    const unbound = await signed(first, { decisionEntryId: second.entry_id });
    const contradicting = await signed(second, { kind: 'rejected', reason: 'seal-not-openable' });
    transactions = 0;
    const before = await pending();
    const outcomes = await Promise.all([...texts, unbound, texts[0] ?? ''].map(take));
    expect(outcomes).toEqual([...texts.map(() => 'taken'), 'receipt-unbound', 'known']);
    expect(transactions).toBeLessThan(8);
    expect(await take(contradicting)).toBe('receipt-conflict');
    expect(await pending()).toBe(before + texts.length);
    const states = await db.query<{ state: string }[]>(`SELECT DISTINCT state FROM exchange.message`);
    expect(states).toEqual([{ state: 'fetched' }]);
    expect((await released()).size).toBe(texts.length);
  });

  it('are no two receipts under one id: one is taken, and the message of the other stays without', async () => {
    await decided(await several(10));
    await released();
    const rows = await delivered();
    const ids = rows.map((_, nth) => `00000000-0000-4000-8000-${String(Math.floor(nth / 2)).padStart(12, '0')}`);
    const before = await pending();
    const texts = await Promise.all(rows.map((row, nth) => signed(row, { receiptId: ids[nth] ?? '' })));
    const outcomes = await Promise.all(texts.map(take));
    expect([...outcomes].sort()).toEqual([...rows.map((_, nth) => (nth < 5 ? 'receipt-conflict' : 'taken'))]);
    expect(await pending()).toBe(before + 5);
    const left = await delivered();
    expect(left).toHaveLength(5);
    const [rejecting] = left as [Delivered];
    expect(await take(await signed(rejecting, { kind: 'rejected', reason: 'seal-not-openable' }))).toBe('taken');
  });

  it('are no releases by keys that another process knows to have gone on', async () => {
    await decided(await several(3));
    const waiting = (await releasing.waiting(1000)).length;
    const seen = await db.query<{ size: string }[]>('SELECT size FROM exchange.keys_seen');
    const further = world.snapshot.size + 1n;
    await acts.databases.asAdmin(
      `INSERT INTO exchange.keys_seen (size, root) VALUES (${further}, '') ON CONFLICT (one) DO UPDATE SET size = ${further}`,
    );
    await expect(released()).rejects.toMatchObject({ code: 'snapshot' });
    expect(await releasing.waiting(1000)).toHaveLength(waiting);
    await acts.databases.asAdmin(
      seen[0] === undefined ? 'DELETE FROM exchange.keys_seen' : `UPDATE exchange.keys_seen SET size = ${seen[0].size}`,
    );
    expect((await released()).size).toBe(waiting);
  });
});
