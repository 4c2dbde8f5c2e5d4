import type { JsonValue } from '#json';
import { classify, type Declarations } from './classify.js';
import type { AuthorityKind } from './codes.js';
import { derive } from './derive.js';
import { ClassificationError } from './errors.js';
import { NO_BASIS } from './recorded.js';
import { indexOf } from './rule-index.js';
import type { ClaimAssessment, ClaimBasis, ClaimItem, Claims, Facts, LocalDate, RuleSet } from './types.js';

/** A referral as a system submits it, as far as the law is concerned. */
export interface ReferralBody {
  readonly type: string;
  readonly initiative: 'own' | 'request';
  readonly requestId?: string;
  readonly purpose: string;
  readonly bases: readonly ClaimBasis[];
  readonly facts?: Facts;
  readonly declarations?: Declarations;
  readonly cooperationDecision?: string;
  readonly content: JsonValue;
  /** Diary number, subject and secrecy mark; only a mark of security classification matters here. */
  readonly registration?: JsonValue;
}
/** An assessment as a system or an officer submits it; the gateway turns it into a `ClaimAssessment`. */
export interface BodyAssessment {
  readonly recipient: string;
  /** Basis id, or basis version with its date; `-` for INGET_MEN and SKYDDAD. */
  readonly basis: string;
  readonly test: string;
  readonly outcome: string;
  readonly items: readonly string[] | 'all';
  readonly office: string;
  readonly officer: string;
  readonly mandate: 'delegation' | 'statute';
  readonly reasons: string;
  readonly at?: string;
}
export interface ClaimsContext {
  readonly senderKind: AuthorityKind;
  readonly recipient: string;
  /** Day of disclosure, on which ages are counted. */
  readonly on: LocalDate;
  /** Assessments for this recipient, made claims of by the gateway. */
  readonly assessments: readonly ClaimAssessment[];
}

/**
 * Makes claims of a referral whose content has passed `validateContent`. Facts the content determines cannot be declared.
 * @throws {ClassificationError}
 */
export function buildClaims(body: ReferralBody, context: ClaimsContext): Claims {
  const items = classify(body.type, body.content, context.senderKind, body.declarations ?? {});
  return {
    v: 1,
    messageType: body.type,
    initiative: body.initiative,
    ...(body.requestId === undefined ? {} : { requestId: body.requestId }),
    purpose: body.purpose,
    bases: body.bases.map(({ id, point }) => (point === undefined ? { id } : { id, point })),
    items,
    facts: { ...body.facts },
    derived: derive(body.type, body.content, { items, on: context.on, registration: body.registration }),
    assessments: context.assessments,
    ...(body.cooperationDecision === undefined ? {} : { cooperationDecision: body.cooperationDecision }),
  };
}

/**
 * What a submitted assessment is bound to: all items become item ids, and a basis without a date its version in force on the day. A
 * basis that is not in force binds to its newest version, so that the verdict, not the assessment, says that it does not apply.
 * @throws {ClassificationError} BASIS_UNKNOWN, ITEM_UNKNOWN
 */
export function resolveAssessment(
  assessment: Pick<BodyAssessment, 'basis' | 'items'>,
  items: readonly ClaimItem[],
  ruleSet: RuleSet,
  on: LocalDate,
): { readonly basis: string; readonly items: readonly string[] } {
  const known = items.map((item) => item.id);
  const named = assessment.items === 'all' ? known : assessment.items;
  if (!named.every((id) => known.includes(id))) throw new ClassificationError('ITEM_UNKNOWN', 'items');
  if (assessment.basis === NO_BASIS) return { basis: NO_BASIS, items: named };
  const index = indexOf(ruleSet);
  const [id = '', date] = assessment.basis.split('@');
  const versions = index.bases.get(id) ?? [];
  const version =
    date === undefined
      ? (index.versionOn(id, on) ?? versions.at(-1))
      : versions.find((candidate) => candidate.versionId === assessment.basis);
  if (version === undefined) throw new ClassificationError('BASIS_UNKNOWN', 'basis');
  return { basis: version.versionId, items: named };
}
