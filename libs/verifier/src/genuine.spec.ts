import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAssignmentNotice, parseLook } from '#envelope';
import {
  ACTS,
  Sampling,
  Scene,
  aDraft,
  aLaterDraft,
  bounded,
  erasedAtSender,
  evidenceOf,
  linksOf,
  endedIn,
  grantedIn,
  looked,
  reviewed,
  searched,
  manifestOf,
  redecided,
  seenOf,
  sourceOf,
} from '#testing';
import type { Draft } from '#testing';
import { KeysCache, rendered, verifyBundle, verifyEvidence } from './index.js';
import type { Report } from './index.js';

/** A world of its own is made before the first of them, which takes seconds on a machine that is busy. */
jest.setTimeout(60_000);

const now = new Date('2026-12-01T08:00:00.000Z');
const TEXT = { text: 'T'.repeat(43), severity: 'remark' } as const;
const cache = new KeysCache();
let scene: Scene;

beforeAll(async () => {
  scene = await Scene.create();
});

const bundled = async (draft: Draft, { trust = scene.trust, pinned = '' } = {}): Promise<Report> =>
  verifyBundle(sourceOf(await draft.build()), trust, { now, cache, ...(pinned === '' ? {} : { pinned }) });

describe('a bundle as the ledger would make it', () => {
  it('holds from the first entry on, every number accounted for', async () => {
    const report = await bundled(aDraft(scene));
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ conclusion: 'holds', exitCode: 0, period: { from: '0', to: String(ACTS.length) } });
    expect(report.complete).toEqual([
      { authority: 'fk/forsakringskassan', from: 1, to: 2, seen: 2, refused: 0, erased: 0 },
      { authority: 'helsingborg/tillstandsnamnden', from: 1, to: 2, seen: 2, refused: 1, erased: 0 },
      { authority: 'linkoping/omsorgsnamnden', from: 1, to: 2, seen: 2, refused: 0, erased: 0 },
      { authority: 'linkoping/socialnamnden', from: 1, to: 1, seen: 1, refused: 1, erased: 0 },
      { authority: 'polis/polismyndigheten', from: 1, to: 1, seen: 0, refused: 0, erased: 1 },
      { authority: 'skv/skatteverket', from: 1, to: 2, seen: 2, refused: 0, erased: 0 },
      { authority: 'uppsala/socialnamnden', from: 1, to: 1, seen: 1, refused: 0, erased: 0 },
    ]);
    expect(report.counts).toMatchObject({
      permit: 7,
      deny: 1,
      assess: 0,
      receipts: 7,
      refusals: 1,
      recorded: 1,
      erasures: 1,
      erased: 2,
      blinded: 0,
    });
    expect(report.limits).toContain('not-pinned');
  });

  it('holds as a later period of a log with a full tile, its beginning blinded', async () => {
    const report = await bundled(aLaterDraft(scene));
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ conclusion: 'holds', counts: { blinded: 260 } });
    expect(report.limits).toContain('earlier-numbers');
  });

  it('holds when the auditor has seen the log before, at any of its sizes', async () => {
    const draft = aLaterDraft(scene);
    for (const size of [1, 256, 261, draft.leaves.length])
      expect(await bundled(draft, { pinned: draft.checkpoint(size) })).toMatchObject({
        findings: [],
        conclusion: 'holds',
      });
  });

  it('holds without witnesses, and says that time was then not judged', async () => {
    const report = await bundled(aDraft(scene), { trust: scene.unwitnessed });
    expect(report).toMatchObject({ findings: [], conclusion: 'holds' });
    expect(report.limits).toContain('no-witnesses');
  });

  it.each([false, true])('holds when it is bounded to one authority (a later period: %s)', async (later) => {
    const report = await bundled(bounded(scene, later, 'skv/skatteverket'));
    expect(report).toMatchObject({ findings: [], conclusion: 'holds' });
    expect(report.complete).toEqual([
      { authority: 'skv/skatteverket', from: 1, to: 2, seen: 2, refused: 0, erased: 0 },
    ]);
    expect(report.limits).toEqual(expect.arrayContaining(['bounded', 'receipts-unnumbered']));
  });

  it('holds with looks, at entries and at looks before, whole and bounded to who looked', async () => {
    for (const draft of [aDraft(scene), aLaterDraft(scene), bounded(scene, true, 'fk/forsakringskassan')]) {
      draft.hidden.delete(draft.at('delay'));
      const first = await looked(draft, scene);
      const { look } = parseLook(draft.acts.at(-1)?.entry ?? '');
      await looked(draft, scene, { seen: [seenOf(draft, 'permit'), { index: String(first), entryId: look.entryId }] });
      // What was seen may be erased later, or stand before the period.
      const earlier = { index: '0', entryId: '01890000-0000-7000-8000-0000000000ff', sender: 'fk/forsakringskassan' };
      await looked(draft, scene, { seen: draft.first === 0 ? [seenOf(draft, 'permit')] : [earlier] });
      expect(await bundled(draft)).toMatchObject({ findings: [], conclusion: 'holds', counts: { looks: 3 } });
    }
  });

  it('holds with what auditors did within their assignments, until these were ended', async () => {
    for (const draft of [aDraft(scene), aLaterDraft(scene), bounded(scene, true, 'fk/forsakringskassan')]) {
      draft.hidden.delete(draft.at('delay'));
      const assignment = await grantedIn(draft, scene);
      await searched(draft, scene, assignment, { said: { shown: 0 } });
      await reviewed(draft, scene, assignment);
      await searched(draft, scene, assignment, { said: { kind: 'export' } });
      await reviewed(draft, scene, await grantedIn(draft, scene, { said: { fields: ['parties', 'receipts'] } }), {
        seen: [seenOf(draft, 'technical')],
      });
      await endedIn(draft, scene, assignment);
      expect(await bundled(draft)).toMatchObject({
        findings: [],
        conclusion: 'holds',
        counts: { looks: 2, searches: 2 },
      });
    }
  });

  it('holds with samples that were drawn, reviewed by two and signed, and findings that were answered and closed', async () => {
    for (const draft of [aDraft(scene), aLaterDraft(scene), bounded(scene, true, 'fk/forsakringskassan')]) {
      draft.hidden.delete(draft.at('delay'));
      const sampling = await Sampling.begin(draft, scene);
      await sampling.fixed();
      await sampling.opened();
      await sampling.drawn();
      await sampling.all();
      // A sheet written anew is confirmed anew.
      await sampling.reviewed(1, { outcome: 'serious', ...sampling.colleague });
      await sampling.reviewed(1, { outcome: 'serious', second: true });
      await sampling.assigned('S'.repeat(43));
      await sampling.answered(sampling.colleague);
      await sampling.assigned('fk/forsakringskassan');
      await sampling.answered(sampling.colleague);
      await sampling.closed();
      await sampling.signed({ remarks: 0, serious: 1, ...sampling.colleague });
      expect(await bundled(draft)).toMatchObject({
        findings: [],
        conclusion: 'holds',
        counts: { samples: 8, findings: 6 },
      });
    }
  });

  it('holds with a sample that was drawn by any checkpoint of the log, however the tree grew after', async () => {
    const draft = aLaterDraft(scene);
    const sampling = await Sampling.begin(draft, scene);
    await sampling.fixed();
    const checkpoint = sampling.checkpoint();
    for (let more = 0; more < 250; more += 1)
      await sampling.by({ kind: 'finding-opened', finding: randomUUID(), ...TEXT });
    await sampling.drawn({ checkpoint });
    expect(draft.leaves.length).toBeGreaterThan(512);
    expect(await bundled(draft)).toMatchObject({ findings: [], conclusion: 'holds' });
  });

  it('holds when the console had not read yet that an assignment was ended', async () => {
    const draft = aDraft(scene);
    const assignment = await grantedIn(draft, scene);
    await endedIn(draft, scene, assignment);
    const { at } = parseAssignmentNotice(draft.acts.at(-1)?.entry ?? '').notice;
    await searched(draft, scene, assignment, { said: { at: new Date(Date.parse(at) + 30_000).toISOString() } });
    expect((await bundled(draft)).findings.map(({ code }) => code)).not.toContain('assignment-over');
  });

  it('holds when a gateway reports an erasure after a hold was laid that it could not know of', async () => {
    const draft = aDraft(scene);
    await erasedAtSender(draft, scene);
    expect(await bundled(draft)).toMatchObject({ findings: [], conclusion: 'holds' });
  });

  it('holds when the erasure stands after the period', async () => {
    const draft = aDraft(scene);
    draft.to = draft.at('erasure');
    for (const name of ACTS.slice(scene.at('handled'))) draft.hidden.add(draft.at(name));
    expect(await bundled(draft)).toMatchObject({
      findings: [],
      conclusion: 'holds',
      counts: { erasures: 1, erased: 2 },
    });
  });
});

describe('what a report tells though nothing is wrong', () => {
  it('an entry that is late on the word of the exchange, with its reason', async () => {
    const { delayed } = await bundled(aDraft(scene));
    expect(delayed).toMatchObject([{ index: String(scene.at('delayed-permit')), reason: 'exchange-away' }]);
  });

  it('an authority of the bounds of which nothing is shown', async () => {
    const draft = bounded(scene, false, 'skv/skatteverket');
    for (const at of draft.acts.keys()) draft.hidden.add(at);
    draft.erased.clear();
    const report = await bundled(draft);
    expect(report.complete).toEqual([
      { authority: 'skv/skatteverket', from: 1, to: 0, seen: 0, refused: 0, erased: 0 },
    ]);
    expect(rendered(report, 'en')).toContain('no number shown for skv/skatteverket');
  });

  it('a permit by a key that was revoked since, and that a file holds what its maker chose', async () => {
    const draft = aDraft(scene);
    const { entries } = await scene.withRevoked(scene.world.keys.decision.kid, scene.world.keys.operators[0]);
    const before = await verifyEvidence(Buffer.from(JSON.stringify(await evidenceOf(draft, ['deny']))), scene.trust, {
      now,
    });
    expect(before.limits).not.toContain('key-revoked-since');
    draft.keysEntries = entries;
    const file = await evidenceOf(draft, ['deny']);
    const { limits, findings } = await verifyEvidence(Buffer.from(JSON.stringify(file)), scene.trust, { now });
    expect([findings, limits]).toEqual([[], expect.arrayContaining(['key-revoked-since', 'chosen-entries'])]);
  });
});

describe('an evidence file as a gateway would make it', () => {
  it('holds, and shows the message, its grounds and its receipts', async () => {
    const file = await evidenceOf(aDraft(scene));
    const report = await verifyEvidence(Buffer.from(JSON.stringify(file)), scene.trust, { now, cache });
    expect(report.findings).toEqual([]);
    expect(report.message).toMatchObject({
      id: file.messageId,
      decisions: [
        { sender: 'linkoping/omsorgsnamnden', recipient: 'fk/forsakringskassan', outcome: 'permit', number: 1 },
      ],
      statements: ['technical', 'accepted', 'handled'].map((kind) => ({ kind, by: 'fk/forsakringskassan' })),
      content: 'shown',
    });
    expect(report.message?.decisions[0]?.bases[0]?.citation).toMatch(/\(\d{4}:\d+\)/);
    expect(report.limits).toContain('content-by-receipt');
  });

  it('holds against what the auditor has seen, where the file has the proof', async () => {
    const draft = aDraft(scene);
    const file = await evidenceOf(draft);
    file.consistency = await linksOf(draft);
    const report = await verifyEvidence(Buffer.from(JSON.stringify(file)), scene.trust, {
      now,
      cache,
      pinned: draft.checkpoint(),
    });
    expect(report).toMatchObject({ findings: [], conclusion: 'holds' });
  });

  it('holds for what was decided anew, refused, delayed or stopped by its own gateway', async () => {
    const draft = aDraft(scene);
    for (const names of [
      ['superseded', 'decided-anew', 'anew-technical'],
      ['deny'],
      ['refusal'],
      ['delayed-permit', 'delay'],
      ['cooperation-permit', 'rejected'],
    ] as const) {
      const file = await evidenceOf(draft, names);
      file.cooperations = [...scene.cooperations];
      const report = await verifyEvidence(Buffer.from(JSON.stringify(file)), scene.trust, { now, cache });
      expect([names, report.findings]).toEqual([names, []]);
    }
  });

  it('holds where the key of the manifest ended before the message was decided anew', async () => {
    const draft = aDraft(scene);
    const act = draft.act('deny');
    const { gateway } = manifestOf(act);
    const { kid } = scene.world.keys.manifests[gateway]!;
    const revoked = await scene.withRevoked(kid, scene.world.keys.administrators['linkoping']!);
    const verdict = { outcome: 'deny', verification: ['MANIFEST_KEY_NOT_LIVE'] };
    draft.replace('deny', { entry: await redecided(scene, act, { keys: revoked.head, verdict }) });
    draft.keysEntries = revoked.entries;
    const file = await evidenceOf(draft, ['deny']);
    const report = await verifyEvidence(Buffer.from(JSON.stringify(file)), scene.trust, { now });
    expect(report.findings).toEqual([]);
  });
});
