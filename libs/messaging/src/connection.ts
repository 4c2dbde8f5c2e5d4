import { connect } from 'amqplib';
import type { Channel, ChannelModel } from 'amqplib';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_S = 10;
const CONNECT_MS = 5_000;
const CLOSE_MS = 5_000;

/** @param name shown by the broker's management tools */
export const openConnection = (url: string, name: string): Promise<ChannelModel> => {
  const target = new URL(url);
  target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return connect(target.toString(), { clientProperties: { connection_name: name }, timeout: CONNECT_MS });
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

/** Account in an AMQP URL: what the broker checks `user-id` against. */
export const accountOf = (url: string): string => decodeURIComponent(new URL(url).username);
