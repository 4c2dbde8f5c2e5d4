import type { Command } from 'commander';
import { asOptions, askingClient, below, tellVerify } from '../evidence.js';
import type { AskedAs } from '../evidence.js';
import { exportBundle } from './export-bundle.js';

interface ExportOptions extends AskedAs {
  readonly from?: string;
  readonly to?: string;
  readonly out: string;
}

/** export */
export const exportCommand = (program: Command): void => {
  const command = program
    .command('export')
    .description('write a bundle of the authority’s entries in a period, bounded to them; goes on where it stopped')
    .option('--from <date or index>', 'first day (Europe/Stockholm) or index; the log’s beginning without it')
    .option('--to <date or index>', 'first day or index that is left out; the log’s end without it')
    .requiredOption('--out <folder>', 'where to');
  asOptions(command).action(async (options: ExportOptions) => {
    const { from, to, out } = options;
    const asked = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    await exportBundle(askingClient(command, options), below(out), asked);
    tellVerify(out);
  });
};
