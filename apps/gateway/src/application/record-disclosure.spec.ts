import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RecordDisclosureDto } from '#contracts';
import { parseRecordedDisclosure, recordedDisclosureIdOf, verifyRecordedDisclosure } from '#envelope';
import type { PrivateKey } from '#envelope';
import { parseStrict } from '#json';
import { MemoryRecordStore, aGateway, aWorld, example, outcomeOf, toldByTelephone } from '#testing';
import type { TestGateway, World } from '#testing';
import { EvaluateReferral } from './evaluate-referral.js';
import { RecordDisclosure } from './record-disclosure.js';

const { system: SENDER, referral } = example('20');
const MINUTE_MS = 60_000;
const ASKED = '0b6a6d0e-6f1f-4a59-9d51-6f5d6a3ce0a1';
const world: World = await aWorld();
let gateway: TestGateway;
let store: MemoryRecordStore;
let room: 'full' | undefined;
let recording: RecordDisclosure;

beforeEach(async () => {
  gateway = await aGateway(world, 'kommunerna');
  store = new MemoryRecordStore();
  room = undefined;
  const { evaluate, keys } = gateway;
  const { environment, newId, clock } = world;
  const nothing = (): void => undefined;
  recording = new RecordDisclosure(store, evaluate, keys, environment, newId, clock.now, nothing, () => room);
});

const aRecord = (change: Partial<RecordDisclosureDto> = {}): RecordDisclosureDto => ({
  ...toldByTelephone(referral, new Date(world.clock.now().getTime() - MINUTE_MS)),
  ...change,
});
const record = (body: RecordDisclosureDto) => recording.execute(SENDER, body);
const stated = (): string => {
  const { recorded } = parseStrict(store.outbox[0]?.body ?? new Uint8Array()) as { readonly recorded: string };
  return recorded;
};

describe('a disclosure already made', () => {
  it.each([
    ['permit', () => aRecord()],
    ['assess', () => aRecord({ assessments: [] })],
    ['deny', () => aRecord({ bases: [{ id: 'LBM-2025-170-4' }], assessments: [] })],
  ] as const)('is recorded with the verdict %s, which stops nothing', async (outcome, make) => {
    const body = make();
    const messageId = recordedDisclosureIdOf(SENDER, body.id);
    const accepted = await record(body);
    expect(accepted).toMatchObject({ id: body.id, messageId, state: 'accepted', verdict: { outcome } });
    expect(accepted.verdict).not.toHaveProperty('permitted');
    expect(store.outbox.map(({ type }) => type)).toEqual(['disclosure.recorded.v1']);
    const key = world.keys.manifests['kommunerna'] as PrivateKey;
    expect(await verifyRecordedDisclosure(stated(), key)).toMatchObject({
      ...{ messageId, outcome, sender: SENDER, recipient: body.recipient, caseId: body.caseId },
      ...{ channel: 'telephone', identityCheck: 'call-back', office: 'enhetschef', disclosedAt: body.at },
      claims: { messageType: 'recorded-disclosure/1' },
    });
    expect(await store.find(SENDER, body.id)).toMatchObject({ state: 'accepted', outcome, detail: { body } });
  });

  it('is reported without a name, a number of a person, or a word of what was said', async () => {
    const { office, ...body } = aRecord();
    await record({ office, ...body });
    const said = JSON.stringify(parseRecordedDisclosure(stated()).recorded);
    const { content, askedBy, officer, registration } = body;
    const { subjects, disclosed, reason, receivedBy } = content as Record<string, string>;
    expect(said).toContain(office);
    for (const secret of [
      askedBy,
      officer,
      disclosed,
      reason,
      receivedBy,
      registration.diaryNumber,
      'Provberg',
      'Bulvansson',
    ])
      expect(said).not.toContain(secret);
    for (const { personalIdentityNumber } of subjects as unknown as { personalIdentityNumber: string }[])
      expect(said).not.toContain(personalIdentityNumber);
  });

  it('is judged by the law of the day on which it was made', async () => {
    // OSL 10:23 reaches this crime from 1 April 2025.
    for (const [at, outcome] of [
      ['2025-03-31T21:59:59.000Z', 'deny'],
      ['2025-03-31T22:00:00.000Z', 'permit'],
    ] as const) {
      const told = { ...toldByTelephone(referral, new Date(at)), id: world.newId() };
      expect((await record(told)).verdict.outcome).toBe(outcome);
    }
    const { disclosedAt, at: recordedAt } = parseRecordedDisclosure(stated()).recorded;
    expect([disclosedAt, recordedAt]).toEqual(['2025-03-31T21:59:59.000Z', world.clock.now().toISOString()]);
  });

  it('is recorded once: the same again gets the same answer, and another body none', async () => {
    const body = aRecord();
    const accepted = await record(body);
    room = 'full';
    expect(await record(body)).toEqual(accepted);
    expect(await outcomeOf(() => record({ ...body, identityCheck: 'not-checked' }))).toBe('ID_REUSE');
    expect(store.outbox).toHaveLength(1);
  });

  it('is answered as it was recorded by whoever was first', async () => {
    const body = aRecord();
    const [one, other] = await Promise.all([record(body), record(body)]);
    expect(other).toEqual(one);
    expect(store.outbox).toHaveLength(1);
  });

  it.each<[string, string, Partial<RecordDisclosureDto>]>([
    ['in the future', 'CONTENT_INVALID', { at: '2099-01-01T00:00:00.000Z' }],
    ['on another day than its content says', 'CONTENT_INVALID', { at: '2026-01-02T12:00:00.000Z' }],
    ['by an office that nobody knows', 'CONTENT_INVALID', { office: 'vaktmastare' }],
    ['to nobody', 'UNKNOWN_RECIPIENT', { recipient: 'ingen/alls' }],
    ['in another form', 'CONTENT_INVALID', { content: { channel: 'e-mail' } }],
    ['for another purpose than there is', 'UNKNOWN_CODE', { purpose: 'x' }],
  ])('is not recorded when it was made %s', async (_, code, change) => {
    expect(await outcomeOf(() => record(aRecord(change)))).toBe(code);
    expect(store.outbox).toEqual([]);
  });

  it('is recorded though the request that it answered was taken back since; of who asked nothing it is not', async () => {
    const { law, keys } = gateway;
    const { environment, newId, clock } = world;
    const { recipient } = aRecord();
    const requests = {
      asker: (_: string, id: string) =>
        Promise.resolve(id === ASKED ? { authority: recipient, isRetracted: true } : undefined),
      find: () => Promise.resolve(undefined),
    };
    const evaluate = new EvaluateReferral(law, keys, newId, undefined, requests);
    recording = new RecordDisclosure(store, evaluate, keys, environment, newId, clock.now, () => undefined);
    expect(await record(aRecord({ requestId: ASKED }))).toMatchObject({ state: 'accepted' });
    const other = aRecord({ id: newId(), requestId: newId() });
    expect(await outcomeOf(() => record(other))).toBe('REQUEST_UNKNOWN');
  });

  it('waits with its system when no more may wait to leave', async () => {
    room = 'full';
    expect(await outcomeOf(() => record(aRecord()))).toBe('OUTBOX_FULL');
  });
});
