import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey, localSigner, parseReceipt, sealTo, sha256Base64url, signReceipt } from '#envelope';
import type { Decision, Notice, PrivateKey, Receipt, Signer } from '#envelope';
import { canonicalBytes } from '#json';
import { parseMessageSubmittedV1 } from '#contracts';
import type { MessageSubmittedV1, ReceiptRecordedV1 } from '#contracts';
import { MemoryRetractionStore, MemoryReferralStore, aGateway, aWorld, anExchange, example, outcomeOf } from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import { RecordOutcome } from './record-outcome.js';
import type { StoredMessage } from './ports/referral.js';
import { SubmitReferral } from './submit-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const stranger = await generateKey('manifest');
const elsewhere = '01890000-0000-7000-8000-0000000000ff';

let world: World;
let exchange: TestExchange;
let gateway: TestGateway;
let store: MemoryReferralStore;
let outcomes: RecordOutcome;
let submitted: MessageSubmittedV1;
let message: StoredMessage;

beforeAll(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  gateway = await aGateway(world, 'kommunerna');
});

beforeEach(async () => {
  store = new MemoryReferralStore();
  const { evaluate, sealing, evidence, keys } = gateway;
  outcomes = new RecordOutcome(evidence, store, new MemoryRetractionStore(), keys, world.clock.now);
  const taking = new SubmitReferral(store, evaluate, sealing, 1, world.newId, world.clock.now, () => undefined);
  const { system, referral } = example('01');
  await taking.submit(system, referral);
  submitted = parseMessageSubmittedV1(store.outbox[0]?.body ?? new Uint8Array());
  message = (await store.find(system, referral.id))?.messages[0] as StoredMessage;
});

const state = async (): Promise<string | undefined> => (await store.findMessage(SENDER, message.messageId))?.state;
const kept = () => store.statements(SENDER, [message.messageId]);
const manifestKey = (id: string): Signer => localSigner(world.keys.manifests[id] as PrivateKey);

describe('a decision', () => {
  const decided = async (change?: (decision: Decision) => Decision) =>
    exchange.decided(submitted, change === undefined ? {} : { change });

  it('that permits is kept with its proof, and the message is released', async () => {
    const told = await decided();
    expect(await outcomes.decided(told)).toMatchObject({ kind: 'decision', outcome: 'recorded' });
    expect(await state()).toBe('released');
    expect(await kept()).toMatchObject([{ entry: told.decision, blind: told.blind, proof: told.proof }]);
  });

  it('that stops makes the message refused', async () => {
    await outcomes.decided(await decided((decision) => ({ ...decision, outcome: 'assess' })));
    expect(await state()).toBe('refused');
  });

  it('is kept once, however often it comes', async () => {
    const told = await decided();
    for (let i = 0; i < 3; i += 1) await outcomes.decided(told);
    expect(await kept()).toHaveLength(1);
  });

  it.each<[string, (decision: Decision) => Decision]>([
    ['recipient', (decision) => ({ ...decision, recipient: 'skv/skatteverket' })],
    ['manifest', (decision) => ({ ...decision, manifestSha256: 'A'.repeat(43) })],
    ['ciphertext', (decision) => ({ ...decision, jweSha256: 'A'.repeat(43) })],
    ['attempt', (decision) => ({ ...decision, attempt: 2 })],
  ])('about another %s is not trusted, and moves nothing', async (_, change) => {
    const told = await decided(change);
    expect(await outcomeOf(() => outcomes.decided(told))).toBe('decision-binding');
    expect(await state()).toBe('accepted');
    expect(await kept()).toEqual([]);
  });

  it('is about the message that it comes for', async () => {
    const told = await decided();
    expect(await outcomeOf(() => outcomes.decided({ ...told, messageId: elsewhere }))).toBe('decision-binding');
    expect(await outcomeOf(() => outcomes.decided({ ...told, attempt: 2 }))).toBe('decision-binding');
  });

  it('is about the attempt that was made', async () => {
    const told = await decided((decision) => ({ ...decision, attempt: 2 }));
    expect(await outcomeOf(() => outcomes.decided({ ...told, attempt: 2 }))).toBe('decision-binding');
  });

  it('without proof, or with that of another, is not trusted', async () => {
    const told = await decided();
    const { proof } = await decided();
    expect(await outcomeOf(() => outcomes.decided({ ...told, proof: '' }))).toBe('proof-missing');
    expect(await outcomeOf(() => outcomes.decided({ ...told, proof }))).toBe('proof-invalid');
    expect(await state()).toBe('accepted');
  });

  it('about a message that was never sent from here changes nothing', async () => {
    const other = (sender: string) => decided((decision) => ({ ...decision, sender }));
    for (const sender of ['linkoping/socialnamnden', 'polis/polismyndigheten'])
      expect(await outcomes.decided(await other(sender))).toMatchObject({ outcome: 'unknown' });
    expect(await state()).toBe('accepted');
  });
});

describe('a receipt', () => {
  const receiptOf = (change: Partial<Receipt> = {}): Receipt => ({
    v: 1,
    env: 'sandbox',
    receiptId: world.newId(),
    messageId: message.messageId,
    attempt: 1,
    kind: 'technical',
    by: RECIPIENT,
    gateway: 'myndigheterna',
    decisionEntryId: world.newId(),
    jweSha256: message.jweSha256 ?? '',
    at: world.clock.now().toISOString(),
    ...change,
  });
  const about = () => ({ messageId: message.messageId, attempt: 1, sender: SENDER, recipient: RECIPIENT });
  const recorded = async (change: Partial<Receipt> = {}, signer = manifestKey('myndigheterna')) =>
    exchange.recorded(about(), await signReceipt(signer, receiptOf(change)));
  const outcome = (told: ReceiptRecordedV1) => outcomeOf(() => outcomes.receipt(told));

  it.each<[Receipt['kind'], string]>([
    ['technical', 'fetched'],
    ['accepted', 'acknowledged'],
    ['handled', 'acknowledged'],
    ['form-rejected', 'fetched'],
    ['rejected', 'rejected'],
  ])('%s: the message is %s', async (kind, expected) => {
    const reason = ({ 'form-rejected': 'incomplete', rejected: 'expired' } as Partial<Record<typeof kind, string>>)[
      kind
    ];
    const told = await recorded({ kind, ...(reason === undefined ? {} : { reason }) });
    expect(await outcomes.receipt(told)).toMatchObject({ kind: 'receipt-recorded', outcome: 'recorded' });
    expect(await state()).toBe(expected);
    expect(await kept()).toMatchObject([{ entry: told.notice, statement: told.receipt, proof: told.proof }]);
  });

  it('that says misdirected opens an incident with its id, when the sender is told', async () => {
    const receiptId = world.newId();
    await outcomes.receipt(await recorded({ kind: 'form-rejected', reason: 'misdirected', receiptId }));
    const { messageId } = message;
    const openedAt = world.clock.now();
    expect(store.incidents).toEqual([{ incidentId: receiptId, messageId, side: 'sender', other: RECIPIENT, openedAt }]);
    await outcomes.receipt(await recorded({ kind: 'form-rejected', reason: 'incomplete' }));
    expect(store.incidents).toHaveLength(1);
  });

  it('is awaited from the release on, by type and ground, until it comes', async () => {
    await outcomes.decided(await exchange.decided(submitted));
    await outcomes.receipt(await recorded());
    const [released, received] = store.dues;
    expect(released?.set?.map(({ what }) => what)).toEqual(['technical', 'accepted']);
    expect(received).toMatchObject({ messageId: message.messageId, met: ['technical'] });
    expect(await store.open(SENDER, [message.messageId])).toMatchObject([{ what: 'accepted' }]);
  });

  it('may come before the decision and before an earlier one: nothing goes back', async () => {
    await outcomes.receipt(await recorded({ kind: 'accepted' }));
    await outcomes.receipt(await recorded());
    await outcomes.decided(await exchange.decided(submitted));
    await outcomes.receipt(await recorded({ kind: 'rejected', reason: 'expired' }));
    expect(await state()).toBe('acknowledged');
    expect(await kept()).toHaveLength(4);
  });

  it.each<[string, string, Partial<Receipt>, () => Signer]>([
    ['signed by a gateway that does not host its authority', 'receipt-key', {}, () => manifestKey('rattsvasendet')],
    [
      'of a gateway that does not host its authority',
      'receipt-key',
      { gateway: 'rattsvasendet' },
      () => manifestKey('rattsvasendet'),
    ],
    ["signed with its authority's own key", 'receipt-key', {}, () => documentKey()],
    [
      "signed with a key that says it was the gateway's witness key",
      'receipt-key',
      {},
      () => localSigner({ ...stranger, kid: world.keys.witnesses['myndigheterna']?.kid ?? '' }),
    ],
    ['signed by nobody that is known', 'receipt-key', {}, () => localSigner(stranger)],
    [
      'signed with a key that says it was another',
      'receipt-signature',
      {},
      () => localSigner({ ...stranger, kid: manifestKey('myndigheterna').kid }),
    ],
    [
      'of another authority of the same gateway',
      'receipt-binding',
      { by: 'skv/skatteverket' },
      () => manifestKey('myndigheterna'),
    ],
    ['for another ciphertext', 'receipt-binding', { jweSha256: 'A'.repeat(43) }, () => manifestKey('myndigheterna')],
    [
      'that refuses what asks for nothing',
      'receipt-binding',
      {
        kind: 'request-refused',
        reason: 'not-disclosed',
        refusedBy: { office: 'enhetschef', officer: 'A'.repeat(43), mandate: 'delegation' },
      },
      () => manifestKey('myndigheterna'),
    ],
    ['for another attempt', 'receipt-binding', { attempt: 2 }, () => manifestKey('myndigheterna')],
  ])('%s is not trusted: %s', async (_, code, change, signer) => {
    expect(await outcome(await recorded(change, signer()))).toBe(code);
    expect(await state()).toBe('accepted');
    expect(await kept()).toEqual([]);
  });

  it('is the one that the notice took into the log', async () => {
    const [told, other] = [await recorded(), await recorded({ kind: 'handled' })];
    expect(await outcome({ ...told, receipt: other.receipt })).toBe('notice-binding');
    const change = (notice: Notice): Notice => ({ ...notice, kind: 'quarantined' });
    const receipt = await signReceipt(manifestKey('myndigheterna'), receiptOf());
    expect(await outcome(await exchange.recorded(about(), receipt, undefined, { change }))).toBe('notice-binding');
    expect(await outcome({ ...told, proof: other.proof })).toBe('proof-invalid');
    expect(await outcome({ ...told, receipt: 'a.b.c' })).toBe('unreadable');
    expect(await state()).toBe('accepted');
  });

  it('finds its message also when the notice does not name the sender', async () => {
    const change = ({ sender: _, ...notice }: Notice): Notice => notice;
    const receipt = await signReceipt(manifestKey('myndigheterna'), receiptOf());
    await outcomes.receipt(await exchange.recorded(about(), receipt, undefined, { change }));
    expect(await state()).toBe('fetched');
  });

  it('of a message that was never sent from here changes nothing', async () => {
    const told = await exchange.recorded(
      { ...about(), messageId: elsewhere },
      await signReceipt(manifestKey('myndigheterna'), receiptOf({ messageId: elsewhere })),
    );
    expect(await outcomes.receipt(told)).toMatchObject({ outcome: 'unknown' });
  });

  describe('brings the diary number', () => {
    const accepted = async (holder: string, note: object, tamper = (text: string): string => text) => {
      const receipt = receiptOf({ kind: 'accepted' });
      const sealed = await sealTo(world.keys.sealings[holder] as PrivateKey, canonicalBytes(note), receipt);
      const signed = { ...receipt, sealedSha256: sha256Base64url(sealed) };
      const text = await signReceipt(manifestKey('myndigheterna'), signed);
      return exchange.recorded(about(), text, tamper(sealed));
    };
    const noteOf = async () => (await kept())[0]?.note;

    it('opened', async () => {
      await outcomes.receipt(await accepted(SENDER, { diaryNumber: 'FK 2026-00042' }));
      expect(await noteOf()).toEqual({ diaryNumber: 'FK 2026-00042' });
    });

    it.each<[string, () => Promise<ReceiptRecordedV1>]>([
      ['sealed to another', () => accepted('linkoping/socialnamnden', { diaryNumber: 'x' })],
      ['that is not the one signed for', () => accepted(SENDER, { diaryNumber: 'x' }, (text) => `${text}A`)],
      [
        'that somebody else sealed for the same receipt',
        async () => {
          const told = await accepted(SENDER, { diaryNumber: 'x' });
          const { receipt } = parseReceipt(told.receipt);
          const note = canonicalBytes({ diaryNumber: 'y' });
          return { ...told, sealed: await sealTo(world.keys.sealings[SENDER] as PrivateKey, note, receipt) };
        },
      ],
      ['that is too long to be one', () => accepted(SENDER, { diaryNumber: 'x'.repeat(65) })],
      ['that is none', () => accepted(SENDER, { note: 'x' })],
    ])('%s: it is left out and the receipt stands', async (_, make) => {
      expect(await outcomes.receipt(await make())).toMatchObject({ outcome: 'recorded' });
      expect(await noteOf()).toBeUndefined();
      expect(await state()).toBe('acknowledged');
    });
  });

  const documentKey = (): Signer => localSigner(world.keys.documents[RECIPIENT] as PrivateKey);
});

describe('a notice', () => {
  it.each<[Notice['kind'], string]>([
    ['expired', 'expired'],
    ['quarantined', 'quarantined'],
    ['discarded', 'discarded'],
  ])('%s: the message is %s', async (kind, expected) => {
    const {
      entry: notice,
      blind,
      proof,
    } = await exchange.notice({ kind, sender: SENDER, messageId: message.messageId });
    expect(await outcomes.notice({ notice, blind, proof })).toMatchObject({ kind, outcome: 'recorded' });
    expect(await state()).toBe(expected);
  });

  it('of a delivery that a gateway gave back: the message is released and in quarantine', async () => {
    const body = {
      kind: 'quarantined',
      sender: SENDER,
      messageId: message.messageId,
      reason: 'refused-by-gateway',
    } as const;
    const { entry: notice, blind, proof } = await exchange.notice(body);
    await outcomes.notice({ notice, blind, proof });
    expect(await state()).toBe('delivery-quarantined');
  });

  it('is not believed on its signature alone', async () => {
    const body = { kind: 'quarantined', sender: SENDER, messageId: message.messageId, reason: 'malformed' } as const;
    const { entry: notice } = await exchange.notice(body);
    expect(await outcomeOf(() => outcomes.notice({ notice, blind: '', proof: '' }))).toBe('proof-missing');
    expect(await state()).toBe('accepted');
  });

  it('does not come from anybody but the exchange', async () => {
    const body = { kind: 'discarded', sender: SENDER, messageId: message.messageId } as const;
    const { entry: notice, ...proven } = await exchange.notice(body, { signer: manifestKey('myndigheterna') });
    expect(await outcomeOf(() => outcomes.notice({ notice, ...proven }))).toBe('decision-key');
    expect(await state()).toBe('accepted');
  });

  it('about nothing that was sent from here changes nothing', async () => {
    const tell = async (body: Parameters<TestExchange['notice']>[0]) => {
      const { entry: notice, blind, proof } = await exchange.notice(body);
      return outcomes.notice({ notice, blind, proof });
    };
    expect(await tell({ kind: 'quarantined' })).toMatchObject({ outcome: 'unknown' });
    const held = { kind: 'quarantined', sender: 'linkoping/socialnamnden', reason: 'hold-key' } as const;
    expect(await tell(held)).toMatchObject({ outcome: 'unknown', authority: held.sender, reason: 'hold-key' });
    expect(await tell({ kind: 'discarded', messageId: elsewhere })).toMatchObject({ outcome: 'unknown' });
    const { messageId } = message;
    const foreign = { kind: 'discarded', messageId, sender: 'polis/polismyndigheten' } as const;
    expect(await tell(foreign)).toMatchObject({ outcome: 'unknown' });
    expect(await state()).toBe('accepted');
  });
});
