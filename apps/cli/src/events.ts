import type { EventView } from '#contracts';
import type { Command } from 'commander';
import { asOption, client } from './commands.js';
import { tellAway } from './no-answer.js';

interface EventsOptions {
  readonly as?: string;
  readonly after?: string;
  readonly follow?: true;
  readonly acknowledge?: true;
}

const PAGE = '200';

/** events */
export const eventCommands = (program: Command): void => {
  asOption(program.command('events'))
    .description('print what happened, an event a line, from where the system’s cursor is')
    .option('--after <event>', 'id of the event to go on from')
    .option('--follow', 'go on and print what happens, until it is interrupted')
    .option('--acknowledge', 'move the system’s cursor on past what was printed')
    .action(async ({ as, after, follow, acknowledge }: EventsOptions, command: Command) => {
      const asking = client(command, as);
      const tell = async (event: EventView): Promise<void> => {
        process.stdout.write(`${JSON.stringify(event)}\n`);
        if (acknowledge !== undefined) await asking.acknowledgeEvents(event.id);
      };
      if (follow !== undefined) for await (const event of asking.follow(after, undefined, tellAway)) await tell(event);
      for (let from = after; ;) {
        const { items, next } = await asking.events({ limit: PAGE, ...(from === undefined ? {} : { after: from }) });
        for (const event of items) await tell(event);
        if (items.length === 0) return;
        from = next;
      }
    });
};
