/** RFC 9457; `type` is `/problems/<slug>`, stable. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly titleSv?: string;
  readonly status: number;
  readonly violations?: readonly { readonly path: string; readonly code: string }[];
  readonly [extension: string]: unknown;
}

/** The gateway refused. */
export class DelgeProblem extends Error {
  override readonly name = 'DelgeProblem';
  /** @param retryAfterMs what its `Retry-After` asks for */
  constructor(
    readonly problem: ProblemDetails,
    readonly retryAfterMs?: number,
  ) {
    super(`${problem.status} ${problem.type}`);
  }
  get slug(): string {
    return this.problem.type.replace('/problems/', '');
  }
}
