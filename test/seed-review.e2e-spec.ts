import { expect, it, jest } from '@jest/globals';
import { grantReview } from '../tools/seed/review.js';
import { AuditorVisit } from './support/auditor-visit.js';
import { TestStack, eventually } from './support/stack.js';

jest.setTimeout(120_000);

it('the assignment that a new sandbox says a test person has is that person’s, who logs in and chooses it', async () => {
  const { stack, directory } = await TestStack.shared();
  const urls = { ledger: stack.url('ledger'), identity: stack.url('identity') };
  const { person, diaryNumber } = await grantReview(stack.options.dir, directory, urls);
  const rune = new AuditorVisit(stack.url('console'));
  await rune.logIn('test-rune');
  const page = await eventually('the assignment is followed', 60_000, async () => {
    const [, found] = await rune.get('/uppdrag');
    return found.includes(diaryNumber) ? found : undefined;
  });
  expect(person).toBe('Rune Testgranskare');
  const [, assignment = ''] = new RegExp(`${diaryNumber}[^]*?name="assignment" value="([^"]+)"`).exec(page) ?? [];
  expect((await rune.post('/uppdrag', { assignment })).status).toBe(303);
  expect((await rune.get('/utlamnanden'))[0]).toBe(200);
});
