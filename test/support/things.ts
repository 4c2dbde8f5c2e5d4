import { randomUUID } from 'node:crypto';
import type { MessageView, SubmitReferralDto } from '#contracts';
import { messageIdOf } from '#envelope';
import { toldByTelephone } from '#testing';
import { bearer, call, json } from './http.js';
import type { Answer } from './http.js';
import { bodies, nameOf } from './routes.js';
import type { Route } from './routes.js';
import { eventually, example } from './stack.js';
import type { TestStack } from './stack.js';
import { subscriptionRequest } from './subscriptions.js';

const TRAVEL_MS = 30_000;
const PDF = Buffer.from('%PDF-1.7');
/** Listed for the stack that specs share; nobody listens there. */
export const NOBODY = 'http://127.0.0.1:9/';

/** Something that there is, and the authority that has it. */
export interface Thing {
  readonly owner: string;
  readonly id: string;
  /** That came with a delivery. */
  readonly attachmentId?: string;
  /** A message that a case can take. */
  readonly messageId?: string;
}
/** No party to anything below: one hosted together with its owner, one on the gateway of those who sent it. */
export const STRANGERS = ['uppsala/omsorgsnamnden', 'skv/skatteverket'] as const;

const BOARD = 'uppsala/socialnamnden';
const ASKED = 'helsingborg/socialnamnden';
const SUBSCRIBER = 'fk/forsakringskassan';

/** One thing of each kind that a published path names by its first word. */
export class Things {
  private readonly made = new Map<string, Promise<Thing>>();

  constructor(private readonly delge: TestStack) {}

  /** @param kind as paths have it: `cases` @throws {Error} when nothing is made of that kind */
  of(kind: string): Promise<Thing> {
    const [fresh, travelled] = [this.fresh[kind], this.travelled[kind]];
    if (fresh !== undefined) return fresh();
    if (travelled === undefined) throw new Error(`there is no ${kind} to be tried with`);
    return this.once(kind, travelled);
  }
  /** That the path of the route names. */
  at({ path }: Pick<Route, 'path'>): Promise<Thing> {
    return this.of(path.split('/')[2] ?? '');
  }

  /** A standing subscription to crime reports that the authority has granted. */
  subscription(owner: string): Promise<Thing> {
    return this.once(`subscription to ${owner}`, async () => {
      const id = await this.asked(owner, 'standing', randomUUID());
      await this.delge.sandbox.client(owner).subscriptions.answer(id, { answer: 'granted', office: 'enhetschef' });
      return { owner, id };
    });
  }
  /** A request for a subscription to crime reports. @returns its message id */
  asked(owner: string, scope: 'case' | 'standing', caseId: string): Promise<string> {
    const asked = { scope, messageTypes: ['crime-report'], function: 'kontroll' } as const;
    const referral = subscriptionRequest({ authority: owner, function: 'registrator' }, asked, caseId);
    return this.sent({ system: SUBSCRIBER, referral });
  }
  /** A request that was refused, as its asker knows by now. */
  refusedRequest(): Promise<Thing & { readonly asker: string }> {
    return this.once('refused request', async () => {
      const { system, referral } = example('07-');
      const id = await this.sent({ system, referral });
      const { asked, asker } = { asked: this.delge.sandbox.client(ASKED), asker: this.delge.sandbox.client(system) };
      await asked.requests.refuse(id, {
        ...{ reason: 'not-disclosed', office: 'enhetschef', officer: 'HBG-SN-0554', mandate: 'delegation' },
      });
      await eventually('the refusal', TRAVEL_MS, async () =>
        (await asker.requests.read(id)).state === 'refused' ? true : undefined,
      );
      return { owner: ASKED, id, asker: system };
    });
  }
  /** A file that no referral has brought yet. */
  async upload(owner: string): Promise<Thing> {
    const id = randomUUID();
    const file = { id, name: 'a.pdf', mediaType: 'application/pdf', length: PDF.length } as const;
    const malware = { finding: 'not-scanned' } as const;
    await this.delge.sandbox.client(owner).attach({ ...file, malware }, () => Promise.resolve(PDF));
    return { owner, id };
  }
  /** Sends it. @returns the id of its message, when it has been fetched */
  async sent({ system, referral }: { readonly system: string; readonly referral: SubmitReferralDto }): Promise<string> {
    await this.delge.sandbox.client(system).submit(referral);
    const [message] = (await this.delge.settled(system, referral.id, ['fetched'])) as [MessageView];
    return message.messageId;
  }

  private once<T extends Thing>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.made.get(name) ?? make();
    this.made.set(name, made);
    return made as Promise<T>;
  }

  /** Made by a call: another each time, so that what one route takes away is there for the next. */
  private readonly fresh: Readonly<Record<string, () => Promise<Thing>>> = {
    referrals: async () => {
      const { system, referral } = example('19-uppsala');
      await this.delge.sandbox.client(system).submit(referral);
      return { owner: system, id: referral.id };
    },
    'recorded-disclosures': async () => {
      const told = toldByTelephone(example('20-uppsala').referral, new Date(Date.now() - 60_000));
      return { owner: BOARD, id: (await this.delge.sandbox.client(BOARD).recordDisclosure(told)).id };
    },
    attachments: async () => {
      const id = randomUUID();
      const file = { id, name: 'a.txt', mediaType: 'text/plain', length: 1, malware: { finding: 'not-scanned' } };
      await askAs(this.delge, BOARD, 'POST', '/v1/attachments', file);
      return { owner: BOARD, id };
    },
    cases: async () => {
      const { system, referral } = example('19-uppsala');
      const client = this.delge.sandbox.client(system);
      await client.submit(referral);
      const id = randomUUID();
      await client.cases.put(id, { type: 'benefits', title: 'Prov' });
      return { owner: system, id, messageId: messageIdOf(system, referral.id, referral.to[0]?.authority ?? '') };
    },
    webhooks: async () => {
      const id = randomUUID();
      await this.delge.sandbox.client(BOARD).webhooks.put(id, NOBODY);
      return { owner: BOARD, id };
    },
    'standing-orders': async () => {
      const id = randomUUID();
      const order = { subscriber: SUBSCRIBER, scope: 'case', messageTypes: ['correction'], office: 'enhetschef' };
      await askAs(this.delge, BOARD, 'PUT', `/v1/standing-orders/${id}`, order);
      return { owner: BOARD, id };
    },
    'recorded-requests': async () => {
      const id = randomUUID();
      const { referral } = example('08-');
      await this.delge.sandbox.client(ASKED).requests.record({
        ...{ id, from: referral.to[0]?.authority ?? '', function: 'kontroll', person: 'Handläggare 2291' },
        ...{ identityCheck: 'call-back', channel: 'telephone', at: '2026-01-01T12:00:00Z' },
        ...{ asksFor: ['paid-financial-assistance'], office: 'bistandshandlaggare', officer: 'HBG-SN-0554' },
      });
      return { owner: ASKED, id };
    },
  };

  /** Made by a message: once. */
  private readonly travelled: Readonly<Record<string, () => Promise<Thing>>> = {
    deliveries: async () => {
      const { system, referral } = example('21-');
      const { id } = await this.upload(system);
      const attachments = [{ id, items: ['circumstances~benefit-case'] }];
      const messageId = await this.sent({ system, referral: { ...referral, attachments } });
      const owner = referral.to[0]?.authority ?? '';
      const delivery = await this.delge.sandbox.client(owner).delivery(messageId);
      return { owner, id: messageId, attachmentId: delivery.attachments?.[0]?.id ?? '' };
    },
    messages: () => this.of('deliveries'),
    'received-cases': async () => {
      const { owner, id } = await this.of('deliveries');
      return { owner, id: (await this.delge.sandbox.client(owner).delivery(id)).caseId };
    },
    requests: async () => ({ owner: ASKED, id: await this.sent(example('07-')) }),
    subscriptions: () => this.subscription(BOARD),
    incidents: async () => {
      const sent = example('21-');
      const owner = sent.referral.to[0]?.authority ?? '';
      const messageId = await this.sent(sent);
      const client = this.delge.sandbox.client(owner);
      await client.give(messageId, { kind: 'form-rejected', reason: 'misdirected' });
      const id = await eventually('the incident', TRAVEL_MS, async () => {
        const { items } = await client.incidents({ limit: '200', open: 'true' });
        return items.find((one) => one.messageId === messageId)?.id;
      });
      return { owner, id };
    },
  };
}

/** As the system of an authority, at its own gateway. */
export const askAs = async (
  delge: TestStack,
  authority: string,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const token = await delge.sandbox.client(authority).accessToken();
  const init = body === undefined ? { method, headers: bearer(token) } : json(body, token, method);
  return call(`${delge.sandbox.system(authority).gateway}${path}`, {
    ...init,
    headers: { ...init.headers, ...headers },
  });
};

/** At a route whose path names it, with what is published to be sent there. */
export const askAt = async (delge: TestStack, authority: string, route: Route, thing: Thing): Promise<Answer> => {
  const { method, path } = route;
  const inPath = path.replace('{id}', thing.id).replace('{attachmentId}', thing.attachmentId ?? randomUUID());
  const { messageId } = thing;
  const isAdded = messageId !== undefined && path.endsWith('/messages');
  if (method !== 'PATCH')
    return askAs(delge, authority, method, inPath, isAdded ? { messageId } : bodies[nameOf(route)]);
  const token = await delge.sandbox.client(authority).accessToken();
  const headers = { ...bearer(token), 'content-type': 'application/octet-stream', 'upload-offset': '0' };
  return call(`${delge.sandbox.system(authority).gateway}${inPath}`, { method, headers, body: 'x' });
};

/** Asked for as the thing is, and not there. */
export const nothing = (thing: Thing): Thing => ({ ...thing, id: randomUUID() });
