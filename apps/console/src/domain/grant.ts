import {
  EnvelopeError,
  parseAssignment,
  parseAssignmentNotice,
  sha256Base64url,
  typOf,
  verifyAssignment,
  verifyAssignmentNotice,
} from '#envelope';
import type { Assignment, AssignmentNotice } from '#envelope';
import type { Snapshot } from '#snapshot';
import { ledgerSigned } from './ledger-signed.js';
import type { KeysRead } from './ledger-signed.js';
import { AnnexError } from './project.js';
import type { Opened } from './project.js';

/** What an entry says of an assignment, where its own signature and that of who granted hold. */
export interface Granting {
  readonly at: string;
  readonly statement: Assignment;
  /** Whose administrator signed. */
  readonly participant: string;
}

/**
 * An assignment is believed for the signature of an administrator of the participant whose authorities it covers, never because it came with the feed.
 * @returns undefined of any other entry, and of one that does not hold: it opens nothing
 * @throws {AnnexError}
 */
export async function grantOf(
  opened: Opened,
  environment: string,
  keys: KeysRead,
): Promise<Granting | 'behind' | undefined> {
  if (typOf(opened.entry) !== 'delge-assignment-notice+jws') return undefined;
  try {
    const { notice, kid } = parseAssignmentNotice(opened.entry);
    const snapshot = await ledgerSigned(notice, kid, (key) => verifyAssignmentNotice(opened.entry, key), keys);
    if (snapshot === undefined || snapshot === 'behind') return snapshot;
    const { annex = '' } = opened;
    if (sha256Base64url(annex) !== notice.statementSha256) throw new AnnexError(opened.index);
    return await grantedIn(annex, notice, environment, snapshot);
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
}

const grantedIn = async (
  annex: string,
  notice: AssignmentNotice,
  environment: string,
  snapshot: Snapshot,
): Promise<Granting | undefined> => {
  const { assignment: statement, kid } = parseAssignment(annex);
  const { kind, assignment, authorities, at } = notice;
  if (statement.kind !== kind || statement.assignment !== assignment || statement.env !== environment) return undefined;
  const covered = statement.kind === 'assignment-granted' ? statement.authorities : authorities;
  if (covered.join() !== authorities.join()) return undefined;
  const participants = new Set(covered.map((authority) => snapshot.authority(authority)?.participant));
  const [participant, other] = [...participants];
  const key = snapshot.administratorOf(covered[0] ?? '', kid);
  if (participant === undefined || other !== undefined || participants.size !== 1 || key === undefined)
    return undefined;
  await verifyAssignment(annex, key);
  return { at, statement, participant };
};
