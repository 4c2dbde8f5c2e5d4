/** Kids of keys in the keys log that were somebody else's, kept until people have looked. */
export interface ForeignKeys {
  /** Those that are kept, as this process knows. */
  kids(): readonly string[];
  keep(kid: string): Promise<void>;
}
