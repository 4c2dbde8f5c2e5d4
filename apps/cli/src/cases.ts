import { randomUUID } from 'node:crypto';
import { CASE_CLOSINGS, CASE_TYPES } from '#contracts';
import type { CaseClosing, CaseListItem, CaseType, EventView } from '#contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { asOption, client, print, rows } from './commands.js';

interface As {
  readonly as?: string;
}

/** cases: list, open, show, add, link, close, timeline, roster */
export const casesCommand = (program: Command): void => {
  const cases = program.command('cases').description('cases that an authority owns');
  const sub = (name: string, text: string): Command => asOption(cases.command(name).description(text));

  sub('list', 'list all of them')
    .addOption(new Option('--state <state>', 'these alone').choices(['open', 'closed']))
    .action(async ({ as, state }: As & { readonly state?: string }, command: Command) => {
      const asking = client(command, as);
      const items: CaseListItem[] = [];
      const only = state === undefined ? {} : { state };
      for await (const item of rows((query) => asking.cases.list({ ...query, ...only }))) items.push(item);
      print({ items });
    });
  sub('open [id]', 'open one, or say what one is that a referral opened; a new id when there is none')
    .addOption(new Option('--type <type>', 'what it is about').choices(CASE_TYPES).makeOptionMandatory())
    .option('--title <text>', 'what you call it; shown to nobody else')
    .action(
      async (
        id: string | undefined,
        { as, ...said }: As & { readonly type: CaseType; readonly title?: string },
        command: Command,
      ) => print(await client(command, as).cases.put(id ?? randomUUID(), said)),
    );
  sub('show <id>', 'read one, with the cases of others that it is linked to').action(
    async (id: string, { as }: As, command: Command) => print(await client(command, as).cases.read(id)),
  );
  sub('add <id>', 'add a message that names another case, or all of a referral')
    .option('--message <id>', 'that was sent or received')
    .option('--referral <id>', 'that was sent')
    .action(
      async (
        id: string,
        { as, message, referral }: As & { readonly message?: string; readonly referral?: string },
        command: Command,
      ) =>
        print(
          await client(command, as).cases.add(id, {
            ...(message === undefined ? {} : { messageId: message }),
            ...(referral === undefined ? {} : { referralId: referral }),
          }),
        ),
    );
  sub('link <id>', "link one to another authority's case; nobody is told")
    .requiredOption('--to <authority>', 'whose case it is')
    .requiredOption('--case <id>', 'id that it has there')
    .action(async (id: string, options: As & { readonly to: string; readonly case: string }, command: Command) =>
      print(await client(command, options.as).cases.link(id, { authority: options.to, caseId: options.case })),
    );
  sub('close <id>', 'close one')
    .addOption(new Option('--reason <code>', 'why').choices(CASE_CLOSINGS).makeOptionMandatory())
    .action(async (id: string, { as, reason }: As & { readonly reason: CaseClosing }, command: Command) =>
      print(await client(command, as).cases.close(id, reason)),
    );
  sub('timeline <id>', 'all that happened to its messages and to itself, in order').action(
    async (id: string, { as }: As, command: Command) => {
      const asking = client(command, as);
      const items: EventView[] = [];
      for await (const item of rows((query) => asking.cases.timeline(id, query))) items.push(item);
      print({ items });
    },
  );
  sub('roster <id>', 'who has received what of it').action(async (id: string, { as }: As, command: Command) =>
    print({ items: await client(command, as).cases.roster(id) }),
  );
};
