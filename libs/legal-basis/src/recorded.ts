import { OUTCOMES, type TestCode } from './codes.js';
import type { ClaimAssessment } from './types.js';

/** What officers have recorded for one test, one basis version and one item. */
export type Recorded = 'passes' | 'stops' | 'conflict' | 'wrong-office' | 'void' | 'missing';

/** Tests that concern an item as such and no basis. */
export const NO_BASIS = '-';

/**
 * Looks up recorded assessments. Answers that contradict each other are `conflict`, never the better of the two: taking one
 * of them away must not turn an obstacle into a permit.
 */
export class RecordedAssessments {
  constructor(private readonly all: readonly ClaimAssessment[]) {}

  find(test: string, versionId: string, item: string, offices: readonly string[] | undefined): Recorded {
    const outcomes = OUTCOMES[test as TestCode];
    let passes = false;
    let stops = false;
    let other: Recorded = 'missing';
    for (const assessment of this.all) {
      if (assessment.test !== test || !assessment.items.includes(item)) continue;
      if (assessment.basis !== versionId) {
        if (sameBasis(assessment.basis, versionId) && other === 'missing') other = 'void';
      } else if (offices !== undefined && !offices.includes(assessment.office)) other = 'wrong-office';
      else if (assessment.outcome === outcomes.passes) passes = true;
      else stops = true;
    }
    if (passes) return stops ? 'conflict' : 'passes';
    return stops ? 'stops' : other;
  }

  /** Two authenticated officers of the named offices (law.md 6.1 point 12). */
  findProtected(item: string, offices: ReadonlySet<string>): Recorded {
    const officers = new Set<string>();
    let stops = false;
    for (const assessment of this.all) {
      if (assessment.test !== 'SKYDDAD' || assessment.basis !== NO_BASIS || !assessment.items.includes(item)) continue;
      if (assessment.outcome !== OUTCOMES.SKYDDAD.passes) stops = true;
      else if (assessment.assurance === 'authenticated' && offices.has(assessment.office))
        officers.add(assessment.officer);
    }
    if (stops) return officers.size > 0 ? 'conflict' : 'stops';
    return officers.size >= 2 ? 'passes' : 'missing';
  }
}

/** Same basis, other version: an assessment is void when the version changes. */
function sameBasis(a: string, b: string): boolean {
  const at = a.lastIndexOf('@');
  return at > 0 && b.startsWith(a.slice(0, at + 1));
}
