import { beforeAll, describe, expect, it } from '@jest/globals';
import { ACTS, Sampling, Scene, aDraft } from '#testing';
import type { ActName } from '#testing';
import { AnnexError, RECEIPT_WITHIN_MS, project } from './project.js';
import type { Projected } from './project.js';

describe('an opening', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.create();
  }, 60_000);

  const projected = (name: ActName, annex = scene.act(name).annex): Projected =>
    project(
      { index: BigInt(scene.at(name)), entry: scene.act(name).entry, ...(annex === undefined ? {} : { annex }) },
      (authority) => `kind-of-${authority.split('/')[1] ?? ''}`,
    );

  it('of a decision, a refusal or a recorded disclosure becomes a row, and no other', () => {
    const rows = ACTS.flatMap((name) => {
      const { disclosure } = projected(name);
      return disclosure === undefined ? [] : [[name, disclosure.row.record, disclosure.row.outcome]];
    });
    expect(rows).toEqual(
      expect.arrayContaining([
        ['permit', 'decision', 'permit'],
        ['refusal', 'refusal', expect.stringMatching(/^(assess|deny)$/)],
        ['deny', 'decision', 'deny'],
        ['recorded', 'recorded', expect.any(String)],
      ]),
    );
    expect(rows).toHaveLength(11);
  });

  it('of what an auditor did with a sample or a finding is the auditor’s own, and where its review stands', async () => {
    const draft = aDraft(scene);
    const sampling = await Sampling.begin(draft, scene);
    await sampling.fixed();
    const act = draft.acts.at(-1)!;
    const { own, reviewEntryId, at } = project({ index: 9n, entry: act.entry }, String);
    expect(own).toMatchObject({
      kind: 'sample-fixed',
      assignment: sampling.assignments[0],
      entryId: reviewEntryId,
      at,
    });
  });

  it('of a permit says what it is found by: both parties, kinds, ground, categories', () => {
    const { disclosure, happening } = projected('permit');
    const { row, terms, receiptDueAt } = disclosure!;
    expect(terms).toEqual(
      expect.arrayContaining([
        `party:${row.sender}`,
        `party:${row.recipient}`,
        `sender:${row.sender}`,
        `senderKind:${row.senderKind}`,
        'outcome:permit',
        `force:${row.force}`,
        `ground:${row.grounds[0]}`,
        `version:${row.versions[0]}`,
        `category:${row.categories[0]}`,
      ]),
    );
    expect(row.reasons).toEqual([]);
    expect(Date.parse(receiptDueAt!) - Date.parse(row.at)).toBe(RECEIPT_WITHIN_MS);
    expect(happening).toMatchObject({ kind: 'decision', outcome: 'permit', sendersAlone: false });
  });

  it('of a refusal or a recorded disclosure is its sender’s alone, and nothing is waited for', () => {
    for (const name of ['refusal', 'recorded'] as const) {
      const { disclosure, happening } = projected(name);
      expect(disclosure!.terms.filter((term) => term.startsWith('party:'))).toEqual([
        `party:${disclosure!.row.sender}`,
      ]);
      expect(happening?.sendersAlone).toBe(true);
      expect(disclosure).not.toHaveProperty('receiptDueAt');
    }
    expect(projected('refusal').disclosure?.row.reasons.length).toBeGreaterThan(0);
  });

  it('of a receipt says which decision it is for and when it came', () => {
    const { received, happening } = projected('technical');
    expect(received?.decisionEntryId).toBe(projected('permit').disclosure?.entryId);
    expect(happening).toMatchObject({ kind: 'technical' });
    expect(projected('rejected')).toMatchObject({ happening: { kind: 'rejected', reason: 'content-invalid' } });
    expect(projected('rejected').received).toBeUndefined();
  });

  it('of an erasure names what is gone', () => {
    expect(projected('erasure').erasure?.erased.map(({ index }) => index)).toEqual([
      String(scene.at('erased-permit')),
      String(scene.at('erased-technical')),
    ]);
  });

  it('with another annex than its entry names is refused', () => {
    for (const name of ['permit', 'technical', 'refusal', 'recorded'] as const)
      expect(() => projected(name, scene.act('handled').annex)).toThrow(AnnexError);
  });

  it('that nobody can read becomes nothing', () => {
    expect(project({ index: 0n, entry: 'no token' }, () => 'unknown')).toEqual({});
  });
});
