export { BUNDLE_FORMAT, type BundleManifest } from './bundle-format.js';
export { EntryChecker, NOTICE_MEMBERS, type Checked } from './check-entry.js';
export { sha256 } from './crypto.js';
export {
  EVIDENCE_FORMAT,
  EVIDENCE_PAGE_FORMAT,
  parseEvidenceFiles,
  type EvidenceFile,
  type ProvenEntry,
} from './evidence-format.js';
export type { Opening } from './facts.js';
export type { BundleSource } from './files.js';
export { CLASSES, FINDINGS, exitCodeOf, type Finding, type FindingClass, type FindingCode } from './findings.js';
export { groundOf, type Ground, type Material } from './ground.js';
export { KeysCache, keysLogOf } from './keys.js';
export { LIMITS, type Limit } from './limits.js';
export { needsOf, type Needs } from './needs.js';
export { parseShownPage, provable, unlike, type ShownMember, type ShownPage, type Unlike } from './shown-page.js';
export { rendered, type Language } from './render.js';
export type { Report } from './report.js';
export { verifyBundle, type BundleOptions, type Checker } from './verify-bundle.js';
export { COVER_FORMAT, parseCoverFile, verifyExport, type CoverFile, type ExportReport } from './verify-export.js';
export { verifyEvidence, type EvidenceOptions } from './verify-evidence.js';
