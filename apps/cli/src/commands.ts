import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { MessageView, ReferralView, SubmitReferralDto } from '#contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { DelgeClient } from '#client';
import { clientOf } from './sandbox.js';

const SETTLED_MS = 30_000;
const POLL_MS = 100;
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
}

export const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
export const client = (command: Command, authority: string): DelgeClient =>
  clientOf(command.optsWithGlobals<{ readonly sandbox: string }>().sandbox, authority);

/** @param file `-` for what is piped in @throws an error that names the file */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new Error(`${file} cannot be read`, { cause: error });
    throw new Error(`${file} is not JSON: ${error.message}`, { cause: error });
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
): { sender: string; referral: SubmitReferralDto } => {
  const read = readJson(file) as ReferralFile & SubmitReferralDto;
  const { system, referral = read as SubmitReferralDto } = read as ReferralFile;
  const sender = as ?? system;
  if (sender === undefined) throw new Error('name the sending authority with --as');
  const ids = newId === undefined ? {} : { id: randomUUID(), caseId: randomUUID() };
  const attachments = attach === undefined ? {} : { attachments: attach.map(attached) };
  return { sender, referral: { ...referral, ...ids, ...attachments } };
};

/** send, body, token */
export const sendCommands = (program: Command): void => {
  program
    .command('send <file>')
    .description('submit a referral, and wait until its messages have arrived or ended')
    .option('--as <authority>', 'sending authority; an example file names its own')
    .option('--new-id', 'under new ids, so that it is another referral each time')
    .option('--send-permitted', 'leave out the items that may not go')
    .option(
      '--attach <upload:items...>',
      'uploads with the items that they hold, e.g. 0192f0c1-…:circumstances~benefit-case',
    )
    .action(async (file: string, options: SendOptions, command: Command) => {
      const { sender, referral } = readReferral(file, options);
      const as = client(command, sender);
      const accepted = await as.submit(
        referral,
        options.sendPermitted === undefined ? {} : { onDeny: 'send-permitted' },
      );
      if (accepted.state === 'awaiting-assessment') {
        print(accepted);
        return;
      }
      print(summary(await settled(as, referral.id)));
    });
  program
    .command('body <file>')
    .description('print the body that would be sent, for curl')
    .option('--as <authority>', 'sending authority')
    .option('--new-id', 'under new ids')
    .action((file: string, options: SendOptions) => print(readReferral(file, { as: '-', ...options }).referral));
  program
    .command('token <authority>')
    .description('print an access token of the authority’s system, good for ten minutes')
    .action(async (authority: string, _options: object, command: Command) => {
      process.stdout.write(`${await client(command, authority).accessToken()}\n`);
    });
};

/** referral, referrals, deliveries, delivery */
export const readCommands = (program: Command): void => {
  const as = (name: string, text: string): Command =>
    program.command(name).description(text).requiredOption('--as <authority>', 'authority whose system asks');
  type As = { readonly as: string };
  as('referrals', 'list own referrals').action(async (options: As, command: Command) =>
    print(await client(command, options.as).referrals()),
  );
  as('referral <id>', 'read a referral with its receipts and proofs').action(
    async (id: string, options: As, command: Command) => print(await client(command, options.as).referral(id)),
  );
  as('deliveries', 'list what was received').action(async (options: As, command: Command) =>
    print(await client(command, options.as).deliveries()),
  );
  as('delivery <id>', 'read what was received, with its evidence').action(
    async (id: string, options: As, command: Command) => print(await client(command, options.as).delivery(id)),
  );
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
