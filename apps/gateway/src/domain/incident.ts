import type { IncidentClock, IncidentView } from '#contracts';

const HOUR_MS = 60 * 60 * 1000;

/**
 * What runs from when an authority becomes aware, and what each stands for. Which of it binds the authority at hand is for the authority to say: a closing code may be
 * `not-required`. The 24 hours follow the act's early warning, as vendors cite it with MCFFS 2026:8; a police authority's 72 hours are those of brottsdatalagen.
 */
export const CLOCKS: Readonly<Record<IncidentClock, { readonly hours: number; readonly law: readonly string[] }>> = {
  'early-warning': { hours: 24, law: ['Cybersäkerhetslag (2025:1506): varning om betydande incident'] },
  notification: {
    hours: 72,
    law: [
      'GDPR art. 33.1: anmälan till tillsynsmyndigheten',
      'Brottsdatalag (2018:1177) 3 kap. 9 §: anmälan av personuppgiftsincident',
      'Cybersäkerhetslag (2025:1506): incidentanmälan',
    ],
  },
};

/** One clock of one incident as it is kept. */
export interface KeptClock {
  readonly clock: IncidentClock;
  readonly dueAt: Date;
  readonly code?: NonNullable<IncidentView['clocks'][number]['code']>;
  readonly metAt?: Date;
}

export const clocksFrom = (openedAt: Date): readonly KeptClock[] =>
  (Object.keys(CLOCKS) as IncidentClock[]).map((clock) => ({
    clock,
    dueAt: new Date(openedAt.getTime() + CLOCKS[clock].hours * HOUR_MS),
  }));

/** Whether a receipt says that a message went to the wrong authority. */
export const opensIncident = (kind: string, reason: string | undefined): boolean =>
  kind === 'form-rejected' && reason === 'misdirected';

export const clockView = ({ clock, dueAt, code, metAt }: KeptClock, now: Date): IncidentView['clocks'][number] => ({
  clock,
  ...CLOCKS[clock],
  dueAt: dueAt.toISOString(),
  state: metAt !== undefined ? 'met' : dueAt <= now ? 'overdue' : 'running',
  ...(code === undefined ? {} : { code }),
  ...(metAt === undefined ? {} : { metAt: metAt.toISOString() }),
});
