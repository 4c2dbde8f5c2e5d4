import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { OpeningLineView, OpeningsView } from '#contracts';
import { typOf } from '#envelope';
import { TILE_WIDTH, tilesOf } from '#tlog/build';
import { indexOf } from './period.js';

/** What is asked of the gateway. */
export interface ExportClient {
  sizeAt(at: Date): Promise<bigint>;
  checkpoint(log: 'disclosure' | 'keys'): Promise<string>;
  tile(log: 'disclosure' | 'keys', path: string): Promise<Uint8Array>;
  openings(from: bigint, to: bigint): Promise<OpeningsView>;
}
/** Dates or indices as they were given. */
export interface PeriodAsked {
  readonly from?: string;
  readonly to?: string;
}
interface Plan {
  readonly asked: PeriodAsked;
  readonly from: string;
  readonly to: string;
}

const PLAN = 'export.json';
const PAGES = 'pages.jsonl';
const ERASURE = 'delge-erasure+jws';
const SECRET = 0o600;

/**
 * Writes a bundle of an authority's entries in a period. Begun in a folder beside it, `<folder>.part`, where what was fetched is kept: the same call goes on
 * where one before it stopped, and looks at nothing twice.
 * @throws when the folder is there already, or another period lies begun beside it
 */
export async function exportBundle(client: ExportClient, folder: string, asked: PeriodAsked): Promise<void> {
  if (existsSync(folder)) throw new Error(`${folder} is there already`);
  const begun = `${folder}.part`;
  if (!existsSync(join(begun, 'manifest.json'))) {
    // What is in the folder and no part of the bundle is removed in the end.
    if (existsSync(begun) && !existsSync(join(begun, PLAN)) && readdirSync(begun).length > 0)
      throw new Error(`${begun} was not begun by an export: move it away`);
    await new BegunBundle(client, begun, asked).finish();
  }
  for (const file of [PLAN, PAGES]) rmSync(join(begun, file), { force: true });
  renameSync(begun, folder);
}

class BegunBundle {
  private pages: OpeningsView[] = [];

  constructor(
    private readonly client: ExportClient,
    private readonly folder: string,
    private readonly asked: PeriodAsked,
  ) {}

  async finish(): Promise<void> {
    const plan = await this.plan();
    const [from, to] = [BigInt(plan.from), BigInt(plan.to)];
    await this.open(from, to);
    const lines = new Map(this.pages.flatMap(({ items }) => items.map((line) => [BigInt(line.idx), line] as const)));
    const last = await this.erasures(lines, to);
    const checkpoint = await this.checkpoint('checkpoint', 'disclosure', last);
    const keys = await this.checkpoint('keys/checkpoint', 'keys', 0n);
    const { tree, entries } = tilePaths(checkpoint.size, keys.size);
    for (const path of tree) await this.fetched(path, () => this.client.tile('disclosure', path));
    for (const path of entries) await this.fetched(`keys/${path}`, () => this.client.tile('keys', path));
    const made = this.made(lines);
    for (const [path, text] of made) this.write(path, text);
    this.list(
      plan,
      [checkpoint.origin, keys.origin],
      ['checkpoint', 'keys/checkpoint', ...tree, ...entries.map((path) => `keys/${path}`), ...made.keys()],
    );
  }

  private async plan(): Promise<Plan> {
    const begun = this.read(PLAN);
    if (begun !== undefined) {
      const plan = JSON.parse(begun) as Plan;
      if (JSON.stringify(plan.asked) !== JSON.stringify(this.asked))
        throw new Error(`${this.folder} holds another period, begun and not finished: go on with it, or remove it`);
      return plan;
    }
    const sizeAt = (at: Date): Promise<bigint> => this.client.sizeAt(at);
    const { size } = headOf(await this.client.checkpoint('disclosure'));
    const from = this.asked.from === undefined ? 0n : await indexOf(this.asked.from, sizeAt);
    const to = this.asked.to === undefined ? size : await indexOf(this.asked.to, sizeAt);
    if (from > to || to > size) throw new Error(`there are no entries ${from} to ${to}: the log has ${size}`);
    const plan = { asked: this.asked, from: from.toString(), to: to.toString() };
    this.write(PLAN, JSON.stringify(plan));
    return plan;
  }

  /** All pages of the period; those that were fetched before are not asked for again, since each is a look. */
  private async open(from: bigint, to: bigint): Promise<void> {
    // A line that was being written when an earlier call ended is asked for again.
    const written = this.read(PAGES) ?? '';
    const whole = written.slice(0, written.lastIndexOf('\n') + 1);
    this.write(PAGES, whole);
    this.pages = whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as OpeningsView]));
    for (
      let next: string | undefined = this.pages.length === 0 ? from.toString() : this.pages.at(-1)?.next;
      next !== undefined;
    ) {
      const page = await this.client.openings(BigInt(next), to);
      appendFileSync(join(this.folder, PAGES), `${JSON.stringify(page)}\n`, { mode: SECRET });
      this.pages.push(page);
      next = page.next;
    }
  }

  /**
   * Entries after the period that say that openings of it are erased: they alone may stand there.
   * @returns how far the bundle's checkpoint must reach
   */
  private async erasures(lines: Map<bigint, OpeningLineView>, to: bigint): Promise<bigint> {
    const by = [...lines.values()].flatMap((line) => ('erasedBy' in line ? [BigInt(line.erasedBy)] : []));
    for (const index of new Set(by.filter((one) => one >= to))) {
      const page = await this.client.openings(index, index + 1n);
      this.pages.push({ ...page, items: [] });
      for (const line of page.items) if ('entry' in line && typOf(line.entry) === ERASURE) lines.set(index, line);
    }
    return by.reduce((most, one) => (one + 1n > most ? one + 1n : most), to);
  }

  private async checkpoint(path: string, log: 'disclosure' | 'keys', least: bigint): Promise<Head> {
    const note = await this.fetched(path, async () => Buffer.from(await this.client.checkpoint(log)));
    const head = headOf(Buffer.from(note).toString());
    if (head.size < least) throw new Error('the log is shorter than its openings say');
    return head;
  }

  /** What the openings make: files by their paths. */
  private made(lines: ReadonlyMap<bigint, OpeningLineView>): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    for (const [index, line] of [...lines].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const path = `openings/${index / BigInt(TILE_WIDTH)}.jsonl`;
      files.set(path, `${files.get(path) ?? ''}${JSON.stringify(line)}\n`);
    }
    const all = (of: (page: OpeningsView) => readonly string[]): readonly string[] => [
      ...new Set(this.pages.flatMap(of)),
    ];
    files.set(
      'checkpoints.jsonl',
      all(({ checkpoints }) => checkpoints)
        .map((note) => `${JSON.stringify(note)}\n`)
        .join(''),
    );
    for (const [at, text] of all(({ ruleSets }) => ruleSets).entries()) files.set(`rule-sets/${at + 1}.json`, text);
    for (const [at, text] of all(({ cooperations }) => cooperations).entries())
      files.set(`cooperations/${at + 1}.json`, text);
    return files;
  }

  /** Leaves nothing but the files named, and lists them. */
  private list({ from, to }: Plan, [disclosure, keys]: readonly string[], paths: readonly string[]): void {
    const named = new Set([...paths, PLAN, PAGES]);
    for (const entry of readdirSync(this.folder, { recursive: true, withFileTypes: true })) {
      const path = relative(this.folder, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (entry.isFile() && !named.has(path)) rmSync(join(this.folder, path));
    }
    const files = Object.fromEntries(paths.map((path) => [path, sha256(readFileSync(join(this.folder, path)))]));
    const bounds = [...new Set(this.pages.map(({ authority }) => authority))];
    const manifest = { format: 'delge-bundle/1', origins: { disclosure, keys }, from, to, bounds, files };
    this.write('manifest.json', JSON.stringify(manifest));
  }

  private async fetched(path: string, fetch: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const there = join(this.folder, path);
    if (existsSync(there)) return readFileSync(there);
    const bytes = await fetch();
    this.write(path, bytes);
    return bytes;
  }
  private read(path: string): string | undefined {
    const there = join(this.folder, path);
    return existsSync(there) ? readFileSync(there, 'utf8') : undefined;
  }
  /** Whole or not at all: what is half written when the process ends is written again. */
  private write(path: string, content: string | Uint8Array): void {
    const there = join(this.folder, path);
    mkdirSync(dirname(there), { recursive: true, mode: 0o700 });
    writeFileSync(`${there}.new`, content, { mode: SECRET });
    renameSync(`${there}.new`, there);
  }
}

interface Head {
  readonly origin: string;
  readonly size: bigint;
}
/** The first lines of a checkpoint, c2sp.org/tlog-checkpoint. The verifier verifies it. */
const headOf = (note: string): Head => {
  const [origin = '', size = ''] = note.split('\n');
  return { origin, size: BigInt(size) };
};
const tilePaths = (disclosure: bigint, keys: bigint) => ({
  tree: tilesOf(disclosure),
  entries: tilesOf(keys).filter((path) => path.startsWith('tile/entries/')),
});
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
