import {
  localSigner,
  parseDecision,
  parseManifest,
  parseNotice,
  sha256Base64url,
  signDecision,
  signManifest,
  signNotice,
} from '#envelope';
import type { Decision, Manifest, Notice, PrivateKey } from '#envelope';
import type { FindingCode } from '#verifier';
import { Draft, someLeaves } from './draft.js';
import type { BundleFiles } from './draft.js';
import type { MutableEvidence } from './evidence.js';
import { EARLIER } from './scene.js';
import type { Act, ActName, Scene } from './scene.js';

/** The same seed gives the same variants. */
export class Random {
  constructor(private state: number) {}
  /** From 0, below `end`. */
  below(end: number): number {
    // mulberry32
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * end);
  }
  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }
}

export type Altered = { readonly pinned?: string } & (
  { readonly bundle: BundleFiles } | { readonly evidence: MutableEvidence }
);

/** One way to bend a bundle or an evidence file, and the findings of which each variant must have one. */
export interface Mutation {
  readonly name: string;
  readonly expect: readonly FindingCode[];
  readonly make: (scene: Scene, random: Random) => Promise<Altered>;
}

/** Leaves of somebody else before the scene's, so that the tree has a full tile; the same for all variants. */
const earlier = someLeaves(EARLIER);
export const aDraft = (scene: Scene): Draft => new Draft(scene, []);
export const aLaterDraft = (scene: Scene): Draft => new Draft(scene, earlier);
export const anyDraft = (scene: Scene, random: Random): Draft =>
  random.below(2) === 0 ? aDraft(scene) : aLaterDraft(scene);

/** A mutation of the log itself, which the ledger then signs as it stands. */
export const ofLog = (
  name: string,
  expect: readonly FindingCode[],
  alter: (draft: Draft, scene: Scene, random: Random) => void | Promise<void>,
  start: (scene: Scene, random: Random) => Draft = anyDraft,
): Mutation => ({
  name,
  expect,
  make: async (scene, random) => {
    const draft = start(scene, random);
    await alter(draft, scene, random);
    return { bundle: await draft.build() };
  },
});

/** A mutation of the files of a genuine bundle; the list of files is made anew. */
export const ofFiles = (
  name: string,
  expect: readonly FindingCode[],
  alter: (files: BundleFiles, draft: Draft, random: Random) => void | Promise<void>,
): Mutation => ({
  name,
  expect,
  make: async (scene, random) => {
    const draft = anyDraft(scene, random);
    const files = await draft.build();
    await alter(files, draft, random);
    return { bundle: draft.listed(files) };
  },
});

export const DECISIONS: readonly ActName[] = ['permit', 'other-permit', 'deny', 'cooperation-permit'];
export const RECEIPTS: readonly ActName[] = [
  'technical',
  'other-technical',
  'accepted',
  'anew-technical',
  'handled',
  'rejected',
];

export const decisionOf = (act: Act): Decision => parseDecision(act.entry).decision;
export const noticeOf = (act: Act): Notice => parseNotice(act.entry).notice;
export const manifestOf = (act: Act): Manifest => parseManifest(act.annex ?? '').manifest;

export const redecided = (
  scene: Scene,
  act: Act,
  change: Partial<Decision>,
  key: PrivateKey = scene.world.keys.decision,
): Promise<string> => signDecision(localSigner(key), { ...decisionOf(act), ...change });
export const renoticed = (
  scene: Scene,
  act: Act,
  change: Partial<Notice>,
  key: PrivateKey = scene.world.keys.decision,
): Promise<string> => signNotice(localSigner(key), { ...noticeOf(act), ...change });

/** The notice that takes this receipt into the log instead of its own. */
export const taking = async (scene: Scene, act: Act, receipt: string): Promise<Partial<Act>> => ({
  entry: await renoticed(scene, act, { statementSha256: sha256Base64url(receipt) }),
  annex: receipt,
});
/** The decision on this manifest instead of its own. */
export const onManifest = async (
  scene: Scene,
  act: Act,
  annex: string,
  change: Partial<Decision> = {},
): Promise<Partial<Act>> => ({
  entry: await redecided(scene, act, { manifestSha256: sha256Base64url(annex), ...change }),
  annex,
});
export const remanifested = (scene: Scene, act: Act, change: Partial<Manifest>, key?: PrivateKey): Promise<string> => {
  const manifest = { ...manifestOf(act), ...change };
  return signManifest(localSigner(key ?? (scene.world.keys.manifests[manifest.gateway] as PrivateKey)), manifest);
};

/** One bit of one octet, anywhere. */
export const flipped = (bytes: Uint8Array, random: Random, from = 0, to = bytes.length): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  const at = from + random.below(to - from);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
};
/** Another character of base64url in its place, so that a token stays one in form. */
export const respelled = (text: string, random: Random, from = 0, to = text.length): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (;;) {
    const at = from + random.below(to - from);
    const letter = random.pick([...alphabet]);
    if (text[at] !== '.' && text[at] !== letter) return text.slice(0, at) + letter + text.slice(at + 1);
  }
};
