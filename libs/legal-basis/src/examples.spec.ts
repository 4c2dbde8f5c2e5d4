import { describe, expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonValue } from '#json';
import { corpus } from '#testing';
import { buildClaims, resolveAssessment, type BodyAssessment, type ReferralBody } from './build-claims.js';
import { check } from './check.js';
import { classify } from './classify.js';
import { AUTHORITY_KINDS, OFFICES } from './codes.js';
import { parseClaims } from './claims.js';
import { compareClaims } from './compare.js';
import { explain } from './explain.js';
import { newestRuleSet } from './fixtures.js';
import { isPersonalIdentityNumber } from './identity-numbers.js';
import { validateContent } from './message-type.js';
import type {
  AuthorityView,
  CheckInput,
  ClaimAssessment,
  CooperationView,
  DirectoryView,
  LocalDate,
  Verdict,
} from './types.js';

interface Example {
  readonly description: string;
  readonly system: string;
  readonly referral: ReferralBody & {
    readonly to: readonly { readonly authority: string; readonly function: string }[];
    readonly assessments: readonly BodyAssessment[];
    readonly registration: { readonly diaryNumber: string; readonly subject: string; readonly secrecyMark: string };
  };
  readonly assessments?: readonly { readonly after: string; readonly body: BodyAssessment }[];
  readonly expect: { readonly outcome: string; readonly kind?: string; readonly afterAssessment?: string };
  readonly lawFlip?: {
    readonly dayBefore: LocalDate;
    readonly day: LocalDate;
    readonly basis: string;
    readonly before: string;
    readonly on: string;
  };
}
interface Sandbox {
  readonly gateways: readonly { readonly id: string; readonly operatedBy: string }[];
  readonly participants: readonly { readonly slug: string; readonly organisationNumber: string }[];
  readonly authorities: readonly (Omit<AuthorityView, 'participant'> & {
    readonly gateway: string;
    readonly functions: readonly { readonly id: string }[];
  })[];
  readonly cooperations: readonly (Omit<CooperationView, 'id'> & { readonly cooperation: string })[];
}

const root = join(import.meta.dirname, '../../..');
const examplesAt = join(root, 'examples/referrals');
const examples = readdirSync(examplesAt).map(
  (file) => [file, JSON.parse(readFileSync(join(examplesAt, file), 'utf8')) as Example] as const,
);
const sandbox = parse(readFileSync(join(root, 'examples/sandbox-directory.yaml'), 'utf8')) as Sandbox;
const published = corpus('swedish-identifiers')?.json('testdata/allPins.json') as readonly string[] | undefined;
const testPersons = published === undefined ? undefined : new Set(published);

const byId = new Map(sandbox.authorities.map((entry) => [entry.id, entry]));
const directory: DirectoryView = {
  authority: (id) => {
    const found = byId.get(id);
    return found === undefined ? undefined : { ...found, participant: id.split('/')[0] ?? '' };
  },
  adopted: () => true,
  position: () => undefined,
  cooperation: (id) => {
    const found = sandbox.cooperations.find((entry) => entry.cooperation === id);
    return found === undefined ? undefined : { id, parties: found.parties, from: found.from };
  },
};
const TODAY = '2026-11-24';

/** What a gateway does with a submission, for one recipient. */
function inputFor(example: Example, recipient: string, on: LocalDate, given: readonly BodyAssessment[]): CheckInput {
  const { referral, system } = example;
  const sender = directory.authority(system);
  if (sender === undefined) throw new Error(`${system} is not in the sandbox directory`);
  const items = classify(referral.type, referral.content, sender.kind, referral.declarations ?? {});
  const assessments = given
    .filter((assessment) => assessment.recipient === recipient)
    .map((assessment, at): ClaimAssessment => {
      const { test: asked, outcome, office, officer, mandate } = assessment;
      // Bound on the day it was made, not on the day that a dry run asks about.
      const bound = resolveAssessment(assessment, items, newestRuleSet(), TODAY);
      const id = `00000000-0000-4000-8000-0000000000${String(at).padStart(2, '0')}`;
      const seal = { commitment: 'c', digest: 'd', assurance: 'asserted', at: '2026-11-24T08:00:00.000Z' } as const;
      return { id, test: asked, outcome, office, officer, mandate, ...bound, ...seal };
    });
  const claims = parseClaims(
    JSON.parse(
      JSON.stringify(buildClaims(referral, { senderKind: sender.kind, recipient, on, assessments })),
    ) as JsonValue,
  );
  return { sender: system, recipient, claims, ruleSet: newestRuleSet(), directory, on };
}
const checkOn = (example: Example, on: LocalDate, given: readonly BodyAssessment[]): Verdict[] =>
  example.referral.to.map(({ authority }) => check(inputFor(example, authority, on, given)));

describe.each(examples)('%s', (_, example) => {
  const { referral } = example;

  test('gets the verdict it says', () => {
    for (const verdict of checkOn(example, TODAY, referral.assessments)) {
      const { outcome } = verdict;
      expect({
        outcome,
        ...(outcome === 'assess' ? { kind: verdict.kind } : {}),
        ...(outcome === 'permit' ? {} : { why: verdict.obstacles }),
      }).toMatchObject({
        outcome: example.expect.outcome,
        ...(example.expect.kind === undefined ? {} : { kind: example.expect.kind }),
      });
    }
  });

  test('goes out once the missing assessments are given', () => {
    if (example.expect.afterAssessment === undefined) return expect(example.assessments).toBeUndefined();
    const given = [...referral.assessments, ...(example.assessments ?? []).map(({ body }) => body)];
    for (const verdict of checkOn(example, TODAY, given)) expect(verdict.outcome).toBe(example.expect.afterAssessment);
  });

  test('flips on the day the law changed', () => {
    const flip = example.lawFlip;
    if (flip === undefined) return;
    expect(referral.bases.map(({ id }) => id)).toContain(flip.basis);
    for (const verdict of checkOn(example, flip.dayBefore, referral.assessments))
      expect(verdict.outcome).toBe(flip.before);
    for (const verdict of checkOn(example, flip.day, referral.assessments)) expect(verdict.outcome).toBe(flip.on);
  });

  test('is valid content, declared as it is, addressed to functions that exist', () => {
    expect(validateContent(referral.type, referral.content)).toEqual([]);
    for (const { authority, function: name } of referral.to) {
      expect(byId.get(authority)?.functions.map(({ id }) => id)).toContain(name);
      const input = inputFor(example, authority, TODAY, referral.assessments);
      const sender = directory.authority(example.system);
      expect(
        compareClaims(referral.type, referral.content, input.claims, sender?.kind ?? 'statlig-myndighet', TODAY),
      ).toEqual([]);
    }
    for (const { office } of referral.assessments) expect(OFFICES).toContain(office);
  });

  test('explains itself in both languages, a refusal with ways that carry it', () => {
    for (const { authority } of referral.to) {
      const input = inputFor(example, authority, TODAY, referral.assessments);
      const verdict = check(input);
      for (const lang of ['sv', 'en'] as const) {
        const explained = explain(verdict, input, lang);
        expect(explained.summary).not.toBe('');
        expect(JSON.stringify(explained)).not.toMatch(/\{[a-z]+\}|undefined/);
        if (lang === 'sv') expect(JSON.stringify(explained)).not.toMatch(/tillåtet|nekat/i);
      }
    }
  });

  test('names only test persons and companies that cannot exist', () => {
    const text = JSON.stringify(referral.content);
    for (const [number] of text.matchAll(/\b\d{12}\b/g)) {
      expect(isPersonalIdentityNumber(number)).toBe(true);
      if (testPersons !== undefined) expect(testPersons.has(number)).toBe(true);
    }
    // No legal form begins with 4, so such a number is never assigned.
    for (const [number] of text.matchAll(/\b\d{6}-\d{4}\b/g)) expect(number).toMatch(/^4/);
  });
});

describe('the examples together', () => {
  test('cover the pilot municipalities, the receiving agencies and every verdict', () => {
    const senders = new Set(examples.map(([, { system }]) => system.split('/')[0]));
    for (const slug of ['linkoping', 'sodertalje', 'orebro', 'helsingborg', 'uppsala']) expect(senders).toContain(slug);
    const recipients = new Set(
      examples.flatMap(([, { referral }]) => referral.to.map(({ authority }) => byId.get(authority)?.agency)),
    );
    recipients.delete(undefined);
    expect(recipients.size).toBeGreaterThanOrEqual(6);
    expect(new Set(examples.map(([, { expect: expected }]) => expected.outcome))).toEqual(
      new Set(['permit', 'assess', 'deny']),
    );
  });

  test('have ids of their own', () => {
    const ids = examples.map(([, { referral }]) => (referral as unknown as { readonly id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the sandbox directory', () => {
  test('holds together', () => {
    const slugs = new Set(sandbox.participants.map(({ slug }) => slug));
    const gateways = new Set(sandbox.gateways.map(({ id }) => id));
    for (const { operatedBy } of sandbox.gateways) expect(slugs).toContain(operatedBy);
    for (const authority of sandbox.authorities) {
      expect(slugs).toContain(authority.id.split('/')[0]);
      expect(gateways).toContain(authority.gateway);
      expect(AUTHORITY_KINDS).toContain(authority.kind);
      expect(authority.id).toMatch(/^[a-z][a-z0-9-]{0,62}\/[a-z][a-z0-9-]{0,62}$/);
      expect(authority.functions.length).toBeGreaterThan(0);
    }
    for (const { parties } of sandbox.cooperations) for (const party of parties) expect(byId.has(party)).toBe(true);
  });
});
