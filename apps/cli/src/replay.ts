import type { DelgeClient } from '#client';
import type { EventView, ReplayWebhookDto, WebhookAttemptView } from '#contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { patiently } from './commands.js';
import { askingClient, asOptions } from './evidence.js';
import type { AskedAs } from './evidence.js';

interface ReplayOptions extends AskedAs {
  readonly webhook?: string;
  readonly event?: string;
  readonly after?: string;
  readonly since?: string;
  readonly json?: true;
}

const PAGE = '200';
const NOT_TAKEN = 2;
const SAY_MS = 3_000;
/** A gateway sends a webhook nothing again that is older. */
const SINCE_MS = 30 * 24 * 3_600_000;

/** replay: 0 all was taken or printed, 1 it could not be asked for, 2 the receiver did not take an event */
export const replayCommand = (program: Command): void => {
  const command = program
    .command('replay')
    .description(
      'have events again that were there before, under their ids: sent to a webhook, or printed; no cursor moves. Exit code 0 all of them, 1 it could not be asked for, 2 the receiver did not take one',
    )
    .option('--webhook <id>', 'webhook that is sent them; without it they are printed, an event a line')
    .addOption(new Option('--event <id>', 'this one alone, to a webhook').conflicts(['after', 'since']))
    .option('--since <instant>', 'those that happened at or after it, as 2026-11-24T08:00:00.000Z')
    .option('--after <id>', 'those after this event; to a webhook, those of the last 30 days')
    .option('--json', 'attempts as they were answered, one a line');
  asOptions(command).action(async (options: ReplayOptions) => {
    const { webhook, event, since, after } = options;
    const asking = askingClient(command, options);
    if (webhook === undefined) {
      if (event !== undefined) throw new Error('--event is sent to a webhook: say --webhook, or --after to print');
      if (after === undefined && since === undefined) throw new Error('say from where: --after or --since');
      await printed(asking, { after, since });
      return;
    }
    if (event === undefined && since === undefined && after === undefined)
      throw new Error('say what: --event, --since or --after');
    // After an event alone the gateway sends nothing: it wants to know how far back at most.
    const from = since ?? (after === undefined ? undefined : new Date(Date.now() - SINCE_MS).toISOString());
    const asked: ReplayWebhookDto = {
      ...(event === undefined ? {} : { event }),
      ...(from === undefined ? {} : { since: from }),
      ...(after === undefined ? {} : { after }),
    };
    process.exitCode = (await sent(asking, webhook, asked, options.json === true)) ? 0 : NOT_TAKEN;
  });
};

interface From {
  readonly after: string | undefined;
  readonly since: string | undefined;
}

/** What was there when it was asked for, and not what happens meanwhile. */
const printed = async (asking: DelgeClient, { after, since }: From): Promise<void> => {
  const begun = new Date().toISOString();
  const told = new Counted('events');
  const fresh = (event: EventView): boolean => event.timestamp > begun;
  for (let from = after; ;) {
    const where = from === undefined ? {} : { after: from };
    const { items } = await asking.events({ limit: PAGE, ...where, ...(since === undefined ? {} : { since }) });
    for (const event of items) process.stdout.write(`${JSON.stringify(event)}\n`);
    told.more(items.length);
    const last = items.at(-1);
    if (last === undefined || items.length < Number(PAGE) || fresh(last)) break;
    from = last.id;
  }
  told.end();
};

/** @returns whether the receiver took all of them */
const sent = async (asking: DelgeClient, webhook: string, asked: ReplayWebhookDto, json: boolean): Promise<boolean> => {
  const told = new Counted('sent');
  for (let now = asked; ;) {
    const { items, next } = await patiently(
      'the gateway has not answered yet: it sends them, or that is as much as it takes in a minute',
      asking.webhooks.replay(webhook, now),
    );
    for (const attempt of items) process.stdout.write(json ? `${JSON.stringify(attempt)}\n` : lineOf(attempt));
    told.more(items.length);
    const last = items.at(-1);
    if (last !== undefined && !isTaken(last)) {
      told.end();
      process.stderr.write(`the receiver did not take ${last.eventId}: nothing after it was sent\n`);
      return false;
    }
    if (next === undefined) break;
    now = { ...asked, after: next };
  }
  told.end();
  return true;
};

const isTaken = ({ status }: WebhookAttemptView): boolean => status !== undefined && status >= 200 && status < 300;
const lineOf = ({ at, eventId, status, code, milliseconds }: WebhookAttemptView): string =>
  `${at}  ${eventId}  ${status ?? code ?? '?'}  ${milliseconds} ms\n`;

/** Says how many there were, every few seconds and at the end, apart from what is printed. */
class Counted {
  private count = 0;
  private said = Date.now();

  constructor(private readonly what: string) {}

  more(count: number): void {
    this.count += count;
    if (Date.now() - this.said < SAY_MS) return;
    this.said = Date.now();
    process.stderr.write(`${this.count} ${this.what} …\n`);
  }
  end(): void {
    process.stderr.write(`${this.count} ${this.what}\n`);
  }
}
