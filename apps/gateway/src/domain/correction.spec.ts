import { expect, it } from '@jest/globals';
import type { NotCorrected, RightedBy } from '#contracts';
import { rightedBy } from './correction.js';
import type { Righting } from './correction.js';

const fetched = { state: 'fetched', isRetracted: false } as const;
it.each<[string, Righting, RightedBy, NotCorrected | undefined]>([
  ['nobody put right', fetched, 'nothing', 'not-asked'],
  ['that was corrected', { ...fetched, correction: 'fetched' }, 'correction', undefined],
  ['whose correction waits for an officer', { ...fetched, correction: 'awaiting-assessment' }, 'correction', undefined],
  ['whose correction was stopped', { ...fetched, stopped: 'formal-obstacle' }, 'nothing', 'formal-obstacle'],
  [
    'whose correction was stopped, and that was taken back',
    { ...fetched, isRetracted: true, stopped: 'assessment-missing' },
    'retraction',
    'assessment-missing',
  ],
  [
    'whose correction was refused at the exchange',
    { ...fetched, correction: 'refused' },
    'nothing',
    'correction-ended',
  ],
  ['that was taken back', { ...fetched, isRetracted: true }, 'retraction', 'not-asked'],
  [
    'that was corrected and then taken back',
    { ...fetched, isRetracted: true, correction: 'fetched' },
    'retraction',
    undefined,
  ],
  ['that was not released any more', { state: 'withdrawn', isRetracted: true }, 'withdrawal', 'not-received'],
  ['that was refused', { state: 'refused', isRetracted: false }, 'nothing', 'not-received'],
  ['that never left', { state: 'awaiting-assessment', isRetracted: false }, 'nothing', 'not-received'],
])('says of a message %s as what its recipient is told so', (_, righting, by, why) => {
  expect(rightedBy(righting)).toEqual({ by, ...(why === undefined ? {} : { why }) });
});
