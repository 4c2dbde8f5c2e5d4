import { readResults, textOf } from '../../test/faults/results.js';
import { ROWS } from '../../test/faults/rows.js';
import type { Proof, Row } from '../../test/faults/rows.js';
import { code, replaceBetween, table } from './markdown.js';

export const FAULTS = 'docs/faults.md';

/** The page with what is promised under each fault, and where that is proven. */
export const faultsPage = (page: string): string =>
  replaceBetween(
    page,
    'promises',
    table(
      ['row', 'fault', 'keeps', 'bar', 'proven in'],
      ROWS.map(({ id, fault, keeps, bar, proven, without }) => [
        id,
        fault,
        keeps,
        bar,
        [...new Set(proven.map(({ spec }) => code(spec))), ...(without === undefined ? [] : [without])].join('; '),
      ]),
    ),
  );

/** The table of figures alone: that of the promises names the same rows. */
const figuresOf = (page: string): string => page.slice(page.indexOf('<!-- begin:figures -->'));

interface Measured {
  readonly row: string;
  readonly told: string;
  /** The command. */
  readonly by: string;
}
/** What the page says was measured. */
const measured = (page: string): readonly Measured[] =>
  [...figuresOf(page).matchAll(/^\| (F\d+) +\| (.*?) +\| `?(.*?)`? +\|$/gm)].map(
    ([, row = '', told = '', by = '']) => ({ row, told, by }),
  );

/**
 * The page with the figures of a run, beside those that other commands measured of the same rows; rows that it did not measure keep those they have.
 * @param file of results
 * @param run the command that measured
 */
export const withFigures = (page: string, file: string, run: string): string => {
  const results = readResults(file);
  const ran = new Set<string>(results.map(({ row }) => row));
  const told = (row: string): string =>
    results
      .filter((result) => result.row === row)
      .map(({ figures }) => textOf(figures))
      .join('; ');
  const all = [
    ...measured(page).filter(({ row, by }) => by !== run || !ran.has(row)),
    ...[...ran].map((row) => ({ row, told: told(row), by: run })),
  ];
  const rows = ROWS.flatMap(({ id }) => all.filter(({ row }) => row === id).map((one) => [id, one.told, code(one.by)]));
  return replaceBetween(page, 'figures', table(['row', 'measured', 'by'], rows));
};

/** Rows that nothing proves and that do not say why, and proofs that are not there; a line each. */
export const faultsOfRows = (textAt: (path: string) => string | undefined, rows: readonly Row[] = ROWS): string[] => {
  const wanted = Array.from({ length: rows.length }, (_, nth) => `F${nth + 1}`);
  const order =
    rows.map(({ id }) => id).join() === wanted.join() ? [] : ['rows of faults are not F1 and on, each once'];
  const missing = ({ spec, test }: Proof): boolean => textAt(spec)?.includes(test) !== true;
  return [
    ...order,
    ...rows.flatMap(({ id, proven, without }) => [
      ...(proven.length === 0 && without === undefined ? [`${id}: neither proven, nor why not`] : []),
      ...proven.filter(missing).map(({ spec, test }) => `${id}: ${spec} has no test “${test}”`),
    ]),
  ];
};
