import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { localSigner } from '#envelope';
import type { PrivateKey } from '#envelope';
import { Scene, aDraft } from '#testing';
import type { Draft } from '#testing';
import { readExamples } from '../../tools/demo/examples.js';
import type { Planted } from '../../tools/seed/acts.js';
import { Scribe } from '../../tools/seed/scribe.js';
import { Story, yearBefore } from '../../tools/seed/story.js';

const folder = join(process.env['DELGE_ROOT'] ?? process.cwd(), 'examples/referrals');

export interface Seeded {
  readonly scene: Scene;
  readonly draft: Draft;
  readonly planted: readonly Planted[];
  /** Digest of what happens, ids and times included. */
  readonly told: string;
}

/** A year of seeded disclosures in the log of a scene, whose own acts are gone. */
export async function seeded(disclosures: number, seed: number, scene?: Scene): Promise<Seeded> {
  const own = scene ?? (await Scene.create());
  const { world, snapshot } = own;
  const story = new Story(snapshot, readExamples(folder), yearBefore(world.clock.now()), { disclosures, seed });
  const pens = {
    exchange: localSigner(world.keys.decision),
    gateway: (id: string) => localSigner(world.keys.manifests[id] as PrivateKey),
  };
  const scribe = new Scribe(world.environment, snapshot, pens, new Map(), world.newId);
  const draft = aDraft(own);
  draft.acts = [];
  draft.erased.clear();
  const hash = createHash('sha256');
  for (const { acts } of story.parts())
    for (const act of acts) {
      hash.update(JSON.stringify(act));
      const { entry, blind, annex } = await scribe.entry(act);
      draft.acts.push({ entry, blind, loggedAt: act.at + 1_000, ...(annex === undefined ? {} : { annex }) });
    }
  draft.to = draft.first + draft.acts.length;
  return { scene: own, draft, planted: story.planted, told: hash.digest('hex') };
}
