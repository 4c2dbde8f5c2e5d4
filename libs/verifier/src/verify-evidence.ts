import { EnvelopeError, kidIn, parseDecision, parseManifest, typOf } from '#envelope';
import type { Decision, Manifest } from '#envelope';
import type { KeysLog, Trust } from '#snapshot';
import { TlogError, disclosureLeaf, leafHash, parseProof, verifyInclusion } from '#tlog/verify';
import type { Checkpoint, Offer, ProofText, TlogErrorCode } from '#tlog/verify';
import { Book } from './book.js';
import { blindOf } from './bundle-format.js';
import { attestation, checkDocument } from './check-document.js';
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

/** Verifies an evidence file, or one that was read: everything about one message that its parties can prove. */
export async function verifyEvidence(
  evidenceFile: Uint8Array | EvidenceFile,
  trust: Trust,
  options: EvidenceOptions,
): Promise<Report> {
  const findings = new Findings();
  const common = {
    subject: 'evidence',
    verifiedAt: options.now.toISOString(),
    environment: trust.environment,
  } as const;
  const file = evidenceFile instanceof Uint8Array ? parseEvidence(evidenceFile) : evidenceFile;
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
  /** Over every checkpoint that there is, the auditor's own too: an older one beside an entry hides none of the others. */
  private timeline = new Timeline([]);
  /** Whether a key that signed an entry is revoked in the file's keys log. */
  private revokedSince = false;
  private attested: ReturnType<typeof attestation> = 'none';

  constructor(
    private readonly file: EvidenceFile,
    private readonly trust: Trust,
    private readonly options: EvidenceOptions,
    private readonly say: Say,
  ) {
    this.book = new Book({ scope: 'message', from: 0n }, say);
  }

  async verify(): Promise<Pick<Report, 'disclosure' | 'keys' | 'delayed' | 'message' | 'limits'>> {
    const { file, trust, say } = this;
    if (file.origins.disclosure !== trust.logs.disclosure.origin || file.origins.keys !== trust.logs.keys.origin)
      say('checkpoint-origin');
    const keys = await this.keys();
    const placed = file.entries
      .flatMap((entry) => this.placed(entry) ?? [])
      .sort((a, b) => (a.index < b.index ? -1 : 1));
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
      ...(this.timeline.delayed.length === 0 ? {} : { delayed: this.timeline.delayed }),
      message: {
        id: file.messageId,
        decisions: this.decisions,
        statements: this.statements,
        ...(file.document === undefined ? {} : { content: 'shown' as const }),
      },
      limits: this.limits(),
    };
  }

  private async keys(): Promise<KeysLog | undefined> {
    const { file, trust, say, options } = this;
    const known = options.cache?.ofFile(file.keys, trust);
    if (known !== undefined) return known;
    const entries = file.keys.entries.map((entry) => Buffer.from(entry, 'utf8'));
    const log = await keysLogOf(file.keys.checkpoint, entries, trust, say, options.cache);
    if (log !== undefined) options.cache?.keepOfFile(file.keys, trust, log);
    return log;
  }

  private ground(keys: KeysLog): Ground {
    const attached = (texts: readonly string[] = []) => texts.map((text) => ({ bytes: Buffer.from(text, 'utf8') }));
    const { ruleSets, cooperations } = this.file;
    return groundOf(this.trust, keys, { ruleSets: attached(ruleSets), cooperations: attached(cooperations) }, this.say);
  }

  private placed({ entry, blind, annex, proof: text, before: note }: ProvenEntry): Opening | undefined {
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
    const isBounded = before !== undefined && before.size <= proof.index;
    if (covering.witnessedAt !== undefined && !isBounded) say('time-not-bounded');
    return { index: proof.index, entry, blind, ...(annex === undefined ? {} : { annex }) };
  }

  private entries(placed: readonly Opening[], ground: Ground): void {
    const checker = new EntryChecker(ground);
    const newest = ground.keys.at(ground.keys.size);
    const checked = placed.map((opening) => ({ opening, ...checker.check(opening) }));
    this.revokedSince = checked.some(({ fact, opening }) => {
      const kid = fact === undefined ? undefined : kidIn(opening.entry);
      return kid !== undefined && newest.key(kid) === undefined;
    });
    let decided = false;
    for (const { opening, findings, fact } of checked) {
      const index = opening.index.toString();
      for (const { code, ...more } of findings) this.say(code, more);
      if (fact === undefined) continue;
      const ofOther = fact.messageId !== this.file.messageId && fact.kind !== 'delay' && fact.kind !== 'erasure';
      if (ofOther) this.say('foreign-entry', { index });
      if (fact.kind === 'decision' || fact.kind === 'refusal' || fact.kind === 'recorded') decided = true;
      this.book.take(fact);
      this.timeline.take(fact, sayingOf(this.say, { index }));
      const shown = shownOf(fact, opening, ground);
      if (shown === undefined) continue;
      if ('decidedAt' in shown) this.decisions.push(shown);
      else this.statements.push(shown);
    }
    if (!decided) this.say('decision-missing', { messageId: this.file.messageId });
    this.timeline.close();
    this.book.close();
  }

  private async document(jws: string, placed: readonly Opening[], keys: KeysLog): Promise<void> {
    const say = sayingOf(this.say, { messageId: this.file.messageId });
    const last = placed.filter(({ entry }) => typOf(entry) === 'delge-decision+jws').at(-1);
    const read = last?.annex === undefined ? undefined : decisionWith(last.entry, last.annex);
    if (read === undefined || read.size > keys.size) say('content-binding');
    else {
      await checkDocument(jws, read.manifest, keys.at(read.size), say);
      this.attested = attestation(jws, read.decision.entryId, placed);
      if (this.attested === 'another') say('content-receipt');
      else if (this.attested === 'none' && read.decision.outcome === 'permit') say('content-unattested');
    }
  }

  /** Checkpoints of one log agree: of one size they are one, the newer ones of proofs and the auditor's own among them; between two sizes, where the file has the proof. */
  private compareHeads(): void {
    const { disclosure } = this.trust.logs;
    const pinned = this.options.pinned === undefined ? undefined : opened(this.options.pinned, disclosure, this.say);
    const proofs = (this.file.consistency ?? []).flatMap((text) => this.proof(text));
    const own = [...this.heads, ...proofs.map(({ newer }) => newer)];
    const bySize = new Map<bigint, Checkpoint>();
    for (const head of own) {
      const twin = bySize.get(head.size);
      if (twin === undefined) bySize.set(head.size, head);
      else if (!sameHead(twin, head)) this.say('inconsistent');
    }
    const same = pinned === undefined ? undefined : bySize.get(pinned.size);
    if (pinned !== undefined && same !== undefined && !sameHead(same, pinned)) this.say('forked-from-pinned');
    const known = [...own, ...(pinned === undefined ? [] : [pinned])];
    this.timeline = new Timeline(known);
    const links = proofs.flatMap((proof) => this.linked(proof, known));
    if (pinned === undefined) return;
    const compared = reached(nameOf(pinned), links);
    // Each of them: one that hangs on nothing may be of another log.
    if (!this.heads.every((head) => compared.has(nameOf(head)))) this.say('pinned-not-compared');
  }

  private proof(text: string): readonly { readonly offer: Offer; readonly newer: Checkpoint }[] {
    const offer = offerOf(text);
    if (offer === undefined) this.say('proof-malformed');
    const newer = offer === undefined ? undefined : opened(offer.checkpoint, this.trust.logs.disclosure, this.say);
    return offer === undefined || newer === undefined ? [] : [{ offer, newer }];
  }

  /** @returns the two checkpoints that the proof links, when it does */
  private linked(
    { offer, newer }: { readonly offer: Offer; readonly newer: Checkpoint },
    known: readonly Checkpoint[],
  ): readonly (readonly string[])[] {
    const older = known.filter(({ size }) => size === offer.oldSize);
    if (older.length > 0 && older.every((one) => consistent(one, newer, offer.hashes)))
      return older.map((one) => [nameOf(one), nameOf(newer)]);
    this.say('inconsistent');
    return [];
  }

  private limits(): readonly Limit[] {
    const shown = this.file.document !== undefined;
    return [
      'only-delge',
      'form-alone',
      'claims-not-truth',
      'free-text-by-digest',
      'clocks',
      this.timeline.applies ? 'sparse-checkpoints' : 'no-witnesses',
      ...(this.options.pinned === undefined ? (['not-pinned'] as const) : []),
      'one-message',
      'chosen-entries',
      ...(this.revokedSince ? (['key-revoked-since'] as const) : []),
      !shown ? 'no-content' : this.attested === 'this' ? 'content-by-receipt' : 'content-by-signature',
    ];
  }
}

/** Two forks may meet at a size, and never at size and root. */
const nameOf = ({ size, root }: Checkpoint): string => `${size} ${Buffer.from(root).toString('base64')}`;

/** Checkpoints that links lead to. */
const reached = (from: string, links: readonly (readonly string[])[]): ReadonlySet<string> => {
  const found = new Set([from]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const link of links) if (link.some((name) => found.has(name))) for (const name of link) found.add(name);
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
): { readonly manifest: Manifest; readonly decision: Decision; readonly size: bigint } | undefined =>
  attempt(
    () => {
      const { decision } = parseDecision(entry);
      return { manifest: parseManifest(annex).manifest, decision, size: BigInt(decision.keys.size) };
    },
    EnvelopeError,
    () => undefined,
  );

const shownHead = ({ origin, size, root }: Checkpoint) => ({
  origin,
  size: size.toString(),
  root: Buffer.from(root).toString('base64'),
});
