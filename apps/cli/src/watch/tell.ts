import { EXIT, LOGS } from './alarm.js';
import type { Alarm, AlarmClass, LogName } from './alarm.js';
import type { Looked, Watcher } from './watcher.js';

export type Language = 'sv' | 'en';
const CLASSES = Object.keys(EXIT) as AlarmClass[];

const NAMES = {
  sv: { disclosure: 'Utlämnandeloggen', keys: 'Nyckelloggen' },
  en: { disclosure: 'The disclosure log', keys: 'The keys log' },
} as const;
const TEXTS: Readonly<Record<Language, Readonly<Record<AlarmClass, string>>>> = {
  sv: {
    fork: 'visar två träd. Båda kontrollpunkterna är sparade: ge kopior till en revisor innan du talar med operatören.',
    freeze: 'står still: vittnena har inte undertecknat den på länge.',
    gap: 'är inte hel: något som den ska visa saknas, har gått tillbaka eller gäller inte.',
  },
  en: {
    fork: 'shows two trees. Both checkpoints are kept: give copies to an auditor before you talk to the operator.',
    freeze: 'stands still: its witnesses have not cosigned it for long.',
    gap: 'is not whole: something that it must show is missing, went back or does not hold.',
  },
};

export const textOf = ({ kind, log }: Pick<Alarm, 'kind' | 'log'>, language: Language): string =>
  `${NAMES[language][log]} ${TEXTS[language][kind]}`;

/** Exit code of one look: of the worst that was found; 1 when a log could not be seen. */
export const exitCodeOf = ({ alarms, unreachable }: Looked): number => {
  const worst = CLASSES.find((kind) => alarms.some((alarm) => alarm.kind === kind));
  if (worst !== undefined) return EXIT[worst];
  return unreachable.length > 0 ? 1 : 0;
};

/** Metrics for node_exporter's textfile collector. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const metricsOf = (watcher: Watcher, { alarms, unreachable }: Looked, now: Date): string => {
  const each = (
    name: string,
    help: string,
    values: readonly (readonly [labels: string, value: number | bigint])[],
  ): string =>
    [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...values.map(([labels, value]) => `${name}${labels} ${value}`),
      '',
    ].join('\n');
  const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
  const logs = <T>(of: (log: LogName) => T | undefined): readonly (readonly [string, T])[] =>
    LOGS.flatMap((log) => {
      const value = of(log);
      return value === undefined ? [] : [[`{log="${log}"}`, value] as const];
    });
  const isOn = (log: LogName, kind: AlarmClass): number =>
    alarms.some((alarm) => alarm.log === log && alarm.kind === kind) ? 1 : 0;
  return [
    each(
      'delge_watch_alarm',
      'Whether the log is forked, frozen or not whole.',
      LOGS.flatMap((log) => CLASSES.map((kind) => [`{log="${log}",class="${kind}"}`, isOn(log, kind)] as const)),
    ),
    each(
      'delge_watch_size',
      'Leaves of the newest checkpoint that was verified.',
      logs((log) => watcher.pinned[log]?.size),
    ),
    each(
      'delge_watch_cosigned_timestamp_seconds',
      'When the witnesses cosigned the newest checkpoint seen.',
      logs((log) => (watcher.seenAt(log) === undefined ? undefined : seconds(watcher.seenAt(log) ?? now))),
    ),
    each(
      'delge_watch_reachable',
      'Whether the ledger answered.',
      logs((log) => (unreachable.includes(log) ? 0 : 1)),
    ),
    each('delge_watch_looked_timestamp_seconds', 'When it looked last.', [['', seconds(now)]]),
  ].join('');
};
