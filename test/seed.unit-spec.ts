import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { typOf } from '#envelope';
import { Scene, sourceOf } from '#testing';
import { verifyBundle } from '#verifier';
import { seeded } from './support/seeded.js';
import type { Seeded } from './support/seeded.js';
import { IRREGULARITIES } from '../tools/seed/acts.js';
import { LEAST } from '../tools/seed/story.js';

jest.setTimeout(120_000);
const DISCLOSURES = 400;

describe('a seeded year', () => {
  let scene: Scene;
  let year: Seeded;
  beforeAll(async () => {
    scene = await Scene.create();
    year = await seeded(DISCLOSURES, 1, scene);
  });

  it('holds, every signature, number, verdict and time of it, by the verifier that an auditor has', async () => {
    const files = await year.draft.build();
    const report = await verifyBundle(sourceOf(files), scene.trust, { now: scene.world.clock.now() });
    expect(report.findings.slice(0, 5)).toEqual([]);
    expect(report.delayed).toBeUndefined();
    const { permit, deny, assess, refusals, recorded, receipts } = report.counts as Readonly<Record<string, number>>;
    expect(permit! + deny! + assess! + refusals! + recorded!).toBe(DISCLOSURES);
    for (const count of [permit, deny, refusals, recorded, receipts]) expect(count).toBeGreaterThan(0);
  });

  it('has each of the ten kinds of irregularity, in messages that stand in the log', () => {
    expect(year.planted.map(({ kind }) => kind)).toEqual(IRREGULARITIES);
    const logged = new Set(year.draft.acts.map(({ entry }) => messageIn(entry)));
    for (const { kind, messages } of year.planted)
      expect({ kind, missing: messages.filter((one) => !logged.has(one)) }).toEqual({ kind, missing: [] });
  });

  it('spreads over twelve months, most of it within office hours', () => {
    const months = new Set(year.draft.acts.map(({ loggedAt }) => new Date(loggedAt).toISOString().slice(0, 7)));
    expect(months.size).toBeGreaterThanOrEqual(12);
    const decisions = year.draft.acts.filter(({ entry }) => typOf(entry) === 'delge-decision+jws');
    const atNight = decisions.filter(({ loggedAt }) => new Date(loggedAt).getUTCHours() < 4);
    expect(atNight.length).toBeGreaterThan(0);
    expect(atNight.length / decisions.length).toBeLessThan(0.05);
  });

  it('is the same for the same number, and another for another', async () => {
    const again = await seeded(LEAST, 7, scene);
    await expect(seeded(LEAST, 7, scene)).resolves.toMatchObject({ told: again.told });
    expect((await seeded(LEAST, 8, scene)).told).not.toBe(again.told);
  });

  it('has no room for what is planted when it is too short', async () => {
    await expect(seeded(LEAST - 1, 1, scene)).rejects.toThrow(`${LEAST}`);
  });
});

const messageIn = (entry: string): string =>
  (JSON.parse(Buffer.from(entry.split('.')[1] ?? '', 'base64url').toString()) as { readonly messageId: string })
    .messageId;
