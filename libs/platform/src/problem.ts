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
  /** Why, for the own log alone: the caller is told nothing that tells one failed proof from another. */
  readonly reason?: string;
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
