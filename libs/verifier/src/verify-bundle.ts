import type { Trust } from '#snapshot';
import { disclosureLeaf } from '#tlog/verify';
import type { Checkpoint } from '#tlog/verify';
import { Book } from './book.js';
import { blindOf, json, parseBundleManifest, parseOpeningLine } from './bundle-format.js';
import type { BundleManifest, OpeningLine } from './bundle-format.js';
import { EntryChecker } from './check-entry.js';
import type { Checked } from './check-entry.js';
import { consistent, offerOf, opened, sameHead } from './checkpoints.js';
import { sameBytes, sha256 } from './crypto.js';
import type { Fact, Opening } from './facts.js';
import { Files } from './files.js';
import type { BundleSource } from './files.js';
import { groundOf } from './ground.js';
import type { Attached, Ground, Material } from './ground.js';
import { keysLogOf } from './keys.js';
import type { KeysCache } from './keys.js';
import type { Limit } from './limits.js';
import { Findings, reportOf } from './report.js';
import type { Head, Report } from './report.js';
import { sayingOf } from './say.js';
import type { Say } from './say.js';
import { TileTree, entriesIn, entriesPath, leavesIn, rootAt, tilePathIn } from './tiles.js';
import type { TileHashes } from './tiles.js';
import { Timeline } from './timeline.js';

const WIDTH = 256;

/** Checks openings one by one, perhaps on threads; what they say together is judged in one place. */
export interface Checker {
  /** How many calls it can work on at once. */
  readonly width: number;
  check(openings: readonly Opening[]): readonly Checked[] | Promise<readonly Checked[]>;
}

export interface BundleOptions {
  readonly now: Date;
  /** A checkpoint that the auditor has seen before and kept: a signed note. */
  readonly pinned?: string;
  readonly cache?: KeysCache;
  /** Absent: on this thread. @param keys entries of the keys log */
  readonly checkerOf?: (ground: Ground, material: Material, keys: readonly Uint8Array[]) => Checker;
}

/** Verifies a bundle: a period of the `disclosure` log with its openings, its tree whole. @throws what the source throws */
export async function verifyBundle(source: BundleSource, trust: Trust, options: BundleOptions): Promise<Report> {
  const findings = new Findings();
  const verifiedAt = options.now.toISOString();
  const common = { subject: 'bundle', verifiedAt, environment: trust.environment } as const;
  const bytes = await source.read('manifest.json');
  const manifest = bytes === undefined ? undefined : parseBundleManifest(bytes);
  if (manifest === undefined) {
    findings.say(bytes === undefined ? 'file-missing' : 'file-malformed', { file: 'manifest.json' });
    return reportOf({ ...common, limits: ALWAYS }, findings.all());
  }
  const bundle = new Bundle(source, manifest, trust, options, findings.say);
  const read = await bundle.verify();
  return reportOf({ ...common, ...read }, findings.all());
}

const ALWAYS: readonly Limit[] = ['only-delge', 'form-alone', 'claims-not-truth', 'free-text-by-digest', 'clocks'];

/** One bundle while it is read. */
class Bundle {
  private readonly files: Files;
  private readonly from: bigint;
  private readonly to: bigint;
  private readonly bounds: ReadonlySet<string> | undefined;
  private readonly book: Book;
  private readonly tree = new TileTree();
  private timeline = new Timeline([]);
  /** Every checkpoint that there is. */
  private series: readonly Checkpoint[] = [];
  private readonly counted = { erased: 0, blinded: 0 };
  /** Lines that call an opening erased: by index, the entry that is to say so. */
  private readonly calledErased = new Map<bigint, bigint>();
  /** Openings that are there, as runs of indices [from, to). */
  private readonly shown: { readonly from: bigint; to: bigint }[] = [];
  /** Roots that the tree must have at smaller sizes, in their order. */
  private readonly demanded: { readonly size: bigint; readonly root: Uint8Array; readonly otherwise: () => void }[] =
    [];

  constructor(
    private readonly source: BundleSource,
    private readonly manifest: BundleManifest,
    private readonly trust: Trust,
    private readonly options: BundleOptions,
    private readonly say: Say,
  ) {
    this.files = new Files(source, new Map(Object.entries(manifest.files)), say);
    this.from = BigInt(manifest.from);
    this.to = BigInt(manifest.to);
    this.bounds = manifest.bounds === undefined ? undefined : new Set(manifest.bounds);
    const scope = this.from === 0n ? 'log' : 'period';
    this.book = new Book(
      { scope, from: this.from, ...(this.bounds === undefined ? {} : { bounds: this.bounds }) },
      say,
    );
  }

  async verify(): Promise<
    Omit<Report, 'format' | 'conclusion' | 'exitCode' | 'findings' | 'subject' | 'verifiedAt' | 'environment'>
  > {
    const { origins } = this.manifest;
    const { logs } = this.trust;
    if (origins.disclosure !== logs.disclosure.origin || origins.keys !== logs.keys.origin)
      this.say('checkpoint-origin', { file: 'manifest.json' });
    const head = await this.checkpoint('checkpoint');
    if (head !== undefined) {
      await this.earlier(head);
      if (this.to > head.size) this.say('file-malformed', { file: 'manifest.json' });
    }
    const { checker, keys } = await this.checkerOf();
    const size = head?.size ?? this.to;
    await this.read(size, checker);
    if (head !== undefined && this.tree.size === head.size && !sameBytes(this.tree.root(), head.root))
      this.say('root-mismatch');
    this.erasures();
    if (this.tree.size === size) await this.samples(size);
    this.timeline.close();
    const complete = this.book.close();
    await this.files.close();
    const { erased, blinded } = this.counted;
    return {
      ...(head === undefined ? {} : { disclosure: shownHead(head) }),
      ...(keys === undefined ? {} : { keys }),
      period: {
        from: this.manifest.from,
        to: this.manifest.to,
        ...(this.manifest.bounds === undefined ? {} : { bounds: this.manifest.bounds }),
      },
      complete,
      counts: { ...this.book.counts, erased, blinded },
      ...(this.timeline.delayed.length === 0 ? {} : { delayed: this.timeline.delayed }),
      limits: this.limits(),
    };
  }

  private async text(path: string): Promise<string | undefined> {
    const bytes = await this.files.take(path);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  }

  private async checkpoint(path: string): Promise<Checkpoint | undefined> {
    const text = await this.text(path);
    return text === undefined
      ? undefined
      : opened(text, this.trust.logs.disclosure, sayingOf(this.say, { file: path }));
  }

  /** Everything that says how the log was before: the auditor's own checkpoint, the previous one, the period's. */
  private async earlier(head: Checkpoint): Promise<void> {
    const series = [head];
    const { pinned } = this.options;
    if (pinned !== undefined) {
      const own = opened(pinned, this.trust.logs.disclosure, this.say);
      if (own !== undefined && own.size > head.size) this.say('older-than-pinned');
      else if (own !== undefined) {
        // What the auditor has seen bounds dating too: the bundle's own may have been left out.
        series.push(own);
        this.demand(own, () => this.say('forked-from-pinned'));
      }
    }
    if (this.files.has('checkpoint.prev')) {
      const previous = await this.checkpoint('checkpoint.prev');
      if (previous !== undefined) {
        series.push(previous);
        const say = (): void => this.say('inconsistent', { file: 'checkpoint.prev' });
        if (previous.size > head.size || !(await this.proven(previous, head))) say();
        else this.demand(previous, say);
      }
    }
    const lines = (await this.files.takeListed('checkpoints.jsonl')) ?? new Uint8Array();
    for (const line of Buffer.from(lines)
      .toString()
      .split('\n')
      .filter((one) => one !== '')) {
      const note = json(line);
      const say = sayingOf(this.say, { file: 'checkpoints.jsonl' });
      if (typeof note !== 'string') say('file-malformed');
      else {
        const one = opened(note, this.trust.logs.disclosure, say);
        if (one === undefined) continue;
        if (one.size > head.size) say('inconsistent');
        else this.demand(one, () => say('inconsistent'));
        series.push(one);
      }
    }
    this.series = series;
    this.timeline = new Timeline(series);
    this.demanded.sort((a, b) => (a.size < b.size ? -1 : 1));
  }

  private async proven(previous: Checkpoint, head: Checkpoint): Promise<boolean> {
    const text = await this.text('consistency');
    const proof = text === undefined ? undefined : offerOf(text);
    if (proof === undefined || proof.oldSize !== previous.size) return false;
    const named = opened(proof.checkpoint, this.trust.logs.disclosure, sayingOf(this.say, { file: 'consistency' }));
    return named !== undefined && sameHead(named, head) && consistent(previous, head, proof.hashes);
  }

  private demand({ size, root }: Checkpoint, otherwise: () => void): void {
    this.demanded.push({ size, root, otherwise });
  }

  /** Holds the roots that were demanded at this size against the tree. */
  private compare(): void {
    while (this.demanded[0]?.size === this.tree.size) {
      const demanded = this.demanded.shift();
      if (demanded !== undefined && !sameBytes(this.tree.root(), demanded.root)) demanded.otherwise();
    }
  }

  /** The keys log, and what checks entries under it; absent when it does not hold. */
  private async checkerOf(): Promise<{ readonly checker?: Checker; readonly keys?: Head }> {
    const note = await this.text('keys/checkpoint');
    const entries = await this.keysEntries(note);
    const material: Material = {
      ruleSets: await this.attached('rule-sets'),
      cooperations: await this.attached('cooperations'),
    };
    if (note === undefined) return {};
    const { cache, checkerOf } = this.options;
    const log = await keysLogOf(note, entries, this.trust, sayingOf(this.say, { file: 'keys/checkpoint' }), cache);
    if (log === undefined) return {};
    const ground = groundOf(this.trust, log, material, this.say);
    const own = new EntryChecker(ground);
    const here: Checker = { width: 1, check: (openings) => openings.map((opening) => own.check(opening)) };
    const { origin } = this.trust.logs.keys;
    const keys = { origin, size: log.size.toString(), root: log.at(log.size).rootBase64 };
    return { checker: checkerOf?.(ground, material, entries) ?? here, keys };
  }

  private async keysEntries(note: string | undefined): Promise<readonly Uint8Array[]> {
    const size = /^[^\n]*\n([0-9]{1,9})\n/.exec(note ?? '')?.[1];
    const all: Uint8Array[] = [];
    for (let left = Number(size ?? 0); left > 0; left -= WIDTH) {
      const width = Math.min(left, WIDTH);
      const path = `keys/${entriesPath(BigInt(all.length / WIDTH), width)}`;
      const bytes = await this.files.take(path);
      const entries = bytes === undefined ? undefined : entriesIn(bytes, width);
      if (entries === undefined) return all;
      all.push(...entries);
    }
    return all;
  }

  private async attached(folder: string): Promise<readonly Attached[]> {
    const all: Attached[] = [];
    for (const file of this.files.below(folder)) {
      const bytes = await this.files.take(file);
      if (bytes !== undefined) all.push({ file, bytes });
    }
    return all;
  }

  /** Leaves, tiles and openings, 256 entries at once, in the order of the log. */
  private async read(size: bigint, checker: Checker | undefined): Promise<void> {
    this.compare();
    const ahead: (() => Promise<void>)[] = [];
    for (let first = 0n; first < size; first += BigInt(WIDTH)) {
      const width = Number(size - first < BigInt(WIDTH) ? size - first : BigInt(WIDTH));
      const leaves = await this.leaves(first / BigInt(WIDTH), width);
      if (leaves === undefined) break;
      const openings = await this.openings(first / BigInt(WIDTH), leaves);
      const checked = checker === undefined || openings.length === 0 ? [] : checker.check(openings);
      ahead.push(async () => this.take(await checked));
      if (ahead.length >= (checker?.width ?? 1)) await ahead.shift()?.();
    }
    for (const take of ahead) await take();
    for (const tile of this.tree.edge()) await this.tile(tile);
  }

  private async leaves(n: bigint, width: number): Promise<readonly Uint8Array[] | undefined> {
    const path = entriesPath(n, width);
    const bytes = await this.files.take(path);
    const leaves = bytes === undefined ? undefined : leavesIn(bytes, width);
    if (leaves === undefined) {
      this.say('leaf-malformed', { file: path });
      return undefined;
    }
    for (const leaf of leaves) {
      for (const tile of this.tree.append(leaf)) await this.tile(tile);
      this.compare();
    }
    return leaves;
  }

  private async tile({ path, hashes }: { readonly path: string; readonly hashes: Uint8Array }): Promise<void> {
    const bytes = await this.files.take(path);
    if (bytes !== undefined && !sameBytes(bytes, hashes)) this.say('tile-mismatch', { file: path });
  }

  /** @returns those that fit their leaves */
  private async openings(n: bigint, leaves: readonly Uint8Array[]): Promise<readonly Opening[]> {
    const file = `openings/${n}.jsonl`;
    const bytes = await this.files.takeListed(file);
    const first = n * BigInt(WIDTH);
    const fitting: Opening[] = [];
    let next = first;
    for (const line of Buffer.from(bytes ?? [])
      .toString()
      .split('\n')
      .filter((one) => one !== '')) {
      const parsed = parseOpeningLine(line);
      if (parsed === undefined) {
        this.say('opening-malformed', { file });
        continue;
      }
      const leaf = leaves[Number(parsed.index - first)];
      if (parsed.index < next || leaf === undefined || parsed.index < this.from) {
        this.say('opening-order', { file, index: parsed.index.toString() });
        continue;
      }
      this.missing(next, parsed.index);
      next = parsed.index + 1n;
      if (this.fits(parsed, leaf)) fitting.push(parsed);
    }
    this.missing(next, first + BigInt(leaves.length));
    return fitting;
  }

  private fits(line: OpeningLine, leaf: Uint8Array): line is OpeningLine & { readonly is: 'opening' } {
    const index = line.index.toString();
    if (line.is === 'erased') {
      this.calledErased.set(line.index, line.by);
      this.counted.erased += 1;
      if (line.index >= this.to) this.say('opening-order', { index });
      return false;
    }
    const blind = blindOf(line.blind);
    if (blind === undefined) {
      this.say('opening-malformed', { index });
      return false;
    }
    const run = this.shown.at(-1);
    if (run?.to === line.index) run.to += 1n;
    else this.shown.push({ from: line.index, to: line.index + 1n });
    if (sameBytes(disclosureLeaf(blind, Buffer.from(line.entry, 'utf8'), sha256), leaf)) return true;
    this.say('opening-leaf', { index });
    return false;
  }

  /** Indices [from, to) without a line: foreign in a bounded bundle, else missing. */
  private missing(from: bigint, to: bigint): void {
    for (let index = from; index < to; index += 1n) {
      if (index >= this.from && index < this.to && this.bounds === undefined)
        this.say('opening-missing', { index: index.toString() });
      else this.counted.blinded += 1;
    }
  }

  private take(checked: readonly Checked[]): void {
    for (const { findings, fact } of checked) {
      for (const { code, ...more } of findings) this.say(code, more);
      if (fact !== undefined) this.fact(fact);
    }
  }

  private fact(fact: Fact): void {
    const index = fact.index.toString();
    // After the period only erasures stand here: of openings of the period.
    if (fact.index >= this.to && fact.kind !== 'erasure') this.say('opening-order', { index });
    this.book.take(fact);
    this.timeline.take(fact, sayingOf(this.say, { index }));
  }

  /** Each opening that is called erased is erased by the entry named; each that is erased is not here. */
  private erasures(): void {
    for (const [index, by] of this.calledErased)
      if (this.book.erasureOf(index) !== by) this.say('erased-without-entry', { index: index.toString() });
    for (const index of this.book.erasedIndices())
      if (this.shown.some(({ from, to }) => from <= index && index < to))
        this.say('erased-but-kept', { index: index.toString() });
  }

  /** Each root by which a sample was drawn is the log's own at that size, and as far as is known the first that could be. */
  private async samples(size: bigint): Promise<void> {
    // What was read is read again: the tiles were held against the tree before.
    const hashes: TileHashes = async (level, n, count) => {
      const bytes = await this.source.read(tilePathIn(size, level, n));
      if (bytes === undefined || bytes.length < 32 * count) return undefined;
      return Array.from({ length: count }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
    };
    for (const { fixed, size: drawnAt, root, say } of this.book.drawnBy()) {
      const own = await rootAt(drawnAt, hashes);
      if (own === undefined || !sameBytes(own, root)) say('sample-checkpoint');
      else if (isLater(this.series, fixed, drawnAt)) say('sample-later-checkpoint');
    }
  }

  private limits(): readonly Limit[] {
    const { counts } = this.book;
    const when = (applies: boolean, limit: Limit): readonly Limit[] => (applies ? [limit] : []);
    return [
      ...ALWAYS,
      ...when(!this.timeline.applies, 'no-witnesses'),
      ...when(this.timeline.applies, 'sparse-checkpoints'),
      ...when(this.options.pinned === undefined, 'not-pinned'),
      ...when(this.bounds !== undefined, 'bounded'),
      ...when(this.bounds !== undefined, 'receipts-unnumbered'),
      'last-numbers',
      ...when(this.from > 0n, 'earlier-numbers'),
      ...when(counts.receiptsOfEarlier > 0, 'receipts-of-earlier'),
      ...when(this.counted.erased > 0, 'erased'),
      ...when(this.from > 0n && counts.erasures > 0, 'earlier-holds'),
      'no-content',
    ];
  }
}

/** What the console has read of the log is as old as this, at most. */
const LAG_S = 60n;
/** Whether smaller checkpoints that cover the entry were witnessed for longer than that. */
const isLater = (series: readonly Checkpoint[], entry: bigint, size: bigint): boolean => {
  const times = series.flatMap((one) =>
    one.size > entry && one.size < size && one.witnessedAt !== undefined ? [one.witnessedAt] : [],
  );
  return times.some((first) => times.some((later) => later > first + LAG_S));
};

const shownHead = ({ origin, size, root }: Checkpoint): Head => ({
  origin,
  size: size.toString(),
  root: Buffer.from(root).toString('base64'),
});
