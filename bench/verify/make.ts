import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleSets } from '#legal-basis';
import { Acts } from './acts.js';
import { BundleWriter, type Placed } from './bundle.js';
import { benchWorld } from './world.js';

/** What was made, and what a verifier must find in it. */
export interface Made {
  readonly entries: number;
  readonly counts: {
    readonly permit: number;
    readonly denied: number;
    readonly receipts: number;
    readonly refusals: number;
  };
  readonly keysEntries: number;
  readonly ruleSets: number;
  readonly octets: number;
  readonly evidence: number;
  readonly seconds: number;
}

/** Where everything lies in the folder of a run. */
export const placesIn = (dir: string) => ({
  trust: join(dir, 'trust.json'),
  bundle: join(dir, 'bundle'),
  made: join(dir, 'made.json'),
  evidence: (n: number): string => join(dir, `evidence/${n}.delge-evidence.json`),
});

const BEGUN = Date.parse('2026-11-23T08:00:00.000Z');
/** Evidence files at most, and of how many disclosures one. */
const [EVIDENCE, EVIDENCE_OF] = [100, 100];
/** Of so many, one: permits accepted besides, messages stopped by their own gateway, and by the exchange. */
const [ACCEPTED, REFUSED, DENIED] = [4, 20, 50];

/**
 * A bundle of so many disclosures and evidence files of some of them: example referrals over and over, signed by the sandbox's gateways, under its rule sets
 * one after the other; each with its technical receipt, every second an entry.
 */
export async function make(root: string, dir: string, disclosures: number): Promise<Made> {
  const begun = performance.now();
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'evidence'), { recursive: true });
  const world = await benchWorld(root, dir);
  const acts = new Acts(root, world, '2026-11-23');
  const places = placesIn(dir);
  const bundle = new BundleWriter(places.bundle, world);
  const counts = { permit: 0, denied: 0, receipts: 0, refusals: 0 };
  const shown: (readonly Placed[])[] = [];
  const evidence = Math.min(EVIDENCE, Math.ceil(disclosures / EVIDENCE_OF));
  let at = BEGUN;
  const time = (): number => (at += 1_000);
  for (let n = 0; n < disclosures; n += 1) {
    const era = Math.floor((n * ruleSets.length) / disclosures);
    const sent = await acts.permit(n, era, time());
    counts.permit += 1;
    const placed = [bundle.add(sent.decision, at)];
    for (const kind of n % ACCEPTED === 0 ? (['technical', 'accepted'] as const) : (['technical'] as const)) {
      placed.push(bundle.add(await acts.receipt(sent, kind, era, time()), at));
      counts.receipts += 1;
    }
    if (n % ACCEPTED === 0 && n >= disclosures / 2 && shown.length < evidence) shown.push(placed);
    if (n % REFUSED === 0) {
      bundle.add(await acts.refusal(n / REFUSED, era, time()), at);
      counts.refusals += 1;
    }
    if (n % DENIED === 0) {
      bundle.add((await acts.denied(n / DENIED, era, time())).decision, at);
      counts.denied += 1;
    }
  }
  await bundle.close(time());
  for (const [n, placed] of shown.entries())
    writeFileSync(places.evidence(n), JSON.stringify(await bundle.evidence(placed, at)));
  const made: Made = {
    entries: bundle.size,
    counts,
    keysEntries: world.entries.length,
    ruleSets: ruleSets.length,
    octets: bundle.octets,
    evidence: shown.length,
    seconds: (performance.now() - begun) / 1000,
  };
  writeFileSync(places.made, JSON.stringify(made));
  return made;
}
