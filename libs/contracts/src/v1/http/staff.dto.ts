import { IsString, Length } from 'class-validator';
import { Optional } from './rules.js';
import type { Scope } from './scopes.js';

/** Query of `GET /staff/in`. */
export class LoginQueryDto {
  /** One of `issuers` of `GET /staff`. */
  @IsString() @Length(1, 512) readonly issuer!: string;
  /** Path of the gateway to go to afterwards. */
  @Optional() @IsString() @Length(1, 2000) readonly returnTo?: string;
}

/** What a member of staff may do for one authority. */
export interface ActingView {
  readonly id: string;
  readonly authority: string;
  readonly officer: string;
  readonly office: string;
  readonly mandate: 'delegation' | 'statute';
  readonly scopes: readonly Scope[];
}

/** `GET /staff` */
export interface StaffView {
  readonly issuers: readonly { readonly issuer: string; readonly participant: string }[];
  /** Of whoever has logged in. `csrf` goes in the header `Delge-CSRF` of every call that changes something. */
  readonly session?: { readonly csrf: string; readonly acting: readonly ActingView[] };
}
