import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { DelgeProblem } from '#client';
import type { ProblemDetails } from '#client';
import { Option } from 'commander';
import type { Command } from 'commander';
import { print } from './commands.js';
import { existing, rootPath } from './files.js';

const STATES = ['held', 'retried', 'discarded'] as const;
const DISCARDED = ['unreadable', 'not-genuine', 'superseded-by-new-submission', 'agreed-with-sender'] as const;

interface Options {
  readonly exchange?: string;
  readonly tokenFile?: string;
  readonly by?: string;
  readonly state?: (typeof STATES)[number];
  readonly reason?: (typeof DISCARDED)[number];
  readonly json?: true;
}
interface Item {
  readonly id: string;
  readonly queue: string;
  readonly type: string;
  readonly reason: string;
  readonly reasonText: { readonly sv: string; readonly en: string };
  readonly messageId?: string;
  readonly sender?: string;
  readonly gateway?: string;
  readonly bytes: number;
  readonly deliveries?: number;
  readonly at: string;
}
interface SandboxFile {
  readonly operator: { readonly exchange: string; readonly tokenFile: string };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** quarantine list, show, retry, discard */
export const quarantineCommands = (program: Command): void => {
  const quarantine = program
    .command('quarantine')
    .description("what the exchange set aside, for the operator's people; never its content, which is sealed");
  const sub = (name: string, text: string): Command =>
    quarantine
      .command(name)
      .description(text)
      .option('--exchange <url>', 'the exchange; that of the sandbox without it')
      .option('--token-file <file>', "the operator's token (OPERATOR_TOKEN_FILE); that of the sandbox without it");
  const by = (): Option => new Option('--by <id>', 'who does it, for the history; your account on this machine');

  sub('list', 'the 200 oldest, why each was set aside, and for how long')
    .addOption(new Option('--state <state>').choices(STATES).default('held'))
    .option('--json', 'as the exchange gives it')
    .action(async ({ state = 'held', json, ...at }: Options, command: Command) => {
      const answer = (await ask(command, at, 'GET', `?state=${state}`)) as { readonly items: readonly Item[] };
      if (json === true) print(answer);
      else listed(answer.items);
    });
  sub('show <id>', 'one of them: metadata, reason, digest, deliveries, and what was done with it').action(
    async (id: string, at: Options, command: Command) => print(await ask(command, at, 'GET', `/${id}`)),
  );
  sub('retry <id>', 'handle it again, when the cause is mended; tells what became of it')
    .addOption(by())
    .action(async (id: string, at: Options, command: Command) => {
      const done = await ask(command, at, 'POST', `/${id}/retry`, { by: whoOf(at) });
      print({ ...done, next: nextOf(String(done['outcome'])) });
    });
  sub('discard <id>', 'end it for good; its sender is told, by a signed notice in the log')
    .addOption(by())
    .addOption(new Option('--reason <code>', 'why; the sender is told').choices(DISCARDED).makeOptionMandatory())
    .action(async (id: string, at: Options, command: Command) =>
      print(await ask(command, at, 'POST', `/${id}/discard`, { by: whoOf(at), reason: at.reason })),
    );
};

const listed = (items: readonly Item[]): void => {
  for (const { id, at, reason, reasonText, type, queue, messageId, sender, bytes, deliveries } of items) {
    say(`${id}  ${at}  ${reason}`);
    say(`    sv: ${reasonText.sv}`);
    say(`    en: ${reasonText.en}`);
    const about = [messageId === undefined ? [] : `message ${messageId}`, sender === undefined ? [] : `from ${sender}`];
    const times = deliveries === undefined ? [] : [`delivered ${deliveries} time${deliveries === 1 ? '' : 's'}`];
    say(`    ${[type === '' ? 'no type' : type, queue, ...about.flat(), `${bytes} octets`, ...times].join(', ')}`);
  }
  say(items.length === 1 ? '1 message' : `${items.length} messages`);
};

const NEXT: Readonly<Record<string, string>> = {
  permit: 'decided: released when the log has its entry under the quorum',
  deny: 'decided: refused; its sender is told when the log has it',
  assess: 'decided: refused, an assessment is missing; its sender is told when the log has it',
  expired: 'had expired; its sender is told when the log has it',
  known: 'it had been handled before: nothing changed',
  taken: 'taken into the log; goes on when the log has it',
  withdrawn: 'the message is withdrawn; its sender is told when the log has it',
  early: 'kept until what it speaks of is here',
  published: 'published to the gateway again; if that one cannot handle it now either it is back here, as another row',
};
const nextOf = (outcome: string): string => NEXT[outcome] ?? outcome;

/** An id, as the exchange takes it: what an account's name has more than that is left out. */
const whoOf = ({ by }: Options): string =>
  by ??
  (userInfo()
    .username.toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '')
    .slice(0, 32) ||
    'operator');

const ask = async (
  command: Command,
  { exchange, tokenFile }: Options,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Readonly<Record<string, unknown>>> => {
  const at = placeOf(command, exchange, tokenFile);
  const response = await fetch(`${at.exchange}/v1/quarantine${path}`, {
    method,
    headers: {
      authorization: `Bearer ${readFileSync(at.tokenFile, 'utf8').trim()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Readonly<Record<string, unknown>>;
  if (!response.ok) throw new DelgeProblem(answer as unknown as ProblemDetails);
  return answer;
};

const placeOf = (
  command: Command,
  exchange: string | undefined,
  tokenFile: string | undefined,
): SandboxFile['operator'] => {
  if (exchange !== undefined && tokenFile !== undefined) return { exchange, tokenFile: existing(tokenFile) };
  if (exchange !== undefined || tokenFile !== undefined) throw new Error('--exchange and --token-file go together');
  const file = rootPath(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox);
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as SandboxFile).operator;
  } catch {
    throw new Error('there is no sandbox here: run `npm start` first, or say --exchange and --token-file');
  }
};
