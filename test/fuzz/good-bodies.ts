import { randomUUID } from 'node:crypto';
import type { SubmitReferralDto } from '#contracts';
import type { Canaries } from '../support/canaries.js';
import { example, examples } from '../support/stack.js';
import { OPERATIONS } from './api.js';
import type { World } from './requests.js';

/** Listed for the gateways of the stack that specs share; nobody listens there. */
export const HOOK = 'http://127.0.0.1:9/delge';

/** What there is to name in a body. */
export interface Named {
  /** The other end. */
  readonly other: string;
  readonly event: string;
  readonly ids: World['ids'];
}

/** Good bodies of what a sender and a recipient do. @param canaries stand in them where something personal may */
const bodies = (canaries: Canaries, { other, event, ids }: Named): World['examples'] => {
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
  const recorded = published('POST /v1/recorded-requests')[0];
  return {
    'POST /v1/referrals': [referral, ...others],
    'POST /v1/disclosure-checks': [claims, { referral, on: '2026-11-20' }, ...others.map((one) => ({ referral: one }))],
    'POST /v1/referrals/{id}/assessments': [...assessments, assessed],
    'POST /v1/referrals/{id}/retraction': [{ reason: 'sent-twice' }],
    'POST /v1/referrals/{id}/given-another-way': [
      { recipient: referral.to[0]?.authority, how: 'telephone', office: 'lss-handlaggare', at },
    ],
    'POST /v1/attachments': [{ ...file, id: randomUUID(), name: `${canaries.at('file')}.txt` }],
    'PUT /v1/cases/{id}': [{ type: 'personal-assistance', title: canaries.at('title of a case') }],
    'POST /v1/cases/{id}/messages': (ids['messages'] ?? []).map((messageId) => ({ messageId })),
    'POST /v1/cases/{id}/links': [{ authority: other, caseId: randomUUID() }],
    'POST /v1/cases/{id}/sheet': [{ referral: unaddressed(referral) }],
    'POST /v1/deliveries/{id}/receipts': [
      { kind: 'accepted', diaryNumber: canaries.at('diary number') },
      { kind: 'handled' },
    ],
    'PUT /v1/deliveries/{id}/handling': [
      { status: 'received' },
      { status: 'accepted', diaryNumber: canaries.at('diary number') },
    ],
    'POST /v1/deliveries/{id}/acknowledgement': [{ code: 'not-used' }],
    'POST /v1/incidents/{id}/close': [{ code: 'notified-imy' }, { code: 'notified-imy', clock: 'early-warning' }],
    'POST /v1/events/acknowledgement': [{ through: event }],
    'POST /v1/logs/disclosure/openings': [{ from: '0', to: '2' }],
    'POST /v1/recorded-requests': [{ ...recorded, from: other, person: canaries.at('who asked') }],
    'PUT /v1/standing-orders/{id}': [
      { subscriber: other, scope: 'case', messageTypes: ['correction'], office: 'enhetschef' },
    ],
    'PUT /v1/subscriptions/{id}': (['granted', 'refused-no-ground', 'suspended-under-review'] as const).map(
      (answer) => ({ answer, office: 'enhetschef' }),
    ),
    'POST /v1/subscriptions/{id}/backfill': [{ referralIds: [randomUUID(), ...(ids['referrals'] ?? [])] }],
    'PUT /v1/webhooks/{id}': [
      { url: HOOK },
      { url: 'http://127.0.0.1:1/', after: event },
      { url: `https://${canaries.run}.example/` },
    ],
    'POST /v1/webhooks/{id}/replay': [{ since: at }, { event }],
    'POST /v1/webhooks/{id}/rotation': [{ overlap: true }, {}],
  };
};

/** What the description shows. */
export const published = (name: string): readonly object[] =>
  (OPERATIONS.find((one) => one.name === name)?.body?.examples ?? []).filter(
    (one): one is object => typeof one === 'object' && one !== null,
  );

const unaddressed = ({ id: _id, caseId: _case, to: _to, ...rest }: SubmitReferralDto): object => rest;

const OFFICER = ['officer', 'office', 'mandate'];
/** As staff send it: who the officer is the gateway knows. */
const ofStaff = (body: object): object => {
  const said = Object.entries(body).filter(([name]) => !OFFICER.includes(name));
  return Object.fromEntries(
    said.map(([name, value]: [string, unknown]) => [
      name,
      name === 'assessments' && Array.isArray(value) ? value.map((one) => ofStaff(one as object)) : value,
    ]),
  );
};

/** Of every operation that takes JSON: what is said of it above, else what the description shows. */
export const goodBodies = (canaries: Canaries, named: Named): Pick<World, 'examples' | 'staffExamples'> => {
  const own = bodies(canaries, named);
  const good = OPERATIONS.filter(({ body }) => body?.type === 'application/json').map(
    ({ name }) => [name, own[name] ?? published(name)] as const,
  );
  return {
    examples: Object.fromEntries(good),
    staffExamples: Object.fromEntries(good.map(([name, all]) => [name, all.map(ofStaff)])),
  };
};
