/** Where the parts of ciphertexts lie. A part is written whole or not at all. */
export abstract class BlobStore {
  /** Durable when it returns; takes the place of what lay there. @throws {BlobStoreAway} */
  abstract put(blobId: string, part: number, octets: Uint8Array): Promise<void>;
  /** @throws {BlobStoreAway} also when it is not there: whoever asks knows that it was put */
  abstract get(blobId: string, part: number): Promise<AsyncIterable<Uint8Array>>;
  /** Parts that are not there are no fault. @throws {BlobStoreAway} */
  abstract delete(blobId: string, parts: number): Promise<void>;
}

/** The store did not do what it was asked; the caller asks again later. */
export class BlobStoreAway extends Error {
  override readonly name = 'BlobStoreAway';
}
