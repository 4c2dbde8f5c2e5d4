/** Reads a stream of octets in pieces of the size that is asked for, however it comes. */
export class Reader {
  private readonly source: AsyncIterator<Uint8Array>;
  private held: Buffer[] = [];
  private length = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** @returns `size` octets; fewer only when the stream has ended, and none after that */
  async read(size: number): Promise<Buffer> {
    while (this.length < size) {
      const next = await this.source.next();
      if (next.done === true) break;
      const { buffer, byteOffset, byteLength } = next.value;
      this.held.push(Buffer.from(buffer, byteOffset, byteLength));
      this.length += byteLength;
    }
    return this.take(Math.min(size, this.length));
  }

  /** Ends the source when the reader stops before it does. */
  async close(): Promise<void> {
    await this.source.return?.();
  }

  private take(size: number): Buffer {
    const taken: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      const first = this.held[0] as Buffer;
      const part = first.subarray(0, missing);
      taken.push(part);
      missing -= part.length;
      if (part.length === first.length) this.held.shift();
      else this.held[0] = first.subarray(part.length);
    }
    this.length -= size;
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
  }
}
