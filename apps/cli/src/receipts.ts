import type { Command } from 'commander';
import {
  ACKNOWLEDGEMENTS,
  ASKED_RETRACTIONS,
  FORM_REASONS,
  INCIDENT_CLOCKS,
  INCIDENT_CODES,
  SAID_HANDLINGS,
} from '#contracts';
import type { Acknowledgement, CloseIncidentDto, RetractionReason, SaidHandling, SetHandlingDto } from '#contracts';
import { Argument, Option } from 'commander';
import { asOption, client, print } from './commands.js';

interface RetractOptions {
  readonly as?: string;
  readonly reason: RetractionReason;
  readonly to?: string[];
}

type HandleOptions = Omit<SetHandlingDto, 'status'> & { readonly as?: string };

/** retract, corrections, handle, acknowledge, incidents, close-incident */
export const receiptCommands = (program: Command): void => {
  program
    .command('retract <id>')
    .description('take back a referral that was sent; what was received is not deleted')
    .option('--as <authority>', 'sending authority; without it your own system')
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
  asOption(program.command('corrections'))
    .description('see what became of putting a referral right: a row for each recipient')
    .argument('<id>', 'referral id')
    .action(async (id: string, { as }: { readonly as?: string }, command: Command) =>
      print(await client(command, as).corrections(id)),
    );
  asOption(program.command('handle'))
    .description('say how far you have come with what was received; the sender is told, but of `received`')
    .argument('<message>', 'message id')
    .addArgument(new Argument('<status>', 'where it is now').choices(SAID_HANDLINGS))
    .addOption(new Option('--reason <code>', 'why it is rejected, for its form').choices(FORM_REASONS))
    .option('--diary-number <number>', 'under which it is taken up; sealed to the sender')
    .action(async (id: string, status: SaidHandling, { as, ...said }: HandleOptions, command: Command) =>
      print(await client(command, as).handle(id, { status, ...said })),
    );
  program
    .command('acknowledge')
    .description('say what became of what its sender took back or put right')
    .argument('<message>', 'message id')
    .addArgument(new Argument('<code>', 'what became of it').choices(ACKNOWLEDGEMENTS))
    .option('--as <authority>', 'receiving authority; without it your own system')
    .action(async (id: string, code: Acknowledgement, { as }: { readonly as?: string }, command: Command) =>
      print(await client(command, as).acknowledge(id, code)),
    );
  program
    .command('incidents')
    .description('messages that went to the wrong authority, with the clocks that run')
    .option('--as <authority>', 'authority whose system asks; without it your own system')
    .option('--open', 'those with a clock within which nothing was done yet')
    .action(async ({ as, open }: { readonly as?: string; readonly open?: true }, command: Command) =>
      print(await client(command, as).incidents(open === undefined ? {} : { open: 'true' })),
    );
  program
    .command('close-incident <id>')
    .description('say what was done within a clock of an incident, or within both')
    .option('--as <authority>', 'authority whose incident it is; without it your own system')
    .addOption(new Option('--code <code>', 'what was done').choices(INCIDENT_CODES).makeOptionMandatory())
    .addOption(new Option('--clock <clock>', 'this clock alone').choices(INCIDENT_CLOCKS))
    .option('--at <instant>', 'when it was done; now when absent')
    .action(async (id: string, { as, ...done }: CloseIncidentDto & { readonly as?: string }, command: Command) =>
      print(await client(command, as).closeIncident(id, done)),
    );
};
