import {
  ABOUT,
  AGE_BANDS,
  ASSURANCES,
  DERIVED,
  FACTS,
  KNOWN,
  MANDATES,
  OFFENCE_STAGES,
  OFFICES,
  OUTCOMES,
  PROTECTION,
  PURPOSES,
  type TestCode,
} from './codes.js';
import { catalogue } from './generated/message-types.js';
import type { RuleIndex } from './rule-index.js';
import type { CheckInput, Claims, Obstacle } from './types.js';

const setOf = (codes: readonly string[]): ReadonlySet<string> => new Set(codes);
const purposes = setOf(PURPOSES);
const about = setOf(ABOUT);
const known = setOf(KNOWN);
const facts = setOf(FACTS);
const derived = setOf(DERIVED);
const ageBands = setOf(AGE_BANDS);
const protection = setOf(PROTECTION);
const stages = setOf(OFFENCE_STAGES);
const offices = setOf(OFFICES);
const mandates = setOf(MANDATES);
const assurances = setOf(ASSURANCES);
const categories = setOf(catalogue.categories.map((category) => category.id));
const types = setOf(catalogue.types.map((type) => type.id));

/**
 * Unknown means deny (design.md I8): everything in claims comes from a closed list, or the message is refused with the name of
 * the list. The unknown code itself is not repeated: it could be anything.
 */
export function closedListObstacles(input: CheckInput, index: RuleIndex): Obstacle[] {
  const { claims } = input;
  const found: Obstacle[] = [];
  if (!types.has(claims.messageType)) found.push({ code: 'MESSAGE_TYPE_UNKNOWN' });
  if (!purposes.has(claims.purpose)) found.push({ code: 'PURPOSE_UNKNOWN' });
  if (claims.bases.length === 0) found.push({ code: 'NO_BASIS' });
  if (claims.items.length === 0) found.push({ code: 'NO_ITEMS' });
  if (claims.initiative !== 'own' && claims.initiative !== 'request')
    found.push({ code: 'CODE_UNKNOWN', detail: 'initiative' });
  if (claims.initiative === 'request' && claims.requestId === undefined) found.push({ code: 'REQUEST_MISSING' });
  for (const item of claims.items) {
    if (!categories.has(item.dataCategory)) found.push({ code: 'CODE_UNKNOWN', item: item.id, detail: 'dataCategory' });
    if (!about.has(item.about)) found.push({ code: 'CODE_UNKNOWN', item: item.id, detail: 'about' });
    if (!known.has(item.known)) found.push({ code: 'CODE_UNKNOWN', item: item.id, detail: 'known' });
    for (const provision of item.secrecy)
      if (!index.provisions.has(provision)) found.push({ code: 'CODE_UNKNOWN', item: item.id, detail: 'secrecy' });
  }
  factObstacles(claims, index, found);
  assessmentObstacles(claims, found);
  return found;
}

function factObstacles(claims: Claims, index: RuleIndex, found: Obstacle[]): void {
  for (const code in claims.facts) {
    const value = claims.facts[code];
    if (!facts.has(code)) found.push({ code: 'CODE_UNKNOWN', detail: 'facts' });
    else if (code === 'crime' && (typeof value !== 'string' || !index.crimes.has(value)))
      found.push({ code: 'CRIME_UNKNOWN', detail: 'crime' });
    else if (code === 'offenceStage' && (typeof value !== 'string' || !stages.has(value)))
      found.push({ code: 'CODE_UNKNOWN', detail: 'offenceStage' });
    else if (code === 'securityClassified' && typeof value !== 'boolean')
      found.push({ code: 'CODE_UNKNOWN', detail: 'securityClassified' });
  }
  for (const code in claims.derived)
    if (!derivedIsKnown(code, claims.derived[code], index)) found.push({ code: 'CODE_UNKNOWN', detail: 'derived' });
}

function derivedIsKnown(code: string, value: boolean | string | undefined, index: RuleIndex): boolean {
  if (!derived.has(code)) return false;
  if (code === 'ageBand' || code === 'victimAgeBand') return typeof value === 'string' && ageBands.has(value);
  if (code === 'protectedIdentity') return typeof value === 'string' && protection.has(value);
  if (code === 'benefit') return typeof value === 'string' && index.benefits.has(value);
  return typeof value === 'boolean';
}

function assessmentObstacles(claims: Claims, found: Obstacle[]): void {
  for (const assessment of claims.assessments) {
    const outcomes = Object.hasOwn(OUTCOMES, assessment.test) ? OUTCOMES[assessment.test as TestCode] : undefined;
    if (outcomes === undefined) found.push({ code: 'CODE_UNKNOWN', detail: 'test' });
    else if (assessment.outcome !== outcomes.passes && assessment.outcome !== outcomes.stops)
      found.push({ code: 'CODE_UNKNOWN', detail: 'outcome' });
    if (!offices.has(assessment.office)) found.push({ code: 'CODE_UNKNOWN', detail: 'office' });
    if (!mandates.has(assessment.mandate)) found.push({ code: 'CODE_UNKNOWN', detail: 'mandate' });
    if (!assurances.has(assessment.assurance)) found.push({ code: 'CODE_UNKNOWN', detail: 'assurance' });
  }
}
