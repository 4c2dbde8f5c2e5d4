import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseDecision } from '#envelope';
import { Scene, aDraft, evidenceOf } from '#testing';
import type { ActName, Draft } from '#testing';
import { unlike, verifyEvidence } from '#verifier';
import type { ShownPage } from '#verifier';
import { shownPageOf } from './support/shown-page.js';

const ABOUT: readonly ActName[] = ['permit', 'technical', 'accepted', 'handled'];
let draft: Draft;
beforeAll(async () => {
  draft = aDraft(await Scene.create());
});

const pageOf = (names: readonly ActName[], fields?: readonly string[]): ShownPage => shownPageOf(draft, names, fields);

describe('a page that says what the log says', () => {
  it.each([[ABOUT], [['deny']], [['refusal']], [['recorded']]] as (readonly ActName[])[][])(
    'agrees with the evidence: %s',
    async (names) => {
      expect(unlike(pageOf(names), await evidenceOf(draft, names))).toEqual([]);
    },
  );

  it('is not blamed for what came after it was made', async () => {
    const page = pageOf(['permit']);
    const size = String(draft.at('technical'));
    expect(unlike({ ...page, size }, await evidenceOf(draft, ABOUT))).toEqual([]);
  });
});

describe('a page that lies', () => {
  it('is caught in every member of every record and of all that happened', async () => {
    const missed: string[] = [];
    for (const names of [ABOUT, ['deny'], ['refusal'], ['recorded']] as (readonly ActName[])[]) {
      const file = await evidenceOf(draft, names);
      const page = pageOf(names);
      for (const list of ['records', 'timeline'] as const)
        for (const [at, one] of page[list].entries())
          for (const name of Object.keys(one)) {
            if (['senderKind', 'recipientKind'].includes(name)) continue;
            const { [name]: value, ...others } = one;
            const found = [{ ...one, [name]: bent(value) }, others].map((lie) =>
              unlike({ ...page, [list]: page[list].with(at, lie) }, file),
            );
            if (found.some((differences) => differences.length === 0)) missed.push(`${names[0]}.${list}.${name}`);
          }
    }
    expect(missed).toEqual([]);
  });

  it('is caught in the deepest member of what it shows', async () => {
    const file = await evidenceOf(draft, ABOUT);
    const page = pageOf(ABOUT);
    const [record] = page.records;
    const [first, ...rest] = record!['assessments'] as readonly Record<string, unknown>[];
    for (const name of Object.keys(first!)) {
      const assessments = [{ ...first, [name]: bent(first![name]) }, ...rest];
      expect(unlike({ ...page, records: [{ ...record, assessments }] }, file)).toEqual([
        expect.objectContaining({ how: 'other', member: 'assessments', index: String(draft.at('permit')) }),
      ]);
    }
  });

  it('is caught when it leaves out an entry, shows one that nothing proves, or a member that it made up', async () => {
    const file = await evidenceOf(draft, ABOUT);
    const page = pageOf(ABOUT);
    const index = String(draft.at('handled'));
    expect(unlike({ ...page, timeline: page.timeline.slice(0, -1) }, file)).toEqual([{ how: 'left-out', index }]);
    expect(unlike(page, { ...file, entries: file.entries.slice(0, -1) })).toEqual([{ how: 'not-proven', index }]);
    const made = { ...page.records[0], channel: 'phone' };
    expect(unlike({ ...page, records: [made] }, file)).toEqual([
      { how: 'not-proven', member: 'channel', index: String(draft.at('permit')) },
    ]);
  });
});

describe('a page of an assignment that opens receipts and no decisions', () => {
  const fields = ['parties', 'receipts'];
  const RECEIPTS: readonly ActName[] = ['technical', 'accepted', 'handled'];

  it('is held against the receipts', async () => {
    const file = await evidenceOf(draft, RECEIPTS);
    const page = pageOf(ABOUT, fields);
    expect(unlike(page, file)).toEqual([]);
    const lie = page.timeline.map((one) => (one['kind'] === 'accepted' ? { ...one, kind: 'rejected' } : one));
    expect(unlike({ ...page, timeline: lie }, file)).toMatchObject([{ how: 'other', member: 'kind' }]);
  });

  it('has evidence that lacks the decision, and nothing else', async () => {
    const file = await evidenceOf(draft, RECEIPTS);
    const { messageId } = parseDecision(draft.act('permit').entry).decision;
    const { findings } = await verifyEvidence({ ...file, messageId }, draft.scene.trust, { now: new Date() });
    expect([...new Set(findings.map(({ code }) => code))]).toEqual(['decision-missing', 'receipt-unbound']);
  });
});

/** Another value of the same kind. */
const bent = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string')
    return /^\d{4}-/.test(value) ? new Date(Date.parse(value) + 1).toISOString() : `${value}x`;
  if (Array.isArray(value)) return [...(value as unknown[]), 'x'];
  return { ...(value as object), x: 'x' };
};
