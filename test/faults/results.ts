import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Row } from './rows.js';

/** What was measured: words to figures, the unit in the figure, e.g. `{ acked: 300, lost: 0, 'longest gap': '2.1 s' }`. */
export type Figures = Readonly<Record<string, string | number>>;
export interface Result {
  readonly row: Row['id'];
  readonly figures: Figures;
}

/** Keeps what a spec measured for a row; `npm run test:faults` writes docs/faults.md from it when all have passed. */
export const record = (row: Row['id'], figures: Figures): void => {
  process.stderr.write(`${row}: ${textOf(figures)}\n`);
  const file = process.env['DELGE_FAULT_RESULTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ row, figures } satisfies Result)}\n`);
};

export const readResults = (file: string): readonly Result[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Result)
    : [];

export const textOf = (figures: Figures): string =>
  Object.entries(figures)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(', ');
