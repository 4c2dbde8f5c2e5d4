import { PROBLEMS, problemExample } from '#platform';
import type { ProblemCode } from '#platform';

/** What a refusal with a status most often is. */
const USUAL: Readonly<Record<string, readonly ProblemCode[]>> = {
  400: ['invalid-request', 'malformed-json'],
  401: ['unauthenticated'],
  403: ['insufficient-scope'],
  404: ['not-found'],
  409: ['id-reuse'],
  410: ['erased'],
  412: ['precondition-failed'],
  413: ['too-large'],
  415: ['unsupported-media-type'],
  422: ['unknown-code'],
  429: ['rate-limited'],
  503: ['not-ready', 'busy'],
  507: ['storage'],
  default: ['internal'],
};
/** Where a status means something of the route's own. */
const OF_ROUTE: Readonly<Record<string, Readonly<Record<number, readonly ProblemCode[]>>>> = {
  'post /oauth2/token': { 400: ['invalid-request', 'invalid-scope'] },
  'put /v1/cases/{id}': { 409: ['id-reuse', 'case-closed'] },
  'post /v1/cases/{id}/messages': { 409: ['case-closed'], 422: ['case-invalid'] },
  'post /v1/cases/{id}/links': { 409: ['case-closed'], 422: ['case-invalid', 'unknown-recipient'] },
  'put /v1/cases/{id}/closing': { 409: ['case-closed'] },
  'put /v1/deliveries/{id}/handling': {
    409: ['handling-conflict', 'receipt-exists', 'receipt-contradicts'],
    422: ['receipt-invalid'],
  },
  'post /v1/cases/{id}/sheet': { 422: ['content-invalid'] },
  'put /v1/subscriptions/{id}': {
    409: ['subscription-conflict', 'case-closed'],
    422: ['case-invalid', 'content-invalid'],
  },
  'post /v1/subscriptions/{id}/backfill': { 409: ['subscription-conflict'], 422: ['assessment-invalid'] },
  'put /v1/standing-orders/{id}': {
    409: ['id-reuse', 'subscription-conflict'],
    422: ['content-invalid', 'unknown-recipient'],
  },
  'put /v1/systems/{id}': { 422: ['registration-refused'] },
  'put /v1/staff/{id}': { 422: ['registration-refused'] },
  'post /v1/attachments': { 422: ['attachment-invalid'] },
  'patch /v1/attachments/{id}': { 409: ['upload-offset'], 422: ['attachment-invalid'] },
  'post /v1/deliveries/{id}/receipts': {
    409: ['receipt-exists', 'receipt-contradicts'],
    422: ['receipt-invalid'],
  },
  'post /v1/deliveries/{id}/acknowledgement': {
    409: ['nothing-to-acknowledge', 'receipt-exists'],
    422: ['receipt-invalid'],
  },
  'post /v1/disclosure-checks': { 422: ['unknown-code', 'content-invalid', 'request-unknown'] },
  'post /v1/erasures': { 409: ['not-ended', 'held'], 422: ['keeping-refused'] },
  'get /v1/messages/{id}/evidence': { 409: ['nothing-logged'] },
  'post /v1/incidents/{id}/close': { 409: ['incident-closed'], 422: ['incident-invalid'] },
  'post /v1/recorded-disclosures': {
    422: ['content-invalid', 'assessment-invalid', 'unknown-recipient', 'unknown-code'],
    503: ['outbox-full', 'not-ready', 'busy'],
  },
  'post /v1/person-searches': { 422: ['person-search-invalid'] },
  'post /v1/referrals': {
    409: ['id-reuse', 'recipient-held'],
    422: ['formal-obstacle', 'assessment-missing', 'content-invalid', 'unknown-recipient', 'request-unknown'],
    503: ['outbox-full', 'not-ready', 'busy'],
  },
  'post /v1/referrals/{id}/assessments': { 409: ['not-a-draft', 'recipient-held'], 422: ['assessment-invalid'] },
  'post /v1/referrals/{id}/corrections': {
    422: ['content-invalid', 'assessment-invalid', 'unknown-recipient', 'request-unknown'],
    503: ['outbox-full', 'not-ready', 'busy'],
  },
  'post /v1/referrals/{id}/retraction': { 409: ['retraction-exists', 'not-retractable'], 422: ['unknown-recipient'] },
  'post /v1/referrals/{id}/given-another-way': { 409: ['too-late'], 422: ['unknown-recipient'] },
  'post /v1/referrals/{id}/withdrawal': { 409: ['too-late'] },
  'post /v1/requests/{id}/refusal': {
    409: ['receipt-exists', 'receipt-contradicts'],
    422: ['request-invalid'],
  },
  'put /v1/recorded-requests/{id}/demand': { 409: ['id-reuse'], 422: ['request-invalid'] },
  'put /v1/recorded-requests/{id}/decision': { 409: ['id-reuse'], 422: ['request-invalid'] },
  'post /v1/recorded-requests': { 422: ['request-invalid', 'unknown-recipient', 'content-invalid'] },
  'put /v1/webhooks/{id}': { 422: ['webhook-refused'] },
};
/** What a refusal of this API says beside. */
const BESIDE: Readonly<Partial<Record<ProblemCode, object>>> = {
  'insufficient-scope': { scope: 'deliveries:write' },
  'handling-conflict': { handling: 'accepted' },
  'subscription-conflict': { state: 'ended' },
  erased: { erasedAt: '2026-11-24T08:00:00.000Z' },
};
/**
 * The refusals that a route tells of, by their codes.
 * @param route as `post /v1/referrals`
 * @param status or `default`
 * @param recipients what `formal-obstacle` and its like tell of each
 */
export const problemsOf = (
  route: string,
  status: string,
  recipients: readonly object[],
): Readonly<Record<string, object>> => {
  const codes = OF_ROUTE[route]?.[Number(status)] ?? USUAL[status] ?? USUAL['default'] ?? [];
  const told: readonly ProblemCode[] = ['formal-obstacle', 'assessment-missing'];
  return Object.fromEntries(
    codes.map((code) => [
      code,
      {
        summary: PROBLEMS[code].en,
        value: problemExample(code, told.includes(code) ? { recipients } : BESIDE[code]),
      },
    ]),
  );
};
