/** Fresh values for an entry of the ledger's own, that nobody can foretell: UUIDs in lower case, and blinds of 32 bytes. */
export interface Fresh {
  readonly id: () => string;
  readonly blind: () => Buffer;
}
