import type { Command } from 'commander';
import { OTHER_WAYS } from '#contracts';
import type { GivenAnotherWayDto } from '#contracts';
import { Option } from 'commander';
import { client, print } from './commands.js';

interface GivenOptions {
  readonly as: string;
  readonly to: string;
  readonly how: GivenAnotherWayDto['how'];
  readonly office: string;
  readonly at?: string;
}

/** waiting, given */
export const waitingCommands = (program: Command): void => {
  program
    .command('waiting')
    .description('list what was accepted and is not released, by legal clock')
    .requiredOption('--as <authority>', 'authority whose system asks')
    .action(async ({ as }: { readonly as: string }, command: Command) => print(await client(command, as).waiting()));
  program
    .command('given <id>')
    .description('say that an item of a referral was given another way, and keep it from being sent')
    .requiredOption('--as <authority>', 'sending authority')
    .requiredOption('--to <authority>', 'recipient that got it')
    .addOption(new Option('--how <way>', 'how').choices(OTHER_WAYS).makeOptionMandatory())
    .requiredOption('--office <code>', 'office that stands behind it')
    .option('--at <instant>', 'when it was given; now when absent')
    .action(async (id: string, { as, to, at, ...given }: GivenOptions, command: Command) => {
      const when = at ?? new Date().toISOString();
      const { recipients } = await client(command, as).givenAnotherWay(id, { recipient: to, ...given, at: when });
      print(
        recipients
          .filter(({ authority }) => authority === to)
          .map(({ authority, messageId, state, givenAnotherWay }) => ({
            authority,
            messageId,
            state,
            givenAnotherWay,
          })),
      );
    });
};
