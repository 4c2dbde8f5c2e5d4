import { generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventView } from '#contracts';
import type { Command } from 'commander';
import { askingClient, asOptions } from './evidence.js';
import type { AskedAs } from './evidence.js';
import { isNoAnswer, tellAway } from './no-answer.js';

interface ListenOptions extends AskedAs {
  readonly forwardTo: string;
  readonly after?: string;
  readonly acknowledge?: true;
  readonly allowRemote?: true;
}

/** How long a receiver has to answer, as a sender of webhooks would give it. */
const ANSWER_MS = 15_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** A proxy that stands before a receiver says by these that the receiver is away. */
const AWAY = [502, 503, 504];

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** listen */
export const listenCommand = (program: Command): void => {
  const command = program
    .command('listen')
    .description('for development: post what happens to a URL of your own, an event at a time and in order')
    .requiredOption('--forward-to <url>', 'where to, as http://localhost:3000/delge')
    .option('--after <event>', 'id of the event to go on from; without it from where the system’s cursor is')
    .option(
      '--acknowledge',
      'move the system’s cursor on past each event that was taken with 2xx; end at one that was not',
    )
    .option('--allow-remote', 'also to another machine');
  asOptions(command).action(async (options: ListenOptions) => {
    const to = targetOf(options.forwardTo, options.allowRemote === true);
    const asking = askingClient(command, options);
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    say(`${printed(publicKey)} is the key of this run: what is posted is signed with it (Standard Webhooks, v1a)`);
    for await (const event of asking.follow(options.after, undefined, tellAway)) {
      const status = await posted(to, event, privateKey);
      say(
        `${status}  ${event.type}  ${event.id}  ${event.data.messageId === undefined ? `case ${event.data.caseId}` : `message ${event.data.messageId}`}`,
      );
      if (options.acknowledge === undefined) continue;
      if (status < 200 || status > 299)
        throw new Error(`${event.id} was answered ${status}: neither it nor what came after it is acknowledged`);
      await asking.acknowledgeEvents(event.id);
    }
  });
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** @throws when it is no URL, or one of another machine and that was not asked for */
const targetOf = (given: string, remote: boolean): URL => {
  const to = URL.parse(given);
  if (to === null || !['http:', 'https:'].includes(to.protocol))
    throw new Error('--forward-to is a URL: http:// or https://, host, port and path');
  if (to.username !== '' || to.password !== '')
    throw new Error('--forward-to holds no password: who posts is told by the signature');
  if (!remote && !LOOPBACK.test(to.hostname))
    throw new Error(`${to.hostname} is another machine: events go to this one alone, unless you say --allow-remote`);
  return to;
};

/** As the receiver is given it: Standard Webhooks, `whpk_` and the 32 octets in base64. */
const printed = (key: KeyObject): string =>
  `whpk_${Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')}`;

/** Posts it until it is answered. @returns the status */
const posted = async (to: URL, event: EventView, key: KeyObject): Promise<number> => {
  const waiting = new Waiting(`${to.host} does not take it`);
  for (;;) {
    const status = await post(to, event, key);
    if (status !== undefined && !AWAY.includes(status)) return status;
    await waiting.pause();
  }
};

/** @returns undefined when nobody answers */
const post = async (to: URL, event: EventView, key: KeyObject): Promise<number | undefined> => {
  const body = JSON.stringify(event);
  // Of the attempt, so that a receiver can refuse what is replayed to it much later.
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = sign(null, Buffer.from(`${event.id}.${timestamp}.${body}`), key).toString('base64');
  try {
    const response = await fetch(to, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': event.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1a,${signature}`,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    return undefined;
  }
};

/** Pauses that grow; that somebody is waited for is said once. */
class Waiting {
  private times = 0;

  constructor(private readonly what: string) {}

  async pause(): Promise<void> {
    if (this.times === 0) tell(`${this.what}; trying again until it does`);
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** this.times, LONGEST_PAUSE_MS);
    this.times += 1;
    await delay(ms);
  }
}
