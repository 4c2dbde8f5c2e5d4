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

/** What the page says was measured, by row: figures and the run. */
const measured = (page: string): ReadonlyMap<string, readonly [string, string]> =>
  new Map(
    [...figuresOf(page).matchAll(/^\| (F\d+) +\| (.*?) +\| `?(.*?)`? +\|$/gm)].map(
      ([, row = '', figures = '', run = '']) => [row, [figures, run]],
    ),
  );

/**
 * The page with the figures of a run; rows that it did not measure keep those they have.
 * @param file of results
 * @param run the command that measured
 */
export const withFigures = (page: string, file: string, run: string): string => {
  const figures = new Map(measured(page));
  const results = readResults(file);
  for (const row of new Set(results.map((result) => result.row))) {
    const told = results.filter((result) => result.row === row).map((result) => textOf(result.figures));
    figures.set(row, [told.join('; '), run]);
  }
  const rows = ROWS.flatMap(({ id }) => {
    const [told, by] = figures.get(id) ?? [];
    return told === undefined || by === undefined ? [] : [[id, told, code(by)]];
  });
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
