import { connect } from 'amqplib';
import type { ChannelModel } from 'amqplib';

const HEARTBEAT_S = 10;
const CONNECT_MS = 5_000;

/** @param name shown by the broker's management tools */
export const openConnection = (url: string, name: string): Promise<ChannelModel> => {
  const target = new URL(url);
  target.searchParams.set('heartbeat', String(HEARTBEAT_S));
  return connect(target.toString(), { clientProperties: { connection_name: name }, timeout: CONNECT_MS });
};

/** Account in an AMQP URL: what the broker checks `user-id` against. */
export const accountOf = (url: string): string => decodeURIComponent(new URL(url).username);
