import { randomUUID } from 'node:crypto';
import { MANDATES, SCOPES } from '#contracts';
import { canonicalBytes } from '#json';
import { OFFICES } from '#legal-basis';
import { isPersonalNumber } from '#login';
import { Option } from 'commander';
import type { Command } from 'commander';
import { print } from './commands.js';
import { administrator, keyOption } from './keeping.js';
import { putStatement, where } from './system.js';

interface StaffOptions {
  readonly as: string;
  readonly issuer: string;
  readonly subject: string;
  readonly officer: string;
  readonly office: string;
  readonly mandate: (typeof MANDATES)[number];
  readonly scope?: readonly string[];
  readonly id?: string;
  readonly end?: true;
  readonly gateway?: string;
  readonly environment?: string;
  readonly administratorKey?: string;
}

/** register-staff */
export const staffCommand = (program: Command): void => {
  program
    .command('register-staff')
    .description(
      'say who may log in and act for an authority, as whom and with which mandate, or that they act no more; as the administrator of its participant',
    )
    .requiredOption('--as <authority>', 'authority for which they act')
    .requiredOption('--issuer <url>', 'identity provider that the gateway has pinned to the participant')
    .requiredOption(
      '--subject <id>',
      'who they are there: orgAffiliation where it gives one, else sub; never a personal number',
    )
    .requiredOption('--officer <id>', 'their id as an officer of the authority')
    .addOption(new Option('--office <code>', 'their office').choices(OFFICES).makeOptionMandatory())
    .addOption(new Option('--mandate <code>', 'what they decide by').choices(MANDATES).makeOptionMandatory())
    .addOption(new Option('--scope <scopes...>', 'what they may do, and no more').choices(Object.keys(SCOPES)))
    .option('--id <uuid>', 'id of the entry, to change it; a new one without')
    .option('--end', 'they act no more')
    .option('--gateway <url>', 'the gateway, outside a sandbox')
    .option('--environment <name>', 'environment of the gateway, outside a sandbox')
    .addOption(keyOption())
    .action(async ({ as: authority, scope, ...options }: StaffOptions, command: Command) => {
      const { issuer, subject, officer, office, mandate, end: ended = false } = options;
      if (!ended && scope === undefined) throw new Error('say by --scope what they may do, or --end');
      for (const [option, id] of Object.entries({ subject, officer }))
        if (isPersonalNumber(id))
          throw new Error(
            `--${option} is a personal number: nobody logs in by one, and none is stored. Take it out of the history of your shell, and ask whoever runs the identity provider for the id that it gives`,
          );
      if (ended && options.id === undefined) throw new Error('say by --id which entry ends');
      const { gateway, env } = where(command, authority, options);
      const { id: staff = randomUUID() } = options;
      const person = { staff, authority, issuer, subject, officer, office, mandate };
      const statement = { v: 1, env, ...person, scopes: scope ?? [], ended, at: new Date().toISOString() };
      const signer = await administrator(command, authority, options);
      // Whoever gets no answer asks again under the same id.
      process.stderr.write(`registering staff ${staff}\n`);
      const signed = await signer.sign('delge-staff+jws', canonicalBytes(statement));
      await putStatement(`${gateway}/v1/staff/${staff}`, signed);
      print({ staff, authority, gateway, officer, office, scopes: scope ?? [], ended });
    });
};
