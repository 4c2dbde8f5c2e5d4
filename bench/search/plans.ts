import type { DataSource, EntityManager } from 'typeorm';

interface Node {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}
interface Plan {
  readonly Plan: Node;
  readonly 'Execution Time': number;
  readonly 'Planning Time': number;
}
/** What one question came to. */
export interface Planned {
  readonly statements: number;
  /** Kinds of nodes, with the index of those that read one. */
  readonly nodes: readonly string[];
  /** Rows that came out of tables and indexes, and those that were read in vain. */
  readonly read: number;
  readonly inVain: number;
  /** Pages of 8 KiB. */
  readonly hit: number;
  readonly fetched: number;
  readonly planningMs: number;
  readonly executionMs: number;
}

/** The reader's connections; each statement is asked for its plan, run, and asked again. */
export class Explaining {
  private plans: Plan[] = [];
  readonly reader: DataSource;

  constructor(reader: DataSource) {
    this.reader = {
      transaction: (_isolation: string, work: (tx: EntityManager) => Promise<unknown>) =>
        reader.transaction('REPEATABLE READ', (tx) => {
          const query = async (sql: string, values?: unknown[]): Promise<unknown> => {
            if (!sql.includes('set_config')) {
              const [plan] = await tx.query<{ 'QUERY PLAN': [Plan] }[]>(
                `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
                values,
              );
              if (plan !== undefined) this.plans.push(plan['QUERY PLAN'][0]);
            }
            return tx.query(sql, values);
          };
          return work({ query } as unknown as EntityManager);
        }),
    } as unknown as DataSource;
  }

  async of(work: () => Promise<unknown>): Promise<Planned> {
    this.plans = [];
    await work();
    const nodes = this.plans.flatMap(({ Plan: plan }) => all(plan));
    const sum = (values: readonly (number | undefined)[]): number =>
      values.reduce<number>((total, value) => total + (value ?? 0), 0);
    const scans = nodes.filter((node) => node['Node Type'].endsWith('Scan') && (node['Actual Loops'] ?? 0) > 0);
    return {
      statements: this.plans.length,
      nodes: [...new Set(scans.map(named))].sort(),
      read: sum(scans.map((node) => (node['Actual Rows'] ?? 0) * (node['Actual Loops'] ?? 0))),
      inVain: sum(scans.map((node) => (node['Rows Removed by Filter'] ?? 0) * (node['Actual Loops'] ?? 0))),
      hit: sum(this.plans.map(({ Plan: plan }) => plan['Shared Hit Blocks'])),
      fetched: sum(this.plans.map(({ Plan: plan }) => plan['Shared Read Blocks'])),
      planningMs: sum(this.plans.map((plan) => plan['Planning Time'])),
      executionMs: sum(this.plans.map((plan) => plan['Execution Time'])),
    };
  }
}

const all = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(all)];
/** Of a partition as of its table. */
const named = (node: Node): string => {
  const index = node['Index Name']?.replace(/_\d{4,6}/, '');
  return index === undefined ? node['Node Type'] : `${node['Node Type']} (${index})`;
};
