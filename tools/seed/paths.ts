import type { Irregularity } from './acts.js';

/** Address at the console by which an auditor of Linköping finds what is planted; docs/auditor.md says what to look for there. */
export const PATHS = {
  'alone-at-night': '/utlamnanden?sender=linkoping/socialnamnden&type=crime-report/1',
  'one-ground-for-all': '/statistik',
  'one-fact-changed': '/nekade?by=gateway&sender=linkoping/socialnamnden',
  'receipts-overdue': '/kvittenser?sender=linkoping/socialnamnden',
  'retracted-at-once': '/utlamnanden?sender=linkoping/socialnamnden&type=crime-report/2',
  'case-in-pieces': '/utlamnanden?sender=linkoping/socialnamnden&recipient=fk/forsakringskassan',
  'burst-to-one': '/utlamnanden?sender=linkoping/socialnamnden&recipient=polis/polismyndigheten&ground=OSL-10-15a',
  'unusual-category': '/utlamnanden?category=health',
  'stale-assessment': '/utlamnanden?sender=linkoping/socialnamnden&type=population-register-notice/1',
  'recorded-late': '/utlamnanden?record=recorded&sender=linkoping/socialnamnden',
} as const satisfies Readonly<Record<Irregularity, string>>;
