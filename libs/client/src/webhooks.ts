import type {
  Page,
  ReplayWebhookDto,
  RotateWebhookDto,
  WebhookAttemptView,
  WebhookReplayView,
  WebhookView,
} from '#contracts';

import { DelgeProblem } from './problem.js';

/** One call of the client, with all that it does about errors. */
export type Call = <T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => Promise<T>;

/** One call, whose answer's `ETag` is told and which brings one as `If-Match`. */
export type TaggedCall = <T>(
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
  ifMatch?: string,
) => Promise<{ readonly value: T; readonly etag: string }>;

export const search = (query: Readonly<Record<string, string>>): string => {
  const text = new URLSearchParams(query).toString();
  return text === '' ? '' : `?${text}`;
};

/** Where the gateway sends this authority's events. All but `test` and `replay` are safe to repeat; these send something twice then. */
export class Webhooks {
  constructor(
    private readonly call: Call,
    private readonly tagged: TaggedCall,
  ) {}

  /** Registers it, or lets it go on from its cursor. @param id of the caller's own @param after id of an event: it goes on behind that one @param ifMatch `etag` of `readTagged`: only if it is still the same @throws {DelgeProblem} webhook-refused, precondition-failed */
  async put(id: string, url: string, after?: string, ifMatch?: string): Promise<WebhookView> {
    const body = { url, ...(after === undefined ? {} : { after }) };
    return (await this.tagged<WebhookView>('PUT', `/v1/webhooks/${id}`, body, ifMatch)).value;
  }
  async list(): Promise<readonly WebhookView[]> {
    return (await this.call<{ readonly items: readonly WebhookView[] }>('GET', '/v1/webhooks')).items;
  }
  read(id: string): Promise<WebhookView> {
    return this.call('GET', `/v1/webhooks/${id}`);
  }
  /** With the tag of what was read. It is another as soon as anything about the webhook is, its cursor among it. */
  async readTagged(id: string): Promise<{ readonly webhook: WebhookView; readonly etag: string }> {
    const { value, etag } = await this.tagged<WebhookView>('GET', `/v1/webhooks/${id}`);
    return { webhook: value, etag };
  }
  /** Also when there is none. @param ifMatch as of `put` @throws {DelgeProblem} precondition-failed */
  async remove(id: string, ifMatch?: string): Promise<void> {
    try {
      await this.tagged('DELETE', `/v1/webhooks/${id}`, undefined, ifMatch);
    } catch (error) {
      if (!(error instanceof DelgeProblem && error.problem.status === 404)) throw error;
    }
  }
  /** Newest first. @param after `next` of the page before */
  attempts(id: string, after?: string): Promise<Page<WebhookAttemptView>> {
    return this.call('GET', `/v1/webhooks/${id}/attempts?limit=200${after === undefined ? '' : `&after=${after}`}`);
  }
  /** Sends a test now. @returns what came of it */
  test(id: string): Promise<WebhookAttemptView> {
    return this.call('POST', `/v1/webhooks/${id}/test`);
  }
  /** One event again, or as many of those since a time as fit into one answer. */
  replay(id: string, asked: ReplayWebhookDto): Promise<WebhookReplayView> {
    return this.call('POST', `/v1/webhooks/${id}/replay`, asked);
  }
  /** A new key, beside which the one before it signs for a day, unless they shall not overlap. */
  rotate(id: string, asked: RotateWebhookDto = {}): Promise<WebhookView> {
    return this.call('POST', `/v1/webhooks/${id}/rotation`, asked);
  }
}
