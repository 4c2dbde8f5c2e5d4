import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { DelgeProblem } from '#client';
import type { DelgeClient } from '#client';
import type { FoundMessage, ReferralView } from '#contracts';
import { personalIdentityNumberOf } from '#legal-basis';
import { patiently } from '../commands.js';
import { askingClient, asOptions, below, writePrivate } from '../evidence.js';
import type { AskedAs } from '../evidence.js';
import { draftOf, readOfDelivery, readOfRecord, readOfReferral } from './draft.js';
import type { DraftItem, DraftMessage } from './draft.js';
import { DIRECTION_WORDS, HELD, INCOMPLETE, INTRODUCTION, ROLE_WORDS } from './words.js';

interface Options extends AskedAs {
  readonly office: string;
  readonly officer: string;
  readonly reference: string;
  readonly json?: true;
  readonly out?: string;
}
interface Draft {
  readonly reference: string;
  readonly complete: boolean;
  readonly messages: readonly DraftMessage[];
}
const PAGE = 200;
const ERASED = 410;

/** registerutdrag */
export const registerutdragCommand = (program: Command): void => {
  const command = program
    .command('registerutdrag <file>')
    .description(
      'draft the answer to somebody who asks what the authority has sent and received about them: each message with its kinds of data, each of them held for an officer to assess. The number is read from a file, or from what is piped in (-). Each page of the search, and each message that is read, stands in the access log',
    )
    .requiredOption('--office <code>', 'office that stands behind the search, e.g. registrator')
    .requiredOption('--officer <id>', 'the officer’s id, for the access log')
    .requiredOption('--reference <text>', 'diary number of the request')
    .option('--json', 'for programs')
    .option('--out <file>', 'where to, for its owner alone to read; printed without it');
  asOptions(command).action(async (file: string, options: Options) => {
    const { json, out } = options;
    const number = numberIn(file);
    const asking = askingClient(command, options);
    const draft = await patiently('searching, and reading what was found', drafted(asking, number, options));
    const text = json === true ? `${JSON.stringify(draft, undefined, 2)}\n` : markdownOf(draft);
    if (out === undefined) process.stdout.write(text);
    else writePrivate(below(out), text);
    const { messages, complete } = draft;
    process.stderr.write(`${messages.length} messages, none of them assessed${out === undefined ? '' : `: ${out}`}\n`);
    if (!complete)
      process.stderr.write('not everything that is kept has been looked through yet: draft it again later\n');
  });
};

/** @throws an error that never holds what was read */
const numberIn = (file: string): string => {
  // On a command line others see it, and the shell keeps it.
  if (personalIdentityNumberOf(file) !== undefined || /^\d{6,8}[-+]?\d{4}$/.test(file))
    throw new Error('a number is given in a file, or piped in with -, and never on the command line');
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : below(file), 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  const number = personalIdentityNumberOf(text);
  if (number === undefined)
    throw new Error('there is no personal identity number in it: twelve digits, YYYYMMDDNNNC, and nothing else');
  return number;
};

const drafted = async (asking: DelgeClient, number: string, asked: Options): Promise<Draft> => {
  const { office, officer, reference } = asked;
  const found: FoundMessage[] = [];
  let isComplete = true;
  for (let after: string | undefined; ;) {
    const page = await asking.searchPersons({
      ...{ personalIdentityNumber: number, purpose: 'subject-access', office, officer, reference, limit: PAGE },
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items);
    isComplete &&= page.complete;
    if (page.items.length < PAGE || page.next === undefined) break;
    after = page.next;
  }
  const own = asked.as ?? 'den egna myndigheten';
  const referrals = new Map<string, ReferralView>();
  const messages: DraftMessage[] = [];
  for (const one of found) {
    const message = await messageOf(asking, own, one, referrals);
    if (message !== undefined) messages.push(message);
  }
  return { reference, complete: isComplete, messages };
};

/** @returns undefined of what was erased meanwhile */
const messageOf = async (
  asking: DelgeClient,
  own: string,
  found: FoundMessage,
  referrals: Map<string, ReferralView>,
): Promise<DraftMessage | undefined> => {
  const { messageId, referralId, recordedDisclosureId } = found;
  try {
    if (recordedDisclosureId !== undefined)
      return draftOf(found, readOfRecord(own, await asking.recordedDisclosure(recordedDisclosureId)));
    if (referralId === undefined) return draftOf(found, readOfDelivery(own, await asking.delivery(messageId)));
    const referral = referrals.get(referralId) ?? (await asking.referral(referralId));
    referrals.set(referralId, referral);
    const read = readOfReferral(own, messageId, referral);
    return read === undefined ? undefined : draftOf(found, read);
  } catch (error) {
    if (error instanceof DelgeProblem && error.problem.status === ERASED) return undefined;
    throw error;
  }
};

const markdownOf = ({ reference, complete, messages }: Draft): string =>
  [
    `# Registerutdrag, ${cell(reference)}`,
    ...INTRODUCTION.map((text) => `> ${text}`),
    ...(complete ? [] : [`> ${INCOMPLETE}`]),
    ...(messages.length === 0 ? ['Inga meddelanden är sökta fram.'] : messages.map(sectionOf)),
  ]
    .join('\n\n')
    .concat('\n');

const sectionOf = (message: DraftMessage): string => {
  const { title, at, from, to, direction, bases, roles, items, purpose, messageId, type } = message;
  const rows = items.map(
    (item) =>
      `| [ ] prövas | ${[cell(item.category), cell(item.source), cell(item.secrecy.join('; ')), heldWords(item), `\`${cell(item.item)}\``].join(' | ')} |`,
  );
  return [
    `## ${cell(title)}, ${at.slice(0, 10)}`,
    [
      `- [ ] prövas: hela avsnittet`,
      `- ${DIRECTION_WORDS[direction]} från ${from} till ${to}, ${at}`,
      `- Den enskilde är: ${roles.map((role) => ROLE_WORDS[role] ?? role).join(', ')}`,
      ...(purpose === undefined ? [] : [`- Ändamål: \`${purpose}\``]),
      `- Rättslig grund: ${bases.length === 0 ? 'ingen är prövad än (utkast, eller stoppat)' : bases.map(cell).join('; ')}`,
      `- För den som prövar: meddelande \`${messageId}\`, typ \`${type}\``,
    ].join('\n'),
    items.length === 0
      ? 'Inget manifest finns: meddelandet är ett utkast eller stoppades. Läs det i det egna systemet.'
      : [
          '| Prövning | Slag av uppgift | Källa | Sekretess som kan gälla | Hålls inne därför att | Uppgift |',
          '| --- | --- | --- | --- | --- | --- |',
          ...rows,
        ].join('\n'),
  ].join('\n\n');
};

const heldWords = ({ held }: DraftItem): string => held.map((one) => HELD[one]).join('; ');
/** What others wrote stays in its cell. */
const cell = (text: string): string => text.replaceAll(/[\r\n|`<>]/g, ' ');
