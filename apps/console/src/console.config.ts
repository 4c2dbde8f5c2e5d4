import { Type } from 'class-transformer';
import { IsInt, IsString, IsUrl, Max, Min } from 'class-validator';
import { ChecksCertificates, ServiceConfig } from '#platform';

/** Variables of the console. */
export class ConsoleConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  @Type(() => Number) @IsInt() @Min(2) @Max(100) readonly DATABASE_POOL: number = 10;
  /** The same database, by the role that reads disclosures under row security. */
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_READER_URL!: string;
  @IsString() readonly TRUST_FILE!: string;
  @IsString() readonly KEYSTORE_FILE!: string;
  @IsString() readonly KEYSTORE_SECRET_FILE!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly LEDGER_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly REGISTRY_URL!: string;
  /** Where browsers reach it; over HTTPS its cookies go over nothing else. */
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly PUBLIC_URL!: string;
  /** JSON: the identity providers that auditors log in at. */
  @IsString() readonly LOGIN_ISSUERS_FILE!: string;
  /** Pages and files within an assignment that one auditor may have in a minute of each process: each is an entry for ever. */
  @Type(() => Number) @IsInt() @Min(1) readonly ACTS_PER_MINUTE: number = 600;
  /** 32 octets or more; by it auditors are known, and whoever changes it ends every assignment. */
  @IsString() readonly AUDITOR_SECRET_FILE!: string;
}
