import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseManifest, parseReceipt } from '#envelope';
import type { PrivateKey } from '#envelope';
import { parseMessageSubmittedV1, parseReceiptSignedV1 } from '#contracts';
import type { MessageSubmittedV1 } from '#contracts';
import { withKey } from '#keystore';
import {
  MemoryRetractionStore,
  MemoryDeliveryStore,
  MemoryReferralStore,
  aGateway,
  aWorld,
  anExchange,
  example,
  keyStore,
  publicJwk,
} from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import { MOST_ATTEMPTS } from '../domain/attempts.js';
import { erasedAt } from '../domain/errors.js';
import type { ReferralStore, StoredMessage } from './ports/referral.js';
import { ReadReferrals } from './read-referrals.js';
import { ReceiveDelivery } from './receive-delivery.js';
import { RecordOutcome } from './record-outcome.js';
import { SealAgain } from './seal-again.js';
import { SubmitReferral } from './submit-referral.js';

const SENDER = 'linkoping/omsorgsnamnden';
const RECIPIENT = 'fk/forsakringskassan';

let world: World;
let exchange: TestExchange;
let sender: TestGateway;
let store: MemoryReferralStore;
let outcomes: RecordOutcome;
let again: SealAgain;
let crashAt = '';
let first: MessageSubmittedV1;
let messageId: string;
let wakes = 0;

beforeEach(async () => {
  world = await aWorld();
  exchange = await anExchange(world);
  sender = await aGateway(world, 'kommunerna');
  store = new MemoryReferralStore();
  const { evaluate, sealing, evidence, keys, law } = sender;
  [wakes, crashAt] = [0, ''];
  const crash = (point: string): void => {
    if (point === crashAt) throw new Error('power loss');
  };
  outcomes = new RecordOutcome(evidence, store, new MemoryRetractionStore(), keys, world.clock.now, {
    awaiting: () => (wakes += 1),
  });
  again = new SealAgain(store, law, evaluate, sealing, () => keys.authorities, world.clock.now, crash);
  const taking = new SubmitReferral(store, evaluate, sealing, 1, world.newId, world.clock.now, () => undefined);
  const { system, referral } = example('01');
  await taking.submit(system, referral);
  first = last();
  messageId = parseManifest(first.manifest).manifest.messageId;
});

const last = (): MessageSubmittedV1 =>
  parseMessageSubmittedV1(
    store.outbox.findLast(({ type }) => type === 'message.submitted.v1')?.body ?? new Uint8Array(),
  );
const message = async (): Promise<StoredMessage> => (await store.findMessage(SENDER, messageId)) as StoredMessage;
const known = async (): Promise<void> => {
  await sender.follower.refresh();
  await exchange.follower.refresh();
};
const revoke = async (): Promise<void> => {
  await world.revoke((world.keys.sealings[RECIPIENT] as PrivateKey).kid, 'fk');
  await known();
};
/** The recipient's gateway with another sealing key, enrolled, and without the one it lost. */
const replaced = async (): Promise<TestGateway> => {
  const file = world.keys.files['myndigheterna']!;
  const lost = file.keys.filter(({ holder, use }) => holder !== RECIPIENT || use !== 'sealing');
  const { content, key } = await withKey({ ...file, keys: lost }, RECIPIENT, 'sealing', new Date(0));
  const made: PrivateKey = { ...key, privateJwk: content.keys.at(-1)!.jwk };
  const administrator = world.keys.administrators['fk']!;
  await world.state({ kind: 'key-added', holder: RECIPIENT, use: 'sealing', key: publicJwk(made) }, administrator);
  await known();
  return aGateway(world, 'myndigheterna', { keys: await keyStore('myndigheterna', content) });
};
const receiving = ({ verify, keys }: TestGateway, deliveries: MemoryDeliveryStore): ReceiveDelivery =>
  new ReceiveDelivery(verify, deliveries, keys, world.environment, world.newId, world.clock.now, () => undefined);
/** The newest receipt of the recipient's gateway, as the sender gets it. */
const recorded = async (deliveries: MemoryDeliveryStore) => {
  const { receipt } = parseReceiptSignedV1(deliveries.outbox.at(-1)?.body ?? new Uint8Array());
  const { attempt } = parseReceipt(receipt).receipt;
  return exchange.recorded({ messageId, attempt, sender: SENDER, recipient: RECIPIENT }, receipt);
};

describe('a message whose sealing key has ended on the way', () => {
  it('waits, and goes as the next attempt to the key that comes, once', async () => {
    await revoke();
    await outcomes.decided(await exchange.decided(first));
    expect((await message()).state).toBe('awaiting-key');
    expect(wakes).toBe(1);
    expect(await again.execute()).toEqual([]);
    const recipient = await replaced();
    expect(await again.execute()).toEqual([{ authority: SENDER, messageId, attempt: 2, outcome: 'sealed' }]);
    expect(await again.execute()).toEqual([]);
    const second = last();
    expect(parseManifest(second.manifest).manifest).toMatchObject({ messageId, attempt: 2, sender: SENDER });
    expect(await message()).toMatchObject({ state: 'accepted', attempt: 2, earlier: [{ attempt: 1 }] });
    const deliveries = new MemoryDeliveryStore();
    const receive = receiving(recipient, deliveries);
    expect(await receive.execute(await exchange.release(second))).toMatchObject({ outcome: 'received' });
    await outcomes.decided(await exchange.decided(second));
    await outcomes.receipt(await recorded(deliveries));
    expect((await message()).state).toBe('fetched');
    expect(store.outbox.filter(({ type }) => type === 'message.submitted.v1')).toHaveLength(2);
  });

  it('shows what was said of each attempt', async () => {
    await revoke();
    const told = await exchange.decided(first);
    await outcomes.decided(told);
    await replaced();
    await again.execute();
    const reading = new ReadReferrals(store, store, new MemoryRetractionStore(), world.clock.now);
    const before = (await reading.read(SENDER, example('01').referral.id)).recipients[0];
    expect(before).toMatchObject({ attempt: 2, earlier: [{ attempt: 1, decision: { entry: told.decision } }] });
    expect(before?.decision).toBeUndefined();
    const second = await exchange.decided(last());
    await outcomes.decided(second);
    const after = (await reading.read(SENDER, example('01').referral.id)).recipients[0];
    expect(after?.decision?.entry).toBe(second.decision);
  });

  it('is not moved by what is said late of an earlier attempt, nor by what is forged of one', async () => {
    await revoke();
    const told = await exchange.decided(first);
    await outcomes.decided(told);
    await replaced();
    await again.execute();
    expect(await outcomes.decided(told)).toMatchObject({ outcome: 'recorded' });
    expect(await message()).toMatchObject({ state: 'accepted', attempt: 2 });
    const forged = await exchange.decided(first, { change: (said) => ({ ...said, jweSha256: 'A'.repeat(43) }) });
    await expect(outcomes.decided(forged)).rejects.toThrow('decision-binding');
  });

  it('is sealed again once, however often the gateway dies over it', async () => {
    await revoke();
    await outcomes.decided(await exchange.decided(first));
    await replaced();
    for (const at of ['gateway.seal-again.before-commit', 'gateway.seal-again.after-commit']) {
      crashAt = at;
      await expect(again.execute()).rejects.toThrow('power loss');
    }
    crashAt = '';
    expect(await again.execute()).toEqual([]);
    expect(await message()).toMatchObject({ state: 'accepted', attempt: 2 });
  });

  it('is not kept from it by another that cannot be sealed', async () => {
    await revoke();
    await outcomes.decided(await exchange.decided(first));
    await replaced();
    const stopped = world.newId();
    const { keys, law, evaluate, sealing } = sender;
    const before: ReferralStore = Object.create(store, {
      awaitingKey: {
        value: async (authority: string) => [
          { referralId: stopped, messageId: stopped },
          ...(await store.awaitingKey(authority)),
        ],
      },
      find: {
        value: (authority: string, id: string) => {
          if (id === stopped) throw erasedAt(world.clock.now());
          return store.find(authority, id);
        },
      },
    }) as ReferralStore;
    const { now } = world.clock;
    const behind = new SealAgain(
      before,
      law,
      evaluate,
      sealing,
      () => keys.authorities,
      now,
      () => undefined,
    );
    const done = await behind.execute();
    expect(done).toContainEqual({ authority: SENDER, messageId: stopped, outcome: 'waits', code: 'ERASED' });
    expect(done).toContainEqual({ authority: SENDER, messageId, attempt: 2, outcome: 'sealed' });
  });

  it('ends as refused, and is reported, when the law stands in the way today', async () => {
    await revoke();
    await outcomes.decided(await exchange.decided(first));
    await replaced();
    // Before the provision that it stands on came into force.
    world.clock.set('2019-12-30T08:00:00.000Z');
    expect(await again.execute()).toMatchObject([{ messageId, outcome: 'refused' }]);
    expect((await message()).state).toBe('refused');
    expect(store.refusals).toMatchObject([{ messageId, recipient: RECIPIENT }]);
    expect(store.outbox.at(-1)?.type).toBe('refusal.reported.v1');
  });

  it('is refused for good when anything else stood in the way too', async () => {
    await revoke();
    await world.revoke((world.keys.documents[SENDER] as PrivateKey).kid, 'linkoping');
    await known();
    await outcomes.decided(await exchange.decided(first));
    expect((await message()).state).toBe('refused');
  });
});

describe('a message that its recipient cannot open for a lost key', () => {
  const rejected = async (): Promise<{ readonly recipient: TestGateway; readonly deliveries: MemoryDeliveryStore }> => {
    const released = await exchange.release(first);
    const recipient = await replaced();
    const deliveries = new MemoryDeliveryStore();
    const outcome = await receiving(recipient, deliveries).execute(released);
    expect(outcome).toMatchObject({ outcome: 'rejected', reason: 'seal-not-openable' });
    await outcomes.receipt(await recorded(deliveries));
    return { recipient, deliveries };
  };

  it('goes as the next attempt to another key, although the lost one is live still', async () => {
    const { recipient, deliveries } = await rejected();
    expect((await message()).state).toBe('awaiting-key');
    expect(await again.execute()).toMatchObject([{ attempt: 2, outcome: 'sealed' }]);
    const receive = receiving(recipient, deliveries);
    const second = await exchange.release(last());
    expect(await receive.execute(second)).toMatchObject({ outcome: 'received' });
    expect(await deliveries.find(RECIPIENT, messageId)).toMatchObject({ attempt: 2 });
    const given = deliveries.outbox.length;
    // An exchange that brings the first again, by its own decision or a new one, changes nothing and is answered nothing.
    for (const replay of [await exchange.release(first), second])
      expect(await receive.execute(replay)).toMatchObject({ outcome: 'known' });
    expect(deliveries.outbox).toHaveLength(given);
    expect(deliveries.deliveries.size).toBe(1);
  });

  it('is told of once the first arrived after all', async () => {
    await rejected();
    await again.execute();
    const lucky = new MemoryDeliveryStore();
    await receiving(await aGateway(world, 'myndigheterna'), lucky).execute(await exchange.release(first));
    await outcomes.receipt(await recorded(lucky));
    expect((await message()).state).toBe('fetched');
  });

  it('is given up after a number of attempts', async () => {
    let submitted = first;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const released = await exchange.release(submitted);
      const deliveries = new MemoryDeliveryStore();
      const without = await replaced();
      await receiving(without, deliveries).execute(released);
      await outcomes.receipt(await recorded(deliveries));
      await again.execute();
      submitted = last();
    }
    expect(await message()).toMatchObject({ state: 'rejected', attempt: MOST_ATTEMPTS });
    expect(await again.execute()).toEqual([]);
  });
});
