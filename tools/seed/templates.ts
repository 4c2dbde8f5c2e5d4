import type { BodyAssessment, ReferralBody } from '#legal-basis';
import type { Snapshot } from '#snapshot';
import type { Example } from '../demo/examples.js';

/** A kind of message that one of the examples shows, and who can send it to whom. */
export interface Template {
  /** Number of the example, e.g. `01`. */
  readonly example: string;
  readonly referral: ReferralBody;
  readonly assessments: readonly BodyAssessment[];
  readonly senders: readonly string[];
  readonly recipients: readonly { readonly authority: string; readonly function: string }[];
}

/** How often each example is followed. The others build on an earlier message, or on a cooperation decision that only its parties can open. */
export const WEIGHTS: Readonly<Record<string, number>> = {
  '01': 12,
  '02': 4,
  '03': 2,
  '04': 1,
  '05': 6,
  '06': 3,
  '07': 4,
  '09': 6,
  '10': 1,
  '11': 4,
  '12': 10,
  '13': 7,
  '14': 1,
  '15': 1,
  '17': 1,
  '18': 4,
  '19': 2,
  '20': 5,
  '21': 8,
  '23': 10,
  '24': 8,
  '25': 4,
  '26': 4,
  '27': 5,
  '28': 4,
  '33': 2,
};

/** By the kind of the example's own sender and recipient; a board sends within its municipality where the example does. */
export function templatesOf(examples: readonly Example[], snapshot: Snapshot): ReadonlyMap<string, Template> {
  const all = snapshot.authorities();
  const kindOf = (id: string): string | undefined => all.find((one) => one.id === id)?.kind;
  const templates = new Map<string, Template>();
  for (const { name, system, referral } of examples) {
    const example = name.slice(0, 2);
    const kind = kindOf(system) ?? KINDS[system.split('/')[1] ?? ''];
    const senders = all.filter((one) => one.kind === kind).map(({ id }) => id);
    const recipients = referral.to.flatMap((to) => {
      const known = kindOf(to.authority);
      const isMunicipal = all.find(({ id }) => id === to.authority)?.municipalityCode !== undefined;
      return all
        .filter((one) => one.id === to.authority || (isMunicipal && one.kind === known))
        .filter(({ functions }) => functions.some(({ id }) => id === to.function))
        .map(({ id }) => ({ authority: id, function: to.function }));
    });
    if (WEIGHTS[example] === undefined) continue;
    const { assessments = [], ...body } = referral;
    templates.set(example, {
      example,
      referral: body as unknown as ReferralBody,
      assessments: assessments as unknown as readonly BodyAssessment[],
      senders,
      recipients,
    });
  }
  return templates;
}

/** Kinds of boards whose own example's sender may not take part. */
const KINDS: Readonly<Record<string, string>> = {
  socialnamnden: 'socialnamnd',
  omsorgsnamnden: 'lss-namnd',
  tillstandsnamnden: 'tillstandsnamnd',
};
