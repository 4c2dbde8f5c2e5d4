import { createHash } from 'node:crypto';
import type { EventView, WebhookAttemptKind, WebhookTest } from '#contracts';
import type { WebhookPost } from '../webhooks/post.js';
import type { signedHeaders } from '../webhooks/signing.js';
import type { Now } from './ports/time-and-ids.js';
import type { WebhookAttempt, WebhookTarget } from './ports/webhook.js';

export interface TriedWebhook extends WebhookAttempt {
  readonly retryAfterMs?: number;
}

/** Sends one event once, as it is listed, signed by the keys that hold now. */
export class TryWebhook {
  constructor(
    private readonly post: Pick<WebhookPost, 'send'>,
    private readonly headers: typeof signedHeaders,
    private readonly now: Now,
  ) {}

  /** @returns undefined when it was broken off before it began */
  async execute(
    { url, secrets }: WebhookTarget,
    kind: WebhookAttemptKind,
    event: EventView | WebhookTest,
    timeoutMs: number,
    stop: AbortSignal,
  ): Promise<TriedWebhook | undefined> {
    const body = Buffer.from(JSON.stringify(event), 'utf8');
    const at = this.now();
    const sent = await this.post.send(url, this.headers(secrets, event.id, at, body), body, timeoutMs, stop);
    const bodySha256 = createHash('sha256').update(body).digest('base64url');
    return sent === undefined ? undefined : { kind, eventId: event.id, at, bodySha256, ...sent };
  }
}
