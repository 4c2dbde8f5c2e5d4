import { SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { ShownBy } from '#contracts';
import type { Response } from 'express';
import type { Shown } from '../application/ports/access-log.js';
import type { AuthenticatedRequest } from './caller.js';

export const SHOWS = 'delge:shows';
export const SHOWS_STAFF = 'delge:shows-staff';
/** `read-document` is `read-evidence` asked for with content: no route of its own. */
type Shows = Exclude<ShownBy, 'read-document'> | 'no-content';
/** That `LogsAccess` writes a row of. */
export type Logged = Exclude<Shows, 'no-content' | 'search-persons'>;

/**
 * What of its authority's content a route shows: what was sealed, claims, what was answered under seal. Every route of a system says so, those
 * that show none too; of what is shown the access log has a row before it leaves (`LogsAccess`).
 */
export const Shows = (what: Shows): MethodDecorator =>
  applyDecorators(SetMetadata(SHOWS, what), ...(what === 'no-content' ? [] : [ApiExtension('x-access-log', what)]));

/** What the route shows a person, where a system is shown nothing that it did not say itself. */
export const ShowsStaff = (what: Logged): MethodDecorator =>
  applyDecorators(SetMetadata(SHOWS_STAFF, what), ApiExtension('x-access-log-staff', what));

/** An answer that a route writes itself: what shows content sends nothing before the access log has its row. */
export class Download {
  constructor(readonly send: (response: Response) => Promise<void>) {}
}

type What = Omit<Shown, 'authority' | 'system'>;
const ofReferral =
  (operation: ShownBy) =>
  ({ params }: AuthenticatedRequest): What => ({ operation, referralId: idOf(params['id']) });

/**
 * Whom and what a request asks about. It was validated before anything was found that could be shown. A search is not here: its use case writes its row before it looks
 * (`SearchPersons`).
 */
export const WHAT: Readonly<Record<Logged, (request: AuthenticatedRequest) => What>> = {
  'read-delivery': ({ params }) => ({ operation: 'read-delivery', messageId: idOf(params['id']) }),
  'read-attachment': ({ params }) => ({
    operation: 'read-attachment',
    messageId: idOf(params['id']),
    attachmentId: idOf(params['attachmentId']),
  }),
  'read-evidence': ({ params, query }) => ({
    operation: query['content'] === 'true' ? 'read-document' : 'read-evidence',
    messageId: idOf(params['id']),
  }),
  'read-referral': ofReferral('read-referral'),
  'submit-referral': ({ body }) => ({
    operation: 'submit-referral',
    referralId: idOf((body as { readonly id?: unknown }).id),
  }),
  'assess-referral': ofReferral('assess-referral'),
  'retract-referral': ofReferral('retract-referral'),
  'mark-given-another-way': ofReferral('mark-given-another-way'),
  'withdraw-referral': ofReferral('withdraw-referral'),
  'read-recorded-disclosure': ({ params, body }) => ({
    operation: 'read-recorded-disclosure',
    referralId: idOf(params['id'] ?? (body as { readonly id?: unknown }).id),
  }),
  'read-case': ({ params }) => ({ operation: 'read-case', caseId: idOf(params['id']) }),
  'read-request': ({ params }) => ({ operation: 'read-request', messageId: idOf(params['id']) }),
  'backfill-subscription': ({ params }) => ({ operation: 'backfill-subscription', messageId: idOf(params['id']) }),
  'list-cases': () => ({ operation: 'list-cases' }),
  'open-entries': ({ body }) => {
    const { from, to } = body as { readonly from: string; readonly to: string };
    return { operation: 'open-entries', entries: { from, to } };
  },
};

const idOf = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('a route that shows content has no id');
  return value;
};
