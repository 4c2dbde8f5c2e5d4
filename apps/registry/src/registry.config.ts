import { Type } from 'class-transformer';
import { IsInt, IsString, IsUrl, Max, Min } from 'class-validator';
import { ChecksCertificates, ServiceConfig } from '#platform';

/** Variables of the registry. */
export class RegistryConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  @Type(() => Number) @IsInt() @Min(2) @Max(100) readonly DATABASE_POOL: number = 5;
  @IsString() readonly TRUST_FILE!: string;
}
