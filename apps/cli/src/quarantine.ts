import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { DelgeProblem } from '#client';
import type { ProblemDetails } from '#client';
import { Option } from 'commander';
import type { Command } from 'commander';
import { print } from './commands.js';
import { confirmed } from './confirm.js';
import { existing, rootPath } from './files.js';

const STATES = ['held', 'retried', 'discarded'] as const;
const DISCARDED = [
  'unreadable',
  'not-genuine',
  'superseded-by-new-submission',
  'agreed-with-sender',
  'stands-already',
] as const;

interface Options {
  readonly exchange?: string;
  readonly tokenFile?: string;
  readonly by?: string;
  readonly state?: (typeof STATES)[number];
  readonly reason?: (typeof DISCARDED)[number];
  readonly json?: true;
  readonly gateway?: string;
  readonly sender?: string;
  readonly after?: string;
  readonly force?: true;
  readonly yes?: true;
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
  readonly kept: boolean;
  readonly deliveries?: number;
  readonly at: string;
}
interface Listed {
  readonly items: readonly Item[];
  readonly next?: string;
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

  sub('list', 'why each was set aside and since when, the oldest first, 200 at a time')
    .addOption(new Option('--state <state>').choices(STATES).default('held'))
    .option('--gateway <id>', 'that published it, whose queue it was in, or whose message it is')
    .option('--sender <authority>', 'whose message it is')
    .option('--after <id>', 'the next ones after this, which a list ends with')
    .option('--json', 'as the exchange gives it')
    .action(async ({ state = 'held', json, gateway, sender, after, ...at }: Options, command: Command) => {
      const given = Object.entries({ state, gateway, sender, after }).filter(([, value]) => value !== undefined);
      const query = new URLSearchParams(Object.fromEntries(given) as Record<string, string>);
      const answer = (await ask(command, at, 'GET', `?${query}`)) as unknown as Listed;
      if (json === true) print(answer);
      else listed(answer, query);
    });
  sub('show <id>', 'one of them: metadata, reason, digest, deliveries, and what was done with it').action(
    async (id: string, at: Options, command: Command) => print(await ask(command, at, 'GET', `/${idOf(id)}`)),
  );
  sub('retry <id>', 'handle it again, when the cause is mended; tells what became of it')
    .addOption(by())
    .option('--force', 'also what may stop the process that handles it, and all that it has in hand')
    .action(async (id: string, at: Options, command: Command) => {
      const body = { by: whoOf(at), ...(at.force === true ? { force: true } : {}) };
      const done = await settle(command, at, idOf(id), 'retry', body);
      print({ ...done, next: nextOf(String(done['outcome'])) });
    });
  sub('discard <id>', 'end it for good; its sender is told, by a signed notice in the log')
    .addOption(by())
    .addOption(new Option('--reason <code>', 'why; the sender is told').choices(DISCARDED).makeOptionMandatory())
    .option('--yes', 'do not ask first; needed where there is no terminal')
    .action(async (given: string, at: Options, command: Command) => {
      const id = idOf(given);
      const by = whoOf(at);
      await confirmed(`Discard ${id} for good, as ${at.reason}?`, at.yes === true);
      print(await settle(command, at, id, 'discard', { by, reason: at.reason }));
    });
};

const listed = ({ items, next }: Listed, query: URLSearchParams): void => {
  for (const { id, at, reason, reasonText, type, queue, messageId, sender, bytes, deliveries, kept } of items) {
    say(`${id}  ${at}  ${reason}`);
    say(`    sv: ${reasonText.sv}`);
    say(`    en: ${reasonText.en}`);
    const about = [messageId === undefined ? [] : `message ${messageId}`, sender === undefined ? [] : `from ${sender}`];
    const times = deliveries === undefined ? [] : [`delivered ${deliveries} time${deliveries === 1 ? '' : 's'}`];
    say(
      `    ${[type === '' ? 'no type' : type, queue, ...about.flat(), `${bytes} octets${kept ? '' : ', not kept'}`, ...times].join(', ')}`,
    );
  }
  // What was asked for stands beside the number: none of a gateway whose id was mistyped is not none.
  const asked = [...query].map(([name, value]) => (name === 'state' ? value : `${name} ${value}`)).join(', ');
  say(`${items.length === 1 ? '1 message' : `${items.length} messages`} (${asked})`);
  if (next !== undefined) say(`more: --after ${next}`);
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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** @throws when it is none: nothing else is put into the path of a request that bears the operator's token */
const idOf = (given: string): string => {
  const id = given.trim().toLowerCase();
  if (!UUID.test(id)) throw new Error('that is no id of quarantine: `delge quarantine list` begins each with its own');
  return id;
};

const WHO = /^[a-z0-9][a-z0-9._-]{0,31}$/;
/** An id, as the exchange takes it: what an account's name has more than that is left out. */
const whoOf = ({ by }: Options): string => {
  if (by === undefined) {
    const name = userInfo()
      .username.toLowerCase()
      .replaceAll(/[^a-z0-9._-]/g, '')
      .replace(/^[._-]+/, '')
      .slice(0, 32);
    return name === '' ? 'operator' : name;
  }
  if (!WHO.test(by)) throw new Error('--by is an id of 1 to 32 of a-z, 0-9, dot, line and underscore: say `kalle.a`');
  return by;
};

/** Retries or discards. One that was settled before is told from one that is not here. */
const settle = async (
  command: Command,
  at: Options,
  id: string,
  act: 'retry' | 'discard',
  body: object,
): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return await ask(command, at, 'POST', `/${id}/${act}`, body);
  } catch (error) {
    if (!(error instanceof DelgeProblem) || error.slug !== 'not-found') throw error;
    // It is not held: it is not here, or somebody was first.
    const { state } = await ask(command, at, 'GET', `/${id}`);
    if (state === 'held') throw error;
    throw new Error(`${id} was ${String(state)} already, and nothing was done now: \`quarantine show\` has by whom`, {
      cause: error,
    });
  }
};

/** Longer than the exchange has a message in hand. */
const TIMEOUT_MS = 60_000;

const reasonOf = (error: unknown): string => {
  const { cause } = error as { readonly cause?: { readonly code?: string } };
  return cause?.code ?? (error as Error).message;
};

const objectOf = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
};

const ask = async (
  command: Command,
  { exchange, tokenFile }: Options,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Readonly<Record<string, unknown>>> => {
  const at = placeOf(command, exchange, tokenFile);
  const url = `${at.exchange.replace(/\/+$/, '')}/v1/quarantine${path}`;
  const token = readFileSync(at.tokenFile, 'utf8').trim();
  // A header takes no other, and what it says of one has the token in it.
  if (!/^[ -~]+$/.test(token)) throw new Error(`${at.tokenFile} holds no token: one line of OPERATOR_TOKEN_FILE`);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const why = signal.aborted
      ? `no answer in ${TIMEOUT_MS / 1000} s; it may be done all the same: see \`show\``
      : reasonOf(error);
    throw new Error(`${at.exchange}: ${why}`);
  });
  const answer = objectOf(await response.text());
  if (answer === undefined)
    throw new Error(`${url} answered ${response.status} with something else than JSON: is that the exchange?`);
  if (!response.ok) throw new DelgeProblem(answer as unknown as ProblemDetails);
  return answer;
};

const placeOf = (
  command: Command,
  exchange: string | undefined,
  tokenFile: string | undefined,
): SandboxFile['operator'] => {
  if (exchange !== undefined && tokenFile !== undefined) {
    if (!/^https?:\/\//.test(exchange)) throw new Error('--exchange is a URL: http:// or https://, host, and port');
    const file = existing(tokenFile);
    if (!statSync(file).isFile()) throw new Error(`${tokenFile} is no file`);
    return { exchange, tokenFile: file };
  }
  if (exchange !== undefined || tokenFile !== undefined) throw new Error('--exchange and --token-file go together');
  const file = rootPath(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox);
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as SandboxFile).operator;
  } catch {
    throw new Error('there is no sandbox here: run `npm start` first, or say --exchange and --token-file');
  }
};
