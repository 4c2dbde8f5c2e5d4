import { QueryFailedError } from 'typeorm';
import type { DataSource } from 'typeorm';
import { isStoreAway } from './errors.js';

/** Items that share a statement, and characters of JSON and octets that they may come to together. */
const [MOST, MOST_LENGTH] = [64, 2 * 1024 * 1024];
/** Of those that failed together, how many are asked at the same time: they share a small pool with everything else. */
const ALONE_AT_ONCE = 4;

interface Call<Row> {
  readonly item: string;
  /** What stands beside the item. */
  readonly octets: Buffer;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins what is asked at about the same time into one statement, and so into one transaction and one commit: a transaction that begins, names its authority, works
 * and commits in statements of their own costs both ends of the socket more than what it does. One statement is under way at a time, and what comes meanwhile is
 * taken by the next: nothing waits to be joined. When the shared statement fails, each is asked alone, so that one that cannot be done harms no other.
 */
export class Gathered<Item extends object, Row extends { readonly n: number }> {
  private readonly waiting: Call<Row>[] = [];
  private running = false;

  /**
   * @param statement with one parameter, a JSON array of the items, each with its place in it as `n`; the rows it returns carry that `n`. With a second one where
   * there are octets in the items: these octets, and each item has as `octets_at` where its own begin, the first being 1
   */
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly statement: string,
  ) {}

  /** @param item octets in it as `octets` spells them, or as `Octets`. @returns rows of this item */
  ask(item: Item): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...apart(item), resolve, reject });
      if (this.running) return;
      this.running = true;
      // What came over the socket in one piece is handled in one turn of the loop: it goes together.
      setImmediate(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) await this.together(this.next());
    this.running = false;
  }

  private next(): readonly Call<Row>[] {
    let [count, length] = [0, 0];
    for (const { item, octets: beside } of this.waiting) {
      length += item.length + beside.length;
      if (count > 0 && (count === MOST || length > MOST_LENGTH)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async together(calls: readonly Call<Row>[]): Promise<void> {
    let rows: readonly Row[];
    const beside = Buffer.concat(calls.map(({ octets: own }) => own));
    let end = 1;
    const items = calls.map(({ item, octets: own }, n) => {
      end += own.length;
      return `{"n":${n},"octets_at":${end - own.length}${item === '{}' ? '}' : `,${item.slice(1)}`}`;
    });
    try {
      const json = `[${items.join(',')}]`;
      rows = await this.dataSource.query<Row[]>(this.statement, beside.length === 0 ? [json] : [json, beside]);
    } catch (error) {
      if (calls.length === 1 || !isAnswer(error)) for (const { reject } of calls) reject(error);
      else await this.alone(calls);
      return;
    }
    const own = Map.groupBy(rows, ({ n }) => n);
    for (const [n, { resolve }] of calls.entries()) resolve(own.get(n) ?? []);
  }

  private async alone(calls: readonly Call<Row>[]): Promise<void> {
    const queue = [...calls];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await this.together([next]);
    };
    await Promise.all(Array.from({ length: ALONE_AT_ONCE }, worker));
  }
}

/** A member of an item that goes beside it as it is, and in it as where it begins among the item's own octets, and its length: half as long as text, and read by nobody. */
export class Octets {
  constructor(readonly bytes: Uint8Array) {}
}

/** JSON of an item, and octets of it that go beside. */
const apart = (item: object): { readonly item: string; readonly octets: Buffer } => {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const json = JSON.stringify(item, (_, value: unknown) => {
    if (!(value instanceof Octets)) return value;
    pieces.push(value.bytes);
    length += value.bytes.length;
    return [length - value.bytes.length, value.bytes.length];
  });
  return { item: json, octets: Buffer.concat(pieces, length) };
};

/** Octets as a member of an item, for a column of type `bytea`. */
export const octets = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;

/** Whether the server refused this statement, and would take another. */
const isAnswer = (error: unknown): boolean => error instanceof QueryFailedError && !isStoreAway(error);
