import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type {
  DeliveryListItem,
  MessageView,
  Page,
  ReceivedCaseView,
  ReferralView,
  Scope,
  SubmitReferralDto,
} from '#contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { DelgeClient } from '#client';
import { ownClient } from './own.js';
import { clientOf } from './sandbox.js';

const SETTLED_MS = 30_000;
const POLL_MS = 100;
const SAY_MS = 3_000;
/** States that a message does not leave by itself; `fetched` waits for people. */
const SETTLED = [
  'fetched',
  'acknowledged',
  'refused',
  'rejected',
  'expired',
  'withdrawn',
  'quarantined',
  'delivery-quarantined',
  'discarded',
];

/** States in which its recipient has it. */
const ARRIVED = ['fetched', 'acknowledged'];

/** A file of examples/referrals, or the bare body of `POST /v1/referrals`. */
interface ReferralFile {
  readonly system?: string;
  readonly referral?: SubmitReferralDto;
}
interface SendOptions {
  readonly as?: string;
  readonly newId?: true;
  readonly sendPermitted?: true;
  readonly attach?: readonly string[];
  readonly ids?: true;
}

export const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
/**
 * @param authority whose system of the sandbox asks; without it the system that `delge init` made
 * @param scopes those that its tokens carry; absent: all that it may do
 */
export const client = (command: Command, authority?: string, scopes?: readonly Scope[]): DelgeClient => {
  const { sandbox, config } = command.optsWithGlobals<{ readonly sandbox: string; readonly config?: string }>();
  return authority === undefined ? ownClient(config, scopes) : clientOf(sandbox, authority, scopes);
};
/** `--as`, which may be left out by whoever has a system of its own. */
export const asOption = (command: Command): Command =>
  command.option('--as <authority>', 'authority of the sandbox whose system asks; without it your own system');

/** As many as a gateway gives at once. */
const PAGE = '200';
/** All rows of a list, page by page. */
export async function* rows<T>(list: (query: Readonly<Record<string, string>>) => Promise<Page<T>>): AsyncGenerator<T> {
  for (let after: string | undefined; ;) {
    const { items, next } = await list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    // A page may have few or none and be followed by another; the end is where it was before.
    if (next !== undefined && next === after) return;
    yield* items;
    if (next === undefined) return;
    after = next;
  }
}

/** @param file `-` for what is piped in @throws an error that names the file */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new Error(`${file} cannot be read`, { cause: error });
    throw new Error(`${file} is not JSON: ${error.message}`, { cause: error });
  }
};

/** For a script, which goes on with them when all have arrived. */
const printIds = (recipients: readonly Pick<MessageView, 'messageId' | 'authority' | 'state'>[]): void => {
  process.stdout.write(recipients.map(({ messageId }) => `${messageId}\n`).join(''));
  for (const { messageId, authority, state } of recipients.filter((one) => !ARRIVED.includes(one.state))) {
    process.stderr.write(
      `${messageId} has not arrived at ${authority}: ${state}; delge doctor ${messageId} tells why\n`,
    );
    process.exitCode = 1;
  }
};

/** @param given `<upload>:<item>,<item>` */
const attached = (given: string): NonNullable<SubmitReferralDto['attachments']>[number] => {
  const [id = '', items = ''] = given.split(':', 2);
  return { id, items: items.split(',') };
};

const readReferral = (
  file: string,
  { as, newId, attach }: SendOptions,
): { sender?: string; referral: SubmitReferralDto } => {
  const read = readJson(file) as ReferralFile & SubmitReferralDto;
  const { system, referral = read as SubmitReferralDto } = read as ReferralFile;
  const sender = as ?? system;
  const ids = newId === undefined ? {} : { id: randomUUID(), caseId: randomUUID() };
  const attachments = attach === undefined ? {} : { attachments: attach.map(attached) };
  return { ...(sender === undefined ? {} : { sender }), referral: { ...referral, ...ids, ...attachments } };
};

/** send, body, token */
export const sendCommands = (program: Command): void => {
  program
    .command('send <file>')
    .description('submit a referral, and wait until its messages have arrived or ended')
    .option(
      '--as <authority>',
      'sending authority; an example file names its own, and without either your own system sends',
    )
    .option('--new-id', 'under new ids, so that it is another referral each time')
    .option('--send-permitted', 'leave out the items that may not go')
    .option(
      '--attach <upload:items...>',
      'uploads with the items that they hold, e.g. 0192f0c1-…:circumstances~benefit-case',
    )
    .option('--ids', 'print the ids of its messages alone, one a line; exit code 1 unless all have arrived')
    .action(async (file: string, options: SendOptions, command: Command) => {
      const { sender, referral } = readReferral(file, options);
      const as = client(command, sender);
      const accepted = await patiently(
        'the gateway has not answered yet; still trying',
        as.submit(referral, options.sendPermitted === undefined ? {} : { onDeny: 'send-permitted' }),
      );
      const isDraft = accepted.state === 'awaiting-assessment';
      const waited = isDraft
        ? undefined
        : await patiently('accepted; waiting until its messages have arrived or ended', settled(as, referral.id));
      if (options.ids === undefined) print(waited === undefined ? accepted : summary(waited));
      else printIds((waited ?? accepted).recipients);
    });
  program
    .command('body <file>')
    .description('print the body that would be sent, for curl')
    .option('--new-id', 'under new ids')
    .action((file: string, options: SendOptions) => print(readReferral(file, options).referral));
  program
    .command('token [authority]')
    .description('print an access token of the authority’s system, or of your own, good for ten minutes')
    .option('--scope <scopes...>', 'for this alone; without it, for all that the system may do')
    .action(
      async (authority: string | undefined, { scope }: { readonly scope?: readonly Scope[] }, command: Command) => {
        process.stdout.write(`${await client(command, authority, scope).accessToken()}\n`);
      },
    );
};

/** referral, referrals, deliveries, delivery */
export const readCommands = (program: Command): void => {
  const as = (name: string, text: string): Command => asOption(program.command(name).description(text));
  type As = { readonly as?: string };
  as('referrals', 'list own referrals').action(async (options: As, command: Command) =>
    print(await client(command, options.as).referrals()),
  );
  as('referral <id>', 'read a referral with its receipts and proofs').action(
    async (id: string, options: As, command: Command) => print(await client(command, options.as).referral(id)),
  );
  as('deliveries', 'list what was received')
    .option('--case <id>', 'of this case, in the order of release, and which delivery numbers are missing')
    .action(async (options: As & { readonly case?: string }, command: Command) => {
      const asking = client(command, options.as);
      print(await (options.case === undefined ? asking.deliveries() : receivedCase(asking, options.case)));
    });
  as('delivery <id>', 'read what was received, with its evidence')
    .option('--content', 'what it says alone, and who sent it')
    .action(async (id: string, options: As & { readonly content?: true }, command: Command) => {
      const delivery = await client(command, options.as).delivery(id);
      const { sender, type, caseId, deliveryNumber, registration, content } = delivery;
      print(options.content === undefined ? delivery : { sender, type, caseId, deliveryNumber, registration, content });
    });
};

/** All of it. */
const receivedCase = async (asking: DelgeClient, id: string): Promise<Omit<ReceivedCaseView, 'next'>> => {
  const [items, missing] = [[] as DeliveryListItem[], [] as ReceivedCaseView['missing'][number][]];
  for (let after = 0; ;) {
    const page = await asking.receivedCase(id, { limit: PAGE, after: String(after) });
    items.push(...page.items);
    missing.push(...page.missing);
    if (page.items.length < Number(PAGE)) return { caseId: id, items, missing };
    after = page.next;
  }
};

/** Says what it waits for, every few seconds and apart from what it prints. */
export const patiently = async <T>(what: string, work: Promise<T>): Promise<T> => {
  const timer = setInterval(() => process.stderr.write(`${what} …\n`), SAY_MS);
  return work.finally(() => clearInterval(timer));
};

const settled = async (as: DelgeClient, id: string): Promise<ReferralView> => {
  const deadline = Date.now() + SETTLED_MS;
  for (;;) {
    const view = await as.referral(id);
    if (view.recipients.every(({ state }) => SETTLED.includes(state)) || Date.now() > deadline) return view;
    await delay(POLL_MS);
  }
};

const summary = ({ id, caseId, recipients }: ReferralView): object => ({
  id,
  caseId,
  recipients: recipients.map(
    ({ authority, messageId, state, stateText, leftOut, receipts, decision }: MessageView) => ({
      authority,
      messageId,
      state,
      stateText,
      ...(leftOut === undefined ? {} : { leftOut }),
      ...(decision === undefined
        ? {}
        : { outcome: decision.outcome, number: decision.number, decidedAt: decision.decidedAt }),
      receipts: receipts.map(({ kind, at }) => ({ kind, at })),
    }),
  ),
});
