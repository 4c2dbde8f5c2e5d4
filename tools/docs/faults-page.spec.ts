import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROWS } from '../../test/faults/rows.js';
import { faultsOfRows, faultsPage, withFigures } from './faults-page.js';

const PAGE = `<!-- begin:promises -->
<!-- end:promises -->
<!-- begin:figures -->
| row | measured | by |
| --- | --- | --- |
| F2 | lost 0 | \`npm run test:soak\` |
| F5 | lost 7 | \`npm run test:soak\` |
<!-- end:figures -->`;

it('names each fault once, with what proves it or why nothing does', () => {
  expect(ROWS).toHaveLength(41);
  const everywhere = ROWS.flatMap(({ proven }) => proven.map(({ test }) => test)).join('\n');
  expect(faultsOfRows(() => everywhere)).toEqual([]);
  for (const { id } of ROWS) expect(faultsPage(PAGE)).toContain(`| ${id} | `);
});

it('refuses a row that nothing proves, a proof that is not there, and a row that is missing', () => {
  const [first, second] = ROWS;
  if (first === undefined || second === undefined) throw new Error('no rows');
  const { without: _without, ...bare } = { ...first, proven: [] };
  expect(faultsOfRows(() => '', [bare])).toEqual(['F1: neither proven, nor why not']);
  const proven = [{ spec: 'a.faults-spec.ts', test: 'loses none' }];
  expect(faultsOfRows(() => 'it(“loses one”)', [{ ...bare, proven }])).toEqual([
    'F1: a.faults-spec.ts has no test “loses none”',
  ]);
  expect(faultsOfRows(() => undefined, [{ ...bare, proven }])).toHaveLength(1);
  expect(faultsOfRows(() => '', [second])).toContain('rows of faults are not F1 and on, each once');
});

it('keeps the figures of rows that a run did not measure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  try {
    const file = join(folder, 'results.jsonl');
    const lines = [{ acked: 300, lost: 0 }, { 'longest gap': '2.1 s' }].map((figures) => ({ row: 'F5', figures }));
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const page = withFigures(faultsPage(PAGE), file, 'npm run test:faults');
    expect(page).toContain('| F2 | lost 0 | `npm run test:soak` |');
    expect(page).toContain('| F5 | acked 300, lost 0; longest gap 2.1 s | `npm run test:faults` |');
    // What another command measured of it stands beside it, and what the same one had is replaced.
    expect(page).toContain('| F5 | lost 7 | `npm run test:soak` |');
    expect(withFigures(page, file, 'npm run test:soak')).not.toContain('lost 7');
    // It has been promised, and not measured.
    expect(page.slice(page.indexOf('begin:figures'))).not.toContain('| F3 |');
    expect(withFigures(page, join(folder, 'none'), 'npm run test:faults')).toBe(page);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
