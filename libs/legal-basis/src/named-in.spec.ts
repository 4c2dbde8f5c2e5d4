import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#json';
import { catalogue } from './generated/message-types.js';
import { namedIn, organisationNumberOf, personalIdentityNumberOf } from './named-in.js';

const PERSON = '195201161857';
const OTHER = '198801022388';

describe('who is named by number in content', () => {
  it('is found by the annotations of the message type, each with its item and whom that is about', () => {
    const content = {
      children: [
        { name: 'Ettan Testbarn', protection: 'none' },
        { name: 'Tvåan Testbarn', personalIdentityNumber: OTHER, protection: 'none' },
      ],
      guardians: [{ name: 'Tian Provberg', personalIdentityNumber: PERSON, protection: 'none' }],
      informant: { name: 'Tian Provberg', personalIdentityNumber: PERSON, protection: 'none' },
      concern: ['neglect'],
      situation: `Vårdnadshavaren ${PERSON} svarar inte.`,
    };
    expect(namedIn('child-concern-report/1', content)).toEqual([
      { number: OTHER, kind: 'person', item: 'children.1', about: 'subject' },
      { number: PERSON, kind: 'person', item: 'guardians.0', about: 'other-person' },
      { number: PERSON, kind: 'person', item: 'informant', about: 'informant' },
    ]);
  });

  it('is found where a company is named too, and never in free text or under a name that the type does not have', () => {
    const content = {
      subject: { name: 'Tolvan Provberg', personalIdentityNumber: PERSON, protection: 'none' },
      provider: { name: 'Exempel Assistans AB', organisationNumber: '444321-9870' },
      circumstances: `${PERSON} 444321-9870`,
      other: { personalIdentityNumber: PERSON },
    };
    expect(namedIn('misuse-of-assistance-allowance/1', content)).toEqual([
      { number: PERSON, kind: 'person', item: 'subject', about: 'subject' },
      { number: '444321-9870', kind: 'organisation', item: 'provider', about: 'company' },
    ]);
    expect(() => namedIn('nothing/1', {})).toThrow('MESSAGE_TYPE_UNKNOWN');
  });

  it('is said of every number that a type can hold: each stands within an item', () => {
    const lost: string[] = [];
    for (const { id, schema } of catalogue.types) {
      const walk = (at: JsonValue, isWithin: boolean): void => {
        if (typeof at !== 'object' || at === null) return;
        if (Array.isArray(at)) {
          for (const one of at) walk(one as JsonValue, isWithin);
          return;
        }
        const one = at as { readonly [key: string]: JsonValue };
        const inside = isWithin || 'x-item' in one;
        const format = one['format'];
        if (!inside && (format === 'personal-identity-number' || format === 'organisation-number')) lost.push(id);
        const ref = one['$ref'];
        if (typeof ref === 'string' && !inside && /person|company/.test(ref)) lost.push(`${id} ${ref}`);
        for (const [key, member] of Object.entries(one)) if (key !== '$defs') walk(member, inside);
      };
      walk(schema as unknown as JsonValue, false);
    }
    expect(lost).toEqual([]);
  });
});

describe('a number as people write it', () => {
  it.each([
    [PERSON, PERSON],
    ['19520116-1857', PERSON],
    [' 195201161857\n', PERSON],
    // A samordningsnummer has 60 added to the day.
    ['19140168-2396', '191401682396'],
  ])('%j is one person’s', (text, number) => expect(personalIdentityNumberOf(text)).toBe(number));

  it.each(['520116-1857', '195201161858', '195213161857', 'Tian Provberg', '444321-9870', '', '1952011618577'])(
    '%j is no personal identity number',
    (text) => expect(personalIdentityNumberOf(text)).toBeUndefined(),
  );

  it.each([
    ['444321-9870', '444321-9870'],
    ['4443219870', '444321-9870'],
    ['164443219870', '444321-9870'],
  ])('%j is one organisation’s', (text, number) => expect(organisationNumberOf(text)).toBe(number));

  it.each(['444321-9871', '520116-1857', PERSON])('%j is no organisation number', (text) =>
    expect(organisationNumberOf(text)).toBeUndefined(),
  );
});
