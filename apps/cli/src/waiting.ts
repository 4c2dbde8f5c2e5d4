import type { Command } from 'commander';
import { OTHER_WAYS } from '#contracts';
import type { GivenAnotherWayDto, WaitingItem } from '#contracts';
import { Option } from 'commander';
import { client, print, rows } from './commands.js';

interface GivenOptions {
  readonly as?: string;
  readonly to: string;
  readonly how: GivenAnotherWayDto['how'];
  readonly office: string;
  readonly at?: string;
}

/** waiting, given */
export const waitingCommands = (program: Command): void => {
  program
    .command('waiting')
    .description('list all that was accepted and is not released, by legal clock')
    .option('--as <authority>', 'authority whose system asks; without it your own system')
    .action(async ({ as }: { readonly as?: string }, command: Command) => {
      const asking = client(command, as);
      const items: WaitingItem[] = [];
      for await (const item of rows((query) => asking.waiting(query))) items.push(item);
      print({ items });
    });
  program
    .command('given <id>')
    .description('say that an item of a referral was given another way, and keep it from being sent, for good')
    .option('--as <authority>', 'sending authority; without it your own system')
    .requiredOption('--to <authority>', 'recipient that got it')
    .addOption(new Option('--how <way>', 'how').choices(OTHER_WAYS).makeOptionMandatory())
    .requiredOption('--office <code>', 'office that stands behind it')
    .option('--at <instant>', 'when it was given, as 2026-11-24T08:00:00.000Z; now when absent')
    .action(async (id: string, { as, to, at, ...given }: GivenOptions, command: Command) => {
      const when = at ?? new Date().toISOString();
      const { recipients } = await client(command, as).givenAnotherWay(id, { recipient: to, ...given, at: when });
      const said = recipients.filter(({ authority }) => authority === to);
      print(
        said.map(({ authority, messageId, state, givenAnotherWay }) => ({
          authority,
          messageId,
          state,
          givenAnotherWay,
        })),
      );
      const stands = said[0]?.givenAnotherWay;
      // The gateway keeps the first word; whoever says another must not take theirs for recorded.
      if (stands?.how !== given.how || stands.office !== given.office || (at !== undefined && stands.at !== when))
        throw new Error(
          'it was said before that it was given another way: that stands, and what you said now does not',
        );
    });
};
