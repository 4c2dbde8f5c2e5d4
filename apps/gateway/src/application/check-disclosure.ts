import {
  ClaimsError,
  ClassificationError,
  check,
  explainGround,
  groundsFor,
  parseClaims,
  resolveAssessment,
  stockholmDate,
} from '#legal-basis';
import type { CheckInput, ClaimAssessment, ClaimItem, Claims, Ground as LegalGround, RuleSet } from '#legal-basis';
import type {
  DisclosureCheckDto,
  DisclosureCheckView,
  GroundView,
  RecipientCheckView,
  ReferralCheckDto,
  ReferralCheckView,
  SupposedAssessmentDto,
} from '#contracts';
import type { JsonValue } from '#json';
import { GatewayError } from '../domain/errors.js';
import { checkCodes } from './evaluate-referral.js';
import type { Evaluated, EvaluateReferral } from './evaluate-referral.js';
import { viewOf } from './judge-recipient.js';
import { digestOf } from './law.js';
import type { Ground, Law } from './law.js';
import type { NewId, Now } from './ports/time-and-ids.js';

/** Dry runs: may I send this, on that day, and when no basis is claimed: on what? Nothing is stored, sent, logged or numbered. */
export class CheckDisclosure {
  constructor(
    private readonly law: Law,
    private readonly evaluate: EvaluateReferral,
    private readonly newId: NewId,
    private readonly now: Now,
  ) {}

  /** Claims alone. @throws {GatewayError} UNKNOWN_CODE; REQUEST_UNKNOWN; CONTENT_INVALID when the claims are not claims */
  async ofClaims(sender: string, asked: DisclosureCheckDto): Promise<DisclosureCheckView> {
    const ground = this.law.current();
    const { snapshot, ruleSet } = ground;
    const now = this.now();
    const on = asked.on ?? stockholmDate(now);
    checkCodes({ ...asked, bases: asked.bases ?? [] }, ruleSet);
    const claims = this.claims(asked, ruleSet, on, now);
    await this.evaluate.checkRequest(sender, asked.requestId, asked.recipient);
    const directory = await this.law.directory(snapshot, claims);
    const input: CheckInput = { sender, recipient: asked.recipient, claims, ruleSet, directory, on };
    return { on, ruleSet: ruleSetOf(ground), verdict: viewOf(check(input), input), ...groundsOf(input) };
  }

  /** The whole referral, evaluated as a submission of it is. @throws {GatewayError} those of the evaluation */
  async ofReferral(sender: string, { referral, on: day }: ReferralCheckDto): Promise<ReferralCheckView> {
    const now = this.now();
    const on = day ?? stockholmDate(now);
    const body = { ...referral, bases: referral.bases ?? [] };
    const added = body.assessments ?? [];
    const { ground, outcome, recipients } = await this.evaluate.execute(sender, body, { now, on, added });
    const told = async ({ recipient, function: to, claims, view }: Evaluated): Promise<RecipientCheckView> => {
      const directory = await this.law.directory(ground.snapshot, claims);
      const input: CheckInput = { sender, recipient, claims, ruleSet: ground.ruleSet, directory, on };
      return { authority: recipient, function: to, verdict: view, ...groundsOf(input) };
    };
    return { on, ruleSet: ruleSetOf(ground), outcome, recipients: await Promise.all(recipients.map(told)) };
  }

  private claims(asked: DisclosureCheckDto, ruleSet: RuleSet, on: string, now: Date): Claims {
    const supposed = (a: SupposedAssessmentDto): ClaimAssessment => this.supposed(a, asked, ruleSet, on, now);
    const draft = (): Claims => ({
      v: 1,
      messageType: asked.type,
      initiative: asked.initiative,
      ...(asked.requestId === undefined ? {} : { requestId: asked.requestId }),
      purpose: asked.purpose,
      bases: (asked.bases ?? []).map(({ id, point }) => ({ id, ...(point === undefined ? {} : { point }) })),
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

const ruleSetOf = ({ ruleSet, ruleSetSha256 }: Ground): DisclosureCheckView['ruleSet'] => ({
  number: ruleSet.number,
  sha256: ruleSetSha256,
});

/** Told when no basis is claimed. */
const groundsOf = (input: CheckInput): { readonly grounds?: readonly GroundView[] } =>
  input.claims.bases.length > 0 ? {} : { grounds: groundsFor(input).map((ground) => groundView(ground, input)) };

const groundView = (ground: LegalGround, input: CheckInput): GroundView => {
  const { verdict: _verdict, ...told } = ground;
  return { ...told, sv: explainGround(ground, input, 'sv'), en: explainGround(ground, input, 'en') };
};
