import type { FoundMessage } from '#contracts';

/** Which messages name whom by number. */
export interface PersonIndex {
  /** Newest first. @param withInformant whether to find those in which it is the informant's number, and say so */
  find(
    authority: string,
    token: Buffer,
    page: { readonly after?: string; readonly limit: number; readonly withInformant: boolean },
  ): Promise<readonly (FoundMessage & { readonly cursor: string })[]>;
  /** Whether all that is kept has been looked through. */
  isComplete(authority: string): Promise<boolean>;
}
