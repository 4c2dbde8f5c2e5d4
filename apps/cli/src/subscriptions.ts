import { randomUUID } from 'node:crypto';
import { OFFICERS_ANSWERS, SUBSCRIPTION_SCOPES, SUBSCRIPTION_STATES } from '#contracts';
import type { AnswerSubscriptionDto, AssessmentDto, HeldItem, PutStandingOrderDto, SubscriptionView } from '#contracts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { asOption, client, print, readJson, rows } from './commands.js';

interface As {
  readonly as?: string;
}

interface BackfillOptions extends As {
  readonly referral: string[];
  readonly assessments?: string;
}

/** subscriptions: list, answer, held, backfill, orders, order, end-order */
export const subscriptionsCommand = (program: Command): void => {
  const subscriptions = program
    .command('subscriptions')
    .description('who is sent what comes in the cases of an authority, and what it asked others for');
  const sub = (name: string, text: string): Command => asOption(subscriptions.command(name).description(text));

  sub('list <direction>', 'list those `received`, or those `sent`')
    .addOption(new Option('--state <state>', 'these alone').choices(SUBSCRIPTION_STATES))
    .action(
      async (direction: 'received' | 'sent', { as, state }: As & { readonly state?: string }, command: Command) => {
        const asking = client(command, as);
        const only = state === undefined ? {} : { state };
        const items: SubscriptionView[] = [];
        for await (const item of rows((query) => asking.subscriptions.list(direction, { ...query, ...only })))
          items.push(item);
        print({ items });
      },
    );
  sub('answer <id>', 'grant, refuse, suspend, resume or end one that was received')
    .addOption(new Option('--answer <code>', 'what, and why').choices(OFFICERS_ANSWERS).makeOptionMandatory())
    .requiredOption('--office <code>', 'that stands behind it')
    .action(async (id: string, { as, answer, office }: As & AnswerSubscriptionDto, command: Command) =>
      print(await client(command, as).subscriptions.answer(id, { answer, office })),
    );
  sub('held', 'list what was not released to subscribers, and why').action(async ({ as }: As, command: Command) => {
    const asking = client(command, as);
    const items: HeldItem[] = [];
    for await (const item of rows((query) => asking.subscriptions.held(query))) items.push(item);
    print({ items });
  });
  sub('backfill <id>', 'disclose own referrals anew to a subscriber, each on its verdict of today')
    .requiredOption('--referral <id...>', 'which')
    .option('--assessments <file>', 'list of assessments for this subscriber, of one referral; - reads standard input')
    .action(async (id: string, { as, referral, assessments }: BackfillOptions, command: Command) => {
      const said = assessments === undefined ? {} : { assessments: readJson(assessments) as AssessmentDto[] };
      print(await client(command, as).subscriptions.backfill(id, { referralIds: referral, ...said }));
    });
  sub('orders', 'list standing orders').action(async ({ as }: As, command: Command) =>
    print({ items: await client(command, as).subscriptions.standingOrders() }),
  );
  sub('order [id]', 'grant at once what a subscriber asks for; a new id when there is none')
    .requiredOption('--subscriber <authority>', 'who asks')
    .addOption(new Option('--scope <scope>', 'for what').choices(SUBSCRIPTION_SCOPES).makeOptionMandatory())
    .requiredOption('--type <name...>', 'message types, without version')
    .requiredOption('--office <code>', 'that stands behind it')
    .action(
      async (
        id: string | undefined,
        { as, type, ...said }: As & Omit<PutStandingOrderDto, 'messageTypes'> & { readonly type: string[] },
        command: Command,
      ) =>
        print(
          await client(command, as).subscriptions.putStandingOrder(id ?? randomUUID(), { ...said, messageTypes: type }),
        ),
    );
  sub('end-order <id>', 'end a standing order; what it granted stays granted').action(
    async (id: string, { as }: As, command: Command) => {
      await client(command, as).subscriptions.endStandingOrder(id);
      print({ id });
    },
  );
};
