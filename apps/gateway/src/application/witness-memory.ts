/** The newest checkpoint of a log that a witness has found consistent. */
export interface Held {
  readonly size: bigint;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Signed note; empty before the first. */
  readonly note: string;
}
/** Two checkpoints signed by one log that do not fit together. */
export interface Evidence {
  readonly origin: string;
  /** FORKED: two roots at one size. INCONSISTENT: the proof given does not lead from the one to the other. */
  readonly code: 'FORKED' | 'INCONSISTENT';
  /** Signed note. */
  readonly held: string;
  /** c2sp.org/tlog-witness, body of `add-checkpoint`: proof and signed note. */
  readonly offered: string;
}

/** What a witness remembers, by the log's origin; shared by all processes of the gateway. */
export abstract class WitnessMemory {
  /** @returns undefined when there is no memory of this log: not even of its beginning */
  abstract held(origin: string): Promise<Held | undefined>;
  /** Makes the memory; changes none that is there. */
  abstract begin(origin: string, empty: Held): Promise<void>;
  /** One atomic step: puts `to` in the place of `from`. @returns false, and nothing is changed, when another is held than `from` */
  abstract advance(origin: string, from: Held, to: Held): Promise<boolean>;
  /** @returns whether it was not known before */
  abstract keep(evidence: Evidence): Promise<boolean>;
  /** How many contradictions of this log are kept. */
  abstract forks(origin: string): Promise<number>;
}
