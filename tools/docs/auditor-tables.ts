import { CLASSES, FINDINGS, LIMITS } from '#verifier';
import type { FindingClass } from '#verifier';
import { code, replaceBetween, table } from './markdown.js';

const BESIDES = [
  ['0', '', 'everything that was checked holds'],
  ['1', '', 'it could not be begun: no such file, no trust.json, an error of the program'],
] as const;

/** The auditor's page with what the verifier can find: exit codes by class, findings, limits. */
export const auditorTables = (page: string): string => {
  const classes = Object.entries(CLASSES) as [FindingClass, (typeof CLASSES)[FindingClass]][];
  const exits = table(
    ['exit code', 'svenska', 'English'],
    [...BESIDES, ...classes.map(([, { exitCode, sv, en }]) => [String(exitCode), sv, en])],
  );
  const findings = table(
    ['exit code', 'code', 'svenska', 'English'],
    Object.entries(FINDINGS).map(([name, about]) => [
      String(CLASSES[about.class].exitCode),
      code(name),
      about.sv,
      about.en,
    ]),
  );
  const limits = table(
    ['code', 'svenska', 'English'],
    Object.entries(LIMITS).map(([name, { sv, en }]) => [code(name), sv, en]),
  );
  const withExits = replaceBetween(page, 'exit-codes', exits);
  return replaceBetween(replaceBetween(withExits, 'findings', findings), 'limits', limits);
};
