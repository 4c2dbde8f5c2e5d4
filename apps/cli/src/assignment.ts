import { randomUUID } from 'node:crypto';
import {
  ASSIGNMENT_FIELDS,
  ASSIGNMENT_PROVISIONS,
  isUnexpired,
  latestExpiry,
  parseAssignment,
  parseFindingAct,
  parseLook,
  parseSampleAct,
  parseSearch,
  signAssignment,
  typOf,
} from '#envelope';
import type { Assignment, AssignmentField, AssignmentGranted, AssignmentProvision } from '#envelope';
import { ASSIGNMENT_FIELD_WORDS, ASSIGNMENT_PROVISION_WORDS } from '#contracts';
import type { OpeningLineView } from '#contracts';
import { stockholmDate } from '#legal-basis';
import { Option } from 'commander';
import type { Command } from 'commander';
import { patiently, print } from './commands.js';
import { confirmed } from './confirm.js';
import { askingClient, asOptions } from './evidence.js';
import type { AskedAs } from './evidence.js';
import { administrator, environmentIn, keyOption, postSigned, whereTo } from './keeping.js';
import type { Signed, ToLedger } from './keeping.js';
import { ownEntries } from './log/print.js';

type Lang = 'sv' | 'en';
interface Asked extends Signed, ToLedger {
  readonly lang: Lang;
  readonly yes?: true;
}
interface GrantOptions extends Asked {
  readonly authority: readonly string[];
  readonly auditor: string;
  readonly provision: AssignmentProvision;
  readonly diaryNumber: string;
  readonly from: string;
  readonly until?: string;
  readonly field?: readonly string[];
  readonly expires: string;
}
interface EndOptions extends Asked {
  readonly as: string;
}

/** assignment */
export const assignmentCommands = (program: Command): void => {
  const assignment = program
    .command('assignment')
    .description('who may read what concerns your authorities, as an auditor in the console (uppdrag)');
  grantCommand(assignment);
  endCommand(assignment);
  showCommand(assignment);
};

const asked = (command: Command): Command =>
  command
    .addOption(new Option('--lang <language>', 'of the words').choices(['sv', 'en']).default('sv'))
    .option('--yes', 'do not ask')
    .option('--ledger <url>', 'the ledger, outside a sandbox')
    .option('--trust <file>', 'trust.json, outside a sandbox')
    .addOption(keyOption());

const grantCommand = (assignment: Command): void => {
  const command = assignment
    .command('grant')
    .description(
      "let an auditor read what concerns authorities of one participant, with its administrator's key; what is stated is shown first",
    )
    .requiredOption('--authority <ids...>', 'authorities, all of your participant')
    .requiredOption('--auditor <id>', "the auditor's id, as the console shows it to whoever has logged in")
    .addOption(
      new Option('--provision <code>', 'by which the auditor reviews')
        .choices(ASSIGNMENT_PROVISIONS)
        .makeOptionMandatory(),
    )
    .requiredOption('--diary-number <text>', 'of the review, at who conducts it')
    .requiredOption('--from <date>', 'first day of the decisions that are covered (Europe/Stockholm)')
    .option('--until <date>', 'first day that is not; without it also what comes')
    .addOption(
      new Option('--field <names...>', 'what is shown beside the parties; without it everything').choices(
        ASSIGNMENT_FIELDS,
      ),
    )
    .requiredOption('--expires <date>', 'the day on which nothing is shown any more, two years ahead at most');
  asked(command).action(async (options: GrantOptions) => {
    const { ledger, trust } = whereTo(command, options);
    const granted = grantOf(options, environmentIn(trust), new Date());
    process.stderr.write(`${grantedInWords(granted, options.lang)}\n`);
    await confirmed(QUESTIONS[options.lang].grant, options.yes === true);
    const signer = await administrator(command, granted.authorities[0] ?? '', options);
    const { assignment } = granted;
    print({
      assignment,
      ...(await postSigned(ledger, 'assignments', await signAssignment(signer, granted))),
    });
  });
};

const endCommand = (assignment: Command): void => {
  const command = assignment
    .command('end <assignment>')
    .description('take an assignment back before it expires: nothing is shown within it any more')
    .requiredOption('--as <authority>', 'an authority of the participant that granted it');
  asked(command).action(async (id: string, options: EndOptions) => {
    const { ledger, trust } = whereTo(command, options);
    await confirmed(QUESTIONS[options.lang].end(id), options.yes === true);
    const signer = await administrator(command, options.as, options);
    const at = new Date().toISOString();
    const ended = { v: 1, kind: 'assignment-ended', env: environmentIn(trust), assignment: id, at } as const;
    print({ assignment: id, ...(await postSigned(ledger, 'assignments', await signAssignment(signer, ended))) });
  });
};

const showCommand = (assignment: Command): void => {
  const command = assignment
    .command('show')
    .description(
      'print who was let in to what concerns an authority, and how often they searched and were shown something. Each page of the log that is fetched is a look, and stands in it',
    )
    .option('--from <date or index>', 'first day (Europe/Stockholm) or index; the log’s beginning without it')
    .option('--to <date or index>', 'first day or index that is left out; the log’s end without it');
  asOptions(command).action(async (options: AskedAs & { readonly from?: string; readonly to?: string }) => {
    const reading = ownEntries(askingClient(command, options), options);
    const { lines } = await patiently('reading the authority’s own entries', reading);
    print(shownIn(lines, new Date()));
  });
};

/** What `grant` states. @throws when it cannot be so, in words */
export const grantOf = (options: GrantOptions, env: string, now: Date): AssignmentGranted => {
  const { auditor, provision, diaryNumber, from, until, expires } = options;
  const chosen: readonly string[] = ['parties', ...(options.field ?? ASSIGNMENT_FIELDS)];
  const fields: readonly AssignmentField[] = ASSIGNMENT_FIELDS.filter((field) => chosen.includes(field));
  const authorities = [...new Set(options.authority)].sort();
  const [first = '', ...others] = authorities.map((authority) => authority.split('/')[0]);
  if (others.some((slug) => slug !== first)) throw new Error('an assignment is of authorities of one participant');
  const today = stockholmDate(now);
  if (expires <= today) throw new Error('it would be over already: --expires is a day to come');
  if (expires > latestExpiry(today)) throw new Error(`it lasts two years at most: --expires ${latestExpiry(today)}`);
  const period = { from, ...(until === undefined ? {} : { until }) };
  const assignment = randomUUID();
  const at = now.toISOString();
  const kind = 'assignment-granted';
  return { v: 1, kind, env, assignment, authorities, auditor, provision, diaryNumber, period, fields, expires, at };
};

const QUESTIONS = {
  sv: {
    grant: 'Ge uppdraget?',
    end: (id: string) => `Avsluta uppdraget ${id}?`,
  },
  en: {
    grant: 'Grant the assignment?',
    end: (id: string) => `End the assignment ${id}?`,
  },
} as const;

const WORDS = {
  sv: {
    title: 'Uppdrag att granska',
    authorities: 'myndigheter',
    auditor: 'granskare',
    provision: 'med stöd av',
    diaryNumber: 'diarienummer',
    period: 'kontrollerat',
    fields: 'ser',
    expires: 'slutar',
    from: (from: string, until: string | undefined) =>
      `från och med ${from}${until === undefined ? '' : ` till (men inte med) ${until}`}`,
  },
  en: {
    title: 'Assignment to review',
    authorities: 'authorities',
    auditor: 'auditor',
    provision: 'by',
    diaryNumber: 'diary number',
    period: 'decided',
    fields: 'sees',
    expires: 'ends',
    from: (from: string, until: string | undefined) =>
      `from ${from}${until === undefined ? ' on' : ` up to but not including ${until}`}`,
  },
} as const;

/** What is stated, for whoever is about to sign it. */
export const grantedInWords = (granted: AssignmentGranted, lang: Lang): string => {
  const words = WORDS[lang];
  const { authorities, auditor, provision, diaryNumber, period, fields, expires } = granted;
  const lines = {
    [words.authorities]: authorities.join(', '),
    [words.auditor]: auditor,
    [words.provision]: ASSIGNMENT_PROVISION_WORDS[provision][lang],
    [words.diaryNumber]: diaryNumber,
    [words.period]: words.from(period.from, period.until),
    [words.fields]: fields.map((field) => ASSIGNMENT_FIELD_WORDS[field][lang].toLowerCase()).join('; '),
    [words.expires]: expires,
  };
  const width = Math.max(...Object.keys(lines).map(({ length }) => length));
  return [words.title, ...Object.entries(lines).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
};

/** How an assignment stands, and what was done within it as far as the entries tell. */
export interface ShownAssignment {
  readonly assignment: string;
  readonly state: 'live' | 'expired' | 'ended';
  readonly granted: Omit<AssignmentGranted, 'v' | 'kind' | 'env' | 'assignment'>;
  readonly endedAt?: string;
  readonly searches: number;
  readonly exports: number;
  readonly looks: number;
  /** Steps of samples, and of findings. */
  readonly samples: number;
  readonly findings: number;
}

/** @param lines own openings of an authority, as its gateway gives them */
export const shownIn = (lines: readonly OpeningLineView[], now: Date): readonly ShownAssignment[] => {
  const statements: Assignment[] = [];
  const acts: { readonly kind: 'search' | 'export' | 'look' | 'sample' | 'finding'; readonly assignment: string }[] =
    [];
  for (const line of lines) {
    if (!('entry' in line)) continue;
    switch (typOf(line.entry)) {
      case 'delge-assignment-notice+jws':
        if (line.annex !== undefined) statements.push(parseAssignment(line.annex).assignment);
        break;
      case 'delge-search+jws': {
        const { kind, assignment } = parseSearch(line.entry).search;
        acts.push({ kind, assignment });
        break;
      }
      case 'delge-sample+jws':
        acts.push({ kind: 'sample', assignment: parseSampleAct(line.entry).act.assignment });
        break;
      case 'delge-finding+jws':
        acts.push({ kind: 'finding', assignment: parseFindingAct(line.entry).act.assignment });
        break;
      case 'delge-look+jws': {
        const { assignment } = parseLook(line.entry).look;
        if (assignment !== undefined) acts.push({ kind: 'look', assignment });
        break;
      }
      default:
    }
  }
  const ended = new Map(
    statements.flatMap(({ kind, assignment, at }) => (kind === 'assignment-ended' ? [[assignment, at] as const] : [])),
  );
  return statements.flatMap((statement) => {
    if (statement.kind !== 'assignment-granted') return [];
    const { v: _v, kind: _kind, env: _env, assignment, ...granted } = statement;
    const endedAt = ended.get(assignment);
    const count = (kind: string): number =>
      acts.filter((act) => act.assignment === assignment && act.kind === kind).length;
    return [
      {
        assignment,
        state:
          endedAt !== undefined ? 'ended' : isUnexpired(statement, stockholmDate(now)) ? 'live' : ('expired' as const),
        granted,
        ...(endedAt === undefined ? {} : { endedAt }),
        searches: count('search'),
        exports: count('export'),
        looks: count('look'),
        samples: count('sample'),
        findings: count('finding'),
      },
    ];
  });
};
