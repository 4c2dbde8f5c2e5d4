import { Option } from 'commander';
import type { Command } from 'commander';
import type { DelgeClient } from '#client';
import type { OpeningLineView } from '#contracts';
import { patiently } from '../commands.js';
import { askingClient, asOptions, below, writePrivate } from '../evidence.js';
import type { AskedAs } from '../evidence.js';
import { indexOf } from '../export/period.js';
import { entryOf } from './fields.js';
import type { Field, PrintedEntry } from './fields.js';
import { MARKS } from './marks.js';
import type { Mark } from './marks.js';

type Lang = 'sv' | 'en';
interface PrintOptions extends AskedAs {
  readonly mine?: true;
  readonly from?: string;
  readonly to?: string;
  readonly lang: Lang;
  readonly json?: true;
  readonly out?: string;
}

/** log print */
export const logCommands = (program: Command): void => {
  const log = program.command('log').description('the authority’s own part of the disclosure log');
  const command = log
    .command('print')
    .description(
      'print the authority’s own entries field by field, for a request to see them: each field with what it may tell, and room for whoever assesses its secrecy. Each page that is fetched is a look, and stands in the log',
    )
    .option('--mine', 'own entries: a gateway opens no others')
    .option('--from <date or index>', 'first day (Europe/Stockholm) or index; the log’s beginning without it')
    .option('--to <date or index>', 'first day or index that is left out; the log’s end without it')
    .addOption(new Option('--lang <language>', 'of the words').choices(['sv', 'en']).default('sv'))
    .option('--json', 'an entry a line, for programs')
    .option('--out <file>', 'where to, for its owner alone to read; printed without it');
  asOptions(command).action(async (options: PrintOptions) => {
    const { mine, lang, json, out } = options;
    if (mine === undefined)
      throw new Error(
        'say --mine: an authority is shown its own entries, and the rest is blinded leaves (`delge watch`)',
      );
    const asking = askingClient(command, options);
    const { authority, period, lines } = await patiently(
      'reading the authority’s own entries',
      ownEntries(asking, options),
    );
    const entries = lines.map(entryOf);
    const text =
      json === true
        ? entries.map((entry) => `${JSON.stringify(forPrograms(entry))}\n`).join('')
        : `${[...headOf(authority, period, lang), ...entries.map((entry) => textOf(entry, lang))].join('\n\n')}\n`;
    if (out === undefined) process.stdout.write(text);
    else writePrivate(below(out), text);
    process.stderr.write(
      `${entries.length} entries of ${authority}, ${period.from} to ${period.to} of the log${out === undefined ? '' : `: ${out}`}\n`,
    );
  });
};

interface Period {
  readonly from: bigint;
  readonly to: bigint;
}
interface Own {
  readonly authority: string;
  readonly period: Period;
  readonly lines: readonly OpeningLineView[];
}

/** What an authority's own gateway opens of a period. @throws when there is no such period */
export const ownEntries = async (asking: DelgeClient, asked: Pick<PrintOptions, 'from' | 'to'>): Promise<Own> => {
  const sizeAt = (at: Date): Promise<bigint> => asking.sizeAt(at);
  const size = BigInt((await asking.checkpoint('disclosure')).split('\n')[1] ?? '0');
  const from = asked.from === undefined ? 0n : await indexOf(asked.from, sizeAt);
  const to = asked.to === undefined ? size : await indexOf(asked.to, sizeAt);
  if (from > to || to > size) throw new Error(`there are no entries ${from} to ${to}: the log has ${size}`);
  const lines: OpeningLineView[] = [];
  for (let at = from; ;) {
    const { authority, items, next } = await asking.openings(at, to);
    lines.push(...items);
    if (next === undefined) return { authority, period: { from, to }, lines };
    at = BigInt(next);
  }
};

const WORDS = {
  sv: {
    title: (authority: string, { from, to }: Period) =>
      `Delges logg: ${authority}s egna poster, nummer ${from} till (men inte med) ${to}`,
    notAssessed: [
      'Ingen uppgift här är sekretessprövad. Prövningen gör myndigheten, för varje uppgift och varje begäran',
      '(OSL 6 kap. 3 och 7 §§). Märkningen säger vad ett fält kan röja, aldrig att det får lämnas ut.',
      '[ ] är för den som prövar.',
    ],
    entry: 'post',
    erasedBy: (by: string) => `gallrad; det står i post ${by}`,
  },
  en: {
    title: (authority: string, { from, to }: Period) =>
      `Delge’s log: the own entries of ${authority}, numbers ${from} up to but not including ${to}`,
    notAssessed: [
      'No field here has been assessed for secrecy. The authority does that, for each field and each request',
      '(OSL 6:3 and 6:7). A mark says what a field may disclose, and never that it may be given out.',
      '[ ] is for whoever assesses.',
    ],
    entry: 'entry',
    erasedBy: (by: string) => `erased; entry ${by} says so`,
  },
} as const;

const headOf = (authority: string, period: Period, lang: Lang): readonly string[] => [
  WORDS[lang].title(authority, period),
  WORDS[lang].notAssessed.join('\n'),
  (Object.keys(MARKS) as Mark[]).map((mark) => `  ${mark.padEnd(MARK_WIDTH)}  ${MARKS[mark][lang]}`).join('\n'),
];

const MARK_WIDTH = Math.max(...Object.keys(MARKS).map(({ length }) => length));

const textOf = ({ index, kind, erasedBy, fields }: PrintedEntry, lang: Lang): string => {
  const { entry, erasedBy: gone } = WORDS[lang];
  if (erasedBy !== undefined) return `${entry} ${index}  ${gone(erasedBy)}`;
  const width = Math.max(...fields.map(({ path }) => path.length));
  const lines = fields.flatMap(({ of, path, value, mark }, at) => [
    ...(at > 0 && fields[at - 1]?.of !== of ? [`  ${of}`] : []),
    // Values come from others: what steers a terminal is escaped.
    `  [ ] ${mark.padEnd(MARK_WIDTH)}  ${path.padEnd(width)}  ${JSON.stringify(value)}`,
  ]);
  return [`${entry} ${index}  ${kind}`, ...lines].join('\n');
};

/** With a place for what whoever assesses it comes to. */
const forPrograms = ({ fields, ...entry }: PrintedEntry): object => ({
  ...entry,
  fields: fields.map((field: Field) => ({ ...field, assessment: null })),
});
