export * from './codes.js';
export type * from './types.js';
export { LegalBasisError, EngineError, ClaimsError, ClassificationError, type LegalBasisErrorCode } from './errors.js';
export { ENGINE_VERSION, check, verdictCodes } from './check.js';
export { isOrganisationNumber, isPersonalIdentityNumber } from './identity-numbers.js';
export { inForce, isLocalDate, stockholmDate } from './dates.js';
export {
  parseClaims,
  claimsBytes,
  claimsDigest,
  assessmentDigestInput,
  assessmentDigest,
  type AssessmentBinding,
} from './claims.js';
export { ruleSets, ruleSetBytes, ruleSetDigest, ruleSetByDigest, basisVersionIds } from './released.js';
export { alteredVersions, type Versioned } from './altered-versions.js';
export { MAX_RULE_SET_BYTES, parseRuleSet, ruleSetHead, type RuleSetHead } from './parse-rule-set.js';
export {
  compileSchemas,
  contentValidator,
  dataCategories,
  messageTypes,
  validateContent,
  type FieldSchema,
  type ItemAnnotation,
  type MessageType,
  type Violation,
} from './message-type.js';
export { classify, defaultSecrecy, isDeclarable, isFreeText, type Declarations } from './classify.js';
export { namedIn, organisationNumberOf, personalIdentityNumberOf, type Named } from './named-in.js';
export { unknownCodes } from './unknown-codes.js';
export { derive } from './derive.js';
export { compareClaims, type MismatchCode } from './compare.js';
export {
  buildClaims,
  resolveAssessment,
  type ReferralBody,
  type BodyAssessment,
  type ClaimsContext,
} from './build-claims.js';
export {
  explain,
  explainGround,
  explainPart,
  textsOf,
  type Explanation,
  type Finding,
  type GroundText,
  type MissingText,
} from './explain.js';
export { groundsFor, type Ground } from './grounds.js';
export { applyWay, type WayOut, type WayOutcome } from './apply-way.js';
export {
  leaveOut,
  partWithout,
  permittedPart,
  waysOutOf,
  type NoPart,
  type Part,
  type PermittedPart,
} from './leave-out.js';
export type { OpenFact } from './open-facts.js';
export { textCatalogue, type Text, type TextGroup } from './texts/catalogue.js';
export { LAWS_OWN_WORDS, PlainLanguage, type Fault } from './texts/plain-language.js';
export { vocabularySchema, type VocabularySchema, type CodeList } from './vocabulary.js';
