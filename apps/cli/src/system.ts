import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { DelgeProblem } from '#client';
import type { ProblemDetails } from '#client';
import { SCOPES } from '#contracts';
import { generateKey, importPublic } from '#envelope';
import { canonicalBytes } from '#json';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { JWK } from 'jose';
import { print } from './commands.js';
import { below, writePrivate } from './evidence.js';
import { administrator, keyOption, sandboxOf } from './keeping.js';

const TIMEOUT_MS = 20_000;

interface SystemOptions {
  readonly as: string;
  readonly key: string;
  readonly scope: readonly string[];
  readonly id?: string;
  readonly gateway?: string;
  readonly environment?: string;
  readonly administratorKey?: string;
}
interface SandboxFile {
  readonly operator: { readonly trustFile: string };
  readonly systems: readonly { readonly authority: string; readonly gateway: string }[];
}

/** register-system */
export const systemCommand = (program: Command): void => {
  program
    .command('register-system')
    .description("register a system's key at its gateway, and what it may do, as the administrator of its participant")
    .requiredOption('--as <authority>', 'authority for which it acts')
    .requiredOption('--key <file>', 'its key, a JWK: made when there is none, and else registered again under --id')
    .addOption(
      new Option('--scope <scopes...>', 'what it may do, and no more')
        .choices(Object.keys(SCOPES))
        .makeOptionMandatory(),
    )
    .option('--id <uuid>', 'its id; a new one when its key is made')
    .option('--gateway <url>', 'the gateway, outside a sandbox')
    .option('--environment <name>', 'environment of the gateway, outside a sandbox')
    .addOption(keyOption())
    .action(async ({ as: authority, scope: scopes, ...options }: SystemOptions, command: Command) => {
      const { gateway, env } = where(command, authority, options);
      const keyFile = below(options.key);
      const isMade = existsSync(keyFile);
      if (isMade && options.id === undefined)
        throw new Error(`${options.key} is there already: say by --id of which system it is, or name another file`);
      const { id = randomUUID() } = options;
      if (!isMade) writePrivate(keyFile, await madeKey());
      const { jwk: key } = await importPublic(JSON.parse(readFileSync(keyFile, 'utf8')) as JWK, 'system');
      const statement = { v: 1, env, system: id, authority, key, scopes, at: new Date().toISOString() };
      const signer = await administrator(command, authority, options);
      // Whoever gets no answer asks again under the same id.
      process.stderr.write(`registering system ${id}\n`);
      await putStatement(
        `${gateway}/v1/systems/${id}`,
        await signer.sign('delge-system+jws', canonicalBytes(statement)),
      );
      print({ system: id, authority, gateway, key: keyFile, scopes });
    });
};

/** With its id, which a system's assertions name. */
const madeKey = async (): Promise<string> => {
  const { kid, privateJwk } = await generateKey('system');
  return JSON.stringify({ ...privateJwk, kid });
};

export const where = (
  command: Command,
  authority: string,
  { gateway, environment }: Pick<SystemOptions, 'gateway' | 'environment'>,
): { readonly gateway: string; readonly env: string } => {
  if ((gateway === undefined) !== (environment === undefined))
    throw new Error('--gateway and --environment go together');
  if (gateway !== undefined && environment !== undefined) return { gateway, env: environment };
  const { operator, systems } = JSON.parse(readFileSync(sandboxOf(command), 'utf8')) as SandboxFile;
  const own = systems.find((system) => system.authority === authority);
  if (own === undefined) throw new Error(`the sandbox has no authority ${authority}`);
  const { environment: env } = JSON.parse(readFileSync(operator.trustFile, 'utf8')) as { readonly environment: string };
  return { gateway: own.gateway, env };
};

export const putStatement = async (url: string, body: string): Promise<void> => {
  const headers = { 'content-type': 'application/jose' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { method: 'PUT', headers, body, redirect: 'error', signal });
  if (!response.ok) throw new DelgeProblem((await response.json()) as ProblemDetails);
};
