import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { generateKey, localSigner, parseLook, verifyLook } from '#envelope';
import type { Look, PrivateKey } from '#envelope';
import { aWorld } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import type { AccessKey, Signing } from '../apps/ledger/src/application/access-key.js';
import { ReadParties } from '../apps/ledger/src/application/read-parties.js';
import { Sequence } from '../apps/ledger/src/application/sequence.js';
import { ShowOpenings } from '../apps/ledger/src/application/show-openings.js';
import type { Looking, Shown } from '../apps/ledger/src/application/show-openings.js';
import { LogStore } from '../apps/ledger/src/persistence/log.store.js';
import { OpeningStore } from '../apps/ledger/src/persistence/opening.store.js';
import { PartyStore } from '../apps/ledger/src/persistence/party.store.js';
import { OwnDatabases, silent } from './support/databases.js';

jest.setTimeout(60_000);
const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const OTHER = 'linkoping/socialnamnden';
const PENDING = `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) VALUES ('disclosure', $1, $2, $3, $4)`;

/** A token in form; what it says is all that is asked of it here. */
const tokenOf = (said: object): string =>
  ['e30', Buffer.from(JSON.stringify(said)).toString('base64url'), 'c2ln'].join('.');

describe('openings of the disclosure log', () => {
  let databases: OwnDatabases;
  let exchange: DataSource;
  let ledger: DataSource;
  let world: World;
  let key: PrivateKey;
  let live: Signing | undefined;
  let showing: ShowOpenings;
  let sequence: Sequence;
  /** Size of the newest checkpoint. */
  let visible = 0n;

  const showingBy = (crash?: (point: string) => void): ShowOpenings => {
    const fresh = { id: () => randomUUID(), blind: () => randomBytes(32) };
    const access = { live: () => Promise.resolve(live) } as unknown as AccessKey;
    return new ShowOpenings(
      new OpeningStore(ledger),
      new ReadParties(new PartyStore(ledger), silent),
      access,
      { size: () => visible },
      world.environment,
      fresh,
      world.clock.now,
      silent,
      crash,
    );
  };

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('looks');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
    world = await aWorld();
    key = await generateKey('access');
    sequence = new Sequence(new LogStore(ledger), 500, silent, () => undefined);
    showing = showingBy();
  });
  afterAll(() => databases.drop());
  beforeEach(async () => {
    live = { signer: localSigner(key), snapshot: world.snapshot };
    await sequenced();
  });

  const sequenced = async (): Promise<void> => {
    while ((await sequence.execute('disclosure')) > 0);
    visible = await logSize();
  };
  /** @returns entry id */
  const hand = async (said: object): Promise<string> => {
    const entryId = randomUUID();
    const entry = tokenOf({ entryId, ...said });
    await exchange.query(PENDING, [entryId, Buffer.from(entry), randomBytes(32), Buffer.from('annex')]);
    return entryId;
  };
  const message = (sender: string, recipient: string) => ({ messageId: randomUUID(), sender, recipient });
  const shown = async (looking: Partial<Looking> & Pick<Looking, 'asked'>): Promise<Shown> => {
    const answer = await showing.execute({ gateway: 'kommunerna', authority: SENDER, purpose: 'export', ...looking });
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  };
  const pendingLooks = async (): Promise<readonly Look[]> => {
    const rows = await ledger.query<{ entry: Buffer }[]>(`SELECT entry FROM ledger.pending ORDER BY id`);
    return rows.map(({ entry }) => parseLook(entry.toString()).look);
  };
  const logSize = async (): Promise<bigint> =>
    BigInt(
      (await ledger.query<{ size: string }[]>(`SELECT size FROM ledger.log WHERE log = 'disclosure'`))[0]?.size ?? 0,
    );

  it('are shown to either party, after the look at them has been committed, signed, under the snapshot it names', async () => {
    const about = message(SENDER, RECIPIENT);
    const entryId = await hand(about);
    await sequenced();
    for (const [gateway, authority] of [
      ['kommunerna', SENDER],
      ['myndigheterna', RECIPIENT],
    ] as const) {
      const before = (await pendingLooks()).length;
      const { openings } = await shown({
        gateway,
        authority,
        purpose: 'evidence',
        asked: { messageId: about.messageId },
      });
      expect(openings).toMatchObject([{ entryId, annex: Buffer.from('annex') }]);
      const [look] = (await pendingLooks()).slice(before);
      const { sender, recipient } = about;
      const [index] = openings.map((one) => one.index.toString());
      expect(look).toMatchObject({
        kind: 'look',
        gateway,
        authority,
        purpose: 'evidence',
        seen: [{ index, entryId, sender, recipient }],
        keys: { size: world.snapshot.size.toString(), root: world.snapshot.rootBase64 },
      });
    }
    const [row] = await ledger.query<{ entry: Buffer }[]>(`SELECT entry FROM ledger.pending LIMIT 1`);
    await expect(verifyLook(row?.entry.toString() ?? '', key)).resolves.toMatchObject({ kind: 'look' });
  });

  it('about one message are shown from an index on, a page at a time', async () => {
    const about = message(SENDER, RECIPIENT);
    const handed = [];
    for (let at = 0; at < 101; at += 1) handed.push(await hand(about));
    await sequenced();
    const { messageId } = about;
    const first = await shown({ purpose: 'erasure', asked: { messageId } });
    expect(first.openings.map(({ entryId }) => entryId)).toEqual(handed.slice(0, 100));
    const rest = await shown({ purpose: 'erasure', asked: { messageId, from: first.next ?? 0n } });
    expect(rest.openings.map(({ entryId }) => entryId)).toEqual(handed.slice(100));
    expect(rest.next).toBeUndefined();
    expect((await pendingLooks()).map(({ purpose }) => purpose)).toEqual(
      expect.arrayContaining(['erasure', 'erasure']),
    );
  });

  it('are not shown by a replica that knows an older keys log than the entry before', async () => {
    const about = message(SENDER, RECIPIENT);
    await hand(about);
    await sequenced();
    const asked = { messageId: about.messageId };
    await shown({ asked });
    const before = (await pendingLooks()).length;
    live = { signer: localSigner(key), snapshot: world.at(world.snapshot.size - 1n) };
    const looking = { gateway: 'kommunerna', authority: SENDER, purpose: 'export', asked } as const;
    expect(await showing.execute(looking)).toBe('not-ready');
    expect(await pendingLooks()).toHaveLength(before);
  });

  it('of others are not: nobody looks where nothing is shown', async () => {
    const about = message(SENDER, RECIPIENT);
    await hand(about);
    await sequenced();
    const asked = { messageId: about.messageId };
    expect(await shown({ authority: OTHER, asked })).toEqual({ openings: [], erased: [] });
    expect(await showing.execute({ gateway: 'kommunerna', authority: RECIPIENT, purpose: 'evidence', asked })).toBe(
      'not-hosted',
    );
    expect(await showing.execute({ gateway: 'ingen', authority: SENDER, purpose: 'evidence', asked })).toBe(
      'not-hosted',
    );
    live = undefined;
    expect(await showing.execute({ gateway: 'kommunerna', authority: SENDER, purpose: 'evidence', asked })).toBe(
      'not-ready',
    );
    expect(await pendingLooks()).toEqual([]);
  });

  it('are not shown when the look at them cannot be written', async () => {
    const about = message(SENDER, RECIPIENT);
    await hand(about);
    await sequenced();
    await databases.asAdmin(`REVOKE INSERT (log, entry_id, entry, blind, annex) ON ledger.pending FROM delge_ledger`);
    try {
      await expect(shown({ asked: { messageId: about.messageId } })).rejects.toThrow();
    } finally {
      await databases.asAdmin(`GRANT INSERT (log, entry_id, entry, blind, annex) ON ledger.pending TO delge_ledger`);
    }
    expect(await pendingLooks()).toEqual([]);
  });

  it.each<[string, number]>([
    ['ledger.look.before-commit', 0],
    ['ledger.look.after-commit', 1],
  ])('are not shown by a ledger that dies at %s, where looks stand: %d', async (deadly, looks) => {
    const about = message(SENDER, RECIPIENT);
    await hand(about);
    await sequenced();
    const dying = showingBy((point) => {
      if (point === deadly) throw new Error('died here');
    });
    const asked = { messageId: about.messageId };
    const looking = { gateway: 'kommunerna', authority: SENDER, purpose: 'export', asked } as const;
    await expect(dying.execute(looking)).rejects.toThrow('died here');
    expect(await pendingLooks()).toHaveLength(looks);
    // Whoever asks again looks again.
    expect((await shown({ asked })).openings).toHaveLength(1);
    expect(await pendingLooks()).toHaveLength(looks + 1);
  });

  it('that are erased are told of by the entry that says so, once it stands in the log', async () => {
    const about = message(SENDER, RECIPIENT);
    const entryId = await hand(about);
    await sequenced();
    const asked = { messageId: about.messageId };
    const [index] = (await shown({ asked })).openings.map((one) => one.index);
    const erasure = randomUUID();
    await databases.asAdmin(`
      INSERT INTO ledger.erased (index, entry_id, erasure) VALUES (${index}, '${entryId}', '${erasure}');
      DELETE FROM ledger.opening WHERE index = ${index}`);
    const ask = () => showing.execute({ gateway: 'kommunerna', authority: SENDER, purpose: 'export', asked });
    expect(await ask()).toBe('not-ready');
    const before = (await pendingLooks()).length;
    await exchange.query(PENDING, [
      erasure,
      Buffer.from(tokenOf({ kind: 'erasure', erased: [about] })),
      randomBytes(32),
      null,
    ]);
    const looks = await ledger.query<{ entry_id: string }[]>(`SELECT entry_id FROM ledger.pending`);
    await sequenced();
    expect(looks.length).toBe(before + 1);
    const by = (
      await ledger.query<{ index: string }[]>(`SELECT index FROM ledger.leaf WHERE entry_id = $1`, [erasure])
    )[0];
    expect(await ask()).toEqual({ openings: [], erased: [{ index, by: BigInt(by?.index ?? 0) }] });
    expect(await pendingLooks()).toEqual([]);
  });

  it('of a period come a page at a time, a look for each, and looks are among them later', async () => {
    const first = await logSize();
    const own = await Promise.all(Array.from({ length: 150 }, () => hand(message(SENDER, RECIPIENT))));
    await hand(message(OTHER, RECIPIENT));
    await sequenced();
    const page = await shown({ asked: { from: first, to: 10_000n } });
    expect(page.openings).toHaveLength(100);
    const rest = await shown({ asked: { from: page.next ?? 0n, to: 10_000n } });
    expect(rest.next).toBeUndefined();
    const ids = [...page.openings, ...rest.openings].map(({ entryId }) => entryId);
    expect(ids.toSorted()).toEqual(own.toSorted());
    const looks = await pendingLooks();
    expect(looks.map(({ seen }) => seen.length)).toEqual([100, 50]);
    await sequenced();
    const again = await shown({ asked: { from: page.next ?? 0n, to: 10_000n } });
    expect(again.openings.slice(50).map(({ entryId }) => entryId)).toEqual(looks.map(({ entryId }) => entryId));
  });

  it('of a refusal are shown to its sender alone: secrecy stopped what it is about', async () => {
    const about = { kind: 'refusal-recorded', ...message(SENDER, RECIPIENT) };
    const entryId = await hand(about);
    await sequenced();
    const { messageId } = about;
    expect((await shown({ asked: { messageId } })).openings).toMatchObject([{ entryId }]);
    const recipient = { gateway: 'myndigheterna', authority: RECIPIENT };
    expect(await shown({ ...recipient, asked: { messageId } })).toEqual({ openings: [], erased: [] });
    const all = await shown({ ...recipient, asked: { from: 0n, to: 10_000n } });
    expect(all.openings.map((one) => one.entryId)).not.toContain(entryId);
  });

  it('are read for their parties once, however many read at once, those that are no statement too', async () => {
    const size = await logSize();
    await hand({ sender: SENDER, recipient: SENDER });
    await hand({ reason: 'malformed' });
    for (const bytes of ['', 'no token', 'e30.bm9uZQ.c2ln', tokenOf({ sender: 'A/B', recipient: 7, messageId: 'x' })])
      await exchange.query(PENDING, [randomUUID(), Buffer.from(bytes), randomBytes(32), null]);
    await hand({ kind: 'erasure', erased: [message(SENDER, RECIPIENT), message(OTHER, SENDER)] });
    await hand({ kind: 'hold-laid', authority: OTHER });
    await sequenced();
    const now = await logSize();
    const readers = Array.from({ length: 4 }, () => new ReadParties(new PartyStore(ledger), silent));
    await Promise.all(readers.map((one) => one.upTo(now)));
    expect(
      await ledger.query(`SELECT authority, index FROM ledger.party WHERE index >= $1 ORDER BY index`, [
        size.toString(),
      ]),
    ).toEqual([
      { authority: SENDER, index: size.toString() },
      { authority: SENDER, index: (now - 2n).toString() },
      { authority: OTHER, index: (now - 1n).toString() },
    ]);
  });
});
