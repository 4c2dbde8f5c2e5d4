import { parentPort, workerData } from 'node:worker_threads';
import { KeysLog, parseTrust } from '#snapshot';
import { EntryChecker, groundOf, sha256 } from '#verifier';
import type { Opening } from '#verifier';
import type { ThreadData } from './threads.js';

const data = workerData as ThreadData;
const trust = await parseTrust(data.trust);
const keys = KeysLog.empty(trust, sha256);
for (const entry of data.keys) await keys.append(entry);
const attached = (all: readonly Uint8Array[]) => all.map((bytes) => ({ bytes }));
// What does not hold of the material was reported by the main thread.
const material = { ruleSets: attached(data.ruleSets), cooperations: attached(data.cooperations) };
const checker = new EntryChecker(groundOf(trust, keys, material, () => undefined));
parentPort?.on('message', (openings: readonly Opening[]) =>
  parentPort?.postMessage(openings.map((opening) => checker.check(opening))),
);
