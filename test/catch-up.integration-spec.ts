import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventLog } from '#platform';
import { MemoryReferralStore, MemoryRetractionStore, aGateway, aWorld, anExchange } from '#testing';
import type { TestExchange, TestGateway, World } from '#testing';
import { CatchUp } from '../apps/gateway/src/application/catch-up.js';
import type { ToldAgain, ToldItem } from '../apps/gateway/src/application/ports/catch-up.js';
import { RecordOutcome } from '../apps/gateway/src/application/record-outcome.js';
import { RebuildSent } from '../apps/gateway/src/application/rebuild-sent.js';
import { PostgresCatchUpStore } from '../apps/gateway/src/persistence/catch-up.store.js';
import { Outbox } from '../apps/gateway/src/persistence/outbox.js';
import { OwnDatabases } from './support/databases.js';
import { noRelay } from './support/no-relay.js';

jest.setTimeout(60_000);
const SENDER = 'linkoping/omsorgsnamnden';

describe('what the exchange told', () => {
  let world: World;
  let exchange: TestExchange;
  let gateway: TestGateway;
  let databases: OwnDatabases;
  let store: PostgresCatchUpStore;
  let outcomes: RecordOutcome;
  let catching: CatchUp;
  let told: (ToldItem & ToldAgain & { readonly body: { notice: string; blind: string; proof: string } })[];
  beforeAll(async () => {
    world = await aWorld();
    exchange = await anExchange(world);
    gateway = await aGateway(world, 'kommunerna');
    databases = await OwnDatabases.deploy('catch_up');
    const db = await databases.connect(databases.urls.gateways.get('kommunerna') ?? '', 'gateway');
    const { evidence, keys } = gateway;
    const { now } = world.clock;
    store = new PostgresCatchUpStore(db, keys, new Outbox('kommunerna', noRelay), world.newId);
    outcomes = new RecordOutcome(evidence, new MemoryReferralStore(), new MemoryRetractionStore(), keys, now, {
      held: () => Promise.resolve(true),
      noted: (entryId) => store.note(entryId),
    });
    const log = {
      list: (after: { readonly at: Date }) => Promise.resolve(told.filter(({ at }) => at >= after.at)),
      bodies: (asked: readonly ToldItem[]) => Promise.resolve(told.filter((one) => asked.includes(one))),
    };
    const handle = async ({ body }: ToldAgain) => {
      await outcomes.notice(body as never);
      return 'handled' as const;
    };
    const rebuilding = new RebuildSent(evidence, store, keys);
    catching = new CatchUp(log, store, rebuilding, handle, 1_000, new EventLog('test', 'silent'), now);
  });
  beforeEach(() => void (told = []));
  afterAll(() => databases.drop());

  const tell = async (body: Parameters<TestExchange['notice']>[0]) => {
    world.clock.advance(1_000);
    const entryId = randomUUID();
    const { entry: notice, blind, proof } = await exchange.notice(body, { change: (one) => ({ ...one, entryId }) });
    const sent = { notice, blind, proof };
    told.push({
      ...{ entryId, is: 'notice', type: 'notice.issued.v1', at: world.clock.now() },
      ...{ body: sent, octets: Buffer.from(JSON.stringify(sent)) },
    });
    return sent;
  };
  const hold = { kind: 'hold-recorded', sender: SENDER, recipient: 'fk/forsakringskassan' } as const;
  const kinds: readonly [string, Parameters<TestExchange['notice']>[0]][] = [
    ['a hold', { ...hold, statementSha256: 'A'.repeat(43) }],
    ['what names no message', { kind: 'quarantined', sender: SENDER, reason: 'hold-key' }],
  ];

  it.each(kinds)('by the broker is not missing: %s', async (_, body) => {
    await outcomes.notice(await tell(body));
    expect(await catching.execute()).toBe(0);
  });

  it.each([
    ...kinds,
    ['what names a message of which nothing is here', { kind: 'discarded', messageId: randomUUID() }],
  ] as const)('and was fetched is not missing at the next look: %s', async (_, body) => {
    await tell(body);
    expect(await catching.execute()).toBe(1);
    expect(await catching.execute()).toBe(0);
  });
});
