import { nodeSha256, nodeVerifyEd25519 } from '#tlog/build';
import { TlogError, cosignedAt, cosignedBy, meetsQuorum, openCheckpoint, parseNote, parsePolicy } from '#tlog/verify';
import type { Checkpoint, LogTrust, Note, Policy, PolicyWitness } from '#tlog/verify';

/** Signature lines that every verifier takes, c2sp.org/signed-note: the log's, and those of witnesses. */
const MAX_LINES = 16;
const MAX_REMEMBERED = 256;
const verification = { sha256: nodeSha256, verifyEd25519: nodeVerifyEd25519 };

/** One witness's cosignature of one checkpoint. */
export interface Cosigned {
  readonly witness: PolicyWitness;
  /** Ends with a line feed. */
  readonly line: string;
  /** POSIX seconds. */
  readonly time: bigint;
}
/** A checkpoint with as many cosignatures as its policy demands. */
export interface Witnessed {
  readonly note: string;
  /** POSIX seconds; absent under a policy without witnesses. */
  readonly at?: bigint;
}

/** What one log's policy makes of checkpoints and of signature lines, which anyone may have written into the database. */
export class Quorum {
  readonly policy: Policy;
  private readonly logAlone: LogTrust;
  private readonly judged = new Map<string, Cosigned | undefined>();

  constructor(private readonly trust: LogTrust) {
    this.policy = parsePolicy(trust.policy, nodeSha256);
    this.logAlone = { ...trust, policy: '' };
  }

  /** @returns undefined when it is no checkpoint of this log, signed by its key */
  signed(note: string): Checkpoint | undefined {
    return whenSound(() => openCheckpoint(note, this.logAlone, verification));
  }

  /** Cosignatures among these lines, of the policy's witnesses on this checkpoint. What does not verify is left out. */
  cosigned(note: string, lines: readonly string[]): readonly Cosigned[] {
    const { text } = parseNote(note);
    return lines.map((line) => this.judge(text, line)).filter((one) => one !== undefined);
  }

  /** @param cosigned of one checkpoint @returns whether they are as many as the policy demands */
  isMet(cosigned: readonly Cosigned[]): boolean {
    return meetsQuorum(this.policy, new Set(cosigned.map(({ witness }) => witness)));
  }

  /** @returns undefined until these lines are as many as the policy demands */
  witnessed(note: string, lines: readonly string[]): Witnessed | undefined {
    const enough = this.enough(this.cosigned(note, lines));
    if (enough === undefined) return undefined;
    const whole = `${note}${enough.map(({ line }) => line).join('')}`;
    const checkpoint = whenSound(() => openCheckpoint(whole, this.trust, verification));
    if (checkpoint === undefined) return undefined;
    const { witnessedAt } = checkpoint;
    return { note: whole, ...(witnessedAt === undefined ? {} : { at: witnessedAt }) };
  }

  /** Leaves out what the quorum does not need when there are more than a note should carry. */
  private enough(cosigned: readonly Cosigned[]): readonly Cosigned[] | undefined {
    if (!this.isMet(cosigned)) return undefined;
    let kept = cosigned;
    for (const one of cosigned) {
      if (kept.length < MAX_LINES) break;
      const without = kept.filter((other) => other !== one);
      if (this.isMet(without)) kept = without;
    }
    return kept;
  }

  private judge(text: string, line: string): Cosigned | undefined {
    const key = `${text}\n${line}`;
    if (this.judged.has(key)) return this.judged.get(key);
    if (this.judged.size >= MAX_REMEMBERED) this.judged.clear();
    const judgement = whenSound(() => {
      const note: Note = parseNote(`${text}\n${line}`);
      const [first] = cosignedBy(note, this.policy, verification);
      const [signature] = note.signatures;
      if (first === undefined || signature === undefined || note.signatures.length !== 1) return undefined;
      return { witness: first[0], line, time: cosignedAt(signature.signature) };
    });
    this.judged.set(key, judgement);
    return judgement;
  }
}

const whenSound = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};
