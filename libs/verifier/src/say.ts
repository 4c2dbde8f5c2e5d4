import type { TlogErrorCode } from '#tlog/verify';
import type { Finding, FindingCode } from './findings.js';

/** Reports a finding. */
export type Say = (code: FindingCode, more?: Omit<Finding, 'code'>) => void;

/** Reports with the same place and ids each time. */
export const sayingOf =
  (say: Say, always: Omit<Finding, 'code'>): Say =>
  (code, more) =>
    say(code, { ...always, ...more });

/** @returns undefined when the work throws an error of this kind, which is then reported */
export function attempt<T>(
  work: () => T,
  kind: abstract new (...args: never[]) => Error & { readonly code: string },
  failed: (why: string) => void,
): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    failed(error.code);
    return undefined;
  }
}

/** What a checkpoint was not accepted for. */
export const checkpointFinding = (code: TlogErrorCode): FindingCode => {
  switch (code) {
    case 'WRONG_ORIGIN':
      return 'checkpoint-origin';
    case 'NO_LOG_SIGNATURE':
    case 'BAD_SIGNATURE':
      return 'checkpoint-signature';
    case 'QUORUM_NOT_MET':
      return 'checkpoint-quorum';
    default:
      return 'checkpoint-malformed';
  }
};
