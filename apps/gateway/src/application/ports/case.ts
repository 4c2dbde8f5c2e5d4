import type { CaseClosing, CaseType, EventView } from '#contracts';
import type { RosterCount } from '../../domain/roster.js';

/** A case that an authority owns. */
export interface StoredCase {
  readonly id: string;
  readonly openedAt: Date;
  /** What was said of it; its title is encrypted at rest. */
  readonly type?: CaseType;
  readonly title?: string;
  readonly closed?: { readonly at: Date; readonly reason: CaseClosing };
}

export interface FoundCase extends StoredCase {
  readonly links: readonly { readonly authority: string; readonly caseId: string; readonly linkedAt: Date }[];
}

export interface NewCase {
  readonly id: string;
  readonly type: CaseType;
  readonly title?: string;
}

export type CaseFault = 'not-found' | 'closed' | 'too-many-links';

export interface CaseStore {
  /** `named`: a referral had opened it. `other`: something else was said of it, or it is a case of another authority's. `closed`: nothing had been said of it before it was closed. */
  put(
    authority: string,
    said: NewCase,
    system: string,
    at: Date,
  ): Promise<'created' | 'named' | 'same' | 'other' | 'closed'>;
  list(
    authority: string,
    query: { readonly after?: string; readonly limit: number; readonly state?: 'open' | 'closed' },
  ): Promise<readonly (StoredCase & { readonly cursor: string })[]>;
  find(authority: string, id: string): Promise<FoundCase | undefined>;
  /** What is in it already is not added again. */
  add(
    authority: string,
    id: string,
    what: { readonly messageId?: string | undefined; readonly referralId?: string | undefined },
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined>;
  link(
    authority: string,
    id: string,
    link: { readonly authority: string; readonly caseId: string },
    most: number,
    system: string,
    at: Date,
  ): Promise<CaseFault | undefined>;
  /** `closed`: for another reason. */
  close(authority: string, id: string, reason: CaseClosing, system: string, at: Date): Promise<CaseFault | undefined>;
  /** @returns false when there is no such case */
  forgetTitle(authority: string, id: string): Promise<boolean>;
  /** @param after id of an event @throws {GatewayError} NOT_FOUND */
  timeline(authority: string, id: string, after: string | undefined, limit: number): Promise<readonly EventView[]>;
  roster(authority: string, id: string): Promise<readonly RosterCount[]>;
  /** Opens cases that referrals named since it last looked, some. @returns whether there may be more */
  gather(authority: string): Promise<boolean>;
}
