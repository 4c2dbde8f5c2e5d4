import { randomUUID } from 'node:crypto';
import type { DelgeClient } from '#client';
import type { RecordDisclosureDto, RecordRequestDto, SubmitReferralDto } from '#contracts';
import { messageIdOf } from '#envelope';
import { call, json } from '../support/http.js';
import type { Canaries } from '../support/canaries.js';
import { subscriptionRequest } from '../support/subscriptions.js';
import { eventually, example } from '../support/stack.js';
import type { TestStack } from '../support/stack.js';
import { HOOK, published } from './good-bodies.js';
import type { World } from './requests.js';

type Ids = World['ids'];
const TRAVEL_MS = 30_000;
const TRIES = 5;
const FILE = { name: 'a.txt', mediaType: 'text/plain', malware: { finding: 'not-scanned' } } as const;
const OCTETS = Buffer.from('sexton oktetter!');

/** What the two ends of a referral have: ids of every kind, of things in a state in which most can be done to them. */
export class Worlds {
  private readonly ends: { readonly system: string; readonly recipient: string };

  constructor(
    private readonly delge: TestStack,
    private readonly canaries: Canaries,
    /** Asks the recipient for subscriptions and information, and is none of those who try what is others'. */
    private readonly subscriber: string,
  ) {
    this.ends = canaries.marked();
  }

  async ofSender(): Promise<Ids> {
    const { system, recipient } = this.ends;
    const client = this.delge.sandbox.client(system);
    const [{ referral }, { referral: unassessed }] = [this.canaries.marked(), this.canaries.marked()];
    const [upload, begun] = [randomUUID(), randomUUID()];
    const { recipients } = await client.submit(referral);
    await client.submit({ ...unassessed, assessments: [] });
    await client.attach({ ...FILE, id: upload, length: OCTETS.length }, read(OCTETS));
    const [token, { gateway }] = [await client.accessToken(), this.delge.sandbox.system(system)];
    await call(`${gateway}/v1/attachments`, json({ ...FILE, id: begun, length: OCTETS.length }, token));
    const webhook = randomUUID();
    const registered = (await client.webhooks.list()).map(({ id }) => id);
    // Of webhooks there are so many requests a minute: chance may have had them.
    if (registered.length < 5) await call(`${gateway}/v1/webhooks/${webhook}`, json({ url: HOOK }, token, 'PUT'));
    const [record] = published('POST /v1/recorded-disclosures') as readonly [RecordDisclosureDto];
    const recorded = await client.recordDisclosure({ ...record, id: randomUUID(), caseId: randomUUID() });
    const [given, incident, own] = await Promise.all([
      this.givenAnotherWay(client),
      this.incident(client),
      this.ofEither(client, recipient),
    ]);
    return {
      ...own,
      referrals: [referral.id, unassessed.id, given],
      messages: recipients.map(({ messageId }) => messageId),
      attachments: [upload, begun],
      webhooks: [webhook, ...registered],
      'recorded-disclosures': [recorded.id],
      incidents: [incident],
      cases: [...(own['cases'] ?? []), referral.caseId],
    };
  }

  async ofRecipient(): Promise<Ids> {
    const { system, recipient } = this.ends;
    const client = this.delge.sandbox.client(recipient);
    const [{ referral }, attached] = [this.canaries.marked(), randomUUID()];
    await this.delge.sandbox.client(system).attach({ ...FILE, id: attached, length: OCTETS.length }, read(OCTETS));
    const [message, retracted, incident, asked, other, granted, request, own] = await Promise.all([
      this.arrived({ ...referral, attachments: [{ id: attached, items: [wordsOf(referral)] }] }),
      this.retracted(),
      this.incident(client),
      this.subscription(client),
      this.subscription(client),
      this.subscription(client),
      this.request(client),
      this.ofEither(client, system),
    ]);
    await client.subscriptions.answer(granted, { answer: 'granted', office: 'enhetschef' });
    // Under an id of its own: its sender's stays with its sender.
    const { attachments = [] } = await client.delivery(message);
    return {
      ...own,
      requests: [request, ...(own['requests'] ?? [])],
      deliveries: [message, retracted],
      messages: [message, retracted],
      attachmentId: attachments.map(({ id }) => id),
      'received-cases': [referral.caseId],
      incidents: [incident],
      subscriptions: [asked, other, granted],
    };
  }

  private async ofEither(client: DelgeClient, other: string): Promise<Ids> {
    const [caseId, order] = [randomUUID(), randomUUID()];
    await client.cases.put(caseId, { type: 'benefits', title: this.canaries.at('title of a case') });
    const of = { subscriber: other, scope: 'case', office: 'enhetschef' } as const;
    await client.subscriptions.putStandingOrder(order, { ...of, messageTypes: ['correction'] });
    const [request] = published('POST /v1/recorded-requests') as readonly [RecordRequestDto];
    const requests = [randomUUID(), randomUUID()];
    for (const id of requests) await client.requests.record({ ...request, id, from: other });
    return { cases: [caseId], 'standing-orders': [order], requests, 'recorded-requests': requests };
  }

  /** A message that is there. @returns its id */
  private async arrived(referral: SubmitReferralDto = this.canaries.marked().referral): Promise<string> {
    await this.delge.sandbox.client(this.ends.system).submit(referral);
    const [message] = await this.delge.settled(this.ends.system, referral.id, ['fetched', 'acknowledged']);
    if (message === undefined) throw new Error(`${referral.id} went to nobody`);
    return message.messageId;
  }

  /** A message that was taken back, as its recipient has heard. */
  private async retracted(): Promise<string> {
    const { system, recipient } = this.ends;
    const { referral } = this.canaries.marked();
    const message = await this.arrived(referral);
    await this.delge.sandbox.client(system).retract(referral.id, { reason: 'sent-twice' });
    return eventually(`${message} taken back`, TRAVEL_MS, async () => {
      const { retracted } = await this.delge.sandbox.client(recipient).delivery(message);
      return retracted === undefined ? undefined : message;
    });
  }

  /** Of a message that came to the wrong authority. @param client of either end */
  private async incident(client: DelgeClient): Promise<string> {
    const message = await this.arrived();
    await this.delge.sandbox
      .client(this.ends.recipient)
      .give(message, { kind: 'form-rejected', reason: 'misdirected' });
    return eventually(`the incident of ${message}`, TRAVEL_MS, async () => {
      for (let after: string | undefined; ;) {
        const { items, next } = await client.incidents({ limit: '200', ...(after === undefined ? {} : { after }) });
        const found = items.find(({ messageId }) => messageId === message);
        if (found !== undefined || items.length === 0) return found?.id;
        after = next;
      }
    });
  }

  /** Of a referral of which the sender said so before it was released. @returns its id, said or not */
  private async givenAnotherWay(client: DelgeClient): Promise<string> {
    const said = { recipient: this.ends.recipient, how: 'telephone', office: 'lss-handlaggare' } as const;
    for (let tried = 1; ; tried += 1) {
      const { referral } = this.canaries.marked();
      await client.submit(referral);
      const at = new Date(Date.now() - 60_000).toISOString();
      const isSaid = await client.givenAnotherWay(referral.id, { ...said, at }).then(
        () => true,
        () => false,
      );
      if (isSaid || tried === TRIES) return referral.id;
    }
  }

  /** Somebody else asks for what is in no case of anybody's. */
  private async request(client: DelgeClient): Promise<string> {
    const { referral } = example('07-');
    const to = { authority: this.ends.recipient, function: 'registrator' };
    const { bases, assessments } = subscriptionRequest(to, { scope: 'case', messageTypes: [], function: '' });
    const asked = { ...referral, to: [to], bases, ...(assessments === undefined ? {} : { assessments }) };
    await this.delge.sandbox.client(this.subscriber).submit(asked);
    const id = messageIdOf(this.subscriber, asked.id, this.ends.recipient);
    return eventually(`${id} asked`, TRAVEL_MS, () =>
      client.requests.read(id).then(
        () => id,
        () => undefined,
      ),
    );
  }

  /** Asked for, in a case of the owner's. */
  private async subscription(owner: DelgeClient): Promise<string> {
    const caseId = randomUUID();
    await owner.cases.put(caseId, { type: 'benefits' });
    const request = subscriptionRequest(
      { authority: this.ends.recipient, function: 'registrator' },
      { scope: 'case', messageTypes: ['crime-report'], function: 'brottsanmalan' },
      caseId,
    );
    await this.delge.sandbox.client(this.subscriber).submit(request);
    const id = messageIdOf(this.subscriber, request.id, this.ends.recipient);
    return eventually(`${id} asked for`, TRAVEL_MS, async () => {
      const { items } = await owner.subscriptions.list('received', { caseId });
      return items.find((one) => one.id === id)?.id;
    });
  }
}

const read =
  (octets: Buffer) =>
  (from: number, length: number): Promise<Uint8Array> =>
    Promise.resolve(octets.subarray(from, from + length));
/** Item of words that are in no field. */
const wordsOf = ({ declarations }: SubmitReferralDto): string => {
  const [[field, [category]] = ['', ['']]] = Object.entries(declarations?.freeText ?? {});
  return `${field}~${category}`;
};
