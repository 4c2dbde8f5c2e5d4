import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '#json';
import { buildClaims, type ReferralBody } from './build-claims.js';
import { check } from './check.js';
import { ClassificationError } from './errors.js';
import { explainPart } from './explain.js';
import { directory, newestRuleSet, recorded, TODAY } from './fixtures.js';
import { leaveOut, partWithout, permittedPart, waysOutOf } from './leave-out.js';
import type { CheckInput, ClaimAssessment } from './types.js';
import { waysOut, type Found } from './ways-out.js';

const BASIS = 'LUF-2008-206-3';
const person = (name: string, protection = 'none') => ({ name, protection });
const content = {
  subject: { ...person('Tian Provberg'), personalIdentityNumber: '195201161857' },
  payment: { benefit: 'bostadsbidrag', period: { from: '2026-01-01' } },
  circumstances: 'Den enskilde har bott tillsammans med en annan vuxen sedan årsskiftet.',
  company: { name: 'Exempel AB' },
  otherPersons: [person('Elvan Provberg'), person('Trettan Modellin'), person('Femtan Bolagsman')],
};
/** As from the criminal records, whose secrecy the basis does not break. */
const unreached = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, ['35:3']]));
const referral = (
  secrecy: { readonly [item: string]: readonly string[] } = {},
  change: { readonly [name: string]: JsonValue } = {},
  contains: readonly string[] = ['benefit-case'],
): ReferralBody => ({
  type: 'notice-of-incorrect-payment/1',
  initiative: 'own',
  purpose: 'control-incorrect-payment',
  bases: [{ id: BASIS }],
  declarations: { freeText: { circumstances: contains }, secrecy },
  content: { ...content, ...change },
});
const inputOf = (body: ReferralBody, more: (items: readonly string[]) => readonly ClaimAssessment[]): CheckInput => {
  const context = { senderKind: 'socialnamnd' as const, recipient: 'fk/kontroll', on: TODAY, assessments: [] };
  const bare = buildClaims(body, context);
  const items = bare.items.map(({ id }) => id);
  const claims = { ...bare, assessments: more(items) };
  const ruleSet = newestRuleSet();
  return {
    sender: 'kommun/socialnamnden',
    recipient: 'fk/kontroll',
    claims,
    ruleSet,
    directory: directory(),
    on: TODAY,
  };
};
const passes = (items: readonly string[]): ClaimAssessment[] =>
  (['ANLEDNING', 'EJ_SARSKILDA'] as const).map((test) => recorded(BASIS, test, { on: TODAY, items }));
const partOf = (body: ReferralBody, more = passes) => {
  const input = inputOf(body, more);
  const verdict = check(input);
  const told = permittedPart(body, verdict, input);
  return { whole: verdict.outcome, ...told, text: explainPart(verdict, input, told, 'sv') };
};

describe('leaving items out', () => {
  const { type, declarations = {} } = referral(unreached('company', 'otherPersons.2'), {}, ['benefit-case', 'income']);
  const out = (...items: string[]) => leaveOut(type, content, declarations, items);
  it('takes the field and what is declared of it', () => {
    const { company: _, ...rest } = content;
    expect(out('company')).toEqual({
      content: rest,
      declarations: { freeText: declarations.freeText, secrecy: unreached('otherPersons.2') },
    });
  });
  it('takes a member of a list with those after it, so that the others keep their ids', () => {
    expect(out('otherPersons.1')?.content).toEqual({ ...content, otherPersons: [content.otherPersons[0]] });
    const { otherPersons: _, ...rest } = content;
    expect(out('otherPersons.0')).toEqual({
      content: rest,
      declarations: { freeText: declarations.freeText, secrecy: unreached('company') },
    });
  });
  it('takes a free text with all it contains, and leaves no message when the type demands it', () => {
    expect(out('circumstances~income')).toBeUndefined();
    const optional = { subject: content.subject, statement: 'Bistånd betalades ut i mars.' };
    const answer = { freeText: { statement: ['paid-financial-assistance', 'income'] } };
    expect(leaveOut('answer/1', optional, answer, ['statement~income'])).toEqual({
      content: { subject: content.subject },
      declarations: { freeText: {} },
    });
  });
  it('does not take an item that is not there', () => {
    expect(() => out('provider')).toThrow(ClassificationError);
  });
});

describe('the part that may go', () => {
  it('is all but the item that may not', () => {
    const { part, ...told } = partOf(referral(unreached('company')));
    expect(told).toMatchObject({ whole: 'deny', leavesOut: ['company'], outcome: 'permit' });
    expect(told.text).toBe('Utan företagets identitet är utfallet: inget formellt hinder.');
    expect(part?.content).not.toHaveProperty('company');
    expect(part?.verdict.outcome).toBe('permit');
    // What an officer said of the item goes too, what was said of the others stands.
    for (const { items } of part?.input.claims.assessments ?? []) expect(items).toEqual(told.keeps);
  });

  it('is what officers did not stop', () => {
    const stopped = (items: readonly string[]): ClaimAssessment[] => [
      ...passes(items.filter((id) => id !== 'otherPersons.2')),
      recorded(BASIS, 'EJ_SARSKILDA', { on: TODAY, items: ['otherPersons.2'], stops: true }),
    ];
    const { part, ...told } = partOf(referral(), stopped);
    expect(told).toMatchObject({ leavesOut: ['otherPersons.2'], outcome: 'permit' });
    expect(part?.input.claims.assessments).toHaveLength(2);
  });

  it('is told as what it is where it still awaits an assessment', () => {
    expect(partOf(referral(unreached('company')), () => [])).toMatchObject({
      leavesOut: ['company'],
      outcome: 'officer',
      part: { verdict: { outcome: 'assess' } },
    });
  });

  it('is the one for which nothing more is needed, before a larger one that awaits something', () => {
    const body = referral({ company: ['35:3'], 'otherPersons.2': ['25:1'] });
    const input = inputOf(body, passes);
    expect(partWithout(body, input, ['company'])?.verdict.outcome).toBe('assess');
    expect(partOf(body)).toMatchObject({ leavesOut: ['company', 'otherPersons.2'], outcome: 'permit' });
    const none = partOf(referral({ company: ['35:3'], circumstances: ['25:1'] }));
    expect(none).toMatchObject({ leavesOut: ['company'], outcome: 'legal-question' });
  });

  it('is none where the type demands the field', () => {
    const told = partOf(referral(unreached('circumstances')));
    expect(told).toMatchObject({ leavesOut: ['circumstances~benefit-case'], why: 'field-required' });
    expect(told.part).toBeUndefined();
    expect(told.keeps).toContain('company');
  });

  it('is none where no item is carried, or the message is stopped as a whole', () => {
    const classified = { ...content, circumstances: `HEMLIG. ${content.circumstances}` };
    for (const body of [
      { ...referral(), bases: [{ id: 'OSL-10-27' }], purpose: 'prevent-crime' },
      referral(unreached('company'), classified),
    ])
      expect(partOf(body)).toMatchObject({ whole: 'deny', keeps: [], why: 'nothing-carried' });
  });

  it('keeps asking for what a person left out had demanded: traces remain', () => {
    const otherPersons = [person('Elvan Provberg', 'protected-registration')];
    const body = referral(unreached('otherPersons.0'), { otherPersons });
    const input = inputOf(body, passes);
    const part = partWithout(body, input, ['otherPersons.0']);
    expect(part?.content).not.toHaveProperty('otherPersons');
    expect(part?.verdict).toMatchObject({ outcome: 'assess', kind: 'protected' });
    const two = (items: readonly string[]): ClaimAssessment[] =>
      ['pseudonym-1', 'pseudonym-2'].map((officer) =>
        recorded('-', 'SKYDDAD', { on: TODAY, items, officer, office: OFFICE, assurance: 'authenticated' }),
      );
    const after = partWithout(
      body,
      inputOf(body, (items) => [...passes(items), ...two(items)]),
      ['otherPersons.0'],
    );
    expect(after?.verdict.outcome).toBe('permit');
    expect(after?.input.claims.derived['protectedIdentity']).toBe('none');
  });

  it.each(['22:2', '21:3'])('does not clear a protected identity that is declared: %s', (provision) => {
    const body = referral({ company: [provision, '35:3'] });
    const told = partOf(body);
    expect(told).toMatchObject({ whole: 'deny', leavesOut: ['company'], outcome: 'protected' });
    expect(told.text).toContain('två utsedda handläggare');
    expect(partWithout(body, inputOf(body, passes), ['company'])?.verdict).toMatchObject({ kind: 'protected' });
    const way = partOf(referral({ company: [provision], 'otherPersons.2': ['35:3'] }));
    expect(way).toMatchObject({ leavesOut: ['otherPersons.2'], outcome: 'protected' });
  });

  it('is not proposed as a way out of a protected identity that is declared', () => {
    const input = inputOf(referral({ company: ['22:2'] }), passes);
    const verdict = check(input);
    expect(verdict).toMatchObject({ outcome: 'assess', kind: 'protected' });
    expect(waysOut(verdict, input).ways.filter(({ items }) => items !== undefined)).toEqual([]);
  });

  it('is none where what is left is stopped by its own facts', () => {
    const body: ReferralBody = {
      type: 'crime-report/2',
      initiative: 'own',
      purpose: 'investigate-crime',
      bases: [{ id: 'OSL-10-21' }],
      facts: { crime: 'misshandel', offenceStage: 'completed' },
      declarations: { freeText: { circumstances: ['observation'] }, secrecy: { ...unreached('victims.0') } },
      content: {
        offence: { period: { from: '2026-10-01' } },
        victims: [{ ...person('Ettan Testbarn'), birthDate: '2015-03-14' }],
        circumstances: 'Barnet berättar om upprepade slag och har märken som stämmer med det.',
      },
    };
    const input = { ...inputOf(body, () => []), recipient: 'polis/noa' };
    expect(partWithout(body, input, ['victims.0'])?.verdict.outcome).toBe('deny');
  });
});

describe('ways out of a referral whose content is at hand', () => {
  const waysOf = (body: ReferralBody, more = passes) => {
    const input = inputOf(body, more);
    const verdict = check(input);
    const leaving = (found: Found) => found.ways.filter(({ items }) => items !== undefined);
    const found = waysOutOf(body, verdict, input);
    return { claims: leaving(waysOut(verdict, input)), content: leaving(found), all: found.ways };
  };
  it('leave out nothing that the type demands', () => {
    const { claims, content: told, all } = waysOf(referral(unreached('circumstances')));
    expect(claims).not.toEqual([]);
    expect(told).toEqual([]);
    expect(all).toEqual([{ kind: 'none', why: 'obstacle' }]);
  });
  it('name all that goes, and say what then stands', () => {
    const [way] = waysOf(referral(unreached('otherPersons.1'))).content.filter(
      ({ kind }) => kind === 'leave-out-items',
    );
    expect(way).toMatchObject({ items: ['otherPersons.1', 'otherPersons.2'], outcome: 'permit' });
    expect(way?.keeps).toContain('otherPersons.0');
  });
  it('are those of the claims where they leave nothing out', () => {
    const { claims, all } = waysOf(referral(), () => []);
    expect(claims).toEqual([]);
    expect(all.map(({ kind }) => kind)).toContain('ask-for-assessment');
  });
});

const OFFICE = newestRuleSet().protectedOffices[0] ?? '';
