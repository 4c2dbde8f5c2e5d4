import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DelgeClient } from '#client';
import type { EventView, SubmitReferralDto } from '#contracts';
import { generateKey } from '#envelope';
import { registerSystem } from '../../tools/sandbox/systems.js';
import { readKey } from '../../tools/sandbox/keys.js';
import { TestStack, eventually, example } from '../support/stack.js';
import { undergo } from './fault.js';
import type { Fault } from './fault.js';
import { giveBack, killed } from './process-faults.js';
import { record } from './results.js';
import { QUICK } from './size.js';
import { PullSystem, StreamSystem, WebhookSystem } from './support/subscribers.js';
import type { Ailment, Subscriber } from './support/subscribers.js';
import { Traffic } from './traffic.js';

/** `npm run test:subscribers` sends 10,000. */
const DELIVERIES = Number(process.env['DELGE_DELIVERIES'] ?? (QUICK ? 300 : 1_000));
const PER_SECOND = QUICK ? 30 : 50;
const DELIVERIES_OF_CASE = 10;
/** How much longer it may take beside those that are ill: their second attempt alone comes after five seconds, and a silent one is waited for for twenty. */
const MOST_RATIO = QUICK ? 3 : 1.5;
/** Who had waited for a silent one would have taken longer. Few are told within it, and then a machine that is busy for a moment counts for much. */
const NOBODY_WAITED_MS = 15_000;
const PHASES = 3;
const WITHIN_MS = QUICK ? 60_000 : 1_800_000;
const HEAL_MS = 1_000;
const IN_HAND_MS = 60_000;

interface Recipient {
  readonly authority: string;
  readonly gateway: string;
  readonly sender: string;
  readonly example: string;
  readonly pulls: number;
  readonly streams: number;
  readonly webhooks: readonly Ailment[];
}
const to = (gateway: string, authority: string, sender: string, name: string, webhooks: readonly Ailment[]) => {
  const each = QUICK ? 3 : 8;
  return { gateway, authority, sender, example: name, pulls: each, streams: each, webhooks };
};
const ALL: readonly Ailment[] = [
  ...(['none', 'none', 'none'] as const),
  ...(['slow', 'slow', 'failing', 'forgetful', 'silent', 'dead'] as const),
];
/** A hundred systems, in short twenty: of each recipient a third by pull, by stream and by webhook. */
const RECIPIENTS: readonly Recipient[] = QUICK
  ? [
      to('myndigheterna', 'fk/forsakringskassan', 'linkoping/omsorgsnamnden', '01', [
        ...(['none', 'forgetful', 'slow', 'dead'] as const),
      ]),
      to('rattsvasendet', 'polis/polismyndigheten', 'helsingborg/tillstandsnamnden', '05', [
        ...(['none', 'failing', 'slow', 'silent'] as const),
      ]),
    ]
  : [
      to('myndigheterna', 'fk/forsakringskassan', 'linkoping/omsorgsnamnden', '01', ALL),
      to('myndigheterna', 'csn/csn', 'orebro/socialnamnden', '12', ALL),
      to('rattsvasendet', 'polis/polismyndigheten', 'helsingborg/tillstandsnamnden', '05', ALL),
      to('rattsvasendet', 'ebm/ekobrottsmyndigheten', 'helsingborg/tillstandsnamnden', '06', ALL),
    ];
const SHARE = Math.ceil(DELIVERIES / RECIPIENTS.length);
const SENDERS_GATEWAY = 'kommunerna';
const NAME = 'subscribers';

jest.setTimeout(2 * WITHIN_MS);

/** What holds up whoever has it, and nobody else. */
const isIll = (one: Subscriber): boolean => one instanceof WebhookSystem && one.ails !== 'none';
const isGone = (one: Subscriber): boolean => one instanceof WebhookSystem && ['silent', 'dead'].includes(one.ails);

describe(`${DELIVERIES} deliveries to systems that ask, follow and are told by webhook`, () => {
  let delge: TestStack;
  /** By recipient. */
  const subscribers = new Map<string, Subscriber[]>();
  const traffics = new Map<string, Traffic>();
  const all = (): readonly Subscriber[] => [...subscribers.values()].flat();

  /** Referrals to it, ten of a case. */
  const newReferral = ({ authority, example: name }: Recipient): (() => SubmitReferralDto) => {
    let [made, caseId] = [0, randomUUID() as string];
    return () => {
      if (made % DELIVERIES_OF_CASE === 0) caseId = randomUUID();
      made += 1;
      const { referral } = example(name);
      const assessments = (referral.assessments ?? []).filter(({ recipient }) => recipient === authority);
      const own = referral.to.filter((one) => one.authority === authority);
      return { ...referral, id: randomUUID(), caseId, to: own, assessments };
    };
  };
  /** Another system of the authority, on its administrator's word. */
  const newSystem = async (authority: string): Promise<DelgeClient> => {
    const { gateway } = delge.sandbox.system(authority);
    const { kid, privateJwk } = await generateKey('system');
    const system = randomUUID();
    const folder = join(delge.sandbox.dir, 'subscribers');
    mkdirSync(folder, { recursive: true });
    const keyFile = join(folder, `${system}.json`);
    writeFileSync(keyFile, JSON.stringify({ ...privateJwk, kid }), { mode: 0o600 });
    await registerSystem(delge.sandbox.dir, 'sandbox', { authority, system, keyFile, gateway });
    return new DelgeClient({ gateway, system, key: readKey(keyFile) });
  };

  beforeAll(async () => {
    const targets = new Map<string, string[]>();
    for (const { authority, gateway, webhooks } of RECIPIENTS) {
      const made: WebhookSystem[] = [];
      for (const ails of webhooks) made.push(await WebhookSystem.make(ails, Math.max(25, Math.ceil(SHARE / 10))));
      subscribers.set(authority, made);
      targets.set(gateway, [...(targets.get(gateway) ?? []), ...made.map(({ origin }) => origin)]);
    }
    const variables = Object.fromEntries(
      [...targets].map(([gateway, origins]) => [`gateway-${gateway}`, { WEBHOOK_TARGETS: origins.join() }]),
    );
    const parties = RECIPIENTS.flatMap(({ authority, sender }) => [authority, sender]);
    delge = await TestStack.own(NAME, variables, parties);
    for (const recipient of RECIPIENTS) {
      const { authority, gateway, sender, pulls, streams } = recipient;
      const from = { gateway: SENDERS_GATEWAY, authority: sender };
      traffics.set(authority, new Traffic(delge, from, { gateway, authority }, newReferral(recipient)));
      const own = subscribers.get(authority) ?? [];
      for (const one of own)
        if (one instanceof WebhookSystem) one.as(`${authority} ${one.ails}`, await newSystem(authority));
      for (let nth = 0; nth < pulls; nth += 1)
        own.push(new PullSystem(`${authority} pull ${nth}`, await newSystem(authority)));
      for (let nth = 0; nth < streams; nth += 1) {
        const url = delge.sandbox.system(authority).gateway;
        own.push(new StreamSystem(`${authority} stream ${nth}`, await newSystem(authority), url));
      }
      for (const one of own) await one.start();
    }
  });
  afterAll(async () => {
    for (const traffic of traffics.values()) traffic.close();
    await Promise.all(all().map((one) => one.stop()));
    await (delge as TestStack | undefined)?.end();
  });

  /** To each of them alike. */
  const send = async (count: number): Promise<void> => {
    const each = [...traffics.values()];
    await Promise.all(each.map((traffic) => traffic.submit(Math.ceil(count / each.length), PER_SECOND / each.length)));
    for (const traffic of each) await traffic.settled(WITHIN_MS);
  };
  /** As the gateway lists it, from the beginning. */
  const feedOf = async (authority: string): Promise<readonly EventView[]> => {
    const client = delge.sandbox.client(authority);
    const events: EventView[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await client.events({ limit: '200', ...(after === undefined ? {} : { after }) });
      events.push(...items);
      if (items.length === 0) return events;
      after = next;
    }
  };
  const haveAll = async (which: (one: Subscriber) => boolean): Promise<void> => {
    for (const [authority, own] of subscribers) {
      const { length } = await feedOf(authority);
      for (const one of own.filter(which))
        await eventually(`${one.name} has ${length}`, WITHIN_MS, async () =>
          one.journal.events.length >= length ? true : undefined,
        );
    }
  };
  /** A third of all. @returns how long it took until those that are well had it, in milliseconds */
  const told = async (): Promise<number> => {
    const began = performance.now();
    await send(DELIVERIES / PHASES);
    await haveAll((one) => !isIll(one));
    return Math.round(performance.now() - began);
  };

  it('F41: are told beside those that are slow, fail, are silent or dead as if there were none', async () => {
    const well = await told();
    await haveAll(() => true);
    const gone = all().filter(isGone);
    const before = gone.map(({ journal }) => journal.events.length);
    for (const one of all()) await one.fallIll();
    const ill = await told();
    // None of them waited for one of these.
    expect(gone.map(({ journal }) => journal.events.length)).toEqual(before);
    const { length } = all().filter(isIll);
    record('F41', {
      systems: all().length,
      'of them ill': length,
      deliveries: 2 * Math.ceil(DELIVERIES / PHASES),
      'all well': `${well} ms`,
      'beside those that are ill': `${ill} ms`,
    });
    expect(ill).toBeLessThan(Math.max(well * MOST_RATIO, NOBODY_WAITED_MS));
  });

  it('F41: are told while they and their gateways are killed and start again', async () => {
    for (const one of all()) one.restart();
    const sending = send(DELIVERIES / PHASES);
    for (const { gateway, authority } of RECIPIENTS) {
      const service = `gateway-${gateway}`;
      // While an event is on its way by webhook.
      const inHand = async (): Promise<true | undefined> => {
        // One that is too busy to answer is asked again.
        const [row] = await delge
          .sql(gateway, `SELECT FROM gateway.webhook WHERE authority = $1 AND leased_until > now()`, [authority])
          .catch(() => []);
        return row === undefined ? undefined : true;
      };
      const fault: Fault = killed(delge, service);
      const inject = async (): Promise<void> => {
        await eventually('a webhook in hand', IN_HAND_MS, inHand);
        await fault.inject();
      };
      await undergo({ ...fault, inject }, async () => {
        for (const one of subscribers.get(authority) ?? []) one.restart();
        // What is in hand of a process that is no more waits for its lease: a minute, for which a short run has no time.
        if (!QUICK) return;
        await giveBack(delge, service);
        await delge.sql(gateway, `UPDATE gateway.webhook SET leased_until = now() WHERE leased_until > now()`);
      });
    }
    await sending;
    await haveAll((one) => !isIll(one));
  });

  it('F41: have each event once and in the order of its case when those that were ill are well', async () => {
    const isWell = async (): Promise<true | undefined> => {
      for (const one of all().filter(isIll)) await one.heal();
      await delay(HEAL_MS);
      const feeds = await Promise.all([...subscribers.keys()].map(feedOf));
      return (
        [...subscribers.values()].every((own, nth) =>
          own.every(({ journal }) => journal.events.length >= (feeds[nth]?.length ?? 0)),
        ) || undefined
      );
    };
    await eventually('all have all', WITHIN_MS, isWell);
    let told = 0;
    let disordered = 0;
    for (const [authority, own] of subscribers) {
      const feed = await feedOf(authority);
      const ids = feed.map(({ id }) => id);
      const delivered = feed.flatMap(({ type, data }) => (type === 'delivery.received' ? (data.messageId ?? []) : []));
      expect(delivered.toSorted()).toEqual(traffics.get(authority)?.accepted.toSorted());
      disordered += outOfOrder(feed);
      for (const { name, journal } of own) {
        expect([name, journal.events.map(({ id }) => id)]).toEqual([name, ids]);
        expect([name, journal.effects.length, outOfOrder(journal.effects)]).toEqual([name, ids.length, 0]);
        told += journal.events.length;
      }
    }
    const webhooks = all().filter((one) => one instanceof WebhookSystem);
    expect(webhooks.filter(({ unsigned }) => unsigned > 0).map(({ name }) => name)).toEqual([]);
    const again = (way: Subscriber['way']): number =>
      all()
        .filter((one) => one.way === way)
        .reduce((sum, { journal }) => sum + journal.again, 0);
    record('F41', {
      told,
      'again by pull': again('pull'),
      'again by stream': again('stream'),
      'again by webhook': again('webhook'),
      'lost or twice': 0,
      'listed before a lower number of their case': disordered,
    });
    for (const way of ['pull', 'stream', 'webhook'] as const) expect([way, again(way) > 0]).toEqual([way, true]);
  });
});

/** How many deliveries are listed before one of a lower number of their case. */
const outOfOrder = (feed: readonly EventView[]): number => {
  const last = new Map<string, number>();
  let count = 0;
  for (const { data } of feed) {
    const { caseId = '', deliveryNumber = 0 } = data;
    if (deliveryNumber < (last.get(caseId) ?? 0)) count += 1;
    last.set(caseId, Math.max(deliveryNumber, last.get(caseId) ?? 0));
  }
  return count;
};
