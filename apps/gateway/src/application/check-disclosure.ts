import { ClaimsError, ClassificationError, check, parseClaims, resolveAssessment, stockholmDate } from '#legal-basis';
import type { CheckInput, ClaimAssessment, ClaimItem, Claims, RuleSet } from '#legal-basis';
import type { DisclosureCheckDto, SupposedAssessmentDto, VerdictView } from '#contracts';
import type { JsonValue } from '#json';
import { GatewayError } from '../domain/errors.js';
import { checkCodes } from './evaluate-referral.js';
import { viewOf } from './judge-recipient.js';
import { digestOf } from './law.js';
import type { Law } from './law.js';
import type { NewId, Now } from './ports.js';

export interface DisclosureCheck {
  readonly on: string;
  readonly ruleSet: { readonly number: number; readonly sha256: string };
  readonly verdict: VerdictView;
}

/** A dry run: may I send this, on that day? Claims alone; nothing is stored, sent or logged. */
export class CheckDisclosure {
  constructor(
    private readonly law: Law,
    private readonly newId: NewId,
    private readonly now: Now,
  ) {}

  /** @throws {GatewayError} UNKNOWN_CODE; CONTENT_INVALID when the claims are not claims */
  async execute(sender: string, asked: DisclosureCheckDto): Promise<DisclosureCheck> {
    const { snapshot, ruleSet, ruleSetSha256 } = this.law.current();
    const now = this.now();
    const on = asked.on ?? stockholmDate(now);
    checkCodes(asked, ruleSet);
    const claims = this.claims(asked, ruleSet, on, now);
    const directory = await this.law.directory(snapshot, claims);
    const input: CheckInput = { sender, recipient: asked.recipient, claims, ruleSet, directory, on };
    return { on, ruleSet: { number: ruleSet.number, sha256: ruleSetSha256 }, verdict: viewOf(check(input), input) };
  }

  private claims(asked: DisclosureCheckDto, ruleSet: RuleSet, on: string, now: Date): Claims {
    const supposed = (a: SupposedAssessmentDto): ClaimAssessment => this.supposed(a, asked, ruleSet, on, now);
    const draft = (): Claims => ({
      v: 1,
      messageType: asked.type,
      initiative: asked.initiative,
      ...(asked.requestId === undefined ? {} : { requestId: asked.requestId }),
      purpose: asked.purpose,
      bases: asked.bases.map(({ id, point }) => ({ id, ...(point === undefined ? {} : { point }) })),
      items: asked.items.map(({ id, dataCategory, about, known, secrecy }) => ({
        id,
        dataCategory,
        about,
        known,
        secrecy,
      })),
      facts: asked.facts ?? {},
      derived: asked.derived ?? {},
      assessments: (asked.assessments ?? []).map(supposed),
      ...(asked.cooperationDecision === undefined ? {} : { cooperationDecision: asked.cooperationDecision }),
    });
    try {
      return parseClaims(draft() as unknown as JsonValue);
    } catch (error) {
      if (error instanceof ClaimsError)
        throw new GatewayError('CONTENT_INVALID', { faults: [{ path: error.path, code: error.code }], cause: error });
      if (error instanceof ClassificationError)
        throw new GatewayError('ASSESSMENT_INVALID', {
          faults: [{ path: `assessments.${error.path}`, code: error.code }],
          cause: error,
        });
      throw error;
    }
  }

  /** Nobody's: neither pseudonym nor commitment means anything in a dry run. */
  private supposed(
    a: SupposedAssessmentDto,
    asked: DisclosureCheckDto,
    ruleSet: RuleSet,
    on: string,
    now: Date,
  ): ClaimAssessment {
    const items = asked.items as readonly ClaimItem[];
    const bound = resolveAssessment(a, items, ruleSet, on);
    const id = this.newId();
    return {
      id,
      test: a.test,
      outcome: a.outcome,
      basis: bound.basis,
      items: bound.items,
      office: a.office,
      officer: digestOf(`supposed officer ${id}`),
      mandate: a.mandate,
      at: a.at ?? now.toISOString(),
      assurance: 'asserted',
      commitment: digestOf(`supposed commitment ${id}`),
      digest: digestOf(`supposed digest ${id}`),
    };
  }
}
