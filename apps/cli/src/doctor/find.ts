import { DelgeProblem } from '#client';
import type { DelgeClient } from '#client';
import type { DeliveryView, ReferralListItem, ReferralView } from '#contracts';
import { patiently, rows } from '../commands.js';

/** What an id stands for at a gateway. */
export type Found =
  | { readonly kind: 'sent'; readonly referral: ReferralView; readonly messageId?: string }
  | { readonly kind: 'received'; readonly delivery: DeliveryView }
  /** Of what was sent it is still known how it had ended. */
  | { readonly kind: 'erased'; readonly sent?: ReferralListItem['recipients'] }
  | { readonly kind: 'nothing' };

const GONE = ['erased', 'not-found'] as const;

/** @param id of a referral, or of a message that was sent or received @throws {DelgeProblem} all but that it is not there */
export const find = async (as: DelgeClient, id: string): Promise<Found> => {
  const referral = await unlessGone(as.referral(id));
  if (typeof referral === 'object') return { kind: 'sent', referral };
  const delivery = referral === 'erased' ? 'not-found' : await unlessGone(as.delivery(id));
  if (typeof delivery === 'object') return { kind: 'received', delivery };
  if (delivery === 'erased') return { kind: 'erased' };
  // A gateway tells no referral by its messages: all are looked through.
  const row = await patiently('looking through what was sent', rowOf(as, id));
  if (row === undefined) return { kind: 'nothing' };
  const sent = row.recipients.filter(({ messageId }) => row.id === id || messageId === id);
  if (sent.every(({ erasedAt }) => erasedAt !== undefined)) return { kind: 'erased', sent };
  return { kind: 'sent', referral: await as.referral(row.id), messageId: id };
};

const rowOf = async (as: DelgeClient, id: string): Promise<ReferralListItem | undefined> => {
  for await (const row of rows((query) => as.referrals(query)))
    if (row.id === id || row.recipients.some(({ messageId }) => messageId === id)) return row;
  return undefined;
};

const unlessGone = async <T extends object>(asked: Promise<T>): Promise<T | (typeof GONE)[number]> => {
  try {
    return await asked;
  } catch (error) {
    const slug = error instanceof DelgeProblem ? GONE.find((one) => one === error.slug) : undefined;
    if (slug === undefined) throw error;
    return slug;
  }
};
