import { Client } from 'pg';
import type { ClientConfig } from 'pg';

/** Statements are texts of our own, a few dozen a service; more than these are made up on the way, and each would stay in every session. */
const MOST = 200;
/** A row of whatever columns there are: planned once, it fails when a migration adds one. */
const ALL_COLUMNS = /^\s*SELECT (?:\w+\.)?\*|, \w+\.\*|RETURNING (?:\w+\.)?\*/i;

const names = new Map<string, string>();

/** @returns name under which a statement is prepared; undefined: it is planned each time */
export function preparedName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST || ALL_COLUMNS.test(text)) return known;
  const name = `delge_${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** Longer than the server lets any statement run (`statement_timeout`): a server that says nothing for so long is gone, or stopped. */
const SILENT_MS = 8_000;

/**
 * Statements of a session at which its plans are made anew: this one, and each time there have been four times as many. A plan that was made while its table was
 * empty takes any index that begins with the authority, and goes on reading all rows of that authority until somebody analyses the table.
 */
const FIRST_REPLAN = 64;

/**
 * A connection that is given up when the server falls silent, since whoever waits for it would wait for ever; and on which a statement with parameters is parsed and planned once: doing so anew each time took PostgreSQL as long as all else that it does
 * for a message. One without parameters (BEGIN, COMMIT) is sent as it is.
 */
export class PreparingClient extends Client {
  private statements = 0;
  private replanAt = FIRST_REPLAN;

  constructor(config?: string | ClientConfig) {
    super(config);
    const query = this.query.bind(this) as (statement: unknown, ...rest: readonly unknown[]) => unknown;
    this.query = ((statement: unknown, ...rest: readonly unknown[]): unknown => {
      const [values] = rest;
      const name =
        typeof statement === 'string' && Array.isArray(values) && values.length > 0
          ? preparedName(statement)
          : undefined;
      if (name !== undefined && (this.statements += 1) === this.replanAt) {
        this.replanAt *= 4;
        // Queued before the statement. It may stand in a transaction, and takes no lock; one that has failed fails anew with what follows.
        void (query('DISCARD PLANS') as Promise<unknown>).catch(() => undefined);
      }
      return this.heard(name === undefined ? query(statement, ...rest) : query({ name, text: statement }, ...rest));
    }) as Client['query'];
  }

  /** @param answer of a query, when it is a promise */
  private heard(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    const { stream } = (this as unknown as { readonly connection: { readonly stream: { destroy(): void } } })
      .connection;
    const silent = setTimeout(() => stream.destroy(), SILENT_MS);
    const told = (): void => clearTimeout(silent);
    answer.then(told, told);
    return answer;
  }
}
