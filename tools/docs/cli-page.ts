import type { Command } from 'commander';
import { delgeProgram } from '../../apps/cli/src/program.js';
import { code, replaceBetween, table } from './markdown.js';

/** Commands with their arguments, in the order in which help lists them; of a group its own commands. */
const rowsOf = (command: Command, path: readonly string[]): readonly (readonly string[])[] =>
  command.commands.flatMap((one) => {
    const own = [...path, one.name()];
    if (one.commands.length > 0) return rowsOf(one, own);
    const args = one.registeredArguments.map((argument) => {
      const name = argument.variadic ? `${argument.name()}...` : argument.name();
      return argument.required ? `<${name}>` : `[${name}]`;
    });
    return [[code([...own, ...args].join(' ')), one.description().replaceAll('<', '\\<')]];
  });

/** docs/cli.md, with every command that there is. */
export const cliPage = (page: string): string =>
  replaceBetween(page, 'commands', table(['command', 'what'], rowsOf(delgeProgram(), [])));
