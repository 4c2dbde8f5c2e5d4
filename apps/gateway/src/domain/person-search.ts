import type { PersonSearchPurpose } from '#contracts';
import { OFFICES } from '#legal-basis';

/** Offices that may stand behind a search: those that stand behind assessments, and those who answer requests and look after the authority's own handling. */
const SEARCHING: readonly string[] = [...OFFICES, 'registrator', 'dataskyddsombud'];
export const maySearch = (office: string): boolean => SEARCHING.includes(office);

/**
 * Whether it is found where a number is an informant's. An informant's identity is withheld by default: who has told an authority something is told by a search where the
 * search is for that person's own sake, or of what the authority did, and not in the course of a matter.
 */
const WITH_INFORMANT: Readonly<Record<PersonSearchPurpose, boolean>> = {
  'subject-access': true,
  rectification: true,
  incident: true,
  supervision: true,
  'case-handling': false,
  'public-access': false,
};
export const showsInformant = (purpose: PersonSearchPurpose): boolean => WITH_INFORMANT[purpose];
