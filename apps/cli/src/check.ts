import { Option } from 'commander';
import type { Command } from 'commander';
import type { DelgeClient } from '#client';
import type {
  CheckedReferralDto,
  DisclosureCheckDto,
  DisclosureCheckView,
  GroundView,
  RecipientCheckView,
  ReferralCheckDto,
  ReferralCheckView,
  VerdictView,
} from '#contracts';
import type { Explanation, GroundText } from '#legal-basis';
import { client, print, readJson } from './commands.js';

const EXIT = { permit: 0, deny: 1, assess: 2 } as const;
const NO_ANSWER = 3;

type Lang = 'sv' | 'en';
interface CheckOptions {
  readonly as?: string;
  readonly on?: string;
  readonly grounds?: true;
  readonly lang: Lang;
  readonly json?: true;
}
interface Asked {
  /** Undefined: nobody is named, and one's own system asks. */
  readonly sender: string | undefined;
  readonly body: DisclosureCheckDto | ReferralCheckDto;
}
type Answer = DisclosureCheckView | ReferralCheckView;

/**
 * @param read a file of examples/referrals, the body of `POST /v1/referrals`, or either body of `POST /v1/disclosure-checks`
 */
export const askedOf = (read: object, { as, on, grounds }: Pick<CheckOptions, 'as' | 'on' | 'grounds'>): Asked => {
  const given = read as { readonly system?: string; readonly referral?: CheckedReferralDto; readonly on?: string };
  const sender = as ?? given.system;
  const day = on ?? given.on;
  const common = day === undefined ? {} : { on: day };
  const none = grounds === undefined ? {} : { bases: [] };
  const referral = given.referral ?? ('to' in read ? (read as CheckedReferralDto) : undefined);
  if (referral === undefined) return { sender, body: { ...(read as DisclosureCheckDto), ...common, ...none } };
  return { sender, body: { referral: { ...referral, ...none }, ...common } };
};

/** check: 0 no formal obstacle, 1 a formal obstacle, 2 an assessment is missing, 3 no answer */
export const checkCommand = (program: Command): void => {
  program
    .command('check <file>')
    .description('dry run: may this be sent? Exit code 0 permit, 1 deny, 2 assess, 3 no answer')
    .option(
      '--as <authority>',
      'sending authority; an example file names its own, and without either your own system asks',
    )
    .option('--on <date>', 'day of disclosure, YYYY-MM-DD')
    .option('--grounds', 'claim no basis, and be told which would carry it')
    .addOption(new Option('--lang <language>', 'of the texts').choices(['sv', 'en']).default('sv'))
    .option('--json', 'the answer as it came')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : NO_ANSWER))
    .action(async (file: string, options: CheckOptions, command: Command) => {
      process.exitCode = NO_ANSWER;
      const { sender, body } = askedOf(readJson(file) as object, options);
      const answer = await ask(client(command, sender), body);
      if (options.json === true) print(answer);
      else process.stdout.write(textOf(answer, options.lang));
      process.exitCode = EXIT['outcome' in answer ? answer.outcome : answer.verdict.outcome];
    });
};

const ask = (as: DelgeClient, body: Asked['body']): Promise<Answer> =>
  'referral' in body ? as.checkReferral(body) : as.check(body);

const HEADINGS = {
  sv: {
    items: 'Därför',
    missing: 'Saknas',
    ways: 'Vägar',
    part: 'En del',
    questions: 'Frågor',
    grounds: 'Grunder som skulle bära',
    none: 'ingen',
  },
  en: {
    items: 'Why',
    missing: 'Missing',
    ways: 'Ways',
    part: 'A part',
    questions: 'Questions',
    grounds: 'Grounds that would carry it',
    none: 'none',
  },
} as const;

/** For people: a block for each recipient, with a table of the grounds when no basis was claimed. */
export const textOf = (answer: Answer, lang: Lang): string => {
  const recipients = 'recipients' in answer ? answer.recipients : [{ authority: '', function: '', ...answer }];
  const head = `${answer.on}, ${lang === 'sv' ? 'regelsamling' : 'rule set'} ${answer.ruleSet.number}`;
  return [head, ...recipients.map((one) => recipientText(one, lang))].join('\n\n').concat('\n');
};

const recipientText = ({ authority, function: to, verdict, grounds }: RecipientCheckView, lang: Lang): string => {
  const { outcome, summary, items, missing, waysOut, questions } = verdict[lang] as Explanation;
  const heading = HEADINGS[lang];
  const part = (name: string, texts: readonly { readonly text: string }[]): readonly string[] =>
    texts.length === 0 ? [] : [`  ${name}`, ...texts.map(({ text }) => `    - ${text}`)];
  return [
    [authority, to, `${verdict.outcome} (${outcome})`].filter((word) => word !== '').join('  '),
    `  ${summary}`,
    ...part(heading.items, items),
    ...part(heading.missing, missing),
    // Every ground is told below, so that the few among the ways need not be.
    ...(grounds === undefined
      ? [...part(heading.ways, waysOut), ...part(heading.part, partOf(verdict, lang))]
      : [`  ${heading.grounds}`, ...groundsTable(grounds, lang)]),
    ...part(heading.questions, questions),
  ].join('\n');
};

/** What may go of a referral that may not go as a whole. */
const partOf = ({ permitted }: VerdictView, lang: Lang): readonly { readonly text: string }[] =>
  permitted === undefined ? [] : [{ text: permitted.text[lang] }];

const groundsTable = (grounds: readonly GroundView[], lang: Lang): readonly string[] => {
  if (grounds.length === 0) return [`    ${HEADINGS[lang].none}`];
  const cells = grounds.map(({ bases, outcome, kind, force, clock }) => [
    bases.join(' + '),
    kind === undefined ? outcome : `${outcome}/${kind}`,
    force,
    clock === 'none' ? '' : clock,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return grounds.flatMap((ground, at) => {
    const { text, missing } = ground[lang] as GroundText;
    const row = cells[at]?.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ') ?? '';
    return [`    ${row.trimEnd()}`, `      ${text}`, ...missing.map((one) => `      - ${one.text}`)];
  });
};
