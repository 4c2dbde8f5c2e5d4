import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { RecordDisclosureDto } from '#contracts';
import {
  generateKey,
  localSigner,
  parseNotice,
  parseRecordedDisclosure,
  sha256Base64url,
  signRecordedDisclosure,
} from '#envelope';
import type { Notice, PrivateKey, RecordedDisclosure } from '#envelope';
import { EXCHANGE_QUEUE, QuarantineError } from '#messaging';
import { MemoryReferralStore, MemoryRetractionStore, example, outcomeOf, toldByTelephone } from '#testing';
import type { DataSource } from 'typeorm';
import { SetAsideMessages } from '../apps/exchange/src/application/set-aside.js';
import { TakeRecordedDisclosure } from '../apps/exchange/src/application/take-recorded-disclosure.js';
import type { HandleGatewayMessage } from '../apps/exchange/src/messages/handle-gateway-message.js';
import { ReadRecordedDisclosures } from '../apps/gateway/src/application/read-recorded-disclosures.js';
import { RecordDisclosure } from '../apps/gateway/src/application/record-disclosure.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { asAuthority } from '../apps/gateway/src/persistence/authority-transaction.js';
import { PostgresCaseStore } from '../apps/gateway/src/persistence/case.store.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresRecordStore } from '../apps/gateway/src/persistence/record.store.js';
import { ACCOUNT, ExchangeActs } from './support/exchange-acts.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const { system: SENDER, referral } = example('20');

describe('a recorded disclosure', () => {
  let acts: ExchangeActs;
  let gatewayDb: DataSource;
  let records: PostgresRecordStore;
  let recording: RecordDisclosure;
  let taking: TakeRecordedDisclosure;

  beforeAll(async () => {
    acts = await ExchangeActs.deploy('recorded');
    const { world, gateway, db, databases } = acts;
    gatewayDb = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    records = new PostgresRecordStore(gatewayDb, gateway.keys, new Outbox('kommunerna', noRelay));
    const { evaluate, keys } = gateway;
    const { environment, newId, clock } = world;
    recording = new RecordDisclosure(records, evaluate, keys, environment, newId, clock.now, () => undefined);
    taking = new TakeRecordedDisclosure(db, acts.exchange.senders, acts.recorder, clock.now);
  });
  afterAll(() => acts.drop());

  const aRecord = (change: Partial<RecordDisclosureDto> = {}): RecordDisclosureDto => ({
    ...toldByTelephone(referral, new Date(acts.world.clock.now().getTime() - 60_000)),
    ...{ id: randomUUID(), caseId: randomUUID() },
    ...change,
  });
  /** @returns its statement */
  const recorded = async (body = aRecord()): Promise<string> => {
    await recording.execute(SENDER, body);
    return (await records.find(SENDER, body.id))?.detail.statement ?? '';
  };
  const signed = async (change: Partial<RecordedDisclosure>, key?: PrivateKey): Promise<string> => {
    const genuine = parseRecordedDisclosure(await recorded()).recorded;
    const signer = key ?? (acts.world.keys.manifests['kommunerna'] as PrivateKey);
    return signRecordedDisclosure(localSigner(signer), { ...genuine, ...change });
  };
  const take = async (text: string, account = ACCOUNT): Promise<string> =>
    (await taking.execute({ recorded: text }, account)).outcome;
  const noticesOf = async (messageId: string): Promise<readonly Notice[]> => {
    const rows = await acts.db.query<{ notice: string }[]>(`SELECT notice FROM exchange.notice ORDER BY seq`);
    return rows.map(({ notice }) => parseNotice(notice).notice).filter((one) => one.messageId === messageId);
  };

  describe('at the exchange', () => {
    it('is taken into the log once, with a number of its own, whatever its verdict', async () => {
      const texts = [await recorded(), await recorded(aRecord({ assessments: [] }))];
      const taken: Notice[] = [];
      for (const text of texts) {
        const { messageId, recipient } = parseRecordedDisclosure(text).recorded;
        expect(await take(text)).toBe('taken');
        expect(await take(text)).toBe('known');
        const notices = await noticesOf(messageId);
        const about = {
          kind: 'disclosure-recorded',
          sender: SENDER,
          recipient,
          statementSha256: sha256Base64url(text),
        };
        expect(notices).toMatchObject([about]);
        taken.push(...notices);
      }
      const [first = NaN, second] = taken.map(({ number }) => number);
      expect(second).toBe(first + 1);
      expect(await acts.db.query(`SELECT 1 FROM exchange.message WHERE sender = $1`, [SENDER])).toEqual([]);
    });

    it('is taken once when it comes twice at a time', async () => {
      const text = await recorded();
      const outcomes = await Promise.all([take(text), take(text)]);
      expect(outcomes.toSorted()).toEqual(['known', 'taken']);
      expect(await noticesOf(parseRecordedDisclosure(text).recorded.messageId)).toHaveLength(1);
    });

    it('is one for each record: another statement of the same is not taken', async () => {
      const text = await recorded();
      const { messageId } = parseRecordedDisclosure(text).recorded;
      await take(text);
      const other = await signed({ messageId, identityCheck: 'not-checked' });
      await expect(take(other)).rejects.toEqual(new QuarantineError('id-reuse'));
      expect(await noticesOf(messageId)).toHaveLength(1);
    });

    it.each<[string, string, () => Promise<string>]>([
      ['signed by a stranger', 'recorded-key', async () => signed({}, await generateKey('manifest'))],
      [
        "under the gateway's key id by a stranger",
        'recorded-signature',
        async () => {
          const { kid } = acts.world.keys.manifests['kommunerna'] as PrivateKey;
          return signed({}, { ...(await generateKey('manifest')), kid });
        },
      ],
      ['for an authority that another gateway hosts', 'not-hosted', () => signed({ sender: 'fk/forsakringskassan' })],
      ['of another environment', 'environment', () => signed({ env: 'production' })],
      [
        'dated more than a minute ahead',
        'recorded-ahead',
        () => signed({ at: new Date(acts.world.clock.now().getTime() + 60_001).toISOString() }),
      ],
      [
        'by more of the keys log than there is',
        'recorded-ahead',
        async () => {
          const { size, rootBase64: root } = acts.exchange.law.newest();
          return signed({ keys: { size: (size + 1n).toString(), root } });
        },
      ],
      ['that is none', 'recorded-unreadable', () => Promise.resolve('a.b.c')],
      ['that is something else', 'recorded-unreadable', async () => (await acts.message()).manifest],
    ])('%s is set aside: %s', async (_, reason, make) => {
      const text = await make();
      expect(await outcomeOf(() => take(text))).toBe(reason);
    });

    it("is not taken through another gateway's account", async () => {
      const text = await recorded();
      expect(await outcomeOf(() => take(text, 'gw-myndigheterna'))).toBe('account-mismatch');
    });

    it('that is set aside is told of by its message id, and not to whom it was made', async () => {
      const { db, exchange, recorder, world } = acts;
      const text = await signed({}, await generateKey('manifest'));
      const { messageId } = parseRecordedDisclosure(text).recorded;
      const aside = new SetAsideMessages(db, exchange.law, recorder, randomUUID, world.clock.now);
      const body = Buffer.from(JSON.stringify({ recorded: text }));
      const wire = { body, type: 'disclosure.recorded.v1', messageId: randomUUID(), userId: ACCOUNT };
      const message = { ...wire, redelivered: false, deliveries: 1 } as Parameters<HandleGatewayMessage['take']>[0];
      await aside.keep(message, EXCHANGE_QUEUE, 'recorded-key');
      const [notice, ...others] = await noticesOf(messageId);
      expect(notice).toMatchObject({ kind: 'quarantined', reason: 'recorded-key', sender: SENDER });
      expect([notice?.recipient, others]).toEqual([undefined, []]);
    });
  });

  describe('at its gateway', () => {
    const outcomes = (): RecordOutcome => {
      const { evidence, keys } = acts.gateway;
      const [none, retractions] = [new MemoryReferralStore(), new MemoryRetractionStore()];
      return new RecordOutcome(evidence, none, retractions, keys, acts.world.clock.now, { records });
    };
    /** As the exchange tells it. */
    const told = async (text: string, change: Partial<Notice> = {}) => {
      const { messageId, recipient } = parseRecordedDisclosure(text).recorded;
      const { entry, blind, proof } = await acts.exchange.notice({
        ...{ kind: 'disclosure-recorded', messageId, sender: SENDER, recipient },
        ...{ statementSha256: sha256Base64url(text), number: 1 },
        ...change,
      });
      return { notice: entry, blind, proof };
    };
    const stateOf = async (id: string) => (await records.find(SENDER, id))?.state;

    it('is logged when the notice of it comes, and is then so for good', async () => {
      const body = aRecord();
      const text = await recorded(body);
      const { statementSha256: _s, number: _n, ...about } = parseNotice((await told(text)).notice).notice;
      const { messageId = '', sender = '', recipient = '' } = about;
      const { entry, blind, proof } = await acts.exchange.notice({
        ...{ kind: 'quarantined', messageId, sender, recipient, reason: 'recorded-key' },
      });
      await outcomes().notice({ notice: entry, blind, proof });
      expect(await stateOf(body.id)).toBe('quarantined');
      const logged = await told(text);
      for (const _ of [1, 2]) expect(await outcomes().notice(logged)).toMatchObject({ outcome: 'recorded' });
      await outcomes().notice({ notice: entry, blind, proof });
      const view = await new ReadRecordedDisclosures(records).read(SENDER, body.id);
      expect(view).toMatchObject({ state: 'logged', notice: { entry: logged.notice, proof: logged.proof } });
    });

    it('is not logged by a notice of another statement, or of another recipient', async () => {
      const body = aRecord();
      const text = await recorded(body);
      for (const change of [{ statementSha256: 'A'.repeat(43) }, { recipient: 'skv/skatteverket' }]) {
        const message = await told(text, change);
        await expect(outcomes().notice(message)).rejects.toMatchObject({ code: 'notice-binding' });
      }
      expect(await stateOf(body.id)).toBe('accepted');
    });

    it('is recorded once by two who record it at once, and leaves the gateway once', async () => {
      const body = aRecord();
      const [one, other] = await Promise.all([recording.execute(SENDER, body), recording.execute(SENDER, body)]);
      expect(other).toEqual(one);
      const { statement = '' } = (await records.find(SENDER, body.id))?.detail ?? {};
      const rows = await gatewayDb.query<{ body: Buffer }[]>(
        `SELECT body FROM gateway.outbox WHERE type = 'disclosure.recorded.v1'`,
      );
      expect(rows.filter((row) => row.body.toString().includes(statement))).toHaveLength(1);
    });

    it('opens the case that it names, and is in its timeline', async () => {
      const body = aRecord();
      await recorded(body);
      const cases = new PostgresCaseStore(gatewayDb, acts.gateway.keys);
      expect(await cases.find(SENDER, body.caseId)).toMatchObject({ id: body.caseId });
      const events = await cases.timeline(SENDER, body.caseId, undefined, 10);
      expect(events).toMatchObject([
        {
          type: 'record.accepted',
          data: { referralId: body.id, messageType: 'recorded-disclosure/1', code: 'permit' },
        },
      ]);
    });

    it.each([
      ['subscription-request/1', true],
      ['request/1', false],
    ])('opens it where another authority sent %s under that id before: %s', async (type, isOpened) => {
      const body = aRecord();
      await asAuthority(gatewayDb, SENDER, (tx) =>
        tx.query(
          `INSERT INTO gateway.delivery (authority, message_id, attempt, sender, case_id, type, function, delivery_number, received_at, jwe_sha256, decision_entry_id, detail)
           VALUES ($1, $2, 1, $3, $4, $5, 'registrator', 1, $6, 'x', $7, '')`,
          [SENDER, randomUUID(), 'fk/forsakringskassan', body.caseId, type, acts.world.clock.now(), randomUUID()],
        ),
      );
      await recorded(body);
      const cases = new PostgresCaseStore(gatewayDb, acts.gateway.keys);
      expect((await cases.find(SENDER, body.caseId)) !== undefined).toBe(isOpened);
    });

    it('is listed in the order in which it was recorded, by state, and to its authority alone', async () => {
      const bodies = [aRecord(), aRecord()];
      for (const body of bodies) await recorded(body);
      const reading = new ReadRecordedDisclosures(records);
      const all = await reading.list(SENDER, { limit: 200, state: 'accepted' });
      expect(all.items.slice(-2).map(({ id }) => id)).toEqual(bodies.map(({ id }) => id));
      expect(await reading.list(SENDER, { limit: 200, after: all.next ?? '' })).toEqual({ items: [], next: all.next });
      expect((await reading.list('linkoping/socialnamnden', { limit: 200 })).items).toEqual([]);
      expect(await outcomeOf(() => reading.read('linkoping/socialnamnden', bodies[0]?.id ?? ''))).toBe('NOT_FOUND');
    });

    it('is erased when it has ended, and not before; its id is then gone', async () => {
      const body = aRecord();
      const text = await recorded(body);
      const { messageId } = parseRecordedDisclosure(text).recorded;
      const erasures = new PostgresErasureStore(gatewayDb);
      const erase = (): Promise<boolean> => {
        const erasure = { decisionId: randomUUID(), messageId, statement: 'decision', at: acts.world.clock.now() };
        return erasures.erase(SENDER, erasure);
      };
      expect([await erasures.subject(SENDER, messageId), await erase()]).toMatchObject([{ ended: false }, false]);
      await outcomes().notice(await told(text));
      expect(await erasures.subject(SENDER, messageId)).toMatchObject({ ended: true, caseId: body.caseId });
      expect(await erase()).toBe(true);
      expect(await outcomeOf(() => recording.execute(SENDER, body))).toBe('ERASED');
      const reading = new ReadRecordedDisclosures(records);
      expect(await outcomeOf(() => reading.read(SENDER, body.id))).toBe('ERASED');
      const { items } = await reading.list(SENDER, { limit: 200, state: 'logged' });
      expect(items.find(({ id }) => id === body.id)?.erasedAt).toBeDefined();
    });
  });
});
