import { describe, expect, it } from '@jest/globals';
import { classify } from './classify.js';
import { compareClaims } from './compare.js';
import { derive } from './derive.js';
import { inputOf } from './fixtures.js';

const check = (stage: string) => ({
  procurement: { reference: 'UPP 2026/77', subject: 'Städning', stage },
  supplier: { name: 'Exempelstäd AB' },
  representatives: [{ name: 'Tvåan Bolagsman', protection: 'none' }],
  concerns: 'Anbudspriset ligger under lönekostnaden.',
});
const declared = { freeText: { concerns: ['company-operations'] } };
const secrecyOf = (stage: string, kind: Parameters<typeof classify>[2]) =>
  Object.fromEntries(
    classify('supplier-check/1', check(stage), kind, {
      ...declared,
      secrecy: { 'representatives.0': ['31:16'], procurement: ['31:16'] },
    }).map(({ id, secrecy }) => [id, secrecy]),
  );

describe('a bid before award (OSL 19:3 second paragraph)', () => {
  it('is protected in who made it and in what is said of it, not in the bid alone', () => {
    const before = secrecyOf('before-award', 'upphandlingsnamnd');
    for (const id of ['supplier', 'representatives.0', 'concerns~company-operations'])
      expect([id, before[id]]).toEqual([id, expect.arrayContaining(['19:3-st2', '31:16'])]);
  });
  it('is so no longer once awarded', () => {
    expect(Object.values(secrecyOf('after-award', 'upphandlingsnamnd')).flat()).not.toContain('19:3-st2');
  });
  it('takes nothing away from what another authority holds', () => {
    expect(secrecyOf('before-award', 'skattemyndighet')['supplier']).toEqual(['27:1']);
  });
});

describe('what law enforcement at Skatteverket holds', () => {
  it('is protected as what law enforcement holds, not as taxation', () => {
    expect(secrecyOf('after-award', 'brottsbekampande-myndighet')['supplier']).toEqual(['18:2', '35:1']);
  });
});

describe('a mark of security classification', () => {
  const marking = (said: string, secrecyMark = 'OSL 26 kap. 1 §') =>
    derive(
      'supplier-check/1',
      { ...check('after-award'), concerns: said },
      { items: [], on: '2026-11-23', registration: { secrecyMark } },
    )['securityMarking'];
  it.each(['HEMLIG', 'KVALIFICERAT HEMLIG', 'Begränsat hemlig', 'kvalificerat  hemlig', 'KONFIDENTIELL'])(
    'is found: %s',
    (mark) => {
      expect(marking(`${mark}: se bilaga`)).toBe(true);
      expect(marking('Inget särskilt', mark)).toBe(true);
    },
  );
  it.each(['Säkerhetsskyddsklassad', 'säkerhetsskyddsklass: hemlig', 'säkerhetsskyddsklassificerad'])(
    'is found: %s',
    (mark) => expect(marking(mark)).toBe(true),
  );
  it('is found however its letters are composed', () => {
    expect(marking('BEGRÄNSAT HEMLIG'.normalize('NFD'))).toBe(true);
    expect(marking('säkerhetsskyddsklass'.normalize('NFD'))).toBe(true);
  });
  it.each(['Han höll det hemligt.', 'En hemlig adress', 'konfidentiellt samtal'])('is not: %s', (said) =>
    expect(marking(said)).toBeUndefined(),
  );
  it('is seen by the recipient too, where the sender kept silent about it', () => {
    const claims = { ...inputOf({ bases: [], from: '', to: '', secrecy: [] }).claims, messageType: 'supplier-check/1' };
    const items = classify('supplier-check/1', check('after-award'), 'upphandlingsnamnd', {
      ...declared,
      secrecy: { 'representatives.0': ['31:16'] },
    });
    const silent = {
      ...claims,
      items,
      derived: derive('supplier-check/1', check('after-award'), { items, on: '2026-11-23' }),
    };
    const compared = (secrecyMark: string) =>
      compareClaims('supplier-check/1', check('after-award'), silent, 'upphandlingsnamnd', '2026-11-23', {
        secrecyMark,
      });
    expect(compared('OSL 31 kap. 16 §')).toEqual([]);
    expect(compared('HEMLIG')).toEqual(['derived-facts']);
  });
});
