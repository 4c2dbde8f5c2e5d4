export interface Measure {
  readonly measure: string;
  readonly seen: string;
  readonly bar: string;
  readonly goal: string;
  /** Absent: told and not judged. */
  readonly reached?: boolean;
}

export const tableOf = (measures: readonly Measure[]): string =>
  columnsOf([
    ['measure', 'seen', 'bar', 'goal', ''],
    ...measures.map(({ measure, seen, bar, goal, reached }) => [
      measure,
      seen,
      bar,
      goal,
      reached === undefined ? '' : reached ? 'reached' : 'BELOW THE BAR',
    ]),
  ]);

/** Lines of text in columns, as wide as their widest. */
export function columnsOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en-US')}/s`;
export const milliseconds = (value: number): string => `${value.toFixed(3)} ms`;
