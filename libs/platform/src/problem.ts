import { PROBLEMS } from './problem-table.js';
import type { ProblemCode } from './problem-table.js';

/** One fault in a request: where and which rule, never the value. */
export interface Violation {
  readonly path: string;
  readonly code: string;
}
export interface ProblemOptions {
  readonly violations?: readonly Violation[];
  /** Further members of the answer (RFC 9457 section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** That the route needs and the caller's token lacks, several with spaces between (RFC 6750 section 3). */
  readonly scope?: string;
  /** Why, for the own log alone: the caller is told nothing that tells one failed proof from another. */
  readonly reason?: string;
  /** Seconds after which it is worth trying again; absent: as the status says. */
  readonly retryAfter?: number;
}

/** A refusal with a stable type, answered as problem details. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    readonly options: ProblemOptions = {},
  ) {
    super(code, { cause: options.cause });
  }
}

/** RFC 9457 problem details. @param instance names this one answer */
export const problemBody = ({ code, status, options }: ProblemError, instance: string): object => {
  const { sv, en, cause } = PROBLEMS[code];
  return {
    type: `/problems/${code}`,
    title: en,
    titleSv: sv,
    status,
    detail: cause,
    instance,
    ...(options.violations === undefined ? {} : { violations: options.violations.map(told) }),
    ...(options.scope === undefined ? {} : { scope: options.scope }),
    ...options.extensions,
  };
};

/** As members, items and places in a list are named. What looks otherwise, a name or a number of a person, is a caller's own. */
const NAME = /^(?:_{0,2}[a-z][A-Za-z0-9_~.:@-]{0,63}|\d{1,4})$/;
const isTold = (name: string): boolean => NAME.test(name) && name.replaceAll(/\D/g, '').length < 6;
/** A pointer as far as it is told: to the place that holds what the caller named. */
const told = ({ path, code }: Violation): Violation => {
  if (!path.startsWith('/')) return { path, code };
  const names = path.slice(1).split('/');
  const end = names.findIndex((name) => !isTold(name));
  return { path: end < 0 ? path : names.slice(0, end).reduce((before, name) => `${before}/${name}`, ''), code };
};
