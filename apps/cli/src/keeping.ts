import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HOLD_GROUNDS, signErasureDecision, signHold } from '#envelope';
import type { Hold, HoldGround, Signer } from '#envelope';
import { DelgeProblem } from '#client';
import type { ProblemDetails } from '#client';
import { Option } from 'commander';
import type { Command } from 'commander';
import { print } from './commands.js';
import { askingClient, asOptions } from './evidence.js';
import type { AskedAs } from './evidence.js';
import { signerFrom } from './keys/request.js';

export interface Signed {
  readonly administratorKey?: string;
}
/** Where the ledger is, outside a sandbox. */
export interface ToLedger {
  readonly ledger?: string;
  readonly trust?: string;
}
interface HoldOptions extends Signed, ToLedger {
  readonly as: string;
  readonly message?: readonly string[];
  readonly case?: string;
  readonly ground?: HoldGround;
  readonly lift?: string;
}
interface SandboxFile {
  readonly operator: { readonly ledger: string; readonly trustFile: string };
}

const below = (path: string): string => resolve(process.env['DELGE_ROOT'] ?? process.cwd(), path);
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
/** @throws when there is none */
export const sandboxOf = (command: Command): string => {
  const file = below(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox);
  if (!existsSync(file))
    throw new Error('there is no sandbox here: run `npm start` first, or say what the command asks for');
  return file;
};

/** The administrator's key: the file that is named, or in a sandbox its own. */
export const administrator = async (
  command: Command,
  authority: string,
  { administratorKey }: Signed,
): Promise<Signer> => {
  const [slug = ''] = authority.split('/');
  const own = (): string => join(dirname(sandboxOf(command)), `keys/participant-${slug}-administrator.jwk.json`);
  return signerFrom(administratorKey ?? own(), 'administrator');
};

export const keyOption = (): Option =>
  new Option('--administrator-key <file>', "the administrator's private key, a JWK; in a sandbox its own");

/** erase */
export const eraseCommand = (program: Command): void => {
  const command = program
    .command('erase <message>')
    .description('decide that one message is erased, as its sender or its recipient, and have the gateway erase it')
    .addOption(keyOption());
  asOptions(command).action(async (message: string, options: AskedAs & Signed) => {
    const client = askingClient(command, options);
    const { env, authority, messageId, caseId, openings } = await client.erasure(message);
    const signer = await administrator(command, authority, options);
    const at = new Date().toISOString();
    const said = { env, authority, messageId, caseId, openings, at };
    print(await client.erase(await signErasureDecision(signer, { v: 1, decisionId: randomUUID(), ...said })));
  });
};

/** hold */
export const holdCommand = (program: Command): void => {
  program
    .command('hold')
    .description('lay a legal hold on messages or a case, or lift one')
    .requiredOption('--as <authority>', 'authority that lays or lifts it')
    .option('--message <ids...>', 'messages')
    .addOption(new Option('--case <id>', 'a whole case, with what comes later').conflicts('message'))
    .addOption(new Option('--ground <code>', 'why').choices(HOLD_GROUNDS))
    .addOption(new Option('--lift <hold>', 'id of the hold that ends').conflicts(['message', 'case', 'ground']))
    .option('--ledger <url>', 'the ledger, outside a sandbox')
    .option('--trust <file>', 'trust.json, outside a sandbox')
    .addOption(keyOption())
    .action(async (options: HoldOptions, command: Command) => {
      const { ledger, trust } = whereTo(command, options);
      const env = environmentIn(trust);
      const signer = await administrator(command, options.as, options);
      const hold = { ...holdOf(options), v: 1, env, authority: options.as, at: new Date().toISOString() } as const;
      print({ holdId: hold.holdId, ...(await postSigned(ledger, 'keeping', await signHold(signer, hold))) });
    });
};

const holdOf = ({ lift, ground, message, case: caseId }: HoldOptions): Pick<Hold, 'kind' | 'holdId'> => {
  if (lift !== undefined) return { kind: 'lifted', holdId: lift };
  if (ground === undefined) throw new Error('say why with --ground');
  if (message === undefined && caseId === undefined) throw new Error('say what of: --message or --case');
  const what = message === undefined ? { caseId } : { messageIds: message };
  return { kind: 'laid', holdId: randomUUID(), ...{ ground, ...what } };
};

/** @param trust of trust.json */
export const environmentIn = (trust: string): string =>
  (readJson(trust) as { readonly environment: string }).environment;

export const whereTo = (command: Command, { ledger, trust }: ToLedger): { ledger: string; trust: string } => {
  if (ledger !== undefined && trust !== undefined) return { ledger, trust: below(trust) };
  const { operator } = readJson(sandboxOf(command)) as SandboxFile;
  return { ledger: operator.ledger, trust: operator.trustFile };
};

/** Brings a statement to the ledger. @throws {DelgeProblem} */
export const postSigned = async (ledger: string, what: 'keeping' | 'assignments', body: string): Promise<object> => {
  const headers = { 'content-type': 'application/jose' };
  const response = await fetch(`${ledger}/log/v1/disclosure/${what}`, { method: 'POST', headers, body });
  const answer = (await response.json()) as object;
  if (!response.ok) throw new DelgeProblem(answer as ProblemDetails);
  return answer;
};
