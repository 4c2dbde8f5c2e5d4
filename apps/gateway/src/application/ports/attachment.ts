import type { MalwareVerdict } from '#envelope';

/** What of an upload is encrypted at rest. */
export interface UploadDetail {
  readonly name: string;
  readonly mediaType: string;
  /** base64url, 32 octets: what the file lies under on disk. */
  readonly key: string;
  readonly malware: MalwareVerdict;
  /** Octets of each part that it lies in on disk, but the last; absent: 4 MiB. */
  readonly partBytes?: number;
  /** As announced, when it was; of the file itself once all of it is there. */
  readonly sha256?: string;
}

export interface StoredUpload {
  readonly id: string;
  readonly bodyDigest: string;
  /** Octets. */
  readonly length: number;
  readonly received: number;
  /** It is deleted then, unless a referral needs it that is not at its end. */
  readonly expiresAt: Date;
  readonly detail: UploadDetail;
}

/** An upload on its way to one recipient. */
export interface OutgoingAttachment {
  /** Id of the attachment in document and manifest, and of its ciphertext at the exchange. */
  readonly id: string;
  readonly uploadId: string;
  /** Of the ciphertext. */
  readonly sha256: string;
  readonly length: number;
  /** base64url. */
  readonly secret: { readonly key: string; readonly salt: string };
}

export interface WaitingAttachment extends OutgoingAttachment {
  readonly messageId: string;
  readonly recipient: string;
}

export interface AttachmentStore {
  upload(authority: string, id: string): Promise<StoredUpload | undefined>;
  /** @returns false when there is one with this id */
  announce(authority: string, upload: StoredUpload, quotaBytes?: number): Promise<boolean>;
  /**
   * Replaces an upload by what `grown` makes of it; nobody else changes it meanwhile.
   * @returns undefined when there is none
   */
  grow(
    authority: string,
    id: string,
    grown: (before: StoredUpload) => Promise<StoredUpload>,
  ): Promise<StoredUpload | undefined>;
  /** Those of accepted messages that are not at the exchange, some. */
  waiting(authority: string): Promise<readonly WaitingAttachment[]>;
  /** It is at the exchange; with the last one the message may leave. */
  carried(authority: string, messageId: string, id: string): Promise<void>;
  /** Forgets uploads that nobody needs any more. @returns their ids: their files are to be deleted */
  expire(authority: string, at: Date): Promise<readonly string[]>;
}
