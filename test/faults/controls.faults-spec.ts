import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { broken } from '../support/history.js';
import { TestStack, eventually, permitted } from '../support/stack.js';
import { crashPoints, dieAt } from './crash-points.js';
import { giveBack } from './process-faults.js';
import { textOf } from './results.js';
import { Proxy } from './support/proxy.js';
import { RECIPIENT, SENDER, Traffic } from './traffic.js';
import { Verdict } from './verdict.js';

const [COUNT, PER_SECOND] = [12, 100];
const SETTLED_MS = 120_000;
const ROOT = process.env['DELGE_ROOT'] ?? process.cwd();
const [SENDERS, RECIPIENTS] = [`gateway-${SENDER.gateway}`, `gateway-${RECIPIENT.gateway}`];

jest.setTimeout(600_000);

/** Of one gateway's database: its inbox claims nothing, and a message may have two rows. */
const FORGETFUL = `
  ALTER TABLE gateway.delivery DROP CONSTRAINT delivery_pkey CASCADE;
  ALTER TABLE gateway.delivery_receipt DROP CONSTRAINT delivery_receipt_pkey CASCADE;
  CREATE FUNCTION gateway.forget() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.message_id := gen_random_uuid()::text; RETURN NEW; END $$;
  CREATE TRIGGER forgets BEFORE INSERT ON gateway.inbox FOR EACH ROW EXECUTE FUNCTION gateway.forget();`;

/** Starts a service without one protection. */
const without = (control: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(ROOT, 'dist/test/faults/controls', `${control}.js`)).href}`,
});
const point = (prefix: string, suffix: string): string => {
  const found = crashPoints().find((one) => one.startsWith(prefix) && one.endsWith(suffix));
  if (found === undefined) throw new Error(`no crash point ${prefix}…${suffix}`);
  return found;
};

describe('with a protection taken off, the history says which promise is broken', () => {
  let delge: TestStack;
  let traffic: Traffic;
  let proxy: Proxy;

  beforeAll(async () => {
    delge = await TestStack.own('controls', {}, [SENDER.authority, RECIPIENT.authority]);
    const { hostname, port } = new URL(delge.stack.broker.exchange);
    proxy = await Proxy.before({ host: hostname, port: Number(port) });
  });
  afterEach(async () => {
    traffic.close();
    const dead = delge.stack.services.filter((service) => !delge.stack.process(service).alive());
    await Promise.all([...new Set([...dead, ...bent])].map((service) => restart(service)));
    // What one control has broken is not the next one's; deliveries stay, since their gateway would ask for them again.
    await delge.sql(SENDER.gateway, `UPDATE gateway.message SET state = 'withdrawn' WHERE state = 'accepted'`);
  });
  afterAll(async () => {
    await proxy.close();
    await delge.end();
  });

  /** Services that run as one control alone wants them. */
  const bent = new Set<string>();
  const restart = async (service: string, variables: Readonly<Record<string, string>> = {}): Promise<void> => {
    if (Object.keys(variables).length > 0) bent.add(service);
    else bent.delete(service);
    const running = delge.stack.process(service);
    running.kill('SIGKILL');
    await running.ended;
    await giveBack(delge, service);
    await delge.stack.run(service, variables);
  };
  const count = async (database: string, text: string): Promise<number> => {
    const [row] = await delge.sql<{ count: string }>(database, text);
    return Number(row?.count);
  };
  /** One more referral arrives: what was on its way before it has arrived, or never will. */
  const probe = async (): Promise<void> => {
    const { referral } = permitted();
    await delge.sandbox.client(SENDER.authority).submit(referral);
    await delge.settled(SENDER.authority, referral.id, ['fetched'], SETTLED_MS);
  };
  const judged = async (control: string): Promise<readonly string[]> => {
    const verdict = new Verdict(delge, traffic);
    const found = await verdict.judged({ since: traffic.began });
    process.stderr.write(
      `${control}: ${textOf({ breaks: broken(found).join() || 'nothing', ...(await verdict.counts(found)) })}\n`,
    );
    return broken(found);
  };
  const hangingBroker = async (): Promise<void> => {
    proxy.set({ mode: 'swallow' });
    await traffic.submit(COUNT, PER_SECOND);
    proxy.set({ mode: 'refuse' });
    expect(proxy.reset()).toBeGreaterThan(0);
    proxy.set({ mode: 'pass' });
  };
  const throughProxy = (): Readonly<Record<string, string>> => {
    const url = new URL(delge.stack.broker.gateways.get(SENDER.gateway) ?? '');
    url.host = `${proxy.address.host}:${proxy.address.port}`;
    return { AMQP_URL: url.toString() };
  };

  it('loses nothing when the broker hangs and dies, as long as confirms are waited for', async () => {
    traffic = new Traffic(delge);
    await restart(SENDERS, throughProxy());
    await hangingBroker();
    await traffic.settled();
    expect(await judged('none')).toEqual([]);
  });

  it('I1: messages are lost when the relay does not wait for confirms', async () => {
    traffic = new Traffic(delge);
    await restart(SENDERS, { ...throughProxy(), ...without('confirms-off') });
    proxy.set({ mode: 'swallow' });
    await traffic.submit(COUNT, PER_SECOND);
    await eventually('all marked as published', SETTLED_MS, async () =>
      (await count(SENDER.gateway, `SELECT count(*) FROM gateway.outbox WHERE published_at IS NULL`)) === 0
        ? true
        : undefined,
    );
    proxy.set({ mode: 'refuse' });
    expect(proxy.reset()).toBeGreaterThan(0);
    proxy.set({ mode: 'pass' });
    await restart(SENDERS);
    await probe();
    expect(await judged('confirms off')).toEqual(['I1']);
  });

  it('I1: messages are lost when they are acknowledged before the commit', async () => {
    traffic = new Traffic(delge);
    const dying = { service: 'exchange', point: point('exchange.decide', 'before-commit'), cause: 'referral' } as const;
    const lead = (): Promise<void> => traffic.submit(COUNT, PER_SECOND);
    await dieAt(delge, dying, lead, without('ack-first'));
    await restart('exchange');
    await probe();
    expect(await judged('ack before commit')).toEqual(['I1']);
  });

  it('I3: documents are delivered before their entry is logged when nobody waits for the proof', async () => {
    traffic = new Traffic(delge);
    await Promise.all([SENDERS, RECIPIENTS].map((service) => restart(service, without('proof-unchecked'))));
    await restart('exchange', without('release-unproven'));
    const ledger = delge.stack.process('ledger');
    ledger.kill('SIGKILL');
    await ledger.ended;
    const deliveries = (): Promise<number> => count(RECIPIENT.gateway, `SELECT count(*) FROM gateway.delivery`);
    const before = await deliveries();
    await traffic.submit(COUNT, PER_SECOND);
    await eventually('delivered without a ledger', SETTLED_MS, async () =>
      (await deliveries()) >= before + COUNT ? true : undefined,
    );
    await delge.stack.run('ledger');
    await traffic.settled();
    await probe();
    expect(await judged('release without waiting')).toEqual(['I3']);
  });

  it('I2: a message has its effect twice when the recipient’s gateway forgets what it has received', async () => {
    traffic = new Traffic(delge);
    await delge.sql(RECIPIENT.gateway, FORGETFUL);
    const dying = { service: RECIPIENTS, point: point('gateway.receive', 'after-commit'), cause: 'referral' } as const;
    const lead = (): Promise<void> => traffic.submit(COUNT, PER_SECOND);
    await dieAt(delge, dying, lead, without('inbox-off'));
    await restart(RECIPIENTS, without('inbox-off'));
    await traffic.settled();
    await probe();
    expect(await judged('inbox off')).toEqual(['I2']);
  });
});
