export interface Measure {
  readonly measure: string;
  readonly seen: string;
  readonly bar: string;
  readonly goal: string;
  /** Absent: told and not judged. */
  readonly reached?: boolean;
}

export function tableOf(measures: readonly Measure[]): string {
  const rows = [
    ['measure', 'seen', 'bar', 'goal', ''],
    ...measures.map(({ measure, seen, bar, goal, reached }) => [
      measure,
      seen,
      bar,
      goal,
      reached === undefined ? '' : reached ? 'reached' : 'BELOW THE BAR',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
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
