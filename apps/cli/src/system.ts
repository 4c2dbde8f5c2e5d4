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
  readonly key?: string;
  readonly scope?: readonly string[];
  readonly id?: string;
  readonly end?: true;
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
    .description(
      "register a system's key at its gateway, and what it may do, or that it acts no more; as the administrator of its participant",
    )
    .requiredOption('--as <authority>', 'authority for which it acts')
    .option('--key <file>', 'its key, a JWK: made when there is none, and else registered again under --id')
    .addOption(new Option('--scope <scopes...>', 'what it may do, and no more').choices(Object.keys(SCOPES)))
    .option('--id <uuid>', 'its id; a new one when its key is made')
    .option('--end', 'it acts no more: without --key and --scope')
    .option('--gateway <url>', 'the gateway, outside a sandbox')
    .option('--environment <name>', 'environment of the gateway, outside a sandbox')
    .addOption(keyOption())
    .action(async ({ as: authority, ...options }: SystemOptions, command: Command) => {
      const { gateway, env } = where(command, authority, options);
      const { system, said, told } = options.end === true ? ending(options) : await registering(options);
      const statement = { v: 1, env, system, authority, ...said, at: new Date().toISOString() };
      const signer = await administrator(command, authority, options);
      // Whoever gets no answer asks again under the same id.
      process.stderr.write(`registering system ${system}\n`);
      await putStatement(
        `${gateway}/v1/systems/${system}`,
        await signer.sign('delge-system+jws', canonicalBytes(statement)),
      );
      print({ system, authority, gateway, ...told });
    });
};

type Asked = Pick<SystemOptions, 'id' | 'key' | 'scope'>;
/** What is said of a system, and what is printed of that. */
interface Word {
  readonly system: string;
  readonly said: { readonly key: JWK; readonly scopes: readonly string[] } | { readonly ended: true };
  readonly told: object;
}

const ending = ({ id, key, scope }: Asked): Word => {
  if (id === undefined) throw new Error('say by --id which system ends');
  if (key !== undefined || scope !== undefined) throw new Error('--end goes without --key and --scope');
  return { system: id, said: { ended: true }, told: { ended: true } };
};

const registering = async ({ id, key: file, scope: scopes }: Asked): Promise<Word> => {
  if (file === undefined) throw new Error('say by --key which key it has, or --end');
  if (scopes === undefined) throw new Error('say by --scope what it may do, or --end');
  const keyFile = below(file);
  const isMade = existsSync(keyFile);
  if (isMade && id === undefined)
    throw new Error(`${file} is there already: say by --id of which system it is, or name another file`);
  if (!isMade) writePrivate(keyFile, await madeKey());
  const { jwk: key } = await importPublic(JSON.parse(readFileSync(keyFile, 'utf8')) as JWK, 'system');
  return { system: id ?? randomUUID(), said: { key, scopes }, told: { key: keyFile, scopes } };
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
