import { QueryFailedError } from 'typeorm';
import type { DataSource } from 'typeorm';
import { isStoreAway } from './errors.js';

/** Items that share a statement, and characters of JSON that they may come to together. */
const [MOST, MOST_CHARACTERS] = [64, 2 * 1024 * 1024];
/** Of those that failed together, how many are asked at the same time: they share a small pool with everything else. */
const ALONE_AT_ONCE = 4;

interface Call<Row> {
  readonly item: string;
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

  /** @param statement with one parameter, a JSON array of the items, each with its place in it as `n`; the rows it returns carry that `n` */
  constructor(
    private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly statement: string,
  ) {}

  /** @param item octets in it as `octets` spells them. @returns rows of this item */
  ask(item: Item): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item: JSON.stringify(item), resolve, reject });
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
    let [count, characters] = [0, 0];
    for (const { item } of this.waiting) {
      characters += item.length;
      if (count > 0 && (count === MOST || characters > MOST_CHARACTERS)) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async together(calls: readonly Call<Row>[]): Promise<void> {
    let rows: readonly Row[];
    try {
      rows = await this.dataSource.query<Row[]>(this.statement, [
        `[${calls.map(({ item }, n) => `{"n":${n}${item === '{}' ? '}' : `,${item.slice(1)}`}`).join(',')}]`,
      ]);
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

/** Octets as a member of an item, for a column of type `bytea`. */
export const octets = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;

/** Whether the server refused this statement, and would take another. */
const isAnswer = (error: unknown): boolean => error instanceof QueryFailedError && !isStoreAway(error);
