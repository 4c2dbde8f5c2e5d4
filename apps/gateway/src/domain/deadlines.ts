const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** What a sender waits for after a release. */
export type Awaited = 'technical' | 'accepted' | 'retraction-acknowledged';
/** When something is due. */
export interface Due {
  readonly what: Awaited;
  readonly at: Date;
}

/**
 * How long a recipient's gateway has to verify and store what was released, of every type. Our choice: it needs no person, and an hour lets it be
 * restarted, and catch up, without an alarm.
 */
export const TECHNICAL_MS = HOUR_MS;

/**
 * How long an authority has to take a message up or turn it down for its form, by message type without its version. No statute gives an authority a time in
 * which it must acknowledge what it was sent: each is our choice, and what it leans on stands beside it.
 */
export const ACCEPTED_WITHIN: Readonly<Record<string, { readonly ms: number; readonly leansOn: string }>> = {
  'child-concern-report': { ms: DAY_MS, leansOn: 'SoL (2025:400) 19 kap. 1 §: who must report does so *genast*' },
  'crime-report': { ms: 3 * DAY_MS, leansOn: 'a report is taken up or passed on within working days' },
  'information-to-prevent-crime': { ms: DAY_MS, leansOn: 'it is given before something happens' },
  'misuse-of-assistance-allowance': { ms: 3 * DAY_MS, leansOn: 'SFB (2010:110) 110 kap.: payments run on' },
  'notice-of-incorrect-payment': { ms: 3 * DAY_MS, leansOn: 'Lag (2008:206): payments run on' },
  'cooperation-contribution': { ms: 3 * DAY_MS, leansOn: 'a decided cooperation works week by week' },
  request: { ms: 3 * DAY_MS, leansOn: 'FL (2017:900) 8 §, OSL 6 kap. 5 §: authorities help each other' },
  'subscription-request': { ms: 3 * DAY_MS, leansOn: 'as for any request' },
  answer: { ms: 3 * DAY_MS, leansOn: 'as for what was asked' },
  'decision-demand': {
    ms: 3 * DAY_MS,
    leansOn: 'OSL 6 kap. 3 §, FL (2017:900) 9 §: the matter is examined without delay',
  },
  'request-decision': {
    ms: 3 * DAY_MS,
    leansOn: 'FL (2017:900) 44 §: the time to appeal runs from the day of the decision',
  },
  correction: { ms: DAY_MS, leansOn: 'GDPR art. 5.1 d: what is wrong is put right without delay' },
  'permit-consultation': { ms: 10 * DAY_MS, leansOn: 'FL (2017:900) 26 §: who consults sets a time for the answer' },
  'permit-opinion': { ms: 10 * DAY_MS, leansOn: 'as for the consultation' },
  'supplier-check': { ms: 10 * DAY_MS, leansOn: 'a procurement runs over weeks' },
  'population-register-notice': { ms: 10 * DAY_MS, leansOn: 'nobody waits for it' },
  feedback: { ms: 10 * DAY_MS, leansOn: 'nobody waits for it' },
};
/** Nothing says that it hurries (docs/adr/0022-courtesy-clocks.md). */
const ANY_OTHER_MS = 10 * DAY_MS;
/** @param type e.g. `crime-report/2` */
export const acceptedWithin = (type: string): number => ACCEPTED_WITHIN[type.split('/')[0] ?? '']?.ms ?? ANY_OTHER_MS;

/** The longest that a message may wait whose ground says *genast* or *skyndsamt*. Our choice: the words bind the one who discloses, and tell how it hurries. */
export const CLOCK_MS: Readonly<Record<string, number>> = { genast: DAY_MS, skyndsamt: 3 * DAY_MS };

/** Of the verdict that a decision is: *genast*, *skyndsamt* or none. */
export const clockOf = ({ verdict }: { readonly verdict: unknown }): string | undefined => {
  const { clock } = verdict as { readonly clock?: unknown };
  return typeof clock === 'string' ? clock : undefined;
};

/**
 * When a message is to be taken up or turned down: the same at both ends, since both have the decision.
 * @param type e.g. `crime-report/2`
 * @param clock of the verdict
 * @param decidedAt as the exchange signed it
 */
export const takenUpBy = (type: string, clock: string | undefined, decidedAt: Date): Date => {
  const within = acceptedWithin(type);
  return new Date(decidedAt.getTime() + Math.min(within, CLOCK_MS[clock ?? ''] ?? within));
};

/** @param told when its sender's gateway was told of the release */
export const duesOf = (type: string, clock: string | undefined, decidedAt: Date, told: Date): readonly Due[] => [
  { what: 'technical', at: new Date(told.getTime() + TECHNICAL_MS) },
  { what: 'accepted', at: takenUpBy(type, clock, decidedAt) },
];

/** How long who received a message has to say what became of it when its sender takes it back. Our choice: what is wrong is in use until then. */
export const RETRACTION_MS = 3 * DAY_MS;

/** What a retraction that was logged sets: nobody waits for a message to be taken up that is taken back. */
export const duesOfRetraction = (from: Date): { readonly set: readonly Due[]; readonly met: readonly Awaited[] } => ({
  set: [{ what: 'retraction-acknowledged', at: new Date(from.getTime() + RETRACTION_MS) }],
  met: ['accepted'],
});

/** What a receipt of this kind leaves nobody waiting for. An authority's own receipt shows that its gateway has the message. */
export const metBy = (kind: string): readonly Awaited[] => {
  if (kind === 'technical') return ['technical'];
  return ['technical', 'accepted', ...(kind === 'retraction-acknowledged' ? ([kind] as const) : [])];
};
