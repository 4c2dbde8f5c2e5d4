import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { example, permitted } from './stack.js';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** That it says it needs. */
  readonly scopes: readonly string[];
  /** Open to staff too. */
  readonly staff: boolean;
}
/** A schema, as far as it tells of ids. */
interface Named {
  readonly $ref?: string;
  readonly pattern?: string;
  readonly oneOf?: readonly Named[];
  readonly items?: Named;
  readonly properties?: Readonly<Record<string, Named>>;
}
interface Operation {
  readonly security?: readonly { readonly system?: readonly string[]; readonly staff?: readonly string[] }[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Named }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Named }>> };
}
const api = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Named>> };
};
/** Every route that is published as needing a token. */
export const guarded: readonly Route[] = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { security }]) =>
    security === undefined
      ? []
      : [
          {
            method: method.toUpperCase(),
            path,
            scopes: security.find(({ system }) => system !== undefined)?.system ?? [],
            staff: security.some(({ staff }) => staff !== undefined),
          },
        ],
  ),
);
export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

const { id: _id, caseId: _case, to: _to, ...unaddressed } = permitted().referral;
/** What a stranger would send; a published route with an id that is not here fails below. */
export const bodies: Readonly<Record<string, object | undefined>> = {
  'GET /v1/attachments/{id}': undefined,
  'PATCH /v1/attachments/{id}': undefined,
  'GET /v1/deliveries/{id}/attachments/{attachmentId}': undefined,
  'GET /v1/referrals/{id}': undefined,
  'GET /v1/referrals/{id}/corrections': undefined,
  'POST /v1/referrals/{id}/assessments': example('19-uppsala').assessments?.[0]?.body,
  'POST /v1/referrals/{id}/withdrawal': undefined,
  'POST /v1/referrals/{id}/corrections': {
    id: randomUUID(),
    initiative: 'own',
    purpose: 'control-incorrect-payment',
    bases: [{ id: 'LUF-2008-206-3' }],
    content: { corrections: [{ field: 'x', correct: 'y' }], reason: 'z' },
    registration: unaddressed.registration,
  },
  'POST /v1/referrals/{id}/retraction': { reason: 'sent-twice' },
  'POST /v1/referrals/{id}/given-another-way': {
    recipient: 'fk/forsakringskassan',
    how: 'telephone',
    office: 'handlaggare',
    at: '2026-01-01T12:00:00Z',
  },
  'GET /v1/deliveries/{id}': undefined,
  'POST /v1/deliveries/{id}/receipts': { kind: 'handled' },
  'PUT /v1/deliveries/{id}/handling': { status: 'received' },
  'POST /v1/deliveries/{id}/acknowledgement': { code: 'not-used' },
  'GET /v1/cases/{id}': undefined,
  'POST /v1/cases/{id}/messages': { messageId: randomUUID() },
  'POST /v1/cases/{id}/links': { authority: 'fk/forsakringskassan', caseId: randomUUID() },
  'PUT /v1/cases/{id}/closing': { reason: 'concluded' },
  'DELETE /v1/cases/{id}/title': undefined,
  'GET /v1/cases/{id}/timeline': undefined,
  'GET /v1/cases/{id}/roster': undefined,
  'POST /v1/cases/{id}/sheet': { referral: unaddressed },
  'PUT /v1/subscriptions/{id}': { answer: 'granted', office: 'enhetschef' },
  'POST /v1/subscriptions/{id}/backfill': { referralIds: [randomUUID()] },
  'DELETE /v1/standing-orders/{id}': undefined,
  'GET /v1/received-cases/{id}': undefined,
  'GET /v1/requests/{id}': undefined,
  'DELETE /v1/recorded-requests/{id}': undefined,
  'PUT /v1/recorded-requests/{id}/demand': { at: new Date().toISOString() },
  'PUT /v1/recorded-requests/{id}/decision': {
    at: new Date().toISOString(),
    office: 'enhetschef',
    officer: 'x',
    mandate: 'delegation',
  },
  'POST /v1/requests/{id}/refusal': {
    reason: 'not-disclosed',
    office: 'enhetschef',
    officer: 'x',
    mandate: 'delegation',
  },
  'GET /v1/incidents/{id}': undefined,
  'POST /v1/incidents/{id}/close': { code: 'not-required' },
  'GET /v1/messages/{id}/evidence': undefined,
  'GET /v1/messages/{id}/erasure': undefined,
  'GET /v1/recorded-disclosures/{id}': undefined,
  'GET /v1/webhooks/{id}': undefined,
  'DELETE /v1/webhooks/{id}': undefined,
  'GET /v1/webhooks/{id}/attempts': undefined,
  'POST /v1/webhooks/{id}/test': undefined,
  'POST /v1/webhooks/{id}/replay': { since: new Date(Date.now() - 60_000).toISOString() },
  'POST /v1/webhooks/{id}/rotation': undefined,
};

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-';
const PLACE = String.raw`^\d{1,20}\.\d{1,20}$`;
const idsIn = (schema: Named, name: string): readonly string[] => {
  const { $ref, pattern, oneOf = [], items, properties = {} } = schema;
  if ($ref !== undefined) return idsIn(api.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {}, name);
  const within = [
    ...oneOf.map((one) => [one, name] as const),
    ...(items === undefined ? [] : [[items, items.$ref === undefined ? name : `${name}[]`] as const]),
    ...Object.entries(properties).map(([key, one]) => [one, name === '' ? key : `${name}.${key}`] as const),
  ];
  return [...(pattern?.startsWith(UUID) === true ? [name] : []), ...within.flatMap(([one, at]) => idsIn(one, at))];
};
/** Ids that a request names but for in its path, each as `POST /v1/cases/{id}/messages messageId`. */
export const namedIds = (): readonly string[] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security, parameters = [], requestBody }]) => {
      if (security === undefined) return [];
      const schemas = Object.values(requestBody?.content ?? {}).map(({ schema }) => idsIn(schema, ''));
      const named = parameters.filter((one) => one.in !== 'path').flatMap(({ name, schema }) => idsIn(schema, name));
      return [...schemas.flat(), ...named].map((id) => `${nameOf({ method: method.toUpperCase(), path })} ${id}`);
    }),
  );
/** Paths of lists that are gone through from a place in them, but for those of one thing. */
export const listsWithPlaces: readonly string[] = Object.entries(api.paths).flatMap(([path, { get }]) =>
  !path.includes('{') &&
  get?.parameters?.some(({ name, schema }) => name === 'after' && schema.pattern === PLACE) === true
    ? [path]
    : [],
);
