import { expect, it } from '@jest/globals';
import { ProblemError } from '#platform';
import { example } from '#testing';
import { DisclosureCheckPipe, isOfReferral } from './disclosure-check.pipe.js';

const { referral } = example('01');
const claims = {
  recipient: 'fk/forsakringskassan',
  type: 'notice-of-incorrect-payment/1',
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  items: [{ id: 'payment', dataCategory: 'benefit-case', about: 'subject', known: 'own-case', secrecy: ['26:1'] }],
};
const pipe = new DisclosureCheckPipe();
const outcome = async (value: unknown): Promise<string> => {
  try {
    return isOfReferral(await pipe.transform(value, { type: 'body' })) ? 'a referral' : 'claims';
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [error.code, ...(error.options.violations ?? []).map(({ path, code }) => `${path} ${code}`)].join(', ');
  }
};

it('takes claims or a referral, with or without bases', async () => {
  expect(await outcome(claims)).toBe('claims');
  expect(await outcome({ ...claims, bases: [] })).toBe('claims');
  expect(await outcome({ referral })).toBe('a referral');
  expect(await outcome({ referral: { ...referral, bases: [] }, on: '2025-12-01' })).toBe('a referral');
});

it('gives the body as it came', async () => {
  const body = { referral };
  expect(await pipe.transform(body, { type: 'body' })).toBe(body);
});

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a list', []],
  ['an empty object', {}],
  ['a day alone', { on: '2025-12-01' }],
  ['bases alone', { bases: [{ id: 'OSL-10-27' }] }],
])('asks for one of the two when there is %s', async (_, body) => {
  expect(await outcome(body)).toBe('invalid-request, /referral referralOrClaims');
});

it('does not choose between the two', async () => {
  expect(await outcome({ ...claims, referral })).toBe('invalid-request, /referral referralOrClaimsNotBoth');
  expect(await outcome({ referral, bases: [{ id: 'OSL-10-27' }] })).toBe(
    'unknown-property, /bases whitelistValidation',
  );
});

it('says where in the referral something is wrong', async () => {
  expect(await outcome({ referral: { ...referral, id: 1 } })).toBe('invalid-request, /referral/id matches');
  expect(await outcome({ referral: { ...referral, extra: 1 } })).toBe(
    'unknown-property, /referral/extra whitelistValidation',
  );
  expect(await outcome({ referral: null })).toMatch(/^invalid-request, \/referral /);
  expect(await outcome({ referral, on: '2026-02-31' })).toMatch(/^invalid-request, \/on /);
});
