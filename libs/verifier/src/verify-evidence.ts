import { EnvelopeError, parseDecision, parseManifest, typOf } from '#envelope';
import type { Manifest } from '#envelope';
import type { KeysLog, Trust } from '#snapshot';
import { TlogError, disclosureLeaf, leafHash, parseProof, verifyInclusion } from '#tlog/verify';
import type { Checkpoint, ProofText, TlogErrorCode } from '#tlog/verify';
import { Book } from './book.js';
import { blindOf } from './bundle-format.js';
import { checkDocument } from './check-document.js';
import { EntryChecker } from './check-entry.js';
import { consistent, offerOf, opened, sameHead } from './checkpoints.js';
import { sha256 } from './crypto.js';
import { parseEvidence } from './evidence-format.js';
import type { EvidenceFile, ProvenEntry } from './evidence-format.js';
import type { Opening } from './facts.js';
import { groundOf } from './ground.js';
import type { Ground } from './ground.js';
import { keysLogOf } from './keys.js';
import type { KeysCache } from './keys.js';
import type { Limit } from './limits.js';
import { Findings, reportOf } from './report.js';
import type { Report, ShownDecision, ShownStatement } from './report.js';
import { attempt, sayingOf } from './say.js';
import type { Say } from './say.js';
import { shownOf } from './show.js';
import { Timeline } from './timeline.js';

export interface EvidenceOptions {
  readonly now: Date;
  /** A checkpoint that the auditor has seen before and kept: a signed note. */
  readonly pinned?: string;
  readonly cache?: KeysCache;
}

/** An entry that stands where its proof says, and the checkpoints around it. */
interface Placed {
  readonly opening: Opening;
  readonly covering: Checkpoint;
  readonly before?: Checkpoint;
}

/** Verifies an evidence file: everything about one message that its parties can prove. */
export async function verifyEvidence(bytes: Uint8Array, trust: Trust, options: EvidenceOptions): Promise<Report> {
  const findings = new Findings();
  const common = {
    subject: 'evidence',
    verifiedAt: options.now.toISOString(),
    environment: trust.environment,
  } as const;
  const file = parseEvidence(bytes);
  if (file === undefined) {
    findings.say('file-malformed');
    return reportOf({ ...common, limits: [] }, findings.all());
  }
  const evidence = new Evidence(file, trust, options, findings.say);
  const read = await evidence.verify();
  return reportOf({ ...common, ...read }, findings.all());
}

/** One evidence file while it is read. */
class Evidence {
  private readonly book: Book;
  private readonly heads: Checkpoint[] = [];
  private readonly decisions: ShownDecision[] = [];
  private readonly statements: ShownStatement[] = [];
  private timed = false;

  constructor(
    private readonly file: EvidenceFile,
    private readonly trust: Trust,
    private readonly options: EvidenceOptions,
    private readonly say: Say,
  ) {
    this.book = new Book({ scope: 'message', from: 0n }, say);
  }

  async verify(): Promise<Pick<Report, 'disclosure' | 'keys' | 'message' | 'limits'>> {
    const { file, trust, say } = this;
    if (file.origins.disclosure !== trust.logs.disclosure.origin || file.origins.keys !== trust.logs.keys.origin)
      say('checkpoint-origin');
    const keys = await keysLogOf(
      file.keys.checkpoint,
      file.keys.entries.map((entry) => Buffer.from(entry, 'utf8')),
      trust,
      say,
      this.options.cache,
    );
    const placed = file.entries
      .flatMap((entry) => this.placed(entry) ?? [])
      .sort((a, b) => (a.opening.index < b.opening.index ? -1 : 1));
    this.compareHeads();
    const ground = keys === undefined ? undefined : this.ground(keys);
    if (ground !== undefined) this.entries(placed, ground);
    if (keys !== undefined && file.document !== undefined) await this.document(file.document, placed, keys);
    const newest = this.heads.toSorted((a, b) => (a.size < b.size ? 1 : -1))[0];
    return {
      ...(newest === undefined ? {} : { disclosure: shownHead(newest) }),
      ...(keys === undefined
        ? {}
        : {
            keys: { origin: trust.logs.keys.origin, size: keys.size.toString(), root: keys.at(keys.size).rootBase64 },
          }),
      message: {
        id: file.messageId,
        decisions: this.decisions,
        statements: this.statements,
        ...(file.document === undefined ? {} : { content: 'shown' as const }),
      },
      limits: this.limits(),
    };
  }

  private ground(keys: KeysLog): Ground {
    const attached = (texts: readonly string[] = []) => texts.map((text) => ({ bytes: Buffer.from(text, 'utf8') }));
    const { ruleSets, cooperations } = this.file;
    return groundOf(this.trust, keys, { ruleSets: attached(ruleSets), cooperations: attached(cooperations) }, this.say);
  }

  private placed({ entry, blind, annex, proof: text, before: note }: ProvenEntry): Placed | undefined {
    const { disclosure } = this.trust.logs;
    const proof = attempt(
      () => parseProof(text),
      TlogError,
      (why) => this.say('proof-malformed', { why }),
    );
    if (proof === undefined) return undefined;
    const say = sayingOf(this.say, { index: proof.index.toString() });
    const covering = opened(proof.checkpoint, disclosure, say);
    const octets = blindOf(blind);
    if (octets === undefined) say('opening-malformed');
    if (covering === undefined || octets === undefined) return undefined;
    this.heads.push(covering);
    if (!included(disclosureLeaf(octets, Buffer.from(entry, 'utf8'), sha256), proof, covering, say)) return undefined;
    const before = note === undefined ? undefined : opened(note, disclosure, say);
    if (before !== undefined) this.heads.push(before);
    // A checkpoint that already covers the entry bounds nothing from below.
    const bounding = before !== undefined && before.size <= proof.index ? { before } : {};
    if (covering.witnessedAt !== undefined && bounding.before === undefined) say('time-not-bounded');
    return {
      opening: { index: proof.index, entry, blind, ...(annex === undefined ? {} : { annex }) },
      covering,
      ...bounding,
    };
  }

  private entries(placed: readonly Placed[], ground: Ground): void {
    const checker = new EntryChecker(ground);
    const checked = placed.map((one) => ({ ...one, ...checker.check(one.opening) }));
    const delayed = new Map(
      checked.flatMap(({ fact }) => (fact?.kind === 'delay' ? [[fact.delayedEntryId, fact.index]] : [])),
    );
    let decided = false;
    for (const { opening, covering, before, findings, fact } of checked) {
      const index = opening.index.toString();
      for (const { code, ...more } of findings) this.say(code, more);
      if (fact === undefined) continue;
      const ofOther = fact.messageId !== this.file.messageId && fact.kind !== 'delay' && fact.kind !== 'erasure';
      if (ofOther) this.say('foreign-entry', { index });
      if (fact.kind === 'decision' || fact.kind === 'refusal') decided = true;
      this.book.take(fact);
      const timeline = new Timeline([covering, ...(before === undefined ? [] : [before])]);
      this.timed ||= timeline.applies;
      timeline.take(fact, sayingOf(this.say, { index }));
      if ((delayed.get(fact.entryId) ?? -1n) <= fact.index) timeline.close();
      const shown = shownOf(fact, opening, ground);
      if (shown === undefined) continue;
      if ('decidedAt' in shown) this.decisions.push(shown);
      else this.statements.push(shown);
    }
    if (!decided) this.say('decision-missing', { messageId: this.file.messageId });
    this.book.close();
  }

  private async document(jws: string, placed: readonly Placed[], keys: KeysLog): Promise<void> {
    const say = sayingOf(this.say, { messageId: this.file.messageId });
    const last = placed.filter(({ opening }) => typOf(opening.entry) === 'delge-decision+jws').at(-1)?.opening;
    const read = last?.annex === undefined ? undefined : decisionWith(last.entry, last.annex);
    if (read === undefined || read.size > keys.size) say('content-binding');
    else await checkDocument(jws, read.manifest, keys.at(read.size), say);
  }

  /** Checkpoints of one log agree: of one size they are one; between two sizes, where the file has the proof. */
  private compareHeads(): void {
    const { disclosure } = this.trust.logs;
    const pinned = this.options.pinned === undefined ? undefined : opened(this.options.pinned, disclosure, this.say);
    for (const head of this.heads) {
      const twin = this.heads.find(({ size }) => size === head.size);
      if (twin !== undefined && !sameHead(twin, head)) this.say('inconsistent');
    }
    const known = [...this.heads, ...(pinned === undefined ? [] : [pinned])];
    const linked = (this.file.consistency ?? []).flatMap((text) => this.linked(text, known));
    if (pinned === undefined) return;
    const same = this.heads.find(({ size }) => size === pinned.size);
    if (same !== undefined && !sameHead(same, pinned)) this.say('forked-from-pinned');
    const compared = reached(pinned.size, linked);
    // Each of them: one that hangs on nothing may be of another log.
    if (!this.heads.every(({ size }) => compared.has(size))) this.say('pinned-not-compared');
  }

  /** @returns the two sizes that the proof links, when it does */
  private linked(text: string, known: readonly Checkpoint[]): readonly (readonly bigint[])[] {
    const proof = offerOf(text);
    const newer = proof === undefined ? undefined : opened(proof.checkpoint, this.trust.logs.disclosure, this.say);
    if (proof === undefined) this.say('proof-malformed');
    if (proof === undefined || newer === undefined) return [];
    const older = known.filter(({ size }) => size === proof.oldSize);
    if (older.length === 0 || !older.every((one) => consistent(one, newer, proof.hashes))) {
      this.say('inconsistent');
      return [];
    }
    const other = known.filter(({ size }) => size === newer.size);
    if (!other.every((one) => sameHead(one, newer))) this.say('inconsistent');
    return [[proof.oldSize, newer.size]];
  }

  private limits(): readonly Limit[] {
    const shown = this.file.document !== undefined;
    return [
      'only-delge',
      'form-alone',
      'claims-not-truth',
      'free-text-by-digest',
      'clocks',
      ...(this.timed ? [] : (['no-witnesses'] as const)),
      ...(this.options.pinned === undefined ? (['not-pinned'] as const) : []),
      'one-message',
      shown ? 'content-by-signature' : 'no-content',
    ];
  }
}

/** Sizes that links lead to. */
const reached = (from: bigint, links: readonly (readonly bigint[])[]): ReadonlySet<bigint> => {
  const found = new Set([from]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const link of links) if (link.some((size) => found.has(size))) for (const size of link) found.add(size);
  }
  return found;
};

const included = (leaf: Uint8Array, proof: ProofText, { size, root }: Checkpoint, say: Say): boolean => {
  try {
    verifyInclusion(sha256, leafHash(sha256, leaf), proof.index, size, proof.hashes, root);
    return true;
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    say('not-included', { why: error.code satisfies TlogErrorCode });
    return false;
  }
};

const decisionWith = (
  entry: string,
  annex: string,
): { readonly manifest: Manifest; readonly size: bigint } | undefined => {
  const size = attempt(
    () => BigInt(parseDecision(entry).decision.keys.size),
    EnvelopeError,
    () => undefined,
  );
  const manifest = attempt(
    () => parseManifest(annex).manifest,
    EnvelopeError,
    () => undefined,
  );
  return size === undefined || manifest === undefined ? undefined : { manifest, size };
};

const shownHead = ({ origin, size, root }: Checkpoint) => ({
  origin,
  size: size.toString(),
  root: Buffer.from(root).toString('base64'),
});
