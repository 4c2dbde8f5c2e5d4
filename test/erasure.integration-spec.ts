import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  generateKey,
  localSigner,
  parseDecision,
  parseErasure,
  parseErasureDecision,
  parseRefusal,
  signErasureDecision,
  signErasureReport,
  signHold,
  verifyErasure,
} from '#envelope';
import type { ErasedOpening, ErasureDecision, Hold, PrivateKey } from '#envelope';
import { EventLog } from '#platform';
import { Scene, publicJwk } from '#testing';
import type { ActName } from '#testing';
import type { DataSource, EntityManager } from 'typeorm';
import { entries } from '../apps/exchange/src/persistence/entry.store.js';
import { EraseOpenings } from '../apps/ledger/src/application/erase-openings.js';
import { Eraser } from '../apps/ledger/src/application/eraser.js';
import { ReadParties } from '../apps/ledger/src/application/read-parties.js';
import { Sequence } from '../apps/ledger/src/application/sequence.js';
import { TakeKeeping } from '../apps/ledger/src/application/take-keeping.js';
import { KeepingRefused } from '../apps/ledger/src/domain/keeping.js';
import { KeepingStore } from '../apps/ledger/src/persistence/keeping.store.js';
import { PartyStore } from '../apps/ledger/src/persistence/party.store.js';
import { LogStore } from '../apps/ledger/src/persistence/log.store.js';
import { OwnDatabases, silent } from './support/databases.js';
import { eventually } from './support/stack.js';

jest.setTimeout(120_000);
const PENDING = `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) VALUES ('disclosure', $1, $2, $3, $4)`;
/** What there is about the message of the act `permit`. */
const ABOUT: readonly ActName[] = ['permit', 'technical', 'accepted'];
const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';

const payloadOf = (entry: string) =>
  JSON.parse(Buffer.from(entry.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly entryId: string;
    readonly sender: string;
    readonly recipient?: string;
    readonly kind?: string;
    readonly number?: number;
  };

describe('erasing openings', () => {
  let scene: Scene;
  let databases: OwnDatabases;
  let ledger: DataSource;
  let exchange: DataSource;
  let sequence: Sequence;
  let parties: ReadParties;
  let wakes: number;
  /** Events of what failed. */
  let failures: string[];
  /** Entry ids by act, anew for each test: the log has each of them once. */
  let ids: Readonly<Record<string, string>>;
  let openings: readonly ErasedOpening[];
  let message: { readonly messageId: string; readonly caseId: string };
  let at: Date;

  beforeAll(async () => {
    scene = await Scene.create();
    databases = await OwnDatabases.deploy('erasure');
    ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    parties = new ReadParties(new PartyStore(ledger), silent);
    sequence = new Sequence(new LogStore(ledger), 100, silent, () => undefined);
  });
  afterAll(() => databases.drop());

  /** Everything about the message again, under ids of its own. */
  beforeEach(async () => {
    wakes = 0;
    failures = [];
    at = scene.world.clock.now();
    message = { messageId: randomUUID(), caseId: randomUUID() };
    const named: Record<string, string> = {};
    for (const name of ABOUT) {
      const own = name === 'permit' ? { caseId: message.caseId, number: Math.ceil(Math.random() * 1e9) } : {};
      const { entryId, text } = await handed(name, own);
      named[name] = entryId;
      if (name === 'permit') await stored(entryId, text, 'fetched');
    }
    ids = named;
    openings = await openingsOf(Object.values(named));
  });

  /** The act's entry once more, about the test's message, with other members; those that are undefined are left out. */
  const handed = async (name: ActName, change: object, { annex = scene.act(name).annex }: { annex?: string } = {}) => {
    const { entry } = scene.act(name);
    const [header, , signature] = entry.split('.');
    const said = { ...payloadOf(entry), entryId: randomUUID(), messageId: message.messageId, ...change };
    // The ledger takes entries of the exchange as they are: their signatures are for readers to verify.
    const text = [header, Buffer.from(JSON.stringify(sorted(said))).toString('base64url'), signature].join('.');
    await exchange.query(PENDING, [said.entryId, Buffer.from(text), randomBytes(32), Buffer.from(annex ?? '')]);
    return { entryId: said.entryId, text };
  };
  /** What their parties decide on, in the order of the log. */
  const openingsOf = async (entryIds: readonly string[]): Promise<readonly ErasedOpening[]> => {
    await sequenced();
    const rows = await ledger.query<{ index: string; entry: Buffer }[]>(
      `SELECT o.index, o.entry FROM ledger.opening o JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = o.index
       WHERE l.entry_id = ANY ($1::uuid[]) ORDER BY o.index`,
      [entryIds],
    );
    return rows.map(({ index, entry }) => {
      const { kind, entryId, sender, recipient, number } = payloadOf(entry.toString());
      const isRefusal = kind === 'refusal-recorded';
      return {
        ...(isRefusal ? { kind: 'refusal' } : {}),
        index,
        entryId,
        sender,
        ...(recipient === undefined || isRefusal ? {} : { recipient }),
        ...(number === undefined ? {} : { number }),
      };
    });
  };

  const sequenced = async (): Promise<void> => {
    while ((await sequence.execute('disclosure')) > 0);
  };
  /** The exchange's own rows of the decision. */
  const stored = async (entryId: string, decision: string, state: 'decided' | 'fetched'): Promise<void> => {
    const { number } = parseDecision(decision).decision;
    const ended = state === 'decided' ? null : at;
    await exchange.query(
      `INSERT INTO exchange.message (sender, message_id, attempt, recipient, case_id, gateway, manifest, manifest_sha256, jwe, jwe_sha256,
         received_at, expires_at, state, ended_at) VALUES ($1, $2, 1, $3, $4, 'kommunerna', 'manifest', 'm', 'sealed', 'j', $5, $5, $6, $7)`,
      [SENDER, message.messageId, RECIPIENT, message.caseId, at, state, ended],
    );
    await exchange.query(
      `INSERT INTO exchange.decision (entry_id, sender, message_id, attempt, outcome, number, keys_size, decision, blind, decided_at, released_at)
       VALUES ($1, $2, $3, 1, 'permit', $4, 1, $5, '\\x00', $6, $6)`,
      [entryId, SENDER, message.messageId, number, decision, at],
    );
  };

  const access = { live: () => Promise.resolve({ signer: localSigner(scene.access), snapshot: scene.world.snapshot }) };
  const fresh = { id: (): string => randomUUID(), blind: (): Buffer => randomBytes(32) };
  const taking = (environment = scene.world.environment, crash?: (point: string) => void): TakeKeeping =>
    new TakeKeeping(
      new KeepingStore(ledger),
      parties,
      access,
      environment,
      fresh,
      () => at,
      () => void (wakes += 1),
      crash,
    );
  /** What dies here does no more; the transaction that is open then is rolled back, as the database does for a process that is gone. */
  const diesAt = (deadly: string) => (point: string) => {
    if (point === deadly) throw new Error('died here');
  };
  const erasing = (crash?: (point: string) => void): EraseOpenings =>
    new EraseOpenings(
      new KeepingStore(ledger),
      parties,
      access,
      scene.world.environment,
      fresh,
      () => at,
      noting,
      crash,
    );
  /** Silent, but for what failed. */
  const noting = Object.assign(new EventLog('test', 'silent'), {
    failure: (event: string): void => void failures.push(event),
  });
  const erased = async (): Promise<number> => (await erasing().execute(1_000)).count;

  const administrator = (authority: string): PrivateKey =>
    scene.world.keys.administrators[authority.split('/')[0] ?? ''] as PrivateKey;
  const decision = (authority: string, change: Partial<ErasureDecision> = {}, key = administrator(authority)) =>
    signErasureDecision(localSigner(key), {
      v: 1,
      env: scene.world.environment,
      decisionId: randomUUID(),
      authority,
      ...message,
      openings,
      at: at.toISOString(),
      ...change,
    });
  const hold = (authority: string, change: Partial<Hold>, key = administrator(authority)) =>
    signHold(localSigner(key), {
      v: 1,
      kind: 'laid',
      env: scene.world.environment,
      holdId: randomUUID(),
      authority,
      at: at.toISOString(),
      ...change,
    });
  const codeOf = async (text: string): Promise<string> => {
    try {
      return (await taking().execute(text))?.outcome ?? 'not-ready';
    } catch (error) {
      if (error instanceof KeepingRefused) return error.code;
      throw error;
    }
  };
  /** Entries about the message whose openings are there. */
  const open = async (): Promise<readonly string[]> => {
    const rows = await ledger.query<{ entry_id: string }[]>(
      `SELECT l.entry_id FROM ledger.leaf l JOIN ledger.opening o USING (index) WHERE l.log = 'disclosure' AND l.entry_id = ANY ($1::uuid[])`,
      [Object.values(ids)],
    );
    return ABOUT.filter((name) => rows.some(({ entry_id: id }) => id === ids[name]));
  };
  const kept = async (): Promise<{ manifest: string; jwe: string | null; decision: string }> => {
    const [row] = await exchange.query<{ manifest: string; jwe: string | null; decision: string }[]>(
      `SELECT m.manifest, m.jwe, d.decision FROM exchange.message m JOIN exchange.decision d USING (sender, message_id, attempt)
       WHERE m.message_id = $1`,
      [message.messageId],
    );
    return row ?? { manifest: '?', jwe: '?', decision: '?' };
  };
  /** Entries of the log, from the newest back. */
  const newest = async (count: number) => {
    await sequenced();
    return ledger.query<{ index: string; entry: Buffer; annex: Buffer }[]>(
      `SELECT index, entry, annex FROM ledger.opening ORDER BY index DESC LIMIT $1`,
      [count],
    );
  };

  it('waits for both parties, then erases what both decided on, at the exchange too, in one entry that names it', async () => {
    const own = await decision(SENDER);
    expect(await taking().execute(own)).toMatchObject({ outcome: 'taken', held: false });
    expect(await erased()).toBe(0);
    expect(await open()).toEqual(ABOUT);
    const [decided] = await newest(1);
    expect(decided?.annex.toString()).toBe(own);
    const other = await decision(RECIPIENT, { openings: openings.slice(0, 2) });
    expect(await codeOf(other)).toBe('taken');
    expect(wakes).toBe(2);
    expect(await erased()).toBe(2);
    expect(await open()).toEqual(['accepted']);
    expect(await kept()).toEqual({ manifest: '', jwe: null, decision: '' });
    const [entry] = await newest(1);
    const erasure = await verifyErasure(entry?.entry.toString() ?? '', scene.access);
    expect(erasure.erased.map(({ entryId }) => entryId)).toEqual([ids['permit'], ids['technical']]);
    expect(erasure.erased[0]).toMatchObject({ sender: SENDER, recipient: RECIPIENT, number: expect.any(Number) });
    expect(entry?.annex.toString().split('\n').sort()).toEqual([own, other].sort());
    expect(await erased()).toBe(0);
    // The rest, when the recipient decides on it as well.
    expect(await codeOf(await decision(RECIPIENT))).toBe('taken');
    expect(await erased()).toBe(1);
    expect(await open()).toEqual([]);
  });

  it('takes a decision once, however often it is brought, and no other under its id', async () => {
    const own = await decision(SENDER);
    const first = await taking().execute(own);
    expect(await taking().execute(own)).toEqual({ ...first, outcome: 'known' });
    const { decisionId } = JSON.parse(Buffer.from(own.split('.')[1] ?? '', 'base64url').toString()) as ErasureDecision;
    expect(await codeOf(await decision(SENDER, { decisionId, openings: [] }))).toBe('id-reuse');
  });

  it('is decided by an administrator of the party itself, for these entries, this message, this environment', async () => {
    const stranger = administrator('uppsala/socialnamnden');
    const [one] = openings as [ErasedOpening];
    expect(await codeOf(await decision(SENDER, {}, stranger))).toBe('key');
    expect(await codeOf(await decision(SENDER, {}, scene.world.keys.jurists['linkoping']))).toBe('key');
    expect(await codeOf(await decision('uppsala/socialnamnden'))).toBe('not-a-party');
    expect(await codeOf(await decision(SENDER, { env: 'test' }))).toBe('environment');
    expect(await codeOf(await decision(SENDER, { messageId: randomUUID() }))).toBe('other-message');
    expect(await codeOf(await decision(SENDER, { caseId: randomUUID() }))).toBe('other-message');
    expect(await codeOf(await decision(SENDER, { openings: [{ ...one, entryId: randomUUID() }] }))).toBe(
      'entry-unknown',
    );
    for (const change of [
      { index: '0' },
      { number: 1 },
      { sender: RECIPIENT },
      { recipient: 'uppsala/socialnamnden' },
      { recipient: undefined, kind: 'refusal' as const },
    ]) {
      const { recipient, ...rest } = { ...one, ...change };
      const other = { ...rest, ...(recipient === undefined ? {} : { recipient }) } as ErasedOpening;
      expect(await codeOf(await decision(SENDER, { openings: [other] }))).toBe('opening-differs');
    }
    expect(await codeOf(await decision(SENDER, { at: new Date(at.getTime() + 120_000).toISOString() }))).toBe('time');
    const text = await decision(SENDER);
    const other = await decision(RECIPIENT);
    expect(await codeOf([...text.split('.').slice(0, 2), other.split('.')[2]].join('.'))).toBe('signature');
    expect(await codeOf(scene.act('permit').entry)).toBe('malformed');
    expect(await open()).toEqual(ABOUT);
  });

  it('is not decided on what has no parties: decisions, holds and erasures themselves', async () => {
    const [one] = openings as [ErasedOpening];
    const taken = await taking().execute(await decision(SENDER));
    await sequenced();
    expect(await codeOf(await decision(SENDER, { openings: [{ ...one, entryId: taken?.entryId ?? '' }] }))).toBe(
      'not-erasable',
    );
  });

  it('does not rest on a decision whose key was revoked before the other party decided', async () => {
    const { world } = scene;
    const key = await generateKey('administrator');
    const holder = 'participant:linkoping';
    await world.state({ kind: 'key-added', holder, use: 'administrator', key: publicJwk(key) }, administrator(SENDER));
    expect(await codeOf(await decision(SENDER, {}, key))).toBe('taken');
    await world.revoke(key.kid, 'linkoping');
    expect(await codeOf(await decision(SENDER, {}, key))).toBe('key');
    expect(await codeOf(await decision(RECIPIENT))).toBe('taken');
    expect(await erased()).toBe(0);
    expect(await open()).toEqual(ABOUT);
    expect(await codeOf(await decision(SENDER))).toBe('taken');
    expect(await erased()).toBe(3);
    const [entry] = await newest(1);
    expect(entry?.annex.toString().split('\n')).toHaveLength(2);
  });

  it.each([
    ['sender', SENDER, () => ({ caseId: message.caseId })],
    ['recipient', RECIPIENT, () => ({ messageIds: [randomUUID(), message.messageId] })],
  ] as const)('waits while a hold of the %s stands, laid after one decision', async (_, authority, what) => {
    expect(await codeOf(await decision(SENDER))).toBe('taken');
    const holdId = randomUUID();
    const laid = await hold(authority, { holdId, ground: 'criminal-investigation', ...what() });
    expect(await codeOf(laid)).toBe('taken');
    expect(await taking().execute(await decision(RECIPIENT))).toMatchObject({ held: true });
    expect(await erased()).toBe(0);
    // Who did not lay it does not lift it.
    const other = authority === SENDER ? RECIPIENT : SENDER;
    expect(await codeOf(await hold(other, { kind: 'lifted', holdId }))).toBe('hold-unknown');
    expect(await erased()).toBe(0);
    expect(await open()).toEqual(ABOUT);
    expect(await codeOf(await hold(authority, { kind: 'lifted', holdId }))).toBe('taken');
    // Brought once more, the hold that was lifted stays lifted.
    expect(await codeOf(laid)).toBe('known');
    expect(await erased()).toBe(3);
    expect(await open()).toEqual([]);
    const kinds = (await newest(4)).map(({ entry }) => payloadOf(entry.toString()).kind).reverse();
    expect(kinds).toEqual(['hold-laid', 'erasure-decided', 'hold-lifted', 'erasure']);
  });

  it('is not stopped by a hold of somebody who is no party', async () => {
    const stranger = 'uppsala/socialnamnden';
    expect(await codeOf(await hold(stranger, { ground: 'audit', caseId: message.caseId }))).toBe('taken');
    for (const party of [SENDER, RECIPIENT]) expect(await codeOf(await decision(party))).toBe('taken');
    expect(await erased()).toBe(3);
  });

  it('is stopped by a hold of the other party, whatever of the message a decision names or leaves out', async () => {
    const discarded = await handed('quarantined', { kind: 'discarded', reason: 'broken', recipient: undefined });
    const [ofSenderAlone] = await openingsOf([discarded.entryId]);
    expect(ofSenderAlone).not.toHaveProperty('recipient');
    const holdId = randomUUID();
    expect(await codeOf(await hold(RECIPIENT, { holdId, ground: 'audit', caseId: message.caseId }))).toBe('taken');
    for (const named of [[], [ofSenderAlone as ErasedOpening]]) {
      expect(await taking().execute(await decision(SENDER, { openings: named }))).toMatchObject({ held: true });
      // Nor does it help to name another case than the entries do.
      expect(await codeOf(await decision(SENDER, { openings: named, caseId: randomUUID() }))).toBe('other-message');
    }
    expect(await erased()).toBe(0);
    expect(await codeOf(await hold(RECIPIENT, { kind: 'lifted', holdId }))).toBe('taken');
    expect(await erased()).toBe(1);
    expect(await open()).toEqual(ABOUT);
  });

  it('lets the sender alone decide on its refusal, of which whom it was meant for sees nothing', async () => {
    const { entryId } = await handed('refusal', { number: Math.ceil(Math.random() * 1e9) });
    const [refusal] = await openingsOf([entryId]);
    const { sender } = refusal as ErasedOpening;
    const { refusal: said } = parseRefusal(scene.act('refusal').annex ?? '');
    const about = { caseId: said.caseId, openings: [refusal as ErasedOpening] };
    expect(await codeOf(await decision(said.recipient, about))).toBe('not-a-party');
    const { kind: _kind, ...rest } = refusal as ErasedOpening;
    const asDecision = { ...about, openings: [{ ...rest, recipient: said.recipient }] };
    expect(await codeOf(await decision(sender, asDecision))).toBe('opening-differs');
    expect(await codeOf(await decision(sender, about))).toBe('taken');
    expect(await erased()).toBe(1);
    const [entry] = await newest(1);
    expect(parseErasure(entry?.entry.toString() ?? '').erasure.erased).toEqual([refusal]);
  });

  it('names one decision of each party, however often a party decides', async () => {
    const decided = await Promise.all(Array.from({ length: 20 }, () => decision(SENDER)));
    for (const one of decided) expect(await codeOf(one)).toBe('taken');
    const other = await decision(RECIPIENT);
    expect(await codeOf(other)).toBe('taken');
    expect(await erased()).toBe(3);
    const [entry] = await newest(1);
    expect(new Set(entry?.annex.toString().split('\n'))).toEqual(new Set([decided.at(-1), other]));
    expect(entry?.annex.toString().split('\n')).toHaveLength(2);
  });

  it('is cut where it would be longer than anybody reads', async () => {
    const many = Array.from({ length: 101 }, () => openings[0] as ErasedOpening);
    expect(await codeOf(await decision(SENDER, { openings: many }))).toBe('too-many');
    // Decided on before there was a bound.
    const added: string[] = [];
    for (let at = 0; at < 130; at += 1) added.push((await handed('accepted', {})).entryId);
    const all = await openingsOf(added);
    for (const authority of [SENDER, RECIPIENT]) {
      const decisionId = randomUUID();
      const statement = await decision(authority, { decisionId, openings: all });
      await ledger.query(
        `INSERT INTO ledger.keeping (kind, id, authority, statement, entry_id) VALUES ('erasure-decided', $1, $2, $3, $4)`,
        [decisionId, authority, statement, randomUUID()],
      );
      const { messageId, caseId } = message;
      const votes = all.map(({ entryId }) => ({ entryId, authority, decisionId, messageId, caseId }));
      const named = votes.map((vote) => ({ ...vote, parties: [SENDER, RECIPIENT] }));
      await ledger.transaction((tx) => new KeepingStore(ledger).addVotes(tx, named));
    }
    expect(await erased()).toBe(130);
    const counts = (await newest(2)).map(({ entry }) => parseErasure(entry.toString()).erasure.erased.length);
    expect(counts).toEqual([30, 100]);
  });

  it('rests on decisions for one case alone, where no entry names any', async () => {
    message = { messageId: randomUUID(), caseId: randomUUID() };
    const both = { sender: SENDER, recipient: RECIPIENT };
    const [one, two] = [await handed('expired', both), await handed('expired', both)];
    const [first, second] = (await openingsOf([one.entryId, two.entryId])) as [ErasedOpening, ErasedOpening];
    expect(await codeOf(await decision(SENDER, { openings: [first, second] }))).toBe('taken');
    expect(await codeOf(await decision(RECIPIENT, { openings: [first] }))).toBe('taken');
    const otherCase = { caseId: randomUUID(), openings: [second] };
    expect(await codeOf(await decision(RECIPIENT, otherCase))).toBe('taken');
    expect(await erased()).toBe(1);
    expect(parseErasure((await newest(1))[0]?.entry.toString() ?? '').erasure.erased).toEqual([first]);
    expect(await codeOf(await decision(RECIPIENT, { openings: [second] }))).toBe('taken');
    expect(await erased()).toBe(1);
    const [entry] = await newest(1);
    const cases = entry?.annex
      .toString()
      .split('\n')
      .map((line) => parseErasureDecision(line).decision.caseId);
    expect(cases).toEqual([message.caseId, message.caseId]);
  });

  it('goes on past messages that cannot be erased, however many come first, and past one that fails', async () => {
    for (const party of [SENDER, RECIPIENT]) expect(await codeOf(await decision(party))).toBe('taken');
    // In form agreed on, before it in the order of messages: entries that stand in no log, and a decision that nobody can read.
    await databases.asAdmin(
      `INSERT INTO ledger.erasure_vote (entry_id, authority, decision_id, message_id, case_id, parties)
       SELECT gen_random_uuid(), '${SENDER}', gen_random_uuid(), ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
         gen_random_uuid(), ARRAY['${SENDER}'] FROM generate_series(1, 250) AS n`,
    );
    const [broken, entry] = [randomUUID(), await handed('expired', { sender: SENDER, recipient: undefined })];
    await openingsOf([entry.entryId]);
    await databases.asAdmin(
      `INSERT INTO ledger.keeping (kind, id, authority, statement, entry_id)
         VALUES ('erasure-decided', '${broken}', '${SENDER}', 'unreadable', gen_random_uuid());
       INSERT INTO ledger.erasure_vote VALUES
         ('${entry.entryId}', '${SENDER}', '${broken}', '00000000-0000-7000-8000-000000000000', '${randomUUID()}', ARRAY['${SENDER}'])`,
    );
    const eraser = new Eraser(erasing(), silent);
    eraser.start();
    await eventually('erased', 20_000, async () => ((await open()).length === 0 ? true : undefined));
    await eraser.stop();
    expect(failures).toContain('eraser.failed');
    await databases.asAdmin(
      `DELETE FROM ledger.erasure_vote WHERE message_id < '00000000-0000-7000-8000-000000000999'`,
    );
  });

  it('waits for a message that has not ended', async () => {
    await databases.asAdmin(`UPDATE exchange.message SET ended_at = NULL WHERE message_id = '${message.messageId}'`);
    for (const party of [SENDER, RECIPIENT]) expect(await codeOf(await decision(party))).toBe('taken');
    const before = (await newest(1))[0]?.index;
    expect(await erased()).toBe(0);
    expect(await open()).toEqual(ABOUT);
    expect((await newest(1))[0]?.index).toBe(before);
    await databases.asAdmin(`UPDATE exchange.message SET ended_at = now() WHERE message_id = '${message.messageId}'`);
    expect(await erased()).toBe(3);
  });

  it('happens whole or not at all when the ledger dies, and once when two ledgers do it', async () => {
    for (const party of [SENDER, RECIPIENT]) expect(await codeOf(await decision(party))).toBe('taken');
    const dying = erasing(diesAt('ledger.erase.before-commit'));
    expect(await dying.execute(10)).toEqual({ count: 0 });
    expect(failures).toEqual(['eraser.failed']);
    expect(await open()).toEqual(ABOUT);
    expect(await kept()).toMatchObject({ manifest: 'manifest', jwe: 'sealed' });
    const counts = await Promise.all([erased(), erased(), erased()]);
    expect(counts.sort((a, b) => a - b)).toEqual([0, 0, 3]);
    const [last, before] = await newest(2);
    expect(parseErasure(last?.entry.toString() ?? '').erasure.erased).toHaveLength(3);
    expect(payloadOf(before?.entry.toString() ?? '').kind).toBe('erasure-decided');
  });

  it('has happened once when the ledger dies with the erasure committed and nothing told', async () => {
    for (const party of [SENDER, RECIPIENT]) expect(await codeOf(await decision(party))).toBe('taken');
    expect(await erasing(diesAt('ledger.erase.after-commit')).execute(10)).toEqual({ count: 0 });
    expect(failures).toEqual(['eraser.failed']);
    expect(await open()).toEqual([]);
    expect(await kept()).toEqual({ manifest: '', jwe: null, decision: '' });
    const [last] = await newest(1);
    expect(parseErasure(last?.entry.toString() ?? '').erasure.erased).toHaveLength(3);
    expect(await erased()).toBe(0);
    expect(await newest(1)).toEqual([last]);
  });

  it.each<[string, string]>([
    ['ledger.keeping.before-commit', 'taken'],
    ['ledger.keeping.after-commit', 'known'],
  ])('a hold stands once when the ledger dies at %s and it is brought again: %s', async (point, outcome) => {
    const laid = await hold(SENDER, { ground: 'audit', caseId: message.caseId });
    const [before] = await newest(1);
    const dying = taking(undefined, diesAt(point));
    await expect(dying.execute(laid)).rejects.toThrow('died here');
    const [then] = await newest(1);
    expect(then?.index === before?.index).toBe(outcome === 'taken');
    for (const party of [SENDER, RECIPIENT]) {
      expect(await taking().execute(await decision(party))).toMatchObject({ held: outcome === 'known' });
    }
    if (outcome === 'known') expect(await erased()).toBe(0);
    expect(await taking().execute(laid)).toMatchObject({ outcome });
    const entries = await newest(10);
    expect(entries.filter(({ annex }) => annex?.toString() === laid)).toHaveLength(1);
    expect(await erased()).toBe(0);
    expect(await open()).toEqual(ABOUT);
  });

  it('takes a gateway’s report of what its authority decided, signed by the gateway that hosts it', async () => {
    const decisionId = randomUUID();
    const report = (gateway: string, change = {}) =>
      signErasureReport(localSigner(scene.world.keys.manifests[gateway] as PrivateKey), {
        v: 1,
        env: scene.world.environment,
        decisionId,
        authority: SENDER,
        gateway,
        messageId: message.messageId,
        at: at.toISOString(),
        ...change,
      });
    expect(await codeOf(await report('kommunerna'))).toBe('decision-unknown');
    expect(await codeOf(await decision(SENDER, { decisionId }))).toBe('taken');
    expect(await codeOf(await report('myndigheterna'))).toBe('key');
    expect(await codeOf(await report('myndigheterna', { gateway: 'kommunerna' }))).toBe('key');
    expect(await codeOf(await report('kommunerna', { messageId: randomUUID() }))).toBe('other-message');
    expect(await codeOf(await report('kommunerna'))).toBe('taken');
  });

  it('is no way for the ledger’s role to delete what no erasure names', async () => {
    const refused = (sql: string, values: readonly unknown[] = []) =>
      expect(ledger.query(sql, [...values])).rejects.toMatchObject({ driverError: { code: '42501' } });
    await refused('DELETE FROM ledger.opening');
    await refused(`INSERT INTO ledger.erased (index, entry_id, erasure) VALUES (0, $1, $1)`, [randomUUID()]);
    await refused('SELECT ledger.erase($1)', [randomUUID()]);
    await refused('SELECT exchange.erase($1)', [[ids['permit']]]);
    await refused('UPDATE ledger.keeping SET statement = $1', ['']);
    const entryId = randomUUID();
    const naming = async (said: object): Promise<void> => {
      const token = `e.${Buffer.from(JSON.stringify(said)).toString('base64url')}.e`;
      const work = ledger.transaction(async (tx) => {
        await tx.query(PENDING, [entryId, Buffer.from(token), randomBytes(32), null]);
        await tx.query('SELECT ledger.erase($1)', [entryId]);
      });
      await expect(work).rejects.toMatchObject({ driverError: { code: '42501' } });
    };
    await naming({ kind: 'decision', entryId, erased: [] });
    await naming({ kind: 'erasure', entryId: randomUUID(), erased: [] });
    await naming({ kind: 'erasure', entryId, erased: [{ index: '0', entryId: ids['permit'] }] });
    // One that names what is there, and is taken away before it is logged: at once, or afterwards.
    const [first] = openings as [ErasedOpening];
    const unsigned = Buffer.from(JSON.stringify({ kind: 'erasure', entryId, erased: [first] })).toString('base64url');
    const erasing = async (tx: EntityManager): Promise<void> => {
      await tx.query(PENDING, [entryId, Buffer.from(`e.${unsigned}.e`), randomBytes(32), null]);
      await tx.query('SELECT ledger.erase($1)', [entryId]);
    };
    const taken = (tx: EntityManager) => tx.query('DELETE FROM ledger.pending WHERE entry_id = $1', [entryId]);
    const atOnce = ledger.transaction(async (tx) => {
      await erasing(tx);
      await taken(tx);
    });
    await expect(atOnce).rejects.toMatchObject({ driverError: { code: '42501' } });
    expect(await open()).toEqual(ABOUT);
    await refused('UPDATE ledger.pending SET erases = false');
    await ledger.transaction(erasing);
    await expect(ledger.transaction(taken)).rejects.toMatchObject({ driverError: { code: '42501' } });
    expect((await newest(1))[0]?.entry.toString()).toBe(`e.${unsigned}.e`);
    expect(await open()).toEqual(ABOUT.slice(1));
  });

  it('is left out of what is computed again, whichever part of it is erased', async () => {
    const before = await entries.decisions(exchange.manager, 0n, 1_000);
    const own = before.find(({ entry_id: id }) => id === ids['permit']);
    expect(own).toBeDefined();
    await databases.asAdmin(`UPDATE exchange.message SET manifest = '' WHERE message_id = '${message.messageId}'`);
    expect(await entries.decisions(exchange.manager, 0n, 1_000)).toEqual(before.filter((one) => one !== own));
  });
});

/** Members in the order of RFC 8785, one level down as the scene has them. */
const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
