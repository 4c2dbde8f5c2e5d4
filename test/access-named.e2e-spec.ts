import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SubmitReferralDto } from '#contracts';
import { toldByTelephone } from '#testing';
import { randomUUID } from 'node:crypto';
import { bearer } from './support/http.js';
import { listsWithPlaces, namedIds } from './support/routes.js';
import { TestStack, example } from './support/stack.js';
import { NOBODY, STRANGERS, Things, askAs } from './support/things.js';
import type { Thing } from './support/things.js';

jest.setTimeout(60_000);

let delge: TestStack;
let things: Things;
/** Of each authority one, to name things of others at. */
const own = new Map<string, string>();
beforeAll(async () => {
  delge = await TestStack.shared();
  things = new Things(delge);
});
afterAll(async () => {
  for (const [key, id] of own) {
    const [kind, authority = ''] = key.split(' ');
    if (kind === 'webhook') await delge.sandbox.client(authority).webhooks.remove(id);
  }
});
const ownOf = async (kind: string, authority: string, make: (id: string) => Promise<unknown>): Promise<string> => {
  const id = own.get(`${kind} ${authority}`) ?? randomUUID();
  if (!own.has(`${kind} ${authority}`)) await make(id);
  own.set(`${kind} ${authority}`, id);
  return id;
};
const caseOf = (authority: string): Promise<string> =>
  ownOf('case', authority, (id) => delge.sandbox.client(authority).cases.put(id, { type: 'benefits' }));
const webhookOf = (authority: string): Promise<string> =>
  ownOf('webhook', authority, (id) => delge.sandbox.client(authority).webhooks.put(id, NOBODY));

/** An event of whoever received the delivery. */
const event = async (): Promise<Thing> => {
  const { owner, id } = await things.of('deliveries');
  const since = new Date(Date.now() - 600_000).toISOString();
  const { items } = await delge.sandbox.client(owner).events({ since, limit: '200' });
  const found = items.find(({ data }) => data.messageId === id);
  if (found === undefined) throw new Error('nothing was told of the delivery');
  return { owner, id: found.id };
};
/** Sent to the police by the board. */
const crimeReport = async (): Promise<Thing & { readonly caseId: string }> => {
  const sent = example('20-uppsala');
  await things.sent(sent);
  return { owner: sent.system, id: sent.referral.id, caseId: sent.referral.caseId };
};
const answering = (requestId: string): SubmitReferralDto => ({ ...example('08-').referral, requestId });
const attaching = (id: string): SubmitReferralDto => ({
  ...example('20-uppsala').referral,
  attachments: [{ id, items: ['circumstances~crime-suspicion'] }],
});
const correcting = (corrects: string): SubmitReferralDto => {
  const { referral } = example('32-');
  return { ...referral, content: { ...referral.content, corrects } };
};
const since = (): string => new Date(Date.now() - 3_600_000).toISOString();

/** What an id is of, and what one asks that names it. */
interface Row {
  readonly thing: () => Promise<Thing>;
  readonly ask: (authority: string, id: string) => Promise<string>;
}
/** The answer, without ids that follow from what is another each time. */
const shown = async (authority: string, method: string, path: string, body?: object): Promise<string> => {
  const { status, text } = await askAs(delge, authority, method, path, body);
  return `${status} ${text.replaceAll(/"(?:id|caseId|messageId|refusalId)":"[^"]*"/g, '')}`;
};
const check = (authority: string, referral: object): Promise<string> =>
  shown(authority, 'POST', '/v1/disclosure-checks', { referral });

const rows: Readonly<Record<string, Row>> = {
  'POST /v1/cases/{id}/messages messageId': {
    thing: () => things.of('deliveries'),
    ask: async (as, messageId) => shown(as, 'POST', `/v1/cases/${await caseOf(as)}/messages`, { messageId }),
  },
  'POST /v1/cases/{id}/messages referralId': {
    thing: crimeReport,
    ask: async (as, referralId) => shown(as, 'POST', `/v1/cases/${await caseOf(as)}/messages`, { referralId }),
  },
  'GET /v1/cases/{id}/timeline after': {
    thing: event,
    ask: async (as, after) => shown(as, 'GET', `/v1/cases/${await caseOf(as)}/timeline?after=${after}`),
  },
  'POST /v1/subscriptions/{id}/backfill referralIds': {
    thing: crimeReport,
    ask: async (as, id) => {
      const { id: subscription } = await things.subscription(as);
      return shown(as, 'POST', `/v1/subscriptions/${subscription}/backfill`, { referralIds: [id] });
    },
  },
  'PUT /v1/webhooks/{id} after': {
    thing: event,
    ask: async (as, after) => shown(as, 'PUT', `/v1/webhooks/${await webhookOf(as)}`, { url: NOBODY, after }),
  },
  'POST /v1/webhooks/{id}/replay event': {
    thing: event,
    ask: async (as, id) => shown(as, 'POST', `/v1/webhooks/${await webhookOf(as)}/replay`, { event: id }),
  },
  'POST /v1/webhooks/{id}/replay after': {
    thing: event,
    ask: async (as, after) =>
      shown(as, 'POST', `/v1/webhooks/${await webhookOf(as)}/replay`, { since: since(), after }),
  },
  'POST /v1/events/acknowledgement through': {
    thing: event,
    ask: (as, through) => shown(as, 'POST', '/v1/events/acknowledgement', { through }),
  },
  'GET /v1/events after': {
    thing: event,
    ask: (as, after) => shown(as, 'GET', `/v1/events?after=${after}&limit=1`),
  },
  'GET /v1/events/stream Last-Event-ID': {
    thing: event,
    ask: async (as, id) => {
      const headers = { ...bearer(await delge.sandbox.client(as).accessToken()), 'last-event-id': id };
      const response = await fetch(`${delge.sandbox.system(as).gateway}/v1/events/stream`, { headers });
      await response.body?.cancel();
      return `${response.status} ${response.headers.get('content-type')}`;
    },
  },
  'GET /v1/access-log messageId': {
    thing: () => things.of('deliveries'),
    ask: (as, id) => shown(as, 'GET', `/v1/access-log?messageId=${id}`),
  },
  'GET /v1/access-log referralId': {
    thing: async () => {
      const referral = await things.of('referrals');
      await delge.sandbox.client(referral.owner).referral(referral.id);
      return referral;
    },
    ask: (as, id) => shown(as, 'GET', `/v1/access-log?referralId=${id}`),
  },
  'GET /v1/access-log system': {
    thing: async () => {
      const { owner } = await things.of('deliveries');
      return { owner, id: delge.sandbox.system(owner).system };
    },
    ask: (as, id) => shown(as, 'GET', `/v1/access-log?system=${id}`),
  },
  'GET /v1/deliveries caseId': {
    thing: () => things.of('received-cases'),
    ask: (as, id) => shown(as, 'GET', `/v1/deliveries?caseId=${id}`),
  },
  'GET /v1/subscriptions caseId': {
    thing: async () => {
      const id = randomUUID();
      await things.asked('uppsala/socialnamnden', 'case', id);
      return { owner: 'uppsala/socialnamnden', id };
    },
    ask: (as, id) => shown(as, 'GET', `/v1/subscriptions?direction=received&caseId=${id}`),
  },
  'POST /v1/disclosure-checks requestId': {
    thing: () => things.of('requests'),
    ask: (as, requestId) =>
      shown(as, 'POST', '/v1/disclosure-checks', {
        ...{ recipient: 'pens/pensionsmyndigheten', type: 'answer/1', initiative: 'request', requestId },
        ...{ purpose: 'control-incorrect-payment' },
        items: [{ id: 'answer', dataCategory: 'benefit-case', about: 'subject', known: 'own-case', secrecy: ['26:1'] }],
      }),
  },
  'POST /v1/disclosure-checks referral.requestId': {
    thing: () => things.of('requests'),
    ask: (as, id) => check(as, answering(id)),
  },
  'POST /v1/disclosure-checks referral.content.request': {
    thing: async () => {
      const { asker, id } = await things.refusedRequest();
      return { owner: asker, id };
    },
    ask: (as, request) => {
      const { referral } = example('07-');
      return check(as, { ...referral, type: 'decision-demand/1', content: { request }, declarations: {} });
    },
  },
  'POST /v1/referrals requestId': {
    thing: () => things.of('requests'),
    ask: (as, id) => shown(as, 'POST', '/v1/referrals', answering(id)),
  },
  'POST /v1/referrals attachments[].id': {
    thing: () => things.upload('uppsala/socialnamnden'),
    ask: (as, id) => shown(as, 'POST', '/v1/referrals', attaching(id)),
  },
  'POST /v1/referrals content.corrects': {
    thing: async () => {
      const sent = example('01-linkoping');
      return { owner: sent.system, id: await things.sent(sent) };
    },
    ask: (as, corrects) => shown(as, 'POST', '/v1/referrals', correcting(corrects)),
  },
  'POST /v1/recorded-disclosures requestId': {
    thing: () => things.of('requests'),
    ask: (as, requestId) => {
      const told = toldByTelephone(example('20-uppsala').referral, new Date(Date.now() - 60_000));
      return shown(as, 'POST', '/v1/recorded-disclosures', {
        ...{ ...told, recipient: 'pens/pensionsmyndigheten', initiative: 'request', requestId },
        ...{ id: randomUUID(), caseId: randomUUID() },
      });
    },
  },
};

const CHOSEN = 'chosen by the caller, for what is its own (access.e2e-spec.ts)';
const OF_THE_LAW =
  'stands in the `keys` log, which all read; whose it is a gateway of its parties alone is told (access-operator.e2e-spec.ts)';
const IN_A_DRY_RUN = 'a dry run looks at no file';
const JUDGED_ALIKE = 'looked up as `POST /v1/disclosure-checks` looks it up';
/** Of which there is no row, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'POST /v1/attachments id': CHOSEN,
  'POST /v1/recorded-disclosures id': CHOSEN,
  'POST /v1/recorded-disclosures caseId': CHOSEN,
  'POST /v1/recorded-requests id': CHOSEN,
  'POST /v1/referrals id': CHOSEN,
  'POST /v1/referrals caseId': CHOSEN,
  'POST /v1/referrals/{id}/corrections id': CHOSEN,
  'POST /v1/disclosure-checks referral.id': CHOSEN,
  'POST /v1/disclosure-checks referral.caseId': CHOSEN,
  'POST /v1/cases/{id}/links caseId': 'kept as it is said',
  'POST /v1/disclosure-checks cooperationDecision': OF_THE_LAW,
  'POST /v1/disclosure-checks referral.cooperationDecision': OF_THE_LAW,
  'POST /v1/recorded-disclosures cooperationDecision': OF_THE_LAW,
  'POST /v1/referrals cooperationDecision': OF_THE_LAW,
  'POST /v1/referrals/{id}/corrections cooperationDecision': OF_THE_LAW,
  'POST /v1/cases/{id}/sheet referral.cooperationDecision': OF_THE_LAW,
  'POST /v1/disclosure-checks referral.attachments[].id': IN_A_DRY_RUN,
  'POST /v1/cases/{id}/sheet referral.attachments[].id': IN_A_DRY_RUN,
  'POST /v1/cases/{id}/sheet referral.requestId': JUDGED_ALIKE,
  'POST /v1/referrals/{id}/corrections requestId': JUDGED_ALIKE,
};

it('each id that a published body, query or header names has a row here, or a reason to have none', () => {
  const told = [...Object.keys(rows), ...Object.keys(WITHOUT)];
  expect(namedIds().filter((name) => !told.includes(name))).toEqual([]);
  expect(Object.keys(WITHOUT).filter((name) => !namedIds().includes(name))).toEqual([]);
});

describe('what another authority has is no more than what does not exist', () => {
  it.each(Object.entries(rows))('when it is named at %s', async (_, { thing, ask }) => {
    const { owner, id } = await thing();
    const answer = async (as: string, named: string): Promise<string> =>
      (await ask(as, named)).replaceAll(named, '<named>');
    for (const stranger of STRANGERS)
      expect([stranger, await answer(stranger, id)]).toEqual([stranger, await answer(stranger, randomUUID())]);
    // To its owner it does exist there.
    expect(await answer(owner, id)).not.toBe(await answer(owner, randomUUID()));
  });
});

describe('a place in what another authority has is no place in one’s own', () => {
  /** Whose each list is gone through, and how what stands in it comes to be there; undefined: of another list of its. */
  const lists: Readonly<Record<string, readonly [owner: string, query: string, make?: () => Promise<unknown>]>> = {
    '/v1/access-log': ['sodertalje/socialnamnden', '', () => things.of('deliveries')],
    '/v1/cases': ['uppsala/socialnamnden', '', () => things.of('cases')],
    '/v1/deliveries': ['sodertalje/socialnamnden', '', () => things.of('deliveries')],
    '/v1/held': ['uppsala/socialnamnden', ''],
    '/v1/incidents': ['sodertalje/socialnamnden', '', () => things.of('incidents')],
    '/v1/recorded-disclosures': ['uppsala/socialnamnden', '', () => things.of('recorded-disclosures')],
    '/v1/referrals': ['uppsala/socialnamnden', '', () => things.of('referrals')],
    '/v1/requests': ['helsingborg/socialnamnden', 'direction=received', () => things.of('requests')],
    '/v1/subscriptions': ['uppsala/socialnamnden', 'direction=received', () => things.of('subscriptions')],
    '/v1/waiting': ['uppsala/socialnamnden', ''],
  };
  const page = async (as: string, path: string, query: string, after?: string) => {
    const { text } = await askAs(delge, as, 'GET', `${path}?${query}${after === undefined ? '' : `&after=${after}`}`);
    return JSON.parse(text) as { readonly items: readonly unknown[]; readonly next?: string };
  };

  it('at every list that has places', () => {
    expect(Object.keys(lists)).toEqual([...listsWithPlaces].sort());
  });

  it.each(Object.entries(lists))('at %s', async (path, [owner, query, make]) => {
    await make?.();
    const from = make === undefined ? '/v1/referrals' : path;
    const { items, next = '' } = await page(owner, from, `${query}&limit=1`);
    expect(items).toHaveLength(1);
    expect((await page(owner, from, `${query}&limit=1`, next)).items).not.toEqual(items);
    const [at, nth] = next.split('.').map(BigInt) as [bigint, bigint];
    for (const stranger of STRANGERS) {
      const pages = await Promise.all(
        [nth - 1n, nth, nth + 1n].map((one) => page(stranger, path, query, `${at}.${one}`)),
      );
      // What is after it, before it, and at it is the same: it is not there.
      for (const one of pages) expect(one.items).toEqual(pages[0]?.items);
    }
  });
});
