import { expect, it } from '@jest/globals';
import { isSendersAlone, partiesOf } from './parties.js';

const SENDER = 'malmo/socialnamnden';
const RECIPIENT = 'fk/forsakringskassan';
const CASE = '11111111-1111-4111-8111-111111111111';
const token = (payload: object): Buffer =>
  Buffer.from(`e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c2ln`);

it.each(['refusal-recorded', 'disclosure-recorded', 'hold-recorded'])(
  "%s is its sender's alone, and its annex names the case",
  (kind) => {
    const entry = token({ kind, sender: SENDER, recipient: RECIPIENT });
    expect(isSendersAlone(entry)).toBe(true);
    expect(partiesOf(entry, token({ caseId: CASE }))).toEqual({
      authorities: [SENDER],
      sender: SENDER,
      recipient: RECIPIENT,
      caseId: CASE,
    });
  },
);

it('what was sent is read by both', () => {
  const entry = token({ kind: 'receipt-recorded', sender: SENDER, recipient: RECIPIENT });
  expect([isSendersAlone(entry), partiesOf(entry).authorities]).toEqual([false, [SENDER, RECIPIENT]]);
});

it.each([
  'search',
  'sample-fixed',
  'sample-drawn',
  'item-reviewed',
  'sample-signed',
  'finding-opened',
  'finding-closed',
])('an auditor’s %s is read by all authorities of the assignment, and is about no message', (kind) => {
  const authorities = [SENDER, 'malmo/utbildningsnamnden'];
  expect(partiesOf(token({ kind, authorities, assignment: CASE }))).toEqual({ authorities });
});
