import type { Command } from 'commander';
import { ACKNOWLEDGEMENTS, RETRACTION_REASONS } from '#contracts';
import type { Acknowledgement, RetractionReason } from '#contracts';
import { Argument, Option } from 'commander';
import { client, print } from './commands.js';

interface RetractOptions {
  readonly as: string;
  readonly reason: RetractionReason;
  readonly to?: string[];
}

/** retract, acknowledge */
export const receiptCommands = (program: Command): void => {
  program
    .command('retract <id>')
    .description('take back a referral that was sent; what was received is not deleted')
    .requiredOption('--as <authority>', 'sending authority')
    .addOption(new Option('--reason <code>', 'why').choices(RETRACTION_REASONS).makeOptionMandatory())
    .option('--to <authority...>', 'these recipients alone')
    .action(async (id: string, { as, reason, to }: RetractOptions, command: Command) => {
      const { recipients } = await client(command, as).retract(id, {
        reason,
        ...(to === undefined ? {} : { recipients: to }),
      });
      print(
        recipients.map(({ authority, messageId, state, retraction }) => ({ authority, messageId, state, retraction })),
      );
    });
  program
    .command('acknowledge')
    .description('say what became of what its sender took back or put right')
    .argument('<message>', 'message id')
    .addArgument(new Argument('<code>', 'what became of it').choices(ACKNOWLEDGEMENTS))
    .requiredOption('--as <authority>', 'receiving authority')
    .action(async (id: string, code: Acknowledgement, { as }: { readonly as: string }, command: Command) =>
      print(await client(command, as).acknowledge(id, code)),
    );
};
