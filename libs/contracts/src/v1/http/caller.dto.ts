import { IsInt, Max, Min } from 'class-validator';
import { Decimal, IsUuid, Optional } from './rules.js';
import type { Scope } from './scopes.js';

export class ListCallersQueryDto {
  /** `next` of the page before: a caller's id. */
  @Optional() @IsUuid() readonly after?: string;
  @Optional() @Decimal() @IsInt() @Min(1) @Max(200) readonly limit: number = 20;
}

export const CALLER_KINDS = ['system', 'staff'] as const;

/** A system or a member of staff of the authority, as its participant's administrator said last. */
export interface CallerItem {
  /** As the access log names it in `system`. */
  readonly id: string;
  readonly kind: (typeof CALLER_KINDS)[number];
  readonly scopes: readonly Scope[];
  /** Acts no more. */
  readonly ended: boolean;
  readonly statedAt: string;
  /** RFC 7638 thumbprint of a system's key. */
  readonly kid?: string;
  /** Who a member of staff is to the issuer, and to the authority. */
  readonly member?: {
    readonly issuer: string;
    readonly subject: string;
    readonly officer: string;
    readonly office: string;
    readonly mandate: string;
  };
}
