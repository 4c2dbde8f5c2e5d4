import { IsIn, IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';
import { IsAuthorityId, IsInstant, IsUuid, Nested, Optional, UniqueList } from './rules.js';

/** Octets of one part of an upload; the last one has what is left. */
export const PART_BYTES = 1024 * 1024;
/** Octets of the largest attachment. */
const MAX_BYTES = 2 * 1024 ** 3;
const DIGEST = /^[A-Za-z0-9_-]{43}$/;

export const MALWARE_FINDINGS = ['clean', 'not-scanned'] as const;
/** File types that an attachment may have. None of them can carry a program that runs when it is opened. */
export const MEDIA_TYPES = [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'text/plain',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.oasis.opendocument.text',
  'application/vnd.oasis.opendocument.spreadsheet',
] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** What the sender's own scanner said of a file. One that was found infected cannot be announced. */
export class MalwareDto {
  @IsIn(MALWARE_FINDINGS) readonly finding!: (typeof MALWARE_FINDINGS)[number];
  /** Program and version of its signatures; with `clean`. */
  @Optional() @IsString() @Length(1, 100) @Matches(/^[^\p{C}]+$/u) readonly scanner?: string;
  @Optional() @IsInstant() readonly at?: string;
}

/** Body of `POST /v1/attachments`: a file that will be uploaded. */
export class AnnounceAttachmentDto {
  /** Chosen by the caller; the same id with the same body is the same upload. */
  @IsUuid() readonly id!: string;
  /** Name of the file, without folders. Goes sealed to the recipient alone. */
  @Matches(/^(?!\.)[^\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]{1,150}$/u) readonly name!: string;
  @IsIn(MEDIA_TYPES) readonly mediaType!: MediaType;
  /** Octets. */
  @IsInt() @Min(1) @Max(MAX_BYTES) readonly length!: number;
  /** SHA-256 of the file, base64url without padding; held against what comes. */
  @Optional() @Matches(DIGEST) readonly sha256?: string;
  @Nested(() => MalwareDto) readonly malware!: MalwareDto;
}

/** An upload that goes with a referral. */
export class AttachedDto {
  @IsUuid() readonly id!: string;
  /** Ids of the items of the content that the file holds: what the law says of them holds for it. */
  @UniqueList()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9:._~@/-]{0,255}$/, { each: true })
  readonly items!: string[];
}

export interface AttachmentView {
  readonly id: string;
  readonly mediaType: MediaType;
  /** Octets. */
  readonly length: number;
  /** Octets that the gateway has; the next part begins there. */
  readonly received: number;
  /** Once all of it is there. */
  readonly sha256?: string;
  /** When it is deleted unless a referral that is on its way needs it. */
  readonly expiresAt: string;
}

/** Body of the exchange's `POST /v1/blobs`: a ciphertext that a gateway will bring. */
export class AnnounceBlobDto {
  /** Id of the attachment, as the manifest has it. */
  @IsUuid() readonly id!: string;
  @IsAuthorityId() readonly sender!: string;
  @IsUuid() readonly messageId!: string;
  @Matches(DIGEST) readonly sha256!: string;
  @IsInt() @Min(1) readonly length!: number;
}

/** `Upload-Offset` of a request, undefined when it is none. */
export const uploadOffset = (header: string | undefined): number | undefined =>
  header !== undefined && /^(?:0|[1-9][0-9]{0,11})$/.test(header) ? Number(header) : undefined;

/** First octet that a `Range` asks for, `bytes=<first>-`; undefined when it asks for something else. @returns 0 without a range */
export const firstOctet = (header: string | undefined): number | undefined =>
  header === undefined ? 0 : uploadOffset(/^bytes=(?<first>[0-9]+)-$/.exec(header)?.groups?.['first']);
