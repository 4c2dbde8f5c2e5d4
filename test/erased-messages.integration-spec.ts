import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { parseManifest } from '#envelope';
import { MemoryRetractionStore, aWorld, aGateway, anExchange, example } from '#testing';
import type { TestGateway, World } from '#testing';
import type { SubmitReferralDto } from '#contracts';
import type { DataSource } from 'typeorm';
import type { StoredDelivery, StoredReceipt } from '../apps/gateway/src/application/ports/delivery.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { SubmitReferral } from '../apps/gateway/src/application/submit-referral.js';
import { GatewayError } from '../apps/gateway/src/domain/errors.js';
import { PostgresDeliveryStore } from '../apps/gateway/src/persistence/delivery.store.js';
import { PostgresErasureStore } from '../apps/gateway/src/persistence/erasure.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { PostgresReferralStore } from '../apps/gateway/src/persistence/referral.store.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
};

describe('a message that was erased at its gateway', () => {
  let world: World;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let db: DataSource;
  let referrals: PostgresReferralStore;
  let deliveries: PostgresDeliveryStore;
  let erasures: PostgresErasureStore;
  let submitting: SubmitReferral;
  const { system, referral } = example('01');

  beforeAll(async () => {
    world = await aWorld();
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('erased');
    db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const { keys } = gateway;
    const outbox = new Outbox('kommunerna', noRelay);
    referrals = new PostgresReferralStore(db, keys, outbox);
    deliveries = new PostgresDeliveryStore(db, keys, outbox);
    erasures = new PostgresErasureStore(db);
    const { evaluate, sealing } = gateway;
    submitting = new SubmitReferral(referrals, evaluate, sealing, 1e9, world.newId, world.clock.now, () => undefined);
  });
  afterAll(() => databases.drop());

  const erase = (authority: string, messageId: string): Promise<boolean> =>
    erasures.erase(authority, {
      decisionId: randomUUID(),
      messageId,
      statement: 'decision',
      at: world.clock.now(),
    });
  /** Rows of a table about it, as its authority sees them. */
  const rows = (authority: string, sql: string, messageId: string) =>
    db.transaction(async (tx) => {
      await tx.query(`SELECT set_config('app.authority', $1, true)`, [authority]);
      return tx.query<Record<string, unknown>[]>(sql, [messageId]);
    });

  it('is not erased before it has ended, and is then gone with what was said of it, also when that comes again', async () => {
    const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    const accepted = await submitting.submit(system, body);
    const messageId = accepted.recipients[0]?.messageId ?? '';
    expect(await erase(system, messageId)).toBe(false);
    const own = await referrals.findMessage(system, messageId);
    const { manifest = '' } = own?.detail ?? {};
    const exchange = await anExchange(world);
    const jwe = await sealedIn(messageId);
    const decided = await exchange.decided({ manifest, jwe });
    const recording = new RecordOutcome(
      gateway.evidence,
      referrals,
      new MemoryRetractionStore(),
      gateway.keys,
      world.clock.now,
    );
    expect(await recording.decided(decided)).toMatchObject({ outcome: 'recorded' });
    const receipt = { entryId: randomUUID(), messageId, kind: 'receipt-recorded', entry: 'notice', at: new Date() };
    expect(await referrals.record(system, receipt, 'fetched')).toBe('recorded');
    expect(await erasures.subject(system, messageId)).toMatchObject({ ended: true, caseId: body.caseId });
    expect(await erase(system, messageId)).toBe(true);
    expect(await rows(system, 'SELECT entry_id FROM gateway.statement WHERE message_id = $1', messageId)).toEqual([]);
    const [row] = await rows(
      system,
      `SELECT r.body, r.assessments, r.body_digest, m.detail, m.state FROM gateway.message m
       JOIN gateway.referral r ON r.id = m.referral_id WHERE m.message_id = $1`,
      messageId,
    );
    const nothing = Buffer.alloc(0);
    expect(row).toEqual({ body: nothing, assessments: nothing, body_digest: '', detail: nothing, state: 'fetched' });
    // Late, or once more.
    expect(await recording.decided(decided)).toMatchObject({ outcome: 'recorded' });
    expect(await referrals.record(system, { ...receipt, entryId: randomUUID() }, 'acknowledged')).toBe('recorded');
    expect(await rows(system, 'SELECT entry_id FROM gateway.statement WHERE message_id = $1', messageId)).toEqual([]);
    const listed = await referrals.list(system, { limit: 10 }, world.clock.now());
    expect(listed.at(-1)?.messages[0]).toMatchObject({ messageId, state: 'acknowledged', erasedAt: world.clock.now() });
    // The id stays used: nothing is sent again under it, the same or other.
    const waiting = await db.query<unknown[]>('SELECT id FROM gateway.outbox');
    expect(await codeOf(() => submitting.submit(system, body))).toBe('ERASED');
    expect(await codeOf(() => submitting.submit(system, { ...body, bases: [] }))).toBe('ERASED');
    expect(await db.query<unknown[]>('SELECT id FROM gateway.outbox')).toEqual(waiting);
    // Erased again, nothing changes.
    expect(await erase(system, messageId)).toBe(true);
  });

  it('keeps the body for the recipients whose messages stand, and shows no more of the one that is erased', async () => {
    const [first] = referral.to;
    const second = { authority: 'skv/skatteverket', function: 'underrattelser' };
    const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    await submitting.submit(system, body);
    const stored = await referrals.find(system, body.id);
    expect(first).toBeDefined();
    // A second message of the same referral, as if it had gone to another recipient too.
    const [message] = stored?.messages ?? [];
    const messageId = randomUUID();
    const cipher = gateway.keys.cipher(system);
    await db.transaction(async (tx) => {
      await tx.query(`SELECT set_config('app.authority', $1, true)`, [system]);
      await tx.query(
        `INSERT INTO gateway.message (authority, message_id, referral_id, position, recipient, function, state, attempt, changed_at, detail)
         VALUES ($1, $2, $3, 1, $4, $5, 'fetched', 1, now(), $6)`,
        [
          system,
          messageId,
          body.id,
          second.authority,
          second.function,
          cipher.seal(message?.detail, 'message', messageId),
        ],
      );
    });
    expect(await erase(system, messageId)).toBe(true);
    const left = await referrals.find(system, body.id);
    expect(left?.messages.map((one) => one.messageId)).toEqual([message?.messageId]);
    expect(left?.body.content).toEqual(body.content);
    expect(await codeOf(() => submitting.submit(system, body))).toBe('ERASED');
  });

  it('is not replaced by whoever read it before it was erased, and its id stays used', async () => {
    const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    const { recipients } = await submitting.submit(system, body);
    const messageId = recipients[0]?.messageId ?? '';
    // A draft that lapsed, say: its sender may bring another under the same id.
    await rows(system, `UPDATE gateway.message SET state = 'expired' WHERE message_id = $1`, messageId);
    await rows(system, `UPDATE gateway.referral SET phase = 'lapsed' WHERE id = $1`, body.id);
    const read = await referrals.find(system, body.id);
    if (read === undefined) throw new Error('not found');
    expect(await erase(system, messageId)).toBe(true);
    expect(await referrals.put({ ...read, version: randomUUID() }, read.version, [], [])).toBe(false);
    expect(await codeOf(() => referrals.find(system, body.id))).toBe('ERASED');
  });

  it('waits for whoever replaces it meanwhile, and does not erase what came in its place', async () => {
    const body = { ...referral, id: randomUUID(), caseId: randomUUID() } as SubmitReferralDto;
    const { recipients } = await submitting.submit(system, body);
    const messageId = recipients[0]?.messageId ?? '';
    const accepted = await referrals.find(system, body.id);
    await rows(system, `UPDATE gateway.message SET state = 'expired' WHERE message_id = $1`, messageId);
    await rows(system, `UPDATE gateway.referral SET phase = 'lapsed' WHERE id = $1`, body.id);
    if (accepted === undefined) throw new Error('not found');
    const [erased, replaced] = await Promise.all([
      erase(system, messageId),
      referrals.put({ ...accepted, version: randomUUID() }, accepted.version, [], []),
    ]);
    expect([erased, replaced]).toContain(true);
    expect(erased).toBe(!replaced);
  });

  it('is known when it is delivered again, and neither read nor receipted', async () => {
    const authority = 'linkoping/socialnamnden';
    const messageId = randomUUID();
    const at = world.clock.now();
    const delivery = {
      authority,
      messageId,
      attempt: 1,
      sender: 'fk/forsakringskassan',
      caseId: randomUUID(),
      type: 'feedback/1',
      function: 'x',
      deliveryNumber: 1,
      receivedAt: at,
      jweSha256: 'j',
      decisionEntryId: randomUUID(),
      detail: { decision: 'decision', proof: 'proof' },
    } as unknown as StoredDelivery;
    const receipt: StoredReceipt = { receiptId: randomUUID(), kind: 'technical', receipt: 'signed', at, detail: {} };
    const outgoing = () => ({ id: randomUUID(), type: 'receipt.signed.v1' as const, body: Buffer.from('{}') });
    expect(await deliveries.receive(delivery, 'm', receipt, outgoing())).toBe(true);
    expect(await erasures.subject(authority, messageId)).toEqual({
      ended: true,
      refusals: [],
      caseId: delivery.caseId,
    });
    expect(await erase(authority, messageId)).toBe(true);
    expect(await codeOf(() => deliveries.find(authority, messageId))).toBe('ERASED');
    expect(await deliveries.taken(authority, messageId)).toMatchObject({ attempt: 1 });
    expect(await deliveries.receive(delivery, 'm', receipt, outgoing())).toBe(false);
    const [row] = await rows(authority, 'SELECT detail FROM gateway.delivery WHERE message_id = $1', messageId);
    const given = await rows(
      authority,
      'SELECT receipt, detail FROM gateway.delivery_receipt WHERE message_id = $1',
      messageId,
    );
    expect([row, given]).toEqual([{ detail: Buffer.alloc(0) }, [{ receipt: '', detail: Buffer.alloc(0) }]]);
    expect((await deliveries.list(authority, { limit: 10 }))[0]).toMatchObject({ messageId, erasedAt: at });
    // One that was begun before, and would leave its diary number.
    const late: StoredReceipt = { ...receipt, receiptId: randomUUID(), kind: 'accepted', detail: { diaryNumber: '1' } };
    expect(await codeOf(() => deliveries.addReceipt(authority, messageId, late, outgoing()))).toBe('ERASED');
    // Nobody erases what is another authority's on the same gateway.
    expect(await erasures.subject('linkoping/omsorgsnamnden', messageId)).toBeUndefined();
  });

  it('is reported to the ledger once', async () => {
    const authority = 'linkoping/socialnamnden';
    const [one] = await erasures.unreported(authority);
    expect(one).toMatchObject({ at: world.clock.now() });
    expect(await erasures.unreported(authority, one?.decisionId)).toEqual([]);
    expect(await erasures.decisions(authority, one?.messageId ?? '')).toEqual(['decision']);
    await erasures.reported(authority, one?.decisionId ?? '', world.clock.now());
    expect(await erasures.unreported(authority)).toEqual([]);
  });

  it('is rejected, and not stored, when it was erased before it arrived', async () => {
    const authority = 'linkoping/socialnamnden';
    const messageId = randomUUID();
    expect(await erase(authority, messageId)).toBe(true);
    const at = world.clock.now();
    const delivery = {
      authority,
      messageId,
      attempt: 1,
      sender: 'fk/forsakringskassan',
      caseId: randomUUID(),
      type: 'feedback/1',
      function: 'x',
      deliveryNumber: 2,
      receivedAt: at,
      jweSha256: 'j',
      decisionEntryId: randomUUID(),
      detail: {},
    } as unknown as StoredDelivery;
    const receipt: StoredReceipt = { receiptId: randomUUID(), kind: 'technical', receipt: 'signed', at, detail: {} };
    const outgoing = { id: randomUUID(), type: 'receipt.signed.v1' as const, body: Buffer.from('{}') };
    await expect(deliveries.receive(delivery, 'm', receipt, outgoing)).rejects.toMatchObject({ reason: 'erased' });
    expect(await deliveries.taken(authority, messageId)).toBeUndefined();
    const wrote = { messageId, attempt: 1, decisionEntryId: delivery.decisionEntryId, jweSha256: 'j' };
    const rejection = { ...wrote, deliverySha256: 'd', reason: 'erased', receipt: 'signed', at };
    expect(await deliveries.reject(authority, rejection, outgoing)).toBe(true);
    expect(await deliveries.receive(delivery, 'm', receipt, { ...outgoing, id: randomUUID() })).toBe(false);
  });

  /** The sealed document as it waits in the outbox. */
  const sealedIn = async (messageId: string): Promise<string> => {
    const bodies = await db.query<{ body: Buffer }[]>(
      `SELECT body FROM gateway.outbox WHERE type = 'message.submitted.v1'`,
    );
    const found = bodies
      .map(({ body }) => JSON.parse(body.toString()) as { manifest: string; jwe: string })
      .find(({ manifest }) => parseManifest(manifest).manifest.messageId === messageId);
    return found?.jwe ?? '';
  };
});
