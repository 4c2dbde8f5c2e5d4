import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDecision, parseManifest, parseNotice, parseReceipt, parseRefusal, typOf } from '#envelope';
import { check, parseRuleSet, ruleSetBytes, ruleSets, verdictCodes, type CheckInput } from '#legal-basis';
import { groundsAt, refusalGroundsAt } from '#replay';
import { KeysLog, parseTrust, type Snapshot } from '#snapshot';
import { nodeSha256 } from '#tlog/build';
import { placesIn } from './make.js';

/** What is done for an entry, all that it needs at hand. */
interface Primitives {
  readonly signatures: readonly { readonly input: Uint8Array; readonly der: Uint8Array; readonly key: KeyObject }[];
  /** What is hashed besides: the line in its file, the leaf with its blind, the annex, the claims. */
  readonly hashed: readonly Uint8Array[];
  readonly payloads: readonly string[];
  readonly asked?: CheckInput;
}

const SAMPLE_FILES = 16;

export interface BareLoop {
  /** Entries for each second of processor time. */
  rate(): number;
  /** For each entry. */
  readonly signatures: number;
  readonly hashes: number;
  readonly checks: number;
  /** For each second of processor time. */
  readonly es256: number;
}

/**
 * The limit: what no verifier can do without, for each entry of a sample of the bundle: its ES256 signatures verified, its octets hashed, its payloads read by
 * JSON.parse, its verdict computed, two nodes of the tree. Tokens are taken apart, keys found and claims read before; nothing is judged or kept.
 * @param roundMs how long each rate is measured
 */
export async function bareLoop(dir: string, entries: number, roundMs: number): Promise<BareLoop> {
  const sample = await sampleOf(dir, entries);
  const node = new Uint8Array(65);
  const work = ({ signatures, hashed, payloads, asked }: Primitives): void => {
    for (const { input, der, key } of signatures)
      if (!verify('sha256', input, key, der)) throw new Error('a signature of the sample does not verify');
    for (const octets of hashed) hash('sha256', octets, 'buffer');
    hash('sha256', node, 'buffer');
    hash('sha256', node, 'buffer');
    for (const payload of payloads) JSON.parse(payload);
    if (asked !== undefined) verdictCodes(check(asked));
  };
  const each = (of: (one: Primitives) => number): number =>
    sample.reduce((sum, one) => sum + of(one), 0) / sample.length;
  const flat = sample.flatMap(({ signatures }) => signatures);
  return {
    rate: () => perProcessorSecond(sample, work, roundMs),
    signatures: each(({ signatures }) => signatures.length),
    hashes: each(({ hashed }) => hashed.length + 2),
    checks: each(({ asked }) => Number(asked !== undefined)),
    es256: perProcessorSecond(flat, ({ input, der, key }) => void verify('sha256', input, key, der), roundMs),
  };
}

function perProcessorSecond<T>(all: readonly T[], work: (one: T) => void, roundMs: number): number {
  for (const one of all.slice(0, 500)) work(one);
  const begun = performance.now();
  const before = process.cpuUsage();
  let done = 0;
  while (performance.now() - begun < roundMs) {
    const one = all[done % all.length];
    if (one === undefined) break;
    work(one);
    done += 1;
  }
  const { user, system } = process.cpuUsage(before);
  return done / ((user + system) / 1_000_000);
}

/** From files of the bundle's beginning and end, so that every rule set has its part. */
async function sampleOf(dir: string, entries: number): Promise<readonly Primitives[]> {
  const { trust: trustFile, bundle } = placesIn(dir);
  const trust = await parseTrust(readFileSync(trustFile));
  const keys = await keysOf(trust, join(bundle, 'keys'));
  const files = Math.floor(entries / 256);
  const step = Math.max(1, Math.floor(files / SAMPLE_FILES));
  const sample: Primitives[] = [];
  for (let n = 0; n < files; n += step) {
    for (const line of readFileSync(join(bundle, `openings/${n}.jsonl`), 'utf8').split('\n')) {
      if (line !== '') sample.push(primitives(line, keys));
    }
  }
  return sample;
}

const keysOf = async (trust: Parameters<typeof KeysLog.empty>[0], folder: string): Promise<KeysLog> => {
  const keys = KeysLog.empty(trust, nodeSha256);
  const size = Number(readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[1]);
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first);
    const name = `${String(first / 256).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
    const bytes = readFileSync(join(folder, 'tile/entries', name));
    for (let at = 0; at < bytes.length;) {
      const end = at + 2 + bytes.readUInt16BE(at);
      await keys.append(bytes.subarray(at + 2, end));
      at = end;
    }
  }
  return keys;
};

const sets = ruleSets.map((set) => parseRuleSet(ruleSetBytes(set)));

function primitives(line: string, keys: KeysLog): Primitives {
  const { entry, annex } = JSON.parse(line) as { readonly entry: string; readonly annex: string };
  const common = {
    payloads: [line, ...[entry, annex].flatMap((text) => text.split('.').slice(0, 2).map(decoded))],
    hashed: [Buffer.from(line), Buffer.from(`${'-'.repeat(48)}${entry}`), Buffer.from(annex)],
  };
  if (typOf(entry) === 'delge-decision+jws') {
    const { decision, kid } = parseDecision(entry);
    const snapshot = keys.at(BigInt(decision.keys.size));
    const manifest = parseManifest(annex);
    const grounds = groundsAt(snapshot, decision, manifest, undefined);
    const asked = typeof grounds === 'string' ? undefined : grounds.asked;
    return {
      ...common,
      hashed: [...common.hashed, Buffer.from(JSON.stringify(manifest.manifest.claims))],
      signatures: [signature(entry, kid, snapshot), signature(annex, manifest.kid, snapshot)],
      ...(asked === undefined ? {} : { asked: { ...asked, ruleSet: setOf(decision.ruleSet.number) } }),
    };
  }
  const { notice, kid } = parseNotice(entry);
  const snapshot = keys.at(BigInt(notice.keys.size));
  if (notice.kind === 'receipt-recorded') {
    const receipt = parseReceipt(annex);
    return { ...common, signatures: [signature(entry, kid, snapshot), signature(annex, receipt.kid, snapshot)] };
  }
  const { refusal, kid: by } = parseRefusal(annex);
  const [grounds] = refusalGroundsAt(snapshot, refusal, undefined);
  const asked = typeof grounds === 'string' ? undefined : grounds?.asked;
  return {
    ...common,
    signatures: [signature(entry, kid, snapshot), signature(annex, by, snapshot)],
    ...(asked === undefined ? {} : { asked: { ...asked, ruleSet: setOf(refusal.ruleSet.number) } }),
  };
}

const decoded = (part: string): string => Buffer.from(part, 'base64url').toString();

const setOf = (number: number) => {
  const set = sets.find((one) => one.number === number);
  if (set === undefined) throw new Error(`rule set ${number} is not here`);
  return set;
};

const keyObjects = new Map<string, KeyObject>();
function signature(text: string, kid: string, snapshot: Snapshot): Primitives['signatures'][number] {
  const end = text.lastIndexOf('.');
  const jwk = snapshot.key(kid)?.public.jwk;
  if (jwk === undefined) throw new Error('a key of the sample is not live');
  const key = keyObjects.get(kid) ?? createPublicKey({ key: { ...jwk }, format: 'jwk' });
  keyObjects.set(kid, key);
  const raw = Buffer.from(text.slice(end + 1), 'base64url');
  const [r, s] = [derInteger(raw.subarray(0, 32)), derInteger(raw.subarray(32))];
  return {
    input: Buffer.from(text.slice(0, end), 'latin1'),
    der: Buffer.concat([Buffer.of(0x30, r.length + s.length), r, s]),
    key,
  };
}
const derInteger = (octets: Buffer): Buffer => {
  const value = octets.subarray(octets.findIndex((octet) => octet !== 0));
  const sign = (value[0] ?? 0) >= 0x80 ? [0] : [];
  return Buffer.concat([Buffer.of(2, sign.length + value.length, ...sign), value]);
};
