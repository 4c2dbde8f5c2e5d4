import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildClaims,
  classify,
  resolveAssessment,
  ruleSets,
  type AuthorityView,
  type BodyAssessment,
  type CheckInput,
  type ClaimAssessment,
  type Claims,
  type DirectoryView,
  type ReferralBody,
  type RuleSet,
} from '#legal-basis';
import { readScenarios, scenarioFiles, scenarioInput } from '#rules';
import { parse } from 'yaml';

interface Example {
  readonly system: string;
  readonly referral: ReferralBody & {
    readonly to: readonly { readonly authority: string }[];
    readonly assessments: readonly BodyAssessment[];
  };
}
interface Sandbox {
  readonly authorities: readonly Omit<AuthorityView, 'participant'>[];
  readonly cooperations: readonly {
    readonly cooperation: string;
    readonly parties: readonly string[];
    readonly from: string;
  }[];
}
const TODAY = '2026-11-24';

export const newestRuleSet = (): RuleSet => {
  const newest = ruleSets.at(-1);
  if (newest === undefined) throw new Error('no rule set is released');
  return newest;
};

/** What is checked in earnest: every scenario of the jurists and every example referral, each of its recipients. */
export function realisticMix(root: string): readonly CheckInput[] {
  const folder = join(root, 'libs/legal-basis/scenarios');
  const { scenarios, parties } = readScenarios(scenarioFiles(folder), folder);
  const ruleSet = newestRuleSet();
  return [
    ...scenarios.map((scenario) => asSent(scenarioInput(scenario, parties, ruleSet))),
    ...exampleInputs(root, ruleSet),
  ];
}

/** Items named as fields of a message are: a scenario numbers them. */
const asSent = (input: CheckInput): CheckInput => ({
  ...input,
  claims: JSON.parse(JSON.stringify(input.claims).replaceAll(/"item-(\d+)"/g, '"item$1"')) as Claims,
});

/** Every example referral, each of its recipients, as if everybody had adopted every version. */
export function exampleInputs(root: string, ruleSet: RuleSet): readonly CheckInput[] {
  const sandbox = parse(readFileSync(join(root, 'examples/sandbox-directory.yaml'), 'utf8')) as Sandbox;
  const views = new Map(
    sandbox.authorities.map((view): [string, AuthorityView] => [
      view.id,
      { ...view, participant: view.id.split('/')[0] ?? '' },
    ]),
  );
  const cooperations = new Map(sandbox.cooperations.map((one) => [one.cooperation, { ...one, id: one.cooperation }]));
  const directory: DirectoryView = {
    authority: (id) => views.get(id),
    adopted: () => true,
    position: () => undefined,
    cooperation: (id) => cooperations.get(id),
  };
  const at = join(root, 'examples/referrals');
  return readdirSync(at)
    .map((file) => JSON.parse(readFileSync(join(at, file), 'utf8')) as Example)
    .flatMap(({ system, referral }) =>
      referral.to.map(({ authority }) => exampleInput(system, referral, authority, ruleSet, directory)),
    );
}

function exampleInput(
  sender: string,
  referral: Example['referral'],
  recipient: string,
  ruleSet: RuleSet,
  directory: DirectoryView,
): CheckInput {
  const senderKind = directory.authority(sender)?.kind;
  if (senderKind === undefined) throw new Error(`${sender} is not in the sandbox directory`);
  const items = classify(referral.type, referral.content, senderKind, referral.declarations ?? {});
  const assessments = referral.assessments
    .filter((assessment) => assessment.recipient === recipient)
    .map((assessment, number): ClaimAssessment => {
      const { test, outcome, office, officer, mandate } = assessment;
      const seal = { commitment: 'c', digest: 'd', assurance: 'asserted', at: `${TODAY}T08:00:00.000Z` } as const;
      const id = `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
      return {
        id,
        test,
        outcome,
        office,
        officer,
        mandate,
        ...resolveAssessment(assessment, items, ruleSet, TODAY),
        ...seal,
      };
    });
  const claims = buildClaims(referral, { senderKind, recipient, on: TODAY, assessments });
  return { sender, recipient, claims, ruleSet, directory, on: TODAY };
}
