import { beforeAll, expect, it } from '@jest/globals';
import { sha256Base64url } from '#envelope';
import { ruleSetByDigest } from '#legal-basis';
import { KeysLog } from '#snapshot';
import { Scene, aDraft, evidenceOf } from '#testing';
import { nodeSha256 } from '#tlog/build';
import type { EvidenceFile } from '#verifier';
import type { Assignment } from '../domain/assignment.js';
import type { DisclosureRow } from '../domain/disclosure.js';
import { WithinAssignment } from './within-assignment.js';
import { Law } from './law.js';

const ALL = ['parties', 'ground', 'facts', 'assessments', 'receipts', 'case'] as const;
const assignment: Assignment = {
  id: '0190d9f0-7a53-7cc0-8cde-8b09c5d9a001',
  auditor: sha256Base64url('an auditor'),
  authorities: ['linkoping/socialnamnden'],
  provision: 'municipal-audit',
  diaryNumber: 'REV 1',
  period: { from: '2020-01-01' },
  fields: ALL,
  expires: '2999-01-01',
  grantedAt: '2026-01-01T00:00:00Z',
  index: '1',
};
const acting = { auditor: assignment.auditor, assignment: assignment.id };
let keys: KeysLog;
let evidence: EvidenceFile;
let looked: string[] = [];
let searched: unknown[] = [];
beforeAll(async () => {
  const scene = await Scene.create();
  keys = KeysLog.empty(scene.trust, nodeSha256);
  await keys.appendAll(scene.world.entries);
  evidence = await evidenceOf(aDraft(scene));
});

const row = (at: number): DisclosureRow => ({
  ...{ index: String(at), record: 'decision', messageId: evidence.messageId, attempt: 1, number: at },
  ...{ at: '2026-11-30T10:00:00.000Z', sender: 'linkoping/socialnamnden', recipient: 'fk/forsakringskassan' },
  ...{ senderKind: 'nämnd', recipientKind: 'agency', outcome: 'permit', messageType: 'x/1' },
});
const law = (day: string, rows: number, fields: Assignment['fields'] = ALL): Law => {
  looked = [];
  searched = [];
  const now = () => new Date(`${day}T12:00:00Z`);
  const { keys: _, ...proven } = evidence;
  return new Law(
    new WithinAssignment({ of: () => Promise.resolve([{ ...assignment, fields }]) }, () => true, now),
    {
      search: (_acting, query, cursor) => {
        searched.push([query, cursor]);
        return Promise.resolve({ rows: Array.from({ length: rows }, (_one, at) => row(at)), next: 'more' });
      },
    },
    {
      proven: (_acting, messageId) => {
        looked.push(messageId);
        return Promise.resolve(proven);
      },
    },
    () => keys,
    (digest) => ruleSetByDigest(digest, nodeSha256),
    now,
  );
};
const EVERYTHING = { filters: {} };

it('computes the same of what today’s law makes the same, each a look', async () => {
  const { rows, ruleSet, on } = await law('2026-12-01', 1).today(acting, EVERYTHING);
  expect(rows.map(({ today }) => today)).toEqual([{ outcome: 'unchanged' }]);
  expect([on, ruleSet]).toEqual(['2026-12-01', keys.at(keys.size).ruleSet()?.number]);
  expect(looked).toEqual([evidence.messageId]);
  expect(searched).toEqual([[{ filters: { record: ['decision'] } }, undefined]]);
});

it('says what differs where it falls out differently', async () => {
  const { rows } = await law('1990-01-01', 1).today(acting, EVERYTHING);
  expect(rows[0]?.today).toMatchObject({ outcome: 'changed', before: { outcome: 'permit' } });
  const { today } = rows[0]!;
  if (today.outcome !== 'changed') throw new Error(today.outcome);
  expect(today.after.outcome).not.toBe('permit');
  for (const code of today.after.codes) expect(today.before.codes).not.toContain(code);
});

it('goes on 25 at a time, through the pages of the list', async () => {
  const first = await law('2026-12-01', 50).today(acting, EVERYTHING);
  expect(first.rows.map((one) => one.row.index)).toEqual(Array.from({ length: 25 }, (_, at) => String(at)));
  const second = await law('2026-12-01', 50).today(acting, EVERYTHING, first.next);
  expect(second.rows[0]?.row.index).toBe('25');
  await law('2026-12-01', 50).today(acting, EVERYTHING, second.next);
  expect(searched).toEqual([[{ filters: { record: ['decision'] } }, 'more']]);
  await expect(law('2026-12-01', 50).today(acting, EVERYTHING, '9.x')).rejects.toMatchObject({ code: 'QUERY_INVALID' });
});

it('opens nothing that the assignment does not open', async () => {
  await expect(law('2026-12-01', 1, ['parties']).today(acting, EVERYTHING)).rejects.toMatchObject({
    code: 'FIELD_NOT_GRANTED',
  });
  expect(looked).toEqual([]);
});

it('tells of its authorities’ jurists alone', () => {
  const acts = law('2026-12-01', 0).acts(assignment.authorities);
  expect(acts.length).toBeGreaterThan(0);
  expect(new Set(acts.map(({ authority }) => authority))).toEqual(new Set(assignment.authorities));
});
