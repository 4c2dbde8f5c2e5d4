import { expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import * as envelope from '#envelope';

// Contracts know no envelope, and what a caller may say is just what a statement may.
it.each([
  'FORM_REASONS',
  'RETRACTION_REASONS',
  'ACKNOWLEDGEMENTS',
  'IDENTITY_CHECKS',
  'REQUEST_REFUSALS',
  'SUBSCRIPTION_ANSWERS',
] as const)('%s are the same to a caller and in a signed statement', (name) => {
  expect(contracts[name]).toEqual(envelope[name]);
});

it('each answer of an authority is one of SDK, and no two are alike', () => {
  const answers = Object.entries(contracts.SDK_RECEIPTS);
  expect(answers.map(([name]) => name).toSorted()).toEqual(['accepted', ...contracts.FORM_REASONS].toSorted());
  expect(new Set(answers.map(([, answer]) => JSON.stringify(answer))).size).toBe(answers.length);
});

it('every provision and field of an assignment has words in both languages', () => {
  expect(Object.keys(contracts.ASSIGNMENT_PROVISION_WORDS)).toEqual(envelope.ASSIGNMENT_PROVISIONS);
  expect(Object.keys(contracts.ASSIGNMENT_FIELD_WORDS)).toEqual(envelope.ASSIGNMENT_FIELDS);
});
