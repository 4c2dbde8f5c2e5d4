import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUrl, Max, Min } from 'class-validator';
import { ChecksCertificates, IsUrls, ServiceConfig } from '#platform';

const HOUR_MS = 60 * 60 * 1000;

/** Variables of the exchange. */
export class ExchangeConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  @Type(() => Number) @IsInt() @Min(2) @Max(100) readonly DATABASE_POOL: number = 16;
  @IsString() readonly TRUST_FILE!: string;
  @IsUrls('amqp', 'amqps') readonly AMQP_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly LEDGER_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly REGISTRY_URL!: string;
  /** Key store with the decision key, mode 0600. */
  @IsString() readonly KEYSTORE_FILE!: string;
  @IsString() readonly KEYSTORE_SECRET_FILE!: string;
  /** Secret that the operator's people show on the routes for quarantine and replay, mode 0600. */
  @IsString() readonly OPERATOR_TOKEN_FILE!: string;
  /** A permit that was not released within this time is decided anew. */
  @Type(() => Number) @IsInt() @Min(1000) readonly DECISION_MAX_AGE_MS: number = 24 * HOUR_MS;
  /** A sealed copy is deleted this long after the technical receipt, or after its message ended otherwise. */
  @Type(() => Number) @IsInt() @Min(1000) readonly SEALED_COPY_MS: number = 14 * 24 * HOUR_MS;
  /** Folder of the ciphertexts of attachments, unless `BLOB_S3_URL` is set. */
  @IsString() readonly BLOB_DIR: string = '/var/lib/delge/blobs';
  /** Bucket of an S3-compatible store, and prefix in it, for the ciphertexts of attachments: `https://s3.example/bucket/delge`. */
  @IsOptional() @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly BLOB_S3_URL?: string;
  @IsString() readonly BLOB_S3_REGION: string = 'us-east-1';
  /** Two lines, mode 0600: access key id, secret access key. Needed with `BLOB_S3_URL`. */
  @IsOptional() @IsString() readonly BLOB_S3_CREDENTIALS_FILE?: string;
  /** Octets of ciphertexts that one gateway may have here at once. */
  @Type(() => Number) @IsInt() @Min(1) readonly BLOB_QUOTA_BYTES: number = 200 * 1024 ** 3;
  /**
   * A receipt or retraction that speaks of what is not here yet is set aside when that has not come within this time. A message may come for seven days, out of quarantine
   * too: what took it back before must still be known then.
   */
  @Type(() => Number) @IsInt() @Min(100) readonly EARLY_MS: number = 8 * 24 * HOUR_MS;
  @Type(() => Number) @IsInt() @Min(50) readonly SWEEP_INTERVAL_MS: number = 30_000;
  /** Readiness is red when an entry has waited for its proof for this long: log, signer or witnesses are behind. */
  @Type(() => Number) @IsInt() @Min(1000) readonly LOG_LAG_MS: number = 30_000;
  /** Entries that may wait for their proof; at as many, nothing more is taken from the queue. */
  @Type(() => Number) @IsInt() @Min(1) readonly UNRELEASED_MAX: number = 20_000;
  /** Readiness warns when the oldest message to a gateway has waited in the outbox for this long: its queue is full, or the broker away. */
  @Type(() => Number) @IsInt() @Min(1000) readonly OUTBOX_LATE_MS: number = 60_000;
  /** Deliveries in hand at once. */
  @Type(() => Number) @IsInt() @Min(1) @Max(500) readonly PREFETCH: number = 100;
}
