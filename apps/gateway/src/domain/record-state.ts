import type { RecordState } from '#contracts';
import type { Notice } from '#envelope';

/** What a notice says of a record; of other kinds nothing. */
export const recordStateOf: Readonly<Partial<Record<Notice['kind'], RecordState>>> = {
  quarantined: 'quarantined',
  discarded: 'discarded',
  'disclosure-recorded': 'logged',
};

/** Whether nothing more is told of it. */
export const isRecordEnded = (state: RecordState): boolean => state === 'logged' || state === 'discarded';

export const recordStateText: Readonly<Record<RecordState, { readonly sv: string; readonly en: string }>> = {
  accepted: { sv: 'mottaget av er gateway', en: 'accepted by your gateway' },
  quarantined: { sv: 'i karantän hos förmedlingen', en: 'quarantined at the exchange' },
  discarded: { sv: 'i karantän och kasserat', en: 'quarantined and discarded' },
  logged: { sv: 'loggat', en: 'logged' },
};
