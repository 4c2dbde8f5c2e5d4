import { check, inForce, OFFICES, type ClaimAssessment } from '#legal-basis';
import { carryingCase, variant, withItem, type Cases } from './carrying-case.js';
import type { LawTable } from './law-table.js';

/** What holds whatever basis is claimed, asked of a basis that breaks nothing but carries what an officer has found harmless. */
export function apartFromBases(cases: Cases): Omit<LawTable, 'versions'> {
  const { ruleSet } = cases;
  const on = ruleSet.date;
  const rule = ruleSet.versions.find((one) => one.id === 'OSL-6-5' && inForce(one, on));
  const base = rule === undefined ? undefined : carryingCase(rule, on, cases);
  if (base === undefined) return { provisions: {}, nonBases: {}, protectedOffices: [] };
  const harmless = { INGET_MEN: 'no-harm' };
  const provisions = ruleSet.provisions.map(({ id }) => {
    const one = withItem(base, { secrecy: [id] });
    const codes = cases.codes(variant(one, { assessed: harmless }));
    const guarded = codes.codes.some((code) => code.startsWith('PROTECTED_IDENTITY'));
    return [id, guarded ? 'protected' : codes.outcome === 'permit' ? 'harm test' : 'no harm test'] as const;
  });
  const nonBases = ruleSet.nonBases.map(({ id }) => {
    const codes = cases.codes(variant(base, { bases: [{ id }] }));
    return [id, `${codes.outcome}: ${codes.codes.map((code) => code.split(' ')[0]).join(', ')}`] as const;
  });
  return {
    provisions: Object.fromEntries(provisions),
    nonBases: Object.fromEntries(nonBases),
    protectedOffices: protectedOffices(cases),
  };
}

/** Asked of a protected identity that the general clause would otherwise carry. */
function protectedOffices(cases: Cases): readonly string[] {
  const { ruleSet } = cases;
  const rule = ruleSet.versions.find((one) => one.id === 'OSL-10-27' && inForce(one, ruleSet.date));
  const base = rule === undefined ? undefined : carryingCase(rule, ruleSet.date, cases);
  if (base === undefined) return [];
  const input = cases.input(withItem(base, { secrecy: ['22:2'] }));
  const [model] = input.claims.assessments;
  if (model === undefined) return [];
  return OFFICES.filter((office) => {
    const answers = ['a', 'b'].map((officer): ClaimAssessment => ({
      ...model,
      test: 'SKYDDAD',
      outcome: 'disclosure-prevails',
      basis: '-',
      assurance: 'authenticated',
      office,
      officer,
    }));
    const assessments = [...input.claims.assessments, ...answers];
    return check({ ...input, claims: { ...input.claims, assessments } }).outcome === 'permit';
  });
}
