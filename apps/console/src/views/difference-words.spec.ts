import { expect, it } from '@jest/globals';
import { differencesOf } from '../domain/differ.js';
import type { AssessmentView, DisclosureRecord } from '../domain/disclosure.js';
import { differenceIn } from './difference-words.js';

const of = (changed: Partial<DisclosureRecord>): DisclosureRecord => ({
  ...{ index: '1', record: 'refusal', messageId: 'm', number: 1, at: '2026-03-02T09:10:11Z', outcome: 'deny' },
  ...{ sender: 'a/a', recipient: 'fk/fk', senderKind: 'socialnamnd', recipientKind: 'skattemyndighet' },
  ...changed,
});
const assessed = (outcome: string) => [{ test: 'BEHOV', outcome } as AssessmentView];
const told = (before: Partial<DisclosureRecord>, after: Partial<DisclosureRecord>): readonly string[] =>
  differencesOf(of(before), of(after)).map(differenceIn('sv', (id) => (id === 'skv/skv' ? 'Skatteverket' : id)));

it('what differs is said in words, and no code of it stands bare', () => {
  const crime = (code: string) => ({ facts: { crime: code, securityClassified: false } });
  expect(told(crime('bidragsbrott'), crime('grovt-bidragsbrott'))).toEqual([
    'omständighet brottet (var bidragsbrott, blev grovt bidragsbrott)',
  ]);
  expect(told({ derived: { deceased: false } }, { derived: { deceased: true } })).toEqual([
    'omständighet om personen lever (var nej, blev ja)',
  ]);
  expect(told({}, { derived: { protectedIdentity: 'none' } })).toEqual([
    'omständighet skyddade personuppgifter (tillkom, blev ingen är markerad)',
  ]);
  expect(told({ grounds: ['FOL-32c'] }, { grounds: ['BBL-6'] })).toEqual([
    'grund bidragsbrottslag (2007:612) 6 § (tillkom)',
    'grund folkbokföringslag (1991:481) 32 c § (togs bort)',
  ]);
  expect(told({ categories: ['income'] }, {})).toEqual([expect.not.stringContaining('income')]);
  expect(told({}, { assessments: assessed('needed') })).toEqual([
    'bedömning Behöver mottagaren uppgifterna? uppgifterna behövs (tillkom)',
  ]);
  expect(told({ purpose: 'supervision' }, { purpose: 'enforcement' })).toEqual([
    'ändamål (var tillsyn eller revision, blev utsökning och indrivning)',
  ]);
  expect(told({}, { recipient: 'skv/skv' })).toEqual(['mottagare (var fk/fk, blev Skatteverket)']);
});
