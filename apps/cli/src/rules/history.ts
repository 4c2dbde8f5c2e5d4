import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileKeys as KeyStoreKeys } from '#keystore';
import type { KeyStorePlace } from '#keystore';
import { parseStrict } from '#json';
import { LedgerKeys, OperatorClient, RuleSets } from '#operator';
import type { FetchRuleSet, RuleSetsKept } from '#operator';
import { EventLog } from '#platform';
import type { Recorded, RuleSetOf } from '#replay';
import { KeysFeed, parseTrust } from '#snapshot';
import type { KeysLog, KeysSource, Trust } from '#snapshot';
import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';

/** Decisions with what they are computed from. All of it is as its holder gave it, and only the keys log is verified. */
export interface History {
  readonly decisions: readonly Recorded[];
  readonly keys: KeysLog;
  readonly ruleSetOf: RuleSetOf;
  /** For keeping: the keys log with its checkpoint, and rule sets that do not ship, by digest. */
  readonly keysFile: KeysFile;
  readonly ruleSets: ReadonlyMap<string, Uint8Array>;
}
interface KeysFile {
  readonly checkpoint: string;
  /** base64url, in the log's order. */
  readonly entries: readonly string[];
}

/** `operator` of sandbox.json. */
interface OperatorAccess {
  readonly exchange: string;
  readonly ledger: string;
  readonly registry: string;
  readonly trustFile: string;
  readonly tokenFile: string;
  readonly reader: { readonly gateway: string; readonly keyStore: KeyStorePlace };
}

const PAGE = 200;
const LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 64 };

/** Keeps what it reads, so that it can be read again from a file. */
class Kept implements KeysSource {
  private note = '';
  private readonly read = new Map<bigint, Uint8Array>();
  constructor(private readonly source: KeysSource) {}

  async checkpoint(after: bigint, wait: boolean): Promise<string> {
    this.note = await this.source.checkpoint(after, wait);
    return this.note;
  }
  async entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    const entries = await this.source.entries(from, to);
    for (const [at, entry] of entries.entries()) this.read.set(from + BigInt(at), entry);
    return entries;
  }
  file(): KeysFile {
    const entries = [...this.read].sort(([a], [b]) => Number(a - b)).map(([, entry]) => entry);
    return { checkpoint: this.note, entries: entries.map((entry) => Buffer.from(entry).toString('base64url')) };
  }
}

class FileKeys implements KeysSource {
  constructor(private readonly file: KeysFile) {}
  checkpoint(): Promise<string> {
    return Promise.resolve(this.file.checkpoint);
  }
  entries(from: bigint, to: bigint): Promise<readonly Uint8Array[]> {
    const asked = this.file.entries.slice(Number(from), Number(to));
    return Promise.resolve(asked.map((entry) => Buffer.from(entry, 'base64url')));
  }
}

/** @throws {SnapshotError | TlogError} when the log is not the one that trust.json is about */
const verified = async (source: KeysSource, trust: Trust): Promise<{ keys: KeysLog; keysFile: KeysFile }> => {
  const kept = new Kept(source);
  const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };
  const feed = new KeysFeed(kept, trust, verification, () => new Date());
  await feed.refresh();
  const newest = feed.newest();
  if (newest === undefined) throw new Error('the keys log has no checkpoint');
  return { keys: newest.log, keysFile: kept.file() };
};

const trustOf = (file: string): Promise<Trust> => parseTrust(readFileSync(file));

/** Rule sets that do not ship, by digest; believed by it, wherever they came from. */
class HeldRuleSets implements RuleSetsKept {
  readonly bytes = new Map<string, Uint8Array>();
  all(): Promise<readonly { readonly sha256: string; readonly bytes: Uint8Array }[]> {
    return Promise.resolve([...this.bytes].map(([digest, bytes]) => ({ sha256: digest, bytes })));
  }
  keep(digest: string, bytes: Uint8Array): Promise<void> {
    this.bytes.set(digest, bytes);
    return Promise.resolve();
  }
}
/** Finds rule sets as the services do: those that ship, those held, those that the log releases and `fetch` gives. */
const finder = async (keys: KeysLog, held: HeldRuleSets, fetch: FetchRuleSet): Promise<RuleSetOf> => {
  const newest = keys.at(keys.size);
  const ruleSets = new RuleSets(fetch, held, () => newest, new EventLog('delge', 'silent'));
  await ruleSets.load();
  await ruleSets.prepare(newest);
  return (digest) => ruleSets.find(digest);
};

/**
 * Reads as the operator's people and as a gateway.
 * @param file sandbox.json of a running sandbox
 * @param trust trust.json; the sandbox's own when absent
 */
export async function historyOfSandbox(file: string, trust?: string): Promise<History> {
  if (!existsSync(file))
    throw new Error('there is no sandbox here: run `npm start` first, or name --decisions and --keys');
  const { operator } = JSON.parse(readFileSync(file, 'utf8')) as { readonly operator?: OperatorAccess };
  if (operator === undefined) throw new Error(`${file} does not name the operator’s services: run \`npm start\` again`);
  const { reader } = operator;
  const own = await KeyStoreKeys.open(reader.keyStore);
  const [signer] = own.signers(`gateway:${reader.gateway}`, 'manifest');
  if (signer === undefined) throw new Error('the key store of the sandbox has no manifest key');
  const asked = (service: 'ledger' | 'registry'): OperatorClient =>
    new OperatorClient(service, operator[service], `gateway:${reader.gateway}`, signer);
  // Decisions first: the keys log then reaches as far as each of them.
  const decisions = await decisionsOf(operator);
  const { keys, keysFile } = await verified(
    new LedgerKeys(asked('ledger')),
    await trustOf(trust ?? operator.trustFile),
  );
  const [registry, held] = [asked('registry'), new HeldRuleSets()];
  const ruleSetOf = await finder(keys, held, (digest) => registry.get(`/v1/rule-sets/${digest}`));
  return { decisions, keys, keysFile, ruleSets: held.bytes, ruleSetOf };
}

async function decisionsOf({ exchange, tokenFile }: OperatorAccess): Promise<readonly Recorded[]> {
  const headers = { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  const all: Recorded[] = [];
  for (let after = 0; ;) {
    const response = await fetch(`${exchange}/v1/decisions?after=${after}&limit=${PAGE}`, { headers });
    if (!response.ok) throw new Error(`the exchange answered ${response.status}`);
    const { items } = (await response.json()) as { readonly items: readonly (Recorded & { readonly seq: number })[] };
    all.push(...items);
    if (items.length < PAGE) return all;
    after = items.at(-1)?.seq ?? 0;
  }
}

/** Files as `--save` leaves them; trust.json comes from elsewhere, since trust that lies beside the evidence is none. */
export interface HistoryFiles {
  readonly decisions: string;
  readonly keys: string;
  readonly trust: string;
  readonly ruleSets?: string;
}

export async function historyOfFiles(files: HistoryFiles): Promise<History> {
  const lines = readFileSync(files.decisions, 'utf8').split('\n');
  const decisions = lines.flatMap((line, at) =>
    line.trim() === '' ? [] : [recordedOf(line, files.decisions, at + 1)],
  );
  const file = parseStrict(readFileSync(files.keys), LIMITS) as unknown as KeysFile;
  if (typeof file.checkpoint !== 'string' || !Array.isArray(file.entries))
    throw new Error(`${files.keys} is not a keys log: checkpoint and entries`);
  const held = new HeldRuleSets();
  const folder = files.ruleSets;
  for (const name of folder === undefined ? [] : readdirSync(folder)) {
    const bytes = readFileSync(join(folder ?? '', name));
    held.bytes.set(createHash('sha256').update(bytes).digest('base64url'), bytes);
  }
  const { keys, keysFile } = await verified(new FileKeys(file), await trustOf(files.trust));
  const ruleSetOf = await finder(keys, held, () => Promise.resolve(undefined));
  return { decisions, keys, keysFile, ruleSets: held.bytes, ruleSetOf };
}

const recordedOf = (line: string, file: string, at: number): Recorded => {
  try {
    const read = JSON.parse(line) as Partial<Recorded>;
    if (typeof read.entryId === 'string' && typeof read.decision === 'string') return read as Recorded;
  } catch (error) {
    throw new Error(`${file}:${at} is not JSON`, { cause: error });
  }
  throw new Error(`${file}:${at} has no entryId and decision`);
};

/** Writes what `historyOfFiles` reads: decisions.jsonl, keys.json and rule-sets/. Claims are pseudonymised personal data, hence the modes. */
export function save(folder: string, history: History): void {
  const sets = join(folder, 'rule-sets');
  mkdirSync(sets, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string | Uint8Array): void =>
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  write('decisions.jsonl', history.decisions.map((one) => `${JSON.stringify(one)}\n`).join(''));
  write('keys.json', `${JSON.stringify(history.keysFile)}\n`);
  for (const [digest, bytes] of history.ruleSets) write(join('rule-sets', `${digest}.json`), bytes);
}
