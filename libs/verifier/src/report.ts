import type { Book } from './book.js';
import { CLASSES, exitCodeOf } from './findings.js';
import type { Finding } from './findings.js';
import type { Limit } from './limits.js';
import type { Row } from './numbers.js';
import type { Delayed } from './timeline.js';

export interface Head {
  readonly origin: string;
  /** Decimal. */
  readonly size: string;
  /** Base 64, 32 octets. */
  readonly root: string;
}

/** A decision as a report shows it: codes and parties, nothing of the claims. */
export interface ShownDecision {
  readonly index: string;
  readonly attempt: number;
  readonly sender: string;
  readonly recipient: string;
  readonly messageType?: string;
  readonly outcome: 'permit' | 'assess' | 'deny';
  readonly bases: readonly { readonly id: string; readonly citation?: string }[];
  readonly number: number;
  readonly decidedAt: string;
}
export interface ShownStatement {
  readonly index: string;
  /** Kind of receipt, or of notice. */
  readonly kind: string;
  /** Authority whose gateway signed it; absent of a notice, which is the exchange's own. */
  readonly by?: string;
  readonly at: string;
  readonly reason?: string;
  /** Of a refusal or a recorded disclosure, which stand in a decision's place: whom it was meant for. */
  readonly recipient?: string;
  /** Of these too: the verdict of the gateway that refused it, or that marks what was recorded. */
  readonly outcome?: 'permit' | 'assess' | 'deny';
}

/** What `delge verify` says; `--json` prints it as it is. */
export interface Report {
  readonly format: 'delge-report/1';
  readonly subject: 'bundle' | 'evidence';
  readonly conclusion: 'holds' | 'does-not-hold' | 'incomplete';
  readonly exitCode: number;
  readonly verifiedAt: string;
  readonly environment: string;
  readonly disclosure?: Head;
  readonly keys?: Head;
  /** Of a bundle: indices [from, to), decimal, and the authorities it is bounded to. */
  readonly period?: { readonly from: string; readonly to: string; readonly bounds?: readonly string[] };
  /** Authorities whose decisions, refusals and recorded disclosures of the period are all here, by their gapless numbers. */
  readonly complete?: readonly Row[];
  readonly counts?: Book['counts'] & { readonly erased: number; readonly blinded: number };
  /** Entries whose date only the exchange's own word excuses. */
  readonly delayed?: readonly Delayed[];
  /** Of an evidence file. */
  readonly message?: {
    readonly id: string;
    readonly decisions: readonly ShownDecision[];
    readonly statements: readonly ShownStatement[];
    readonly content?: 'shown';
  };
  readonly findings: readonly Finding[];
  readonly limits: readonly Limit[];
}

/** More findings of one code than this are counted on, and not listed. */
const MOST_OF_A_CODE = 1_000;

/** Collects findings, as many of each code as a person could read. */
export class Findings {
  private readonly list: Finding[] = [];
  private readonly counts = new Map<string, number>();

  readonly say = (code: Finding['code'], more: Omit<Finding, 'code'> = {}): void => {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count <= MOST_OF_A_CODE) this.list.push({ code, ...more });
  };

  all(): readonly Finding[] {
    return this.list;
  }
}

export function reportOf(
  rest: Omit<Report, 'format' | 'conclusion' | 'exitCode' | 'findings'>,
  findings: readonly Finding[],
): Report {
  const exitCode = exitCodeOf(findings);
  const conclusion = exitCode === 0 ? 'holds' : exitCode === CLASSES.lacking.exitCode ? 'incomplete' : 'does-not-hold';
  return { format: 'delge-report/1', ...rest, conclusion, exitCode, findings };
}
