import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DelgeClient } from '#client';
import { SCOPES } from '#contracts';
import { generateKey } from '#envelope';
import type { PrivateKey } from '#envelope';
import { canonicalBytes } from '#json';
import type { Command } from 'commander';
import { patiently, print } from './commands.js';
import { rootPath } from './files.js';
import { bare } from './keys/enrol.js';
import { signerFrom } from './keys/request.js';
import { siteOf } from './keys/site.js';
import { OWN_FILE } from './own.js';
import type { OwnSystem } from './own.js';
import { systemsIn } from './sandbox.js';

const TIMEOUT_MS = 20_000;
const EXAMPLES = 'examples/referrals';

/** init */
export const initCommand = (program: Command): void => {
  program
    .command('init [authority]')
    .description(
      `make a system of your own in the sandbox: a key, registered on the word of the authority’s administrator, and ${OWN_FILE} by which every command without --as asks as that system`,
    )
    .option('--json', 'what was made, for programs')
    .action(async (authority: string | undefined, { json }: { readonly json?: true }, command: Command) => {
      const { sandbox, config = OWN_FILE } = command.optsWithGlobals<{ readonly sandbox: string; config?: string }>();
      const gateway = gatewayOf(sandbox, authority);
      if (authority === undefined || existsSync(rootPath(config)))
        throw new Error(`${config} is there already, with the key of a system: --config names another file`);
      const { own, at } = await made(command, { authority, gateway, config });
      const { system } = own;
      if (json === true) print({ config, authority, gateway, system, kid: own.key.kid, registeredAt: at });
      else process.stdout.write(told(config, own));
    });
};

/** @throws with the authorities that there are, when none of them was named */
const gatewayOf = (sandbox: string, authority: string | undefined): string => {
  const systems = systemsIn(sandbox);
  const found = systems.find((one) => one.authority === authority);
  if (found !== undefined) return found.gateway;
  const there = systems.map((one) => one.authority).join(', ');
  throw new Error(
    `${authority === undefined ? 'say which authority it is a system of' : `the sandbox has no ${authority}`}; there are: ${there}`,
  );
};

interface Asked {
  readonly authority: string;
  readonly gateway: string;
  readonly config: string;
}

/** The file comes first, so that no key is registered that nobody could keep; without the registration it does not stay. */
const made = async (
  command: Command,
  { authority, gateway, config }: Asked,
): Promise<{ own: OwnSystem; at: string }> => {
  const key = await generateKey('system');
  const own: OwnSystem = { authority, gateway, system: randomUUID(), key: { ...key.privateJwk, kid: key.kid } };
  const file = rootPath(config);
  writeFileSync(file, `${JSON.stringify(own, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    const at = await patiently('waiting for the gateway', registered(command, own, key));
    // That it is let in is the proof that it was registered.
    await new DelgeClient(own).accessToken();
    return { own, at };
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
};

/** As an administrator does it anywhere (docs/integrator.md section 1); in the sandbox the key to sign with lies at hand. @returns when */
const registered = async (command: Command, own: OwnSystem, key: PrivateKey): Promise<string> => {
  const { sandbox, trust } = await siteOf(command);
  const { authority, gateway, system } = own;
  const slug = authority.split('/')[0] ?? '';
  const administrator = await signerFrom(
    join(sandbox, `keys/participant-${slug}-administrator.jwk.json`),
    'administrator',
  );
  const at = new Date().toISOString();
  const scopes = Object.keys(SCOPES);
  const statement = { v: 1, env: trust.environment, system, authority, key: bare(key.jwk), scopes, at };
  const response = await fetch(`${gateway}/v1/systems/${system}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/jose' },
    body: await administrator.sign('delge-system+jws', canonicalBytes(statement)),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`the gateway did not register the system: ${response.status} ${answer}`);
  return at;
};

const told = (config: string, { authority, gateway, system }: OwnSystem): string => {
  const example = exampleOf(authority);
  const delge = `npm run -s delge --${config === OWN_FILE ? '' : ` --config ${config}`}`;
  const next =
    example === undefined
      ? [`${delge} events`]
      : [
          `npm run -s delge -- body ${EXAMPLES}/${example} --new-id > my-referral.json`,
          `${delge} check my-referral.json`,
          `${delge} send my-referral.json`,
        ];
  return [
    `${config}: a system of ${authority}, for you alone to read; keep it out of version control`,
    `  system   ${system}`,
    `  gateway  ${gateway}`,
    '',
    'Without --as every command asks as this system now. Next:',
    ...next.map((line) => `  ${line}`),
    '',
  ].join('\n');
};

/** A referral that this authority may send as it stands. */
const exampleOf = (authority: string): string | undefined => {
  const folder = rootPath(EXAMPLES);
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .find((name) => {
      const { system, expect } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        readonly system?: string;
        readonly expect?: { readonly outcome?: string };
      };
      return system === authority && expect?.outcome === 'permit';
    });
};
