import type { Provider } from '@nestjs/common';
import { Rate } from '#platform';
import type { Platform } from '#platform';
import { EventArrivals } from '../application/event-arrivals.js';
import { ManageWebhooks } from '../application/manage-webhooks.js';
import type { NewId, Now } from '../application/ports/time-and-ids.js';
import { ReadEvents } from '../application/read-events.js';
import { SendWebhooks } from '../application/send-webhooks.js';
import { TryWebhook } from '../application/try-webhook.js';
import type { GatewayConfig } from '../gateway.config.js';
import { EventStreams } from '../http/event-streams.js';
import { Listeners } from '../http/listeners.js';
import { WebhookPost } from '../webhooks/post.js';
import { makeWebhookKey, signedHeaders } from '../webhooks/signing.js';
import type { WebhookTargets } from '../webhooks/targets.js';
import type { Stores } from './open-stores.js';
import { value } from './value.js';

/** How late an event may be told to whoever waits for it. */
const EVERY_MS = 250;
const LISTENERS_PER_SYSTEM = 5;
const STREAM = { lifeMs: 60_000, quietMs: 15_000 };
/** What an authority may ask a process for in a minute of its webhooks, but for reading and removing. */
const WEBHOOKS_PER_MINUTE = 30;

interface Given {
  readonly stores: Pick<Stores, 'events' | 'systems' | 'webhooks' | 'sendings'>;
  readonly targets: WebhookTargets;
  readonly hosted: () => readonly string[];
  readonly newId: NewId;
  readonly now: Now;
}

/** How systems are told what happened: they ask, they listen, or they are called. */
export const openEvents = (
  config: GatewayConfig,
  platform: Platform,
  { stores, targets, hosted, newId, now }: Given,
): readonly Provider[] => {
  const { log } = platform;
  const { events, systems, webhooks, sendings } = stores;
  const arrivals = new EventArrivals(events, EVERY_MS, log);
  arrivals.start();
  // With HTTP, and not before: an answer that comes at once would be asked for again at once.
  platform.onDrain('http', () => arrivals.stop());
  const reading = new ReadEvents(events, arrivals, systems, now);
  const listeners = new Listeners({ perSystem: LISTENERS_PER_SYSTEM, inAll: Math.ceil(config.MAX_REQUESTS / 4) });
  const trying = new TryWebhook(new WebhookPost(targets, now), signedHeaders, now);
  if (!targets.isEmpty) {
    const sending = new SendWebhooks(sendings, trying, hosted, EVERY_MS, newId, now, Math.random, log);
    sending.start();
    platform.onDrain('loops', () => sending.stop());
  }
  const rate = new Rate(WEBHOOKS_PER_MINUTE, now);
  return [
    value(ReadEvents, reading),
    value(EventStreams, new EventStreams(reading, listeners, STREAM, log)),
    value(Listeners, listeners),
    value(ManageWebhooks, new ManageWebhooks(webhooks, events, targets, trying, makeWebhookKey, rate, newId, now, log)),
  ];
};
