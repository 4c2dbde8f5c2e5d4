import type { Command } from 'commander';
import { print } from '../commands.js';
import { askingClient, asOptions } from '../evidence.js';
import type { AskedAs } from '../evidence.js';
import { examine } from './examine.js';
import type { Diagnosis } from './examine.js';
import { OUTCOMES, STEPS } from './step.js';
import type { Step } from './step.js';

interface DoctorOptions extends AskedAs {
  readonly sv?: true;
  readonly json?: true;
}
type Lang = 'sv' | 'en';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** doctor: 0 arrived, 1 will not arrive by itself, 2 on its way, 3 could not be asked */
export const doctorCommand = (program: Command): void => {
  const command = program
    .command('doctor <id>')
    .description(
      'say why a message did not arrive, step by step, by the id of a message or a referral. Exit code 0 arrived, 1 will not arrive by itself, 2 on its way, 3 could not be asked',
    )
    .option('--sv', 'in Swedish')
    .option('--json', 'for programs, with both languages')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : OUTCOMES['not-asked']));
  asOptions(command).action(async (given: string, options: DoctorOptions) => {
    process.exitCode = OUTCOMES['not-asked'];
    const id = given.trim().toLowerCase();
    if (!UUID.test(id))
      throw new Error('that is no id: a referral’s is the one you sent it under, `referrals` lists both');
    const diagnosis = await examine(askingClient(command, options), id);
    if (options.json === true) print(diagnosis);
    else process.stdout.write(textOf(diagnosis, options.sv === true ? 'sv' : 'en'));
    process.exitCode = OUTCOMES[diagnosis.outcome];
  });
};

const VERDICTS = {
  arrived: { sv: 'framme', en: 'arrived' },
  'will-not-arrive': { sv: 'kommer inte fram av sig själv', en: 'will not arrive by itself' },
  'on-its-way': { sv: 'på väg', en: 'on its way' },
  'not-asked': { sv: 'gick inte att ta reda på', en: 'could not be asked' },
} as const;

const textOf = ({ steps, messages, outcome }: Diagnosis, lang: Lang): string => {
  const blocks = messages.flatMap((message) => [
    `${message.authority}  ${message.messageId}`,
    ...message.steps.map((step) => lineOf(step, lang)),
    `=>  ${VERDICTS[message.outcome][lang]}`,
  ]);
  const end = messages.length === 0 ? [`=>  ${VERDICTS[outcome][lang]}`] : [];
  return [...steps.map((step) => lineOf(step, lang)), ...blocks, ...end].join('\n').concat('\n');
};

const WIDTH = Math.max(...Object.values(STEPS).flatMap(({ sv, en }) => [sv.length, en.length]));

const lineOf = ({ step, mark, text, next }: Step, lang: Lang): string =>
  `${mark}  ${STEPS[step][lang].padEnd(WIDTH)}  ${text[lang]}${next === undefined ? '' : ` -> ${next[lang]}`}`;
