import { Type } from 'class-transformer';
import { IsInt, IsString, IsUrl, Max, Min } from 'class-validator';
import { ChecksCertificates, ServiceConfig } from '#platform';

/** Variables of the ledger. */
export class LedgerConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  @Type(() => Number) @IsInt() @Min(3) @Max(100) readonly DATABASE_POOL: number = 10;
  @IsString() readonly TRUST_FILE!: string;
  /** Key store with the access key, mode 0600: it signs the log's entries about itself. */
  @IsString() readonly KEYSTORE_FILE!: string;
  @IsString() readonly KEYSTORE_SECRET_FILE!: string;
  /** Looks at openings by one gateway or one auditor in a minute, and statements about keeping or assignments by one authority: each is an entry for ever. */
  @Type(() => Number) @IsInt() @Min(1) readonly ACTS_PER_MINUTE: number = 600;
  /** Entries sequenced in one transaction at most. */
  @Type(() => Number) @IsInt() @Min(1) @Max(5000) readonly BATCH: number = 512;
}
