import { connect } from 'amqplib';
import type { Channel, ChannelModel } from 'amqplib';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { urlsOf } from '#platform';

const HEARTBEAT_S = 10;
const CONNECT_MS = 5_000;
const CLOSE_MS = 5_000;

/**
 * @param urls of the broker; of a cluster those of its nodes, separated by commas, tried in turn and beginning anywhere, so that its clients spread over
 *   it and come back to another node when theirs is gone
 * @param name shown by the broker's management tools
 * @throws what the last node tried failed with
 */
export const openConnection = async (urls: string, name: string): Promise<ChannelModel> => {
  const nodes = urlsOf(urls);
  const first = randomInt(nodes.length);
  let failure: unknown;
  for (const node of [...nodes.slice(first), ...nodes.slice(0, first)]) {
    const target = new URL(node);
    target.searchParams.set('heartbeat', String(HEARTBEAT_S));
    // Of `amqps`, whatever Node is told by its environment.
    const options = { clientProperties: { connection_name: name }, timeout: CONNECT_MS, rejectUnauthorized: true };
    try {
      return await connect(target.toString(), options);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
};

/**
 * Closes a connection or a channel, and comes back whatever becomes of it: amqplib's own answer never comes when the connection is lost
 * between the goodbye and the broker's answer to it.
 */
export const closed = async (open: ChannelModel | Channel): Promise<void> => {
  const gone = new Promise((resolve) => open.once('close', resolve));
  // In an async function, since a channel that has ended throws instead of rejecting.
  const asked = (async () => open.close())().catch(() => undefined);
  const given = new AbortController();
  const late = delay(CLOSE_MS, undefined, { signal: given.signal }).catch(() => undefined);
  await Promise.race([gone, asked, late]);
  given.abort();
};

/** Account in an AMQP URL, the same at every node of a cluster: what the broker checks `user-id` against. */
export const accountOf = (urls: string): string => decodeURIComponent(new URL(urlsOf(urls)[0] ?? '').username);
