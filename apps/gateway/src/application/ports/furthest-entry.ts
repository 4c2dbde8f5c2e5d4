/** An entry of the exchange's in the log, and the size of the keys log that it names. */
export interface FurthestEntry {
  readonly index: bigint;
  readonly keysSize: bigint;
}

export interface FurthestEntryStore {
  read(): Promise<FurthestEntry | undefined>;
  /** Never goes back. */
  keep(furthest: FurthestEntry): Promise<void>;
}
