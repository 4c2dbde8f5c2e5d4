import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';
import { ChecksCertificates, IsUrls, ServiceConfig } from '#platform';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Variables of a gateway. Secrets come as file paths or within connection URLs that the deploy step wrote. */
export class GatewayConfig extends ServiceConfig {
  @IsUrl({ protocols: ['postgres', 'postgresql'], require_tld: false })
  @ChecksCertificates()
  readonly DATABASE_URL!: string;
  /** Connections to PostgreSQL that this process may hold. */
  @Type(() => Number) @IsInt() @Min(2) @Max(100) readonly DATABASE_POOL: number = 12;
  @IsString() readonly TRUST_FILE!: string;
  @Matches(/^[a-z][a-z0-9-]{0,62}$/) readonly GATEWAY_ID!: string;
  @IsUrls('amqp', 'amqps') readonly AMQP_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly LEDGER_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly REGISTRY_URL!: string;
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly EXCHANGE_URL!: string;
  @IsString() readonly KEYSTORE_FILE!: string;
  @IsString() readonly KEYSTORE_SECRET_FILE!: string;
  /** Folder of attachments, encrypted: as large as what is sent and received of them, and shared by the processes of a gateway. */
  @IsString() readonly ATTACHMENT_DIR: string = '/var/lib/delge/attachments';
  /** An uploaded attachment that no referral needs is deleted after this long. */
  @Type(() => Number) @IsInt() @Min(1000) readonly ATTACHMENT_UNUSED_MS: number = DAY_MS;
  /** Octets of uploads that one authority may have here at once. */
  @Type(() => Number) @IsInt() @Min(1) readonly ATTACHMENT_QUOTA_BYTES: number = 50 * 1024 ** 3;
  /** Octets of the disk of `ATTACHMENT_DIR` that no upload takes: for what is received. */
  @Type(() => Number) @IsInt() @Min(0) readonly ATTACHMENT_RESERVE_BYTES: number = 1024 ** 3;
  /** `true` once, when the witness key is new: the only time at which a witness without memory of the logs is no fault. */
  @IsIn(['true', 'false']) readonly WITNESS_GENESIS: string = 'false';
  /** Base of this gateway as its systems reach it; issuer and audience of its tokens. No trailing slash. */
  @IsUrl({ protocols: ['http', 'https'], require_tld: false }) readonly PUBLIC_URL!: string;
  /** Deliveries from the exchange in hand at once. */
  @Type(() => Number) @IsInt() @Min(1) @Max(500) readonly PREFETCH: number = 16;
  /** A draft that nobody assessed within this time expires. */
  @Type(() => Number) @IsInt() @Min(1000) readonly DRAFT_LIFETIME_MS: number = 30 * DAY_MS;
  /** A manifest is good for this long, at most 7 days. */
  @Type(() => Number) @IsInt() @Min(1000) @Max(7 * DAY_MS) readonly MESSAGE_LIFETIME_MS: number = 7 * DAY_MS;
  /** How often this gateway asks the exchange whether it missed something. */
  @Type(() => Number) @IsInt() @Min(100) readonly CATCH_UP_INTERVAL_MS: number = 60_000;
  /** Publishing stops when the witnesses of the newest verified checkpoint of the keys log cosigned it longer ago than this. */
  @Type(() => Number) @IsInt() @Min(1000) readonly SNAPSHOT_MAX_AGE_MS: number = 15 * 60 * 1000;
  /** Messages that may wait in the outbox; at as many, and not at any age of them, the gateway takes no more in. Seven days of 14,000 a day. */
  @Type(() => Number) @IsInt() @Min(1) readonly OUTBOX_MAX_MESSAGES: number = 100_000;
  /** As `OUTBOX_MAX_MESSAGES`, in octets: the database's disk must hold them. */
  @Type(() => Number) @IsInt() @Min(1) readonly OUTBOX_MAX_BYTES: number = 4 * 1024 ** 3;
  /** Readiness warns when the oldest message has waited in the outbox for this long. */
  @Type(() => Number) @IsInt() @Min(1000) readonly OUTBOX_LATE_MS: number = 30_000;
  /** Requests in hand at once; more are answered `503` at once. */
  @Type(() => Number) @IsInt() @Min(1) @Max(1000) readonly MAX_REQUESTS: number = 400;
  /** As `MAX_REQUESTS`, of one system: more are answered `429`. */
  @Type(() => Number) @IsInt() @Min(1) @Max(1000) readonly MAX_REQUESTS_PER_SYSTEM: number = 200;
  /** How often drafts and unpublished messages are looked through for expiry. */
  @Type(() => Number) @IsInt() @Min(50) readonly SWEEP_INTERVAL_MS: number = 30_000;
  /** Issuers at which staff log in, each pinned to one participant: a JSON file, see *Staff* below. Absent: nobody logs in. */
  @IsOptional() @IsString() readonly LOGIN_ISSUERS_FILE?: string;
  /** Origins to which events may be sent, separated by commas, as `https://hooks.example.se`, or with a path, as `https://hooks.example.se/delge/`, to what lies below it alone; a name that leads into the own network is marked, as in `https://hooks.intern.example.se=internal`. Outside production also `http://127.0.0.1:9000`. Empty: no webhooks. */
  @IsOptional() @IsString() readonly WEBHOOK_TARGETS?: string;
}
