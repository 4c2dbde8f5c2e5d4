import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '#platform';
import type { Member } from '../application/ports/staff.js';
import type { AuthenticatedRequest } from './caller.js';
import { withOfficer } from './staff-access.js';
import type { StaffMember } from './staff-may.js';

const member: Member = {
  id: '01930000-0000-7000-8000-00000000aaaa',
  authority: 'a/b',
  issuer: 'https://idp.example',
  subject: 'x@1',
  officer: 'A-1',
  office: 'handlaggare',
  mandate: 'delegation',
  scopes: [],
};
const OWN = { officer: 'A-1', office: 'handlaggare', mandate: 'delegation' };

/** What a body becomes, or where it names another officer. */
const put = (body: unknown, ...members: readonly StaffMember[]): unknown => {
  const request = { body } as AuthenticatedRequest;
  try {
    withOfficer(request, member, members);
    return request.body;
  } catch (error) {
    if (error instanceof ProblemError) return [error.code, error.options.violations?.map(({ path }) => path)];
    throw error;
  }
};

describe('the officer of a body that staff send', () => {
  it('comes from the table, in whole or where the route takes it', () => {
    expect(put({ reasons: 'x' }, 'officer', 'office', 'mandate')).toEqual({ reasons: 'x', ...OWN });
    expect(put({ how: 'telephone' }, 'office')).toEqual({ how: 'telephone', office: 'handlaggare' });
    expect(put({ id: '1' })).toEqual({ id: '1' });
    expect(put({ assessments: [{ test: 'A' }, { test: 'B', ...OWN }] }, 'assessments')).toEqual({
      assessments: [
        { test: 'A', ...OWN },
        { test: 'B', ...OWN },
      ],
    });
  });

  it('is nobody else, wherever that stands', () => {
    expect(put({ officer: 'A-2', office: 'enhetschef' }, 'officer', 'office', 'mandate')).toEqual([
      'another-officer',
      ['officer', 'office'],
    ]);
    expect(put({ officer: null }, 'officer')).toEqual(['another-officer', ['officer']]);
    expect(put({ assessments: [OWN, { ...OWN, mandate: 'statute' }] }, 'assessments')).toEqual([
      'another-officer',
      ['assessments.1.mandate'],
    ]);
  });

  it('is not put into what is no object, which is refused for its shape', () => {
    for (const body of [undefined, 'x', ['x'], null]) expect(put(body, 'officer')).toEqual(body);
    expect(put({ assessments: 'x' }, 'assessments')).toEqual({ assessments: 'x' });
  });
});
