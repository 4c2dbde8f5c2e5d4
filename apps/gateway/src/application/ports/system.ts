import type { Scope } from '#contracts';
import type { JWK } from 'jose';

/** Software of an authority, registered by its participant's administrator. */
export interface RegisteredSystem {
  readonly id: string;
  readonly authority: string;
  readonly kid: string;
  readonly jwk: JWK;
  readonly statement: string;
  readonly statedAt: Date;
  /** What it may do, whatever its tokens carry. */
  readonly scopes: readonly Scope[];
}

/** Without `scopes`: those that it had, and of one that is new all. */
export type NewSystem = Omit<RegisteredSystem, 'scopes'> & { readonly scopes?: readonly Scope[] };

/** That it acts no more. */
export type SystemEnd = Pick<RegisteredSystem, 'id' | 'authority' | 'statement' | 'statedAt'>;

export interface SystemStore {
  /** @returns undefined when it has ended too */
  find(id: string): Promise<RegisteredSystem | undefined>;
  /** @returns `stale` when a newer registration stands, `taken` when the key or the id belongs to another, `staff` when the id is that of a person */
  put(system: NewSystem): Promise<'stored' | 'same' | 'stale' | 'taken' | 'staff'>;
  /** Until a newer registration. @returns `stale` when a newer registration stands, `unknown` when the authority has no such system */
  end(system: SystemEnd): Promise<'stored' | 'same' | 'stale' | 'unknown'>;
  /** @returns false when the system has used this `jti` before */
  useOnce(system: string, jti: string, expiresAt: Date, now: Date): Promise<boolean>;
}
