import type { Scope } from '#contracts';

/** A person as an issuer knows them. */
export interface KnownPerson {
  readonly issuer: string;
  readonly subject: string;
}

/** What one person may do for one authority, on the word of its participant's administrator. */
export interface Member extends KnownPerson {
  readonly id: string;
  readonly authority: string;
  /** The officer's id at the authority. */
  readonly officer: string;
  readonly office: string;
  readonly mandate: 'delegation' | 'statute';
  readonly scopes: readonly Scope[];
}

export interface StatedMember extends Member {
  readonly ended: boolean;
  readonly statement: string;
  readonly statedAt: Date;
}

export interface StaffStore {
  /** @returns one for each of these authorities that the person acts for */
  find(authorities: readonly string[], person: KnownPerson): Promise<readonly Member[]>;
  /** @returns `stale` when a newer statement stands, `taken` when the person or the officer has another entry there, or the id is another officer's, `system` when the id is a system's */
  put(member: StatedMember): Promise<'stored' | 'same' | 'stale' | 'taken' | 'system'>;
}
