import { IsIn, Matches } from 'class-validator';
import { DECIMAL } from './evidence-view.dto.js';
import { IsInstant } from './rules.js';

export class LogNameParamDto {
  @IsIn(['disclosure', 'keys']) readonly log!: 'disclosure' | 'keys';
}
export class InstantDto {
  @IsInstant() readonly at!: string;
}
/** Indices [from, to) of the `disclosure` log. */
export class PeriodDto {
  @Matches(DECIMAL) readonly from!: string;
  @Matches(DECIMAL) readonly to!: string;
}

/** A line of a bundle's `openings/`, docs/evidence.md. */
export type OpeningLineView =
  | { readonly idx: string; readonly entry: string; readonly blind: string; readonly annex?: string }
  | { readonly idx: string; readonly erasedBy: string };

/** Openings of the asking authority's entries, in the order of the log, and what else a bundle needs for them. */
export interface OpeningsView {
  readonly authority: string;
  readonly items: readonly OpeningLineView[];
  /** First index that this page does not reach; absent when the period is at its end. */
  readonly next?: string;
  /** The checkpoints between which each entry was signed, signed notes. */
  readonly checkpoints: readonly string[];
  /** Rule sets that decisions name and that do not ship with the verifier, each the text of its bytes. */
  readonly ruleSets: readonly string[];
  /** Openings of cooperation decisions that claims name, each the text of its bytes. */
  readonly cooperations: readonly string[];
}
