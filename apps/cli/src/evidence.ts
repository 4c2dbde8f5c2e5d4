import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DelgeClient } from '#client';
import { Option } from 'commander';
import type { Command } from 'commander';
import { client } from './commands.js';
import { systemKeyIn } from './files.js';

/** Whose system asks: by name in a sandbox, by its own credentials elsewhere. */
export interface AskedAs {
  readonly as?: string;
  readonly gateway?: string;
  readonly system?: string;
  readonly key?: string;
}
interface EvidenceOptions extends AskedAs {
  readonly withContent?: true;
  readonly checkpoint?: string;
  readonly out?: string;
}

/** What is written may be secret: its owner alone reads it, also where a file that others could read stood before. */
export const writePrivate = (path: string, text: string): void => {
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600, flag: 'wx' });
  renameSync(`${path}.new`, path);
};

/** A path as the caller means it: below the checkout unless it is absolute. */
export const below = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);

/** `--as`, or `--gateway`, `--system` and `--key` together; without any one's own system. */
export const asOptions = (command: Command): Command =>
  command
    .option('--as <authority>', 'authority whose system asks, in the sandbox; without it your own system')
    .addOption(new Option('--gateway <url>', 'the gateway, outside the sandbox').conflicts('as'))
    .option('--system <id>', 'id of the registered system')
    .option('--key <file>', 'its private key, a JWK');

/** @throws when it is not said who asks */
export const askingClient = (command: Command, { as, gateway, system, key }: AskedAs): DelgeClient => {
  if (as !== undefined || [gateway, system, key].every((one) => one === undefined)) return client(command, as);
  if (gateway === undefined || system === undefined || key === undefined)
    throw new Error('--gateway, --system and --key go together');
  return new DelgeClient({ gateway, system, key: systemKeyIn(key) });
};

/** Tells how to verify; whoever made the file does not do it for its reader. */
export const tellVerify = (path: string): void =>
  void process.stdout.write(
    `${path}\nverify it with trust.json from elsewhere:\n  npm run -s delge -- verify ${path} --trust trust.json\n`,
  );

/** evidence */
export const evidenceCommand = (program: Command): void => {
  const command = program
    .command('evidence <message>')
    .description('write the evidence file of one message, as its sender or its recipient')
    .option('--with-content', 'with the document, in the clear')
    .option(
      '--checkpoint <file>',
      'checkpoint of the disclosure log that its reader has seen and kept: the file is linked to it',
    )
    .option('--out <file>', 'where to; <message>.delge-evidence.json without it');
  asOptions(command).action(async (message: string, options: EvidenceOptions) => {
    const { checkpoint, out = `${message}.delge-evidence.json` } = options;
    const evidence = await askingClient(command, options).evidence(message, {
      content: options.withContent === true,
      ...(checkpoint === undefined ? {} : { since: sizeIn(checkpoint) }),
    });
    writePrivate(below(out), `${JSON.stringify(evidence)}\n`);
    if (options.withContent === true && evidence.document === undefined)
      process.stderr.write('the message never left its gateway: there is no document\n');
    tellVerify(out);
  });
};

/** The second line of a checkpoint, c2sp.org/tlog-checkpoint. */
const sizeIn = (file: string): string => {
  const size = readFileSync(below(file), 'utf8').split('\n')[1] ?? '';
  if (!/^[0-9]+$/.test(size)) throw new Error(`${file} is no checkpoint`);
  return size;
};
