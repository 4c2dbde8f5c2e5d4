/** A call that was answered 5xx, or not at all. */
export interface Failed {
  /** Of the service that was called. */
  readonly origin: string;
  /** Undefined: nobody listened, or the connection was closed. */
  readonly status?: number;
  /** Whether it says when to try again. */
  readonly retryAfter: boolean;
  readonly askedAt: number;
}

/** What systems are answered by some gateways, whoever of this process asks: each answer, and not what the client library makes of several. */
export class Answers {
  /** Of any status. */
  all = 0;
  readonly failed: Failed[] = [];
  private readonly before = globalThis.fetch;

  /** From now on. @param origins of the gateways */
  constructor(private readonly origins: readonly string[]) {
    globalThis.fetch = (...asked) => this.ask(...asked);
  }

  end(): void {
    globalThis.fetch = this.before;
  }

  private async ask(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
    // Whoever watches a service is told the truth while it starts.
    if (!this.origins.includes(origin) || pathname.startsWith('/health/')) return this.before(input, init);
    const askedAt = Date.now();
    const failed = (status: number | undefined, retryAfter = false): void => {
      const end = { origin, retryAfter, askedAt };
      this.failed.push(status === undefined ? end : { ...end, status });
    };
    const response = await this.before(input, init).catch((error: unknown) => {
      failed(undefined);
      throw error;
    });
    this.all += 1;
    if (response.status >= 500) failed(response.status, response.headers.has('retry-after'));
    return response;
  }
}
