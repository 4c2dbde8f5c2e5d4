import { describe, expect, it } from '@jest/globals';
import { ruleSets } from './released.js';
import { unknownCodes } from './unknown-codes.js';

const [ruleSet] = ruleSets;
if (ruleSet === undefined) throw new Error('no rule set');
const known = { purpose: 'control-incorrect-payment', bases: [{ id: 'LUF-2008-206-3' }] };

describe('codes on no list', () => {
  it.each([
    ['everything known', known, []],
    ['a point of the basis', { ...known, bases: [{ id: 'OSL-10-15a', point: '4' }] }, []],
    ['what is known not to be a basis', { ...known, bases: [{ id: 'HANDLINGSPLAN' }] }, []],
    ['facts', { ...known, facts: { crime: 'bidragsbrott', offenceStage: 'completed', securityClassified: false } }, []],
    ['an unknown purpose', { ...known, purpose: '197101019045' }, ['purpose']],
    [
      'an unknown basis after a known one',
      { ...known, bases: [{ id: 'OSL-10-15a' }, { id: 'OSL-10-15b' }] },
      ['bases.1.id'],
    ],
    ['a point that no version has', { ...known, bases: [{ id: 'OSL-10-15a', point: '99' }] }, ['bases.0.point']],
    ['a point of what is no basis', { ...known, bases: [{ id: 'HANDLINGSPLAN', point: '1' }] }, ['bases.0.id']],
    ['an unknown fact', { ...known, facts: { suspect: '197101019045' } }, ['facts']],
    ['an unknown crime', { ...known, facts: { crime: '197101019045' } }, ['facts.crime']],
    ['a stage that is no stage', { ...known, facts: { offenceStage: true } }, ['facts.offenceStage']],
    ['a text where yes or no stands', { ...known, facts: { securityClassified: 'no' } }, ['facts.securityClassified']],
    ['a name that every object has', { ...known, facts: { toString: true } }, ['facts']],
  ])('are found in %s, by path and not by value', (_what, body, paths) => {
    expect(unknownCodes(body, ruleSet)).toEqual(paths);
  });
});
