import type { SampleLine } from '#sampling';
import type { Assignment } from '../domain/assignment.js';
import type { KeptSheet, Sample } from '../domain/sample.js';
import { spelled } from './record-review.js';

/**
 * Everything that the log commits to of a sample, with what opens it: JSON lines, each in its canonical form (RFC 8785). The first is about the sample, each of the others about one item, in the order in which they were drawn.
 * @param lines the drawn file
 */
export function reportOf(
  { provision, diaryNumber, authorities }: Assignment,
  { id, fixed, drawn, items }: Sample,
  lines: readonly SampleLine[],
): string {
  const { entryId, query, logSize, stratifiedBy, strata, population, nonce, at } = fixed.act;
  const head = {
    v: 1,
    kind: 'sample',
    sample: id,
    review: { provision, diaryNumber, authorities },
    fixed: {
      ...{ entryId, query, logSize, stratifiedBy, strata, population, nonce, at, auditor: fixed.act.auditor },
      opening: { salt: fixed.salt, said: fixed.said ?? '' },
    },
    ...(drawn === undefined ? {} : { drawn: drawnIn(drawn.act) }),
  };
  const reviewed = items.map(({ item, sheets, first, second }) => ({
    kind: 'item',
    item,
    stratum: lines[item]?.stratum ?? '',
    index: lines[item]?.index.toString() ?? '',
    ...(first === undefined ? {} : { outcome: first.sheet.outcome, counts: first.act.entryId }),
    ...(second === undefined ? {} : { confirmed: second.act.entryId }),
    sheets: sheets.map(sheetIn),
  }));
  return [head, ...reviewed].map((line) => `${spelled(line)}\n`).join('');
}

const drawnIn = ({ entryId, nonce, checkpoint, drawn, count, at, auditor }: NonNullable<Sample['drawn']>['act']) => ({
  ...{ entryId, nonce, checkpoint, drawn, count, at, auditor },
});

const sheetIn = ({ act, salt, sheet, said }: KeptSheet) => ({
  ...{ entryId: act.entryId, auditor: act.auditor, at: act.at, second: act.second, commitment: act.sheet },
  ...{ outcome: sheet.outcome, comment: sheet.comment },
  opening: { salt, said: said ?? '' },
});
