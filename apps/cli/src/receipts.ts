import type { Command } from 'commander';
import { ACKNOWLEDGEMENTS, INCIDENT_CLOCKS, INCIDENT_CODES, ASKED_RETRACTIONS } from '#contracts';
import type { Acknowledgement, CloseIncidentDto, RetractionReason } from '#contracts';
import { Argument, Option } from 'commander';
import { client, print } from './commands.js';

interface RetractOptions {
  readonly as: string;
  readonly reason: RetractionReason;
  readonly to?: string[];
}

/** retract, acknowledge, incidents, close-incident */
export const receiptCommands = (program: Command): void => {
  program
    .command('retract <id>')
    .description('take back a referral that was sent; what was received is not deleted')
    .requiredOption('--as <authority>', 'sending authority')
    .addOption(new Option('--reason <code>', 'why').choices(ASKED_RETRACTIONS).makeOptionMandatory())
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
  program
    .command('incidents')
    .description('messages that went to the wrong authority, with the clocks that run')
    .requiredOption('--as <authority>', 'authority whose system asks')
    .option('--open', 'those with a clock within which nothing was done yet')
    .action(async ({ as, open }: { readonly as: string; readonly open?: true }, command: Command) =>
      print(await client(command, as).incidents(open === undefined ? {} : { open: 'true' })),
    );
  program
    .command('close-incident <id>')
    .description('say what was done within a clock of an incident, or within both')
    .requiredOption('--as <authority>', 'authority whose incident it is')
    .addOption(new Option('--code <code>', 'what was done').choices(INCIDENT_CODES).makeOptionMandatory())
    .addOption(new Option('--clock <clock>', 'this clock alone').choices(INCIDENT_CLOCKS))
    .option('--at <instant>', 'when it was done; now when absent')
    .action(async (id: string, { as, ...done }: CloseIncidentDto & { readonly as: string }, command: Command) =>
      print(await client(command, as).closeIncident(id, done)),
    );
};
