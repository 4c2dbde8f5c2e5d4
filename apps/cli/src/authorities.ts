import type { Command } from 'commander';
import { asOption, client, rows } from './commands.js';

/** authorities */
export const authoritiesCommand = (program: Command): void => {
  asOption(program.command('authorities [words...]'))
    .description(
      'print to whom a referral can be addressed, an authority a line with its functions; words are looked for in names, ids and numbers',
    )
    .action(async (words: readonly string[], { as }: { readonly as?: string }, command: Command) => {
      const asking = client(command, as);
      const asked = words.length === 0 ? {} : { q: words.join(' ') };
      for await (const one of rows((query) => asking.authorities({ ...asked, ...query })))
        process.stdout.write(`${JSON.stringify(one)}\n`);
    });
};
