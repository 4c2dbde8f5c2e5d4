import { ContractError } from '#contracts';
import { isStoreFailure } from '#persistence';
import { HoldError, PublishError, QuarantineError } from './errors.js';

/** What becomes of a delivery whose handler failed (design.md section 11). */
export type Settlement = { readonly kind: 'hold' | 'quarantine'; readonly code: string };

/** An infrastructure failure is not a message's failure: it holds. Whatever else is unknown is for people to look at. */
export const settlementOf = (error: unknown): Settlement => {
  if (error instanceof HoldError) return { kind: 'hold', code: error.code };
  if (error instanceof PublishError) return { kind: 'hold', code: 'broker' };
  if (isStoreFailure(error)) return { kind: 'hold', code: 'store' };
  if (error instanceof QuarantineError) return { kind: 'quarantine', code: error.code };
  if (error instanceof ContractError) return { kind: 'quarantine', code: 'malformed' };
  return { kind: 'quarantine', code: 'handler-failed' };
};
