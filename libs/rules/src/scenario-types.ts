import type { AuthorityView, Facts, LegalPositionView, LocalDate, VerdictCodes } from '#legal-basis';

/** Outcome with its kind or force, e.g. `permit/duty`, `assess/officer`, `deny`. */
export interface Expectation {
  readonly verdict: string;
  readonly clock?: string;
  /** Each must be told: a code, and words that stand on the same line (basis, provision, detail). */
  readonly codes: readonly string[];
  readonly ways: readonly string[];
}
export type Assessed =
  | 'all'
  | 'none'
  | readonly string[]
  /** Test → outcome, or `missing`; the others pass. */
  | { readonly [test: string]: string };
export interface Cooperation {
  readonly parties: readonly string[];
  readonly from: LocalDate;
  readonly until?: LocalDate;
}
/** One case with everything said or defaulted. */
export interface Scenario {
  /** File and id, with the variant: `osl-10-15a.yaml 16 (ingen bedömning)`. */
  readonly name: string;
  readonly file: string;
  readonly id: string;
  readonly says: string;
  readonly from: string;
  readonly to: string;
  readonly on: LocalDate;
  readonly type: string;
  readonly bases: readonly { readonly id: string; readonly point?: string }[];
  readonly purpose: string;
  readonly initiative: 'own' | 'request';
  readonly requestNamed: boolean;
  readonly items: readonly {
    readonly category: string;
    readonly secrecy: readonly string[];
    readonly about: string;
    readonly known: string;
  }[];
  readonly facts: Facts;
  readonly derived: Facts;
  readonly assessed: Assessed;
  readonly assessedOn: LocalDate;
  readonly office?: string;
  readonly positions: { readonly [question: string]: LegalPositionView['answer'] };
  readonly adopted: 'all' | 'none' | readonly string[];
  readonly cooperation?: 'decided' | 'unknown' | Cooperation;
  readonly expect: Expectation;
}
export type Parties = ReadonlyMap<string, AuthorityView>;
export interface Corpus {
  readonly parties: Parties;
  readonly scenarios: readonly Scenario[];
  /** What no scenario tests, with the reason. */
  readonly left: readonly { readonly row: string; readonly why: string }[];
}
export interface Difference {
  readonly expected: string;
  readonly got: string;
}
export interface Result {
  readonly scenario: Scenario;
  readonly codes: VerdictCodes;
  readonly differences: readonly Difference[];
  /** The verdict in Swedish; given where something differs. */
  readonly why: readonly string[];
}
