import { randomUUID } from 'node:crypto';
import { example, examples } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import type { Canaries } from '../support/canaries.js';
import { call, json } from '../support/http.js';
import type { Who, World } from './requests.js';

/** Listed for the gateways of the stack that specs share; nobody listens there. */
const HOOK = 'http://127.0.0.1:9/delge';

/** Where requests are made from: an authority and its gateway, and what it has there. */
export interface Seat {
  readonly gateway: string;
  /** Made anew, since requests use it up. */
  readonly world: () => Promise<World>;
  /** @returns value of `Authorization` */
  readonly token: (who: Who, dice: number) => Promise<string | undefined>;
}

const strangerOf = (delge: TestStack, authority: string): string => {
  const { authorities } = delge.directory;
  const gateway = authorities.find(({ id }) => id === authority)?.gateway;
  const other = authorities.find((one) => one.gateway === gateway && one.id !== authority);
  if (other === undefined) throw new Error(`nobody shares the gateway of ${authority}`);
  return other.id;
};

const tokens =
  (delge: TestStack, owner: string, elsewhere: string) =>
  async (who: Who, dice: number): Promise<string | undefined> => {
    if (who === 'nobody') return undefined;
    const good = await delge.sandbox.client(who === 'stranger' ? strangerOf(delge, owner) : owner).accessToken();
    if (who !== 'forged') return `Bearer ${good}`;
    const forged = [
      'Bearer',
      'Bearer x',
      `Basic ${Buffer.from('system:secret').toString('base64')}`,
      `Bearer ${good.slice(0, -6)}AAAAAA`,
      `Bearer ${good}.`,
      `Bearer ${good} ${good}`,
      `Bearer ${await delge.sandbox.client(elsewhere).accessToken()}`,
      `Bearer ${'x'.repeat(8_000)}`,
      `Bearer ' OR '1'='1`,
      `Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.${good.split('.')[1]}.`,
    ];
    return forged[dice % forged.length];
  };

/** Good bodies of what a sender and a recipient do. @param canaries stand in them where something personal may */
const bodies = (canaries: Canaries, event: string): World['examples'] => {
  const { referral } = canaries.marked();
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const others = examples().map((one) => one.referral);
  const assessments = (referral.assessments ?? []).map((one) => ({ ...one }));
  const item = { id: 'payment', dataCategory: 'benefit-case', about: 'subject', known: 'own-case', secrecy: ['26:1'] };
  const claims = {
    recipient: 'skv/skatteverket',
    on: '2025-12-01',
    type: 'notice-of-incorrect-payment/1',
    initiative: 'own',
    purpose: 'control-incorrect-payment',
    bases: [{ id: 'OSL-10-15a', point: '4' }],
    items: [item],
    facts: {},
    derived: { ageBand: '21-plus', deceased: false, protectedIdentity: 'none' },
  };
  const file = { mediaType: 'text/plain', length: 16, malware: { finding: 'not-scanned' } };
  const { body: assessed = {} } = example('19-uppsala').assessments?.[0] ?? {};
  return {
    'POST /v1/referrals': [referral, ...others],
    'POST /v1/disclosure-checks': [claims, { referral, on: '2026-11-20' }, ...others.map((one) => ({ referral: one }))],
    'POST /v1/referrals/{id}/assessments': [...assessments, assessed],
    'POST /v1/referrals/{id}/retraction': [{ reason: 'sent-twice' }],
    'POST /v1/referrals/{id}/given-another-way': [
      { recipient: referral.to[0]?.authority, how: 'telephone', office: 'lss-handlaggare', at },
    ],
    'POST /v1/attachments': [{ ...file, id: randomUUID(), name: `${canaries.at('file')}.txt` }],
    'POST /v1/deliveries/{id}/receipts': [
      { kind: 'accepted', diaryNumber: canaries.at('diary number') },
      { kind: 'handled' },
    ],
    'POST /v1/deliveries/{id}/acknowledgement': [{ code: 'not-used' }],
    'POST /v1/incidents/{id}/close': [{ code: 'not-required', at }],
    'POST /v1/events/acknowledgement': [{ through: event }],
    'POST /v1/logs/disclosure/openings': [{ from: '0', to: '2' }],
    'PUT /v1/webhooks/{id}': [
      { url: HOOK },
      { url: 'http://127.0.0.1:1/', after: event },
      { url: `https://${canaries.run}.example/` },
    ],
    'POST /v1/webhooks/{id}/replay': [{ since: at }, { event }],
    'POST /v1/webhooks/{id}/rotation': [{ overlap: true }, {}],
  };
};

/** The two ends of a referral. */
export const seats = (delge: TestStack, canaries: Canaries): readonly Seat[] => {
  const { system, recipient } = canaries.marked();
  const seat = (owner: string, other: string, ids: () => Promise<World['ids']>): Seat => ({
    gateway: delge.sandbox.system(owner).gateway,
    token: tokens(delge, owner, other),
    world: async () => {
      const { items } = await delge.sandbox.client(owner).events({ limit: '1' });
      return { ids: await ids(), examples: bodies(canaries, items[0]?.id ?? randomUUID()) };
    },
  });
  const sent = async (): Promise<string> => {
    const { referral } = canaries.marked();
    await delge.sandbox.client(system).submit(referral);
    const [message] = await delge.settled(system, referral.id, ['fetched', 'acknowledged']);
    return message?.messageId ?? '';
  };
  const senders = async (): Promise<World['ids']> => {
    const client = delge.sandbox.client(system);
    const [{ referral }, { referral: unassessed }] = [canaries.marked(), canaries.marked()];
    const { recipients } = await client.submit(referral);
    await client.submit({ ...unassessed, assessments: [] });
    const [token, { gateway }] = [await client.accessToken(), delge.sandbox.system(system)];
    const [upload, webhook] = [randomUUID(), randomUUID()];
    const file = {
      id: upload,
      name: 'a.txt',
      mediaType: 'text/plain',
      length: 16,
      malware: { finding: 'not-scanned' },
    };
    await call(`${gateway}/v1/attachments`, json(file, token));
    const registered = (await client.webhooks.list()).map(({ id }) => id);
    if (registered.length < 5) await call(`${gateway}/v1/webhooks/${webhook}`, json({ url: HOOK }, token, 'PUT'));
    return {
      referrals: [referral.id, unassessed.id],
      messages: recipients.map(({ messageId }) => messageId),
      attachments: [upload],
      webhooks: [webhook, ...registered],
    };
  };
  return [
    seat(system, recipient, senders),
    seat(recipient, system, async () => {
      const message = await sent();
      return { deliveries: [message], messages: [message] };
    }),
  ];
};

/** Ends the webhooks of the run: nothing more is sent. */
export const leave = async (delge: TestStack, canaries: Canaries): Promise<void> => {
  const { webhooks } = delge.sandbox.client(canaries.marked().system);
  for (const { id } of await webhooks.list()) await webhooks.remove(id);
};
