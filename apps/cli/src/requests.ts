import { REQUEST_DIRECTIONS, REQUEST_REFUSALS } from '#contracts';
import type { RecordRequestDto, RefuseRequestDto, RequestDirection, RequestItem } from '#contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { asOption, client, print, readJson, rows } from './commands.js';

interface As {
  readonly as?: string;
}
interface ListOptions extends As {
  readonly direction: RequestDirection;
  readonly open?: true;
}

/** requests, refuse, record-request */
export const requestCommands = (program: Command): void => {
  asOption(program.command('requests [id]'))
    .description('what you were asked for, and what came of it; with an id that one')
    .addOption(
      new Option('--direction <direction>', 'these alone').choices(REQUEST_DIRECTIONS).default('received' as const),
    )
    .option('--open', 'those that something is to come of yet')
    .action(async (id: string | undefined, { as, direction, open }: ListOptions, command: Command) => {
      const asking = client(command, as);
      if (id !== undefined) return print(await asking.requests.read(id));
      const items: RequestItem[] = [];
      const only = { direction, ...(open === undefined ? {} : { open: 'true' }) };
      for await (const item of rows((query) => asking.requests.list({ ...query, ...only }))) items.push(item);
      print({ items });
    });
  asOption(program.command('refuse <id>'))
    .description("refuse a request as its officer; whoever asked may demand the authority's decision")
    .addOption(new Option('--reason <code>', 'why').choices(REQUEST_REFUSALS).makeOptionMandatory())
    .requiredOption('--office <code>', 'office that stands behind it')
    .requiredOption('--officer <id>', 'who; kept at your gateway')
    .addOption(
      new Option('--mandate <mandate>', 'by which').choices(['delegation', 'statute']).default('delegation' as const),
    )
    .action(async (id: string, { as, ...refusal }: As & RefuseRequestDto, command: Command) =>
      print(await client(command, as).requests.refuse(id, refusal)),
    );
  asOption(program.command('record-request <file>'))
    .description('record a request that came by telephone, at a meeting or on paper; - reads standard input')
    .action(async (file: string, { as }: As, command: Command) =>
      print(await client(command, as).requests.record(readJson(file) as RecordRequestDto)),
    );
};
