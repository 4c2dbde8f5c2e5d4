import type { AccessLogItem, CallerItem } from '#contracts';
import type { Command } from 'commander';
import { asOption, client, rows } from './commands.js';

interface AccessLogOptions {
  readonly as?: string;
  readonly message?: string;
  readonly referral?: string;
  readonly system?: string;
  readonly from?: string;
  readonly until?: string;
}

const line = (item: AccessLogItem | CallerItem): void => void process.stdout.write(`${JSON.stringify(item)}\n`);

/** access-log, callers */
export const accessLogCommands = (program: Command): void => {
  asOption(program.command('access-log'))
    .description('print who was shown content, a row a line, newest first')
    .option('--message <id>', 'of this message alone')
    .option('--referral <id>', 'of this referral alone')
    .option('--system <id>', 'shown to this system alone')
    .option('--from <instant>', 'shown at or after, as 2026-11-24T08:00:00Z')
    .option('--until <instant>', 'shown before')
    .action(async ({ as, message, referral, ...asked }: AccessLogOptions, command: Command) => {
      const asking = client(command, as);
      const about = {
        ...asked,
        ...(message === undefined ? {} : { messageId: message }),
        ...(referral === undefined ? {} : { referralId: referral }),
      };
      for await (const item of rows((query) => asking.accessLog({ ...about, ...query }))) line(item);
    });
  asOption(program.command('callers'))
    .description('print which systems and staff may call for the authority, and what each may do, one a line')
    .action(async ({ as }: AccessLogOptions, command: Command) => {
      const asking = client(command, as);
      for await (const item of rows((query) => asking.callers(query))) line(item);
    });
};
