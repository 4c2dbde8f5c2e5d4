import { buildClaims, classify, resolveAssessment, ruleSets } from '#legal-basis';
import type { BodyAssessment, ReferralBody } from '#legal-basis';
import type { DisclosureCheckDto } from '#contracts';
import type { SandboxDirectory } from '../sandbox/directory.js';
import type { Example } from './examples.js';
import type { Sandbox } from './sandbox.js';

export interface Flip {
  readonly example: Example;
  readonly basis: string;
  readonly dayBefore: string;
  readonly before: string;
  readonly day: string;
  readonly on: string;
  readonly faults: readonly string[];
}

/** Asks the gateway about the same disclosure on the day before a law came into force and on the day, by dry run. */
export async function flip(
  sandbox: Sandbox,
  directory: SandboxDirectory,
  example: Example,
  today: string,
): Promise<Flip | undefined> {
  const { lawFlip, system } = example;
  const recipient = example.referral.to[0]?.authority;
  if (lawFlip === undefined || recipient === undefined) return undefined;
  const outcomeOn = async (on: string): Promise<string> => {
    const { verdict } = await sandbox.client(system).check(claimsOnly(directory, example, recipient, on, today));
    return verdict.outcome;
  };
  const { basis, dayBefore, day } = lawFlip;
  const [before, on] = [await outcomeOn(dayBefore), await outcomeOn(day)];
  const agrees = before === lawFlip.before && on === lawFlip.on;
  const faults = agrees ? [] : [`expected ${lawFlip.before}, then ${lawFlip.on}`];
  return { example, basis, dayBefore, before, day, on, faults };
}

/** What a system asks when it gives codes alone: the claims of the referral, with assessments bound as they were made. */
function claimsOnly(
  directory: SandboxDirectory,
  example: Example,
  recipient: string,
  on: string,
  today: string,
): DisclosureCheckDto {
  const referral = example.referral as unknown as ReferralBody;
  const sender = directory.authorities.find(({ id }) => id === example.system);
  const ruleSet = ruleSets.at(-1);
  if (sender === undefined || ruleSet === undefined) throw new Error(`${example.system} is not in the sandbox`);
  const items = classify(referral.type, referral.content, sender.kind, referral.declarations ?? {});
  const given = (example.referral.assessments ?? []) as readonly BodyAssessment[];
  const {
    v: _v,
    messageType: type,
    assessments: _none,
    ...claims
  } = buildClaims(referral, {
    senderKind: sender.kind,
    recipient,
    on,
    assessments: [],
  });
  const assessments = given
    .filter((one) => one.recipient === recipient)
    .map(({ test, outcome, office, mandate, ...rest }) => {
      const bound = resolveAssessment(rest, items, ruleSet, today);
      return { test, outcome, office, mandate, basis: bound.basis, items: [...bound.items] };
    });
  return { ...claims, type, recipient, on, assessments } as unknown as DisclosureCheckDto;
}
