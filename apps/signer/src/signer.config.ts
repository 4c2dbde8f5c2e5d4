import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Min } from 'class-validator';
import { ChecksCertificates, ServiceConfig } from '#platform';

/** Variables of the signer. */
export class SignerConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  @IsString() readonly TRUST_FILE!: string;
  /** The signer's own state, one file a log, on a disk that knows file locks. Back it up: without it the signer does not sign. */
  @IsString() readonly STATE_DIR!: string;
  /** Key store with the key of each log, mode 0600. */
  @IsString() readonly KEYSTORE_FILE!: string;
  @IsString() readonly KEYSTORE_SECRET_FILE!: string;
  /** `true` once, when the logs begin: the only time at which no state is no fault. */
  @IsIn(['true', 'false']) readonly GENESIS: string = 'false';
  /** Once, when the state of this log is lost: newest checkpoint of the log with its quorum, cosigned within five minutes, a signed note. Not looked at while there is a state. */
  @IsOptional() @IsString() readonly DISCLOSURE_CHECKPOINT_FILE?: string;
  /** Once, when the state of the keys log is lost: as above. */
  @IsOptional() @IsString() readonly KEYS_CHECKPOINT_FILE?: string;
  /** An idle log is signed anew this often. */
  @Type(() => Number) @IsInt() @Min(1000) readonly HEARTBEAT_MS: number = 60_000;
}
