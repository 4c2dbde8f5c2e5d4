import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DelgeProblem } from '#client';
import {
  ASSIGNMENT_FIELDS,
  importPrivate,
  latestExpiry,
  localSigner,
  signAssignment,
  signErasureDecision,
} from '#envelope';
import type { Signer } from '#envelope';
import { stockholmDate } from '#legal-basis';
import { grantOf } from '../../apps/cli/src/assignment.js';
import { postSigned } from '../../apps/cli/src/keeping.js';
import { auditorIdOf } from '../../apps/console/src/http/visit.js';
import { erasable, erasedOpening } from '../../apps/ledger/src/application/erasable.js';
import type { SandboxDirectory } from '../sandbox/directory.js';
import { PERSONAS, affiliationOf } from '../sandbox/identity/personas.js';
import { keyFiles, readKey } from '../sandbox/keys.js';
import type { Erasable } from './past.js';

/** Whose authorities the test person reviews: what is planted is theirs. */
const REVIEWED = 'linkoping';
const REVIEWER = { issuer: 'granskning', person: 'test-rune' } as const;

export interface Review {
  readonly person: string;
  readonly diaryNumber: string;
  readonly authorities: number;
}

const READY_MS = 60_000;
const AGAIN_MS = 200;

/** As soon as the ledger can sign: it waits for the keys log's quorum. */
const posted = async (ledger: string, what: 'keeping' | 'assignments', body: string): Promise<void> => {
  for (const end = Date.now() + READY_MS; ; await delay(AGAIN_MS)) {
    try {
      await postSigned(ledger, what, body);
      return;
    } catch (error) {
      const isNotReady = error instanceof DelgeProblem && error.problem.status === 503;
      if (!isNotReady || Date.now() > end) throw error;
    }
  }
};

const administratorOf = async (dir: string, authority: string): Promise<Signer> => {
  const file = keyFiles(dir).participant(authority.split('/')[0] ?? '', 'administrator');
  return localSigner(await importPrivate(readKey(file), 'administrator'));
};

/** Grants a test person an assignment of one municipality's authorities, once for a sandbox. */
export async function grantReview(
  dir: string,
  directory: SandboxDirectory,
  { ledger, identity }: { readonly ledger: string; readonly identity: string },
): Promise<Review> {
  const authority = directory.authorities.map(({ id }) => id).filter((id) => id.startsWith(`${REVIEWED}/`));
  const { issuer, person } = REVIEWER;
  const persona = PERSONAS[issuer]?.find(({ id }) => id === person);
  if (persona === undefined) throw new Error(`there is no ${person} at ${issuer}`);
  const diaryNumber = 'REV 2026-0017';
  const done = join(dir, 'seed/assignment.json');
  const auditor = auditorIdOf(
    readFileSync(keyFiles(dir).auditorSecret),
    `${identity}/${issuer}`,
    affiliationOf(persona),
  );
  const known = existsSync(done) ? (JSON.parse(readFileSync(done, 'utf8')) as { readonly auditor?: string }) : {};
  if (known.auditor !== auditor) {
    const now = new Date();
    const expires = latestExpiry(stockholmDate(now));
    const of = { authority, auditor, provision: 'municipal-audit', diaryNumber, from: '2020-01-01', expires } as const;
    const granted = grantOf({ ...of, field: ASSIGNMENT_FIELDS, lang: 'sv' }, directory.environment, now);
    const signer = await administratorOf(dir, authority[0] ?? '');
    await posted(ledger, 'assignments', await signAssignment(signer, granted));
    mkdirSync(join(dir, 'seed'), { recursive: true, mode: 0o700 });
    writeFileSync(done, JSON.stringify({ auditor, assignment: granted.assignment }), { mode: 0o600 });
  }
  return { person: persona.name, diaryNumber, authorities: authority.length };
}

/** Both parties of each message decide that its openings are erased, and the ledger erases them. */
export async function eraseSome(
  dir: string,
  env: string,
  ledger: string,
  messages: readonly Erasable[],
): Promise<void> {
  for (const { messageId, caseId, parties, entries } of messages) {
    const openings = entries.flatMap(({ index, entryId, entry, annex }) => {
      const about = erasable(entry, annex);
      return about === undefined ? [] : [erasedOpening(index, entryId, about)];
    });
    for (const authority of parties) {
      const at = new Date().toISOString();
      const decision = { v: 1, env, decisionId: randomUUID(), authority, messageId, caseId, openings, at } as const;
      await posted(ledger, 'keeping', await signErasureDecision(await administratorOf(dir, authority), decision));
    }
  }
}
