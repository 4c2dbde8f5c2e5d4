import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  ASSIGNMENT_FIELDS,
  generateKey,
  localSigner,
  parseAssignment,
  parseAssignmentNotice,
  parseLook,
  sha256Base64url,
  signAssignment,
  typOf,
  verifyAssignmentNotice,
  verifyLook,
} from '#envelope';
import type { AssignmentGranted, Look, PrivateKey } from '#envelope';
import { aWorld } from '#testing';
import type { World } from '#testing';
import type { DataSource } from 'typeorm';
import type { AccessKey, Signing } from '../apps/ledger/src/application/access-key.js';
import { FollowOpenings } from '../apps/ledger/src/application/follow-openings.js';
import { ReadParties } from '../apps/ledger/src/application/read-parties.js';
import { Sequence } from '../apps/ledger/src/application/sequence.js';
import { ShowReview } from '../apps/ledger/src/application/show-review.js';
import type { Reviewed, Reviewing } from '../apps/ledger/src/application/show-review.js';
import { TakeAssignment } from '../apps/ledger/src/application/take-assignment.js';
import { AssignmentStore } from '../apps/ledger/src/persistence/assignment.store.js';
import { LogStore } from '../apps/ledger/src/persistence/log.store.js';
import { OpeningStore } from '../apps/ledger/src/persistence/opening.store.js';
import { PartyStore } from '../apps/ledger/src/persistence/party.store.js';
import { OwnDatabases, silent } from './support/databases.js';

jest.setTimeout(60_000);
const OWN = 'linkoping/omsorgsnamnden';
const SISTER = 'linkoping/socialnamnden';
const STRANGER = 'sodertalje/socialnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const AUDITOR = 'R'.repeat(43);
const PENDING = `INSERT INTO ledger.pending (log, entry_id, entry, blind, annex) VALUES ('disclosure', $1, $2, $3, $4)`;
const DAY_MS = 86_400_000;

/** A token in form; what it says is all that is asked of it here. */
const tokenOf = (said: object): string =>
  ['e30', Buffer.from(JSON.stringify(said)).toString('base64url'), 'c2ln'].join('.');
const outcomeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'taken',
    (error: unknown) => (error as { readonly code?: string }).code ?? String(error),
  );

describe('an assignment', () => {
  let databases: OwnDatabases;
  let exchange: DataSource;
  let ledger: DataSource;
  let world: World;
  let key: PrivateKey;
  let live: Signing | undefined;
  let sequence: Sequence;
  /** Size of the newest checkpoint. */
  let visible = 0n;
  let now: Date;

  const fresh = { id: () => randomUUID(), blind: () => randomBytes(32) };
  const access = { live: () => Promise.resolve(live) } as unknown as AccessKey;
  const takingBy = (crash?: (point: string) => void): TakeAssignment =>
    new TakeAssignment(new AssignmentStore(ledger), access, world.environment, fresh, () => now, crash);
  const showingBy = (crash?: (point: string) => void): ShowReview =>
    new ShowReview(
      new OpeningStore(ledger),
      new AssignmentStore(ledger),
      new ReadParties(new PartyStore(ledger), silent),
      access,
      { size: () => visible },
      world.environment,
      fresh,
      () => now,
      silent,
      crash,
    );

  beforeAll(async () => {
    databases = await OwnDatabases.deploy('reviews');
    exchange = await databases.connect(databases.urls.operator.exchange, 'exchange');
    ledger = await databases.connect(databases.urls.operator.ledger, 'ledger');
    world = await aWorld();
    key = await generateKey('access');
    sequence = new Sequence(new LogStore(ledger), 500, silent, () => undefined);
  });
  afterAll(() => databases.drop());
  beforeEach(async () => {
    live = { signer: localSigner(key), snapshot: world.snapshot };
    now = world.clock.now();
    await sequenced();
  });

  const sequenced = async (): Promise<void> => {
    while ((await sequence.execute('disclosure')) > 0);
    const [row] = await ledger.query<{ size: string }[]>(`SELECT size FROM ledger.log WHERE log = 'disclosure'`);
    visible = BigInt(row?.size ?? 0);
  };
  /** @returns entry id */
  const hand = async (said: object): Promise<string> => {
    const entryId = randomUUID();
    await exchange.query(PENDING, [
      entryId,
      Buffer.from(tokenOf({ entryId, ...said })),
      randomBytes(32),
      Buffer.from('annex'),
    ]);
    return entryId;
  };
  const decided = (decidedAt: Date, more: object = {}) => ({
    kind: 'decision',
    messageId: randomUUID(),
    attempt: 1,
    sender: OWN,
    recipient: RECIPIENT,
    decidedAt: decidedAt.toISOString(),
    ...more,
  });
  const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
  const later = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
  const granting = (more: Partial<AssignmentGranted> = {}): AssignmentGranted => ({
    v: 1,
    kind: 'assignment-granted',
    env: world.environment,
    assignment: randomUUID(),
    authorities: [OWN],
    auditor: AUDITOR,
    provision: 'municipal-audit',
    diaryNumber: 'REV 2026:14',
    period: { from: dayOf(later(-30)), until: dayOf(later(30)) },
    fields: ASSIGNMENT_FIELDS,
    expires: dayOf(later(90)),
    at: now.toISOString(),
    ...more,
  });
  const administrator = (slug = 'linkoping'): PrivateKey => {
    const key = world.keys.administrators[slug];
    if (key === undefined) throw new Error(`${slug} is not in this world`);
    return key;
  };
  const stated = (more: Partial<AssignmentGranted> = {}, by = administrator()): Promise<string> =>
    signAssignment(localSigner(by), granting(more));
  const ending = (assignment: string, by = administrator()): Promise<string> =>
    signAssignment(localSigner(by), {
      v: 1,
      kind: 'assignment-ended',
      env: world.environment,
      assignment,
      at: now.toISOString(),
    });
  /** @returns id of one that was taken */
  const granted = async (more: Partial<AssignmentGranted> = {}): Promise<string> => {
    const text = await stated(more);
    await takingBy().execute(text);
    return parseAssignment(text).assignment.assignment;
  };
  const review = (assignment: string, asked: Reviewing['asked'], auditor = AUDITOR) =>
    showingBy().execute({ auditor, assignment, asked });
  const shown = async (assignment: string, asked: Reviewing['asked']): Promise<Reviewed> => {
    const answer = await review(assignment, asked);
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  };
  const pending = async (): Promise<readonly string[]> =>
    (await ledger.query<{ entry: Buffer }[]>(`SELECT entry FROM ledger.pending ORDER BY id`)).map(({ entry }) =>
      entry.toString(),
    );
  const looks = async (): Promise<readonly Look[]> =>
    (await pending()).flatMap((entry) => (typOf(entry) === 'delge-look+jws' ? [parseLook(entry).look] : []));

  describe('is taken', () => {
    it('with an entry that names its authorities and has the statement beside it, once', async () => {
      const text = await stated({ authorities: [OWN, SISTER] });
      const { assignment } = parseAssignment(text).assignment;
      const first = await takingBy().execute(text);
      expect(first?.outcome).toBe('taken');
      expect(await takingBy().execute(text)).toEqual({ entryId: first?.entryId, outcome: 'known' });
      const rows = await ledger.query<{ entry: Buffer; annex: Buffer }[]>(`SELECT entry, annex FROM ledger.pending`);
      expect(rows).toHaveLength(1);
      const entry = rows[0]?.entry.toString() ?? '';
      await expect(verifyAssignmentNotice(entry, key)).resolves.toMatchObject({
        kind: 'assignment-granted',
        entryId: first?.entryId,
        assignment,
        authorities: [OWN, SISTER],
        statementSha256: sha256Base64url(text),
        keys: { size: world.snapshot.size.toString(), root: world.snapshot.rootBase64 },
      });
      expect(rows[0]?.annex.toString()).toBe(text);
      await sequenced();
      await new ReadParties(new PartyStore(ledger), silent).upTo(visible);
      const parties = await ledger.query<{ authority: string }[]>(
        `SELECT p.authority FROM ledger.party p JOIN ledger.leaf l ON l.log = 'disclosure' AND l.index = p.index
         WHERE l.entry_id = $1 ORDER BY 1`,
        [first?.entryId],
      );
      expect(parties.map(({ authority }) => authority)).toEqual([OWN, SISTER]);
    });

    it.each<[string, string, () => Promise<string>]>([
      ['of another participant’s authority', 'key', () => stated({ authorities: [STRANGER] })],
      ['of an authority of its own and of another’s', 'key', () => stated({ authorities: [OWN, STRANGER] })],
      ['by a jurist', 'key', () => stated({}, world.keys.jurists['linkoping'])],
      ['by nobody’s key', 'key', async () => stated({}, await generateKey('administrator'))],
      [
        'by a key that poses as the administrator’s',
        'signature',
        async () => stated({}, { ...(await generateKey('administrator')), kid: administrator().kid }),
      ],
      ['for another environment', 'environment', () => stated({ env: 'elsewhere' })],
      ['of the future', 'time', () => stated({ at: later(1).toISOString() })],
      ['that is over', 'expiry', () => stated({ expires: dayOf(now) })],
      ['that lasts longer than two years', 'expiry', () => stated({ expires: dayOf(later(732)) })],
      ['that ends what nobody granted', 'key', () => ending(randomUUID())],
      ['that is another statement', 'malformed', async () => tokenOf({})],
    ])('never %s', async (_, code, make) => {
      expect(await outcomeOf(takingBy().execute(await make()))).toBe(code);
      expect(await pending()).toEqual([]);
    });

    it('never under an id that stands for another, ended or not', async () => {
      const assignment = await granted();
      const other = await stated({ assignment, auditor: 'S'.repeat(43) });
      expect(await outcomeOf(takingBy().execute(other))).toBe('id-reuse');
      await takingBy().execute(await ending(assignment));
      expect(await outcomeOf(takingBy().execute(other))).toBe('id-reuse');
    });

    it('and ended by its participant alone, once, however often that is stated', async () => {
      const assignment = await granted();
      expect(await outcomeOf(takingBy().execute(await ending(assignment, administrator('fk'))))).toBe('key');
      const end = await takingBy().execute(await ending(assignment));
      now = later(1);
      expect(await takingBy().execute(await ending(assignment))).toEqual({ entryId: end?.entryId, outcome: 'known' });
      expect((await pending()).map((entry) => parseAssignmentNotice(entry).notice.kind)).toEqual([
        'assignment-granted',
        'assignment-ended',
      ]);
    });

    it('by one of two that bring it at once', async () => {
      const text = await stated();
      const taken = await Promise.all([takingBy().execute(text), takingBy().execute(text)]);
      expect(new Set(taken.map((one) => one?.outcome))).toEqual(new Set(['known', 'taken']));
      expect(await pending()).toHaveLength(1);
    });

    it('not while the ledger can sign nothing', async () => {
      const text = await stated();
      live = undefined;
      expect(await takingBy().execute(text)).toBeUndefined();
      expect(await pending()).toEqual([]);
    });

    it.each<[string, number]>([
      ['ledger.assignment.before-commit', 0],
      ['ledger.assignment.after-commit', 1],
    ])('whole or not at all by a ledger that dies at %s', async (deadly, entries) => {
      const text = await stated();
      const dying = takingBy((point) => {
        if (point === deadly) throw new Error('died here');
      });
      await expect(dying.execute(text)).rejects.toThrow('died here');
      expect(await pending()).toHaveLength(entries);
      expect((await takingBy().execute(text))?.outcome).toBe(entries === 0 ? 'taken' : 'known');
      expect(await pending()).toHaveLength(1);
    });
  });

  describe('lets its auditor see', () => {
    it('what its authorities sent and received, each with its receipts, after the look at it has been committed', async () => {
      const sent = decided(now);
      const received = decided(now, { sender: STRANGER, recipient: OWN });
      const ids = [await hand(sent), await hand({ ...sent, kind: 'receipt-recorded', at: now.toISOString() })];
      const other = await hand(received);
      await sequenced();
      const assignment = await granted();
      const first = await shown(assignment, { messageId: sent.messageId });
      expect(first.openings.map(({ entryId }) => entryId)).toEqual(ids);
      const second = await shown(assignment, { messageId: received.messageId });
      expect(second.openings.map(({ entryId }) => entryId)).toEqual([other]);
      const [one, two] = await looks();
      expect([one, two]).toMatchObject([
        {
          auditor: AUDITOR,
          assignment,
          authority: OWN,
          purpose: 'evidence',
          seen: ids.map((entryId) => ({ entryId, sender: OWN, recipient: RECIPIENT })),
        },
        { authority: OWN, seen: [{ entryId: other }] },
      ]);
      const entry = (await pending()).find((text) => typOf(text) === 'delge-look+jws') ?? '';
      await expect(verifyLook(entry, key)).resolves.toMatchObject({ kind: 'look' });
    });

    it('what is several authorities’, with an entry for each that names nothing of another’s', async () => {
      const between = decided(now, { sender: OWN, recipient: SISTER });
      const sisters = decided(now, { sender: SISTER });
      const from = visible;
      const [both, alone] = [await hand(between), await hand(sisters)];
      await sequenced();
      const assignment = await granted({ authorities: [OWN, SISTER] });
      const { openings } = await shown(assignment, { from, to: visible });
      expect(openings.map(({ entryId }) => entryId)).toEqual([both, alone]);
      const seen = (await looks()).map(({ authority, purpose, seen: all }) => [
        authority,
        purpose,
        all.map(({ entryId }) => entryId),
      ]);
      expect(seen).toEqual([
        [OWN, 'export', [both]],
        [SISTER, 'export', [both, alone]],
      ]);
    });

    it('a stretch of the log at a time, whose end says nothing of what lies outside', async () => {
      const assignment = await granted();
      await sequenced();
      const from = visible;
      for (let at = 0; at < 3; at += 1) await hand(decided(now, { sender: STRANGER }));
      const own = await hand(decided(now));
      for (let at = 0; at < 500; at += 1) await hand(decided(now, { sender: STRANGER }));
      await sequenced();
      const first = await shown(assignment, { from, to: from + 10_000n });
      expect([first.openings.map(({ entryId }) => entryId), first.next]).toEqual([[own], from + 500n]);
      const rest = await shown(assignment, { from: from + 500n, to: from + 10_000n });
      expect(rest).toEqual({ openings: [] });
      expect(await looks()).toHaveLength(1);
    });

    it('a refusal of its sender’s, and not of whom it was meant for', async () => {
      const refusal = { ...decided(now), kind: 'refusal-recorded', decidedAt: undefined, at: now.toISOString() };
      const meant = { ...refusal, messageId: randomUUID(), sender: STRANGER, recipient: OWN };
      const entryId = await hand(refusal);
      await hand(meant);
      await sequenced();
      const assignment = await granted();
      expect((await shown(assignment, { messageId: refusal.messageId })).openings).toMatchObject([{ entryId }]);
      expect(await review(assignment, { messageId: meant.messageId })).toBe('nothing');
    });

    it('an entry by the day on which its message was decided, whenever it came itself', async () => {
      const before = decided(later(-31));
      const inside = decided(later(-1));
      for (const one of [before, inside]) await hand(one);
      for (const one of [before, inside])
        await hand({ ...one, kind: 'receipt-recorded', decidedAt: undefined, at: later(-1).toISOString() });
      await sequenced();
      const assignment = await granted();
      expect(await review(assignment, { messageId: before.messageId })).toBe('nothing');
      expect((await shown(assignment, { messageId: inside.messageId })).openings).toHaveLength(2);
    });

    it('as much of a message as its fields say, and what says more than that not at all', async () => {
      const about = decided(now);
      const decision = await hand(about);
      const receipt = await hand({ ...about, kind: 'receipt-recorded', decidedAt: undefined, at: now.toISOString() });
      await sequenced();
      const asked = { messageId: about.messageId };
      const ids = async (fields: AssignmentGranted['fields']) => {
        const answer = await review(await granted({ fields }), asked);
        return typeof answer === 'string' ? answer : answer.openings.map(({ entryId }) => entryId);
      };
      expect(await ids(['parties'])).toBe('nothing');
      expect(await ids(['parties', 'ground', 'facts', 'assessments'])).toBe('nothing');
      expect(await ids(['parties', 'receipts'])).toEqual([receipt]);
      expect(await ids(['parties', 'ground', 'facts', 'assessments', 'case'])).toEqual([decision]);
    });
  });

  describe('shows nothing', () => {
    let messageId: string;
    beforeEach(async () => {
      const about = decided(now);
      messageId = about.messageId;
      await hand(about);
      await sequenced();
    });

    it('to another auditor, nor under an id that nobody granted', async () => {
      const assignment = await granted();
      expect(await review(assignment, { messageId }, 'S'.repeat(43))).toBe('nothing');
      expect(await review(randomUUID(), { messageId })).toBe('nothing');
      expect(await looks()).toEqual([]);
    });

    it.each<[string, () => Partial<AssignmentGranted>]>([
      ['of other authorities', () => ({ authorities: [SISTER] })],
      ['decided before its period', () => ({ period: { from: dayOf(later(1)) } })],
      ['decided after its period', () => ({ period: { from: dayOf(later(-9)), until: dayOf(now) } })],
    ])('%s, as if it were not there', async (_, bounds) => {
      const assignment = await granted(bounds());
      expect(await review(assignment, { messageId })).toBe('nothing');
      expect(await review(assignment, { messageId: randomUUID() })).toBe('nothing');
      expect(await shown(assignment, { from: visible - 1n, to: visible })).toEqual({ openings: [] });
      expect(await looks()).toEqual([]);
    });

    it('from the day on which it expires', async () => {
      const assignment = await granted({ expires: dayOf(later(2)) });
      now = later(1);
      expect(await review(assignment, { messageId })).toMatchObject({ openings: [{}] });
      now = later(1);
      expect(await review(assignment, { messageId })).toBe('nothing');
      expect(await looks()).toHaveLength(1);
    });

    it('once it is ended, nor while that is being written', async () => {
      const assignment = await granted();
      const end = await ending(assignment);
      expect(await review(assignment, { messageId })).toMatchObject({ openings: [{}] });
      const asked = Array.from({ length: 8 }, () => review(assignment, { messageId }));
      await Promise.all([...asked, takingBy().execute(end)]);
      expect(await review(assignment, { messageId })).toBe('nothing');
      // In the log as here: what was shown stands before the end.
      const types = (await pending()).map(typOf);
      expect(types.at(-1)).toBe('delge-assignment-notice+jws');
    });

    it('while the ledger can sign nothing, or knows an older keys log than the entry before', async () => {
      const assignment = await granted();
      live = undefined;
      expect(await review(assignment, { messageId })).toBe('not-ready');
      live = { signer: localSigner(key), snapshot: world.at(world.snapshot.size - 1n) };
      expect(await review(assignment, { messageId })).toBe('not-ready');
      expect(await looks()).toEqual([]);
    });

    it('when the look at it cannot be written', async () => {
      const assignment = await granted();
      await databases.asAdmin(`REVOKE INSERT (log, entry_id, entry, blind, annex) ON ledger.pending FROM delge_ledger`);
      try {
        await expect(review(assignment, { messageId })).rejects.toThrow();
      } finally {
        await databases.asAdmin(`GRANT INSERT (log, entry_id, entry, blind, annex) ON ledger.pending TO delge_ledger`);
      }
      expect(await looks()).toEqual([]);
    });

    it.each<[string, number]>([
      ['ledger.review.before-commit', 0],
      ['ledger.review.after-commit', 1],
    ])('by a ledger that dies at %s, where looks stand: %d', async (deadly, written) => {
      const assignment = await granted();
      const dying = showingBy((point) => {
        if (point === deadly) throw new Error('died here');
      });
      await expect(dying.execute({ auditor: AUDITOR, assignment, asked: { messageId } })).rejects.toThrow('died here');
      expect(await looks()).toHaveLength(written);
      // Whoever asks again looks again.
      expect((await shown(assignment, { messageId })).openings).toHaveLength(1);
      expect(await looks()).toHaveLength(written + 1);
    });
  });

  it('is followed with all else that stands in the log, each leaf opened, erased ones by what erased them', async () => {
    await granted();
    await hand(decided(now));
    await sequenced();
    const following = new FollowOpenings(new OpeningStore(ledger), { size: () => visible });
    const first = await following.execute(0n, 3);
    expect(first.found.map(({ index }) => index)).toEqual([0n, 1n, 2n]);
    const { size, found } = await following.execute(visible - 2n, 500);
    expect([size, found.length]).toEqual([visible, 2]);
    const entries = found.flatMap((one) => ('entry' in one ? [one] : []));
    expect(typOf(entries[0]?.entry.toString() ?? '')).toBe('delge-assignment-notice+jws');
    expect(typOf(entries[0]?.annex?.toString() ?? '')).toBe('delge-assignment+jws');
    expect(entries.every(({ blind }) => blind.length === 32)).toBe(true);
    expect((await following.execute(visible, 500)).found).toEqual([]);
    const erasure = randomUUID();
    const index = entries[1]?.index ?? 0n;
    await databases.asAdmin(`
      INSERT INTO ledger.erased (index, entry_id, erasure) VALUES (${index}, '${entries[1]?.entryId}', '${erasure}');
      DELETE FROM ledger.opening WHERE index = ${index}`);
    expect((await following.execute(index, 1)).found).toMatchObject([{ index, erasedBy: undefined }]);
    await exchange.query(PENDING, [erasure, Buffer.from(tokenOf({ kind: 'erasure' })), randomBytes(32), null]);
    await sequenced();
    expect((await following.execute(index, 1)).found).toMatchObject([{ index, erasedBy: visible - 1n }]);
  });
});
