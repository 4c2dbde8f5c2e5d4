import { createHash } from 'node:crypto';
import { termsOf } from '../../apps/console/src/domain/project.js';
import type { ProjectedDisclosure } from '../../apps/console/src/domain/project.js';

const SENDERS = [
  'linkoping/socialnamnden',
  'linkoping/omsorgsnamnden',
  'sodertalje/socialnamnden',
  'orebro/socialnamnden',
];
const RECIPIENTS = ['fk/forsakringskassan', 'skv/skatteverket', 'polis/polisen', 'af/arbetsformedlingen'];
const GROUNDS = ['OSL-10-2', 'OSL-10-15a', 'LUF-2008-206-3', 'OSL-10-27', 'SoL-14-1'];
const CATEGORIES = ['identity', 'benefit', 'income', 'health', 'housing', 'assistance'];
const TYPES = ['incorrect-payment/1', 'assistance-allowance-misuse/1', 'crime-report/1', 'child-concern/1'];
const REASONS = ['FACT_MISSING', 'SECRECY_NOT_REACHED', 'CATEGORY_NOT_COVERED'];

const idOf = (what: string): string => {
  const hex = createHash('sha256').update(what).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
};

/** mulberry32: the same numbers for the same seed. */
class Random {
  constructor(private state: number) {}
  /** From 0, below `end`. */
  below(end: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * end);
  }
  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }
}

/** Rows as the projection makes them, evenly over a year, the same for the same seed; without entries behind them. */
export function someRows(count: number, first = 0, total = count): readonly ProjectedDisclosure[] {
  const random = new Random(first + 1);
  const from = Date.parse('2025-12-01T00:00:00.000Z');
  return Array.from({ length: count }, (_, at): ProjectedDisclosure => {
    const index = first + at;
    const record = random.below(20) === 0 ? 'refusal' : 'decision';
    const outcome = record === 'refusal' || random.below(10) === 0 ? 'deny' : 'permit';
    const row: ProjectedDisclosure['row'] = {
      ...{ index: String(index), record, outcome, number: index + 1 },
      messageId: idOf(`message ${index}`),
      attempt: 1,
      at: new Date(from + Math.floor((index / total) * 365 * 24 * 3_600_000)).toISOString(),
      sender: random.pick(SENDERS),
      recipient: random.pick(RECIPIENTS),
      senderKind: 'socialnamnd',
      recipientKind: 'socialforsakringsmyndighet',
      messageType: random.pick(TYPES),
      purpose: 'prevent-incorrect-payment',
      grounds: [random.pick(GROUNDS)],
      versions: [`${random.pick(GROUNDS)}@2026-01-01`],
      reasons: outcome === 'deny' ? [random.pick(REASONS)] : [],
      categories: [...new Set([random.pick(CATEGORIES), random.pick(CATEGORIES)])].sort(),
      officers: [
        createHash('sha256')
          .update(`officer ${random.below(400)}`)
          .digest('base64url'),
      ],
      caseId: idOf(`case ${Math.floor(index / 3)}`),
      ...(outcome === 'permit' ? { force: random.pick(['duty', 'permission']) } : {}),
    };
    return {
      entryId: idOf(`entry ${index}`),
      row,
      detail: {},
      terms: termsOf(row),
      ...(outcome === 'permit' && random.below(200) === 0 ? { receiptDueAt: row.at } : {}),
    };
  });
}
