import { IsIn, IsString, Length } from 'class-validator';
import { Optional } from './rules.js';

export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Form of `POST /oauth2/token` (RFC 6749 section 4.4, RFC 7523 section 2.2). */
export class TokenRequestDto {
  @IsIn(['client_credentials']) readonly grant_type!: 'client_credentials';
  @IsIn([CLIENT_ASSERTION_TYPE]) readonly client_assertion_type!: string;
  @IsString() @Length(1, 4096) readonly client_assertion!: string;
  @Optional() @IsString() @Length(1, 64) readonly client_id?: string;
  @Optional() @IsString() @Length(1, 1024) readonly scope?: string;
}

/** RFC 6749 section 5.1. */
export class TokenResponseDto {
  @IsString() readonly access_token!: string;
  @IsIn(['Bearer']) readonly token_type!: 'Bearer';
  /** Seconds. */
  readonly expires_in!: number;
  /** Those that it carries, with spaces between. */
  readonly scope!: string;
}
