import { createHash } from 'node:crypto';
import { messageIdOf, recordedDisclosureIdOf } from '#envelope';
import {
  assessmentDigest,
  buildClaims,
  check,
  classify,
  resolveAssessment,
  ruleSetByDigest,
  stockholmDate,
  verdictCodes,
} from '#legal-basis';
import type { BodyAssessment, ClaimAssessment, Claims, ReferralBody, RuleSet } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import type { Chance } from './chance.js';
import { HOUR_MS, MINUTE_MS } from './days.js';
import type { Template } from './templates.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** A message with its verdict; of a recorded disclosure the record. */
export interface Message {
  readonly sender: string;
  readonly recipient: string;
  readonly recipientFunction: string;
  readonly messageId: string;
  readonly caseId: string;
  readonly claims: Claims;
  readonly outcome: 'permit' | 'assess' | 'deny';
  /** Codes. */
  readonly verdict: object;
  /** Entry that it is decided by. */
  readonly entryId: string;
  /** In the place of a sealed document's digest: nothing was sealed. */
  readonly jweSha256: string;
  /** When it was signed, milliseconds. */
  readonly issuedAt: number;
}

/** What of a message is not as its template and chance have it. */
export interface Wish {
  readonly sender?: string;
  readonly recipient?: string;
  readonly caseId?: string;
  /** Pseudonym of the one officer who answers every test. */
  readonly officer?: string;
  /** By how much the assessments are older than the message, milliseconds. */
  readonly assessedBefore?: number;
  readonly facts?: ReferralBody['facts'];
  readonly declarations?: ReferralBody['declarations'];
  readonly content?: ReferralBody['content'];
  /** Of a disclosure made outside Delge: for its own day. */
  readonly disclosedAt?: number;
}

/** Officers that an authority has. */
const OFFICERS = 8;

/** Makes messages of the examples: claims as a gateway makes them of content, the verdict as the engine gives it for the day. */
export class Teller {
  readonly ruleSet: RuleSet;

  /** @param snapshot by which all of it is decided */
  constructor(
    readonly snapshot: Snapshot,
    readonly chance: Chance,
  ) {
    const released = snapshot.ruleSet();
    const ruleSet = released === undefined ? undefined : ruleSetByDigest(released.sha256, sha256);
    if (ruleSet === undefined) throw new Error('no rule set of this build is released');
    this.ruleSet = ruleSet;
  }

  /** Pseudonym, as a gateway keys it. */
  officer(authority: string, nth: number): string {
    return createHash('sha256').update(`seeded officer\n${authority}\n${nth}`).digest('base64url');
  }

  /** @param at of its decision, milliseconds */
  tell(template: Template, at: number, wish: Wish = {}): Message {
    const { chance } = this;
    const sender = wish.sender ?? chance.pick(template.senders);
    const to = this.recipientOf(template, sender, wish.recipient);
    const record = wish.disclosedAt === undefined ? undefined : new Date(wish.disclosedAt);
    const on = stockholmDate(record ?? new Date(at));
    const facts = wish.facts ?? template.referral.facts;
    const declarations = wish.declarations ?? template.referral.declarations;
    const body: ReferralBody = {
      ...template.referral,
      ...(wish.content === undefined ? {} : { content: wish.content }),
      ...(facts === undefined ? {} : { facts }),
      ...(declarations === undefined ? {} : { declarations }),
    };
    const senderKind = this.kindOf(sender);
    const issuedAt = at - Math.round(chance.between(400, 4_000));
    const assessments = this.assessed(template, body, { sender, recipient: to.authority, on, at: issuedAt, wish });
    const claims = buildClaims(body, { senderKind, recipient: to.authority, on, assessments });
    const { directory } = this.snapshot;
    const verdict = check({ sender, recipient: to.authority, claims, ruleSet: this.ruleSet, directory, on });
    const referralId = chance.uuid();
    return {
      sender,
      recipient: to.authority,
      recipientFunction: to.function,
      messageId:
        record === undefined
          ? messageIdOf(sender, referralId, to.authority)
          : recordedDisclosureIdOf(sender, referralId),
      caseId: wish.caseId ?? chance.uuid(),
      claims,
      outcome: verdict.outcome,
      verdict: verdictCodes(verdict),
      entryId: chance.uuid(),
      jweSha256: chance.digest(),
      issuedAt,
    };
  }

  private kindOf(authority: string) {
    const known = this.snapshot.authority(authority);
    if (known === undefined) throw new Error(`${authority} is not enrolled`);
    return known.kind;
  }

  private recipientOf({ recipients }: Template, sender: string, wanted: string | undefined) {
    if (wanted !== undefined) {
      const named = recipients.find(({ authority }) => authority === wanted);
      const [first] = this.snapshot.authority(wanted)?.functions ?? [];
      if (named === undefined && first === undefined) throw new Error(`${wanted} is not enrolled`);
      return named ?? { authority: wanted, function: first?.id ?? '' };
    }
    const own = sender.split('/')[0];
    // A board that reports to another reports to that of its own municipality.
    const near = recipients.filter(({ authority }) => authority.split('/')[0] === own);
    const others = recipients.filter(({ authority }) => authority !== sender);
    return this.chance.pick(near.length > 0 ? near : others);
  }

  private assessed(
    template: Template,
    body: ReferralBody,
    given: {
      readonly sender: string;
      readonly recipient: string;
      readonly on: string;
      readonly at: number;
      readonly wish: Wish;
    },
  ): readonly ClaimAssessment[] {
    const { sender, recipient, on, at, wish } = given;
    const { chance } = this;
    const items = classify(body.type, body.content, this.kindOf(sender), body.declarations ?? {});
    const before = wish.assessedBefore ?? chance.between(5 * MINUTE_MS, 6 * HOUR_MS);
    const contentDigest = chance.digest();
    const first = chance.below(OFFICERS);
    const one = template.assessments[0]?.recipient;
    return template.assessments
      .filter((assessment) => assessment.recipient === one)
      .map(({ basis, items: about, test, outcome, office, officer, mandate }: BodyAssessment) => {
        const bound = resolveAssessment({ basis, items: about }, items, this.ruleSet, on);
        // Where the example has two officers, there are two.
        const second = officer === template.assessments[0]?.officer ? 0 : 1;
        const binding = { sender, recipient, basis: bound.basis, items: bound.items, test, contentDigest };
        return {
          id: chance.uuid(),
          test,
          outcome,
          ...bound,
          office,
          officer: wish.officer ?? this.officer(sender, (first + second) % OFFICERS),
          mandate,
          at: new Date(Math.round(at - before)).toISOString(),
          assurance: chance.happens(0.6) ? 'authenticated' : 'asserted',
          commitment: chance.digest(),
          digest: assessmentDigest(binding, sha256),
        } as ClaimAssessment;
      });
  }
}
